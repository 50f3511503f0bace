"""Queues: an entry for each contact that waits, and how events change it.

    waiting ⇄ ringing → (answered: kept, in case the agent is gone before anybody was heard)
       └─ abandoned, overflowed, voicemail, ended by us ─→ (gone)

A contact stays in its queue while a phone rings for it, and keeps place and time when nobody
takes it. Each entry is held by its limit's timer, WaitLapsed, which waits while a phone rings.
An entry whose queue has a further ring has a timer for it, Widen; ring HELD is for one agent only,
and its end comes by Widen as well, unless the contact is that agent's alone: then by the limit.
One that may go into another queue has a timer for each way there, OverflowDue.
"""

from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.definition import Asked, Overflow, Skill
from roost.floor.queues import messages as m
from roost.floor.queues.messages import Outcome
from roost.kernel.ids import AgentId, ContactId, OfferId, Owner, QueueId, owner_of
from roost.kernel.time import BEGINNING, MINUTE, SECOND, DurationUs, InstantUs

RINGING_US: Final = DurationUs(2 * SECOND)  # how soon to look again when a phone was ringing
ON_LINE_US: Final = DurationUs(30 * MINUTE)  # for a customer whom we called, at least
HELD: Final = -1
MOST_RAISED: Final = 100  # by which somebody may change a priority


class Line(Struct, gc=False):
    """What a queue is, and how many are in it: `rung` of them have a phone that rings for them,
    and don't count towards `most_waiting`."""

    owner: Owner
    skills: tuple[Skill, ...]
    priority: int
    most_waiting: int
    target_us: DurationUs
    short_us: DurationUs
    rings: tuple[DurationUs, ...] = ()  # after which wait each begins
    waiting: int = 0
    rung: int = 0
    removed: bool = False
    leaving: dict[str, None] = {}  # contacts that go elsewhere when those who serve it are gone

    @property
    def full(self) -> bool:
        """Whether it takes nobody: as many wait as may, or nobody ever again."""
        return self.removed or self.waiting - self.rung >= self.most_waiting


class Entry(Struct, gc=False):
    queue: QueueId
    number: int  # counts the contact's own entries
    since: InstantUs
    most_us: DurationUs
    lapse: Outcome
    due: InstantUs  # of the limit
    asked: Asked
    ring: int = 0
    only: AgentId | None = None  # held for this one, until then:
    only_until: InstantUs = InstantUs(0)
    callback: m.Callback | None = None
    alone: bool = False  # or for nobody else ever
    offer: OfferId | None = None  # a phone rings
    agent: AgentId | None = None  # whose
    answered: bool = False
    overflow: tuple[Overflow, ...] = ()
    entered: InstantUs = InstantUs(0)  # later than `since` for one who came from another queue


class Queues(Struct, gc=False):
    lines: dict[str, Line] = field(default_factory=dict[str, Line])
    entries: dict[str, Entry] = field(default_factory=dict[str, Entry])


def configured(state: Queues, floor: definition.Floor) -> None:
    """A queue that's gone stays until nobody waits in it any more."""
    lines: dict[str, Line] = {}
    for queue in floor.queues:
        old = state.lines.get(queue.id)
        lines[queue.id] = Line(
            owner_of(queue.client),
            queue.skills,
            queue.priority,
            queue.most_waiting,
            queue.target_us,
            queue.short_us,
            tuple(ring.after_us for ring in queue.rings),
            old.waiting if old else 0,
            old.rung if old else 0,
            leaving=old.leaving if old else {},
        )
    for gone, old in state.lines.items():
        if gone not in lines and old.waiting:
            old.removed = True
            lines[gone] = old
    state.lines = lines


def queued(state: Queues, event: m.ContactQueued, at: InstantUs) -> None:
    assert event.contact is not None
    line = state.lines[event.queue]
    line.waiting += 1
    if any(one.when for one in event.overflow):
        line.leaving[event.contact] = None
    state.entries[event.contact] = Entry(
        event.queue,
        event.entry,
        event.since,
        event.most_us,
        event.lapse,
        InstantUs(at + event.most_us),
        event.asked,
        event.ring,
        event.only,
        InstantUs(at + event.only_us),
        event.callback,
        event.alone,
        overflow=event.overflow,
        entered=event.since if event.before is None else at,
    )


def stands(state: Queues, event: m.CallbackStands, at: InstantUs) -> None:
    """A customer who is on the line has all the time that one who's transferred has."""
    assert event.contact is not None
    if event.on_line:
        entry = state.entries[event.contact]
        entry.due = max(entry.due, InstantUs(at + ON_LINE_US))


def ring_at(line: Line, entry: Entry, now: InstantUs) -> int:
    """The ring that an entry has come to by now."""
    if entry.only is not None and (entry.alone or now < entry.only_until):
        return HELD
    waited = now - entry.since
    return sum(1 for after_us in line.rings if after_us <= waited)


def widens_at(line: Line, entry: Entry, ring: int) -> InstantUs | None:
    """When the next ring begins; None after the last."""
    if ring == HELD:
        return None if entry.alone else entry.only_until
    return InstantUs(entry.since + line.rings[ring]) if ring < len(line.rings) else None


def ways(entry: Entry) -> tuple[Overflow, ...]:
    """The ways into other queues that are left."""
    return definition.ways(entry.overflow, entry.queue)


def overflows_at(entry: Entry, then: InstantUs = BEGINNING) -> InstantUs | None:
    """When the next of these ways may open, later than `then`; None after the last."""
    times = (InstantUs(entry.since + one.after_us) for one in ways(entry))
    return min((at for at in times if at > then), default=None)


def asks(state: Queues, event: m.RingWidened | m.PriorityChanged) -> None:
    """What the contact asks for now; who was kept for one agent may be free of that."""
    assert event.contact is not None
    entry = state.entries[event.contact]
    entry.ring, entry.asked = event.ring, event.asked
    if event.ring != HELD:
        entry.only = None


def dequeued(state: Queues, event: m.ContactDequeued) -> None:
    assert event.contact is not None
    line = state.lines[event.queue]
    entry = state.entries[event.contact]
    line.waiting -= 1
    line.rung -= entry.offer is not None
    line.leaving.pop(event.contact, None)
    if line.removed and not line.waiting:
        del state.lines[event.queue]
    if event.outcome is Outcome.ANSWERED:
        entry.answered = True
        entry.offer = None
    else:
        del state.entries[event.contact]


def ringing(state: Queues, contact: ContactId, agent: AgentId, offer: OfferId) -> None:
    entry = state.entries[contact]
    if entry.offer is None:
        state.lines[entry.queue].rung += 1
    entry.offer = offer
    entry.agent = agent


def not_taken(state: Queues, contact: ContactId, offer: OfferId) -> None:
    entry = state.entries.get(contact)
    if entry is not None and entry.offer == offer:
        entry.offer = None
        state.lines[entry.queue].rung -= 1


def contact_ended(state: Queues, contact: ContactId) -> None:
    """An answered entry isn't needed any longer; one that waits still is dequeued in this step."""
    entry = state.entries.get(contact)
    if entry is not None and entry.answered:
        del state.entries[contact]
