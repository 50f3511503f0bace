"""A few minutes of a shift, played again and again: each time one thing goes wrong, at each place
in turn at which it can. What never happens doesn't."""

from collections import Counter
from functools import cache

import msgspec
import pytest

from roost.definitions import compile_floor
from roost.floor.agents.messages import (
    AgentOffered,
    OfferEnded,
    OfferTaken,
    SegmentClosed,
    WrapUpStarted,
)
from roost.floor.calls.messages import ContactEnded
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId
from roost.kernel.time import MINUTE, SECOND
from roost.simulator.run import Observer, Simulation
from roost.simulator.scenario import Down, Faults, Harm, Scenario, all_day
from simulation.never import Cuts, Places, check
from simulation.stories import example, hours

SEED = 17
AGENTS = tuple(AgentId(name) for name in ("1001", "1002", "1003", "1004"))
HEARS_US = 60 * SECOND  # of somebody who's gone without a word: a phone rings, or falls silent


@cache
def calm() -> Scenario:
    """Four people, nine calls; they consult and hand on."""
    usual = hours(2 * MINUTE, Faults(), arrivals=120)
    behaviour = msgspec.structs.replace(usual.behaviour, consults=300_000, transfers=200_000)
    shifts = all_day(AGENTS, usual.length_us)
    return msgspec.structs.replace(usual, behaviour=behaviour, shifts=shifts)


def watched(faults: Faults, *also: Observer) -> tuple[Simulation, Places]:
    """Played, and looked at while it goes on and afterwards."""
    places, scenario = Places(), msgspec.structs.replace(calm(), faults=faults)
    floor = compile_floor(example(), "test-voice")
    simulation = Simulation(floor, scenario, SEED, observers=(places, *also))
    Cuts(simulation)
    simulation.run()
    check(simulation)
    return simulation, places


PIECES = 4  # 1, 2, 3… dealt out to as many tests


@cache
def quiet() -> tuple[int, int]:
    """Steps and messages, when nothing goes wrong."""
    simulation, _ = watched(Faults(harm_at=10**9))
    return simulation.steps, simulation.told


def test_the_story_has_all_sorts_of_things_and_places() -> None:
    simulation, places = watched(Faults(harm_at=10**9))
    kinds = Counter(one.type for one in simulation.log)
    assert kinds["calls.TransferCompleted"]
    assert kinds["calls.CallerReturned"]
    assert places.returned
    assert simulation.world.callers.count > 6
    steps, messages = quiet()
    assert steps > 200
    assert messages > 150


@pytest.mark.parametrize("harm", [Harm.LOST, Harm.LATE, Harm.DOUBLED])
@pytest.mark.parametrize("piece", range(PIECES))
def test_a_message_lost_late_or_doubled_at_any_place_leaves_nobody_stuck(
    harm: Harm, piece: int
) -> None:
    for place in range(1 + piece, quiet()[1] + 1, PIECES):
        watched(Faults(harm_at=place, harm=harm))


@pytest.mark.parametrize("stored", [False, True])
@pytest.mark.parametrize("piece", range(PIECES))
def test_a_crash_at_any_step_cuts_nobody_and_keeps_every_place(stored: bool, piece: int) -> None:
    for step in range(1 + piece, quiet()[0] + 1, PIECES):
        simulation, _ = watched(Faults(crash_at=step, stored=stored))
        assert simulation.crashes <= 1


class Kept:
    """An observer: how long an agent who's gone since an instant keeps what they had."""

    def __init__(self, agent: AgentId, gone: int) -> None:
        self.agent, self.gone = agent, gone
        self.since: dict[str, int] = {}

    def __call__(self, envelope: Envelope) -> None:
        event = envelope.body
        if isinstance(event, AgentOffered | OfferTaken) and event.agent == self.agent:
            self.since[event.offer] = max(envelope.at, self.gone)
        elif isinstance(event, OfferEnded | WrapUpStarted) and event.agent == self.agent:
            self.over(event.offer, envelope.at)
        elif isinstance(event, SegmentClosed) and event.agent == self.agent:
            for offer in [one for one in self.since if one.startswith(f"{event.contact}/")]:
                self.over(offer, envelope.at - event.wrap_up_us)
        elif isinstance(event, ContactEnded):
            for offer in [one for one in self.since if one.startswith(f"{event.contact}/")]:
                self.over(offer, envelope.at)

    def over(self, offer: str, at: int) -> None:
        since = self.since.pop(offer, None)
        if since is not None and since >= self.gone:
            assert at - since <= HEARS_US, f"{offer} stayed with somebody who's gone"


@pytest.mark.parametrize("agent", AGENTS)
def test_whoever_vanishes_at_any_moment_keeps_nothing_and_loses_nobody(agent: AgentId) -> None:
    """Power and network gone, and nobody says so: whom they talked to is still on the line, and
    is somebody else's."""
    calm_one, _ = watched(Faults())
    start = calm_one.scenario.start
    moments = sorted({one.at - start for one in calm_one.log if one.at - start < 6 * MINUTE})
    assert len(moments) > 80
    gave_back = 0
    for moment in moments:
        down = Down(moment, 30 * MINUTE, agents=(agent,))
        _, places = watched(Faults(down=(down,)), Kept(agent, start + moment))
        gave_back += places.returned
    assert gave_back > 0
