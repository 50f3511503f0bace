"""A room's assembly, handed to the engine as a value: the engine knows no area."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from roost.kernel.messages import Command, Decision, Effect, Event, Refusal
from roost.kernel.time import InstantUs

State = TypeVar("State")


@dataclass(frozen=True)
class Room(Generic[State]):
    """All that the engine needs of a room.

    `decide` never changes the state. Each event has a fold, which changes the state in place and
    never fails on an event that was appended; and perhaps a reaction, which lists the commands
    that follow from it, in fixed order, within the same step. `unfinished` lists the effects
    (timers too) that a restart must send again; `rescue` lists the commands that bring a contact
    onto the safe path when deciding this command failed with an assertion of ours. `state_type`
    is the msgspec struct of the whole state (for snapshots and digests), `events` every event by
    its `area.Class` name, `upcasters` (type, old version) → old body as builtins to the next
    version's body.
    """

    name: str
    state_type: type[State]
    initial: Callable[[], State]
    decide: Callable[[State, InstantUs, Command], Decision | Refusal]
    folds: Mapping[type[Event], Callable[[State, Any, InstantUs], None]]
    reactions: Mapping[type[Event], Callable[[State, Any], Sequence[Command]]]
    unfinished: Callable[[State, InstantUs], Sequence[Effect]]
    rescue: Callable[[State, Command], Sequence[Command]]
    events: Mapping[str, type[Event]]
    upcasters: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]

    def fold(self, state: State, event: Event, at: InstantUs) -> None:
        """One event, by its type."""
        self.folds[type(event)](state, event, at)
