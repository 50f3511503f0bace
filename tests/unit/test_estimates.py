"""The estimate's own arithmetic, against counting and summing by hand."""

import random
from typing import Any

from roost.floor import definition as d
from roost.floor.estimates import model, wait
from roost.floor.estimates.model import Counted, Estimates, Pace
from roost.floor.routing.model import Class
from roost.floor.routing.order import priority_of
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs

BILLS: Any = "grid/bills"


def queue(name: str = "grid/bills", skill: str = "bills", **changes: Any) -> d.Queue:
    values: dict[str, Any] = {
        "id": name,
        "client": "grid",
        "skills": (d.Skill(skill, 2),),  # type: ignore[arg-type]
        "priority": 0,
        "ring_us": 15 * SECOND,
        "wrap_up_us": 30 * SECOND,
        "code_required": False,
        "most_waiting": 100,
        "target_us": 20 * SECOND,
        "short_us": 5 * SECOND,
    } | changes
    return d.Queue(**values)


def floor(*queues: d.Queue) -> d.Floor:
    return d.Floor("v", (), (), (), queues, (), ())  # type: ignore[arg-type]


def at(seconds: float) -> Any:
    return int(seconds * SECOND)


def skilled(level: int) -> Any:
    return (d.Skill("bills", level),)  # type: ignore[arg-type]


def test_the_position_is_by_the_routers_own_order() -> None:
    """Counted one by one by the priorities that routing compares, for a thousand lines."""
    dice = random.Random(3)
    for _ in range(1000):
        every, most = dice.choice([(0, 0), (30, 3), (10, 20)])
        pace = Pace(boost_us=DurationUs(every * SECOND), boost_most=most)
        klass: Any = Class(*[None] * 12, boost_us=pace.boost_us, boost_most=most)  # type: ignore[arg-type]
        now = at(200)
        people = [
            (dice.choice([0, 0, 0, 2, 5, -1]), (at(dice.randrange(200)), number))
            for number in range(dice.randrange(1, 12))
        ]
        for raised, place in sorted(people, key=lambda one: one[1]):
            pace.lines.setdefault(raised, []).append(place)

        def key(raised: int, place: tuple[int, int], klass: Any = klass, now: Any = now) -> Any:
            klass.priority = raised
            return -priority_of(klass, place[0], now), place

        ranked = sorted(people, key=lambda one: key(*one))
        for index, (raised, place) in enumerate(ranked):
            assert wait.ahead(pace, raised, place, now) == index


def test_a_long_lines_wait_is_added_up_in_steps_and_stays_right() -> None:
    state = Estimates()
    pace = Pace(agents=10, turns=Counted(40, 40 * 200 * SECOND), gave_up=Counted(20, at(4000)))
    turns = 10 * 43 / (40 * 200 * SECOND + 3 * 180 * SECOND)
    gives_up = 20.5 / (4000 * SECOND + 100 * SECOND)
    for before in (0, 1, 31, 32, 33, 100, 1000, 100_000):
        exact = sum(1 / (turns + j * gives_up) for j in range(before + 1)) + 3 * SECOND
        found = wait.remaining(state, pace, before)
        assert found is not None
        assert abs(found - exact) < exact * 0.002, before


def test_a_queue_that_nobody_has_waited_in_is_estimated_by_what_is_usual() -> None:
    state = Estimates()
    model.configured(state, floor(queue()), {}, at(0))
    assert wait.entering(state, BILLS, at(1)) == wait.Estimate(1, None)
    for agent in ("li", "mo", "ann"):
        model.comes(state, agent, skilled(2), "day", at(1))  # type: ignore[arg-type]
    found = wait.entering(state, BILLS, at(2))
    assert found is not None
    assert found.wait_us is not None
    assert 55 * SECOND < found.wait_us < 65 * SECOND, "a third of three minutes, and a ring"


def test_who_may_serve_counts_from_when_they_come_until_they_go() -> None:
    state = Estimates()
    rings = (d.Ring(DurationUs(20 * SECOND), skilled(1)),)
    model.configured(state, floor(queue(rings=rings)), {}, at(0))
    model.comes(state, "li", skilled(2), "day", at(0))  # type: ignore[arg-type]
    model.comes(state, "mo", skilled(1), "day", at(0))  # type: ignore[arg-type]
    pace = state.paces[BILLS]
    assert (pace.agents, pace.wider) == (1, 1)
    model.goes(state, "li", at(1))  # type: ignore[arg-type]
    model.goes(state, "li", at(1))  # type: ignore[arg-type]
    assert (pace.agents, pace.wider) == (0, 1)
    assert wait.remaining(state, pace, 0) is not None, "the second ring helps"
    mo = d.Agent("mo", skilled(3), "day", ())  # type: ignore[arg-type]
    model.configured(state, floor(queue(rings=rings)), {"mo": mo}, at(2))
    assert (pace.agents, pace.wider) == (1, 0), "other definitions, other skills"


def test_the_pace_is_turns_over_agents_time_while_somebody_waits() -> None:
    state = Estimates()
    model.configured(state, floor(queue()), {}, at(0))
    model.comes(state, "li", skilled(2), "day", at(0))  # type: ignore[arg-type]
    model.comes(state, "mo", skilled(2), "day", at(0))  # type: ignore[arg-type]
    who: Any = "c1"
    model.queued(state, who, BILLS, 0, at(100), at(100))
    model.assigned(state, who, at(130))
    model.dequeued(state, who, BILLS, gave_up=False, at=at(133))
    pace = state.paces[BILLS]
    assert (pace.turns.count, pace.turns.us) == (1, 60 * SECOND)
    assert (pace.gave_up.count, pace.gave_up.us) == (0, 30 * SECOND)
    at_once: Any = "c2"
    model.queued(state, at_once, BILLS, 0, at(200), at(200))
    model.assigned(state, at_once, at(200))
    assert pace.turns.count == 1, "who was served at once says nothing of the pace"


def test_whoever_is_held_for_one_stands_in_no_line_until_then() -> None:
    state = Estimates()
    model.configured(state, floor(queue()), {}, at(0))
    held: Any = "c1"
    model.queued(state, held, BILLS, 0, at(0), at(0), held=True)
    assert wait.of(state, held, at(5)) is None
    model.asks(state, held, 0, 0, at(20))
    found = wait.of(state, held, at(20))
    assert found is not None
    assert found.position == 1


def test_counts_forget_the_half_when_they_are_full() -> None:
    counted = Counted()
    for _ in range(model.MOST_COUNTED + 1):
        counted.counts(10)
    assert (counted.count, counted.us) == (32, 325)
    counted.adds(model.LONGEST_US)
    assert counted.count == 16


def test_a_queue_that_is_gone_is_forgotten_when_nobody_waits_in_it() -> None:
    state = Estimates()
    model.configured(state, floor(queue(), queue("grid/other", "other")), {}, at(0))
    model.queued(state, "c1", BILLS, 0, at(0), at(0))  # type: ignore[arg-type]
    model.configured(state, floor(queue("grid/new", "new")), {}, at(MINUTE))
    assert set(state.paces) == {"grid/bills", "grid/new"}
    model.ended(state, "c1", at(1))  # type: ignore[arg-type]
    model.configured(state, floor(queue("grid/new", "new")), {}, InstantUs(2 * MINUTE))
    assert set(state.paces) == {"grid/new"}
