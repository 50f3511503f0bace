"""From sums to a draft: the one place where contracts and invoices meet.

The order of the sums (BILLING, 6), as far as contracts have these terms: quantities → line
rounding → minimum. Tax is not in a draft.
"""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from roost.kernel.calendar import day_text
from roost.kernel.money import Money, rounded
from roost.office.contracts.model import Contract, ContractVersion, Line
from roost.office.contracts.period import days_of, months
from roost.office.contracts.pricing import (
    EVALUATOR,
    amount,
    line_quantity,
    shown,
    version_at,
)
from roost.office.invoices.messages import Draft, DraftLine
from roost.office.invoices.tally import Tally

MINIMUM: Final = "minimum"


def draft(contract: Contract, period: str, tally: Tally) -> Draft:
    """A client's draft for a month. Raises ValueError for no month."""
    first, following = days_of(period)
    lines: list[DraftLine] = []
    used: list[str] = []
    usage = Money(contract.currency, 0)
    for version in contract.versions:
        own = [line for line in version.lines if (line.name, version.effective_day) in tally.sums]
        if not own and version is not version_at(contract, first):
            continue
        used.append(day_text(version.effective_day))
        for line in own:
            made = _line(contract, version, line, tally, first)
            lines.append(made)
            usage += made.amount
    minimum = minimum_of(contract, first, following)
    total = usage
    if minimum.minor > usage.minor:
        top_up = Money(contract.currency, minimum.minor - usage.minor)
        text = f"Up to the month's minimum of {minimum}"
        lines.append(DraftLine(MINIMUM, text, "1", "month", str(minimum), 0, top_up))
        total = minimum
    return Draft(
        client=contract.client,
        period=period,
        currency=contract.currency,
        evaluator=EVALUATOR,
        zones=contract.zone.source,
        contract=", ".join(used),
        lines=tuple(lines),
        usage=usage,
        total=total,
    )


def periods(contract: Contract, first: str, last: str) -> list[str]:
    """The months that have a draft: from the first contact's to the last one's, as far as the
    contract holds in them. One without a contact has its minimum."""
    return [
        period
        for period in months(first, last)
        if version_at(contract, days_of(period)[1] - 1) is not None
    ]


def _line(
    contract: Contract, version: ContractVersion, line: Line, tally: Tally, first: int
) -> DraftLine:
    found = tally.sums[(line.name, version.effective_day)]
    quantity = line_quantity(line, found.quantity)
    text, unit = shown(line, quantity)
    return DraftLine(
        name=line_name(line.name, version.effective_day, first),
        text=line.text,
        quantity=text,
        unit=unit,
        rate=line.rate,
        contacts=found.contacts,
        amount=rounded(amount(line, quantity), contract.currency),
    )


def line_name(name: str, effective_day: int, first_day: int) -> str:
    """A line's name on a month's draft: with its version's day when that began inside the
    month, so that two rates of one line are two lines."""
    return name if effective_day <= first_day else f"{name}@{day_text(effective_day)}"


def line_of(contract: Contract, period: str, name: str) -> tuple[ContractVersion, Line] | None:
    """The version and line that a draft's line name means."""
    first, following = days_of(period)
    plain, _, day = name.partition("@")
    for version in contract.versions:
        inside = first < version.effective_day < following
        if day and not (inside and day_text(version.effective_day) == day):
            continue
        if not day and version is not version_at(contract, first):
            continue
        for line in version.lines:
            if line.name == plain:
                return version, line
    return None


def minimum_of(contract: Contract, first: int, following: int) -> Money:
    """The least that the month costs: of the version in force on its first day, or a part by
    calendar days when the contract begins inside the month (BILLING, 6)."""
    version = version_at(contract, first)
    days = following - first
    if version is not None:
        return rounded(Fraction(Decimal(version.minimum)), contract.currency)
    begun = [one for one in contract.versions if one.effective_day < following]
    if not begun:
        return Money(contract.currency, 0)
    part = Fraction(following - begun[0].effective_day, days)
    return rounded(Fraction(Decimal(begun[0].minimum)) * part, contract.currency)


def earned(contract: Contract, tally: Tally) -> Money:
    """What the contacts of a tally come to by their lines, each line rounded once; without the
    month's minimum, which no contact earns."""
    total = Money(contract.currency, 0)
    for version in contract.versions:
        for line in version.lines:
            found = tally.sums.get((line.name, version.effective_day))
            if found is not None:
                quantity = line_quantity(line, found.quantity)
                total += rounded(amount(line, quantity), contract.currency)
    return total
