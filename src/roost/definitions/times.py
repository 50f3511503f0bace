"""Texts of time as numbers: lengths, spans of a day, local days, zones from `tzdata`."""

import io
import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Final
from zoneinfo import ZoneInfo

import tzdata

from roost.definitions.documents import Calendar
from roost.kernel.time import DAY, HOUR, MINUTE, DurationUs, Hours, Zone, seconds

SOURCE: Final = f"tzdata {tzdata.IANA_VERSION}"
WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EPOCH_DAY: Final = date(1970, 1, 1)

_FIRST_YEAR, _LAST_YEAR = 2000, 2080
_PARTS = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?")


def length(text: str) -> DurationUs:
    """ "7d", "1h30m", "90s", "0" → microseconds. The text has passed the model's pattern."""
    match = _PARTS.fullmatch(text)
    if match is None or text == "0":
        return DurationUs(0)
    days, hours, minutes, secs = match.groups()
    whole = int(days or 0) * DAY + int(hours or 0) * HOUR + int(minutes or 0) * MINUTE
    return DurationUs(whole + seconds(float(secs or 0)))


def span(text: str) -> tuple[int, int]:
    """ "08:00-12:30" → microseconds of the day."""
    start, end = text.split("-")

    def clock(part: str) -> int:
        hour, minute = part.split(":")
        return int(hour) * HOUR + int(minute) * MINUTE

    return clock(start), clock(end)


def days(text: str) -> list[int]:
    """ "sat-mon" → [5, 6, 0]; Monday is 0."""
    first, _, last = text.partition("-")
    start = WEEK.index(first)
    count = (WEEK.index(last) - start) % 7 if last else 0
    return [(start + step) % 7 for step in range(count + 1)]


def local_day(text: str) -> int | None:
    """ "2026-10-01" → days since 1970-01-01; None when there's no such day."""
    try:
        return (date.fromisoformat(text) - EPOCH_DAY).days
    except ValueError:
        return None


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """Every zone of the pinned `tzdata` package."""
    listed = files("tzdata").joinpath("zones").read_text(encoding="ascii")
    return frozenset(line for line in listed.split("\n") if line)


@lru_cache(maxsize=64)
def zone(name: str) -> Zone:
    """A zone as data, from 2000 to 2080, made from the pinned package whatever the machine
    has. Offsets change at most once a day, at a whole second."""
    assert name in zone_names(), f"unknown zone {name!r}"
    source = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    info = ZoneInfo.from_file(io.BytesIO(source), key=name)

    def offset(at: int) -> int:
        moment = datetime.fromtimestamp(at, UTC).astimezone(info)
        return int((moment.utcoffset() or timedelta()).total_seconds())

    first = int(datetime(_FIRST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    last = int(datetime(_LAST_YEAR, 1, 1, tzinfo=UTC).timestamp())
    starts, offsets = [-(2**53) + 1], [offset(first)]
    for day in range(first, last, 86_400):
        end = day + 86_400
        if offset(end) == offsets[-1]:
            continue
        low, high = day, end
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offsets[-1] else (low, middle)
        starts.append(high * 1_000_000)
        offsets.append(offset(high))
    return Zone(name=name, source=SOURCE, starts=tuple(starts), offsets_s=tuple(offsets))


def hours(calendar: Calendar, zone_name: str) -> Hours:
    """A checked calendar, compiled."""
    weekly = sorted(
        (day * DAY + start, day * DAY + end)
        for named, spans in calendar.weekly.items()
        for day in days(named)
        for start, end in map(span, spans)
    )
    special = sorted(
        (day, *span(text))
        for named, spans in calendar.special.items()
        if (day := local_day(named)) is not None
        for text in spans
    )
    closed = {day for named in calendar.closed if (day := local_day(named)) is not None}
    # A special day without spans is closed.
    closed |= {
        day
        for named, spans in calendar.special.items()
        if not spans and (day := local_day(named)) is not None
    }
    return Hours(
        zone=zone(zone_name),
        weekly=tuple(weekly),
        closed=frozenset(closed),
        special=tuple(special),
    )
