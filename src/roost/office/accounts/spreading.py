"""Tax of a group spread over its lines: a document's lines sum to its tax, to the last unit."""

from fractions import Fraction

from roost.kernel.money import Money
from roost.office.accounts.documents import Document
from roost.office.invoices.messages import DraftLine, TaxSum


def tax_by_line(document: Document) -> tuple[Money, ...]:
    """Each line's part of its group's tax, by largest remainder, ties to the earlier line
    (BILLING, 8). A category has one rate in a month."""
    parts = [0] * len(document.lines)
    for group in document.taxes:
        own = [n for n, line in enumerate(document.lines) if line.tax == group.category]
        for place, part in zip(own, _spread(group, [document.lines[n] for n in own]), strict=True):
            parts[place] = part
    return tuple(Money(document.currency, part) for part in parts)


def _spread(group: TaxSum, lines: list[DraftLine]) -> list[int]:
    if not lines:
        return []
    rate = Fraction(group.rate) / 100
    exact = [rate * line.amount.minor for line in lines]
    if group.net.minor:
        exact = [Fraction(group.tax.minor * line.amount.minor, group.net.minor) for line in lines]
    parts = [value.__floor__() for value in exact]
    left = group.tax.minor - sum(parts)
    order = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    while left > 0:
        for place in order[:left]:
            parts[place] += 1
        left -= min(left, len(order))
    return parts
