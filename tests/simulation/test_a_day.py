"""Seeded hours of the power-grid hotline on the production engine, with and without faults.

The small runs are here; the many and long ones carry the mark `soak`.
"""

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from roost.floor.calls.messages import (
    CallArrived,
    ContactEnded,
    PartiesMerged,
    TransferCompleted,
    TransferFailed,
)
from roost.floor.queues.messages import ContactDequeued
from roost.kernel.time import HOUR, MINUTE, SECOND, DurationUs
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Burst, Faults, Span
from simulation.never import check
from simulation.stories import example, hours, play

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
STORM = Faults(lost=20_000, late=30_000, doubled=20_000, crash=5_000)


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


def ends(simulation: Simulation) -> Counter[str]:
    return Counter(str(e.body.reason) for e in simulation.log if isinstance(e.body, ContactEnded))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("others", [Faults(), STORM], ids=["alone", "in a storm"])
def test_a_media_process_dies_and_takes_only_its_calls_along(seed: int, others: Faults) -> None:
    faults = msgspec.structs.replace(others, media_lost=(10 * MINUTE, 25 * MINUTE))
    simulation = play(hours(40 * MINUTE, faults), seed)
    check(simulation)
    log = simulation.log
    media = {e.contact: e.body.media for e in log if isinstance(e.body, CallArrived)}
    arrived = {e.contact: e.at for e in log if isinstance(e.body, CallArrived)}
    assert set(media.values()) == {"media-sim", "media-sim-2", "media-sim-3"}
    ended = [e for e in log if isinstance(e.body, ContactEnded) and e.body.reason == "media_lost"]
    assert ended, "nobody was on the line when it died"
    began = simulation.scenario.start
    for e in ended:
        died = {"media-sim": 10 * MINUTE, "media-sim-2": 25 * MINUTE}[media[e.contact]]
        since = max(began + died, arrived[e.contact])  # an INVITE may come late, for a dead one
        assert 0 <= e.at - since < SECOND, "told at once"


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("others", [Faults(), STORM], ids=["alone", "in a storm"])
def test_a_trunk_outage_ends_who_was_there_and_the_rest_goes_on(seed: int, others: Faults) -> None:
    outage = Span(10 * MINUTE, 5 * MINUTE)
    faults = msgspec.structs.replace(others, outages=(outage,))
    simulation = play(hours(40 * MINUTE, faults), seed)
    check(simulation)
    assert ends(simulation)["media_silent"] > 0
    passed = [
        e.at - simulation.scenario.start for e in simulation.log if isinstance(e.body, CallArrived)
    ]
    on_its_way = DurationUs(20 * SECOND)
    assert not any(outage.from_us + on_its_way < at < 15 * MINUTE for at in passed)
    assert max(passed) > 15 * MINUTE, "nobody came afterwards"


def test_an_outage_is_noticed_within_a_minute() -> None:
    """Whoever was on the line when it began has been asked for in vain by then."""
    outage = Span(10 * MINUTE, 20 * MINUTE)
    simulation = play(hours(40 * MINUTE, Faults(outages=(outage,)), arrivals=120), 1)
    check(simulation)
    silent = [
        e.at - simulation.scenario.start - outage.from_us
        for e in simulation.log
        if isinstance(e.body, ContactEnded) and e.body.reason == "media_silent"
    ]
    assert silent
    assert max(silent) < MINUTE


@pytest.mark.parametrize("seed", range(2))
def test_a_burst_of_calls_is_waited_out(seed: int) -> None:
    burst = Burst(10 * MINUTE, 10 * MINUTE, percent=500)
    calm, busy = (
        play(hours(40 * MINUTE, Faults(bursts=bursts)), seed) for bursts in ((), (burst,))
    )
    check(busy)
    assert busy.world.callers.count > 1.5 * calm.world.callers.count
    waited = {
        simulation: sum(
            e.body.waited_us for e in simulation.log if isinstance(e.body, ContactDequeued)
        )
        for simulation in (calm, busy)
    }
    assert waited[busy] > waited[calm]


def test_a_morning_leaves_nothing_behind() -> None:
    """After it all, the world and the engine hold no more than before the first call."""
    simulation = play(hours(3 * HOUR, Faults(), arrivals=60), 3)
    world, state = simulation.world, simulation.engine.state
    assert simulation.world.callers.count > 300
    left = {
        "callers": len(world.callers.by_leg) + len(world.callers.by_contact),
        "phones": len(world.people.by_leg) + len(world.people.sending),
        "media": len(world.tracks) + len(world.on_leg) + len(world.plays) + len(world.met),
        "calls": len(state.calls.calls) + len(state.calls.legs),
        "flows": len(state.flows.runs),
        "queues": len(state.queues.entries),
        "routing": len(state.routing.waiters),
        "network": len(simulation.timeline.network),
    }
    assert not any(left.values()), left


def worse(seed: int) -> Faults:
    """The storm, and by turns: a lost media process or two, an outage, all at once in a burst."""
    minute = 5 + seed % 30
    deaths = (minute * MINUTE, (minute + 15) * MINUTE)
    outage = Span(minute * MINUTE, (1 + seed % 9) * MINUTE)
    match seed % 4:
        case 1:
            return msgspec.structs.replace(STORM, media_lost=deaths)
        case 2:
            return msgspec.structs.replace(STORM, outages=(outage,))
        case 3:
            bursts = (Burst(10 * MINUTE, 10 * MINUTE),)
            return msgspec.structs.replace(
                STORM, crash=20_000, media_lost=deaths, outages=(outage,), bursts=bursts
            )
        case _:
            return STORM


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000))
def test_a_thousand_stormy_hours(seed: int) -> None:
    check(play(hours(1 * HOUR, worse(seed), arrivals=60), 10_000 + seed))


def test_contacts_are_handed_on_in_every_way() -> None:
    """Nobody has to be in luck: the hours above do hold consultations and transfers."""
    played = [play(hours(1 * HOUR, STORM), seed) for seed in (4, 5, 6, 8)]
    for simulation in played:
        check(simulation)
    log = [envelope.body for simulation in played for envelope in simulation.log]
    done = Counter((one.how, one.kind) for one in log if isinstance(one, TransferCompleted))
    assert done["blind", "agent"], done
    assert done["consult", "agent"], done
    assert any(isinstance(one, PartiesMerged) for one in log)
    assert any(isinstance(one, TransferFailed) for one in log)
