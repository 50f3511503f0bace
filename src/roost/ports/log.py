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


class Vault(Protocol):
    """Personal values. An owner's key opens only that owner's values."""

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        """The value; None when it was dropped, or belongs to another owner."""
        ...

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        """Every value whose id begins so: for restoring dialogs and registrations."""
        ...
