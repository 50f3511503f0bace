"""Tax: once a group of lines of one category and rate (EN 16931, BR-S-8; BILLING, 7)."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction

from roost.kernel.money import Money, rounded
from roost.office.invoices.messages import DraftLine, TaxSum


def tax_sums(
    lines: Iterable[DraftLine], rates: Mapping[str, str], currency: str
) -> tuple[TaxSum, ...]:
    """The net sum of each category with its tax, by category. `rates` are in force, in a
    hundred, by category."""
    nets: dict[str, int] = {}
    for line in lines:
        nets[line.tax] = nets.get(line.tax, 0) + line.amount.minor
    return tuple(
        TaxSum(category, rates[category], net, tax_of(net, rates[category]))
        for category, minor in sorted(nets.items())
        for net in [Money(currency, minor)]
    )


def tax_of(net: Money, rate: str) -> Money:
    """A net sum's tax, rounded once."""
    return rounded(net.as_major() * Fraction(Decimal(rate)) / 100, net.currency)
