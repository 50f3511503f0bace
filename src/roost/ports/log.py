"""The log: streams with one writer each, the vault in the same commit, epochs as fences."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import Owner, StreamName, VaultId
from roost.kernel.messages import VaultPut


class Deposed(Exception):
    """Another writer has taken the stream: this one may neither decide nor act any more."""


class LogFailed(Exception):
    """The commit failed (disk full, input/output error): nothing of the group is stored."""


class Batch(Struct, frozen=True):
    """One group: all of it is committed, or nothing."""

    events: Sequence[Envelope]
    puts: Sequence[VaultPut] = ()
    drops: Sequence[VaultId] = ()


class LogWriter(Protocol):
    """The one writer of a stream. Blocking; called from the writer thread alone."""

    stream: StreamName
    epoch: int

    @property
    def last(self) -> int:
        """The number of the last event, as this writer knows it."""
        ...

    def append(self, batch: Batch) -> None:
        """Raises Deposed, LogFailed. Numbers must go on without a gap."""
        ...

    def close(self) -> None: ...


class LogReader(Protocol):
    """Reads any stream by position. Blocking."""

    def last(self, stream: StreamName) -> int:
        """The number of the last event; 0 when there's none."""
        ...

    def read(self, stream: StreamName, after: int, limit: int) -> list[Stored]: ...

    def close(self) -> None: ...


class Tried(Struct, frozen=True):
    """Of what was sealed for an owner: how much its keys open, how much lies under a destroyed
    one, and how much a standing key doesn't open, though it should."""

    opened: int = 0
    gone: int = 0
    broken: int = 0

    def __add__(self, more: "Tried") -> "Tried":
        return Tried(self.opened + more.opened, self.gone + more.gone, self.broken + more.broken)


class VaultRows(Protocol):
    """The second hand on a stream's vault, beside its writer's: it erases, corrects and seals
    anew, a few rows in each commit, and never touches an event. Blocking, thread-safe. Raises
    LogFailed."""

    def ids(self, owner: Owner, after: VaultId, limit: int) -> list[VaultId]:
        """The owner's ids in their order, from after this one on."""
        ...

    def values(self, owner: Owner, after: VaultId, limit: int) -> list[tuple[VaultId, bytes]]:
        """The same with their values; what doesn't open is empty."""
        ...

    def erase(self, owner: Owner, ids: Sequence[VaultId]) -> int:
        """How many of these were there, and aren't any more."""
        ...

    def correct(self, owner: Owner, id: VaultId, value: bytes) -> bool:
        """Another value in its place; False where there's none."""
        ...

    def reseal(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, int]:
        """Looks at so many rows after this one and seals those anew that an older version of the
        owner's key sealed: the last one looked at (None: nothing is left), and how many."""
        ...

    def tried(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, Tried]:
        """Tries so many values after this one: the last one tried (None: nothing is left)."""
        ...

    def close(self) -> None: ...


class Vault(Protocol):
    """Personal values. An owner's key opens only that owner's values."""

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        """The value; None when it was dropped, or belongs to another owner."""
        ...

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        """Every value whose id begins so: for restoring dialogs and registrations."""
        ...
