"""The live view of how long things will take: what the estimates go by, and who waits how.

The estimates are the floor's own, folded here from the same events. Of a queue a page gets few
numbers (`PaceRow`), and works out from them each contact's wait: a departure moves everybody
behind, and a thousand rows with it, if each row said its own.
"""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from roost.floor import definition, estimating, moving
from roost.floor.agents import messages as agents
from roost.floor.agents.model import Move
from roost.floor.calls import messages as calls
from roost.floor.estimates import model, wait
from roost.floor.estimates.model import Estimates
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ContactId, QueueId
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.web import live_routing
from roost.web.permissions import View
from roost.web.rows import ContactState, PaceRow, Presence

if TYPE_CHECKING:
    from roost.web.live import ContactLive, Live, QueueLive

EXACT_BITS: Final = 6  # of a rounded length: within 1/64


class Free:
    """How many who are ready serve each queue in its first ring: whoever enters finds one. Who
    has changed is looked at when somebody asks: most were ready for no time at all."""

    def __init__(self) -> None:
        self.changed: set[AgentId] = set()
        self._queues: dict[AgentId, tuple[str, ...]] = {}
        self._counts: Counter[str] = Counter()

    def __getitem__(self, queue: str) -> int:
        return self._counts[queue]

    def settle(self, live: "Live") -> None:
        """Count anew those who have changed, and mark the queues for which that matters."""
        for agent in self.changed:
            before = self._queues.pop(agent, ())
            now = _free_for(live, agent)
            if now:
                self._queues[agent] = now
            if before is not now:
                self._count(live, before, now)
        self.changed.clear()

    def _count(self, live: "Live", before: tuple[str, ...], now: tuple[str, ...]) -> None:
        counts = self._counts
        was = {queue: counts[queue] for queue in (*before, *now)}
        counts.subtract(before)
        counts.update(now)
        for queue, count in was.items():
            if (count > 0) is not (counts[queue] > 0):
                live.dirty.add((View.QUEUES, queue))


def _free_for(live: "Live", agent: AgentId) -> tuple[str, ...]:
    seat, serves = live.agents.get(agent), live.estimates.here.get(agent)
    ready = seat is not None and seat.presence is Presence.READY and not seat.rests
    return serves.first if ready and serves is not None else ()


# --- folding ---


def fold(live: "Live", envelope: Envelope) -> None:
    """After the event itself, which says what an agent is."""
    event, at = envelope.body, envelope.at
    if isinstance(event, definition.CentreConfigured):
        _configured(live, event.floor, at)
        return
    agent: AgentId | None = getattr(event, "agent", None)
    also = estimating.FOLDS.get(type(event))
    before = None if agent is None else live.estimates.here.get(agent)
    if also is not None:
        also(live.estimates, event, at)
        queue: QueueId | None = getattr(event, "queue", None)
        if queue is not None:
            live.dirty.add((View.QUEUES, queue))
    if agent is None:
        return
    live.free.changed.add(agent)
    _comes(live, event, agent, at)
    after = live.estimates.here.get(agent)
    if after is not before:
        for serves in (before, after):
            if serves is not None:
                live.dirty |= {(View.QUEUES, one) for one in (*serves.first, *serves.later)}


def _configured(live: "Live", floor: definition.Floor, at: InstantUs) -> None:
    nobody: list[Move] = []
    known: dict[str, moving.Standing] = {
        one.id: moving.now_of(one, live.agents[one.id].moves if one.id in live.agents else nobody)
        for one in floor.agents
    }
    model.configured(live.estimates, floor, known, at)
    live.free.changed |= live.agents.keys()


def _comes(live: "Live", event: object, agent: AgentId, at: InstantUs) -> None:
    here = agent in live.estimates.here
    if isinstance(event, agents.AgentReady | agents.AgentWorks):
        comes = not here
    else:
        comes = here and isinstance(event, agents.AgentMoved | agents.AgentPutBack)
    own = live.staff.person(agent) if comes else None
    if own is not None:
        now = moving.now_of(own, live.agents[agent].moves)
        model.comes(live.estimates, agent, now.skills, now.team, at)


