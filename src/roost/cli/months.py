"""`roost invoices` from draft to credit: statement, confirm, dispute, settle, issue, credit,
fapiao, document, export.

Whoever may read the data folder acts as an account that they name: it's noted in the audit trail,
and two accounts are needed to issue, here as in the browser."""

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Files, Json
from roost.kernel.ids import ClientId, CommandId
from roost.kernel.words import words as words_of

if TYPE_CHECKING:
    from roost.kernel.actor import Actor
    from roost.office.accounts.views import DocumentView, StatementView
    from roost.ports.commands import Answer
    from roost.processes.accounting import Accounting

Client = Annotated[str, typer.Argument(help="Whose.")]
Month = Annotated[str, typer.Argument(metavar="PERIOD", help="The month, as 2026-11.")]
As = Annotated[
    str, typer.Option("--as", help="The account that acts; a client's people are CLIENT/NAME.")
]
Words = Annotated[str, typer.Option("--words", help="Why.")]
Number = Annotated[str, typer.Argument(help="As it's printed, GY-2026-000017.")]
To = Annotated[Path | None, typer.Option("--to", help="Into this file.")]
Language = Annotated[str, typer.Option("--language", help="en or zh.")]
OPERATORS: Final = "invoices.manage"
CLIENTS: Final = "statements.answer"


class Desk:
    """The office of a centre's files, and who acts at it."""

    def __init__(self, directory: Path, data: Path | None) -> None:
        from roost.adapters.clock.wall import CellClock
        from roost.processes.accounting import accounting
        from roost.processes.settings import launch

        self.directory, self.data = directory, data
        self.files = Files(directory, data)
        places = launch(directory, data).places
        self.office: Accounting = accounting(places, self.files.cell, self.files.store, CellClock())
        self.id = CommandId(f"cli-{secrets.token_hex(16)}")

    def actor(self, name: str, scope: str, what: str) -> "Actor":
        """The account, if it may; noted in the audit trail. Exit status 1 otherwise."""
        from roost.adapters.clock.wall import CellClock
        from roost.adapters.store.trail import StreamTrail
        from roost.cli.users import named, opened
        from roost.kernel.actor import Actor, ActorKind
        from roost.office.audit.messages import ActedAs
        from roost.ports.log import LogFailed
        from roost.web.permissions import ROLES, Scope

        accounts = opened(self.directory, self.data)
        try:
            account = named(accounts, name)
        finally:
            accounts.close()
        if account.disabled or Scope(scope) not in ROLES[account.role]:
            fail(f"{name} may not do this: it takes the scope {scope} (`roost users list`).")
        store = self.files.store
        trail = StreamTrail(store.writer, CellClock(), store.chain())
        try:
            noted = ActedAs(owner=account.owner, account=account.id, what=what)
            trail.note(Actor(ActorKind.SETUP, "command line"), noted)
        except LogFailed as error:
            fail(f"it can't be noted in the audit trail, and so it isn't done: {error}")
        finally:
            trail.close()
        return Actor(ActorKind.PERSON, account.id, account.owner)

    def done(self, answer: "Answer") -> None:
        """Exit status 1 with the words of a refusal."""
        from roost.ports.commands import Done, Refused

        match answer:
            case Done():
                return
            case Refused(refusal):
                said, mend = words_of(refusal)
                fail(f"{said} {mend}")
            case _:
                fail(f"nobody could decide: {answer.why}; try again.")

    def statement(self, client: str, period: str) -> "StatementView":
        """How it stands. Exit status 1 where nothing was frozen."""
        view = self.office.statements.statement(ClientId(client), period)
        if view is None:
            fail(f"{client} has no statement for {period}: `roost invoices statement` freezes it.")
        return view

    def show(self, client: str, period: str, as_json: bool) -> None:
        """The statement, as the last line of a command."""
        view = self.statement(client, period)
        result(view, as_json, lambda: show_statement(self.files, view, Console()))
        self.close()

    def close(self) -> None:
        self.office.close()
        self.files.close()


