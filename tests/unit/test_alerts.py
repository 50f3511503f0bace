"""A rule is raised when it has lasted, stays until it's back, and never flutters."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from roost.floor.alert_rules import AlertMeasure, AlertRule
from roost.kernel.ids import ClientId
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.office.alerts.judging import AlertState, Judged, judge

RULE = AlertRule(
    id="long-wait",
    measure=AlertMeasure.LONGEST_WAIT,
    threshold=60,
    clears_at=30,
    above=True,
    for_us=DurationUs(10 * SECOND),
    to=("supervisor",),
    what_to_do="Move people over.",
    client=ClientId("water"),
)
LOW = replace(RULE, id="level", threshold=80, clears_at=90, above=False)


def at(seconds: float) -> InstantUs:
    return InstantUs(round(seconds * SECOND))


def told(rule: AlertRule, *figures: int | None, every: float = 5) -> list[tuple[float, str]]:
    """When it was raised and cleared, judged every few seconds."""
    states: dict[str, AlertState] = {}
    found: list[tuple[float, str]] = []
    for place, figure in enumerate(figures):
        judged = judge([rule], states, at(place * every), {rule.id: figure})
        states = judged.states
        found += [(place * every, "raised") for _ in judged.raised]
        found += [(place * every, "cleared") for _ in judged.cleared]
    return found


def test_it_is_raised_when_it_has_lasted_and_cleared_when_it_is_back() -> None:
    assert told(RULE, 61, 61, 61, 61) == [(10, "raised")]
    assert told(RULE, 61, 59, 61, 61) == [], "it must last without a break"
    assert told(RULE, 61, 61, 61, 45, 61, 30) == [(10, "raised"), (25, "cleared")]
    assert told(replace(RULE, for_us=DurationUs(0)), 60, 61) == [(5, "raised")]


def test_below_is_the_same_the_other_way_round() -> None:
    assert told(LOW, 79, 79, 79, 85, 90) == [(10, "raised"), (20, "cleared")]
    assert told(LOW, None, None, None) == [], "a service level without contacts is no low one"
    assert told(LOW, 50, 50, 50, None) == [(10, "raised"), (15, "cleared")]


def test_it_says_when_to_look_again() -> None:
    judged = judge([RULE], {}, at(0), {RULE.id: 61})
    assert judged == Judged({RULE.id: AlertState(at(0))}, next_us=DurationUs(10 * SECOND))
    later = judge([RULE], judged.states, at(4), {RULE.id: 61})
    assert later.next_us == 6 * SECOND


def test_a_rule_that_is_gone_is_cleared() -> None:
    states = {RULE.id: AlertState(at(0), at(10))}
    assert judge([], states, at(20), {}).cleared == (RULE.id,)


@given(st.lists(st.one_of(st.none(), st.integers(0, 120)), max_size=40))
def test_raised_and_cleared_take_turns(figures: list[int | None]) -> None:
    kinds = [kind for _, kind in told(RULE, *figures)]
    assert kinds == ["raised", "cleared"] * (len(kinds) // 2) + ["raised"] * (len(kinds) % 2)
