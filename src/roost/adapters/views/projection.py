"""Writers of `views.db`: batches of events in, rows and position out, in one transaction."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, case, delete, select

from roost.adapters.views.counted import Before, Presences
from roost.adapters.views.hours import keep_belonging, keep_shared
from roost.adapters.views.place import Place, insert, opened_for_writing, transaction
from roost.adapters.views.schema import (
    contacts,
    contracts,
    parts,
    positions,
    told,
)
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId, StreamName, VaultId
from roost.office.books import fold_contract
from roost.office.contracts.model import Contract
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Unbilled, price
from roost.office.facts import NOTHING_TOLD, Facts, corrected, out_of_the_bill
from roost.office.reactions import measured_of
from roost.office.records.fold import BEGINNING, fold
from roost.office.records.model import Record

MOST_OPEN: Final = 20_000  # records kept in memory between batches; more are read again
REPRICE_AT_ONCE: Final = 500
NOBODY: Final[Mapping[ContactId, str | None]] = {}

encode: Final = msgspec.msgpack.Encoder().encode
decode_record: Final = msgspec.msgpack.Decoder(Record).decode
decode_contract: Final = msgspec.msgpack.Decoder(Contract).decode
decode_told: Final = msgspec.msgpack.Decoder(Facts).decode


class Writer(ABC):
    """A position and a transaction."""

    def __init__(self, place: Place, stream: StreamName) -> None:
        self._stream = stream
        self._engine = opened_for_writing(place)

    def position(self) -> int:
        """The number of the last event taken over; 0: none yet."""
        statement = select(positions.c.number).where(positions.c.stream == self._stream)
        with transaction(self._engine, writing=False) as connection:
            return int(connection.execute(statement).scalar() or 0)

    def apply(self, events: Sequence[Envelope]) -> None:
        """Takes these events over, in order: all or nothing."""
        if not events:
            return
        try:
            with transaction(self._engine) as connection:
                self._take(connection, events)
                self._move(connection, events[-1].number)
        except BaseException:
            self._forget()
            raise

    def _move(self, connection: Connection, number: int) -> None:
        """Never back: several processes may follow the same stream."""
        statement = insert(connection, positions).values(stream=self._stream, number=number)
        fresh = statement.excluded.number
        further = case((fresh > positions.c.number, fresh), else_=positions.c.number)
        connection.execute(
            statement.on_conflict_do_update(index_elements=["stream"], set_={"number": further})
        )

    @abstractmethod
    def _take(self, connection: Connection, events: Sequence[Envelope]) -> None:
        """Fold a batch into the rows, in the transaction that's open."""

    def _forget(self) -> None:  # noqa: B027 - most keep nothing in memory
        """What's in memory may be ahead of the file."""

    def close(self) -> None:
        self._engine.dispose()


class CellProjection(Writer):
    """Contacts, their parts of the invoice and all that is counted, from a cell's stream."""

    def __init__(
        self,
        place: Place,
        stream: StreamName,
        person_of: Callable[[ClientId, VaultId], str | None] | None = None,
    ) -> None:
        """`person_of` is `ports.persons.Persons.of`; without it nobody is found by number."""
        super().__init__(place, stream)
        self._person_of = person_of
        self._open: dict[ContactId, Record] = {}
        self._presences = Presences()

    def _take(self, connection: Connection, events: Sequence[Envelope]) -> None:
        touched: dict[ContactId, Record] = {}
        before = Before()
        self._read(connection, events)
        for envelope in events:
            if envelope.contact is not None:
                before.note(envelope, self._open.get(envelope.contact))
            record = fold(self._open, envelope)
            if record is not None:
                touched[record.contact] = record
        before.write(connection, touched)
        self._presences.take(connection, events)
        keep_belonging(connection, events)
        if touched:
            persons = self._persons_of(events, touched)
            clients = {record.client for record in touched.values()}
            in_force = {
                client: contract
                for client in sorted(clients)
                if (contract := contract_of(connection, client)) is not None
            }
            facts = {client: told_about(connection, client) for client in sorted(clients)}
            write_records(connection, in_force, touched.values(), facts, persons)
        for contact, record in touched.items():
            if record.settled and all(track.closed or track.lost for track in record.tracks):
                del self._open[contact]
        if len(self._open) > MOST_OPEN:
            self._open.clear()

    def _persons_of(
        self, events: Sequence[Envelope], touched: Mapping[ContactId, Record]
    ) -> dict[ContactId, str | None]:
        """Who rang, of the contacts that begin in this batch."""
        if self._person_of is None:
            return {}
        found: dict[ContactId, str | None] = {}
        for event in events:
            if event.contact is not None and isinstance(event.body, BEGINNING):
                record = touched.get(event.contact)
                if record is not None and record.caller is not None:
                    found[event.contact] = self._person_of(record.client, record.caller)
        return found

    def _read(self, connection: Connection, events: Sequence[Envelope]) -> None:
        """The records that these events go on with."""
        begun = {event.contact for event in events if isinstance(event.body, BEGINNING)}
        missing = {event.contact for event in events} - begun - self._open.keys() - {None}
        wanted = sorted(contact for contact in missing if contact is not None)
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            statement = select(contacts.c.record).where(contacts.c.contact.in_(some))
            for (body,) in connection.execute(statement):
                record = decode_record(body)
                self._open[record.contact] = record

    def _forget(self) -> None:
        self._open.clear()
        self._presences.forget()


