"""What an agent has room for, beside what they have in hand.

Whatever is in hand weighs 100 together at most, and of one channel there's only so much at a
time. A call weighs 100, so it's taken by whoever has nothing in hand, or only what may be put
aside for it (`interruptible`). Only one thing is offered to an agent at a time.
"""

from typing import Final

from roost.floor.definition import VOICE, share
from roost.floor.routing.model import Routing, Seat

WHOLE: Final = 100


def weigh(state: Routing, seat: Seat) -> None:
    """The channels that are used, and that the agent has a part in; what each work weighs."""
    seat.channels = tuple(
        channel for channel in state.masks if channel == VOICE or share(seat.capacity, channel).most
    )
    for work in seat.works.values():
        work.weight = share(seat.capacity, work.channel).weight
    seat.loaded = sum(work.weight for work in seat.works.values())


def opens(state: Routing, seat: Seat) -> None:
    """Whoever is ready stands for what there's room for."""
    if seat.works or seat.shut_until:
        seat.open = tuple(channel for channel in seat.channels if _room(seat, channel))
    else:
        seat.open = seat.channels
    if len(seat.open) < len(state.masks):
        _count(state, seat, 1)


def closes(state: Routing, seat: Seat) -> None:
    """No longer ready, or about to stand anew."""
    if len(seat.open) < len(state.masks):
        _count(state, seat, -1)
    seat.open = ()


def _count(state: Routing, seat: Seat, by: int) -> None:
    for channel in state.masks:
        if channel not in seat.open:
            state.full[channel] = state.full.get(channel, 0) + by


def _room(seat: Seat, channel: str) -> bool:
    if channel == VOICE:
        return all(work.interruptible for work in seat.works.values())
    if seat.shut_until:
        return False
    of = share(seat.capacity, channel)
    count = 0
    for work in seat.works.values():
        if not work.taken:
            return False
        count += work.channel == channel
    return count < of.most and seat.loaded + of.weight <= WHOLE


def for_calls(seat: Seat) -> bool:
    """Whether a call may be offered."""
    return seat.state == "ready" and VOICE in seat.open


def closed(state: Routing, seat: Seat) -> list[list[int]]:
    """The classes (as masks) of channels that a ready agent has no room for."""
    if len(seat.open) == len(state.masks):
        return []
    return [mask for channel, mask in state.masks.items() if channel not in seat.open]
