"""Money: an amount is an integer of minor units with its currency; a rate is a decimal."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from msgspec import Struct

#: Places of a sum, by ISO 4217.
MINOR_DIGITS: Final = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "VND"), 0),
    **dict.fromkeys(
        ("AED", "ARS", "AUD", "BRL", "CAD", "CHF", "CNY", "COP", "CZK", "DKK", "EGP", "EUR",
         "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "KES", "KZT", "MAD", "MOP", "MXN", "MYR",
         "NGN", "NOK", "NZD", "PEN", "PHP", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK",
         "SGD", "THB", "TRY", "TWD", "UAH", "USD", "ZAR"),
        2,
    ),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}  # fmt: skip


class Money(Struct, frozen=True, gc=False):
    """An amount in a currency's minor units (fen, cents)."""

    currency: str
    minor: int

    def __add__(self, other: "Money") -> "Money":
        assert self.currency == other.currency, f"{self.currency} + {other.currency}"
        return Money(self.currency, self.minor + other.minor)

    def as_major(self) -> Fraction:
        """Exactly, in the currency's major unit."""
        return Fraction(self.minor, 10 ** MINOR_DIGITS[self.currency])

    def __str__(self) -> str:
        digits = MINOR_DIGITS[self.currency]
        return f"{Decimal(self.minor).scaleb(-digits):.{digits}f} {self.currency}"


def rounded(amount: Fraction, currency: str) -> Money:
    """An exact amount in major units, rounded once, half away from zero (BILLING, 1)."""
    scaled = amount * 10 ** MINOR_DIGITS[currency]
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    minor = whole + (2 * rest >= scaled.denominator)
    return Money(currency, minor if scaled >= 0 else -minor)


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """A sum shared by weights, without losing a unit; ties to the first."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    shares = [total * weight // whole for weight in weights]
    left = total - sum(shares)
    order = sorted(
        range(len(weights)), key=lambda place: (-(total * weights[place] % whole), place)
    )
    for place in order[:left]:
        shares[place] += 1
    return shares
