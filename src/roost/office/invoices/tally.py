"""Sums by line and day: the state that a draft is folded in. Additive integers, so any batches
and any order give the same, and a database may add them; nothing is rounded before the line
(BILLING, 1)."""

from msgspec import Struct

#: (line's name, where its run began, surcharge, local day)
LineKey = tuple[str, int, str, int]


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

    def by_line(self) -> dict[tuple[str, int], dict[str, LineSum]]:
        """Sums over the days: by line and surcharge."""
        made: dict[tuple[str, int], dict[str, LineSum]] = {}
        for (line, since, surcharge, _), found in self.sums.items():
            sums = made.setdefault((line, since), {})
            own = sums.get(surcharge)
            if own is None:
                own = sums[surcharge] = LineSum()
            own.contacts += found.contacts
            own.quantity += found.quantity
        return made
