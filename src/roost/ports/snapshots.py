"""Snapshots: a stream's folded state at a number, so that a start needn't fold it all."""

from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import Digest, StreamName
from roost.kernel.time import InstantUs


class Snapshot(Struct, frozen=True, gc=False):
    """`state` is msgpack, `types` the digest of the state's types (another one means folding
    again), `digest` that of the state itself; `at` the instant of event `number`."""

    stream: StreamName
    number: int
    at: InstantUs
    types: Digest
    digest: Digest
    state: bytes


class Snapshots(Protocol):
    """Kept by followers, read at a start. Blocking."""

    def latest(self, stream: StreamName, types: Digest) -> Snapshot | None:
        """The newest one whose state has these types. Raises LogFailed."""
        ...

    def keep(self, snapshot: Snapshot) -> None:
        """Keep it, and drop all but the newest few. Raises LogFailed."""
        ...

    def close(self) -> None: ...
