"""Routing's own index of who waits and who's free, folded from the other areas' events.

Waiting contacts are grouped by **requirement class**: queue, skills with levels, priority. Each
class is one line in order of time; since a contact's older mates go first, only the heads need
looking at. Agents who can serve the same classes form a **group** with one line of those who are
ready, the longest idle first. A group's `mask` has a bit for each class that it can serve, in
words of WORD bits (a snapshot's integers have 64).

Lines are lists with a moving head and lazy deletion: an entry whose number no longer matches its
contact's (or agent's) is stale and skipped; the head itself is never stale, because folding
moves it on. So every look at a head is O(1), and a decision O(classes) or O(groups).
"""

from bisect import insort
from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.definition import Skill, serves
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId, QueueId
from roost.kernel.time import DurationUs, InstantUs

WORD: Final = 60
COMPACT: Final = 256  # entries before a line's head that are cut off at a time

Place = tuple[int, int, str]  # since, number, and the id of the contact or the agent


class Line(Struct, gc=False):
    places: list[Place] = field(default_factory=list[Place])
    head: int = 0


class Class(Struct, gc=False):
    queue: QueueId
    client: ClientId
    skills: tuple[Skill, ...]
    priority: int
    ring_us: DurationUs
    line: Line = field(default_factory=Line)
    groups: list[int] = field(default_factory=list[int])  # that can serve it


class Group(Struct, gc=False):
    mask: list[int]
    line: Line = field(default_factory=Line)
    ready: int = 0


class Waiter(Struct, gc=False):
    """A contact that waits, rings, or is with an agent. `number` is its place's, 0 if none."""

    klass: int
    since: InstantUs
    number: int = 0
    order: int = 0  # the number of its first place: what it goes back to
    offers: int = 0
    offer: OfferId | None = None


class Seat(Struct, gc=False):
    """An agent as routing sees one; `number` is that of the place in the ready line, or 0."""

    group: int
    skills: tuple[Skill, ...]
    state: str = "out"  # out, away, ready, busy
    number: int = 0
    since: InstantUs = InstantUs(0)
    kept: InstantUs = InstantUs(0)  # idle since, from before an offer that was withdrawn
    removed: bool = False  # by new definitions; goes when signed out


class Routing(Struct, gc=False):
    numbers: int = 0
    classes: list[Class] = field(default_factory=list[Class])
    keys: dict[str, int] = field(default_factory=dict[str, int])  # class by its requirement
    groups: list[Group] = field(default_factory=list[Group])
    waiting: list[int] = field(default_factory=list[int])  # words: the classes not empty
    waiters: dict[str, Waiter] = field(default_factory=dict[str, Waiter])
    seats: dict[str, Seat] = field(default_factory=dict[str, Seat])
    queues: dict[str, definition.Queue] = field(default_factory=dict[str, definition.Queue])
    ready: int = 0
    away: int = 0
    busy: int = 0


# --- definitions: classes and groups are made anew ---


def class_key(queue: QueueId, skills: tuple[Skill, ...], priority: int) -> str:
    return f"{queue} {priority} " + " ".join(f"{skill.skill}:{skill.level}" for skill in skills)


def configured(state: Routing, floor: definition.Floor) -> None:
    """Classes come from the queues and the flows' ways into them, and from who waits already."""
    queues: dict[str, definition.Queue] = {queue.id: queue for queue in floor.queues}
    old_classes = state.classes
    for klass in old_classes:  # a queue that's gone lives on while somebody waits in it
        if klass.queue not in queues and klass.queue in state.queues:
            queues.setdefault(klass.queue, state.queues[klass.queue])
    state.queues = queues
    state.classes = []
    state.keys = {}
    for queue in floor.queues:
        _class(state, queue.id, queue.skills, queue.priority)
    for flow in floor.flows:
        for step in flow.steps.values():
            if isinstance(step, definition.Enqueue) and step.queue in queues:
                own = queues[step.queue]
                skills = merged(own.skills, step.skills)
                _class(state, own.id, skills, own.priority + step.priority)
    for waiter in state.waiters.values():
        old = old_classes[waiter.klass]
        waiter.klass = _class(state, old.queue, old.skills, old.priority)
    _seats(state, floor)
    _regroup(state)


