"""Random draws that are the same on every machine and build: integers and own tables only
(the last bit of `math.log` depends on the platform: FOUNDATION, 1, proof (a))."""

from decimal import Context, Decimal
from functools import cache
from typing import Final
from zlib import crc32

from roost.simulator.scenario import Law, Shape

MASK: Final = (1 << 64) - 1
STEPS: Final = 2048  # cells of the exponential table
SCALE: Final = 1 << 20  # the table's unit: 1/1048576 of the mean


@cache
def exponential_table() -> tuple[int, ...]:
    """-ln(u) at the middle of each cell, in 1/SCALE, computed with correctly rounded decimals."""
    context = Context(prec=18)
    half = Decimal("0.5")
    return tuple(
        int((-(context.divide(cell + half, Decimal(STEPS))).ln(context)) * SCALE)
        for cell in range(STEPS)
    )


def key_of(purpose: str, name: str) -> int:
    """A key for what dice are for: the same however many others there are. Its low half is
    free, for a number."""
    return crc32(f"{purpose}:{name}".encode()) << 32


class Dice:
    """SplitMix64 (Steele, Lea, Flood 2014): a seed and a key give an independent stream, so a
    contact's draws stay the same when another one is added (common random numbers). Where it
    begins is mixed as well: a sum of seed and step would make neighbouring seeds one another's,
    shifted by a draw."""

    __slots__ = ("state",)

    def __init__(self, seed: int, key: int = 0) -> None:
        self.state = (seed * 0x9E3779B97F4A7C15 + key * 0xD1342543DE82EF95) & MASK
        self.state = self.bits()

    def bits(self) -> int:
        """64 random bits."""
        self.state = z = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, bound: int) -> int:
        """A number from 0 up to, not including, bound."""
        return (self.bits() * bound) >> 64

    def chance(self, per_million: int) -> bool:
        """True that many times in a million."""
        return self.below(1_000_000) < per_million

    def between(self, low: int, high: int) -> int:
        """A number from low to high, both included."""
        return low + self.below(high - low + 1)

    def exponential(self, mean: int) -> int:
        """Exponentially distributed with this mean; its longest value is 8.3 means."""
        return exponential_table()[self.bits() >> 53] * mean // SCALE

    def erlang3(self, mean: int) -> int:
        """The mean of three exponentials: handle times have a hump and a tail."""
        table, bits = exponential_table(), self.bits()
        total = table[bits & 2047] + table[(bits >> 11) & 2047] + table[(bits >> 22) & 2047]
        return total * mean // (3 * SCALE)

    def pick(self, weights: tuple[tuple[str, int], ...]) -> str:
        """One of the names, as often as its weight says."""
        drawn = self.below(sum(weight for _, weight in weights))
        for name, weight in weights:
            drawn -= weight
            if drawn < 0:
                return name
        return weights[-1][0]


def drawn(law: Law, bits: int) -> int:
    """A length by its law, from 64 random bits."""
    match law.shape:
        case Shape.EXPONENTIAL:
            return exponential_table()[bits >> 53] * law.mean_us // SCALE
        case Shape.ERLANG:
            table = exponential_table()
            total = table[bits & 2047] + table[(bits >> 11) & 2047] + table[(bits >> 22) & 2047]
            return total * law.mean_us // (3 * SCALE)
        case Shape.UNIFORM:
            return (2 * law.mean_us * bits) >> 64
        case Shape.CONSTANT:
            return law.mean_us
