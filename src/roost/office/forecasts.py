"""A locked forecast: which number holds for a day, and what hangs on it (BILLING, 5).

For each day the last forecast that was locked in time holds. Where none was, the contract says:
the last one that was ever locked by then, weekday by weekday, or none at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from roost.kernel.calendar import start_of_day
from roost.kernel.time import InstantUs, Zone
from roost.office.contracts.messages import ForecastLocked
from roost.office.contracts.model import ForecastTerms, Otherwise

WEEK: Final = 7


class Expected(Struct, frozen=True, gc=False):
    """So many contacts between two instants: a day, or an interval of it."""

    start: InstantUs
    end: InstantUs
    count: int


def expected(
    terms: ForecastTerms,
    programme: str,
    locked: Iterable[ForecastLocked],
    zone: Zone,
    days: range,
) -> tuple[Expected, ...]:
    """The numbers that hold on these days. Days for which none does are left out."""
    own = sorted(
        (one for one in locked if one.programme == programme),
        key=lambda one: (one.locked, one.first_day, one.counts),
    )
    found: list[Expected] = []
    for day in days:
        deadline = start_of_day(zone, day - terms.lead_days)
        in_time = [one for one in own if one.locked <= deadline]
        for one in reversed(in_time):
            if counts := _counts(one, zone, day):
                found += _spans(one, counts, zone, day)
                break
        else:
            if terms.otherwise is Otherwise.LAST and in_time:
                last = in_time[-1]
                end = _last_day(last, zone)
                same = end - (end - day) % WEEK  # its last day that is this day of the week
                found += _spans(last, _counts(last, zone, same), zone, day)
    return tuple(found)


def _spans(
    forecast: ForecastLocked, counts: Sequence[int], zone: Zone, day: int
) -> Iterator[Expected]:
    start, end = start_of_day(zone, day), start_of_day(zone, day + 1)
    length = forecast.interval_us or end - start
    for place, count in enumerate(counts):
        begin = start + place * length
        if begin < end:
            yield Expected(InstantUs(begin), InstantUs(min(end, begin + length)), count)


def _last_day(forecast: ForecastLocked, zone: Zone) -> int:
    if forecast.interval_us is None:
        return forecast.first_day + len(forecast.counts) - 1
    day, left = forecast.first_day, len(forecast.counts)
    while (left := left - _slots(forecast, zone, day)) > 0:
        day += 1
    return day


def _counts(forecast: ForecastLocked, zone: Zone, day: int) -> tuple[int, ...]:
    """A day's own numbers; none where the forecast doesn't speak of it."""
    if day < forecast.first_day:
        return ()
    if forecast.interval_us is None:
        place = day - forecast.first_day
        return forecast.counts[place : place + 1]
    before = sum(_slots(forecast, zone, one) for one in range(forecast.first_day, day))
    return forecast.counts[before : before + _slots(forecast, zone, day)]


def _slots(forecast: ForecastLocked, zone: Zone, day: int) -> int:
    """How many intervals a day has: it may be 23 or 25 hours long."""
    assert forecast.interval_us is not None
    length = start_of_day(zone, day + 1) - start_of_day(zone, day)
    return -(-length // forecast.interval_us)
