"""Giving a command to the one writer, from inside its process or by a local socket."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from roost.kernel.actor import Actor
from roost.kernel.ids import CommandId, ContactId
from roost.kernel.messages import Command, Refusal, VaultPut


class Done(Struct, frozen=True, gc=False, tag=True):
    """The command's events are committed; `number` is the stream's position after them."""

    number: int
    contact: ContactId | None = None


class Refused(Struct, frozen=True, gc=False, tag=True):
    refusal: Refusal


class Unavailable(Struct, frozen=True, gc=False, tag=True):
    """Not decided at all: the writer is gone, deposed, or too busy. Trying again with the same
    id is safe."""

    why: str


Answer = Done | Refused | Unavailable


class Submit(Protocol):
    """`id` makes it idempotent: the same id twice is done once, and answered the same. `puts`
    go into the vault in the same commit, unless the command is refused."""

    async def __call__(
        self,
        command: Command,
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut] = (),
    ) -> Answer: ...