def show_statement(files: Files, view: "StatementView", console: Console) -> None:
    """Stage, lines, tax, disputes, documents."""
    frozen = view.correction or view.frozen
    draft = frozen.draft
    stage = f"{view.stage} (revision {view.revision})"
    if view.correction is not None:
        stage += ", a correction is to be issued"
    elif view.stale:
        stage += ", out of date: freeze it again"
    console.print(f"{view.client}, {view.period}: {stage}", soft_wrap=True)
    if view.stage == "frozen":
        after = "confirms it" if view.silence else "confirms nothing"
        console.print(f"to be answered by {files.when(view.confirm_by)}; silence {after}")
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    table.add_column("line")
    table.add_column("")
    for column in ("quantity", "rate", "amount"):
        table.add_column(column, justify="right")
    for line in (*draft.lines, *draft.damages):
        quantity = f"{line.quantity} {line.unit}"
        table.add_row(line.name, line.text, quantity, line.rate, str(line.amount))
    for tax in draft.taxes:
        table.add_row("", f"tax {tax.rate} % on {tax.net}", "", "", str(tax.tax))
    table.add_row("", "total", "", "", str(draft.gross))
    console.print(table)
    for one in view.disputes.values():
        about = ", ".join((*one.lines, *one.contacts))
        console.print(f"{one.dispute}  {one.status}  {about}", soft_wrap=True)
    for document in view.documents:
        console.print(f"{document.number}  {document.kind}  {document.day}  {document.gross}")


