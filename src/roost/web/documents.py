"""Issued documents: the list, one as it was issued, its PDF and UBL, exports, and the fapiao that
the tax system gave."""

import asyncio
from typing import Annotated, Any, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter
from msgspec import Meta, Struct

from roost.kernel.purview import Purview
from roost.kernel.time import InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.documents import Document, Fapiao
from roost.office.accounts.views import DocumentView
from roost.office.audit.messages import DataExported
from roost.ports.office import As, Exported
from roost.web.acting import Key
from roost.web.audit import Notes
from roost.web.commands import Commands
from roost.web.history import Limit
from roost.web.parts import Parts
from roost.web.permissions import Caller, reaches
from roost.web.problems import language_of, not_found
from roost.web.report_files import XLSX
from roost.web.statements import account_of, answered, office_of

PDF: Final = "application/pdf"
XML: Final = "application/xml"
CSV: Final = "text/csv; charset=utf-8"
NumberPath = Annotated[
    str, PathParameter(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="As `GY-2026-000017`")
]
Day = Annotated[str, QueryParameter(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
DayText = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Number = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Language = Annotated[str | None, QueryParameter(name="language", pattern="^(en|zh)$")]


class DocumentShown(Struct, frozen=True):
    """A document as issued: `hash` is the SHA-256 of its canonical JSON, `kept` that of its PDF
    by language. `fapiao` is what the tax system gave since; the document's own is that of the
    invoice that it corrects."""

    document: Document
    hash: str
    at: InstantUs
    by: str | None
    kept: dict[str, str]
    fapiao: tuple[Fapiao, ...]


class FapiaoGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """A number and its day, as the tax system gave them."""

    number: Number
    day: DayText


class Recorded(Struct, frozen=True, forbid_unknown_fields=True):
    """n to m: other `documents` that the same fapiao are for, besides the one of the path."""

    fapiao: Annotated[tuple[FapiaoGiven, ...], Meta(min_length=1, max_length=100)]
    documents: Annotated[tuple[Number, ...], Meta(max_length=99)] = ()


@get("/api/invoices/documents", summary="Issued documents")
async def documents(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    since: Day = "0000-01-01",
    until: Day = "9999-12-31",
    limit: Limit = 100,
) -> list[DocumentShown]:
    """Of these days, both included, in the order in which they were issued."""
    office_of(parts)
    issued = parts.views.statements(Purview(caller.owner))
    found = await asyncio.to_thread(issued.documents, caller.client, since, until, limit)
    return [_shown(view, caller) for view in found]


@get("/api/invoices/documents/{number:str}", summary="One issued document")
async def document(
    number: NumberPath, caller: NamedDependency[Caller], parts: NamedDependency[Parts]
) -> DocumentShown:
    """As it was issued, whatever became of the contract since."""
    return _shown(await _document(number, caller, parts), caller)


@get(
    "/api/invoices/documents/{number:str}/pdf",
    summary="One issued document, printed",
    media_type=PDF,
)
async def pdf(
    request: Request[Any, Any, Any],
    number: NumberPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    language: Language = None,
) -> Response[bytes]:
    """The very file that was kept when it was issued."""
    await _document(number, caller, parts)
    office, chosen = office_of(parts), language or language_of(request)
    body = await asyncio.to_thread(office.pdf, number, chosen)
    if body is None:
        raise not_found()
    return _file(body, PDF, f"{number}.pdf")


@get(
    "/api/invoices/documents/{number:str}/ubl",
    summary="One issued document as UBL 2.1",
    media_type=XML,
)
async def ubl(
    number: NumberPath, caller: NamedDependency[Caller], parts: NamedDependency[Parts]
) -> Response[bytes]:
    """An Invoice or a CreditNote, for EN 16931."""
    await _document(number, caller, parts)
    body = await asyncio.to_thread(office_of(parts).ubl, number)
    if body is None:
        raise not_found()
    return _file(body, XML, f"{number}.xml")


@post(
    "/api/invoices/documents/{number:str}/fapiao",
    status_code=200,
    summary="Record what the tax system gave",
)
async def record_fapiao(
    number: NumberPath,
    data: JSONBody[Recorded],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> DocumentShown:
    """In place of what was recorded before. A later credit names it."""
    await _document(number, caller, parts)
    given = tuple(Fapiao(one.number, one.day) for one in data.fapiao)
    numbers = tuple(dict.fromkeys((number, *data.documents)))
    command = say.RecordFapiao(numbers, given)
    office, id_ = office_of(parts), commands.id_of(caller, key)
    answered(await asyncio.to_thread(office.give, command, caller.actor, id_))
    return _shown(await _document(number, caller, parts), caller)


@get("/api/invoices/export", summary="Issued documents as a table", media_type=CSV)
async def export(
    what: FromQuery[Exported],
    since: Day,
    until: Day,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
    form: Annotated[As, QueryParameter(name="as")] = As.CSV,
) -> Response[bytes]:
    """For the tax system, a row a line, or for accounting, as double entry. Noted in the audit
    trail."""
    await notes.note(caller, DataExported(owner=caller.owner, what=what.value, format=form.value))
    office = office_of(parts)
    body = await asyncio.to_thread(office.export, what, caller.client, since, until, form)
    media_type = XLSX if form is As.XLSX else CSV
    return _file(body, media_type, f"{what.value}-{since}-{until}.{form.value}")


async def _document(number: str, caller: Caller, parts: Parts) -> DocumentView:
    """Not found, by the same path, whether it's another's or nobody's."""
    office_of(parts)
    issued = parts.views.statements(Purview(caller.owner))
    view = await asyncio.to_thread(issued.document, number)
    if view is None or not reaches(caller, view.document.client):
        raise not_found()
    return view


def _shown(view: DocumentView, caller: Caller) -> DocumentShown:
    by = account_of(view.by) if caller.client is None else None
    return DocumentShown(view.document, view.hash, view.at, by, dict(view.kept), view.fapiao)


def _file(body: bytes, media_type: str, name: str) -> Response[bytes]:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


ROUTES: Final = (documents, document, pdf, ubl, record_fapiao, export)