def merged(own: tuple[Skill, ...], more: tuple[Skill, ...]) -> tuple[Skill, ...]:
    """The queue's and the flow's skills, as ContactQueued has them."""
    if not more:
        return own
    levels = {skill.skill: skill.level for skill in own}
    for skill in more:
        levels[skill.skill] = max(skill.level, levels.get(skill.skill, 0))
    return tuple(Skill(skill, levels[skill]) for skill in sorted(levels))


def _class(state: Routing, queue: QueueId, skills: tuple[Skill, ...], priority: int) -> int:
    key = class_key(queue, skills, priority)
    number = state.keys.get(key)
    if number is None:
        of = state.queues[queue]
        number = state.keys[key] = len(state.classes)
        state.classes.append(Class(queue, of.client, skills, priority, of.ring_us))
    return number


def _seats(state: Routing, floor: definition.Floor) -> None:
    seats: dict[str, Seat] = {}
    for agent in floor.agents:
        seat = state.seats.get(agent.id)
        if seat is None:
            seat = Seat(0, agent.skills)
        seat.skills = agent.skills
        seat.removed = False
        seats[agent.id] = seat
    for one, seat in state.seats.items():
        if one not in seats and seat.state != "out":
            seat.skills = ()
            seat.removed = True
            seats[one] = seat
    state.seats = seats


