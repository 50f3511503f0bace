"""Who stands where: contacts in lines, agents in heaps, as events change it."""

from bisect import bisect_left
from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import Final

from roost.floor.definition import VOICE, Asked, Skill
from roost.floor.routing import capacity, ranks, resting
from roost.floor.routing.index import HELD, NOWHERE, class_of, line_of, profile_of
from roost.floor.routing.model import WORD, Class, Free, Line, Place, Routing, Seat, Waiter
from roost.kernel.ids import AgentId, ContactId, OfferId, QueueId
from roost.kernel.time import InstantUs

COMPACT: Final = 256  # entries before a line's head that are cut off at a time
STALE: Final = 64  # entries of a heap that may be stale, whatever its size


# --- contacts ---


def queued(
    state: Routing,
    contact: ContactId,
    queue: QueueId,
    ring: int,
    asked: Asked,
    since: InstantUs,
    only: AgentId | None,
    channel: str = VOICE,
    *,
    stands: bool = True,
    calls_first: bool = False,
) -> None:
    """Into the line of its class, or of the agent whom it's held for; a callback whose time
    hasn't come stands nowhere yet."""
    settle(state)
    klass = class_of(state, queue, ring, asked, channel)
    waiter = state.waiters.get(contact)
    if waiter is None:
        waiter = state.waiters[contact] = Waiter(klass, since)
    waiter.klass = klass
    waiter.since = since
    waiter.offer = None
    waiter.only = only if ring == HELD else None
    state.numbers += 1
    waiter.order = state.numbers
    waiter.calls_first = calls_first
    if stands:
        _stand(state, contact, waiter)


def stands(state: Routing, contact: ContactId, on_line: bool) -> None:
    """A callback, in its place from now on."""
    waiter = state.waiters.get(contact)
    if waiter is None or waiter.number or waiter.offer is not None:
        return
    settle(state)
    if on_line:
        waiter.calls_first = False
    _stand(state, contact, waiter)


def turn_came(state: Routing, contact: ContactId) -> None:
    """Out of the line, while the customer is being called."""
    settle(state)
    waiter = state.waiters[contact]
    if waiter.number:
        _leave(state, waiter)


def widened(state: Routing, contact: ContactId, ring: int, asked: Asked) -> None:
    """To the line of a wider ring, or of another priority, with the same time. While a phone
    rings for it, it stands nowhere, and comes back to the new line."""
    waiter = state.waiters.get(contact)
    if waiter is None:
        return
    settle(state)
    stood = waiter.number
    if stood:
        _leave(state, waiter)
    was = state.classes[waiter.klass]
    waiter.klass = class_of(state, was.queue, ring, asked, was.channel)
    if ring != HELD:
        waiter.only = None
    state.numbers += 1
    waiter.order = state.numbers
    if stood:
        _stand(state, contact, waiter)


def _line(state: Routing, waiter: Waiter) -> Line:
    if waiter.only is not None and waiter.only in state.seats:
        return line_of(state.seats[waiter.only])
    return state.classes[waiter.klass].line


