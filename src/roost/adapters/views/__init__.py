"""`views.db`: projections of the log in SQLite. It can be deleted, and is rebuilt.

    CellProjection(path, stream)      records of contacts, with what each adds to the invoice
    SettingsProjection(path, stream)  contracts in force; what a new one changes is priced again
    SqliteRecords(path, ...)          answers `ports.records.Records`
    SqliteReports(path)               answers `ports.reports.Reports`

Each projection is fed by one follower (`engine.followers`) and commits its position with its
rows.
"""

from roost.adapters.views.projection import CellProjection, SettingsProjection
from roost.adapters.views.records import SqliteRecords
from roost.adapters.views.reports import SqliteReports

__all__ = ["CellProjection", "SettingsProjection", "SqliteRecords", "SqliteReports"]
