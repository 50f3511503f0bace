"""Everybody's wait had they stayed, exactly: whose turn would have come when.

Whoever leaves a line before their turn (gave up, reached the limit) changes nothing for those
before them. So had this one stayed, everything would have gone as it did until the first decision
that they'd have won: an agent who may serve them took somebody that comes after them, or stayed
ready with nobody to serve. They stand in for the one who was taken, ring as long, and go back
with them if nobody answers.
"""

from bisect import insort
from collections.abc import Callable
from typing import Any, Final

from msgspec import Struct

from roost.floor.agents.messages import AgentReady, OfferEnded, OfferTaken
from roost.floor.definition import Asked, CentreConfigured
from roost.floor.queues.messages import (
    ContactDequeued,
    ContactQueued,
    Outcome,
    PriorityChanged,
    RingWidened,
)
from roost.floor.routing import order
from roost.floor.routing.index import HELD, known_class
from roost.floor.routing.messages import AgentRested, Assigned
from roost.floor.routing.model import WORD, Class, Routing, Seat
from roost.floor.state import CellState
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ContactId, OfferId, QueueId
from roost.kernel.messages import Event
from roost.kernel.time import SECOND, DurationUs, InstantUs

USUAL_RING_US: Final = 3 * SECOND  # until somebody has been rung

Found = Callable[["Visit", DurationUs], None]
"""Told of each visit that had to wait, with the wait had they stayed."""


class Visit(Struct):
    """One stay in a queue, until its turn came or would have come. `said` is whatever was
    said when it began."""

    contact: ContactId
    queue: QueueId
    entry: int
    since: InstantUs
    at: InstantUs
    ring: int
    asked: Asked
    said: Any = None
    rung: InstantUs | None = None


