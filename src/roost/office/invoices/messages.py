"""What an invoice is made of, as other areas hand it over: no types of theirs.

Every sum is exact until its line, which is rounded once to the currency's minor unit; what stands
here is rounded. The canonical JSON of a Draft is what an invoice's hash is over
(docs/decisions/0020).
"""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.ids import ClientId
from roost.kernel.money import Money


class LineKind(StrEnum):
    """What a line comes from, in the order of the sums (BILLING, 6)."""

    USAGE = "usage"  # contacts, minutes, hours, results: quantity by rate
    INCLUDED = "included"  # what was paid for already, as a deduction
    FIXED = "fixed"  # a sum for the period
    MINIMUM = "minimum"  # up to the least that was agreed
    FLOOR = "floor"  # up to the share of the forecast that's paid anyway
    SURCHARGE = "surcharge"  # above the forecast's ceiling
    TERM = "term"  # malus or bonus of a service term
    ONE_OFF = "one_off"
    ADJUSTMENT = "adjustment"  # of an earlier period


class DraftLine(Struct, frozen=True, gc=False):
    """One line of a draft. `name` is what `explain` takes; `rate` the decimal of the contract;
    `amount` rounded, `contacts` how many it counts (0 for a line without contacts). `clause`
    says where in the contract it stands: "2026-01-01/lines/contacts"; `tax` names a category of
    the seller's table, "" where nothing is said; `under` the line that a discount belongs to."""

    name: str
    text: str
    quantity: str
    unit: str
    rate: str
    contacts: int
    amount: Money
    kind: LineKind = LineKind.USAGE
    programme: str = ""
    clause: str = ""
    tax: str = ""
    under: str = ""


class TaxSum(Struct, frozen=True, gc=False):
    """Tax of one category and rate: computed once over the sum of its lines (EN 16931, BR-S-8).
    `rate` in a hundred, as a decimal."""

    category: str
    rate: str
    net: Money
    tax: Money


class Draft(Struct, frozen=True, gc=False):
    """A client's draft for a month: `usage` is the sum of the lines that contacts make,
    `total` of all lines, net of tax; `gross` with tax, None where the contract names no seller.
    `damages` are untaxed and become a document of their own (BILLING, 7)."""

    client: ClientId
    period: str
    currency: str
    evaluator: str
    zones: str
    contract: str  # the effective days of the versions that priced it
    lines: tuple[DraftLine, ...]
    usage: Money
    total: Money
    seller: str = ""
    taxes: tuple[TaxSum, ...] = ()
    gross: Money | None = None
    damages: tuple[DraftLine, ...] = ()
