"""One decision among 10,000 agents of 20 skills, 1,000 queues and 100,000 waiting.

An agent is done with a contact, becomes ready and gets the next one; a new contact comes and
waits. Timed is the router's part of both: its decisions with their folds, every policy on
(levels, rings, preferences, teams, all five rules of choosing, boosts, occupancy). Beside it the
same rules as a search through all who wait. A second stretch has nobody waiting: contacts come,
and are given to the agent whom their queue's rule chooses among thousands who are ready.
"""

import gc
import os
import time
from random import Random
from typing import Any, Final

from roost.floor import definition as d
from roost.floor.routing import decide, index, order, standing
from roost.floor.routing import messages as m
from roost.floor.routing.model import Routing, may_serve
from roost.floor.routing.ranks import RULES
from roost.kernel.messages import Decision

AGENTS: Final = int(os.environ.get("ROOST_BENCH_AGENTS", "10000"))
QUEUES: Final = 1_000
WAITING: Final = 100_000
SKILLS: Final = 200
EACH: Final = 20
DECISIONS: Final = 20_000
SEARCHES: Final = 5
S: Final = 1_000_000
BEGIN: Final = 1_700_000_000 * S


def _skills(dice: Random, count: int, most: int) -> tuple[d.Skill, ...]:
    names = dice.sample(range(SKILLS), count)
    return tuple(d.Skill(f"s{name:03}", dice.randint(1, most)) for name in sorted(names))  # type: ignore[arg-type]


def _queue(dice: Random, place: int) -> d.Queue:
    skills = _skills(dice, 1 + place % 2, 6)
    lower = tuple(d.Skill(one.skill, 1) for one in skills)
    return d.Queue(
        id=f"c{place % 50}/q{place}",  # type: ignore[arg-type]
        client=f"c{place % 50}",  # type: ignore[arg-type]
        skills=skills,
        priority=dice.choice((0, 0, 0, 1, 2)),
        ring_us=15 * S,  # type: ignore[arg-type]
        wrap_up_us=30 * S,  # type: ignore[arg-type]
        code_required=False,
        most_waiting=100_000,
        target_us=20 * S,  # type: ignore[arg-type]
        short_us=5 * S,  # type: ignore[arg-type]
        prefer=_skills(dice, 1, 3),
        agents=sorted(RULES)[place % len(RULES)],
        rings=(d.Ring(20 * S, skills, ("north",)), d.Ring(40 * S, lower)),  # type: ignore[arg-type]
        boost_us=60 * S,  # type: ignore[arg-type]
        boost_most=3,
    )


def centre(dice: Random) -> d.Floor:
    """The definitions."""
    agents = tuple(
        d.Agent(
            f"{10_000 + place}",  # type: ignore[arg-type]
            _skills(dice, EACH, 10),
            ("north", "south", "east")[place % 3],
            (),
            most_busy=1000,
        )
        for place in range(AGENTS)
    )
    queues = tuple(_queue(dice, place) for place in range(QUEUES))
    return d.Floor("v", (), (), (), queues, agents, ())  # type: ignore[arg-type]


