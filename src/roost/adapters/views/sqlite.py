"""`ports.views.Views` on `views.db`, or on the same tables in PostgreSQL."""

from pathlib import Path

from roost.adapters.views.opened import Opened
from roost.adapters.views.place import Place
from roost.adapters.views.postgres import PostgresOpened
from roost.adapters.views.records import CELL, SqliteRecords
from roost.adapters.views.reports import SqliteReports
from roost.adapters.views.statements import SqliteStatements
from roost.kernel.ids import StreamName
from roost.kernel.purview import Purview
from roost.ports.log import LogReader


class SqliteViews:
    """`reader` opens a contact's history in the log; without it there's none."""

    def __init__(
        self, place: Place, reader: LogReader | None = None, stream: StreamName = CELL
    ) -> None:
        self._opened = Opened(place) if isinstance(place, Path) else PostgresOpened(place)
        self._reader = reader
        self._stream = stream

    def records(self, purview: Purview) -> SqliteRecords:
        """Contacts and money."""
        return SqliteRecords(self._opened, purview, self._reader, self._stream)

    def reports(self, purview: Purview) -> SqliteReports:
        """Figures."""
        return SqliteReports(self._opened, purview)

    def statements(self, purview: Purview) -> SqliteStatements:
        """Months and documents."""
        return SqliteStatements(self._opened, purview)

    def close(self) -> None:
        """Closes every connection."""
        self._opened.close()
