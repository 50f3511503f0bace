"""From a frozen draft to documents with numbers. A number is taken in the very event that
issues, so that a series has no gap."""

from fractions import Fraction

from msgspec import structs

from roost.kernel.ids import owner_of
from roost.kernel.money import Money
from roost.office.accounts.difference import Difference, difference
from roost.office.accounts.documents import Document, DocumentKind, Fapiao, digest, tax_of
from roost.office.accounts.messages import DocumentIssued, IssueInvoice, client_of
from roost.office.accounts.model import Account
from roost.office.contracts.one_off import OneOff
from roost.office.invoices.messages import Draft, DraftLine

DIGITS = 6  # of a number's place: "GY-2026-000017"


def issue(
    found: Account, ask: IssueInvoice, place: int, fapiao: tuple[Fapiao, ...]
) -> tuple[DocumentIssued, ...]:
    """The documents of a statement, or of a correction, numbered on from `place`."""
    made = _first(ask) if ask.standing is None else _later(found, ask, ask.standing, fapiao)
    return tuple(_numbered(ask, place + count, one) for count, one in enumerate(made, 1))


def number(series: str, place: int) -> str:
    """As it's printed."""
    return f"{series}{place:0{DIGITS}}"


def _numbered(ask: IssueInvoice, place: int, document: Document) -> DocumentIssued:
    whole = structs.replace(document, number=number(ask.series, place))
    return DocumentIssued(
        owner=owner_of(client_of(ask.statement)),
        statement=ask.statement,
        series=ask.series,
        place=place,
        document=whole,
        hash=digest(whole),
    )


def _first(ask: IssueInvoice) -> list[Document]:
    draft = ask.draft
    tax = tax_of(draft.taxes, draft.currency)
    assert draft.gross == draft.total + tax, f"{draft.total} + {tax} isn't {draft.gross}"
    invoice = structs.replace(
        _bare(ask, DocumentKind.INVOICE),
        lines=draft.lines,
        taxes=draft.taxes,
        net=draft.total,
        tax=tax,
        gross=draft.total + tax,
    )
    return [invoice, *_damages(ask, draft.damages, ())]


def _later(
    found: Account, ask: IssueInvoice, standing: Draft, fapiao: tuple[Fapiao, ...]
) -> list[Document]:
    moved = difference(standing, ask.draft)
    made: list[Document] = []
    if not moved.nothing:
        made.append(_correction(found, ask, moved, fapiao))
    return [*made, *_damages(ask, ask.draft.damages, standing.damages)]


def _correction(
    found: Account, ask: IssueInvoice, moved: Difference, fapiao: tuple[Fapiao, ...]
) -> Document:
    less = moved.gross.minor < 0
    kind = DocumentKind.CREDIT_NOTE if less else DocumentKind.ADJUSTMENT
    return structs.replace(
        _bare(ask, kind),
        lines=moved.lines,
        taxes=moved.taxes,
        net=moved.net,
        tax=moved.tax,
        gross=moved.gross,
        corrects=found.number,
        corrects_day=found.day,
        fapiao=fapiao,
        changes=moved.changes,
        moved=ask.moved,
    )


def _damages(
    ask: IssueInvoice, now: tuple[DraftLine, ...], before: tuple[DraftLine, ...]
) -> list[Document]:
    """What's owed as damages, untaxed and in a document of its own; later what differs."""
    currency = ask.draft.currency
    old = {(line.programme, line.name): line.amount.minor for line in before}
    new = {(line.programme, line.name) for line in now}
    lines = [
        structs.replace(line, amount=Money(currency, moved))
        for line in now
        if (moved := line.amount.minor - old.get((line.programme, line.name), 0))
    ]
    lines += [
        structs.replace(line, amount=Money(currency, -line.amount.minor))
        for line in before
        if (line.programme, line.name) not in new
    ]
    if not lines:
        return []
    net = Money(currency, sum(line.amount.minor for line in lines))
    return [
        structs.replace(_bare(ask, DocumentKind.DAMAGES), lines=tuple(lines), net=net, gross=net)
    ]


def _bare(ask: IssueInvoice, kind: DocumentKind) -> Document:
    draft = ask.draft
    nothing = Money(draft.currency, 0)
    return Document(
        kind=kind,
        number="",
        day=ask.day,
        due=ask.due,
        client=draft.client,
        period=draft.period,
        currency=draft.currency,
        seller=ask.seller,
        buyer=ask.buyer,
        lines=(),
        taxes=(),
        net=nothing,
        tax=nothing,
        gross=nothing,
        contract=draft.contract,
        evaluator=draft.evaluator,
        zones=draft.zones,
        codes=ask.codes,
        order=ask.order,
    )


def carried_items(
    standing: Draft, now: Draft, number: str, day: int, *, included: bool
) -> tuple[OneOff, ...]:
    """A correction as items of a later month, on this day of it."""
    return tuple(
        OneOff(
            f"{line.name}-{number}",
            line.text,
            day,
            as_agreed(line.amount, line.tax, now, included=included),
            programme=line.programme,
            tax=line.tax,
        )
        for line in difference(standing, now).lines
    )


def as_agreed(net: Money, tax: str, draft: Draft, *, included: bool) -> str:
    """A net amount as the contract says its prices: with tax, where they include it; to six
    places, so that taking the tax out again gives the amount to the last unit."""
    rates = {one.category: one.rate for one in draft.taxes}
    if not included or tax not in rates:
        return plain(net)
    gross = net.as_major() * (1 + Fraction(rates[tax]) / 100)
    millionths = round(gross * 1_000_000)
    sign, whole = "-" if millionths < 0 else "", abs(millionths)
    return f"{sign}{whole // 1_000_000}.{whole % 1_000_000:06}"


def plain(amount: Money) -> str:
    """An amount as a decimal, without its currency."""
    return str(amount).partition(" ")[0]
