"""What an invoice is made of, as other areas hand it over: no types of theirs."""

from msgspec import Struct

from roost.kernel.ids import ClientId
from roost.kernel.money import Money


class DraftLine(Struct, frozen=True, gc=False):
    """One line of a draft. `name` is what `explain` takes; `rate` the decimal of the contract;
    `amount` rounded, `contacts` how many it counts (0 for a line without contacts)."""

    name: str
    text: str
    quantity: str
    unit: str
    rate: str
    contacts: int
    amount: Money


class Draft(Struct, frozen=True, gc=False):
    """A client's draft for a month: `usage` is the sum of the lines that contacts make,
    `total` with the minimum. Net of tax."""

    client: ClientId
    period: str
    currency: str
    evaluator: str
    zones: str
    contract: str  # the effective days of the versions that priced it
    lines: tuple[DraftLine, ...]
    usage: Money
    total: Money
