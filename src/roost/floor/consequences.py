"""What changed definitions would do now: to whoever waits, to agents, queues and promises.

    before = a state; after = its copy, in which Configure was stepped, with the step's events
    consequences(before, after, events, now)

Nothing is guessed: it's what the cell itself decides. Both states are only read.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from roost.floor.definition import VOICE
from roost.floor.queues.messages import ContactDequeued
from roost.floor.routing.messages import Assigned
from roost.floor.routing.model import Routing, Seat
from roost.floor.routing.order import Key, key
from roost.floor.state import CellState
from roost.kernel.ids import AgentId, ContactId, QueueId
from roost.kernel.messages import Event
from roost.kernel.time import DurationUs, InstantUs, between

MILLION: Final = 1_000_000


class WaitingChange(Struct, frozen=True, gc=False):
    """A waiting contact for which something changes. `place` is where it stands among those who
    go on waiting for the same people, from 1 on; `here`, how many who are signed in may serve it
    now. `rung`: whose phone would ring at once; `left`: how it would leave its queue."""

    contact: ContactId
    count: int  # the client's own number of it
    queue: QueueId
    waited_us: DurationUs
    place: int = 0
    place_after: int = 0
    here: int = 0
    here_after: int = 0
    rung: AgentId | None = None
    left: str = ""


class QueueChange(Struct, frozen=True, gc=False):
    """A queue with what changes in it: contacts (by what becomes of them), and people: who `could`
    serve it in some ring, and who of them is `here`, signed in. -1: there's no such queue."""

    queue: QueueId
    waiting: int
    earlier: int
    later: int
    rung: int
    left: int
    could: int
    could_after: int
    here: int
    here_after: int


class AgentsChange(Struct, frozen=True, gc=False):
    """Agents who gain and lose the same queues; `here` of them are signed in."""

    agents: tuple[AgentId, ...]
    here: int
    gains: tuple[QueueId, ...]
    loses: tuple[QueueId, ...]


class PromiseChange(Struct, frozen=True, gc=False):
    """A contract's promise to the router that comes, goes, or is another: shares in millionths,
    -1 where there's none. `good` of `all` in the running period so far."""

    promise: str
    promised: int
    promised_after: int
    good: int
    all: int

    def kept(self, promised: int) -> bool:
        """Whether what has been so far would keep it."""
        return self.good * MILLION >= promised * self.all


class Consequences(Struct, frozen=True, gc=False):
    """All of it, as it stood `at`; empty where nothing would change now."""

    at: InstantUs
    waiting: tuple[WaitingChange, ...] = ()
    queues: tuple[QueueChange, ...] = ()
    agents: tuple[AgentsChange, ...] = ()
    promises: tuple[PromiseChange, ...] = ()


def consequences(
    before: CellState, after: CellState, events: Sequence[Event], now: InstantUs
) -> Consequences:
    """What Configure, stepped on a copy of `before`, has made of it."""
    old, new = _People(before), _People(after)
    waiting = _waiting(before, after, old, new, events, now)
    return Consequences(
        now,
        tuple(one for one in waiting if _changes(one)),
        tuple(_queues(waiting, old, new)),
        tuple(_agents(before.routing, after.routing, old, new)),
        tuple(_promises(before.routing, after.routing)),
    )


# --- people ---


class _People:
    """Who may serve what: by queue in whichever ring, by class as it stands."""

    def __init__(self, cell: CellState) -> None:
        state = cell.routing
        lines = cell.queues.lines
        self.could = {QueueId(queue): 0 for queue, line in lines.items() if not line.removed}
        self.queues_of: list[tuple[QueueId, ...]] = [
            tuple(sorted(self.could.keys() & _queues_of(state, profile.calls.classes)))
            for profile in state.profiles
        ]
        self.here = dict(self.could)
        self.of_class: dict[int, int] = {}
        self.together = _Sets()
        sizes = [0] * len(state.profiles)
        present = [0] * len(state.profiles)
        for seat in state.seats.values():
            sizes[seat.profile] += 1
            present[seat.profile] += seat.state != "out"
        for place, profile in enumerate(state.profiles):
            for queue in self.queues_of[place]:
                self.could[queue] += sizes[place]
                self.here[queue] += present[place]
            if present[place]:
                self.together.join(self.queues_of[place])
                for n in profile.calls.classes:
                    self.of_class[n] = self.of_class.get(n, 0) + present[place]

    def queues(self, seat: Seat | None) -> tuple[QueueId, ...]:
        """What an agent may serve."""
        return () if seat is None else self.queues_of[seat.profile]


def _queues_of(state: Routing, classes: list[int]) -> set[QueueId]:
    return {state.classes[n].queue for n in classes}


class _Sets:
    """Queues that the same people serve, directly or by way of others, are one set."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}

    def of(self, queue: str) -> str:
        """The set's name."""
        while (above := self._above.get(queue, queue)) != queue:
            self._above[queue] = queue = self._above.get(above, above)
        return queue

    def join(self, queues: Sequence[str]) -> None:
        for queue in queues:
            self._above[self.of(queue)] = self.of(queues[0])


