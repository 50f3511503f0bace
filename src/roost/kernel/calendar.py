"""Days and midnights of a zone: calendar arithmetic on integers, with the zones as data."""

from functools import lru_cache
from typing import Final

from roost.kernel.time import DAY, InstantUs, Zone

MOST_DAYS: Final = 1_000  # whose text is remembered


def civil(day: int) -> tuple[int, int, int]:
    """Days since 1970-01-01 → (year, month, day), by the proleptic Gregorian calendar.
    (Howard Hinnant, "chrono-compatible low-level date algorithms".)"""
    shifted = day + 719_468
    era, of_era = divmod(shifted, 146_097)
    year_of_era = (of_era - of_era // 1460 + of_era // 36_524 - of_era // 146_096) // 365
    of_year = of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    month_from_march = (5 * of_year + 2) // 153
    month = month_from_march + 3 if month_from_march < 10 else month_from_march - 9
    year = year_of_era + era * 400 + (1 if month <= 2 else 0)
    return year, month, of_year - (153 * month_from_march + 2) // 5 + 1


def day_number(year: int, month: int, day: int) -> int:
    """The reverse of `civil`."""
    shifted = year - (1 if month <= 2 else 0)
    era, year_of_era = divmod(shifted, 400)
    of_year = (153 * (month - 3 if month > 2 else month + 9) + 2) // 5 + day - 1
    of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + of_year
    return era * 146_097 + of_era - 719_468


def local_day(zone: Zone, at: InstantUs) -> int:
    """The local day number of an instant."""
    return zone.local(at) // DAY


@lru_cache(MOST_DAYS)
def day_text(day: int) -> str:
    """A day number as "2026-11-16"."""
    year, month, of_month = civil(day)
    return f"{year:04}-{month:02}-{of_month:02}"


def start_of_day(zone: Zone, day: int) -> InstantUs:
    """The first instant of a local day. Where midnight is skipped it's the first that exists;
    where it comes twice, the first of the two."""
    wall = day * DAY
    candidates = sorted({wall - offset * 1_000_000 for offset in zone.offsets_s})
    for at in candidates:
        if zone.local(InstantUs(at)) == wall:
            return InstantUs(at)
    # Midnight doesn't exist: the transition that skips it is the day's first instant.
    for start in zone.starts[1:]:
        if zone.local(InstantUs(start)) // DAY == day > zone.local(InstantUs(start - 1)) // DAY:
            return InstantUs(start)
    raise AssertionError(f"no start of day {day} in {zone.name}")
