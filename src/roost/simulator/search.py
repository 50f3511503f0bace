"""The cheapest staffing by interval that keeps each contract's promises, with 95 % confidence.

It begins with Erlang A, as if everybody could do everything: in each interval as many people as
there's work, and so many square roots of that beyond it as a day's promise needs (β, by the
square-root rule of Halfin and Whitt 1981, with patience Garnett, Mandelbaum and Reiman 2002).
What that leaves out (skills, rings, rest, whoever declines) the twin corrects: each round plays a
few runs of all days at once, and moves each day's β by a secant's step to where its promises are
just kept. Then people are taken away where most is over, as long as nothing breaks. All rounds
meet the same customers, so that a person more or less shows.

How sure a promise is, is what one more run would keep: Student's distribution, by how far its
periods lie from the target in the runs so far, and by how much they differ from run to run
(pooled over its periods). So a few weeks say it, where counting kept ones would need dozens.

People are more of those who work in the scenario, in an order that keeps their mix of skills.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec
from msgspec import Struct

from roost.floor.definition import Agent, Floor
from roost.kernel.calendar import day_text, local_day
from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, InstantUs
from roost.office.contracts.plan import promises
from roost.office.contracts.terms import Side
from roost.office.measures.intervals import Grain, bounds, wall
from roost.simulator.erlang import answered_within, least
from roost.simulator.estimates import inside, student
from roost.simulator.outcome import MOST_CELLS, Outcome
from roost.simulator.play import Job
from roost.simulator.scenario import ANY, Law, Shift

CONFIDENCE: Final = 0.95
STAYS_US: Final = 30 * MINUTE  # after the last interval of a day, for who still waits
FIRST: Final = 2  # runs of a round that's still far from what's promised
NEAR: Final = 0.01  # of a promise's share: so near is near enough
LEAST_SLOPE: Final = 0.02  # of a promise's share, for one more of β
MOST_STEP: Final = 1.5  # of β, in a round
LITTLE: Final = 0.003  # of all people: less isn't worth a round
_BUSY: Final = ("ringing_us", "talking_us", "holding_us", "wrapping_us")

Plan = list[int]
Play = Callable[[Job, Sequence[int]], Sequence[Outcome]]
Told = Callable[[int, Plan, float], None]


class NoPromise(Exception):
    """No contract of the scenario's clients promises anything: nobody at all would do."""


class Need(Struct, frozen=True):
    """One interval: people, and what Erlang A alone said."""

    at: str
    agents: int
    analytic: int
    offered: float
    service_level: float | None


class Kept(Struct, frozen=True):
    """A promise, and how likely one more run keeps it in each of its periods."""

    client: str
    term: str
    sure: float


class Found(Struct, frozen=True):
    """`whole` if every promise is kept with enough confidence, by `runs` of the plan."""

    needs: list[Need]
    kept: list[Kept]
    agent_hours: float
    whole: bool
    rounds: int
    runs: int


