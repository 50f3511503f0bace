"""A waiting caller is told the place in the queue, and how long it may still take."""

from typing import Any

import pytest

from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.estimates import wait
from roost.floor.flows import messages as f
from roost.floor.queues import messages as q
from scenario.centre import FLOWS, MUSIC, Centre, S

MINUTE = 60
PLACES = ("next", "second", "third", "further")
WAITS = tuple(d.SaidWait(n * MINUTE * S, f"{n} min") for n in (1, 2, 3, 5, 10))  # type: ignore[arg-type]


@pytest.fixture
def announcing(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Centre:
    """The way to the bills tells it after 20 seconds, and every minute."""
    told = d.Announce(20 * S, 60 * S, PLACES, WAITS, "longer")  # type: ignore[arg-type]
    step = d.Enqueue("grid/bills", 0, (), MUSIC, 1800 * S, "", announce=told)  # type: ignore[arg-type]
    monkeypatch.setitem(FLOWS, "bills", {"answer": d.Answer("wait"), "wait": step})
    centre.signs_in("Li")
    return centre


def waiting(centre: Centre, callers: int) -> list[str]:
    """Li talks to somebody; so many others wait."""
    first = centre.calls_in("bills")
    centre.picks_up(first)
    return [centre.calls_in("bills") for _ in range(callers)]


def told(centre: Centre, contact: str) -> list[tuple[int, int]]:
    """Each position that was told, and the wait in minutes."""
    found: list[Any] = centre.events(f.WaitAnnounced, contact)
    return [(one.position, one.said_us // (MINUTE * S)) for one in found]


def test_the_place_and_the_wait_are_told_between_the_music(announcing: Centre) -> None:
    one, two = waiting(announcing, 2)
    announcing.after(19)
    assert announcing.hears(two) == MUSIC
    announcing.after(1)
    assert announcing.hears(one) == ("next", "5 min"), "nothing is known yet: three minutes usually"
    assert announcing.hears(two) == ("second", "5 min")
    announcing.heard_out(two)
    assert announcing.hears(two) == MUSIC
    assert announcing.the(f.MusicResumed, two).prompts == MUSIC
    announcing.after(60)
    assert announcing.hears(two) == ("second", "5 min")
    assert len(told(announcing, two)) == 2


def test_a_turn_that_comes_moves_everybody_up(announcing: Centre) -> None:
    one, two, three = waiting(announcing, 3)
    announcing.after(30)
    announcing.agent_hangs_up(announcing.with_agent("Li") or "")
    announcing.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    assert announcing.with_agent("Li") == one
    announcing.picks_up(one)
    announcing.after(60)
    assert [position for position, _ in told(announcing, two)] == [2, 1]
    assert [position for position, _ in told(announcing, three)] == [3, 2]


def test_whose_phone_rings_by_now_is_told_nothing(announcing: Centre) -> None:
    (one,) = waiting(announcing, 1)
    announcing.after(18)
    announcing.agent_hangs_up(announcing.with_agent("Li") or "")
    announcing.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    announcing.after(3)
    assert told(announcing, one) == []
    announcing.picks_up(one)
    announcing.after(300)
    assert told(announcing, one) == []


def test_with_nobody_there_only_the_place_is_told(announcing: Centre) -> None:
    one, two = waiting(announcing, 2)
    talk = announcing.with_agent("Li") or ""
    announcing.give(a.GoAway("Li", "break"))  # type: ignore[arg-type]
    announcing.agent_hangs_up(talk)
    announcing.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    announcing.after(25)
    assert announcing.hears(two) == ("second",)
    assert announcing.the(f.WaitAnnounced, one).wait_us is None


def test_a_longer_wait_isnt_told_without_a_reason(announcing: Centre) -> None:
    """An estimate breathes: what was said holds until it's half as long again. But who is
    overtaken is told."""
    one, two = waiting(announcing, 2)
    announcing.after(25)
    said = told(announcing, two)[0]
    announcing.after(60)
    assert told(announcing, two)[1] == said
    announcing.give(q.ChangePriority(two, 5))  # type: ignore[arg-type]
    announcing.after(60)
    assert told(announcing, two)[-1][0] == 1
    assert told(announcing, one)[-1][0] == 2
    assert told(announcing, one)[-1][1] >= said[1]


def test_a_restart_goes_on_telling(announcing: Centre) -> None:
    (one,) = waiting(announcing, 1)
    announcing.after(25)
    announcing.restarts()
    announcing.heard_out(one)
    assert announcing.hears(one) == MUSIC
    announcing.after(61)
    assert len(told(announcing, one)) == 2


def test_the_estimate_learns_the_pace(announcing: Centre) -> None:
    """Li takes forty seconds a call: soon a place is worth about that."""
    callers = waiting(announcing, 30)
    announcing.after(40)
    for contact in callers[:20]:
        announcing.agent_hangs_up(announcing.with_agent("Li") or "")
        announcing.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
        announcing.picks_up(contact)
        announcing.after(40)
    found = wait.of(announcing.state.estimates, callers[22], announcing.now)  # type: ignore[arg-type]
    assert found is not None
    assert found.position == 3
    assert found.wait_us is not None
    assert 90 * S < found.wait_us < 150 * S


def test_whoever_enters_now_stands_behind_all_others(announcing: Centre) -> None:
    waiting(announcing, 4)
    estimates, now = announcing.state.estimates, announcing.now
    found = wait.entering(estimates, "grid/bills", now)  # type: ignore[arg-type]
    assert found is not None
    assert found.position == 5
    assert wait.entering(estimates, "grid/nowhere", now) is None  # type: ignore[arg-type]
