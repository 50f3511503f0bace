"""`views.db`: projections of the log in SQLite. It can be deleted, and is rebuilt.

    CellProjection(path, stream)      records of contacts, with what each adds to the invoice
    SettingsProjection(path, stream)  contracts in force; what a new one changes is priced again
    OfficeProjection(path, stream)    months from draft to credit, documents, what drafts take in
    SqliteViews(path, ...)            answers `ports.views.Views`: records, reports and statements,
                                      by purview

Each projection is fed by one follower (`engine.followers`) and commits its position with its
rows.
"""

from roost.adapters.views.office import OfficeProjection
from roost.adapters.views.projection import CellProjection, SettingsProjection
from roost.adapters.views.sqlite import SqliteViews

__all__ = ["CellProjection", "OfficeProjection", "SettingsProjection", "SqliteViews"]
