"""Snapshots in `snapshots.db`: written by followers, read at a start."""

from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from roost.adapters.store.schema import bring_up_to_date, open_file, roll_back
from roost.kernel.ids import Digest, StreamName
from roost.kernel.time import InstantUs
from roost.ports.log import LogFailed
from roost.ports.snapshots import Snapshot

KEPT: Final = 3  # the newest of each stream

_COLUMNS: Final = "stream, number, at, types, digest, state"


class SqliteSnapshots:
    """Thread-safe. A lost snapshot costs time at the next start, nothing else."""

    def __init__(self, path: Path) -> None:
        self._lock = Lock()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._engine = open_file(path, full_sync=False)
            bring_up_to_date(self._engine, "snapshots")
            self._connection = self._engine.connect()
        except (SQLAlchemyError, OSError) as trouble:
            raise LogFailed(f"{path}: {trouble}. It may be deleted: it's made again") from trouble

    def latest(self, stream: StreamName, types: Digest) -> Snapshot | None:
        statement = (
            f"SELECT {_COLUMNS} FROM snapshots "  # noqa: S608 - names of ours only
            "WHERE stream = ? AND types = ? ORDER BY number DESC LIMIT 1"
        )
        with self._lock:
            try:
                row = self._connection.exec_driver_sql(statement, (stream, types)).fetchone()
            except SQLAlchemyError as trouble:
                raise LogFailed(str(trouble)) from trouble
        if row is None:
            return None
        return Snapshot(
            StreamName(row[0]), row[1], InstantUs(row[2]), Digest(row[3]), Digest(row[4]), row[5]
        )

    def keep(self, snapshot: Snapshot) -> None:
        with self._lock:
            try:
                self._connection.exec_driver_sql("BEGIN IMMEDIATE")
                self._connection.exec_driver_sql(
                    f"INSERT OR REPLACE INTO snapshots ({_COLUMNS}) "  # noqa: S608 - names of ours only
                    "VALUES (?, ?, ?, ?, ?, ?)",
                    (
                        snapshot.stream,
                        snapshot.number,
                        snapshot.at,
                        snapshot.types,
                        snapshot.digest,
                        snapshot.state,
                    ),
                )
                self._connection.exec_driver_sql(
                    "DELETE FROM snapshots WHERE stream = ? AND number NOT IN (SELECT number "
                    "FROM snapshots WHERE stream = ? ORDER BY number DESC LIMIT ?)",
                    (snapshot.stream, snapshot.stream, KEPT),
                )
                self._connection.exec_driver_sql("COMMIT")
            except SQLAlchemyError as trouble:
                roll_back(self._connection)
                raise LogFailed(str(trouble)) from trouble

    def close(self) -> None:
        with self._lock:
            self._connection.close()
            self._engine.dispose()
