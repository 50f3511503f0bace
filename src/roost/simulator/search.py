"""The cheapest staffing by interval that keeps each contract's promises, with 95 % confidence.

It begins with Erlang A, interval by interval, as if everybody could do everything; then the twin
corrects it. Where a promise is kept in too few of the runs, people are added to the intervals that
miss most; once all are kept, they're taken away where most is over, as long as nothing breaks.
All rounds meet the same customers, so that a person more or less shows.

People are more of those who work in the scenario, in an order that keeps their mix of skills.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Final

import msgspec
from msgspec import Struct

from roost.floor.definition import Agent, Floor
from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, InstantUs
from roost.office.contracts.terms import Side
from roost.office.measures.intervals import Grain, bounds, wall
from roost.simulator.erlang import least
from roost.simulator.outcome import MOST_CELLS, Outcome
from roost.simulator.play import Job
from roost.simulator.scenario import ANY, Law, Shift

CONFIDENCE: Final = 0.95
STAYS_US: Final = 30 * MINUTE  # after the last interval, for who still waits
MORE: Final = 0.04  # of an interval's people, in a round
_BUSY: Final = ("ringing_us", "talking_us", "holding_us", "wrapping_us")

Plan = list[int]
Play = Callable[[Job], Sequence[Outcome]]
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
    client: str
    term: str
    sure: float


class Found(Struct, frozen=True):
    """`whole` if every promise was kept in enough of the runs."""

    needs: list[Need]
    kept: list[Kept]
    agent_hours: float
    whole: bool
    rounds: int
    runs: int


class Search:
    """`play` gives a job's outcomes, of the same seeds each time."""

    def __init__(self, job: Job, grain: Grain, play: Play) -> None:
        frame = msgspec.structs.replace(job.frame, grain=grain)
        self.job = msgspec.structs.replace(job, frame=frame)
        self.play = play
        scenario = job.scenario
        end = InstantUs(scenario.start + scenario.length_us)
        self.bounds = bounds(frame.zone, grain, scenario.start, end, MOST_CELLS)
        self.mix = mixed(job.floor, [shift.agent for shift in scenario.shifts])
        self.target = _target(job)

    def run(self, rounds: int, told: Told) -> Found:
        """At most so many rounds. Raises NoPromise."""
        analytic = self.begin(self.play(self.job))
        plan = list(analytic)
        best: tuple[Plan, Sequence[Outcome]] | None = None
        frozen: set[int] = set()
        done = 0
        outcomes: Sequence[Outcome] = ()
        for done in range(1, rounds + 1):
            outcomes = self.play(self.staffed(plan))
            sure = min(one.sure for one in kept_of(outcomes))
            told(done, plan, sure)
            if sure >= CONFIDENCE:
                best = (plan, outcomes)
                fewer = self.fewer(plan, outcomes, frozen)
                if fewer == plan:
                    break
                plan = fewer
            elif best is not None:
                frozen |= {at for at, (was, now) in enumerate(zip(best[0], plan, strict=True))
                           if was != now}  # fmt: skip
                plan = self.fewer(best[0], best[1], frozen)
                if plan == best[0]:
                    break
            else:
                plan = self.more(plan, outcomes)
        plan, outcomes = best or (plan, outcomes)
        return self.found(plan, analytic, outcomes, best is not None, done)

    def begin(self, outcomes: Sequence[Outcome]) -> Plan:
        """Erlang A by interval: calls and handle times as they come in the scenario."""
        sums = totals(outcomes)
        handled = sum(one.get("handled", 0) for one in sums.values())
        busy = sum(one.get(name, 0) for one in sums.values() for name in _BUSY)
        handle = busy / handled if handled else 180e6
        patience = dict(self.job.scenario.behaviour.patience).get(ANY, Law(180_000_000)).mean_us
        targets = [queue.target_us for queue in self.job.floor.queues]
        within = sum(targets) / len(targets)
        plan: Plan = []
        for begin, end in pairwise(self.bounds):
            calls = sums.get(begin, {}).get("offered", 0) / len(outcomes)
            need = least(calls / (end - begin), handle, patience, within, self.target)
            plan.append(max(1, need))
        return plan

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
                    stays = STAYS_US if at == len(plan) else 0
                    shifts.append(Shift(name, max(0, begin), self.bounds[at] - start + stays))
                    begin = None
        floor = msgspec.structs.replace(self.job.floor, agents=tuple(agents))
        changed = msgspec.structs.replace(scenario, shifts=tuple(shifts))
        return msgspec.structs.replace(self.job, floor=floor, scenario=changed)

    def missed(self, outcomes: Sequence[Outcome]) -> dict[int, tuple[float, float]]:
        """By place: contacts short of the target (negative: over), and how many count."""
        sums = totals(outcomes)
        found: dict[int, tuple[float, float]] = {}
        for at, begin in enumerate(self.bounds[:-1]):
            one = sums.get(begin, {})
            whole = one.get("answered", 0) + one.get("abandoned", 0) - one.get("short_abandoned", 0)
            short = self.target * whole - one.get("answered_in_target", 0)
            found[at] = (short / len(outcomes), whole / len(outcomes))
        return found

    def more(self, plan: Plan, outcomes: Sequence[Outcome]) -> Plan:
        """Where most is missed: the third of the intervals that is worst."""
        missed = self.missed(outcomes)
        worst = sorted(missed, key=lambda at: -missed[at][0])[: max(1, len(plan) // 3)]
        return [
            count + (max(1, round(MORE * count)) if at in worst else 0)
            for at, count in enumerate(plan)
        ]

    def fewer(self, plan: Plan, outcomes: Sequence[Outcome], frozen: set[int]) -> Plan:
        """Where most is over, of those that may still be tried: an eighth of the intervals."""
        missed = self.missed(outcomes)
        tried = [at for at, count in enumerate(plan) if count > 1 and at not in frozen]
        tried.sort(key=lambda at: (missed[at][0] / max(1.0, missed[at][1]), -plan[at]))
        chosen = set(tried[: max(1, len(plan) // 8)])
        return [count - (at in chosen) for at, count in enumerate(plan)]

    def found(
        self, plan: Plan, analytic: Plan, outcomes: Sequence[Outcome], whole: bool, rounds: int
    ) -> Found:
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
                    analytic=analytic[at],
                    offered=one.get("offered", 0) / len(outcomes),
                    service_level=one.get("answered_in_target", 0) / count if count else None,
                )
            )
        return Found(needs, kept_of(outcomes), hours, whole, rounds, len(outcomes))


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


def kept_of(outcomes: Sequence[Outcome]) -> list[Kept]:
    """In how many of the runs each promise was kept, in every one of its periods. Raises
    NoPromise."""
    runs: dict[tuple[str, str], list[bool]] = {}
    for outcome in outcomes:
        of_run: dict[tuple[str, str], list[bool]] = {}
        for one in outcome.judged:
            if one.due >= 0 and one.kept is not None:
                of_run.setdefault((one.client, one.term), []).append(one.kept)
        for key, kept in of_run.items():
            runs.setdefault(key, []).append(all(kept))
    if not runs:
        raise NoPromise("no contract of its clients promises anything: add `service:` to one")
    return [Kept(*key, sure=sum(kept) / len(kept)) for key, kept in sorted(runs.items())]


def _target(job: Job) -> float:
    """The hardest promise of the contracts; 80 % where there's none."""
    targets = [
        float(term.target)
        for contract in job.frame.contracts
        for version in contract.versions
        for term in version.service
        if term.side is Side.MALUS
    ]
    return max(targets, default=0.8)