def _stand(state: Routing, contact: ContactId, waiter: Waiter) -> None:
    """Into the line, at the place that time and order give."""
    waiter.number = waiter.order
    line = _line(state, waiter)
    place = (waiter.since, waiter.order, contact)
    places = line.places
    if line.head == len(places) and waiter.only is None:
        state.waiting[waiter.klass // WORD] |= 1 << waiter.klass % WORD
    if not places or places[-1] < place:
        places.append(place)
    elif line.head and place < places[line.head]:
        line.head -= 1
        places[line.head] = place
    else:
        at = bisect_left(places, place, lo=line.head)
        if at == len(places) or places[at] != place:  # it may stand there, stale, from before
            places.insert(at, place)


def _leave(state: Routing, waiter: Waiter) -> None:
    """Out of the line; the head moves on past whatever is stale."""
    waiter.number = 0
    line = _line(state, waiter)
    places, head, waiters = line.places, line.head, state.waiters
    end = len(places)
    while head < end:
        _, number, one = places[head]
        other = waiters.get(one)
        if other is not None and other.number == number:
            break
        head += 1
    if head == end:
        places.clear()
        line.head = 0
        if waiter.only is None:
            state.waiting[waiter.klass // WORD] &= ~(1 << waiter.klass % WORD)
    elif head >= COMPACT and head * 2 > end:
        del places[:head]
        line.head = 0
    else:
        line.head = head


def there(known: Mapping[str, Waiter], place: Place) -> bool:
    """Whether a place in a line isn't stale."""
    one = known.get(place[2])
    return one is not None and one.number == place[1]


def dequeued(state: Routing, contact: ContactId) -> None:
    """Or it has ended before, in this step."""
    waiter = state.waiters.get(contact)
    if waiter is None:
        return
    waiter.offer = None
    if waiter.number:
        _leave(state, waiter)


def contact_ended(state: Routing, contact: ContactId) -> None:
    waiter = state.waiters.get(contact)
    if waiter is not None:
        if waiter.number:
            _leave(state, waiter)
        del state.waiters[contact]


def assigned(
    state: Routing, contact: ContactId, agent: AgentId, offer: OfferId, at: InstantUs
) -> None:
    offered(state, contact, agent, offer)
    set_state(state, agent, "busy", at)


def offered(state: Routing, contact: str, agent: AgentId, offer: OfferId) -> Class:
    """Out of its line, and counted as the agent's."""
    waiter = state.waiters[contact]
    waiter.offers += 1
    waiter.offer = offer
    if waiter.number:
        _leave(state, waiter)
    klass = state.classes[waiter.klass]
    seat = state.seats[agent]
    seat.had[klass.client] = seat.had.get(klass.client, 0) + 1
    return klass


def comes_back(state: Routing, contact: ContactId, offer: OfferId) -> None:
    """To the old place, if it still waits."""
    waiter = state.waiters.get(contact)
    if waiter is not None and waiter.offer == offer:
        waiter.offer = None
        _stand(state, contact, waiter)


def not_taken(
    state: Routing, contact: ContactId, agent: AgentId, offer: OfferId, withdrawn: bool
) -> None:
    """The contact comes back; an agent who couldn't help it keeps the idle time."""
    comes_back(state, contact, offer)
    seat = state.seats.get(agent)
    if seat is None:
        return
    if withdrawn:
        seat.kept = seat.since


# --- agents ---


def set_state(state: Routing, agent: AgentId, to: str, at: InstantUs) -> None:
    """`to`: out, away, ready or busy. Who becomes ready too soon by their team's rules of rest
    is `resting`, and stands nowhere."""
    seat = state.seats[agent]
    was = seat.state
    if state.unplaced is not None and state.unplaced != agent:
        settle(state)
    if was == "ready":
        state.ready -= 1
        if state.unplaced is None:
            _stop_standing(state, agent, seat)
        seat.number = 0
        state.unplaced = None
        capacity.closes(state, seat)
    elif was == "away":
        state.away -= 1
    elif was == "busy":
        state.busy -= 1
    elif was == "resting":
        state.resting -= 1
        seat.number = 0
    elif to != "out":
        resting.arrived(seat.load, at)
        seat.had = {}
        seat.shut_until = InstantUs(0)
    seat.state = to
    if to == "busy" or (to == "ready" and seat.works and _at_work(seat)):
        resting.begins(seat.load, at)
    else:
        resting.ends(seat.load, at)
    if to == "ready":
        _becomes_ready(state, agent, seat, at, after_contact=was == "busy" or seat.worked)
    elif to == "busy":
        state.busy += 1
    else:
        seat.kept = InstantUs(0)
        seat.worked = False
        if to == "away":
            state.away += 1
        elif seat.removed:
            del state.seats[agent]


def _at_work(seat: Seat) -> bool:
    return any(work.taken for work in seat.works.values())


def _becomes_ready(
    state: Routing, agent: AgentId, seat: Seat, at: InstantUs, *, after_contact: bool
) -> None:
    state.numbers += 1
    seat.number = state.numbers
    seat.since = seat.kept or at
    seat.rest_until = at
    if seat.load.rest_us or seat.load.most_busy:
        seat.rest_until = resting.until(
            seat.load, at, after_contact=after_contact and not seat.kept
        )
    seat.kept = InstantUs(0)
    seat.worked = False
    if seat.rest_until > at:
        seat.state = "resting"
        state.resting += 1
    else:
        _is_free(state, agent, seat, at)


def _is_free(state: Routing, agent: AgentId, seat: Seat, at: InstantUs) -> None:
    state.ready += 1
    seat.stood = at
    capacity.opens(state, seat)
    state.unplaced = agent


def rested(state: Routing, agent: AgentId, at: InstantUs) -> None:
    """The rest is over: among the ready, idle since they became ready."""
    settle(state)
    seat = state.seats[agent]
    state.resting -= 1
    seat.state = "ready"
    _is_free(state, agent, seat, at)


def stand_anew(state: Routing, agent: AgentId) -> None:
    """A ready agent has room for more, or for less, than a moment ago."""
    seat = state.seats[agent]
    if seat.state != "ready":
        return
    if state.unplaced != agent:
        settle(state)
        _stop_standing(state, agent, seat)
    capacity.closes(state, seat)
    state.numbers += 1
    seat.number = state.numbers
    capacity.opens(state, seat)
    state.unplaced = agent


def moved(state: Routing, agent: AgentId, skills: tuple[Skill, ...], team: str) -> None:
    """Somebody has other skills, or another team: among the ready for other classes, and idle
    since when they were."""
    seat = state.seats[agent]
    settle(state)
    ready = seat.state == "ready"
    if ready:
        seat.number = 0
        _stop_standing(state, agent, seat)
    seat.skills, seat.team = skills, team
    seat.profile = profile_of(state, seat)
    if ready:
        state.numbers += 1
        seat.number = state.numbers
        state.unplaced = agent


def settle(state: Routing) -> None:
    """Whoever became ready last takes their places in the heaps."""
    agent = state.unplaced
    if agent is None:
        return
    state.unplaced = None
    seat = state.seats[agent]
    classes, reaches = state.classes, state.profiles[seat.profile].reach
    since, number, at = seat.since, seat.number, seat.stood
    loaded = seat.loaded * ranks.LOADED
    place: Free = (0, since, number, agent)
    for channel in seat.open:
        reach = reaches.get(channel, NOWHERE)
        for n, rank in zip(reach.classes, reach.ranks, strict=True):
            klass = classes[n]
            if klass.moves:
                rank += ranks.MOVING[klass.rule](seat, klass, at)
            rank += loaded
            heappush(klass.free, (rank, since, number, agent) if rank else place)
            klass.ready += 1


def _stop_standing(state: Routing, agent: AgentId, seat: Seat) -> None:
    """With the number that stands no longer: a stale entry is known by it."""
    seat.number = 0
    classes, reaches = state.classes, state.profiles[seat.profile].reach
    for channel in seat.open:
        for n in reaches.get(channel, NOWHERE).classes:
            klass = classes[n]
            klass.ready -= 1
            free = klass.free
            if free[0][3] == agent:
                _drop_stale(state, free)
            elif len(free) > STALE and len(free) > 4 * klass.ready:
                _make_anew(state, klass)


def _drop_stale(state: Routing, free: list[Free]) -> None:
    """Off the top, whatever no longer stands."""
    seats = state.seats
    while free:
        _, _, number, one = free[0]
        seat = seats.get(one)
        if seat is not None and seat.number == number and seat.state == "ready":
            return
        heappop(free)


def _make_anew(state: Routing, klass: Class) -> None:
    seats = state.seats
    klass.free = [
        entry
        for entry in klass.free
        if (seat := seats.get(entry[3])) is not None
        and seat.number == entry[2]
        and seat.state == "ready"
    ]
    heapify(klass.free)
