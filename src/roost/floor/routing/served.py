"""Whether anybody is there who may serve a queue."""

from typing import Final

from roost.floor import definition
from roost.floor.definition import Asked, together
from roost.floor.routing.model import Routing
from roost.kernel.ids import QueueId

GONE: Final = {"signed_out": frozenset({"out"}), "away": frozenset({"out", "away"})}


def nobody(state: Routing, queue: QueueId, asked: Asked, when: str) -> bool:
    """Whether all who may serve such a contact, now or in the queue's last ring, are signed out,
    or `away` (or signed out)."""
    of = state.queues[queue]
    widest = of.rings[-1] if of.rings else None
    skills = together(widest.skills if widest else of.skills, asked.skills)
    teams = widest.teams if widest else of.teams
    gone, able = GONE[when], dict[int, bool]()
    for seat in state.seats.values():
        if seat.state in gone or seat.removed:
            continue
        may = able.get(seat.profile)
        if may is None:
            may = (not teams or seat.team in teams) and definition.serves(seat.skills, skills)
            able[seat.profile] = may
        if may:
            return False
    return True
