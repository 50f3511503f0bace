"""`ports.log.VaultRows` in SQLite: a stream's vault changed beside its one writer.

A stream's events have one writer. Its vault has this second hand: short transactions of a few
rows, so that the writer waits for milliseconds, and never for a file that isn't there.
"""

import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from roost.adapters.store.keys import KeyFile, version_of
from roost.adapters.store.schema import open_file
from roost.kernel.ids import Owner, VaultId
from roost.ports.log import LogFailed, Tried

FAILURES: Final = (sqlite3.Error, SQLAlchemyError)
AT_ONCE: Final = 64  # rows changed in one commit

_AFTER: Final = "SELECT id, sealed FROM vault WHERE owner = ? AND id > ? ORDER BY id LIMIT ?"
_REPLACE: Final = "UPDATE vault SET sealed = ? WHERE owner = ? AND id = ? AND sealed = ?"


class SqliteVaultRows:
    """One stream's. `bound_to` is what a value is sealed as."""

    def __init__(
        self, path: Path, keys: KeyFile, bound_to: Callable[[Owner, VaultId], bytes]
    ) -> None:
        self._path, self._keys, self._bound_to = path, keys, bound_to
        self._lock = Lock()
        self._engine: Any = None
        self._connection: Any = None

    def ids(self, owner: Owner, after: VaultId, limit: int) -> list[VaultId]:
        return [row[0] for row in self._rows(owner, after, limit)]

    def values(self, owner: Owner, after: VaultId, limit: int) -> list[tuple[VaultId, bytes]]:
        return [
            (place, self._keys.open(owner, sealed, self._bound_to(owner, place)) or b"")
            for place, sealed in self._rows(owner, after, limit)
        ]

    def erase(self, owner: Owner, ids: Sequence[VaultId]) -> int:
        erased = 0
        for start in range(0, len(ids), AT_ONCE):
            some = [(owner, one) for one in ids[start : start + AT_ONCE]]
            erased += self._change("DELETE FROM vault WHERE owner = ? AND id = ?", some)
        if erased:
            self._run("PRAGMA wal_checkpoint(PASSIVE)")  # not in the way of the writer
        return erased

    def correct(self, owner: Owner, id: VaultId, value: bytes) -> bool:
        sealed = self._keys.seal(owner, value, self._bound_to(owner, id))
        change = "UPDATE vault SET sealed = ? WHERE owner = ? AND id = ?"
        return self._change(change, [(sealed, owner, id)]) == 1

    def reseal(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, int]:
        rows = self._rows(owner, after, limit)
        newest, anew = self._keys.newest(owner), list[tuple[Any, ...]]()
        for place, sealed in rows:
            if version_of(sealed) != newest:
                bound = self._bound_to(owner, place)
                plain = self._keys.open(owner, sealed, bound)
                if plain is not None:
                    anew.append((self._keys.seal(owner, plain, bound), owner, place, sealed))
        changed = sum(
            self._change(_REPLACE, anew[start : start + AT_ONCE])
            for start in range(0, len(anew), AT_ONCE)
        )
        return (rows[-1][0] if len(rows) == limit else None), changed

    def tried(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, Tried]:
        rows, tried = self._rows(owner, after, limit), Tried()
        for place, sealed in rows:
            tried += self._keys.tried(owner, sealed, self._bound_to(owner, place))
        return (rows[-1][0] if len(rows) == limit else None), tried

    def _rows(self, owner: Owner, after: VaultId, limit: int) -> list[tuple[VaultId, bytes]]:
        return self._run(_AFTER, (owner, after, limit))

    def _change(self, statement: str, rows: Sequence[tuple[Any, ...]]) -> int:
        if not rows:
            return 0
        with self._lock:
            try:
                connection = self._opened()
                if connection is None:
                    return 0
                cursor = connection.cursor()
                try:
                    cursor.execute("BEGIN IMMEDIATE")
                    cursor.executemany(statement, rows)
                    changed = cursor.rowcount
                    cursor.execute("COMMIT")
                except BaseException:
                    if connection.in_transaction:
                        cursor.execute("ROLLBACK")
                    raise
                finally:
                    cursor.close()
            except FAILURES as trouble:
                raise LogFailed(f"{self._path}: {trouble}") from trouble
        return int(changed)

    def _run(self, statement: str, parameters: tuple[Any, ...] = ()) -> list[Any]:
        with self._lock:
            try:
                connection = self._opened()
                if connection is None:
                    return []
                return connection.execute(statement, parameters).fetchall()
            except FAILURES as trouble:
                raise LogFailed(f"{self._path}: {trouble}") from trouble

    def _opened(self) -> Any:
        """The driver's connection; None while the stream has no file."""
        if self._connection is None and self._path.exists():
            self._engine = open_file(self._path)
            connection: Any = self._engine.raw_connection().driver_connection
            connection.execute("PRAGMA secure_delete = ON")
            made = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'vault'").fetchone()
            if made is None:
                self._engine.dispose()
                return None
            self._connection = connection
        return self._connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._engine.dispose()
                self._connection = None
