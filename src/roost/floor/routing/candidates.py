"""The agents who may serve a class, in order: for a decision's event, and for choosing."""

from bisect import bisect_left
from collections.abc import Iterator, Set
from heapq import heappop, heappush
from typing import Final

from roost.floor.routing import ranks
from roost.floor.routing.messages import Candidate
from roost.floor.routing.model import WORD, Class, Free, Routing
from roost.kernel.ids import AgentId
from roost.kernel.time import InstantUs, between

SHOWN: Final = 5  # candidates that a decision's event names
MOST_LOOKED_AT: Final = 64  # entries of a heap, stale ones too, to find them
NOBODY: Final[frozenset[str]] = frozenset()


def unplaced(state: Routing, klass: Class) -> Free | None:
    """The entry of who became ready last, if they may serve this class: it's in no heap yet."""
    if state.unplaced is None:
        return None
    seat = state.seats[state.unplaced]
    profile = state.profiles[seat.profile]
    word, bit = divmod(klass.number, WORD)
    if not profile.mask[word] >> bit & 1 or klass.channel not in seat.open:
        return None
    reach = profile.reach[klass.channel]
    rank = ranks.rank(reach.ranks[bisect_left(reach.classes, klass.number)], klass, seat)
    return rank, seat.since, seat.number, state.unplaced


def winner(state: Routing, klass: Class) -> AgentId | None:
    """Whoever is first by the class's rule."""
    free = klass.free[0] if klass.free else None
    last = unplaced(state, klass)
    if last is not None and (free is None or last < free):
        free = last
    return None if free is None else AgentId(free[3])


def winner_besides(state: Routing, klass: Class, taken: Set[str]) -> AgentId | None:
    """The first of those whom the same decision hasn't taken before."""
    free = (entry[3] for entry in in_order(state, klass) if entry[3] not in taken)
    found = next(free, None)
    return None if found is None else AgentId(found)


def in_order(state: Routing, klass: Class, most: int | None = None) -> Iterator[Free]:
    """The live entries of a class's heap in order, from the top down: always on with the lowest
    of what lies under those seen. Gives up after looking at `most` entries, stale ones too."""
    last = unplaced(state, klass)
    free, seats = klass.free, state.seats
    ahead: list[tuple[Free, int]] = [(free[0], 0)] if free else []
    size, looked = len(free), 0
    while ahead and looked != most:
        entry, at = heappop(ahead)
        looked += 1
        seat = seats.get(entry[3])
        if seat is not None and seat.number == entry[2] and seat.state == "ready":
            if last is not None and last < entry:
                yield last
                last = None
            yield entry
        for under in (2 * at + 1, 2 * at + 2):
            if under < size:
                heappush(ahead, (free[under], under))
    if last is not None:
        yield last


def first(
    state: Routing, klass: Class, now: InstantUs, taken: Set[str] = NOBODY
) -> tuple[tuple[Candidate, ...], int]:
    """The first few candidates in order, and how many there are in all, without those whom the
    same decision has `taken` before."""
    last = unplaced(state, klass)
    eligible = klass.ready + (last is not None)
    if eligible == 1 and not taken:
        _, since, _, agent = last or klass.free[0]
        return (Candidate(AgentId(agent), between(InstantUs(since), now)),), 1
    shown: list[Candidate] = []
    for _, since, _, agent in in_order(state, klass, MOST_LOOKED_AT + 2 * len(taken)):
        if agent not in taken:
            shown.append(Candidate(AgentId(agent), between(InstantUs(since), now)))
            if len(shown) == SHOWN:
                break
    if taken:
        word, bit = divmod(klass.number, WORD)
        gone = (state.seats[one] for one in taken)
        masks = (state.profiles[seat.profile].mask for seat in gone if klass.channel in seat.open)
        eligible -= sum(1 for mask in masks if mask[word] >> bit & 1)
    return tuple(shown), eligible
