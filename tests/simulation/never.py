"""What never happens in a simulated run, whatever went wrong: looked at afterwards, in its log, and
while it goes on."""

from collections import Counter

from roost.floor.agents.messages import (
    AgentOffered,
    OfferEnded,
    OfferTaken,
    SegmentClosed,
)
from roost.floor.calls.messages import CallArrived, CallbackPromised, ContactEnded
from roost.floor.definition import Asked
from roost.floor.queues.messages import (
    ContactDequeued,
    ContactQueued,
    PriorityChanged,
    RingWidened,
)
from roost.floor.routing.messages import Assigned
from roost.kernel.ends import Blame
from roost.kernel.envelope import Envelope
from roost.kernel.ids import LegId
from roost.simulator.run import Simulation


def check(simulation: Simulation) -> None:
    """What never happens, whatever went wrong."""
    log = simulation.log
    assert not simulation.incidents, simulation.incidents[0].traceback
    begun = CallArrived | CallbackPromised
    arrived = Counter(e.contact for e in log if isinstance(e.body, begun))
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


class Places:
    """An observer: nobody loses the place. Who comes back to a queue waits since the first time;
    nobody is served before somebody who asks for the same and waits longer, unless they were
    handed to one agent by name."""

    def __init__(self) -> None:
        self.since: dict[tuple[str, str], int] = {}
        self.waiting: dict[str, tuple[str, int, Asked, int]] = {}
        self.offered: dict[str, tuple[str, tuple[str, int, Asked, int]]] = {}
        self.returned = 0

    def __call__(self, envelope: Envelope) -> None:
        event, contact = envelope.body, str(envelope.contact)
        match event:
            case ContactQueued():
                first = self.since.setdefault((contact, event.queue), event.since)
                assert event.since == first, f"{contact} lost the place"
                self.returned += envelope.at > first
                self.waiting[contact] = (event.queue, event.ring, event.asked, event.since)
            case RingWidened() | PriorityChanged():
                self.asks(contact, event)
            case Assigned():
                own = self.waiting.pop(contact)
                overtaken = [
                    other
                    for other, one in self.waiting.items()
                    if one[:3] == own[:3] and one[3] < own[3]
                ]
                overtaken = [] if event.policy.startswith("direct") else overtaken
                assert not overtaken, f"{contact} overtook {overtaken}"
                self.offered[event.offer] = contact, own
            case OfferEnded():
                again = self.offered.pop(event.offer, None)
                if again is not None:
                    self.waiting.setdefault(*again)
            case ContactDequeued() | ContactEnded():
                self.waiting.pop(contact, None)
                self.offered = {o: c for o, c in self.offered.items() if c[0] != contact}
            case _:
                pass

    def asks(self, contact: str, event: RingWidened | PriorityChanged) -> None:
        if contact in self.waiting:
            queue, _, _, since = self.waiting[contact]
            self.waiting[contact] = (queue, event.ring, event.asked, since)


class Cuts:
    """Beside a run: nobody who's still on the line is cut off. A contact ends because the caller
    left, or because an agent hung up at the end of the talk (perhaps nobody told us)."""

    def __init__(self, simulation: Simulation) -> None:
        self.callers, people = simulation.world.callers, simulation.world.people
        self.hung_up: set[str] = set()  # agents' legs
        self.hang_up = people.hang_up
        people.hang_up = self.hangs_up  # type: ignore[method-assign]
        self.then = simulation.notices[ContactEnded]
        simulation.notices[ContactEnded] = self.ended

    def hangs_up(self, leg: LegId) -> None:
        self.hung_up.add(leg)
        self.hang_up(leg)

    def ended(self, event: ContactEnded) -> None:
        caller = self.callers.by_contact.get(event.contact) if event.contact else None
        if caller is not None and not caller.gone:
            assert caller.talking in self.hung_up or event.blame is Blame.AGENT, (
                f"{event.contact}: {event.reason}"
            )
        self.then(event)