def _agents(before: Routing, after: Routing, old: _People, new: _People) -> Iterable[AgentsChange]:
    groups: dict[tuple[tuple[QueueId, ...], tuple[QueueId, ...]], list[AgentId]] = {}
    for agent in {**before.seats, **after.seats}:
        had, has = old.queues(before.seats.get(agent)), new.queues(after.seats.get(agent))
        if had != has:
            gains = tuple(queue for queue in has if queue not in had)
            loses = tuple(queue for queue in had if queue not in has)
            groups.setdefault((gains, loses), []).append(AgentId(agent))
    for (gains, loses), agents in groups.items():
        here = sum(1 for agent in agents if _is_here(before, agent))
        yield AgentsChange(tuple(agents), here, gains, loses)


def _is_here(state: Routing, agent: AgentId) -> bool:
    seat = state.seats.get(agent)
    return seat is not None and seat.state != "out"


# --- who waits ---


def _waiting(
    cell: CellState,
    cell_after: CellState,
    old: _People,
    new: _People,
    events: Sequence[Event],
    now: InstantUs,
) -> list[WaitingChange]:
    """Everybody who waits, and for whom no phone rings already, with what becomes of them."""
    before, after, calls = cell.routing, cell_after.routing, cell.calls.calls
    rung = {event.contact: event.agent for event in events if isinstance(event, Assigned)}
    left = {e.contact: e.outcome.value for e in events if isinstance(e, ContactDequeued)}
    stay = [
        ContactId(contact)
        for contact, waiter in before.waiters.items()
        if waiter.number
        and contact not in rung
        and contact not in left
        and before.classes[waiter.klass].channel == VOICE
    ]
    places = _places(before, stay, now, new.together)
    places_after = _places(after, stay, now, new.together)
    return [
        WaitingChange(
            contact=ContactId(contact),
            count=calls[contact].count if contact in calls else 0,
            queue=before.classes[waiter.klass].queue,
            waited_us=between(waiter.since, now),
            place=places.get(contact, 0),
            place_after=places_after.get(contact, 0),
            here=_who(before, old, contact),
            here_after=_who(after, new, contact),
            rung=rung.get(ContactId(contact)),
            left=left.get(ContactId(contact), ""),
        )
        for contact, waiter in before.waiters.items()
        if waiter.number
    ]


def _places(
    state: Routing, contacts: Sequence[ContactId], now: InstantUs, sets: _Sets
) -> dict[str, int]:
    """Where each stands among those who wait for the same people, first by the cell's order."""
    keys: list[tuple[Key, str]] = []
    for contact in contacts:
        waiter = state.waiters[contact]
        klass = state.classes[waiter.klass]
        place = (waiter.since, waiter.order, contact)
        keys.append((key(state, klass, place, now), sets.of(klass.queue)))
    keys.sort()
    counts: dict[str, int] = {}
    found: dict[str, int] = {}
    for (_, _, (_, _, contact)), among in keys:
        found[contact] = counts[among] = counts.get(among, 0) + 1
    return found


def _who(state: Routing, people: _People, contact: str) -> int:
    waiter = state.waiters.get(contact)
    if waiter is None:
        return 0
    if waiter.only is not None:
        return 1
    return people.of_class.get(waiter.klass, 0)


def _changes(one: WaitingChange) -> bool:
    moved = one.place != one.place_after or one.here != one.here_after
    return moved or one.rung is not None or bool(one.left)


# --- queues and promises ---


def _queues(waiting: Sequence[WaitingChange], old: _People, new: _People) -> Iterable[QueueChange]:
    counts: dict[str, list[int]] = {}
    for one in waiting:
        mine = counts.setdefault(one.queue, [0] * 5)
        stays = not one.left and one.rung is None
        mine[0] += 1
        mine[1] += stays and one.place_after < one.place
        mine[2] += stays and one.place_after > one.place
        mine[3] += one.rung is not None
        mine[4] += bool(one.left)
    for queue in {**old.could, **new.could}:
        contacts = counts.get(queue, [0] * 5)
        people = [one.get(queue, -1) for one in (old.could, new.could, old.here, new.here)]
        if any(contacts[1:]) or people[0] != people[1] or people[2] != people[3]:
            yield QueueChange(queue, *contacts, *people)


def _promises(before: Routing, after: Routing) -> Iterable[PromiseChange]:
    old = {promise.target.id: promise for promise in before.promises}
    new = {promise.target.id: promise for promise in after.promises}
    for name in {**old, **new}:
        was, now = old.get(name), new.get(name)
        if was is not None and now is not None and was.target == now.target:
            continue
        counted = was or now
        assert counted is not None
        yield PromiseChange(
            promise=name,
            promised=-1 if was is None else was.target.promised,
            promised_after=-1 if now is None else now.target.promised,
            good=counted.period.good,
            all=counted.period.all,
        )
