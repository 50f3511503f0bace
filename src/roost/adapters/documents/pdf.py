"""A document as a PDF, by Typst.

The template is `document.typ`; here everything becomes text in one of two languages. Fonts are
the machine's: Noto Sans CJK (Debian's fonts-noto-cjk) has both scripts in one design, and only the
glyphs that are used go into the file.
"""

from pathlib import Path
from typing import Any, Final

import msgspec
import typst

from roost.adapters.documents.words import WORDS, unit
from roost.kernel.money import Money
from roost.office.accounts.documents import Change, Document, DocumentKind, digest
from roost.office.contracts.sellers import LegalEntity
from roost.office.invoices.messages import DraftLine

TEMPLATE: Final = Path(__file__).with_name("document.typ")
MOST_MOVED: Final = 60  # contacts named on the page
NOTHING: Final = "–"


def pdf(document: Document, language: str) -> bytes:
    """The document as it's printed. Raises typst.TypstError."""
    made = typst.compile(
        TEMPLATE.read_bytes(), format="pdf", sys_inputs=_inputs(document, language)
    )
    assert isinstance(made, bytes)
    return made


def png(document: Document, language: str, ppi: float = 110) -> list[bytes]:
    """Its pages as pictures."""
    inputs = _inputs(document, language)
    made = typst.compile(TEMPLATE.read_bytes(), format="png", ppi=ppi, sys_inputs=inputs)
    return made if isinstance(made, list) else [made]


def _inputs(document: Document, language: str) -> dict[str, str]:
    return {"data": msgspec.json.encode(content(document, language)).decode()}


def content(document: Document, language: str) -> dict[str, Any]:
    """All that the template shows, as text."""
    w = WORDS[language]
    credit = document.kind is DocumentKind.CREDIT_NOTE
    return {
        "language": language,
        "words": w,
        "title": w[document.kind.value],
        "number": document.number,
        "currency": document.currency,
        "seller": _party(document.seller, w),
        "buyer": _party(document.buyer, w),
        "facts": _facts(document, w),
        "rows": _rows(document, language),
        "sums": _sums(document, w),
        "total": {
            "text": _total(document.kind, w),
            "amount": f"{amount(document.gross, credit)} {document.currency}",
        },
        "below": _below(document, w),
        "proof": {"hash": digest(document), "says": w["hash_says"]},
        "foot": f"{document.seller.legal_name} · {w[document.kind.value]} {document.number}"
        + (f" · {w['no_fapiao']}" if document.seller.country == "CN" else ""),
        "page": w["page"],
    }


def amount(money: Money, credit: bool = False) -> str:
    """With its thousands apart; a credit note shows what it gives back without a sign."""
    minor = -money.minor if credit else money.minor
    digits = str(Money(money.currency, abs(minor))).partition(" ")[0]
    whole, _, rest = digits.partition(".")
    shown = f"{int(whole):,}" + (f".{rest}" if rest else "")
    return f"−{shown}" if minor < 0 else shown


def decimal(text: str) -> str:
    """A decimal with its thousands apart."""
    sign = "−" if text.startswith("-") else ""
    whole, _, rest = text.removeprefix("-").partition(".")
    if not whole.isdigit():
        return text
    return sign + f"{int(whole):,}" + (f".{rest}" if rest else "")


def _total(kind: DocumentKind, w: dict[str, str]) -> str:
    match kind:
        case DocumentKind.CREDIT_NOTE:
            return w["credited"]
        case DocumentKind.DAMAGES:
            return w["damages_total"]
        case _:
            return w["total"]


def _party(entity: LegalEntity, w: dict[str, str]) -> dict[str, Any]:
    rows = [*entity.address]
    if entity.tax_number:
        rows.append(f"{w['tax_number']} {entity.tax_number}")
    return {"name": entity.legal_name, "rows": rows}