class SettingsProjection(Writer):
    """Contracts, from the settings' stream. A changed one prices its contacts again: drafts
    only, since what was issued is kept apart."""

    def _take(self, connection: Connection, events: Sequence[Envelope]) -> None:
        before = contracts_of(connection)
        after = dict(before)
        keep_shared(connection, events)
        for envelope in events:
            fold_contract(after, envelope)
        changed = {
            client for client in {*before, *after} if before.get(client) != after.get(client)
        }
        for client in sorted(changed):
            connection.execute(delete(contracts).where(contracts.c.client == client))
            contract = after.get(client)
            if contract is not None:
                row = {"client": client, "contract": encode(contract)}
                connection.execute(contracts.insert().values(row))
            _price_again(connection, after, client)


def _price_again(
    connection: Connection, in_force: dict[ClientId, Contract], client: ClientId
) -> None:
    last, facts = -1, told_of(connection)
    while True:
        statement = (
            select(contacts.c.count, contacts.c.record)
            .where(contacts.c.client == client, contacts.c.count > last)
            .order_by(contacts.c.count)
            .limit(REPRICE_AT_ONCE)
        )
        rows = connection.execute(statement).fetchall()
        if not rows:
            return
        last = rows[-1][0]
        write_records(connection, in_force, [decode_record(row[1]) for row in rows], facts)


def contracts_of(connection: Connection) -> dict[ClientId, Contract]:
    """The contracts in force, as far as the projection has read."""
    rows = connection.execute(select(contracts.c.contract)).fetchall()
    found = [decode_contract(row[0]) for row in rows]
    return {contract.client: contract for contract in found}


class InForce(Struct):
    """What contacts are priced by: contracts, and what the office was told."""

    contracts: dict[ClientId, Contract]
    told: dict[ClientId, Facts]


def in_force_of(connection: Connection) -> InForce:
    """As far as the projections have read."""
    return InForce(contracts_of(connection), told_of(connection))


def told_of(connection: Connection) -> dict[ClientId, Facts]:
    """What the office was told of each client, as far as the projection has read."""
    rows = connection.execute(select(told.c.client, told.c.facts)).fetchall()
    return {ClientId(row[0]): decode_told(row[1]) for row in rows}


def told_about(connection: Connection, client: ClientId) -> Facts:
    """The same of one client."""
    row = connection.execute(select(told.c.facts).where(told.c.client == client)).fetchone()
    return NOTHING_TOLD if row is None else decode_told(row[0])


def contract_of(connection: Connection, client: ClientId) -> Contract | None:
    """One client's."""
    statement = select(contracts.c.contract).where(contracts.c.client == client)
    row = connection.execute(statement).fetchone()
    return None if row is None else decode_contract(row[0])


def write_records(
    connection: Connection,
    in_force: dict[ClientId, Contract],
    records: Iterable[Record],
    facts: Mapping[ClientId, Facts],
    persons: Mapping[ContactId, str | None] = NOBODY,
) -> None:
    """Rows of contacts and of their parts, in place of those that were there. `persons`: of new
    contacts; who rang doesn't change."""
    rows: list[dict[str, Any]] = []
    own: list[dict[str, Any]] = []
    plans: dict[ClientId, Plan] = {}
    for record in records:
        plan, contract = plans.get(record.client), in_force.get(record.client)
        if plan is None and contract is not None:
            plan = plans[record.client] = Plan(contract)
        told_ = facts.get(record.client, NOTHING_TOLD)
        row, priced = _rows(plan, told_, record, persons.get(record.contact))
        rows.append(row)
        own += priced
    statement = insert(connection, contacts)
    fixed = ("client", "contact", "person")
    columns = [column.name for column in contacts.columns if column.name not in fixed]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["client", "contact"],
            set_={name: statement.excluded[name] for name in columns},
        ),
        rows,
    )
    ids = [row["contact"] for row in rows]
    for start in range(0, len(ids), 500):
        connection.execute(delete(parts).where(parts.c.contact.in_(ids[start : start + 500])))
    if own:
        connection.execute(parts.insert(), own)


def _rows(
    plan: Plan | None, facts: Facts, record: Record, person: str | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    measured = measured_of(record)
    if measured is None:
        priced = Unbilled("open")
    else:
        measured = corrected(facts, measured)
        priced = out_of_the_bill(facts, measured) or price(plan, measured)
    wait = record.waits[-1] if record.waits else None
    row = {
        "contact": record.contact,
        "client": record.client,
        "count": record.count,
        "arrived": record.arrived,
        "ended": record.ended,
        "queue": None if wait is None else wait.queue,
        "outcome": None if wait is None or wait.outcome is None else wait.outcome.value,
        "reason": record.choices[-1] if record.choices else "",
        "agents": _joined(segment.agent for segment in record.segments),
        "codes": _joined(segment.code for segment in record.segments if segment.code),
        "tasks": _joined(record.tasks),
        "recordings": sum(1 for track in record.tracks if track.closed),
        "message": int(record.message),
        "number": record.number,
        "promised_in": record.promised_in,
        "person": person,
        "ended_by": None if record.blame is None else record.blame.value,
        "ended_why": None if record.reason is None else record.reason.value,
        "waited_us": sum(one.waited_us for one in record.waits),
        "talk_us": sum(one.talk_us for one in record.segments),
        "finished": None if measured is None else measured.at,
        "kind": None if measured is None else measured.kind.value,
        "unbilled": priced.reason if isinstance(priced, Unbilled) else None,
        "record": encode(record),
    }
    if measured is None or isinstance(priced, Unbilled):
        return row, []
    return row, [
        {
            "client": record.client,
            "day": part.day,
            "line": part.line,
            "since": part.since,
            "surcharge": part.surcharge,
            "counted": part.at,
            "contact": record.contact,
            "quantity": part.quantity,
        }
        for part in priced
    ]


def _joined(words: Iterable[str]) -> str:
    once = list(dict.fromkeys(words))
    return f"|{'|'.join(once)}|" if once else ""
