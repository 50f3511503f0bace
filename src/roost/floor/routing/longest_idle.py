"""The policy `longest_idle`: who has been ready longest takes the contact.

Levels decide who can serve at all, not who goes first. Equal times are decided by the order in
which the agents became ready.
"""

from collections.abc import Set
from typing import Final

from roost.floor.routing.messages import Candidate
from roost.floor.routing.model import Class, Group, Place, Routing
from roost.kernel.ids import AgentId
from roost.kernel.time import InstantUs, between

POLICY: Final = "longest_idle/1"
SHOWN: Final = 5  # candidates that a decision's event names


def winner(state: Routing, klass: Class) -> AgentId | None:
    """The longest idle agent who can serve this class; looks at the groups' heads only."""
    best: Place | None = None
    groups = state.groups
    for number in klass.groups:
        group = groups[number]
        if group.ready:
            line = group.line
            place = line.places[line.head]
            if best is None or place < best:
                best = place
    return None if best is None else AgentId(best[2])


NOBODY: Final[frozenset[str]] = frozenset()


def first(
    state: Routing, klass: Class, now: InstantUs, taken: Set[str] = NOBODY
) -> tuple[tuple[Candidate, ...], int]:
    """The first few candidates in order, and how many there are in all, without those whom the
    same decision has `taken` before."""
    places: list[Place] = []
    eligible = 0
    for number in klass.groups:
        group = state.groups[number]
        if group.ready:
            eligible += group.ready
            places.extend(_heads(state, group, len(taken)))
    if taken:
        eligible -= sum(1 for agent in taken if state.seats[agent].group in klass.groups)
        places = [place for place in places if place[2] not in taken]
    if len(places) > 1:
        places.sort()
    return (
        tuple(
            Candidate(AgentId(agent), between(InstantUs(since), now))
            for since, _, agent in places[:SHOWN]
        ),
        eligible,
    )


def _heads(state: Routing, group: Group, more: int) -> list[Place]:
    """The first SHOWN (and `more`) of a group's line who are still there. Bounded: at most four
    times as many places are looked at."""
    line = group.line
    if group.ready == 1:
        return [line.places[line.head]]
    seats = state.seats
    wanted = SHOWN + more
    found: list[Place] = []
    for place in line.places[line.head : line.head + 4 * wanted]:
        seat = seats.get(place[2])
        if seat is not None and seat.number == place[1]:
            found.append(place)
            if len(found) == wanted:
                break
    return found