class Turns:
    """An observer of a run. `begins` is asked about each visit that has to wait, at its
    beginning; `found` is told of its wait in the end. Left out are who was served at once, who
    waited for one person only, whose call we ended, and whose place a promised call has taken:
    that's a visit of its own."""

    def __init__(
        self,
        state: Callable[[], CellState],
        begins: Callable[[Visit, InstantUs], Any],
        found: Found,
    ) -> None:
        self.state = state
        self.begins = begins
        self.found = found
        self.visits: dict[ContactId, Visit] = {}
        self.gone: dict[int, list[tuple[int, int, Visit]]] = {}  # by class: since, a number
        self.instead: dict[OfferId, list[Visit]] = {}  # who would be rung for, by the offer
        self.numbers = 0
        self.widens: list[tuple[int, int, Visit]] = []
        self.rings = 0
        self.rang_us = 0
        self.acts: dict[type[Event], Callable[[Any, InstantUs], None]] = {
            ContactQueued: self.queued,
            RingWidened: self.asks,
            PriorityChanged: self.asks,
            CentreConfigured: self.configured,
            ContactDequeued: self.dequeued,
            Assigned: self.assigned,
            OfferTaken: self.taken,
            OfferEnded: self.not_taken,
            AgentReady: self.ready,
            AgentRested: self.ready,
        }

    def takes(self, kind: type[Event]) -> Callable[[Envelope], None] | None:
        """What's done with events of a kind."""
        return self if kind in self.acts else None

    def __call__(self, envelope: Envelope) -> None:
        act = self.acts.get(envelope.body.__class__)
        if act is None:
            return
        while self.widens and self.widens[0][0] <= envelope.at:
            at, _, visit = self.widens.pop(0)
            self.widen(visit, InstantUs(at))
        act(envelope.body, envelope.at)

    @property
    def routing(self) -> Routing:
        return self.state().routing

    @property
    def usual_ring_us(self) -> int:
        """How long a phone rings until it's answered, so far."""
        return self.rang_us // self.rings if self.rings else USUAL_RING_US

    # --- who waits ---

    def queued(self, event: ContactQueued, at: InstantUs) -> None:
        """The step is over by now: whoever it served at once stands nowhere."""
        assert event.contact is not None
        waiter = self.routing.waiters.get(event.contact)
        if waiter is None or not waiter.number or event.ring == HELD:
            return
        visit = Visit(
            event.contact, event.queue, event.entry, event.since, at, event.ring, event.asked
        )
        visit.said = self.begins(visit, at)
        self.visits[event.contact] = visit

    def asks(self, event: RingWidened | PriorityChanged, _at: InstantUs) -> None:
        assert event.contact is not None
        visit = self.visits.get(event.contact)
        if visit is not None:
            visit.ring, visit.asked = event.ring, event.asked

    def dequeued(self, event: ContactDequeued, at: InstantUs) -> None:
        assert event.contact is not None
        visit = self.visits.pop(event.contact, None)
        if visit is None or event.outcome in (Outcome.ENDED_BY_US, Outcome.CALLED_BACK):
            return
        if event.outcome is Outcome.ANSWERED:
            self.found(visit, event.waited_us)
        elif visit.rung is not None:
            self.turned(visit, visit.rung)
        else:
            self.stays(visit, at)

    # --- who has left ---

    def stays(self, visit: Visit, at: InstantUs) -> None:
        """As if they had stayed: into the line of those who aren't there, at their place."""
        klass = self.class_of(visit)
        if klass is None:
            return  # its queue is gone: nobody would have come
        self.numbers += 1
        insort(self.gone.setdefault(klass.number, []), (visit.since, self.numbers, visit))
        rings = self.routing.queues[visit.queue].rings
        if 0 <= visit.ring < len(rings):
            due = max(visit.since + rings[visit.ring].after_us, at)
            insort(self.widens, (due, self.numbers, visit))

    def configured(self, _event: CentreConfigured, at: InstantUs) -> None:
        """Classes have other numbers now."""
        gone, self.gone, self.widens = self.gone, {}, []
        for line in gone.values():
            for _, _, visit in line:
                self.stays(visit, at)

    def class_of(self, visit: Visit) -> Class | None:
        return known_class(self.routing, visit.queue, visit.ring, visit.asked)

    def widen(self, visit: Visit, at: InstantUs) -> None:
        """Open to more people: perhaps to one who is ready."""
        for line in self.gone.values():
            for place, one in enumerate(line):
                if one[2] is visit:
                    del line[place]
                    visit.ring += 1
                    klass = self.class_of(visit)
                    if klass is not None and klass.ready:
                        self.turned(visit, at)
                    else:
                        self.stays(visit, at)
                    return

    def turned(self, visit: Visit, at: InstantUs) -> None:
        """A phone would have rung from then on, and been answered after the usual time."""
        self.found(visit, DurationUs(at - visit.since + self.usual_ring_us))

    def ready(self, event: AgentReady | AgentRested, at: InstantUs) -> None:
        """Somebody stayed ready: each of those whom they may serve would have had them."""
        seat = self.routing.seats.get(event.agent)
        if self.gone and seat is not None and seat.state == "ready":
            for visit in self.served(seat, None, at):
                self.turned(visit, at)

    def served(self, seat: Seat, before: order.Key | None, at: InstantUs) -> list[Visit]:
        """Those who'd go to this agent before whoever did, out of their lines."""
        found: list[Visit] = []
        state = self.routing
        mask = state.profiles[seat.profile].mask
        for number in list(self.gone):
            if not mask[number // WORD] >> number % WORD & 1:
                continue
            line = self.gone[number]
            klass, size = state.classes[number], 0
            for since, _, visit in line:
                place = (since, 0, "")
                if before is not None and order.key(state, klass, place, at) > before:
                    break
                found.append(visit)
                size += 1
            del line[:size]
            if not line:
                del self.gone[number]
        return found

    def assigned(self, event: Assigned, at: InstantUs) -> None:
        contact = event.contact
        assert contact is not None
        visit = self.visits.get(contact)
        if visit is not None:
            visit.rung = at
        state = self.routing
        waiter, seat = state.waiters.get(contact), state.seats.get(event.agent)
        if not self.gone or waiter is None or seat is None:
            return
        place = (waiter.since, waiter.order, contact)
        before = order.key(state, state.classes[waiter.klass], place, at)
        found = self.served(seat, before, at)
        if found:
            self.instead[event.offer] = found

    def taken(self, event: OfferTaken, at: InstantUs) -> None:
        self.rings += 1
        self.rang_us += event.rang_us
        for visit in self.instead.pop(event.offer, ()):
            self.found(visit, DurationUs(at - visit.since))

    def not_taken(self, event: OfferEnded, at: InstantUs) -> None:
        """Back to their places; where the other one hung up, they would have stayed."""
        visit = self.visits.get(event.contact) if event.contact is not None else None
        if visit is not None and event.why != "caller_left":
            visit.rung = None
        for one in self.instead.pop(event.offer, ()):
            if event.why == "caller_left":
                self.turned(one, at)
            else:
                self.stays(one, at)
