"""Seeded hours of the power-grid hotline on the production engine, with and without faults.

The small runs are here; the many and long ones carry the mark `soak`.
"""

from collections import Counter
from functools import cache
from pathlib import Path

import msgspec
import pytest

from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.floor.agents.messages import AgentOffered, OfferEnded, OfferTaken, SegmentClosed
from roost.floor.calls.messages import CallArrived, ContactEnded
from roost.floor.queues.messages import ContactDequeued, ContactQueued
from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, DurationUs
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Faults, Scenario, all_day

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
STORM = Faults(lost=20_000, late=30_000, doubled=20_000, crash=5_000)


@cache
def example() -> Loaded:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return loaded


def hours(length_us: int, faults: Faults, arrivals: int = 40) -> Scenario:
    day = scenario_of(example(), "day")
    agents = tuple(AgentId(shift.agent) for shift in day.shifts)
    return Scenario(
        number=day.number,
        shifts=all_day(agents, length_us),
        arrivals=(arrivals,),
        length_us=DurationUs(length_us),
        start=day.start,
        behaviour=day.behaviour,
        faults=faults,
    )


def play(scenario: Scenario, seed: int, *, digest: bool = False) -> Simulation:
    floor = compile_floor(example(), "test-voice")
    return Simulation(floor, scenario, seed, digest=digest).run()


def check(simulation: Simulation) -> None:
    """What never happens, whatever went wrong."""
    log = simulation.log
    assert not simulation.incidents, simulation.incidents[0].traceback
    arrived = Counter(e.contact for e in log if isinstance(e.body, CallArrived))
    ended = Counter(e.contact for e in log if isinstance(e.body, ContactEnded))
    assert arrived, "nobody called"
    assert ended == arrived, f"lost {arrived - ended}, ended twice {ended - arrived}"
    queued = Counter((e.contact, e.body.entry) for e in log if isinstance(e.body, ContactQueued))
    left = Counter((e.contact, e.body.entry) for e in log if isinstance(e.body, ContactDequeued))
    assert queued == left, f"still waiting {queued - left}"
    offered = Counter(e.body.offer for e in log if isinstance(e.body, AgentOffered))
    closed = Counter(e.body.offer for e in log if isinstance(e.body, OfferTaken | OfferEnded))
    assert offered == closed, f"offers without an end {offered - closed}"
    assert all(count == 1 for count in offered.values()), "an offer made twice"
    taken = Counter(e.body.segment for e in log if isinstance(e.body, OfferTaken))
    measured = Counter(e.body.segment for e in log if isinstance(e.body, SegmentClosed))
    assert taken == measured, f"segments never measured {taken - measured}"
    stuck = {p.id: p.state for p in simulation.world.people.people.values()}
    assert set(stuck.values()) <= {"ready", "away", "out"}, f"agents stuck: {stuck}"


def test_a_quiet_day_ends_every_contact_once() -> None:
    simulation = play(scenario_of(example(), "day"), seed=1)
    check(simulation)
    assert simulation.world.callers.count > 900
    assert set(simulation.refused) <= {"stale", "already_signed_in", "contact_open"}


@pytest.mark.parametrize("seed", range(4))
def test_a_stormy_hour_loses_nobody(seed: int) -> None:
    simulation = play(hours(30 * MINUTE, STORM), seed)
    assert simulation.crashes > 0
    check(simulation)


def test_the_same_seed_gives_the_same_log() -> None:
    first, second = (play(hours(20 * MINUTE, Faults()), 7, digest=True) for _ in range(2))
    assert first.digest() == second.digest()
    assert first.digest() != play(hours(20 * MINUTE, Faults()), 8, digest=True).digest()


@pytest.mark.parametrize("stored", [False, True])
def test_a_crash_at_any_step_loses_nobody(stored: bool) -> None:
    """Ten calls; the process dies once, at each step in turn, with its group stored or not."""
    calm = hours(3 * MINUTE, Faults(), arrivals=90)
    steps = play(calm, 5).steps
    assert steps > 200
    for step in range(1, steps + 1, 1 if stored else 2):
        crash = msgspec.structs.replace(calm, faults=Faults(crash_at=step, stored=stored))
        simulation = play(crash, 5)
        assert simulation.crashes == 1
        check(simulation)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000))
def test_a_thousand_stormy_hours(seed: int) -> None:
    check(play(hours(1 * HOUR, STORM, arrivals=60), 10_000 + seed))
