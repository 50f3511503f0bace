"""The store in memory: the same contract as SQLite's, for inner test rings and simulations.

store = MemoryStore()
writer, reader, vault = store.writer(stream), store.reader(), store.vault(stream)
"""

from collections.abc import Callable, Sequence
from threading import Lock

import msgspec

from roost.adapters.store.chain import Chain
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import Digest, Owner, StreamName, VaultId
from roost.office.audit.messages import AUDIT
from roost.ports.log import (
    Batch,
    Deposed,
    LogFailed,
    LogReader,
    LogWriter,
    Tried,
    Vault,
    VaultRows,
)
from roost.ports.snapshots import Snapshot, Snapshots

_encode = msgspec.json.Encoder(order="deterministic").encode


class _Stream:
    def __init__(self) -> None:
        self.epoch = 0
        self.rows: list[Stored] = []
        self.vault: dict[tuple[Owner, VaultId], bytes] = {}


class MemoryStore:
    """Streams by name. `failing` makes the next appends fail: a call that may raise. `kept` and its
    `lock` are what writers, readers and vaults share."""

    def __init__(self) -> None:
        self.failing: Callable[[Batch], None] | None = None
        self.groups = 0  # batches committed
        self.kept: dict[StreamName, _Stream] = {}
        self.lock = Lock()
        self._snapshots: dict[StreamName, Snapshot] = {}

    def writer(self, stream: StreamName) -> LogWriter:
        """Claim the stream: an earlier writer is deposed."""
        with self.lock:
            own = self.stream(stream)
            own.epoch += 1
            return _Writer(self, own, stream, own.epoch)

    def reader(self) -> LogReader:
        return _Reader(self)

    def vault(self, stream: StreamName) -> Vault:
        return _Vault(self, stream)

    def chain(self) -> Chain:
        """Of the audit trail, under a key that everybody knows."""
        return Chain(AUDIT, self.reader(), lambda: b"a key for tests")

    def vault_rows(self, stream: StreamName) -> VaultRows:
        return _VaultRows(self, stream)

    def snapshots(self) -> Snapshots:
        return _Snapshots(self._snapshots)

    def stream(self, name: StreamName) -> _Stream:
        """Made when there's none."""
        return self.kept.setdefault(name, _Stream())

    def close(self) -> None:
        """Nothing to close; here because the contract has it."""


class _Writer:
    def __init__(self, store: MemoryStore, own: _Stream, stream: StreamName, epoch: int) -> None:
        self.stream = stream
        self.epoch = epoch
        self._store = store
        self._own = own
        self._closed = False

    @property
    def last(self) -> int:
        return len(self._own.rows)

    def append(self, batch: Batch) -> None:
        rows = [stored_of(envelope) for envelope in batch.events]
        own = self._own
        with self._store.lock:
            if self._closed:
                raise LogFailed("the writer is closed")
            if own.epoch != self.epoch:
                raise Deposed(f"{self.stream}: epoch {own.epoch} took over from {self.epoch}")
            expected = len(own.rows)
            for row in rows:
                expected += 1
                assert row.number == expected, f"{self.stream}: {row.number}, not {expected}"
            if self._store.failing is not None:
                self._store.failing(batch)
            own.rows.extend(rows)
            for put in batch.puts:
                own.vault[(put.owner, put.id)] = put.value
            dropped = frozenset(batch.drops)
            if dropped:
                for key in [key for key in own.vault if key[1] in dropped]:
                    del own.vault[key]
            self._store.groups += 1

    def close(self) -> None:
        self._closed = True


class _Reader:
    def __init__(self, store: MemoryStore) -> None:
        self._store = store

    def last(self, stream: StreamName) -> int:
        own = self._store.kept.get(stream)
        return 0 if own is None else len(own.rows)

    def read(self, stream: StreamName, after: int, limit: int) -> list[Stored]:
        own = self._store.kept.get(stream)
        return [] if own is None else own.rows[after : after + limit]

    def close(self) -> None:
        """Nothing to close."""


class _Vault:
    def __init__(self, store: MemoryStore, stream: StreamName) -> None:
        self._store = store
        self._stream = stream

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        own = self._store.kept.get(self._stream)
        return None if own is None else own.vault.get((owner, id))

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        with self._store.lock:
            own = self._store.kept.get(self._stream)
            found = [] if own is None else list(own.vault.items())
        return sorted((o, i, value) for (o, i), value in found if i.startswith(prefix))


class _VaultRows:
    """No keys: nothing is ever sealed anew, and everything opens."""

    def __init__(self, store: MemoryStore, stream: StreamName) -> None:
        self._store, self._stream = store, stream

    def _values(self) -> dict[tuple[Owner, VaultId], bytes]:
        return self._store.stream(self._stream).vault

    def values(self, owner: Owner, after: VaultId, limit: int) -> list[tuple[VaultId, bytes]]:
        with self._store.lock:
            found = sorted((i, v) for (o, i), v in self._values().items() if o == owner)
        return [(place, value) for place, value in found if place > after][:limit]

    def ids(self, owner: Owner, after: VaultId, limit: int) -> list[VaultId]:
        return [place for place, _ in self.values(owner, after, limit)]

    def erase(self, owner: Owner, ids: Sequence[VaultId]) -> int:
        with self._store.lock:
            gone = [self._values().pop((owner, place), None) for place in ids]
        return sum(value is not None for value in gone)

    def correct(self, owner: Owner, id: VaultId, value: bytes) -> bool:
        with self._store.lock:
            there = (owner, id) in self._values()
            if there:
                self._values()[(owner, id)] = value
        return there

    def reseal(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, int]:
        last, _ = self.tried(owner, after, limit)
        return last, 0

    def tried(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, Tried]:
        found = self.ids(owner, after, limit)
        return (found[-1] if len(found) == limit else None), Tried(opened=len(found))

    def close(self) -> None:
        """Nothing to close."""


class _Snapshots:
    def __init__(self, kept: dict[StreamName, Snapshot]) -> None:
        self._kept = kept

    def latest(self, stream: StreamName, types: Digest) -> Snapshot | None:
        found = self._kept.get(stream)
        return found if found is not None and found.types == types else None

    def keep(self, snapshot: Snapshot) -> None:
        self._kept[snapshot.stream] = snapshot

    def close(self) -> None:
        """Nothing to close."""


def stored_of(envelope: Envelope) -> Stored:
    """An envelope with its body as JSON, sets and mappings in sorted order."""
    return Stored(
        envelope.stream,
        envelope.number,
        envelope.type,
        envelope.version,
        envelope.owner,
        envelope.contact,
        envelope.at,
        envelope.actor,
        envelope.cause,
        _encode(envelope.body),
    )
