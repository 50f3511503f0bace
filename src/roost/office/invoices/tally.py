"""Sums by line: the state that a draft is folded in. Additive, so any batches and any order
give the same; nothing is rounded before the line (BILLING, 1)."""

from collections.abc import Iterable

from msgspec import Struct

#: (line's name, the effective day of the contract's version)
LineKey = tuple[str, int]


class LineSum(Struct, gc=False):
    """Contacts and their quantities (a count, or microseconds)."""

    contacts: int = 0
    quantity: int = 0


class Tally(Struct):
    """One client's month."""

    sums: dict[LineKey, LineSum] = {}

    def add(self, key: LineKey, quantity: int, contacts: int = 1) -> None:
        """One contact's part of a line; or many at once, already summed."""
        found = self.sums.get(key)
        if found is None:
            found = self.sums[key] = LineSum()
        found.contacts += contacts
        found.quantity += quantity

    def take(self, other: "Tally") -> None:
        """Everything of another tally of the same month."""
        for key, found in other.sums.items():
            self.add(key, found.quantity, found.contacts)


def tally_of(parts: Iterable[tuple[LineKey, int]]) -> Tally:
    """A tally of many contacts' parts."""
    made = Tally()
    for key, quantity in parts:
        made.add(key, quantity)
    return made