class Centre:
    """The index, and time."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)
        self.now: Any = BEGIN
        self.count = 0
        self.state = Routing()
        index.configured(self.state, centre(self.dice))

    def comes(self, waited: int = 0) -> Any:
        """A contact waits; its id."""
        self.count += 1
        contact: Any = f"k{self.count}"
        queue = self.state.queues[f"c{(q := self.dice.randrange(QUEUES)) % 50}/q{q}"]  # pyright: ignore
        since: Any = self.now - waited
        ring = sum(one.after_us <= waited for one in queue.rings)
        standing.queued(self.state, contact, queue.id, ring, d.NOTHING_ASKED, since, None)
        return contact

    def take(self, decision: Any) -> int:
        """Folds what was decided; how many were."""
        assert isinstance(decision, Decision)
        for event in decision.events:
            assert isinstance(event, m.Assigned)
            standing.assigned(self.state, event.contact, event.agent, event.offer, self.now)  # type: ignore[arg-type]
        return len(decision.events)


def busy(seed: int) -> Centre:
    """Everybody talks, and WAITING wait, for up to two minutes."""
    made = Centre(seed)
    for agent in made.state.seats:
        standing.set_state(made.state, agent, "away", made.now)  # type: ignore[arg-type]
        standing.set_state(made.state, agent, "busy", made.now)  # type: ignore[arg-type]
    made.now += 1800 * S
    for waited in sorted((made.dice.randrange(120 * S) for _ in range(WAITING)), reverse=True):
        made.comes(waited)
    return made


def freed(made: Centre) -> tuple[list[int], int]:
    """Nanoseconds for each: an agent becomes ready and gets a contact, another comes."""
    agents = list(made.state.seats)
    times: list[int] = []
    given = 0
    for _ in range(DECISIONS):
        agent: Any = made.dice.choice(agents)
        made.now += made.dice.randrange(2_000)
        began = time.perf_counter_ns()
        standing.set_state(made.state, agent, "ready", made.now)
        given += made.take(decide.match_agent(made.state, made.now, m.MatchAgent(agent)))
        times.append(time.perf_counter_ns() - began)
        made.comes()
    return times, given


def searched(made: Centre) -> float:
    """Seconds for one decision by searching all who wait."""
    classes = made.state.classes
    began = time.perf_counter()
    for seat in list(made.state.seats.values())[:SEARCHES]:
        best: Any = None
        for contact, waiter in made.state.waiters.items():
            klass = classes[waiter.klass]
            if waiter.number and may_serve(seat.skills, seat.team, klass):
                place = (waiter.since, waiter.order, contact)
                key = order.key(made.state, klass, place, made.now)
                if best is None or key < best:
                    best = key
        assert best is not None
    return (time.perf_counter() - began) / SEARCHES


def quiet(seed: int) -> list[int]:
    """Nanoseconds for each: a contact comes to thousands who are ready, one gets it, and that
    one becomes ready again."""
    made = Centre(seed)
    for agent in made.state.seats:
        made.now += 1_000
        standing.set_state(made.state, agent, "away", made.now)  # type: ignore[arg-type]
        standing.set_state(made.state, agent, "ready", made.now)  # type: ignore[arg-type]
    times: list[int] = []
    for _ in range(DECISIONS):
        made.now += 5_000
        began = time.perf_counter_ns()
        contact = made.comes()
        decision: Any = decide.match_contact(made.state, made.now, m.MatchContact(contact))
        if made.take(decision):
            standing.contact_ended(made.state, contact)
            standing.set_state(made.state, decision.events[0].agent, "ready", made.now)
        times.append(time.perf_counter_ns() - began)
    return times


def run() -> dict[str, float | str]:
    made = busy(1)
    gc.collect()
    gc.freeze()
    gc.disable()
    times, given = freed(made)
    search = searched(made)
    calm = sorted(quiet(2))
    gc.enable()
    gc.unfreeze()
    assert given > DECISIONS * 0.9, "nearly everybody gets a contact"
    times.sort()
    mean = sum(times) / len(times)
    return {
        "agents": AGENTS,
        "classes": len(made.state.classes),
        "classes_an_agent_may_serve": sum(len(p.calls.classes) for p in made.state.profiles)
        / len(made.state.profiles),
        "decision_p50_us": times[len(times) // 2] / 1e3,
        "decision_p99_us": times[len(times) * 99 // 100] / 1e3,
        "decisions_per_second": 1e9 / mean,
        "times_a_search": search * 1e9 / mean,
        "new_contact_p50_us": calm[len(calm) // 2] / 1e3,
        "new_contact_p99_us": calm[len(calm) * 99 // 100] / 1e3,
    }
