"""The office's stream in tables: months, documents, and what drafts take in.

Several processes may follow it (the worker always, whoever gives a command for its own answer):
a batch begins after what the file has, whoever put it there.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, select

from roost.adapters.views.place import insert
from roost.adapters.views.projection import (
    Writer,
    contracts_of,
    decode_record,
    encode,
    told_of,
    write_records,
)
from roost.adapters.views.schema import contacts, documents, positions, statements, told
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId
from roost.office.accounts import messages as say
from roost.office.accounts.views import DocumentView, StatementView, fold_view, statement_of
from roost.office.facts import Facts, fold_facts, touched

decode_view: Final = msgspec.msgpack.Decoder(StatementView).decode
decode_document: Final = msgspec.msgpack.Decoder(DocumentView).decode
AT_ONCE: Final = 500


class OfficeProjection(Writer):
    """Fed by one follower, or by several."""

    def _take(self, connection: Connection, events: Sequence[Envelope]) -> None:
        place = select(positions.c.number).where(positions.c.stream == self._stream)
        done = int(connection.execute(place).scalar() or 0)
        facts = told_of(connection)
        changed: set[ClientId] = set()
        again: set[ContactId] = set()
        for event in events:
            if event.number <= done:
                continue
            if fold_facts(facts, event):
                changed.add(ClientId(event.owner))
                again.update(touched(event))
            _statement(connection, event)
            _document(connection, event)
        _write_told(connection, facts, changed)
        _price_again(connection, facts, sorted(again))


def _write_told(
    connection: Connection, facts: dict[ClientId, Facts], changed: set[ClientId]
) -> None:
    for client in sorted(changed):
        _put(connection, told, {"client": client, "facts": encode(facts[client])}, ("client",))


def _price_again(
    connection: Connection, facts: dict[ClientId, Facts], again: Sequence[ContactId]
) -> None:
    in_force = contracts_of(connection)
    for start in range(0, len(again), AT_ONCE):
        some = again[start : start + AT_ONCE]
        statement = select(contacts.c.record).where(contacts.c.contact.in_(some))
        rows = connection.execute(statement).fetchall()
        if rows:
            write_records(connection, in_force, [decode_record(row[0]) for row in rows], facts)


def _statement(connection: Connection, event: Envelope) -> None:
    named = statement_of(event)
    if named is None:
        return
    client, _, period = named.rpartition("/")
    where = (statements.c.client == client, statements.c.period == period)
    body = connection.execute(select(statements.c.view).where(*where)).scalar()
    view = fold_view(None if body is None else decode_view(body), event)
    if view is not None:
        row = {
            "client": client,
            "period": period,
            "stage": view.stage.value,
            "confirm_by": view.confirm_by,
            "view": encode(view),
        }
        _put(connection, statements, row, ("client", "period"))


def _document(connection: Connection, event: Envelope) -> None:
    body = event.body
    match body:
        case say.DocumentIssued():
            made = DocumentView(
                event.number, event.at, event.actor, body.document, body.hash, body.statement
            )
            _put_document(connection, made)
        case say.DocumentKept(number=number, language=language, digest=digest):
            found = document_of(connection, number)
            assert found is not None, f"{number} was kept and never issued"
            found.kept[language] = digest
            _put_document(connection, found)
        case say.FapiaoRecorded(documents=numbers, fapiao=fapiao):
            for number in numbers:
                found = document_of(connection, number)
                assert found is not None, f"{number} has a fapiao and was never issued"
                found.fapiao = fapiao
                _put_document(connection, found)
        case _:
            pass


def document_of(connection: Connection, number: str) -> DocumentView | None:
    """A document by its number."""
    statement = select(documents.c.view).where(documents.c.number == number)
    body = connection.execute(statement).scalar()
    return None if body is None else decode_document(body)


def _put_document(connection: Connection, view: DocumentView) -> None:
    row = {
        "number": view.document.number,
        "client": view.document.client,
        "day": view.document.day,
        "event": view.event,
        "view": encode(view),
    }
    _put(connection, documents, row, ("client", "number"))


def _put(connection: Connection, table: Any, row: dict[str, Any], keys: tuple[str, ...]) -> None:
    statement = insert(connection, table).values(row)
    fresh = {name: statement.excluded[name] for name in row if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=fresh))
