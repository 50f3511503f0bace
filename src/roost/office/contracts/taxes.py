"""A seller's dated tax table (BILLING, 7)."""

from roost.office.contracts.sellers import Seller, TaxCategory


def category_of(seller: Seller, name: str) -> TaxCategory | None:
    """A category by its name."""
    return next((one for one in seller.taxes if one.name == name), None)


def rate_on(category: TaxCategory, day: int) -> str | None:
    """The rate in a hundred that is valid on a day; None before the first."""
    found: str | None = None
    for one in category.rates:
        if one.since_day <= day:
            found = one.rate
    return found


def rates_on(seller: Seller, day: int) -> dict[str, str]:
    """Every category's rate on a day; those that have none yet are left out."""
    found = {one.name: rate_on(one, day) for one in seller.taxes}
    return {name: rate for name, rate in found.items() if rate is not None}
