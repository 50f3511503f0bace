"""Answers of `ports.records.Records` from `views.db`."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from roost.adapters.views import explaining, shapes
from roost.adapters.views.finding import conditions, counted_by
from roost.adapters.views.hours import take_hours
from roost.adapters.views.opened import Asked
from roost.adapters.views.projection import (
    contract_of,
    contracts_of,
    decode_record,
    in_force_of,
    told_about,
)
from roost.adapters.views.schema import (
    KEPT,
    cells,
    contacts,
    facts,
    parts,
    positions,
)
from roost.kernel.ids import ClientId, ContactId, QueueId, StreamName
from roost.kernel.money import Money
from roost.kernel.purview import WHOLE, Purview
from roost.kernel.time import InstantUs
from roost.office import billing
from roost.office.contracts.model import Contract
from roost.office.contracts.period import days_of, period_of, span_of
from roost.office.contracts.plan import Plan
from roost.office.invoices.messages import Draft
from roost.office.invoices.tally import Tally
from roost.office.measures.counts import CellKey
from roost.office.month import Month
from roost.office.promises import needed
from roost.office.quantities import Quantities, Served
from roost.office.records.model import Record
from roost.ports.log import LogReader
from roost.ports.records import (
    ContactFilter,
    ContactRecord,
    ContactSummary,
    Counted,
    InvoiceDraft,
    Place,
    Working,
)

MOST_AT_ONCE: Final = 1_000  # rows of one answer, whatever is asked for
MOST_TRIES: Final = 100  # of one promise that are shown: what lost media cuts short counts as none
CELL: Final = StreamName("cell-1")


class Held(Struct, frozen=True):
    """All that is proved, as it was at one moment: how far each stream had been followed, and
    what that had led to."""

    positions: dict[StreamName, int]
    records: list[Record]
    drafts: list[Draft]
    cells: dict[CellKey, dict[str, int]] = {}


class SqliteRecords:
    """Reads while the projections write, from any thread: what's in a purview. Before the file
    exists there's nothing: empty answers. `reader` opens a contact's history in the log."""

    def __init__(
        self,
        views: Asked,
        purview: Purview,
        reader: LogReader | None = None,
        stream: StreamName = CELL,
    ) -> None:
        self._views = views
        self._purview = purview
        self._reader = reader
        self._stream = stream

    def position(self) -> int:
        """The number of the cell's last event that the answers take into account."""
        return self.position_of(self._stream)

    def position_of(self, stream: StreamName) -> int:
        """The same for any stream that is followed."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return 0
        statement = select(positions.c.number).where(positions.c.stream == stream)
        with connection:
            return int(connection.execute(statement).scalar() or 0)

    def contacts(
        self, which: ContactFilter, after: Place | None, limit: int
    ) -> list[ContactSummary]:
        """Newest first, from the place on (excluded); at most MOST_AT_ONCE."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        column = contacts.c
        statement = select(column.record).where(*conditions(which))
        if after is not None:
            earlier = and_(column.arrived == after.arrived, column.client == after.client)
            statement = statement.where(
                or_(
                    column.arrived < after.arrived,
                    and_(column.arrived == after.arrived, column.client < after.client),
                    and_(earlier, column.count < after.count),
                )
            )
        statement = statement.order_by(
            column.arrived.desc(), column.client.desc(), column.count.desc()
        ).limit(max(1, min(limit, MOST_AT_ONCE)))
        with connection:
            in_force = in_force_of(connection)
            rows = connection.execute(statement).fetchall()
        return [shapes.summary(in_force, decode_record(row[0])) for row in rows]

    def contact(self, client: ClientId, count: int) -> ContactRecord | None:
        """One record with its legs, segments, tracks, lines and history."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        statement = select(contacts.c.record).where(
            contacts.c.client == client, contacts.c.count == count
        )
        with connection:
            row = connection.execute(statement).fetchone()
            if row is None:
                return None
            in_force = in_force_of(connection)
            record = decode_record(row[0])
            first, tries = _in_turn(connection, record)
        happened = shapes.history(self._reader, self._stream, record)
        return replace(
            shapes.full(in_force, record, happened), in_turn=shapes.in_turn(in_force, first, tries)
        )

    def unbilled(self, client: ClientId, count: int) -> str | None:
        """Why a contact has no line (a kind, "open", "no_contract"…); None when it has."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        statement = select(contacts.c.unbilled).where(
            contacts.c.client == client, contacts.c.count == count
        )
        with connection:
            found = connection.execute(statement).scalar()
        return None if found is None else str(found)

    def times_counted(self, counted: Counted, wanted: Sequence[ContactId]) -> dict[ContactId, int]:
        """How often each of these contacts is counted."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return {}
        statement = (
            select(facts.c.contact, func.count())
            .where(*counted_by(counted, None), facts.c.contact.in_(wanted))
            .group_by(facts.c.contact)
        )
        with connection:
            return {ContactId(row[0]): row[1] for row in connection.execute(statement)}

    def counts(self, wanted: Sequence[ContactId]) -> dict[ContactId, int]:
        """The clients' own counts of these contacts; unknown ones are left out."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return {}
        found: dict[ContactId, int] = {}
        with connection:
            for start in range(0, len(wanted), 500):
                statement = select(contacts.c.contact, contacts.c.count).where(
                    contacts.c.contact.in_(wanted[start : start + 500])
                )
                found.update((ContactId(row[0]), row[1]) for row in connection.execute(statement))
        return found

    def clients(self) -> list[ClientId]:
        """The clients that have had contacts."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        with connection:
            rows = connection.execute(select(contacts.c.client).distinct()).fetchall()
        return sorted(ClientId(row[0]) for row in rows)

    def clients_with_contract(self) -> list[ClientId]:
        """The clients that have a contract."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        with connection:
            return sorted(contracts_of(connection))

    def held(self) -> Held:
        """What the projections hold, read in one transaction: they go on meanwhile."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return Held({}, [], [])
        with connection:
            rows = connection.execute(select(positions.c.stream, positions.c.number))
            places = {StreamName(row[0]): int(row[1]) for row in rows}
            made = _drafts(connection, contracts_of(connection).values())
            return Held(places, _all_records(connection), made, _cells(connection))

    def all_records(self) -> list[Record]:
        """Every record, for summaries."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        with connection:
            return _all_records(connection)

    def office_drafts(self) -> list[Draft]:
        """Every draft as the office computes it, by client and period."""
        connection = self._views.connect(WHOLE)
        if connection is None:
            return []
        with connection:
            theirs = contracts_of(connection).values()
            return _drafts(connection, [one for one in theirs if self._purview.has(one.client)])

    def office_draft(self, client: ClientId, period: str) -> Draft | None:
        """One client's draft as the office computes it; None without a contract, or for no
        month."""
        found = self.quantities(client, period)
        return None if found is None else billing.draft(found[0], period, found[1])

    def quantities(self, client: ClientId, period: str) -> tuple[Contract, Quantities] | None:
        """What a client's month is computed from, with its contract; None without one, or for no
        month. A client's hours are its part of a pool's, so the office reads the pool's."""
        connection = self._views.connect(WHOLE) if self._purview.has(client) else None
        if connection is None:
            return None
        with connection:
            contract = contract_of(connection, client)
            quantities = None if contract is None else _quantities(connection, contract, period)
        return None if contract is None or quantities is None else (contract, quantities)

    def drafts(self, owner: ClientId | None) -> list[InvoiceDraft]:
        """The drafts not yet issued, by client and period."""
        made = [one for one in self.office_drafts() if owner is None or one.client == owner]
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        with connection:
            in_force = contracts_of(connection)
        return [shapes.draft(in_force[one.client], one) for one in made if one.client in in_force]

    def draft(self, client: ClientId, period: str) -> InvoiceDraft | None:
        """One client's draft; None for a client without a contract, or no such month."""
        found = self.quantities(client, period)
        if found is None:
            return None
        if not billing.periods(found[0], period, period):
            return None
        return shapes.draft(found[0], billing.draft(found[0], period, found[1]))

    def explain(
        self, client: ClientId, period: str, line: str, after: int, limit: int
    ) -> list[Working] | None:
        """The parts of a line from the `after`-th on; None when there's no such line."""
        connection = self._views.connect(WHOLE) if self._purview.has(client) else None
        if connection is None:
            return None
        with connection:
            contract = contract_of(connection, client)
            quantities = None if contract is None else _quantities(connection, contract, period)
            if contract is None or quantities is None:
                return None
            month = Month(Plan(contract), period, quantities)
            found = month.planned(line)
            if found is None or not explaining.of_contacts(month, *found):
                made = explaining.sums(month, line)
                return None if made is None else made[after : after + limit]
            rows = connection.execute(
                explaining.statement(month, *found)
                .offset(max(0, after))
                .limit(max(1, min(limit, MOST_AT_ONCE)))
            ).fetchall()
            told = told_about(connection, client)
        return [
            explaining.working(month, *found, told, decode_record(row[0]), int(row[1]), int(row[2]))
            for row in rows
        ]

    def earned(self, since: InstantUs, until: InstantUs) -> list[tuple[ClientId, Money]]:
        """What contacts that were finished in this span have earned by their lines, by client;
        without minimums, which no contact earns."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        span = (parts.c.counted >= since, parts.c.counted < until)
        with connection:
            return [
                (client, billing.earned(contract, _tally(connection, client, span)))
                for client, contract in sorted(contracts_of(connection).items())
            ]


def _in_turn(connection: Connection, record: Record) -> tuple[Record | None, list[Record]]:
    """The contact in which a call was promised, and the calls."""
    column = contacts.c
    named = record.promised_in or record.contact
    tries = (
        select(column.record)
        .where(column.promised_in == named)
        .order_by(column.count)
        .limit(MOST_TRIES)
    )
    found = [decode_record(row[0]) for row in connection.execute(tries)]
    if not found or record.promised_in is None:
        return record, found
    first = connection.execute(select(column.record).where(column.contact == named)).scalar()
    return None if first is None else decode_record(first), found


def _all_records(connection: Connection) -> list[Record]:
    statement = select(contacts.c.record).order_by(contacts.c.client, contacts.c.count)
    return [decode_record(row[0]) for row in connection.execute(statement)]


def _cells(connection: Connection) -> dict[CellKey, dict[str, int]]:
    return {
        (row[0], row[1], row[2], row[3], row[4]): dict(zip(KEPT, row[5:], strict=True))
        for row in connection.execute(select(cells))
    }


def _drafts(connection: Connection, theirs: Iterable[Contract]) -> list[Draft]:
    found: list[Draft] = []
    for contract in sorted(theirs, key=lambda one: one.client):
        plan = Plan(contract)
        for period in _periods(connection, contract):
            quantities = _quantities(connection, contract, period)
            if quantities is not None:
                found.append(billing.draft(plan, period, quantities))
    return found


def draft_of(connection: Connection, contract: Contract, period: str) -> Draft | None:
    """One client's draft; None for no month, or one in which the contract doesn't hold."""
    quantities = _quantities(connection, contract, period)
    if quantities is None or not billing.periods(contract, period, period):
        return None
    return billing.draft(contract, period, quantities)


def _periods(connection: Connection, contract: Contract) -> list[str]:
    """The months that have a draft."""
    column = contacts.c.finished
    statement = select(func.min(column), func.max(column)).where(
        contacts.c.client == contract.client
    )
    first, last = connection.execute(statement).one()
    if first is None:
        return []
    latest = select(func.max(parts.c.counted)).where(parts.c.client == contract.client)
    last = max(last, connection.execute(latest).scalar() or 0)
    span = (period_of(contract.zone, InstantUs(first)), period_of(contract.zone, InstantUs(last)))
    return billing.periods(contract, *span)


def _quantities(connection: Connection, contract: Contract, period: str) -> Quantities | None:
    """A client's month; None for no month."""
    try:
        first, following = days_of(period)
    except ValueError:
        return None
    days = (parts.c.day >= first, parts.c.day < following)
    tally = _tally(connection, contract.client, days)
    span = span_of(contract.zone, period)
    take_hours(connection, contract, tally, span)
    told = told_about(connection, contract.client)
    return told.quantities(tally, period, _served(connection, contract, span))


