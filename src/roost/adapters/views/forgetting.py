"""`ports.records.PersonsForgotten`: a projection's contacts that are nobody's any more.

Made anew from the log they'd be nobody's as well: a value that's erased has no token.
"""

from typing import Any

from sqlalchemy import Update, update

from roost.adapters.views.place import Place, opened_for_writing, transaction
from roost.adapters.views.schema import contacts
from roost.kernel.ids import ClientId


class ViewsPersonsForgotten:
    """Opens the views for each change: they're rare."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def forget(self, client: ClientId, person: str) -> int:
        column = contacts.c
        return self._change(
            update(contacts)
            .where(column.client == client, column.person == person)
            .values(person=None)
        )

    def known_as(self, client: ClientId, count: int, person: str | None) -> None:
        column = contacts.c
        self._change(
            update(contacts)
            .where(column.client == client, column.count == count)
            .values(person=person)
        )

    def _change(self, change: Update) -> int:
        engine = opened_for_writing(self._place)
        try:
            with transaction(engine) as connection:
                done: Any = connection.execute(change)
                return int(done.rowcount)
        finally:
            engine.dispose()
