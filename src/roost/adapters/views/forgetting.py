"""`ports.records.PersonsForgotten`: a projection's contacts that are nobody's any more.

Made anew from the log they'd be nobody's as well: a value that's erased has no token.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from roost.adapters.views.schema import open_views
from roost.kernel.ids import ClientId


class SqlitePersonsForgotten:
    """Opens the file for each change: they're rare."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def forget(self, client: ClientId, person: str) -> int:
        change = "UPDATE contacts SET person = NULL WHERE client = ? AND person = ?"
        return self._change(change, (client, person))

    def known_as(self, client: ClientId, count: int, person: str | None) -> None:
        change = "UPDATE contacts SET person = ? WHERE client = ? AND count = ?"
        self._change(change, (person, client, count))

    def _change(self, statement: str, parameters: Sequence[Any]) -> int:
        if not self._path.exists():
            return 0
        engine = open_views(self._path)
        try:
            with engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                changed = connection.exec_driver_sql(statement, tuple(parameters)).rowcount
                connection.exec_driver_sql("COMMIT")
            return changed
        finally:
            engine.dispose()
