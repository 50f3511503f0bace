"""When calls come: as many as expected, the same ones whatever else changes."""

import msgspec
import pytest

from roost.kernel.time import HOUR, MINUTE, DurationUs
from roost.simulator.arrivals import sources
from roost.simulator.scenario import (
    Burst,
    Expected,
    Faults,
    Known,
    Pace,
    Scenario,
    Stream,
    each,
    half_hours,
)

DAY = Scenario(
    streams=(Stream("95598", expected=half_hours((40, 80), 12 * HOUR)),),
    shifts=(),
    length_us=DurationUs(12 * HOUR),
)


def come(scenario: Scenario, seed: int) -> list[int]:
    return sorted(at for one in sources(scenario, seed) for at in one.instants)


def test_as_many_come_as_expected_in_each_part() -> None:
    seen = [come(DAY, seed) for seed in range(200)]
    first = sum(at < HOUR // 2 for day in seen for at in day) / 200
    rest = sum(at >= HOUR // 2 for day in seen for at in day) / 200
    assert first == pytest.approx(40, abs=4 * (40 / 200) ** 0.5)
    assert rest == pytest.approx(23 * 80, abs=4 * (23 * 80 / 200) ** 0.5)


def test_a_count_comes_exactly_within_its_interval() -> None:
    stream = Stream("1", expected=(Expected(0, 600, 7), Expected(1000, 1100, 3)), exact=True)
    day = msgspec.structs.replace(DAY, streams=(stream,))
    for seed in range(20):
        found = come(day, seed)
        assert sum(at < 600 for at in found) == 7
        assert sum(1000 <= at < 1100 for at in found) == 3
        assert len(found) == 10


def test_a_storm_comes_on_top_of_the_same_callers() -> None:
    burst = Burst(2 * HOUR, HOUR, percent=400)
    storm = msgspec.structs.replace(DAY, faults=Faults(bursts=(burst,)))
    usual, more = set(come(DAY, 3)), set(come(storm, 3))
    assert usual < more
    assert all(burst.holds(at) for at in more - usual)
    assert len(more - usual) == pytest.approx(3 * 160, abs=80)


def test_a_quiet_hour_lacks_some_of_the_same_callers() -> None:
    lull = Burst(2 * HOUR, HOUR, percent=25)
    quiet = msgspec.structs.replace(DAY, faults=Faults(bursts=(lull,)))
    usual, fewer = set(come(DAY, 3)), set(come(quiet, 3))
    assert fewer < usual
    assert all(lull.holds(at) for at in usual - fewer)


def test_another_stream_changes_nothing_of_the_first() -> None:
    other = Stream("1", name="other", expected=each(MINUTE, (2,), HOUR))
    both = msgspec.structs.replace(DAY, streams=(other, *DAY.streams))
    (alone,) = sources(DAY, 5)
    beside = next(one for one in sources(both, 5) if one.stream.name == "calls")
    assert list(alone.instants) == list(beside.instants)
    assert alone.key == beside.key


def test_calls_that_did_come_come_when_they_came() -> None:
    known = tuple(Known(at, ("1",)) for at in (5, 17, 90))
    (source,) = sources(msgspec.structs.replace(DAY, streams=(Stream("1", known=known),)), 1)
    assert list(source.instants) == [5, 17, 90]
    assert source.known == known


def test_who_is_new_gets_faster_with_each_contact() -> None:
    pace = Pace(1100, extra=550, contacts=100)
    assert [pace.after(count) for count in (0, 50, 99, 100, 5_000)] == [
        1650,
        1375,
        1105,
        1100,
        1100,
    ]
