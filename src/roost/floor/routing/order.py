"""Who goes first, among the heads of the classes that an agent may serve."""

from typing import Final

from roost.floor.routing import promises
from roost.floor.routing.model import Class, Place, Routing
from roost.kernel.time import InstantUs

VERSION: Final = 1
PRIORITY: Final = "priority"
CONTRACT: Final = "contract"

Key = tuple[int, int, Place]  # minus the priority, minus what a second's delay costs, the place


def priority_of(klass: Class, since: InstantUs | int, now: InstantUs) -> int:
    """A contact's priority by now: waiting raises it, to a limit."""
    if not klass.boost_us:
        return klass.priority
    return klass.priority + min(klass.boost_most, (now - since) // klass.boost_us)


def key(state: Routing, klass: Class, place: Place, now: InstantUs) -> Key:
    """The lowest goes first."""
    priority = priority_of(klass, place[0], now)
    if state.order == CONTRACT:
        return (-priority, -promises.cost(state, klass.queue, place[0], now), place)
    return (-priority, 0, place)


def policy(state: Routing) -> str:
    """The order by its name and version, as a decision's event keeps it."""
    return f"{state.order}/{VERSION}"
