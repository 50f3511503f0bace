"""Instants and durations: integer microseconds, UTC. No clock here: time is an argument."""

from bisect import bisect_right
from typing import Final, NewType

from msgspec import Struct

InstantUs = NewType("InstantUs", int)  # microseconds since 1970-01-01T00:00:00Z
DurationUs = NewType("DurationUs", int)  # microseconds

MILLISECOND: Final = DurationUs(1_000)
SECOND: Final = DurationUs(1_000_000)
MINUTE: Final = DurationUs(60_000_000)
HOUR: Final = DurationUs(3_600_000_000)
DAY: Final = DurationUs(86_400_000_000)
NEVER: Final = InstantUs(2**53 - 1)
BEGINNING: Final = InstantUs(0)


def seconds(count: float) -> DurationUs:
    """A length in seconds as microseconds, rounded to the nearest."""
    return DurationUs(round(count * 1_000_000))


def after(start: InstantUs, length: DurationUs) -> InstantUs:
    """The instant a length after another."""
    return InstantUs(start + length)


def between(start: InstantUs, end: InstantUs) -> DurationUs:
    """The length from start to end; negative if end comes first."""
    return DurationUs(end - start)


class Zone(Struct, frozen=True, gc=False):
    """A time zone as data, so that what was decided can be decided again on any machine.

    `starts[i]` is the UTC instant from which `offsets_s[i]` (seconds east of UTC) holds;
    starts[0] is far in the past. Made at the edge from the pinned `tzdata`, whose version
    is kept in `source`.
    """

    name: str
    source: str
    starts: tuple[int, ...]
    offsets_s: tuple[int, ...]

    def local(self, at: InstantUs) -> int:
        """Local wall time as microseconds since 1970-01-01T00:00:00 on the wall."""
        return at + self.offsets_s[max(0, bisect_right(self.starts, at) - 1)] * 1_000_000


class Hours(Struct, frozen=True, gc=False):
    """Opening hours: `weekly` spans as (from, to) microseconds since Monday 00:00 local time.

    Several spans a day are usual; a span may end at, but not pass, the week's end.
    `closed` holds local day numbers (days since 1970-01-01) that are closed altogether;
    `special` replaces a day's spans, as (day number, from, to) in microseconds of that day.
    """

    zone: Zone
    weekly: tuple[tuple[int, int], ...]
    closed: frozenset[int] = frozenset()
    special: tuple[tuple[int, int, int], ...] = ()

    def open_at(self, at: InstantUs) -> bool:
        """Whether these hours are open at an instant."""
        local = self.zone.local(at)
        day, within = divmod(local, DAY)
        if day in self.closed:
            return False
        own = [span for span in self.special if span[0] == day]
        if own:
            return any(start <= within < end for _, start, end in own)
        weekday = (day + 3) % 7  # 1970-01-01 was a Thursday
        position = weekday * DAY + within
        return any(start <= position < end for start, end in self.weekly)