def resume(live: "Live", estimates: Estimates, at: InstantUs) -> None:
    """As another follower had them."""
    live.estimates, live.at = estimates, at
    live.free.changed |= live.agents.keys()


# --- who waits, and how ---


def inside(queue: "QueueLive") -> bool:
    """Whether anybody is in it, however."""
    return bool(queue.waiting or queue.rung or queue.promised)


def stands(live: "Live", contact: "ContactLive") -> None:
    """Who is in a queue waits on the line; or somebody is on it already, whose phone rings, say;
    or it's a promised call, and nobody is on the line yet."""
    wait = contact.wait
    queue = None if wait is None else live.queues.get(wait.queue)
    if wait is None or queue is None:
        return
    if contact.state is not ContactState.WAITING:
        those = queue.rung
    elif contact.callback and not contact.reached:
        those = queue.promised
    else:
        those = queue.waiting
    if contact.id not in those:
        _leaves(queue, contact.id)
        those[contact.id] = wait.since
        live.touch_queue(queue)


def _leaves(queue: "QueueLive", contact: ContactId) -> None:
    for those in (queue.waiting, queue.rung, queue.promised):
        those.pop(contact, None)


def _queued(live: "Live", event: queues.ContactQueued, envelope: Envelope) -> None:
    assert event.contact is not None
    contact = live.contacts.get(event.contact)
    if contact is not None:
        contact.queue = event.queue
        contact.outcome = None
        live_routing.queued(contact, event, envelope.at)
        live.set_state(event.contact, ContactState.WAITING, envelope.at)


def _dequeued(live: "Live", event: queues.ContactDequeued, envelope: Envelope) -> None:
    assert event.contact is not None
    queue = live.queues.get(event.queue)
    if queue is not None:
        _leaves(queue, event.contact)
        live.touch_queue(queue)
    contact = live.contacts.get(event.contact)
    if contact is not None:
        contact.waited_us = event.waited_us
        contact.wait = None
        contact.outcome = event.outcome
        if event.outcome is not Outcome.ANSWERED:
            live.set_state(event.contact, ContactState.FLOW, envelope.at)
        live.touch_contact(contact)


def _stands(live: "Live", event: queues.CallbackStands, _at: Envelope) -> None:
    """Its time has come."""
    contact = live.contacts.get(event.contact) if event.contact else None
    if contact is not None and contact.wait is not None:
        contact.wait.not_before = None
        live.touch_contact(contact)


def _reached(live: "Live", event: calls.CallAnswered, _at: Envelope) -> None:
    """The customer of a promised call is on the line."""
    contact = live.contacts.get(event.contact) if event.contact else None
    if contact is not None and contact.callback:
        contact.reached = True
        stands(live, contact)


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    queues.ContactQueued: _queued,
    queues.ContactDequeued: _dequeued,
    queues.CallbackStands: _stands,
    calls.CallAnswered: _reached,
}
"""Which event is folded how."""


# --- rows ---


def pace_row(live: "Live", queue: QueueId) -> PaceRow | None:
    """None: nobody is there who could serve it."""
    pace = live.estimates.paces.get(queue)
    found = None if pace is None else wait.rates(live.estimates, pace)
    if found is None:
        return None
    return PaceRow(rough(1 / found.turns), rough(1 / found.gives_up), rough(found.ring_us))


def wait_us(live: "Live", queue: QueueId) -> DurationUs | None:
    """Of whoever enters now, in whole seconds; None: nobody is there who could serve it."""
    pace = live.estimates.paces.get(queue)
    live.free.settle(live)
    if pace is None:
        return None
    if live.free[queue]:
        found = wait.rates(live.estimates, pace)
        us = None if found is None else found.ring_us
    else:
        entering = wait.entering(live.estimates, queue, live.at)
        us = None if entering is None else entering.wait_us
    return None if us is None else DurationUs(rough(round(us / SECOND)) * SECOND)


def rough(us: float) -> DurationUs:
    """To six significant bits: what changes by less is nobody's news."""
    exact = round(us)
    step = 1 << max(0, exact.bit_length() - EXACT_BITS)
    return DurationUs((exact + step // 2) // step * step)
