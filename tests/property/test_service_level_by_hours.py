"""A service level counts what entered in its hours, whatever the calendar and the wall do: several
spans a day, holidays, days of their own, clocks that are changed. The production's judging against
a plain one that asks `zoneinfo` about each contact."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.definitions import compile_contracts, load, times
from roost.definitions.documents import Calendar
from roost.definitions.load import Loaded
from roost.kernel.time import DAY, HOUR, MINUTE, DurationUs, InstantUs
from roost.office.contracts.model import Contract
from roost.office.contracts.terms import Period, Term
from roost.office.measures.facts import Fact, Mark, What
from roost.simulator.judged import Judged, Judging
from roost.simulator.scenario import Burst, Faults, Scenario
from unit.promised import term

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "power-grid"
# Each with an instant near which its clocks are changed, or a calendar has its edges.
WALLS: Final = (
    ("Europe/Berlin", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Berlin", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 2, 28, 18, 15, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(2026, 9, 30, 16, tzinfo=UTC)),
)
WEEK: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EACH: Final = (None, 15 * MINUTE, 30 * MINUTE, HOUR)
Contacts = list[tuple[int, int]]  # when it entered, in µs after the first day, and what became


def clock(quarter: int) -> str:
    return f"{quarter // 4:02}:{quarter % 4 * 15:02}"


@st.composite
def spans(draw: st.DrawFn) -> list[str]:
    """Up to three, that don't touch."""
    cuts = sorted(draw(st.sets(st.integers(0, 96), min_size=2, max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    return [f"{clock(first)}-{clock(last)}" for first, last in pairs]


@st.composite
def calendars(draw: st.DrawFn, about: datetime) -> Calendar:
    days = [(about + timedelta(days=n)).date().isoformat() for n in range(-2, 3)]
    return Calendar(
        weekly={day: draw(spans()) for day in WEEK if draw(st.integers(0, 9)) > 1},
        closed=draw(st.lists(st.sampled_from(days), max_size=1)),
        special={day: draw(spans()) for day in days if draw(st.integers(0, 4)) == 0},
    )


class Case(msgspec.Struct):
    zone: str
    about: datetime
    calendar: Calendar
    term: Term
    contacts: Contacts
    burst: Burst | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, about = draw(st.sampled_from(WALLS))
    calendar = draw(calendars(about))
    near = st.integers(-16, 16).map(lambda quarter: quarter * 15 * MINUTE)
    far = st.integers(-2 * DAY, 2 * DAY)
    moment = st.one_of(near, near.map(lambda at: at - 1), far)
    contacts = draw(st.lists(st.tuples(moment, st.integers(0, 3)), min_size=1, max_size=60))
    rules: dict[str, Any] = {"target": "0.5"}
    each = draw(st.sampled_from(EACH))
    if each is not None:
        rules |= {"interval_us": each, "kept": "0.5"}
    if draw(st.integers(0, 3)):
        rules["hours"] = times.hours(calendar, zone)
    rules["period"] = draw(st.sampled_from((Period.DAY, Period.MONTH)))
    burst = None
    if draw(st.booleans()):
        begin = draw(st.integers(-8 * 4, 8 * 4)) * 15 * MINUTE + draw(
            st.sampled_from((0, 1, MINUTE))
        )
        burst = Burst(2 * DAY + begin, draw(st.integers(1, 9)) * 5 * MINUTE, excused=True)
    return Case(zone, about, calendar, term(**rules), sorted(contacts), burst)


@cache
def example() -> Contract:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return compile_contracts(loaded)[0]


def start_of(case: Case) -> InstantUs:
    return InstantUs(int(case.about.timestamp()) * 1_000_000 - 2 * DAY)


def production(case: Case) -> dict[str, Judged]:
    """By period, as the twin judges it."""
    change = msgspec.structs.replace
    version = change(example().versions[0], service=(case.term,))
    contract = change(example(), zone=times.zone(case.zone), versions=(version,))
    scenario = Scenario(
        streams=(), shifts=(), start=start_of(case), length_us=DurationUs(4 * DAY + 1),
        faults=Faults(bursts=(case.burst,) if case.burst else ()),
    )  # fmt: skip
    judging = Judging((contract,), scenario)
    for at, what in case.contacts:
        judging.count(fact(InstantUs(start_of(case) + 2 * DAY + at), what))
    return {found.period: found for found, _ in judging.verdicts()}


def fact(at: InstantUs, what: int) -> Fact:
    word, marks = (
        ("answered", Mark.IN_TARGET),
        ("answered", 0),
        ("abandoned", 0),
        ("abandoned", Mark.SHORT | Mark.IN_TARGET),
    )[what]
    return Fact(What.VISIT, at, example().client, word, marks=marks)


def local(case: Case, at: int) -> datetime:
    """On the wall; no fractions of a second, which decide nothing."""
    return datetime.fromtimestamp(at // 1_000_000, UTC).astimezone(ZoneInfo(case.zone))


def is_open(case: Case, wall: datetime) -> bool:
    day, minute = wall.date().isoformat(), f"{wall:%H:%M}"
    if day in case.calendar.closed:
        return False
    own = case.calendar.special.get(day)
    if own is None:
        own = case.calendar.weekly.get(WEEK[wall.weekday()], [])
    return any(first <= minute < last for first, last in (span.split("-") for span in own))


def place(case: Case, at: int) -> tuple[str, Any]:
    """The interval on the wall: it ends where the clocks are changed."""
    wall, length = local(case, at), (case.term.interval_us or 15 * MINUTE) // MINUTE
    return f"{wall:%Y-%m-%d %H}:{wall.minute // length * length:02}", wall.utcoffset()


def excused(case: Case) -> set[Any]:
    """Every interval that the burst touches, minute by minute."""
    if case.burst is None:
        return set()
    begin, end = (start_of(case) + at for at in (case.burst.from_us, case.burst.until_us))
    return {place(case, at) for at in (*range(begin, end, MINUTE), end - 1)}


def plain(case: Case) -> dict[str, tuple[int, int]]:
    """By period: what is good of how much (contacts, or intervals)."""
    out = excused(case)
    found: dict[str, dict[Any, list[int]]] = {}
    for after, what in case.contacts:
        at = start_of(case) + 2 * DAY + after
        wall, key = local(case, at), place(case, at)
        if key in out or (case.term.hours is not None and not is_open(case, wall)):
            continue
        if what == 3:  # a short abandon is no part of it
            continue
        form = "%Y-%m-%d" if case.term.period is Period.DAY else "%Y-%m"
        good_of = found.setdefault(wall.strftime(form), {}).setdefault(key, [0, 0])
        good_of[0] += what == 0
        good_of[1] += 1
    if case.term.interval_us is None:
        return {
            period: (sum(good for good, _ in own.values()), sum(of for _, of in own.values()))
            for period, own in found.items()
        }
    return {
        period: (sum(2 * good >= of for good, of in own.values()), len(own))
        for period, own in found.items()
    }


@settings(max_examples=400, deadline=None)
@given(cases())
def test_what_entered_in_its_hours_counts_and_nothing_else(case: Case) -> None:
    wanted, judged = plain(case), production(case)
    for period, found in judged.items():
        good, of = wanted.get(period, (0, 0))
        assert found.reached == (None if not of else float(Fraction(good, of))), period
        assert found.kept == (None if not of else Fraction(good, of) >= Fraction(1, 2)), period
    assert set(wanted) <= set(judged)


def test_hours_that_begin_within_an_interval_count_from_then_on() -> None:
    """From half past eight, by the hour: who enters at twenty to nine counts, who enters at
    twenty past eight doesn't."""
    about = datetime(2026, 3, 2, tzinfo=UTC)
    calendar = Calendar(weekly={"mon": ["08:30-17:00"]})
    rules: Any = {"interval_us": HOUR, "kept": "0.5", "period": Period.DAY}
    hours = times.hours(calendar, "UTC")
    for minute, counts in ((500, False), (520, True), (1_019, True), (1_020, False)):
        own = term(hours=hours, **rules)
        case = Case("UTC", about, calendar, own, [(minute * MINUTE, 0)], None)
        reached = production(case)["2026-03-02"].reached
        assert reached == (1.0 if counts else None), minute


@pytest.mark.parametrize(("zone", "about"), WALLS)
def test_the_day_of_a_change_is_as_long_as_it_is(zone: str, about: datetime) -> None:
    """A contact in each quarter of an hour of the local day: 92, 96, 98 or 100 of them."""
    day = about.astimezone(ZoneInfo(zone)).date()
    quarters = [(n * 15 * MINUTE, 0) for n in range(-8 * 24, 8 * 24)]
    rules: Any = {"period": Period.DAY, "interval_us": 15 * MINUTE}
    case = Case(zone, about, Calendar(weekly={}), term(**rules), quarters, None)
    assert production(case)[day.isoformat()].reached == 1.0
    assert plain(case)[day.isoformat()][1] in (92, 94, 96, 98, 100)


@pytest.mark.parametrize(("minute", "out"), [(-20, False), (0, True), (29, True), (30, False)])
def test_beside_a_change_an_exclusion_takes_its_own_interval_alone(minute: int, out: bool) -> None:
    """Lord Howe, by the hour: the clocks go back from two to half past one, so the half hour that
    comes again is an interval of its own. Somebody enters in the middle of it."""
    rules: Any = {"period": Period.DAY, "interval_us": HOUR}
    burst = Burst(2 * DAY + minute * MINUTE, MINUTE, excused=True)
    contacts = [(15 * MINUTE, 0)]
    case = Case(*WALLS[3], Calendar(weekly={}), term(**rules), contacts, burst)
    assert production(case)["2026-04-05"].reached == (None if out else 1.0)
    assert plain(case) == ({} if out else {"2026-04-05": (1, 1)})