def _regroup(state: Routing) -> None:
    """Masks, groups and lines from the seats and the waiters."""
    words = len(state.classes) // WORD + 1
    state.groups = []
    state.waiting = [0] * words
    by_skills: dict[tuple[Skill, ...], int] = {}
    by_mask: dict[tuple[int, ...], int] = {}
    for klass in state.classes:
        klass.groups = []
        klass.line = Line()
    for agent, seat in state.seats.items():
        group = by_skills.get(seat.skills)
        if group is None:
            group = by_skills[seat.skills] = _group(state, seat.skills, words, by_mask)
        seat.group = group
        if seat.state == "ready":
            state.groups[group].line.places.append((seat.since, seat.number, agent))
            state.groups[group].ready += 1
    for group_of in state.groups:
        group_of.line.places.sort()
    for contact, waiter in state.waiters.items():
        if waiter.number:
            state.classes[waiter.klass].line.places.append((waiter.since, waiter.order, contact))
            state.waiting[waiter.klass // WORD] |= 1 << waiter.klass % WORD
    for klass in state.classes:
        klass.line.places.sort()


def _group(
    state: Routing,
    skills: tuple[Skill, ...],
    words: int,
    by_mask: dict[tuple[int, ...], int],
) -> int:
    mask = [0] * words
    able = [n for n, klass in enumerate(state.classes) if serves(skills, klass.skills)]
    for n in able:
        mask[n // WORD] |= 1 << n % WORD
    key = tuple(mask)
    group = by_mask.get(key)
    if group is None:
        group = by_mask[key] = len(state.groups)
        state.groups.append(Group(mask))
        for n in able:
            state.classes[n].groups.append(group)
    return group


# --- contacts ---


def queued(
    state: Routing,
    contact: ContactId,
    queue: QueueId,
    skills: tuple[Skill, ...],
    priority: int,
    since: InstantUs,
) -> None:
    key = class_key(queue, skills, priority)
    klass = state.keys.get(key)
    if klass is None:  # a flow of an older version asks for what today's don't
        klass = _class(state, queue, skills, priority)
        _regroup(state)
    waiter = state.waiters.get(contact)
    if waiter is None:
        waiter = state.waiters[contact] = Waiter(klass, since)
    waiter.klass = klass
    waiter.since = since
    waiter.offer = None
    state.numbers += 1
    waiter.order = state.numbers
    _stand(state, contact, waiter)


def _stand(state: Routing, contact: ContactId, waiter: Waiter) -> None:
    """Into the class's line, at the place that time and order give."""
    waiter.number = waiter.order
    line = state.classes[waiter.klass].line
    place = (waiter.since, waiter.order, contact)
    places = line.places
    if line.head == len(places):
        state.waiting[waiter.klass // WORD] |= 1 << waiter.klass % WORD
    if not places or places[-1] < place:
        places.append(place)
    elif line.head and place < places[line.head]:
        line.head -= 1
        places[line.head] = place
    else:
        insort(places, place, lo=line.head)


def _leave(state: Routing, waiter: Waiter) -> None:
    """Out of the line; the head moves on past whatever is stale."""
    waiter.number = 0
    klass = state.classes[waiter.klass]
    line = klass.line
    places, head, waiters = line.places, line.head, state.waiters
    end = len(places)
    while head < end:
        _, number, one = places[head]
        other = waiters.get(one)
        if other is not None and other.number == number:
            break
        head += 1
    _move_head(line, head)
    if head == end:
        state.waiting[waiter.klass // WORD] &= ~(1 << waiter.klass % WORD)


def _move_head(line: Line, head: int) -> None:
    if head == len(line.places):
        line.places.clear()
        line.head = 0
    elif head >= COMPACT and head * 2 > len(line.places):
        del line.places[:head]
        line.head = 0
    else:
        line.head = head


def dequeued(state: Routing, contact: ContactId) -> None:
    """Or it has ended before, in this step."""
    waiter = state.waiters.get(contact)
    if waiter is None:
        return
    waiter.offer = None
    if waiter.number:
        _leave(state, waiter)


def contact_ended(state: Routing, contact: ContactId) -> None:
    waiter = state.waiters.pop(contact, None)
    if waiter is not None and waiter.number:
        _leave(state, waiter)


def assigned(state: Routing, contact: ContactId, agent: AgentId, offer: OfferId) -> None:
    waiter = state.waiters[contact]
    waiter.offers += 1
    waiter.offer = offer
    _leave(state, waiter)
    set_state(state, agent, "busy", InstantUs(0))


def not_taken(
    state: Routing, contact: ContactId, agent: AgentId, offer: OfferId, withdrawn: bool
) -> None:
    """Back to the old place, if the contact still waits; an agent who couldn't help it keeps
    the idle time."""
    waiter = state.waiters.get(contact)
    if waiter is not None and waiter.offer == offer:
        waiter.offer = None
        _stand(state, contact, waiter)
    seat = state.seats.get(agent)
    if withdrawn and seat is not None:
        seat.kept = seat.since


# --- agents ---


def set_state(state: Routing, agent: AgentId, to: str, at: InstantUs) -> None:
    """`to`: out, away, ready or busy."""
    seat = state.seats[agent]
    was = seat.state
    if was == "ready":
        state.ready -= 1
        group = state.groups[seat.group]
        group.ready -= 1
        seat.number = 0
        _skip_gone(state, group)
    elif was == "away":
        state.away -= 1
    elif was == "busy":
        state.busy -= 1
    seat.state = to
    if to != "ready" and to != "busy":
        seat.kept = InstantUs(0)
    if to == "ready":
        state.ready += 1
        _stand_ready(state, agent, seat, at)
    elif to == "away":
        state.away += 1
    elif to == "busy":
        state.busy += 1
    elif seat.removed:
        del state.seats[agent]


def _stand_ready(state: Routing, agent: AgentId, seat: Seat, at: InstantUs) -> None:
    state.numbers += 1
    seat.number = state.numbers
    seat.since = seat.kept or at
    seat.kept = InstantUs(0)
    group = state.groups[seat.group]
    group.ready += 1
    place = (seat.since, seat.number, agent)
    places = group.line.places
    if not places or places[-1] < place:
        places.append(place)
    else:
        insort(places, place, lo=group.line.head)


def _skip_gone(state: Routing, group: Group) -> None:
    line = group.line
    places, head, seats = line.places, line.head, state.seats
    end = len(places)
    while head < end:
        seat = seats.get(places[head][2])
        if seat is not None and seat.number == places[head][1]:
            break
        head += 1
    _move_head(line, head)
