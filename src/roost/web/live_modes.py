"""The live view of what is declared: modes in force, and those to come."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct
from msgspec.structs import replace

from roost.floor.modes import messages as modes
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ModeId, VaultId
from roost.web.permissions import View
from roost.web.rows import ModeRow

if TYPE_CHECKING:
    from roost.web.live import Live


class ModeLive(Struct):
    """`words`: who declared it and why, in the client's vault."""

    row: ModeRow
    words: VaultId | None


def declared(live: "Live", event: modes.ModeDeclared, envelope: Envelope) -> None:
    """In force from `begun` on."""
    scope = event.scope
    row = ModeRow(
        event.mode,
        event.kind,
        scope.client,
        scope.queues,
        scope.lists,
        scope.variable,
        scope.value,
        event.announcement,
        event.to,
        event.begins,
        event.ends,
        False,
        envelope.at,
    )
    live.modes[event.mode] = ModeLive(row, event.words)
    _touch(live, event.mode)


def began(live: "Live", event: modes.ModeBegan, _at: Envelope) -> None:
    """In force."""
    known = live.modes[event.mode]
    known.row = replace(known.row, began=True)
    _touch(live, event.mode)


def extended(live: "Live", event: modes.ModeExtended, _at: Envelope) -> None:
    """Until another instant."""
    known = live.modes[event.mode]
    known.row = replace(known.row, ends=event.ends)
    _touch(live, event.mode)


def over(live: "Live", event: modes.ModeOver, _at: Envelope) -> None:
    """No longer shown."""
    del live.modes[event.mode]
    _touch(live, event.mode)


def _touch(live: "Live", mode: ModeId) -> None:
    live.dirty.add((View.MODES, mode))


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    modes.ModeDeclared: declared,
    modes.ModeBegan: began,
    modes.ModeExtended: extended,
    modes.ModeOver: over,
}
"""Which event is folded how."""
