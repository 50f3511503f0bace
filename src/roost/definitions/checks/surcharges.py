"""Nights and holidays of a contract's lines: kinds of days that a calendar knows."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.billing_documents import DayKindsDocument
from roost.definitions.checks.sections import Section, Where
from roost.definitions.contract_documents import ContractDocument, LineDocument
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Source
from roost.office.contracts.model import TIMED

Found = Iterator[Problem]


def check_surcharges(
    source: Source[ContractDocument],
    section: Section,
    calendars: Mapping[str, DayKindsDocument],
    since: str,
) -> Found:
    """All surcharges of one section. `since`: the version's first day."""
    for place, line in enumerate(section.lines):
        where = (*section.path, "lines", place)
        if line.surcharges or line.calendar is not UNSET or line.split:
            yield from _line(source, where, line)
            yield from _calendar(source, where, line, calendars, since)


def _line(source: Source[ContractDocument], where: Where, line: LineDocument) -> Found:
    names: set[str] = set()
    for place, one in enumerate(line.surcharges):
        here = (*where, "surcharges", place)
        if one.surcharge in names:
            what = f"the surcharge {one.surcharge!r} stands twice"
            yield source.wrong((*here, "surcharge"), "doubled-surcharge", what, "Rename one")
        names.add(one.surcharge)
        if one.start == one.until:
            what = f"from {one.start} until {one.until} is no time"
            yield source.wrong((*here, "until"), "span-empty", what, "Leave both out for all day")
        if one.days and line.calendar is UNSET:
            what = "kinds of days of which calendar?"
            yield source.wrong((*here, "days"), "no-calendar", what, "Name one: calendar")
    if line.measure in ("fixed", "cost", "fte") and line.surcharges:
        what, mend = f"{line.measure} has no moment of connection", "Leave them out"
        yield source.wrong((*where, "surcharges"), "no-moment", what, mend)
    if line.split and (line.measure not in {str(one) for one in TIMED} or line.unit is not UNSET):
        what = "only exact time can be split"
        mend = "Leave split out, or charge exact minutes"
        yield source.wrong((*where, "split"), "split", what, mend)


def _calendar(
    source: Source[ContractDocument],
    where: Where,
    line: LineDocument,
    calendars: Mapping[str, DayKindsDocument],
    since: str,
) -> Found:
    if line.calendar is UNSET:
        return
    calendar = calendars.get(line.calendar)
    if calendar is None:
        mend = did_you_mean(line.calendar, calendars)
        what = f"unknown calendar {line.calendar!r}"
        yield source.wrong((*where, "calendar"), "unknown-calendar", what, mend)
        return
    if not calendar.since[:7] <= since[:7] <= calendar.to[:7]:
        what = f"the calendar {line.calendar!r} says nothing of {since[:7]}: no invoice of it"
        mend = f"Begin it by {since[:7]}-01, or name another"
        yield source.wrong((*where, "calendar"), "calendar-gap", what, mend)
    known = {*calendar.weekly.values(), *calendar.special.values()}
    for place, one in enumerate(line.surcharges):
        for index, kind in enumerate(one.days):
            if kind not in known:
                what = f"no day of the calendar {line.calendar!r} is of the kind {kind!r}"
                path = (*where, "surcharges", place, "days", index)
                yield source.wrong(path, "unknown-kind-of-day", what, did_you_mean(kind, known))


def check_day_kinds(
    source: Source[Any],
    calendars: Mapping[str, DayKindsDocument],
) -> Found:
    """Calendars of kinds of days: each weekday has one kind."""
    for name, one in calendars.items():
        path: tuple[str, ...] = ("days", name)
        for key, text in (("from", one.since), ("to", one.to)):
            if times.local_day(text) is None:
                mend, what = "Write a day that exists: 2026-01-01", f"there's no day {text}"
                yield source.wrong((*path, key), "no-such-day", what, mend)
        if one.to < one.since:
            what = f"it ends on {one.to}, before it begins"
            yield source.wrong((*path, "to"), "ends-before", what, "Write the later day here")
        taken: set[int] = set()
        for named in one.weekly:
            days = times.days(named)
            if taken & set(days):
                what = f"{named} overlaps another entry: a day has one kind"
                yield source.wrong_key((*path, "weekly", named), "days-overlap", what, "Keep one")
            taken |= set(days)
        if len(taken) < len(times.WEEK):
            missing = ", ".join(day for at, day in enumerate(times.WEEK) if at not in taken)
            what, mend = f"a gap: {missing} has no kind", "Give every weekday a kind"
            yield source.wrong((*path, "weekly"), "days-gap", what, mend)
        for text in one.special:
            if times.local_day(text) is None:
                mend, what = "Write a day that exists: 2026-01-01", f"there's no day {text}"
                yield source.wrong_key((*path, "special", text), "no-such-day", what, mend)
