"""The agents who may serve a class, in order: for a decision's event, and for choosing."""

from collections.abc import Iterator, Set
from heapq import heappop, heappush
from typing import Final

from roost.floor.routing.messages import Candidate
from roost.floor.routing.model import WORD, Class, Free, Routing
from roost.kernel.ids import AgentId
from roost.kernel.time import InstantUs, between

SHOWN: Final = 5  # candidates that a decision's event names
MOST_LOOKED_AT: Final = 64  # entries of a heap, stale ones too, to find them
NOBODY: Final[frozenset[str]] = frozenset()


def winner(klass: Class) -> AgentId | None:
    """Whoever is first by the class's rule."""
    return AgentId(klass.free[0][3]) if klass.free else None


def winner_besides(state: Routing, klass: Class, taken: Set[str]) -> AgentId | None:
    """The first of those whom the same decision hasn't taken before."""
    free = (entry[3] for entry in in_order(state, klass) if entry[3] not in taken)
    found = next(free, None)
    return None if found is None else AgentId(found)


def in_order(state: Routing, klass: Class, most: int | None = None) -> Iterator[Free]:
    """The live entries of a class's heap in order, from the top down: always on with the lowest
    of what lies under those seen. Gives up after looking at `most` entries, stale ones too."""
    free, seats = klass.free, state.seats
    ahead: list[tuple[Free, int]] = [(free[0], 0)] if free else []
    size, looked = len(free), 0
    while ahead and looked != most:
        entry, at = heappop(ahead)
        looked += 1
        seat = seats.get(entry[3])
        if seat is not None and seat.number == entry[2] and seat.state == "ready":
            yield entry
        for under in (2 * at + 1, 2 * at + 2):
            if under < size:
                heappush(ahead, (free[under], under))


def first(
    state: Routing, klass: Class, now: InstantUs, taken: Set[str] = NOBODY
) -> tuple[tuple[Candidate, ...], int]:
    """The first few candidates in order, and how many there are in all, without those whom the
    same decision has `taken` before."""
    if klass.ready == 1 and not taken:
        _, since, _, agent = klass.free[0]
        return (Candidate(AgentId(agent), between(InstantUs(since), now)),), 1
    shown: list[Candidate] = []
    for _, since, _, agent in in_order(state, klass, MOST_LOOKED_AT + 2 * len(taken)):
        if agent not in taken:
            shown.append(Candidate(AgentId(agent), between(InstantUs(since), now)))
            if len(shown) == SHOWN:
                break
    eligible = klass.ready
    if taken:
        word, bit = divmod(klass.number, WORD)
        masks = (state.profiles[state.seats[one].profile].mask for one in taken)
        eligible -= sum(1 for mask in masks if mask[word] >> bit & 1)
    return tuple(shown), eligible
