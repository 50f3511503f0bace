"""Calendars and zones."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.documents import Calendar
from roost.definitions.problems import Problem
from roost.definitions.reading import Source


def check_zone(source: Source[Any], name: str, *path: str) -> Iterator[Problem]:
    """A zone must be one of the pinned package's."""
    if name not in times.zone_names():
        near = get_close_matches(name, times.zone_names(), n=1)
        mend = f"Did you mean {near[0]!r}?" if near else "Write an IANA name: Europe/Berlin"
        yield source.wrong(path, "unknown-zone", f"unknown time zone {name!r}", mend)


def check_calendars(source: Source[Any], calendars: dict[str, Calendar]) -> Iterator[Problem]:
    """Days that exist, spans that end after they begin and don't overlap."""
    for name, calendar in calendars.items():
        path = ("calendars", name)
        if calendar.zone is not UNSET:
            yield from check_zone(source, calendar.zone, *path, "zone")
        yield from _weekly(source, calendar, path)
        for index, text in enumerate(calendar.closed):
            if times.local_day(text) is None:
                where = (*path, "closed", index)
                mend = "Write a day that exists: 2026-10-01"
                yield source.wrong(where, "no-such-day", f"there's no day {text}", mend)
        for text, spans in calendar.special.items():
            if times.local_day(text) is None:
                mend = "Write a day that exists: 2026-10-01"
                where = (*path, "special", text)
                yield source.wrong_key(where, "no-such-day", f"there's no day {text}", mend)
            if text in calendar.closed:
                mend = "Keep it in one of them"
                where = (*path, "special", text)
                what = f"{text} is both closed and special"
                yield source.wrong_key(where, "closed-and-special", what, mend)
            yield from _day(source, spans, (*path, "special", text), {})


def _weekly(source: Source[Any], calendar: Calendar, path: tuple[str, ...]) -> Iterator[Problem]:
    taken: dict[int, list[tuple[int, int, str]]] = {}
    for named, spans in calendar.weekly.items():
        for day in times.days(named):
            own: dict[int, list[tuple[int, int, str]]] = {day: taken.setdefault(day, [])}
            yield from _day(source, spans, (*path, "weekly", named), own, day)


def _day(
    source: Source[Any],
    spans: list[str],
    path: tuple[str, ...],
    taken: dict[int, list[tuple[int, int, str]]],
    day: int = 0,
) -> Iterator[Problem]:
    others = taken.setdefault(day, [])
    for index, text in enumerate(spans):
        start, end = times.span(text)
        where = (*path, index)
        if end <= start:
            mend = "Write the earlier time first; split a span at midnight (24:00, 00:00)"
            yield source.wrong(where, "span-backwards", f"{text} ends before it begins", mend)
            continue
        for other_start, other_end, other in others:
            if start < other_end and other_start < end:
                what = f"{text} overlaps {other} on the same day"
                yield source.wrong(where, "hours-overlap", what, "Make one span of both")
                break
        others.append((start, end, text))
