"""Issued documents as double entry: what an accounting system takes in.

A plain table of entries, a row an account, debit and credit apart: Kingdee, Yonyou, SAP, Xero,
QuickBooks and DATEV's import all map such columns to their own, while each one's own format
carries a chart of accounts that we don't know. The accounts are names of ours until somebody says
theirs; documents balance each by itself.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from roost.kernel.money import Money
from roost.office.accounts.documents import Document, DocumentKind
from roost.office.accounts.issuing import plain

COLUMNS: Final = (
    "day",
    "document",
    "kind",
    "account",
    "debit",
    "credit",
    "currency",
    "party",
    "party_tax_number",
    "due",
    "period",
    "programme",
    "tax_category",
    "tax_rate",
    "corrects",
    "text",
)
ACCOUNTS: Final[Mapping[str, str]] = {
    "receivable": "receivable",
    "revenue": "revenue",
    "tax": "output-tax",
    "damages": "damages",
}


def journal_rows(
    documents: Iterable[Document], accounts: Mapping[str, str] = ACCOUNTS
) -> list[dict[str, str]]:
    """By document: who owes it, what it earned by programme and tax category, its tax."""
    return [row for document in documents for row in _rows(document, accounts)]


def _rows(document: Document, accounts: Mapping[str, str]) -> Iterable[dict[str, str]]:
    yield _row(document, accounts["receivable"], document.gross)
    earned: dict[tuple[str, str], int] = {}
    for line in document.lines:
        key = (line.programme, line.tax)
        earned[key] = earned.get(key, 0) + line.amount.minor
    account = "damages" if document.kind is DocumentKind.DAMAGES else "revenue"
    rates = {one.category: one.rate for one in document.taxes}
    for (programme, category), minor in earned.items():
        amount = Money(document.currency, -minor)
        row = _row(document, accounts[account], amount)
        yield {
            **row,
            "programme": programme,
            "tax_category": category,
            "tax_rate": rates.get(category, ""),
        }
    for group in document.taxes:
        row = _row(document, accounts["tax"], Money(document.currency, -group.tax.minor))
        yield {**row, "tax_category": group.category, "tax_rate": group.rate}


def _row(document: Document, account: str, amount: Money) -> dict[str, str]:
    debit = plain(amount) if amount.minor >= 0 else ""
    credit = plain(Money(amount.currency, -amount.minor)) if amount.minor < 0 else ""
    return {
        "day": document.day,
        "document": document.number,
        "kind": document.kind.value,
        "account": account,
        "debit": debit,
        "credit": credit,
        "currency": document.currency,
        "party": document.buyer.legal_name,
        "party_tax_number": document.buyer.tax_number,
        "due": document.due,
        "period": document.period,
        "programme": "",
        "tax_category": "",
        "tax_rate": "",
        "corrects": document.corrects,
        "text": f"{document.number} {document.client} {document.period}",
    }
