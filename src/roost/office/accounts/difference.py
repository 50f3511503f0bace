"""What a credit note or an adjustment is: the difference of two drafts of one month.

Line by line, and group by group of tax: tax is that of the whole month as it stands now less
that of the whole month before, so a month's parts always cancel to the last fen (BILLING, 8).
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from msgspec import Struct, structs

from roost.kernel.money import Money, rounded
from roost.office.accounts.documents import Change
from roost.office.invoices.messages import Draft, DraftLine, TaxSum

Key = tuple[str, str]  # programme, line


class Difference(Struct, frozen=True, gc=False):
    """`gross` is negative where the month became cheaper: a credit note."""

    lines: tuple[DraftLine, ...]
    changes: tuple[Change, ...]
    taxes: tuple[TaxSum, ...]
    net: Money
    tax: Money

    @property
    def gross(self) -> Money:
        return self.net + self.tax

    @property
    def nothing(self) -> bool:
        return not self.lines and not self.net.minor and not self.tax.minor


def difference(before: Draft, after: Draft) -> Difference:
    """Both of one client's month."""
    assert before.currency == after.currency, f"{before.currency} became {after.currency}"
    old, new = _by_key(before), _by_key(after)
    lines: list[DraftLine] = []
    changes: list[Change] = []
    for key in [*old, *(one for one in new if one not in old)]:
        made = _line(before.currency, old.get(key), new.get(key))
        if made is not None:
            lines.append(made[0])
            changes.append(made[1])
    taxes = tax_difference(before.taxes, after.taxes, before.currency)
    return Difference(
        tuple(lines),
        tuple(changes),
        taxes,
        Money(before.currency, after.total.minor - before.total.minor),
        Money(before.currency, sum(one.tax.minor for one in taxes)),
    )


def _by_key(draft: Draft) -> dict[Key, DraftLine]:
    found: dict[Key, DraftLine] = {}
    for line in draft.lines:
        assert (line.programme, line.name) not in found, f"two lines {line.name}"
        found[(line.programme, line.name)] = line
    return found


def _line(
    currency: str, old: DraftLine | None, new: DraftLine | None
) -> tuple[DraftLine, Change] | None:
    shown = new or old
    assert shown is not None
    zero = Money(currency, 0)
    was, now = (zero if one is None else one.amount for one in (old, new))
    if was == now:
        return None
    amount = Money(currency, now.minor - was.minor)
    quantity, unit, rate = _quantity(old, new, amount)
    contacts = (0 if new is None else new.contacts) - (0 if old is None else old.contacts)
    line = structs.replace(
        shown, quantity=quantity, unit=unit, rate=rate, contacts=contacts, amount=amount
    )
    change = Change(
        shown.name,
        "" if old is None else old.quantity,
        "" if old is None else old.rate,
        was,
        "" if new is None else new.quantity,
        "" if new is None else new.rate,
        now,
        shown.programme,
    )
    return line, change


def _quantity(old: DraftLine | None, new: DraftLine | None, amount: Money) -> tuple[str, str, str]:
    """The difference of the quantities at the rate, where that makes the amount; else one item
    at the whole difference: a changed rate, a band's edge, or a rounding."""
    shown = new or old
    assert shown is not None
    try:
        rate = Decimal(shown.rate)
        was = Decimal(0) if old is None else Decimal(old.quantity)
        now = Decimal(0) if new is None else Decimal(new.quantity)
    except InvalidOperation:
        rate = was = now = Decimal(0)
    same = old is None or new is None or old.rate == new.rate
    exact = Fraction(now - was) * Fraction(rate)
    if same and exact and rounded(exact, amount.currency) == amount:
        return f"{now - was:f}", shown.unit, shown.rate
    sign = -1 if amount.minor < 0 else 1
    return str(sign), "item", str(Money(amount.currency, amount.minor * sign)).split(" ", 1)[0]


def tax_difference(
    before: tuple[TaxSum, ...], after: tuple[TaxSum, ...], currency: str
) -> tuple[TaxSum, ...]:
    """Group by group, by category and rate; groups that didn't move are left out."""
    old = {(one.category, one.rate): one for one in before}
    new = {(one.category, one.rate): one for one in after}
    found: list[TaxSum] = []
    for key in sorted({*old, *new}):
        net = _minor(new, key, "net") - _minor(old, key, "net")
        tax = _minor(new, key, "tax") - _minor(old, key, "tax")
        if net or tax:
            found.append(TaxSum(key[0], key[1], Money(currency, net), Money(currency, tax)))
    return tuple(found)


def _minor(groups: Mapping[Key, TaxSum], key: Key, field: str) -> int:
    found = groups.get(key)
    if found is None:
        return 0
    return found.net.minor if field == "net" else found.tax.minor