class Search:
    """`play` gives a job's outcomes of some seeds; `seeds` are those of a round."""

    def __init__(self, job: Job, grain: Grain, play: Play, seeds: Sequence[int]) -> None:
        frame = msgspec.structs.replace(job.frame, grain=grain)
        self.job = msgspec.structs.replace(job, frame=frame)
        self.play = play
        self.seeds = seeds
        scenario = job.scenario
        end = InstantUs(scenario.start + scenario.length_us)
        self.bounds = bounds(frame.zone, grain, scenario.start, end, MOST_CELLS)
        self.days = [day_text(local_day(frame.zone, max(at, scenario.start)))
                     for at in self.bounds[:-1]]  # fmt: skip
        self.mix = mixed(job.floor, [shift.agent for shift in scenario.shifts])
        self.law = Erlang(self.job, self.bounds)

    def run(self, rounds: int, told: Told) -> Found:
        """At most so many rounds. Raises NoPromise."""
        self.rounds, self.left, self.told = rounds, rounds, told
        self.best: tuple[Plan, Sequence[Outcome]] | None = None
        first = self.play(self.job, self.seeds[:FIRST])
        kept_of(first)
        self.law.learn(first)
        plan, outcomes = self.correct()
        self.trim()
        done = rounds - self.left
        return self.found(*(self.best or (plan, outcomes)), self.best is not None, done)

    def round(self, plan: Plan, few: bool = False) -> Sequence[Outcome]:
        """Plays a plan; the cheapest one that's kept by all of a round's runs is the best."""
        few = few and self.left > 1
        self.left -= 1
        outcomes = self.play(self.staffed(plan), self.seeds[:FIRST] if few else self.seeds)
        sure = min(one.sure for one in kept_of(outcomes))
        self.told(self.rounds - self.left, plan, sure)
        if sure >= CONFIDENCE and not few and (self.best is None or sum(plan) < sum(self.best[0])):
            self.best = plan, outcomes
        return outcomes

    def correct(self) -> tuple[Plan, Sequence[Outcome]]:
        """Moves each day's β to where its promises are just kept; with few runs until it's near."""
        steps = {day: Step(self.law, self.places(day)) for day in dict.fromkeys(self.days)}
        few = len(self.seeds) > FIRST
        while True:
            plan = self.plan(steps)
            outcomes = self.round(plan, few)
            margins = margins_of(outcomes)
            for day, step in steps.items():
                step.move(margins.get(day, margins.get(day[:7])))
            settled = all(step.near for step in steps.values()) or self.plan(steps) == plan
            if not self.left or (settled and not few):
                return plan, outcomes
            few = few and not settled and min(margins.values()) < 0

    def trim(self) -> None:
        """Takes people away where most is over, while that's worth a round."""
        frozen: set[int] = set()
        while self.left and self.best is not None:
            before = self.best[0]
            plan = self.fewer(*self.best, frozen)
            if sum(before) - sum(plan) <= LITTLE * sum(before):
                return
            self.round(plan)
            if self.best[0] is before:  # somebody was missed
                frozen |= {at for at, (was, now) in enumerate(zip(before, plan, strict=True))
                           if was != now}  # fmt: skip

    def places(self, day: str) -> list[int]:
        """A day's intervals."""
        return [at for at, of in enumerate(self.days) if of == day]

    def plan(self, steps: "dict[str, Step]") -> Plan:
        """By each day's β."""
        return [self.law.people(at, steps[day].beta) for at, day in enumerate(self.days)]

    def staffed(self, plan: Plan) -> Job:
        """So many people in each interval."""
        scenario, start = self.job.scenario, self.job.scenario.start
        known = {agent.id: agent for agent in self.job.floor.agents}
        agents, shifts = list[Agent](), list[Shift]()
        for number in range(max(plan)):
            name = AgentId(f"p{number + 1}")
            like = known[self.mix[number % len(self.mix)]]
            agents.append(msgspec.structs.replace(like, id=name))
            begin: int | None = None
            for at, count in enumerate([*plan, 0]):
                if count > number and begin is None:
                    begin = self.bounds[at] - start
                elif count <= number and begin is not None:
                    stays = 0 if count else STAYS_US
                    shifts.append(Shift(name, max(0, begin), self.bounds[at] - start + stays))
                    begin = None
        floor = msgspec.structs.replace(self.job.floor, agents=tuple(agents))
        changed = msgspec.structs.replace(scenario, shifts=tuple(shifts))
        return msgspec.structs.replace(self.job, floor=floor, scenario=changed)

    def fewer(self, plan: Plan, outcomes: Sequence[Outcome], frozen: set[int]) -> Plan:
        """Where most is over, of those that may still be tried: an eighth of the intervals."""
        over = self.over(outcomes)
        tried = [at for at, count in enumerate(plan) if count > 1 and at not in frozen]
        tried.sort(key=lambda at: (-over[at], -plan[at]))
        chosen = set(tried[: max(1, len(plan) // 8)])
        return [count - (at in chosen) for at, count in enumerate(plan)]

    def over(self, outcomes: Sequence[Outcome]) -> dict[int, float]:
        """By place: by which share of its contacts more than the target were answered in time."""
        sums = totals(outcomes)
        found: dict[int, float] = {}
        for at, begin in enumerate(self.bounds[:-1]):
            one = sums.get(begin, {})
            whole = one.get("answered", 0) + one.get("abandoned", 0) - one.get("short_abandoned", 0)
            over = one.get("answered_in_target", 0) - self.law.target * whole
            found[at] = over / max(1.0, whole)
        return found

    def found(self, plan: Plan, outcomes: Sequence[Outcome], whole: bool, rounds: int) -> Found:
        sums, needs = totals(outcomes), list[Need]()
        hours = 0.0
        for at, (begin, end) in enumerate(pairwise(self.bounds)):
            hours += plan[at] * (end - begin) / HOUR
            one = sums.get(begin, {})
            count = one.get("answered", 0) + one.get("abandoned", 0) - one.get("short_abandoned", 0)
            needs.append(
                Need(
                    at=wall(self.job.frame.zone, begin),
                    agents=plan[at],
                    analytic=self.law.alone(at),
                    offered=one.get("offered", 0) / len(outcomes),
                    service_level=one.get("answered_in_target", 0) / count if count else None,
                )
            )
        return Found(needs, kept_of(outcomes), hours, whole, rounds, len(outcomes))


class Erlang:
    """What Erlang A says of each interval, as if everybody could do everything."""

    def __init__(self, job: Job, bounds: Sequence[InstantUs]) -> None:
        self.bounds = bounds
        self.patience = dict(job.scenario.behaviour.patience).get(ANY, Law(180_000_000)).mean_us
        targets = [queue.target_us for queue in job.floor.queues]
        self.within = sum(targets) / len(targets)
        self.target = _target(job)
        self.handle = 180e6
        self.calls: list[float] = []

    def learn(self, outcomes: Sequence[Outcome]) -> None:
        """Calls and handle times as they come in the scenario."""
        sums = totals(outcomes)
        handled = sum(one.get("handled", 0) for one in sums.values())
        busy = sum(one.get(name, 0) for one in sums.values() for name in _BUSY)
        self.handle = busy / handled if handled else self.handle
        self.calls = [
            sums.get(begin, {}).get("offered", 0) / len(outcomes) for begin in self.bounds[:-1]
        ]

    def rate(self, at: int) -> float:
        return self.calls[at] / (self.bounds[at + 1] - self.bounds[at])

    def alone(self, at: int) -> int:
        """As many as keep the target in this interval, by Erlang A alone."""
        if not self.calls[at]:
            return 0
        return max(1, least(self.rate(at), self.handle, self.patience, self.within, self.target))

    def people(self, at: int, beta: float) -> int:
        """The work, and β square roots of it beyond; nobody where nobody calls."""
        load = self.rate(at) * self.handle
        return max(1, math.ceil(load + beta * math.sqrt(load))) if load else 0

    def level(self, places: Sequence[int], beta: float) -> float:
        """The share of some intervals' calls that's answered in time."""
        answered = sum(
            self.calls[at] * answered_within(
                self.rate(at), self.handle, self.patience, self.people(at, beta), self.within
            )
            for at in places
        )  # fmt: skip
        return answered / (sum(self.calls[at] for at in places) or 1.0)


class Step:
    """A day's β, and how it's moved: by what Erlang A says at first, then by a secant's step."""

    def __init__(self, law: Erlang, places: Sequence[int]) -> None:
        low, high = -5.0, 20.0
        while high - low > 0.05:
            middle = (low + high) / 2
            low, high = (middle, high) if law.level(places, middle) < law.target else (low, middle)
        self.beta = high
        self.usual = max(LEAST_SLOPE, 2 * (law.level(places, high + 0.5) - law.target))
        self.law, self.places = law, places
        self.before: tuple[float, float] | None = None
        self.near = False

    def move(self, margin: float | None) -> None:
        """By how much its promises are over what they need (None: nothing is promised)."""
        if margin is None:
            self.near = True
            return
        self.near = 0 <= margin <= NEAR
        slope, before = self.usual, self.before
        self.before = self.beta, margin
        if self.near:
            return
        if before is not None and abs(self.beta - before[0]) > 0.05:
            found = (margin - before[1]) / (self.beta - before[0])
            slope = min(max(found, slope / 3, LEAST_SLOPE), 3 * slope)
        counts = self.counts()
        self.beta += min(MOST_STEP, max(-MOST_STEP, (NEAR / 2 - margin) / slope))
        while margin < 0 and self.counts() == counts and any(counts):
            self.beta += 0.05

    def counts(self) -> Plan:
        """People, by interval."""
        return [self.law.people(at, self.beta) for at in self.places]


def mixed(floor: Floor, at_work: Iterable[AgentId]) -> list[AgentId]:
    """In an order in which any first few have the mix of all: by turns of each set of skills."""
    by_skills: dict[object, list[AgentId]] = {}
    known = {agent.id: agent for agent in floor.agents}
    for agent in dict.fromkeys(at_work):
        by_skills.setdefault(known[agent].skills, []).append(agent)
    places = [
        ((place + 0.5) / len(group), group[place])
        for group in sorted(by_skills.values(), key=len, reverse=True)
        for place in range(len(group))
    ]
    return [agent for _, agent in sorted(places, key=lambda one: one[0])]


def totals(outcomes: Sequence[Outcome]) -> dict[int, dict[str, float]]:
    """Everybody's amounts by interval, over all runs."""
    found: dict[int, dict[str, float]] = {}
    for outcome in outcomes:
        for cell in outcome.cells:
            if not cell.client and not cell.queue:
                sums = found.setdefault(cell.start, {})
                for name, value in cell.amounts.items():
                    sums[name] = sums.get(name, 0) + value
    return found


class _Promise:
    """One promise in all runs: by how much each of its periods is over the target, and how much
    that differs from run to run."""

    def __init__(self) -> None:
        self.over: dict[str, list[float]] = {}

    def spread(self) -> tuple[float, int]:
        """What one more run may lie apart from the mean, and by how many degrees of freedom."""
        freedom = sum(len(runs) - 1 for runs in self.over.values())
        most = max(len(runs) for runs in self.over.values())
        if freedom < 1:
            return 0.0, 0
        squares = sum((one - mean(runs)) ** 2 for runs in self.over.values() for one in runs)
        return math.sqrt(squares / freedom * (1 + 1 / most)), freedom

    def sure(self) -> float:
        """How likely one more run keeps it in every period."""
        spread, freedom = self.spread()
        found = 1.0
        for runs in self.over.values():
            over = mean(runs)
            if not spread:
                found *= over >= 0
                continue
            part = inside(abs(over) / spread, freedom) / 2
            found *= 0.5 + (part if over > 0 else -part)
        return found

    def margins(self) -> dict[str, float]:
        """By period: how much more it's over the target than it must be."""
        spread, freedom = self.spread()
        each = CONFIDENCE ** (1 / len(self.over))
        needs = spread * student(freedom, 2 * each - 1) if spread else 0.0
        return {period: mean(runs) - needs for period, runs in self.over.items()}


def mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _promises(outcomes: Sequence[Outcome]) -> dict[tuple[str, str], _Promise]:
    """Raises NoPromise."""
    found: dict[tuple[str, str], _Promise] = {}
    for outcome in outcomes:
        for one in outcome.judged:
            if one.due >= 0 and one.reached is not None and one.kept is not None:
                promise = found.setdefault((one.client, one.term), _Promise())
                promise.over.setdefault(one.period, []).append(one.reached - one.target)
    if not found:
        raise NoPromise("no contract of its clients promises anything: add `service:` to one")
    return found


def kept_of(outcomes: Sequence[Outcome]) -> list[Kept]:
    """How sure each promise is. Raises NoPromise."""
    return [Kept(*key, sure=one.sure()) for key, one in sorted(_promises(outcomes).items())]


def margins_of(outcomes: Sequence[Outcome]) -> dict[str, float]:
    """By day (or by month, where nothing is promised by the day): the least margin of all."""
    found: dict[str, float] = {}
    for promise in _promises(outcomes).values():
        for period, margin in promise.margins().items():
            found[period] = min(margin, found.get(period, margin))
    for period in [one for one in found if len(one) > len("2026-03")]:
        month = found.get(period[:7])
        if month is not None:
            found[period] = min(found[period], month)
    return found


def _target(job: Job) -> float:
    """The hardest promise of the contracts; 80 % where there's none."""
    targets = [
        float(term.target)
        for contract in job.frame.contracts
        for _, _, term in promises(contract)
        if term.side is Side.MALUS
    ]
    return max(targets, default=0.8)
