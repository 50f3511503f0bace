"""A document as issued: an invoice, a credit note, an adjustment invoice, a statement of damages.

It stands by itself: who sells, who buys, every line, the tax, what it was made from. Its canonical
JSON is what its hash is over (docs/decisions/0020); the PDF, UBL and tax exports are made from it
and never from the books. Amounts are signed as the seller sees them: what a credit gives back is
negative here, and shown without the sign on the credit note.
"""

from enum import StrEnum
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from roost.kernel.ids import ClientId, Digest
from roost.kernel.money import Money
from roost.office.contracts.sellers import LegalEntity
from roost.office.invoices.messages import Draft, DraftLine, TaxSum

_canonical: Final = msgspec.json.Encoder(order="deterministic").encode


class DocumentKind(StrEnum):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"  # gives back a part of an invoice
    ADJUSTMENT = "adjustment"  # asks for more than an invoice did
    DAMAGES = "damages"  # untaxed, beside an invoice (BILLING, 7)


class Fapiao(Struct, frozen=True, gc=False):
    """What the tax system gave: one of perhaps several for a document. `day` as "2026-12-03"."""

    number: str
    day: str


class TaxWord(Struct, frozen=True, gc=False):
    """A tax category as others know it: `code` of EN 16931 (UNCL 5305), `reason` the words of an
    exemption."""

    category: str
    code: str
    reason: str = ""


class Change(Struct, frozen=True, gc=False):
    """How a line of an issued document stands now: quantity, rate and amount then and now."""

    line: str
    quantity: str
    rate: str
    amount: Money
    now_quantity: str
    now_rate: str
    now_amount: Money
    programme: str = ""


class Document(Struct, frozen=True, gc=False):
    """`lines` are the invoice's, or the difference; `changes` says what each difference is of,
    `moved` names the contacts whose lines changed by the client's own count. `corrects` is the
    number of the invoice that a correction is of, `fapiao` what the tax system gave for that. From
    how much of each stream it was made isn't here, but with the frozen statement: a client would
    read from it how much there is of others."""

    kind: DocumentKind
    number: str
    day: str
    due: str
    client: ClientId
    period: str
    currency: str
    seller: LegalEntity
    buyer: LegalEntity
    lines: tuple[DraftLine, ...]
    taxes: tuple[TaxSum, ...]
    net: Money
    tax: Money
    gross: Money
    contract: str
    evaluator: str
    zones: str
    codes: tuple[TaxWord, ...] = ()
    order: str = ""  # the buyer's reference: a purchase order
    corrects: str = ""
    corrects_day: str = ""
    fapiao: tuple[Fapiao, ...] = ()
    changes: tuple[Change, ...] = ()
    moved: tuple[int, ...] = ()


def canonical(value: Draft | Document) -> bytes:
    """The bytes that a hash is over: msgspec's deterministic JSON, the same on any machine."""
    return _canonical(value)


def digest(value: Draft | Document) -> Digest:
    """SHA-256 of the canonical JSON."""
    return Digest(sha256(canonical(value)).hexdigest())


def tax_of(taxes: tuple[TaxSum, ...], currency: str) -> Money:
    """All groups' tax."""
    return Money(currency, sum(one.tax.minor for one in taxes))