def _facts(document: Document, w: dict[str, str]) -> list[tuple[str, str]]:
    found = [(w["day"], document.day), (w["period"], document.period)]
    if document.kind in (DocumentKind.INVOICE, DocumentKind.ADJUSTMENT):
        found.append((w["due"], document.due))
    if document.order:
        found.append((w["order"], document.order))
    if document.corrects:
        found.append((w["corrects"], document.corrects))
        found.append(("", f"{w['of_day']} {document.corrects_day}"))
    found += [(w["fapiao"], one.number) for one in document.fapiao]
    return found


def _rows(document: Document, language: str) -> list[dict[str, str]]:
    w = WORDS[language]
    changes = {(one.programme, one.line): one for one in document.changes}
    sections = list(dict.fromkeys(line.programme for line in document.lines))
    rows: list[dict[str, str]] = []
    for section in sections:
        own = [line for line in document.lines if line.programme == section]
        if section:
            rows.append({"kind": "section", "text": f"{w['programme']} {section}"})
        for line in own:
            change = changes.get((line.programme, line.name))
            rows.append(_row(document, line, change, language))
        if section and len(sections) > 1:
            total = Money(document.currency, sum(line.amount.minor for line in own))
            credit = document.kind is DocumentKind.CREDIT_NOTE
            rows.append({"kind": "sum", "text": w["section"], "amount": amount(total, credit)})
    return rows


def _row(
    document: Document, line: DraftLine, change: Change | None, language: str
) -> dict[str, str]:
    credit = document.kind is DocumentKind.CREDIT_NOTE
    quantity = line.quantity
    if credit:
        quantity = quantity.removeprefix("-") if quantity.startswith("-") else f"-{quantity}"
    return {
        "kind": "under" if line.under else "line",
        "text": line.text,
        "note": line.clause if change is None else _change(change, WORDS[language]),
        "quantity": f"{decimal(quantity)} {unit(line.unit, quantity, language)}"
        if quantity
        else "",
        "rate": decimal(line.rate),
        "amount": amount(line.amount, credit),
    }


def _change(change: Change, w: dict[str, str]) -> str:
    """ "was 200 × 5.00 = 1,000.00, now 199 × 5.00 = 995.00"."""
    was = _side(change.quantity, change.rate, change.amount)
    now = _side(change.now_quantity, change.now_rate, change.now_amount)
    return f"{w['was']} {was}, {w['now']} {now}"


def _side(quantity: str, rate: str, money: Money) -> str:
    if not quantity:
        return NOTHING
    shown = f"{decimal(quantity)} × {decimal(rate)} = " if rate else ""
    return f"{shown}{amount(money)}"


def _sums(document: Document, w: dict[str, str]) -> list[dict[str, str]]:
    if document.kind is DocumentKind.DAMAGES:
        return []
    credit = document.kind is DocumentKind.CREDIT_NOTE
    rows = [{"text": w["net"], "note": "", "amount": amount(document.net, credit)}]
    rows += [
        {
            "text": w["tax"].format(rate=group.rate),
            "note": w["tax_on"].format(net=amount(group.net, credit)),
            "amount": amount(group.tax, credit),
        }
        for group in document.taxes
    ]
    return rows


def _below(document: Document, w: dict[str, str]) -> list[dict[str, Any]]:
    parts: list[dict[str, Any]] = []
    if document.moved:
        named = [f"{document.client}-{count}" for count in document.moved[:MOST_MOVED]]
        rest = len(document.moved) - len(named)
        rows = [", ".join(named)] + ([w["more"].format(count=f"{rest:,}")] if rest else [])
        parts.append({"title": w["contacts_moved"], "rows": rows})
    bank = document.seller.bank
    asks = document.kind in (DocumentKind.INVOICE, DocumentKind.ADJUSTMENT)
    if asks and bank is not None:
        code = f" · {w['code']} {bank.code}" if bank.code else ""
        rows = [
            f"{document.seller.legal_name}",
            f"{bank.name} · {w['account']} {bank.account}{code}",
        ]
        parts.append({"title": w["pay_to"], "rows": rows})
    made = w["made_from"].format(evaluator=document.evaluator, zones=document.zones)
    parts.append({"title": w["contract"], "rows": [f"{document.contract} · {made}"]})
    return parts
