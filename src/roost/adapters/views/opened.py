"""`views.db`, opened for reading: the one guarded way to its rows.

    SqliteViews(path, reader).records(purview).contacts(...)

A connection is one purview's. For a client, each table of the same name is a view of that
client's rows alone, and SQLite's authorizer refuses whatever doesn't go through it: reading the
table behind, another file, a setting, a write. So a question that forgot its condition finds the
owner's own rows; one whose owner was forgotten finds none. PostgreSQL's policies say the same
(`adapters.views.postgres`).
"""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any, Final, Protocol, cast

from msgspec import json
from sqlalchemy import Connection, Engine, Table, event

from roost.adapters.views.schema import open_views, ready, tables
from roost.kernel.purview import Purview

OWNER: Final = "roost_owner"  # SQL functions: who asks, and of which clients
CLIENTS: Final = "roost_clients"
ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_TRANSACTION}
)
_OF_A_CLIENT: Final = f"client = {OWNER}()"
_OF_SOME: Final = f"client IN (SELECT value FROM json_each({CLIENTS}()))"  # noqa: S608 - names of ours only


class Asked(Protocol):
    """Connections, each of one purview: there's no other way to the rows."""

    def connect(self, purview: Purview) -> Connection | None:
        """None before the projections have made their tables: there's nothing yet."""
        ...

    def close(self) -> None: ...


class Opened:
    """Connections to the file, once it's there in today's shape. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._engines: dict[Callable[[Table], str] | None, Engine] = {}

    def connect(self, purview: Purview) -> Connection | None:
        """None before the projections have made the file: there's nothing yet."""
        rows = _rows_of(purview)
        with self._lock:
            engine = self._engines.get(rows)
            if engine is None:
                engine = self._open(rows)
                if engine is None:
                    return None
                self._engines[rows] = engine
            connection = engine.connect()
        connection.info["owner"] = purview.owner
        clients: list[str] = sorted(purview.clients or ())
        connection.info["clients"] = json.encode(clients).decode()
        connection.exec_driver_sql("BEGIN")  # all that it reads is of one moment
        return connection

    def _open(self, rows: Callable[[Table], str] | None) -> Engine | None:
        if not self._path.exists():
            return None
        engine = open_views(self._path, reading=True)
        with engine.connect() as connection:
            if not ready(connection):
                engine.dispose()
                return None
        if rows is None:
            return engine
        engine.dispose()
        engine = open_views(self._path, reading=True)
        _guard(engine, rows)
        return engine

    def close(self) -> None:
        """Closes every connection."""
        with self._lock:
            for engine in self._engines.values():
                engine.dispose()
            self._engines.clear()


def _rows_of(purview: Purview) -> Callable[[Table], str] | None:
    """Which rows of a table are there; None: all."""
    if purview.client is not None:
        return _clients_own
    return None if purview.whole else _some_clients


def _clients_own(table: Table) -> str:
    """What names no client is the operator's: a client has none of it."""
    return _OF_A_CLIENT if "client" in table.columns else "0"


def _some_clients(table: Table) -> str:
    return _OF_SOME if "client" in table.columns else "1"


def _guard(engine: Engine, rows: Callable[[Table], str]) -> None:
    """What a new connection sees: set before the file is closed to writing, then locked."""

    def wall(connection: Any, record: Any) -> None:
        info = cast("dict[str, str]", record.info)
        for name, key in ((OWNER, "owner"), (CLIENTS, "clients")):
            connection.create_function(name, 0, lambda key=key: info.get(key), deterministic=True)
        for table in tables.sorted_tables:
            connection.execute(
                f"CREATE TEMP VIEW {table.name} AS "  # noqa: S608 - names of ours only
                f"SELECT * FROM main.{table.name} WHERE {rows(table)}"
            )

    def lock(connection: Any, _: object) -> None:
        connection.set_authorizer(_through_views)

    def forget(_: object, record: Any) -> None:
        record.info.clear()

    event.listen(engine, "connect", wall, insert=True)
    event.listen(engine, "connect", lock)
    event.listen(engine, "checkin", forget)


def _through_views(
    action: int, name: str | None, column: str | None, file: str | None, source: str | None
) -> int:
    """Only reading, and only what a view of ours reads. (For a mere count of a view SQLite names
    neither column nor view; what's counted is the view's rows all the same.)"""
    if action in ALLOWED:
        return sqlite3.SQLITE_OK
    shown = source in tables.tables or column == "" or file == "temp" or name == "json_each"
    return sqlite3.SQLITE_OK if action == sqlite3.SQLITE_READ and shown else sqlite3.SQLITE_DENY
