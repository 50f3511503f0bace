"""The dictionary of measures: each defined once, with words, a formula over counts that exist,
one time rule; intervals that begin where a zone's clocks say."""

from datetime import UTC, datetime
from fractions import Fraction
from itertools import pairwise

import pytest

from roost.definitions.times import zone
from roost.kernel.time import DAY, HOUR, MINUTE, InstantUs
from roost.office.measures.counts import COUNTS, add, together
from roost.office.measures.dictionary import MEASURES, By, Rule, Unit, named, of_report, value
from roost.office.measures.facts import Fact, Mark, What
from roost.office.measures.formulas import Share, exact, terms_of, text
from roost.office.measures.intervals import QUARTER, Grain, at_wall, bounds, cut, wall
from roost.office.measures.words import WORDS

ZONES = ("Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe")


def at(text: str) -> InstantUs:
    return InstantUs(round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**6)


def test_every_measure_has_words_in_both_languages() -> None:
    assert set(WORDS) == set(MEASURES)
    for words in WORDS.values():
        assert all((words.name_en, words.says_en, words.name_zh, words.says_zh))
        assert words.says_en.endswith(".")
        assert words.says_zh.endswith("。")
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in words.name_en)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in words.name_zh)


@pytest.mark.parametrize("id", MEASURES)
def test_a_measure_stands_on_counts_of_one_kind(id: str) -> None:
    measure = MEASURES[id]
    kinds = {COUNTS[name].what for name in terms_of(measure.formula)}
    assert len(kinds) == 1, "its counts are attributed by different rules"
    assert isinstance(measure.formula, Share) == (measure.unit is Unit.PER_CENT)
    assert all(name.removeprefix("-") in COUNTS for name in measure.opens)
    assert bool(measure.opens) == (measure.rule is not Rule.SPENT)
    for name in measure.opens:
        assert not COUNTS[name.removeprefix("-")].amount, "what it opens to isn't contacts"


def test_every_count_is_used() -> None:
    used = {name for measure in MEASURES.values() for name in terms_of(measure.formula)}
    assert set(COUNTS) == used, "a count that nobody needs"


def test_the_four_formulas_of_a_service_level() -> None:
    # 10 answered, 8 of them in time; 5 abandoned, 2 of them short, 3 within the target
    sums = {
        "offered": 15, "answered": 10, "answered_in_target": 8,
        "abandoned": 5, "short_abandoned": 2, "abandoned_in_target": 3,
    }  # fmt: skip
    assert value("service_level", sums) == 61.5  # 8 ÷ 13
    assert value("service_level_answered", sums) == 80.0
    assert value("service_level_all", sums) == 53.3  # 8 ÷ 15
    assert value("service_level_late", sums) == 66.7  # 8 ÷ 12
    assert value("service_level_left", sums) == 73.3  # 11 ÷ 15
    assert value("abandonment", sums) == 23.1  # 3 ÷ 13


def test_no_contacts_no_figure_never_0_or_100() -> None:
    for measure in MEASURES.values():
        found = value(measure.id, {})
        divided = not hasattr(measure.formula, "of")
        assert found == (None if divided else 0), measure.id


def test_halves_are_rounded_up_once() -> None:
    assert value("service_level", {"answered": 2000, "answered_in_target": 1}) == 0.1  # 0.05 %
    assert value("asa", {"answered": 2, "answered_wait_us": 3}) == 2
    assert exact(MEASURES["asa"].formula, {"answered": 2, "answered_wait_us": 3}) == Fraction(3, 2)


def test_a_version_is_named_and_the_formula_can_be_read() -> None:
    assert named("service_level") is MEASURES["service_level"]
    assert named("service_level", 1) is MEASURES["service_level"]
    assert named("service_level", 99) is None
    assert named("nothing") is None
    assert text(MEASURES["service_level"].formula) == (
        "answered_in_target ÷ (answered + abandoned − short_abandoned)"
    )
    assert text(MEASURES["aht"].formula) == "(talk_us + hold_us + wrap_up_us) ÷ handled"


def test_reports_have_the_measures_that_mean_something_there() -> None:
    queues, agents = ({one.id for one in of_report(by)} for by in (By.QUEUES, By.AGENTS))
    assert {"offered", "service_level", "aht", "rings"} <= queues
    assert "occupancy" not in queues
    assert {"occupancy", "aht", "missed_rings"} <= agents
    assert "offered" not in agents
    codes = {one.id for one in of_report(By.CODES)}
    assert "handled" in codes
    assert "rings" not in codes
    assert "offered" not in {one.id for one in of_report(By.QUEUES, by_agent=True)}


def visit(outcome: str, marks: int = 0, waited_us: int = 0) -> Fact:
    return Fact(What.VISIT, InstantUs(0), "grid", outcome, marks=marks, waited_us=waited_us)


