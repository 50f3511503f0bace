"""`roost invoices`: what each client would be billed, down to the contact, and what became of it:
list, show, explain, verify; what's done with a month is in `months`."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct, structs
from rich import box
from rich.console import Console
from rich.table import Table

from roost.adapters.clock.wall import CellClock
from roost.adapters.views.proof import Proof, prove
from roost.cli import months
from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Files, Json
from roost.kernel.ids import ClientId
from roost.kernel.purview import WHOLE
from roost.office.accounts.messages import OFFICE
from roost.office.accounts.views import StatementView
from roost.office.books import Books, fold
from roost.ports.office import Verified as VerifiedDraft
from roost.ports.records import InvoiceDraft, InvoiceLine, Working
from roost.processes.places import SETTINGS
from roost.processes.proving import verify_statements
from roost.processes.replaying import Log

app = typer.Typer(help="A client's month from draft to credit, down to the contact.")
for command in months.COMMANDS:
    app.command(command.__name__)(command)


Client = Annotated[str, typer.Option("--client", help="Whose (needed when there are several).")]
Period = Annotated[str, typer.Option("--period", help="The month, as 2026-11 (default: now).")]


class Listed(InvoiceDraft, frozen=True):
    """A month: the draft as it is now, how its statement stands, and what was issued."""

    stage: str = "draft"
    documents: tuple[str, ...] = ()


class Verified(Struct, frozen=True):
    ok: bool
    events: int
    proofs: tuple[Proof, ...]
    statements: tuple[VerifiedDraft, ...] = ()


@app.command("list")
def list_(directory: Centre = Path(), data: Data = None, as_json: Json = False) -> None:
    """The months of all clients: the draft as it is now, how its statement stands, and the
    documents."""
    files = Files(directory, data)
    drafts = files.records.drafts(None)
    stood = files.views.statements(WHOLE).statements(None, None, 1_000)
    views = {(one.client, one.period): one for one in stood}
    listed = [_listed(one, views.get((one.client, one.period))) for one in drafts]

    def show() -> None:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
        for column in ("client", "month", "lines"):
            table.add_column(column)
        table.add_column("total", justify="right")
        for column in ("statement", "documents"):
            table.add_column(column)
        for one in listed:
            numbers = ", ".join(one.documents)
            lines, total = str(len(one.lines)), str(one.total)
            table.add_row(one.client, one.period, lines, total, one.stage, numbers)
        Console().print(table)

    result(listed, as_json, show)
    files.close()


def _listed(draft: InvoiceDraft, view: StatementView | None) -> Listed:
    own = structs.asdict(draft)
    if view is None:
        return Listed(**own)
    numbers = tuple(one.number for one in view.documents)
    return Listed(**own, stage=view.stage.value, documents=numbers)


@app.command("show")
def show(
    client: Client = "",
    period: Period = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A client's draft for a month, line by line."""
    files = Files(directory, data)
    draft = _draft(files, client, period)
    result(draft, as_json, lambda: show_draft(draft, Console()))
    files.close()


def _draft(files: Files, client: str, period: str) -> InvoiceDraft:
    if not client:
        clients = files.records.clients_with_contract()
        if len(clients) != 1:
            fail(f"whose draft? Give --client: {', '.join(clients) or 'none has a contract'}.", 2)
        client = clients[0]
    month = period or files.when(CellClock().now())[:7]
    draft = files.records.draft(ClientId(client), month)
    if draft is None:
        fail(f"{client} has no draft for {month}: no contract, or no such month (2026-11).")
    return draft


def show_draft(draft: InvoiceDraft, console: Console) -> None:
    """The draft as a table; amounts are net of tax, which stands below."""
    console.print(f"{draft.client}, {draft.period}: draft by contract {draft.contract}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim", show_footer=True)
    table.add_column("line")
    table.add_column("", footer="total, net of tax")
    for column in ("quantity", "rate"):
        table.add_column(column, justify="right")
    table.add_column("amount", justify="right", footer=str(draft.total))
    for line in draft.lines:
        quantity = f"{line.quantity} {line.unit}"
        table.add_row(line.line, line.name, quantity, line.rate, str(line.amount))
    console.print(table)
    for tax in draft.taxes:
        console.print(f"tax, {tax.category}: {tax.rate} % of {tax.net}: {tax.tax}")
    if draft.gross is not None:
        console.print(f"with tax: {draft.gross}")
    for line in draft.damages:
        console.print(f"damages: {line.name}: {line.amount}")


