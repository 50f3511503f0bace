"""Whom a declared mode affects: what `modes` keeps of it, and what `flows` needs of it."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.ids import ClientId, ModeId, QueueId


class ModeKind(StrEnum):
    """What is declared."""

    SURGE = "surge"  # known trouble: more calls than usual, and a word on why
    CLOSED = "closed"  # against the hours
    EMERGENCY = "emergency"  # nobody can answer here: evacuated, a site without power


class Scope(Struct, frozen=True, gc=False):
    """A client's callers: those of some `queues`, on one of the caller `lists`, whose flow has
    set `variable` to `value`. What isn't named narrows nothing."""

    client: ClientId
    queues: tuple[QueueId, ...] = ()
    lists: tuple[str, ...] = ()
    variable: str = ""
    value: str = ""

    def holds(
        self, queue: QueueId | None, lists: Sequence[str], variables: Mapping[str, str]
    ) -> bool:
        """Whether a caller of the client is affected. `queue` None: before any queue."""
        if self.queues and queue not in self.queues:
            return False
        if self.lists and not any(one in lists for one in self.lists):
            return False
        return not self.variable or variables.get(self.variable) == self.value


class InForce(Struct, frozen=True, gc=False):
    """A mode in force, as flows know it. `announcement` names one of the client's; `to` is the
    queue in which those wait who can't here."""

    mode: ModeId
    kind: ModeKind
    scope: Scope
    announcement: str = ""
    to: QueueId | None = None


STRENGTH: Final[Mapping[ModeKind, int]] = {
    ModeKind.EMERGENCY: 0,
    ModeKind.CLOSED: 1,
    ModeKind.SURGE: 2,
}
"""Which of several modes decides: the lowest."""
