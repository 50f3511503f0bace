"""Service terms by the worked examples of the rules of money."""

from fractions import Fraction
from typing import Any

import pytest

from roost.kernel.money import Money
from roost.kernel.time import HOUR, MINUTE, Hours, Zone
from roost.office.contracts.messages import Exclusion
from roost.office.contracts.terms import Side, Step, Term
from roost.office.service_terms.judging import Interval, judge
from unit.promised import term

HALF_HOUR: Any = 30 * MINUTE
MONDAY: Any = 1_699_833_600_000_000  # 2023-11-13T00:00:00Z
BASE = Money("CNY", 300_000_00)


def interval(place: int = 0, forecast: int | None = None, **sums: int) -> Interval:
    return Interval(MONDAY + place * HALF_HOUR, sums, forecast)


def counted(good: int, of: int, place: int = 0, forecast: int | None = None) -> Interval:
    """So many offered and all answered, `good` of them in time."""
    return interval(place, forecast, offered=of, answered=of, answered_in_target=good, abandoned=0)


MONTH = interval(
    offered=9_150,
    answered=8_700,
    answered_in_target=7_200,
    abandoned=450,
    short_abandoned=150,
    abandoned_in_target=250,
)


def judged(of: Term, *intervals: Interval, exclusions: Any = ()) -> Any:
    return judge(of, intervals, BASE, length_us=HALF_HOUR, exclusions=exclusions)


@pytest.mark.parametrize(
    ("measure", "per_cent"),
    [
        ("service_level_answered", "82.76"),
        ("service_level_all", "78.69"),
        ("service_level", "80.00"),
        ("service_level_late", "80.90"),
        ("service_level_left", "81.42"),
    ],
)
def test_the_formulas_differ_by_points(measure: str, per_cent: str) -> None:
    verdict = judged(term(measure=measure), MONTH)
    assert f"{float(100 * verdict.ratio):.2f}" == per_cent


def test_a_pooled_ratio_is_sum_by_sum() -> None:
    verdict = judged(term(), counted(1, 10), counted(90, 100, 1))
    assert verdict.ratio == Fraction(91, 110)
    assert f"{float(100 * verdict.ratio):.2f}" == "82.73"


def test_ratios_are_compared_as_they_are_not_as_they_are_printed() -> None:
    verdict = judged(term(), counted(7_196, 9_000))
    assert verdict.kept is False
    assert f"{float(100 * verdict.ratio):.1f}" == "80.0"


@pytest.mark.parametrize(
    ("step", "minor"), [(Step.FULL, 3_000_00), (Step.STARTED, 6_000_00), (Step.LINEAR, 3_934_43)]
)
def test_a_gap_by_its_step(step: Step, minor: int) -> None:
    verdict = judged(term(measure="service_level_all", step=step), MONTH)
    assert f"{float(verdict.points):.4f}" == "1.3115"
    assert verdict.due == Money("CNY", minor)


def test_a_cap_holds() -> None:
    verdict = judged(term(cap_percent="10"), counted(68, 100))
    assert (verdict.points, verdict.due.minor, verdict.capped) == (12, 30_000_00, True)
    plain = judged(term(percent="0", amount="500", cap="2000"), counted(68, 100))
    assert (plain.due.minor, plain.capped) == (2_000_00, True)


def test_a_bonus_is_paid_above_the_target_only() -> None:
    bonus = term(side=Side.BONUS, target="0.90")
    assert judged(bonus, counted(93, 100)).due.minor == 9_000_00
    assert judged(bonus, counted(70, 100)).due.minor == 0
    assert judged(term(), counted(93, 100)).due.minor == 0


def test_no_data_is_neither_kept_nor_missed() -> None:
    nothing = judged(term(), interval())
    assert (nothing.kept, nothing.ratio, nothing.due.minor) == (None, None, 0)
    few = judged(term(minimum=100), counted(10, 99))
    assert (few.kept, few.due.minor) == (None, 0)
    assert judged(term(minimum=100), counted(10, 100)).kept is False


def test_the_share_of_intervals_that_were_kept() -> None:
    by_interval = term(interval_us=HALF_HOUR, kept="0.75")
    kept = [counted(8, 10), counted(10, 10, 1), interval(2), counted(79, 100, 3)]
    verdict = judged(by_interval, *kept)
    assert (verdict.part, verdict.whole, verdict.kept) == (2, 3, False)
    assert judged(by_interval, *kept[:3], counted(4, 5, 3)).kept is True


def test_hours_that_do_not_count_are_left_out() -> None:
    zone = Zone("UTC", "test", (-(10**15),), (0,))
    early = Hours(zone, ((0, HOUR // 2),))
    verdict = judged(term(hours=early), counted(9, 10), counted(0, 10, 1))
    assert (verdict.part, verdict.whole, verdict.counted) == (9, 10, 1)


def test_an_exclusion_takes_whole_intervals_if_it_was_accepted() -> None:
    three = (counted(85, 100), counted(84, 100, 1), counted(60, 150, 2))
    assert f"{float(100 * judged(term(), *three).ratio):.2f}" == "65.43"
    storm = Exclusion(MONDAY + 2 * HALF_HOUR + 5, MONDAY + 2 * HALF_HOUR + 6, "storm")
    assert judged(term(), *three, exclusions=(storm,)).kept is False, "nobody accepted it"
    accepted = Exclusion(storm.start, storm.end, "storm", accepted=True)
    verdict = judged(term(), *three, exclusions=(accepted,))
    assert f"{float(100 * verdict.ratio):.1f}" == "84.5"
    assert verdict.excluded == ((MONDAY + 2 * HALF_HOUR, "storm"),)


def test_a_storm_touches_four_half_hours() -> None:
    storm = Exclusion(MONDAY + 10 * MINUTE, MONDAY + 110 * MINUTE, "storm", accepted=True)
    verdict = judged(term(), *(counted(1, 1, n) for n in range(6)), exclusions=(storm,))
    assert (len(verdict.excluded), verdict.counted) == (4, 2)


def test_relief_begins_above_its_share_of_the_forecast() -> None:
    relief = term(relief="110")
    assert judged(relief, counted(0, 110, forecast=100)).counted == 1
    assert judged(relief, counted(0, 111, forecast=100)).counted == 0


def test_only_a_share_of_the_dictionary_can_be_promised() -> None:
    with pytest.raises(ValueError, match="no share"):
        judged(term(measure="asa"), MONTH)
