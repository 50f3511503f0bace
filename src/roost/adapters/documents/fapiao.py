"""What a tax system needs to make the legal fapiao of issued documents: a row a line.

A discount stands right under its line; tax is spread over lines by largest remainder, so that the
rows sum to the document. Roost never numbers a fapiao: what the tax system gave is recorded with
`roost invoices fapiao`.
"""

from collections.abc import Iterable
from typing import Final

from roost.office.accounts.documents import Document
from roost.office.accounts.issuing import plain
from roost.office.accounts.spreading import tax_by_line
from roost.office.invoices.messages import DraftLine

COLUMNS: Final = (
    "document",
    "kind",
    "day",
    "seller",
    "seller_tax_number",
    "buyer",
    "buyer_tax_number",
    "buyer_address",
    "buyer_bank",
    "corrects",
    "corrects_fapiao",
    "row",
    "discount",
    "name",
    "code",
    "category",
    "unit",
    "quantity",
    "price",
    "amount",
    "rate",
    "tax",
)


def fapiao_rows(documents: Iterable[Document]) -> list[dict[str, str]]:
    """By document and line; amounts without tax, signed."""
    return [row for document in documents for row in _rows(document)]


def _rows(document: Document) -> Iterable[dict[str, str]]:
    taxes = tax_by_line(document)
    rates = {one.category: one.rate for one in document.taxes}
    codes = {one.category: one.code for one in document.codes}
    bank = document.buyer.bank
    head = {
        "document": document.number,
        "kind": document.kind.value,
        "day": document.day,
        "seller": document.seller.legal_name,
        "seller_tax_number": document.seller.tax_number,
        "buyer": document.buyer.legal_name,
        "buyer_tax_number": document.buyer.tax_number,
        "buyer_address": " ".join(document.buyer.address),
        "buyer_bank": "" if bank is None else f"{bank.name} {bank.account}",
        "corrects": document.corrects,
        "corrects_fapiao": " ".join(one.number for one in document.fapiao),
    }
    for count, place in enumerate(in_order(document.lines), 1):
        line = document.lines[place]
        yield {
            **head,
            "row": str(count),
            "discount": "1" if line.under else "0",
            "name": line.text,
            "code": codes.get(line.tax, ""),
            "category": line.tax,
            "unit": line.unit,
            "quantity": line.quantity,
            "price": line.rate,
            "amount": plain(line.amount),
            "rate": rates.get(line.tax, "0"),
            "tax": plain(taxes[place]),
        }


def in_order(lines: tuple[DraftLine, ...]) -> list[int]:
    """The lines' places, each discount right under the line that it's of."""
    names = {line.name for line in lines}
    under: dict[str, list[int]] = {}
    for place, line in enumerate(lines):
        if line.under in names:
            under.setdefault(line.under, []).append(place)
    order: list[int] = []
    for place, line in enumerate(lines):
        if line.under not in names:
            order += [place, *under.get(line.name, [])]
    return order
