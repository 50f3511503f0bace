"""The log in SQLite: one file a stream, written by one process, read by many.

    store = SqliteStore(data / "log", KeyFile(data / "keys.json", master))
    writer = store.writer(StreamName("cell-1"))   # claims the stream: an earlier one is deposed
    reader, vault = store.reader(), store.vault(StreamName("cell-1"))

A group is one transaction with `synchronous = FULL`: events, vault rows, dropped rows, and the
check that the epoch is still ours. Readers never wait for the writer, nor it for them (WAL).
Vault values are sealed with AES-GCM under their owner's key, bound to owner and id.

Rows go in by statements of many rows each: the driver gives the interpreter's lock away for
every statement, and a busy main thread makes each return expensive.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any, Final

import msgspec
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from roost.adapters.store.chain import Chain
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.schema import bring_up_to_date, open_file, roll_back
from roost.adapters.store.vault_rows import SqliteVaultRows
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import OPERATOR, Owner, StreamName, VaultId
from roost.kernel.messages import VaultPut
from roost.office.audit.messages import AUDIT
from roost.ports.log import Batch, Deposed, LogFailed, LogReader, LogWriter, Vault

ROWS_AT_ONCE: Final = (64, 16, 4, 1)  # rows of one INSERT; few shapes, so they stay prepared

_COLUMNS: Final = "number, type, version, owner, contact, at, actor, cause, body"
_INSERTS: Final = {
    count: f"INSERT INTO events ({_COLUMNS}) VALUES "  # noqa: S608 - names of ours only
    + ", ".join(["(?, ?, ?, ?, ?, ?, ?, ?, ?)"] * count)
    for count in ROWS_AT_ONCE
}
_READ: Final = f"SELECT {_COLUMNS} FROM events WHERE number > ? ORDER BY number LIMIT ?"  # noqa: S608
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class SqliteStore:
    """The streams of one data folder."""

    def __init__(self, folder: Path, keys: KeyFile) -> None:
        self._folder = folder
        self._keys = keys
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def path(self, stream: StreamName) -> Path:
        return self._folder / f"{stream}.db"

    def writer(self, stream: StreamName) -> LogWriter:
        """Claim a stream. Raises LogFailed."""
        return SqliteWriter(self.path(stream), stream, self._keys)

    def reader(self) -> LogReader:
        return SqliteReader(self._folder)

    def vault(self, stream: StreamName) -> Vault:
        return SqliteVault(self.path(stream), self._keys)

    def vault_rows(self, stream: StreamName) -> SqliteVaultRows:
        return SqliteVaultRows(self.path(stream), self._keys, bound_to)

    def chain(self) -> Chain:
        """Of the audit trail, under a key of the operator's."""
        return Chain(AUDIT, self.reader(), lambda: self._keys.ensured_index_key(OPERATOR))

    def streams(self) -> list[StreamName]:
        """Every stream that has a file."""
        return sorted(StreamName(path.stem) for path in self._folder.glob("*.db"))

    def close(self) -> None:
        """Nothing is held open here: writers and readers are closed by who opened them."""


class SqliteWriter:
    """The one writer of a stream's file. Blocking; used by one thread at a time."""

    def __init__(self, path: Path, stream: StreamName, keys: KeyFile) -> None:
        self.stream = stream
        self._keys = keys
        try:
            self._engine = open_file(path)
            bring_up_to_date(self._engine, "log")
            self._connection = self._engine.connect()
            self.epoch = self._claim()
            self._last = _last(self._connection)
        except (SQLAlchemyError, OSError) as trouble:
            raise LogFailed(f"{path}: {trouble}") from trouble

    @property
    def last(self) -> int:
        return self._last

    def _run(self, statement: str, parameters: tuple[Any, ...] = ()) -> Any:
        return self._connection.exec_driver_sql(statement, parameters)

    def _claim(self) -> int:
        self._run("BEGIN IMMEDIATE")
        self._run("INSERT OR IGNORE INTO writer (stream, epoch) VALUES (?, 0)", (self.stream,))
        self._run("UPDATE writer SET epoch = epoch + 1 WHERE stream = ?", (self.stream,))
        row = self._run("SELECT stream, epoch FROM writer").fetchall()
        self._run("COMMIT")
        assert len(row) == 1, f"this file holds another stream: {row}"
        return int(row[0][1])

    def append(self, batch: Batch) -> None:
        """Commit a group. Raises Deposed, LogFailed; then nothing of it is stored. An empty
        group is a probe: it writes a page all the same, so a full disk shows."""
        rows, last = self._rows(batch.events)
        try:
            sealed = [self._sealed(put) for put in batch.puts]
            self._run("BEGIN IMMEDIATE")
            self._check_epoch()
            self._insert(rows)
            if not (rows or sealed or batch.drops):
                for _ in range(2):  # there and back: SQLite writes nothing where nothing differs
                    self._run("UPDATE writer SET epoch = -epoch")
            for row in sealed:
                self._run("INSERT OR REPLACE INTO vault (owner, id, sealed) VALUES (?, ?, ?)", row)
            for dropped in batch.drops:
                self._run("DELETE FROM vault WHERE id = ?", (dropped,))
            self._run("COMMIT")
        except Deposed:
            self._roll_back()
            raise
        except (SQLAlchemyError, OSError) as trouble:
            self._roll_back()
            raise LogFailed(str(trouble)) from trouble
        self._last = last

    def _rows(self, envelopes: Sequence[Envelope]) -> tuple[list[tuple[Any, ...]], int]:
        last = self._last
        rows: list[tuple[Any, ...]] = []
        for each in envelopes:
            last += 1
            assert each.number == last, f"{self.stream}: event {each.number}, expected {last}"
            rows.append(
                (
                    last,
                    each.type,
                    each.version,
                    each.owner,
                    each.contact,
                    each.at,
                    each.actor,
                    each.cause,
                    _encode(each.body),
                )
            )
        return rows, last

    def _check_epoch(self) -> None:
        (found,) = self._run("SELECT epoch FROM writer").fetchone()
        if found != self.epoch:
            raise Deposed(f"{self.stream}: epoch {found} took over from {self.epoch}")

    def _insert(self, rows: list[tuple[Any, ...]]) -> None:
        done, left = 0, len(rows)
        for count in ROWS_AT_ONCE:
            while left >= count:
                flat = tuple(value for row in rows[done : done + count] for value in row)
                self._run(_INSERTS[count], flat)
                done += count
                left -= count

    def _sealed(self, put: VaultPut) -> tuple[Owner, VaultId, bytes]:
        bound = bound_to(put.owner, put.id)
        return put.owner, put.id, self._keys.seal(put.owner, put.value, bound)

    def _roll_back(self) -> None:
        with suppress(SQLAlchemyError):  # what's open ends with the connection then
            roll_back(self._connection)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def _last(connection: Connection) -> int:
    row = connection.exec_driver_sql("SELECT max(number) FROM events").fetchone()
    return 0 if row is None or row[0] is None else int(row[0])