def statement(
    client: Client,
    period: Month,
    as_: As = "",
    to: To = None,
    language: Language = "en",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A month's statement, into a file as a PDF; with --as it's frozen first, as it is now."""
    desk = Desk(directory, data)
    if as_:
        actor = desk.actor(as_, OPERATORS, f"freeze {client}/{period}")
        desk.done(desk.office.freeze(ClientId(client), period, actor, desk.id))
    body = None
    if to is not None:
        body = desk.office.statement_pdf(ClientId(client), period, language)
    if to is not None and body is not None:
        to.write_bytes(body)
    desk.show(client, period, as_json)


def confirm(
    client: Client,
    period: Month,
    as_: As,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """The client agrees to the statement as it's shown."""
    from roost.office.accounts.messages import ConfirmStatement

    desk = Desk(directory, data)
    view = desk.statement(client, period)
    actor = desk.actor(as_, CLIENTS, f"confirm {view.statement}")
    command = ConfirmStatement(view.statement, view.revision)
    desk.done(desk.office.give(command, actor, desk.id))
    desk.show(client, period, as_json)


def dispute(
    client: Client,
    period: Month,
    words: Words,
    as_: As,
    line: Annotated[list[str] | None, typer.Option("--line", help="May be repeated.")] = None,
    contact: Annotated[
        list[str] | None, typer.Option("--contact", help="As power-grid-17; may be repeated.")
    ] = None,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """The client says what's wrong: lines, contacts, or both."""
    from roost.cli.reading import client_and_count

    desk = Desk(directory, data)
    named = [client_and_count(desk.files, one) for one in contact or ()]
    other = [one for one in named if one[0] != client]
    if other:
        fail(f"{other[0][0]}-{other[0][1]} isn't {client}'s.", 2)
    actor = desk.actor(as_, CLIENTS, f"dispute {client}/{period}")
    counts = tuple(count for _, count in named)
    answer = desk.office.dispute(
        ClientId(client), period, tuple(line or ()), counts, words, actor, desk.id
    )
    desk.done(answer)
    desk.show(client, period, as_json)


def settle(
    dispute: Annotated[str, typer.Argument(help="As `invoices statement` shows it.")],
    verdict: Annotated[str, typer.Argument(help="accept, reject or split.")],
    as_: As,
    words: Words = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Accept: out of the statement, or a credit after issue. Reject: in words. Split: out for now,
    so that the rest can be issued."""
    from roost.office.accounts.messages import DisputeId, Verdict

    if verdict not in list(Verdict):
        fail(f"{verdict!r} is no verdict: accept, reject or split.", 2)
    if dispute.count("/") != 2:
        fail(f"{dispute!r} is no dispute: give one as power-grid/2026-11/d1.", 2)
    desk = Desk(directory, data)
    actor = desk.actor(as_, OPERATORS, f"settle {dispute}")
    desk.done(desk.office.settle(DisputeId(dispute), Verdict(verdict), words, actor, desk.id))
    client, period, _ = dispute.split("/")
    desk.show(client, period, as_json)


def issue(
    client: Client,
    period: Month,
    as_: As,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Issue the confirmed statement, or its correction: by another account than who froze it."""
    desk = Desk(directory, data)
    actor = desk.actor(as_, OPERATORS, f"issue {client}/{period}")
    desk.done(desk.office.issue(ClientId(client), period, actor, desk.id))
    desk.show(client, period, as_json)


def credit(
    client: Client,
    period: Month,
    as_: As,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Freeze what an issued month would be now: `issue` by a second account makes the credit note,
    or the adjustment."""
    desk = Desk(directory, data)
    if desk.statement(client, period).standing is None:
        fail(f"{client}'s {period} isn't issued: freeze it again with `invoices statement`.")
    actor = desk.actor(as_, OPERATORS, f"credit {client}/{period}")
    desk.done(desk.office.freeze(ClientId(client), period, actor, desk.id))
    desk.show(client, period, as_json)


def fapiao(
    document: Number,
    number: Annotated[list[str], typer.Option("--number", help="May be repeated.")],
    day: Annotated[str, typer.Option("--date", help="As 2026-12-04.")],
    as_: As,
    also: Annotated[
        list[str] | None, typer.Option("--also", help="Another document it's for; repeatable.")
    ] = None,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Record what the tax system gave for a document: n to m. Roost never numbers one."""
    from roost.office.accounts.documents import Fapiao
    from roost.office.accounts.messages import RecordFapiao

    desk = Desk(directory, data)
    actor = desk.actor(as_, OPERATORS, f"fapiao {document}")
    given = tuple(Fapiao(one, day) for one in number)
    numbers = tuple(dict.fromkeys((document, *(also or ()))))
    desk.done(desk.office.give(RecordFapiao(numbers, given), actor, desk.id))
    _show_document(desk, document, as_json)


def document(
    number: Number,
    to: To = None,
    language: Language = "en",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """An issued document; into a file as .pdf, as .xml (UBL 2.1) or as .json (what its hash is
    over)."""
    from roost.office.accounts.documents import canonical

    desk = Desk(directory, data)
    view = desk.office.statements.document(number)
    if view is None:
        fail(f"there's no document {number}: `roost invoices list` shows them.")
    if to is not None:
        match to.suffix:
            case ".pdf":
                body = desk.office.pdf(number, language)
            case ".xml":
                body = desk.office.ubl(number)
            case ".json":
                body = canonical(view.document)
            case _:
                fail(f"{to} is neither a .pdf, an .xml nor a .json.", 2)
        to.write_bytes(body or b"")
    _show_document(desk, number, as_json)


def _show_document(desk: Desk, number: str, as_json: bool) -> None:
    view = desk.office.statements.document(number)
    assert view is not None, "it was found before"
    result(view, as_json, lambda: show_document(view, Console()))
    desk.close()


def show_document(view: "DocumentView", console: Console) -> None:
    one = view.document
    console.print(f"{one.number}: {one.kind} of {one.day}, {one.client} {one.period}, {one.gross}")
    if one.corrects:
        console.print(f"corrects {one.corrects} of {one.corrects_day}")
    if one.moved:
        console.print("contacts " + ", ".join(f"{one.client}-{count}" for count in one.moved))
    for given in view.fapiao:
        console.print(f"fapiao {given.number} of {given.day}")
    console.print(f"hash {view.hash}", soft_wrap=True)


def export(
    what: Annotated[str, typer.Argument(help="fapiao (for the tax system) or journal.")],
    to: Annotated[Path, typer.Option("--to", help="Into this file, .csv or .xlsx.")],
    since: Annotated[str, typer.Option("--since", help="From this day on.")] = "0000-01-01",
    until: Annotated[str, typer.Option("--until", help="Up to this day.")] = "9999-12-31",
    directory: Centre = Path(),
    data: Data = None,
) -> None:
    """Issued documents as a table: a row a line for the tax system, or double entry for
    accounting."""
    from roost.ports.office import As as Form
    from roost.ports.office import Exported

    if what not in list(Exported):
        fail(f"{what!r} is no export: fapiao or journal.", 2)
    if to.suffix not in (".csv", ".xlsx"):
        fail(f"{to} is neither a .csv nor an .xlsx.", 2)
    desk = Desk(directory, data)
    form = Form(to.suffix[1:])
    to.write_bytes(desk.office.export(Exported(what), None, since, until, form))
    desk.close()


COMMANDS: Final = (
    statement,
    confirm,
    dispute,
    settle,
    issue,
    credit,
    fapiao,
    document,
    export,
)
