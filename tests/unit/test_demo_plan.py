"""The demo's plan: the same for the same seed, and everybody in it."""

from array import array
from itertools import pairwise

from roost.adapters.speech.built_in import music, ring_back
from roost.kernel.time import SECOND, seconds
from roost.processes.demo.callers import FINE, LONG_QUIET_S, QUIET_S
from roost.processes.demo.plan import Intention, Turn, callers, habits, turn
from roost.processes.demo.voices import QUIET_DB, WINDOW_MS
from roost.protocols.rtp.sound import level

NUMBERS = ("95598", "12345")


def test_the_same_seed_is_the_same_plan() -> None:
    assert callers(7, 40, seconds(600), NUMBERS) == callers(7, 40, seconds(600), NUMBERS)
    assert callers(7, 40, seconds(600), NUMBERS) != callers(8, 40, seconds(600), NUMBERS)
    assert (
        callers(7, 40, seconds(60), NUMBERS)
        == callers(7, 40, seconds(600), NUMBERS)[: len(callers(7, 40, seconds(60), NUMBERS))]
    )


def test_about_as_many_call_as_asked_for_and_all_kinds_do() -> None:
    found = callers(1, 40, seconds(3_600), NUMBERS)
    assert 2_000 < len(found) < 2_800
    assert {one.intention for one in found} == set(Intention) == set(FINE)
    assert {one.key for one in found} == {"1", "2", "3"}
    assert not any(one.wrong in "123" for one in found)
    assert all(a.at <= b.at for a, b in pairwise(found))


def test_an_agents_habits_are_the_agents_own() -> None:
    assert habits(1, "1001") == habits(1, "1001")
    assert habits(1, "1001") != habits(1, "1002")
    assert all(habits(1, str(n)).answers < 3 * SECOND for n in range(1001, 1020))


def test_agents_hand_on_promise_and_mostly_talk() -> None:
    drawn = [turn(1, str(agent), count) for agent in range(1001, 1009) for count in range(1, 101)]
    assert set(drawn) == set(Turn)
    assert drawn.count(Turn.TALK) > len(drawn) / 2
    assert turn(1, "1001", 3) == turn(1, "1001", 3)


def _longest_quiet_s(sound: "array[int]") -> float:
    window, longest, quiet = 8 * WINDOW_MS, 0, 0
    for at in range(0, len(sound), window):
        quiet = quiet + 1 if level(sound[at : at + window]) < QUIET_DB else 0
        longest = max(longest, quiet)
    return longest * WINDOW_MS / 1_000


def test_music_and_ringing_are_no_person_who_listens() -> None:
    assert _longest_quiet_s(music() * 2) < QUIET_S / 2
    assert _longest_quiet_s(ring_back() * 3) < LONG_QUIET_S - 1
