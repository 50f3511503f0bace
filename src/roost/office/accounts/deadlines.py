"""Until when a client may answer a statement: so many working days."""

from collections.abc import Callable

from roost.kernel.calendar import local_day, start_of_day
from roost.kernel.time import InstantUs, Zone

MOST_DAYS = 400  # looked at: a calendar without working days ends it


def answer_until(zone: Zone, now: InstantUs, days: int, works: Callable[[int], bool]) -> InstantUs:
    """The end of the `days`-th working day after today, in the contract's zone; `works` tells
    whether a day (since 1970-01-01) is one."""
    day, left = local_day(zone, now), days
    last = day + MOST_DAYS
    while left > 0 and day < last:
        day += 1
        left -= works(day)
    return start_of_day(zone, day + 1)


def weekday(day: int) -> bool:
    """Monday to Friday."""
    return (day + 3) % 7 < 5  # 1970-01-01 was a Thursday
