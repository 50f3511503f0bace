"""Intervals: counts are kept by quarters of an hour of UTC, anything larger is a sum of them.

Every zone's offset has been a multiple of a quarter for longer than there has been a log
(Kathmandu +5:45, Lord Howe +10:30 and +11), so quarters, halves and hours of a zone begin where
a quarter of UTC does. Where clocks are changed an interval ends, and the next one begins with
its own offset: no interval mixes two offsets but a day or a month, which are as long as they
were (23, 24, 25 hours; 24½ at Lord Howe).
"""

from bisect import bisect_left, bisect_right
from enum import StrEnum
from typing import Final

from roost.kernel.calendar import civil, day_number, day_text, local_day, start_of_day
from roost.kernel.time import DAY, HOUR, MINUTE, InstantUs, Zone

QUARTER: Final = 15 * MINUTE


class Grain(StrEnum):
    QUARTER = "15m"
    HALF = "30m"
    HOUR = "1h"
    DAY = "day"
    MONTH = "month"
    WHOLE = "whole"  # all of the time asked for, as one

    __hash__ = str.__hash__  # type: ignore[assignment]


LENGTHS: Final = {Grain.QUARTER: QUARTER, Grain.HALF: 30 * MINUTE, Grain.HOUR: int(HOUR)}


def quarter_of(at: InstantUs) -> InstantUs:
    """Where the quarter begins that an instant lies in."""
    return InstantUs(at - at % QUARTER)


def bounds(
    zone: Zone, grain: Grain, since: InstantUs, until: InstantUs, most: int
) -> list[InstantUs]:
    """Where the intervals begin that cover `since` to `until` (excluded), and where the last one
    ends; nothing when there would be more than `most`, or `until` isn't later."""
    if until <= since:
        return []
    if grain is Grain.WHOLE:
        end = quarter_of(InstantUs(until + QUARTER - 1))
        return [quarter_of(since), end]
    if grain in LENGTHS:
        return _by_length(zone, int(LENGTHS[grain]), since, until, most)
    return _by_days(zone, grain, since, until, most)


def _by_length(
    zone: Zone, length: int, since: InstantUs, until: InstantUs, most: int
) -> list[InstantUs]:
    if (until - since) // length > most:
        return []
    found = [begin_of(zone, length, since)]
    while found[-1] < until:
        found.append(end_of(zone, length, found[-1]))
    return found if len(found) - 1 <= most else []


def begin_of(zone: Zone, length: int, at: InstantUs) -> InstantUs:
    """The beginning of the interval that an instant lies in: on the wall, but never before the
    clocks were changed."""
    begin = at - zone.local(at) % length
    changed = zone.starts[max(0, bisect_right(zone.starts, at) - 1)]
    return InstantUs(max(begin, changed))


def end_of(zone: Zone, length: int, begin: InstantUs) -> InstantUs:
    """Where the interval ends that begins at an instant."""
    end = begin + length - zone.local(begin) % length
    at = bisect_right(zone.starts, begin)
    if at < len(zone.starts) and zone.starts[at] < end:
        end = zone.starts[at]
    return InstantUs(end)


def _by_days(
    zone: Zone, grain: Grain, since: InstantUs, until: InstantUs, most: int
) -> list[InstantUs]:
    day = local_day(zone, since)
    if grain is Grain.MONTH:
        day -= civil(day)[2] - 1
    days = [day]
    while start_of_day(zone, days[-1]) < until:
        if len(days) > most:
            return []
        days.append(days[-1] + 1 if grain is Grain.DAY else _next_month(days[-1]))
    return [start_of_day(zone, one) for one in days]


def _next_month(day: int) -> int:
    year, month, _ = civil(day)
    return day_number(year + month // 12, month % 12 + 1, 1)


def cut(since: InstantUs, until: InstantUs) -> list[tuple[InstantUs, int]]:
    """A stretch of time, cut where quarters end: each quarter's beginning with its part in µs.
    The parts sum to the whole, to the microsecond."""
    parts: list[tuple[InstantUs, int]] = []
    at = since
    while at < until:
        begin = quarter_of(at)
        end = min(until, begin + QUARTER)
        parts.append((begin, end - at))
        at = InstantUs(end)
    return parts


def offset_s(zone: Zone, at: InstantUs) -> int:
    """Seconds east of UTC at an instant."""
    return (zone.local(at) - at) // 1_000_000


def wall(zone: Zone, at: InstantUs) -> str:
    """An instant on a zone's wall, with its offset (RFC 3339): "2026-11-25T08:00:00+08:00"."""
    local, offset = zone.local(at), offset_s(zone, at)
    minutes = local % DAY // MINUTE
    sign, east = ("-", -offset) if offset < 0 else ("+", offset)
    clock = f"{minutes // 60:02}:{minutes % 60:02}:{local % MINUTE // 1_000_000:02}"
    return f"{day_text(local // DAY)}T{clock}{sign}{east // 3600:02}:{east % 3600 // 60:02}"


def at_wall(zone: Zone, day: int, minute: int) -> InstantUs:
    """The instant of a local day at a minute of it: the first of two; where the clocks skip it,
    the instant at which they're changed."""
    local = day * DAY + minute * MINUTE
    candidates = sorted({local - offset * 1_000_000 for offset in zone.offsets_s})
    for at in candidates:
        if zone.local(InstantUs(at)) == local:
            return InstantUs(at)
    for at in zone.starts[bisect_left(zone.starts, candidates[0]) :]:
        if zone.local(InstantUs(at)) > local:
            return InstantUs(at)
    return InstantUs(candidates[0])
