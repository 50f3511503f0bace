"""Which kind a day is: work, rest, a statutory holiday, made up for, or the client's own kind."""

from bisect import bisect_left
from typing import Final

from msgspec import Struct

WEEKDAYS: Final = 7


class DayKinds(Struct, frozen=True, gc=False):
    """A calendar of kinds over the days `first` to `last` (days since 1970-01-01, both included):
    a `weekly` kind for each weekday from Monday on, and `special` days, by their number, that are
    of another. Beyond them it says nothing, and no period that it doesn't cover is opened
    (BILLING, 2)."""

    name: str
    first: int
    last: int
    weekly: tuple[str, ...]
    special: tuple[tuple[int, str], ...] = ()

    def kind(self, day: int) -> str | None:
        """The day's kind; None where the calendar doesn't say."""
        if not self.first <= day <= self.last:
            return None
        place = bisect_left(self.special, (day, ""))
        if place < len(self.special) and self.special[place][0] == day:
            return self.special[place][1]
        return self.weekly[(day + 3) % WEEKDAYS]  # 1970-01-01 was a Thursday

    def covers(self, first: int, following: int) -> bool:
        """Whether every day from the first to (excluded) the following one has a kind."""
        return self.first <= first and following <= self.last + 1