def bound_to(owner: Owner, id: VaultId) -> bytes:
    """What a sealed value is bound to: moved to another owner or id it can't be opened."""
    return f"{owner}\0{id}".encode()


class _Opened:
    """A reading connection, opened when the file is there. Thread-safe by a lock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._engine: Any = None
        self._connection: Any = None

    def rows(self, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        """Driver-level rows; none while the file or its tables don't exist yet.
        Raises LogFailed."""
        with self._lock:
            try:
                connection = self._connection or self._open()
                if connection is None:
                    return []
                cursor = connection.cursor()
                try:
                    return cursor.execute(statement, parameters).fetchall()
                finally:
                    cursor.close()
            except (sqlite3.Error, SQLAlchemyError) as trouble:
                raise LogFailed(f"{self._path}: {trouble}") from trouble

    def _open(self) -> Any:
        if not self._path.exists():
            return None
        engine = open_file(self._path, reading=True)
        connection: Any = engine.raw_connection().driver_connection
        found = connection.execute(
            "SELECT count(*) FROM sqlite_master WHERE name IN ('events', 'vault')"
        ).fetchone()
        if found[0] < 2:
            engine.dispose()
            return None
        self._engine, self._connection = engine, connection
        return connection

    def close(self) -> None:
        with self._lock:
            if self._engine is not None:
                self._connection.close()
                self._engine.dispose()
                self._engine = self._connection = None


class SqliteReader:
    """Reads the streams of a folder while their writers write. Thread-safe."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files: dict[StreamName, _Opened] = {}

    def _of(self, stream: StreamName) -> _Opened:
        found = self._files.get(stream)
        if found is None:  # two threads may come here; one wins
            found = self._files.setdefault(stream, _Opened(self._folder / f"{stream}.db"))
        return found

    def last(self, stream: StreamName) -> int:
        rows = self._of(stream).rows("SELECT max(number) FROM events", ())
        return int(rows[0][0] or 0) if rows else 0

    def read(self, stream: StreamName, after: int, limit: int) -> list[Stored]:
        rows = self._of(stream).rows(_READ, (after, limit))
        return [Stored(stream, *row) for row in rows]

    def close(self) -> None:
        for file in self._files.values():
            file.close()
        self._files.clear()


class SqliteVault:
    """Reads the vault of one stream. Thread-safe."""

    def __init__(self, path: Path, keys: KeyFile) -> None:
        self._file = _Opened(path)
        self._keys = keys

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        rows = self._file.rows("SELECT sealed FROM vault WHERE owner = ? AND id = ?", (owner, id))
        return self._open(owner, id, rows[0][0]) if rows else None

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        rows = self._file.rows(
            "SELECT owner, id, sealed FROM vault WHERE id >= ? AND id < ? ORDER BY owner, id",
            (prefix, prefix + "\U0010ffff"),
        )
        opened = [(o, i, self._open(o, i, sealed)) for o, i, sealed in rows]
        return [(o, i, value) for o, i, value in opened if value is not None]

    def _open(self, owner: Owner, id: VaultId, sealed: bytes) -> bytes | None:
        return self._keys.open(owner, sealed, bound_to(owner, id))

    def close(self) -> None:
        self._file.close()
