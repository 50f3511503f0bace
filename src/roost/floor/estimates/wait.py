"""The estimate itself: a position by the router's order, and the wait until it's served.

With k before it, somebody's turn comes after k + 1 turns, and while j wait before it the next
one comes at the queue's pace or because one of the j gives up: the expected wait is the sum of
1 / (pace + j · giving up) over j from 0 to k. (Whitt, Predicting queueing delays, Management
Science 45, 1999: exact where handle times and patience are exponential.) Measured against it in
the twin (docs/decisions/0019): the last wait, the head's wait, the pace without those who give
up, and a count of everybody before it in the whole pool.

Pace and giving up begin at what is usual, as if it had been seen a few times, so that a queue's
first caller has an estimate too.
"""

from bisect import bisect_left, bisect_right
from typing import Final

from msgspec import Struct

from roost.floor.estimates.model import Counted, Estimates, Pace, Place
from roost.kernel.ids import ContactId, QueueId
from roost.kernel.time import MINUTE, NEVER, SECOND, DurationUs, InstantUs

USUAL_RING_US: Final = 3 * SECOND
USUAL_HANDLING_US: Final = 3 * MINUTE
AS_IF: Final = 3  # turns, and handled contacts, as if they had been seen
GIVE_UP_US: Final = 200 * SECOND  # of waiting for each who gives up, as if half a one had been seen
ONE_BY_ONE: Final = 32  # places that are added up one by one; behind them by ever more at once


class Estimate(Struct, frozen=True, gc=False):
    """`position` 1 is next; `wait_us` from now until somebody answers, None while nobody is
    there who could."""

    position: int
    wait_us: DurationUs | None


def of(state: Estimates, contact: ContactId, now: InstantUs) -> Estimate | None:
    """Of somebody who waits in a queue's line; None if a phone rings already, or nobody knows."""
    waiter = state.waiters.get(contact)
    if waiter is None or not waiter.stands:
        return None
    pace = state.paces[waiter.queue]
    before = ahead(pace, waiter.raised, waiter.place, now)
    return Estimate(before + 1, remaining(state, pace, before))


def entering(state: Estimates, queue: QueueId, now: InstantUs, raised: int = 0) -> Estimate | None:
    """Of somebody who'd enter now and find nobody ready; None if there's no such queue."""
    pace = state.paces.get(queue)
    if pace is None:
        return None
    before = ahead(pace, raised, (now, NEVER), now)
    return Estimate(before + 1, remaining(state, pace, before))


def ahead(pace: Pace, raised: int, place: Place, now: InstantUs) -> int:
    """How many of its queue go before it: of higher priority by now, or older."""
    before, since = 0, place[0]
    every, most = pace.boost_us, pace.boost_most
    boost = min(most, (now - since) // every) if every and now > since else 0
    for other, line in pace.lines.items():
        older = bisect_left(line, place)
        if other == raised:
            before += older
            continue
        level = boost + raised - other  # by which waiting would have to have raised them
        higher = _raised(line, level + 1, every, most, now)
        before += max(higher, min(older, _raised(line, level, every, most, now)))
    return before


def _raised(line: list[Place], level: int, every: int, most: int, now: InstantUs) -> int:
    """How many of a line waiting has raised by so much."""
    if level <= 0:
        return len(line)
    if level > most or not every:
        return 0
    return bisect_right(line, (now - level * every, NEVER))


class Rates(Struct, frozen=True, gc=False):
    """What a wait is added up from, by the microsecond: how often a turn comes, how often one of
    those who wait gives up; and how long a phone rings."""

    turns: float
    gives_up: float
    ring_us: float


def rates(state: Estimates, pace: Pace) -> Rates | None:
    """Of a queue now; None while nobody is there who could serve it."""
    agents = pace.agents or pace.wider
    if not agents:
        return None
    handling = _mean(pace.handled, _mean(state.handled, USUAL_HANDLING_US))
    turns = agents * (pace.turns.count + AS_IF) / (pace.turns.us + AS_IF * handling)
    gives_up = (pace.gave_up.count + 0.5) / (pace.gave_up.us + GIVE_UP_US / 2)
    return Rates(turns, gives_up, _mean(state.rings, USUAL_RING_US))


def remaining(state: Estimates, pace: Pace, before: int) -> DurationUs | None:
    """How long until somebody answers, with so many before."""
    found = rates(state, pace)
    if found is None:
        return None
    turns, gives_up = found.turns, found.gives_up
    wait = 0.0
    place, step = 0, 1
    while place <= before:
        if place >= ONE_BY_ONE * step:
            step *= 2
        size = min(step, before + 1 - place)
        wait += size / (turns + (place + (size - 1) / 2) * gives_up)
        place += size
    return DurationUs(int(wait + found.ring_us))


def _mean(counted: Counted, usual: float) -> float:
    return (counted.us + AS_IF * usual) / (counted.count + AS_IF)
