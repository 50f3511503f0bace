"""What becomes of modes, folded into their own area and into the flows': a part of the cell's folds
(cell.py)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.modes import messages as modes
from roost.floor.modes import model as modes_model
from roost.floor.state import CellState
from roost.kernel.messages import Event
from roost.kernel.time import InstantUs


def _began(state: CellState, event: modes.ModeBegan, at: InstantUs) -> None:
    state.flows.modes[event.mode] = modes_model.began(state.modes, event.mode)


def _over(state: CellState, event: modes.ModeOver, at: InstantUs) -> None:
    modes_model.over(state.modes, event.mode)
    state.flows.modes.pop(event.mode, None)


FOLDS: Final[Mapping[type[Event], Callable[[CellState, Any, InstantUs], None]]] = {
    modes.ModeDeclared: lambda s, e, at: modes_model.declared(s.modes, e, at),
    modes.ModeBegan: _began,
    modes.ModeExtended: lambda s, e, at: modes_model.extended(s.modes, e),
    modes.ModeOver: _over,
}
