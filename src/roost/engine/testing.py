"""A small room to test engines, stores and links with: doors that close by themselves.

    closed ─OpenDoor→ open ─(after OPEN_US, or CloseDoor)→ closed

Opening rings a bell (an effect) and, by a reaction, counts a visit. `Jam` fails with an
assertion; its rescue closes the door. `Spin` reacts for ever. `Breaks` can't be folded.
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from roost.kernel.ids import ContactId, Owner, VaultId
from roost.kernel.messages import NOTHING, Command, Decision, Effect, Event, Refusal, Wake
from roost.kernel.room import Room
from roost.kernel.time import InstantUs, after, seconds

OPEN_US = seconds(5)


class OpenDoor(Command, frozen=True, gc=False):
    door: str
    note: VaultId | None = None


class CloseDoor(Command, frozen=True, gc=False):
    door: str
    turn: int
    drop: VaultId | None = None


class CountVisit(Command, frozen=True, gc=False):
    door: str


class Knock(Command, frozen=True, gc=False):
    """An effect without an event."""

    door: str


class Jam(Command, frozen=True, gc=False):
    door: str


class OpenJammed(Command, frozen=True, gc=False):
    """Opens; the reaction to that fails."""

    door: str


class Spin(Command, frozen=True, gc=False):
    door: str


class Break(Command, frozen=True, gc=False):
    door: str


class DoorOpened(Event, frozen=True, gc=False, kw_only=True):
    door: str
    turn: int
    until: InstantUs
    jammed: bool = False


class DoorClosed(Event, frozen=True, gc=False, kw_only=True):
    door: str


class VisitCounted(Event, frozen=True, gc=False, kw_only=True):
    """Version 1 had `n` instead of `total`, and no tags."""

    VERSION = 2

    door: str
    total: int
    tags: frozenset[str] = frozenset()


class Spun(Event, frozen=True, gc=False, kw_only=True):
    door: str


class Broken(Event, frozen=True, gc=False, kw_only=True):
    door: str


class RingBell(Effect, frozen=True, gc=False):
    door: str


class Doors(Struct):
    """`open` gives the turn and the instant of closing of each open door."""

    open: dict[str, tuple[int, InstantUs]] = {}
    visits: dict[str, int] = {}
    turns: int = 0
    jams: set[str] = set()


def _owned(door: str) -> dict[str, Any]:
    return {"owner": Owner("house"), "contact": ContactId(door)}


def _decide(state: Doors, now: InstantUs, command: Command) -> Decision | Refusal:
    match command:
        case OpenDoor(door) | OpenJammed(door):
            if door in state.open:
                return Refusal("already_open", {"door": door})
            until = after(now, OPEN_US)
            opened = DoorOpened(
                door=door,
                turn=state.turns + 1,
                until=until,
                jammed=isinstance(command, OpenJammed),
                **_owned(door),
            )
            wake = Wake(until, CloseDoor(door, state.turns + 1))
            return Decision((opened,), (RingBell(door), wake))
        case CloseDoor(door, turn, drop):
            if door not in state.open or turn not in (0, state.open[door][0]):
                return Refusal("stale")
            drops = () if drop is None else (drop,)
            return Decision((DoorClosed(door=door, **_owned(door)),), (), drops)
        case CountVisit(door):
            total = state.visits.get(door, 0) + 1
            tags = frozenset(["visit", "door", door])
            return Decision((VisitCounted(door=door, total=total, tags=tags, **_owned(door)),))
        case Knock(door):
            return Decision((), (RingBell(door),))
        case Jam():
            raise AssertionError("jammed")
        case Spin(door):
            return Decision((Spun(door=door, **_owned(door)),))
        case Break(door):
            return Decision((Broken(door=door, **_owned(door)),))
        case _:
            return NOTHING


def _fold(state: Doors, event: Event, _: InstantUs) -> None:
    match event:
        case DoorOpened(door=door, turn=turn, until=until):
            state.turns = turn
            state.open[door] = (turn, until)
        case DoorClosed(door=door):
            del state.open[door]
            state.jams.discard(door)
        case VisitCounted(door=door, total=total):
            state.visits[door] = total
        case Broken():
            raise ValueError("cannot be folded")
        case _:
            pass


def _react(_: Doors, event: Event) -> Sequence[Command]:
    match event:
        case DoorOpened(door=door, jammed=jammed):
            return (CountVisit(door), Jam(door)) if jammed else (CountVisit(door),)
        case Spun(door=door):
            return (Spin(door),)
        case _:
            return ()


def _unfinished(state: Doors, _: InstantUs) -> Sequence[Effect]:
    return [
        Wake(until, CloseDoor(door, turn)) for door, (turn, until) in sorted(state.open.items())
    ]


def _rescue(state: Doors, command: Command) -> Sequence[Command]:
    door = getattr(command, "door", None)
    return (CloseDoor(door, 0),) if door in state.open else ()


def _named(body: dict[str, Any]) -> dict[str, Any]:
    return {**{key: value for key, value in body.items() if key != "n"}, "total": body["n"]}


COMMANDS = (OpenDoor, CloseDoor, CountVisit, Knock, Jam, OpenJammed, Spin, Break)

_EVENTS = {
    f"doors.{cls.__name__}": cls for cls in (DoorOpened, DoorClosed, VisitCounted, Spun, Broken)
}
DOORS = Room[Doors](
    name="doors",
    state_type=Doors,
    initial=Doors,
    decide=_decide,
    folds=dict.fromkeys(_EVENTS.values(), _fold),
    reactions=dict.fromkeys(_EVENTS.values(), _react),
    unfinished=_unfinished,
    rescue=_rescue,
    events=_EVENTS,
    upcasters={("doors.VisitCounted", 1): _named},
)
