"""The demo's plan: the same for the same seed, and everybody in it."""

from itertools import pairwise

from roost.kernel.time import SECOND, seconds
from roost.processes.demo.callers import FINE
from roost.processes.demo.plan import Intention, callers, habits


def test_the_same_seed_is_the_same_plan() -> None:
    assert callers(7, 40, seconds(600)) == callers(7, 40, seconds(600))
    assert callers(7, 40, seconds(600)) != callers(8, 40, seconds(600))
    assert (
        callers(7, 40, seconds(60))
        == callers(7, 40, seconds(600))[: len(callers(7, 40, seconds(60)))]
    )


def test_about_as_many_call_as_asked_for_and_all_kinds_do() -> None:
    found = callers(1, 40, seconds(3_600))
    assert 2_000 < len(found) < 2_800
    assert {one.intention for one in found} == set(Intention) == set(FINE)
    assert {one.key for one in found} == {"1", "2", "3"}
    assert not any(one.wrong in "123" for one in found)
    assert all(a.at <= b.at for a, b in pairwise(found))


def test_an_agents_habits_are_the_agents_own() -> None:
    assert habits(1, "1001") == habits(1, "1001")
    assert habits(1, "1001") != habits(1, "1002")
    assert all(habits(1, str(n)).answers < 3 * SECOND for n in range(1001, 1020))
