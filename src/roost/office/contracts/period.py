"""Periods: calendar months in the contract's zone, half-open (BILLING, 1)."""

from roost.kernel.calendar import day_number, day_text, local_day, start_of_day
from roost.kernel.time import InstantUs, Zone


def period_of(zone: Zone, at: InstantUs) -> str:
    """The month of an instant: "2026-11"."""
    return day_text(local_day(zone, at))[:7]


def days_of(period: str) -> tuple[int, int]:
    """A month's first day and the next month's, as day numbers. Raises ValueError."""
    if len(period) != 7 or period[4] != "-":
        raise ValueError(period)
    year, month = int(period[:4]), int(period[5:])
    if not (1 <= month <= 12 and 1970 <= year <= 9998):
        raise ValueError(period)
    following = (year + 1, 1) if month == 12 else (year, month + 1)
    return day_number(year, month, 1), day_number(*following, 1)


def span_of(zone: Zone, period: str) -> tuple[InstantUs, InstantUs]:
    """A month's first instant and the next one's. Raises ValueError for no month."""
    first, following = days_of(period)
    return start_of_day(zone, first), start_of_day(zone, following)


def months(first: str, last: str) -> list[str]:
    """Every month from the first to the last, both included."""
    found = [first]
    while found[-1] < last:
        found.append(day_text(days_of(found[-1])[1])[:7])
    return found
