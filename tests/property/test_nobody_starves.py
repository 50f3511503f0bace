"""Under a flood of what is more urgent, whoever's priority rises with waiting is served, and when:
once it has risen above the flood's, nobody of the flood goes first."""

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from roost.floor.queues.messages import ContactDequeued, ContactQueued
from roost.floor.routing.messages import Assigned
from roost.kernel.envelope import Envelope
from roost.kernel.time import SECOND
from roost.simulator.run import Simulation
from simulation.theory.twin import CLIENT, Centre, Class, Pool, floor_of, scenario_of

HANDLE_US = 60 * SECOND
FLOOD, CALM = f"{CLIENT}/flood", f"{CLIENT}/calm"
CONTACTS = 250


class Watch:
    """An observer: who waits for what, since when; how long the calm ones waited."""

    def __init__(self, rises_above_us: int) -> None:
        self.above_us = rises_above_us
        self.waiting: dict[str, tuple[str, int]] = {}
        self.waits: list[int] = []

    def __call__(self, envelope: Envelope) -> None:
        event, contact = envelope.body, str(envelope.contact)
        if isinstance(event, ContactQueued):
            self.waiting[contact] = (str(event.queue), event.since)
        elif isinstance(event, Assigned):
            queue, since = self.waiting.pop(contact)
            if queue == CALM:
                self.waits.append(envelope.at - since)
            else:
                longest = [envelope.at - at for of, at in self.waiting.values() if of == CALM]
                assert max(longest, default=0) < self.above_us, "the flood went first"
        elif isinstance(event, ContactDequeued):
            self.waiting.pop(contact, None)


def played(agents: int, priority: int, boost_us: int, seed: int) -> Watch:
    """Twice as many urgent ones as can be served, and one calm one in ten."""
    hourly = 60 * agents
    calm = Class("calm", hourly // 10, boost_us=boost_us, boost_most=priority + 1)
    flood = Class("flood", 2 * hourly, priority=priority, patience_us=10 * 60 * SECOND)
    centre = Centre((Pool(agents, ("flood", "calm")),), (flood, calm), HANDLE_US)
    watch = Watch(boost_us * (priority + 1) if boost_us else 1 << 62)
    scenario = scenario_of(centre, CONTACTS)
    length = CONTACTS * 3600 * SECOND // (2 * hourly)
    scenario = replace(scenario, length_us=length)
    Simulation(floor_of(centre), scenario, seed, keep=False, observers=(watch,)).run()
    return watch


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 3), st.integers(1, 6), st.integers(5, 60), st.integers(0, 999))
def test_whoever_has_risen_above_the_flood_goes_first(
    agents: int, priority: int, seconds: int, seed: int
) -> None:
    watch = played(agents, priority, seconds * SECOND, seed)
    assert not watch.waiting, "everybody was served, or left"


def test_without_a_rise_the_flood_always_goes_first() -> None:
    """What's shown above is the boost's doing."""
    usual = [max(played(2, 3, 20 * SECOND, seed).waits) for seed in range(3)]
    never = [max(played(2, 3, 0, seed).waits) for seed in range(3)]
    assert max(usual) < 20 * SECOND * 4 + 6 * HANDLE_US
    assert min(never) > 2 * max(usual)
