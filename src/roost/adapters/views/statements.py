"""Answers of `ports.office.Statements` from `views.db`, and drafts with what they're made from."""

from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from sqlalchemy import Connection, select

from roost.adapters.views.office import decode_document, decode_view, document_of
from roost.adapters.views.opened import Asked
from roost.adapters.views.projection import contracts_of, decode_record, told_of
from roost.adapters.views.records import draft_of
from roost.adapters.views.schema import contacts, documents, positions, statements
from roost.kernel.ids import ClientId, ContactId, StreamName
from roost.kernel.purview import Purview
from roost.kernel.time import InstantUs
from roost.office.accounts.model import Stage
from roost.office.accounts.views import DocumentView, StatementView
from roost.office.contracts.model import Contract
from roost.office.contracts.period import span_of
from roost.office.facts import Facts
from roost.office.invoices.messages import Draft

MOST_AT_ONCE: Final = 1_000
SOME: Final = 500


class Drafted(Struct, frozen=True):
    """A month's draft as it is now, and how much of each stream it was made from."""

    contract: Contract
    draft: Draft
    known: dict[StreamName, int]
    ends: InstantUs


class SqliteStatements:
    """Reads while the projections write, from any thread: what's in a purview. Before the file
    exists there's nothing: empty answers."""

    def __init__(self, views: Asked, purview: Purview) -> None:
        self._views = views
        self._purview = purview

    def position_of(self, stream: StreamName) -> int:
        """How far a stream has been taken into account."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return 0
        with connection:
            return _positions(connection).get(stream, 0)

    def statements(
        self, owner: ClientId | None, period: str | None, limit: int
    ) -> list[StatementView]:
        """The latest month first, then by client."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        wanted = select(statements.c.view)
        if owner is not None:
            wanted = wanted.where(statements.c.client == owner)
        if period is not None:
            wanted = wanted.where(statements.c.period == period)
        wanted = wanted.order_by(statements.c.period.desc(), statements.c.client)
        with connection:
            rows = connection.execute(wanted.limit(max(1, min(limit, MOST_AT_ONCE)))).fetchall()
        return [decode_view(row[0]) for row in rows]

    def statement(self, client: ClientId, period: str) -> StatementView | None:
        """One client's month; None while nothing was frozen."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        where = (statements.c.client == client, statements.c.period == period)
        with connection:
            body = connection.execute(select(statements.c.view).where(*where)).scalar()
        return None if body is None else decode_view(body)

    def silent(self, now: InstantUs) -> list[StatementView]:
        """Frozen ones whose time to be disputed is over."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        where = (statements.c.stage == Stage.FROZEN.value, statements.c.confirm_by <= now)
        with connection:
            rows = connection.execute(select(statements.c.view).where(*where)).fetchall()
        return [view for row in rows if (view := decode_view(row[0])).silence]

    def document(self, number: str) -> DocumentView | None:
        """One as issued."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        with connection:
            return document_of(connection, number)

    def documents(
        self, owner: ClientId | None, since: str, until: str, limit: int
    ) -> list[DocumentView]:
        """Those of these days, both included, in the order they were issued."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        wanted = select(documents.c.view).where(documents.c.day >= since, documents.c.day <= until)
        if owner is not None:
            wanted = wanted.where(documents.c.client == owner)
        wanted = wanted.order_by(documents.c.event, documents.c.number)
        with connection:
            rows = connection.execute(wanted.limit(max(1, min(limit, MOST_AT_ONCE)))).fetchall()
        return [decode_document(row[0]) for row in rows]

    def facts(self, client: ClientId) -> Facts:
        """What the office was told beside what was measured."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return Facts()
        with connection:
            return told_of(connection).get(client, Facts())

    def contract(self, client: ClientId) -> Contract | None:
        """As it's in force."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        with connection:
            return contracts_of(connection).get(client)

    def drafted(self, client: ClientId, period: str) -> Drafted | None:
        """A month's draft with what it was made from, read in one transaction. None without a
        contract, or for no month."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        with connection:
            contract = contracts_of(connection).get(client)
            made = None if contract is None else draft_of(connection, contract, period)
            if contract is None or made is None:
                return None
            _, ends = span_of(contract.zone, period)
            return Drafted(contract, made, _positions(connection), ends)

    def billed(
        self, client: ClientId, period: str, counts: Sequence[int]
    ) -> tuple[dict[int, ContactId], Contract | None]:
        """The contacts of these counts that have lines in the month, by count."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return {}, None
        found: dict[int, ContactId] = {}
        with connection:
            contract = contracts_of(connection).get(client)
            if contract is None:
                return {}, None
            since, until = span_of(contract.zone, period)
            for start in range(0, len(counts), SOME):
                rows = connection.execute(
                    select(contacts.c.count, contacts.c.contact).where(
                        contacts.c.client == client,
                        contacts.c.count.in_(counts[start : start + SOME]),
                        contacts.c.finished >= since,
                        contacts.c.finished < until,
                        contacts.c.unbilled.is_(None),
                    )
                )
                found.update((int(row[0]), ContactId(row[1])) for row in rows)
        return found, contract

    def counts(self, wanted: Sequence[ContactId]) -> list[int]:
        """The clients' own counts of contacts."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        found: list[int] = []
        with connection:
            for start in range(0, len(wanted), SOME):
                some = contacts.c.contact.in_(wanted[start : start + SOME])
                rows = connection.execute(select(contacts.c.count).where(some))
                found += [int(row[0]) for row in rows]
        return found

    def late(self, client: ClientId, period: str, after: int) -> list[ContactId]:
        """Contacts of the month whose end came into the cell's log after this number."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        with connection:
            contract = contracts_of(connection).get(client)
            if contract is None:
                return []
            since, until = span_of(contract.zone, period)
            rows = connection.execute(
                select(contacts.c.record).where(
                    contacts.c.client == client,
                    contacts.c.finished >= since,
                    contacts.c.finished < until,
                )
            )
            records = (decode_record(row[0]) for row in rows)
            return [one.contact for one in records if one.end_event > after]


def _positions(connection: Connection) -> dict[StreamName, int]:
    rows = connection.execute(select(positions.c.stream, positions.c.number))
    return {StreamName(row[0]): int(row[1]) for row in rows}
