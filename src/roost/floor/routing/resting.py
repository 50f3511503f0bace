"""Rest: what a team's rules ask of an agent who becomes ready, in time."""

from typing import Final

from roost.floor.routing.model import Load
from roost.kernel.time import MINUTE, DurationUs, InstantUs

SPAN_US: Final = DurationUs(30 * MINUTE)  # a greatest occupancy is kept over this long
LONGEST_US: Final = DurationUs(10 * MINUTE)  # no rule holds anybody back for longer at once


def arrived(load: Load, at: InstantUs) -> None:
    """Signed in: nothing counts from before."""
    load.here = load.span_from = at
    load.busy_from = None
    load.busy_us = load.span_us = load.before_us = 0


def begins(load: Load, at: InstantUs) -> None:
    """A contact is offered."""
    if load.busy_from is None:
        load.busy_from = at


def ends(load: Load, at: InstantUs) -> None:
    """Done with the contact, or it was nothing."""
    if load.busy_from is None:
        return
    spent = max(0, at - load.busy_from)
    load.busy_from = None
    load.busy_us += spent
    passed = at - load.span_from
    if passed >= SPAN_US:
        load.before_us = load.span_us if passed < 2 * SPAN_US else 0
        load.span_us = 0
        load.span_from = InstantUs(at - passed % SPAN_US)
    load.span_us = min(load.span_us + spent, SPAN_US)


def until(load: Load, at: InstantUs, *, after_contact: bool) -> InstantUs:
    """When the agent who becomes ready now may be offered something: `at` if at once."""
    rest = load.rest_us if after_contact else 0
    if load.most_busy:
        rest = max(rest, _too_busy(load, at))
    return InstantUs(at + min(rest, LONGEST_US))


def _too_busy(load: Load, at: InstantUs) -> int:
    """How long until busy time is no more than its share. The span before counts as far as it
    reaches into the last SPAN_US, as if its busy time had been spread evenly over it."""
    passed = min(max(0, at - load.span_from), SPAN_US)
    busy = load.span_us + load.before_us * (SPAN_US - passed) // SPAN_US
    here = min(max(0, at - load.here), SPAN_US)
    return max(0, 1000 * busy // load.most_busy - here)