@app.command("explain")
def explain(
    line: Annotated[str, typer.Argument(help="The line's name, as `invoices show` has it.")],
    client: Client = "",
    period: Period = "",
    after: Annotated[int, typer.Option("--after", min=0, help="Skip so many.")] = 0,
    limit: Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many.")] = 50,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """The contacts that a line is made of, each with its events; amounts not rounded."""
    files = Files(directory, data)
    draft = _draft(files, client, period)
    parts = files.records.explain(draft.client, draft.period, line, after, limit)
    if parts is None:
        names = ", ".join(one.line for one in draft.lines)
        fail(f"the draft has no line {line!r}: use one of {names}.")
    whole = next((one for one in draft.lines if one.line == line), None)
    result(parts, as_json, lambda: show_parts(files, whole, parts, Console()))
    files.close()


def show_parts(
    files: Files, whole: InvoiceLine | None, parts: list[Working], console: Console
) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    for column in ("contact", "finished"):
        table.add_column(column, no_wrap=True)
    for column in ("quantity", "amount"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("events")
    rules = list(dict.fromkeys(part.rule for part in parts))
    for part in parts:
        table.add_row(
            "" if part.count is None else f"{part.client}-{part.count}",
            files.when(part.at),
            part.quantity,
            part.amount,
            ", ".join(str(number) for number in part.events),
        )
    if whole is not None:
        by = f" × {whole.rate}" if whole.rate else ""
        sum_ = f"{whole.quantity} {whole.unit}{by} = {whole.amount}"
        console.print(f"{whole.clause or 'one-off'}: {sum_}, rounded once, here", soft_wrap=True)
    for rule in rules:
        console.print(rule, soft_wrap=True)
    console.print(table)


@app.command("verify")
def verify(
    deep: Annotated[
        bool, typer.Option("--deep", help="Measure quantities anew from raw events.")
    ] = False,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Recompute every record and draft from the log, and each statement and document from what was
    known then, and compare; exit status 1 if one differs."""
    files = Files(directory, data)
    verified = verified_of(files, deep=deep)

    def show() -> None:
        for proof in verified.proofs:
            Console().print(f"{'ok  ' if proof.ok else 'FAIL'} {proof.says}", soft_wrap=True)
        for one in verified.statements:
            Console().print(f"{'ok  ' if one.ok else 'FAIL'} {_says(one)}", soft_wrap=True)

    result(verified, as_json, show)
    files.close()
    if not verified.ok:
        raise typer.Exit(1)


def _says(one: VerifiedDraft) -> str:
    what = f"revision {one.revision}" if one.revision else "correction"
    became = f", {one.number}" if one.number else ""
    if one.ok:
        return f"{one.statement} {what}{became} comes out the same, {one.digest[:12]}"
    return f"{one.statement} {what}{became} differs: {'; '.join(one.differs)}"


def verified_of(files: Files, *, deep: bool = False) -> Verified:
    """Folds both streams up to where the projections are. Blocking."""
    books = Books()
    held = files.records.held()
    upto = held.positions.get(files.cell, 0)
    settings = held.positions.get(SETTINGS, 0)
    for stream in (SETTINGS, OFFICE):
        for envelope in files.events(stream, held.positions.get(stream, 0)):
            fold(books, envelope)
    for envelope in files.events(files.cell, upto):
        fold(books, envelope)
    proofs = prove(books, held)
    log = Log(files.places, files.cell)
    try:
        frozen = tuple(verify_statements(log, deep=deep))
    finally:
        log.close()
    ok = all(one.ok for one in (*proofs, *frozen))
    return Verified(ok, upto + settings, proofs, frozen)