def test_counts_add_up_in_any_order_and_can_be_taken_away_again() -> None:
    sums: dict[str, int] = {}
    add(sums, visit("waiting"))
    assert (sums["offered"], sums["waiting"]) == (1, 1)
    add(sums, visit("answered", Mark.IN_TARGET, 7))
    add(sums, visit("waiting"), -1)
    assert (sums["offered"], sums["waiting"], sums["answered_in_target"]) == (1, 0, 1)
    other: dict[str, int] = {}
    add(other, visit("abandoned", Mark.SHORT, 3))
    add(other, visit("abandoned", 0, 30))
    whole = together([sums, other])
    assert (whole["offered"], whole["abandoned"], whole["short_abandoned"]) == (3, 2, 1)
    assert whole["longest_wait_us"] == 30


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("grain", [Grain.QUARTER, Grain.HALF, Grain.HOUR, Grain.DAY])
def test_intervals_touch_and_begin_on_the_wall(name: str, grain: Grain) -> None:
    there = zone(name)
    since, until = at("2026-03-01"), at("2026-04-10")  # both hemispheres change their clocks
    found = bounds(there, grain, since, until, 10_000)
    assert found[0] <= since < found[1]
    assert found[-2] < until <= found[-1]
    lengths = {
        Grain.QUARTER: QUARTER, Grain.HALF: 30 * MINUTE, Grain.HOUR: HOUR, Grain.DAY: DAY
    }  # fmt: skip
    whole = lengths[grain]
    changes = set(there.starts)
    for begin, end in pairwise(found):
        assert begin % QUARTER == 0, "an interval would cut a quarter"
        if begin not in changes:
            assert there.local(begin) % whole == 0
        if grain is not Grain.DAY:
            assert end - begin <= whole
            offsets = {there.local(InstantUs(at)) - at for at in range(begin, end, QUARTER)}
            assert len(offsets) == 1, "an interval mixes two offsets"


def test_a_day_is_as_long_as_it_was() -> None:
    def lengths(name: str, day: str) -> list[float]:
        start = at(day) - DAY
        found = bounds(zone(name), Grain.DAY, InstantUs(start), InstantUs(start + 3 * DAY), 9)
        return sorted({(b - a) / HOUR for a, b in pairwise(found)})

    assert lengths("America/New_York", "2026-03-08") == [23, 24]
    assert lengths("America/New_York", "2026-11-01") == [24, 25]
    assert lengths("Australia/Lord_Howe", "2026-04-05") == [24, 24.5]
    assert lengths("Australia/Lord_Howe", "2026-10-04") == [23.5, 24]
    assert lengths("Asia/Kathmandu", "2026-11-01") == [24]


def test_months_and_the_whole() -> None:
    there = zone("America/New_York")
    found = bounds(there, Grain.MONTH, at("2026-02-10"), at("2026-04-02"), 12)
    assert [wall(there, one)[:10] for one in found] == [
        "2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01",
    ]  # fmt: skip
    assert wall(there, found[0]).endswith("-05:00")
    assert wall(there, found[2]).endswith("-04:00")
    whole = bounds(there, Grain.WHOLE, at("2026-02-10"), at("2026-04-02"), 12)
    assert whole == [at("2026-02-10"), at("2026-04-02")]


def test_too_many_intervals_or_none() -> None:
    there = zone("Asia/Shanghai")
    assert bounds(there, Grain.QUARTER, at("2020-01-01"), at("2026-01-01"), 3_000) == []
    assert bounds(there, Grain.DAY, at("2020-01-01"), at("2026-01-01"), 100) == []
    assert bounds(there, Grain.DAY, at("2026-01-02"), at("2026-01-02"), 100) == []


def test_a_wall_time_that_doesnt_exist_is_the_change() -> None:
    there = zone("America/New_York")
    day = at("2026-03-08") // DAY
    assert wall(there, at_wall(there, day, 90)) == "2026-03-08T01:30:00-05:00"
    assert wall(there, at_wall(there, day, 150)) == "2026-03-08T03:00:00-04:00"
    day = at("2026-11-01") // DAY
    assert wall(there, at_wall(there, day, 90)) == "2026-11-01T01:30:00-04:00"


def test_parts_of_a_stretch_sum_to_it_to_the_microsecond() -> None:
    since, until = InstantUs(at("2026-03-01") + 123_457), InstantUs(at("2026-03-01T02:07") + 1)
    parts = cut(since, until)
    assert sum(part for _, part in parts) == until - since
    assert [begin % QUARTER for begin, _ in parts] == [0] * len(parts)
    assert all(0 < part <= QUARTER for _, part in parts)