def _served(
    connection: Connection, contract: Contract, span: tuple[InstantUs, InstantUs]
) -> tuple[Served, ...]:
    """What the contract's terms are judged by."""
    names = needed(contract)
    if not names:
        return ()
    statement = (
        select(cells.c.at, cells.c.queue, *(func.sum(cells.c[name]) for name in names))
        .where(cells.c.client == contract.client, cells.c.at >= span[0], cells.c.at < span[1])
        .group_by(cells.c.at, cells.c.queue)
        .order_by(cells.c.at, cells.c.queue)
    )
    rows: Any = connection.execute(statement).fetchall()
    return tuple(
        Served(InstantUs(row[0]), QueueId(row[1]), dict(zip(names, map(int, row[2:]), strict=True)))
        for row in rows
    )


def _tally(
    connection: Connection, client: ClientId, when: tuple[ColumnElement[bool], ...]
) -> Tally:
    key = (parts.c.line, parts.c.since, parts.c.surcharge, parts.c.day)
    statement = (
        select(*key, func.count(), func.sum(parts.c.quantity))
        .where(parts.c.client == client, *when)
        .group_by(*key)
        .order_by(*key)
    )
    tally = Tally()
    for line, since, surcharge, day, count, quantity in connection.execute(statement):
        tally.add((line, since, surcharge, day), int(quantity), int(count))
    return tally
