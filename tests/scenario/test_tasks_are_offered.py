"""Tasks that the router offers: beside calls, within an agent's capacity, and put aside for a
call."""

from typing import Any

import pytest

from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.routing import messages as r
from roost.floor.routing.decide import SHUT_US
from roost.floor.tasks import messages as t
from roost.floor.tasks.messages import TaskOutcome
from roost.floor.tasks.model import TaskState
from scenario.centre import Centre, S, queue

NUMBER: Any = "number-1"
MINUTE = 60


def routed(centre: Centre, **rule: Any) -> None:
    centre.queues[0] = queue("outage", "outage", tasks=d.RoutedTasks(**rule))
    centre.apply()


@pytest.fixture
def floor(centre: Centre) -> Centre:
    """Outages' tasks are offered, bills' lie in the list."""
    routed(centre)
    return centre


def leaves_a_message(centre: Centre) -> Any:
    """A caller whom nobody answered in two minutes speaks for nine seconds: the task."""
    call = centre.calls_in("outage", caller="caller-1")
    centre.after(121)
    centre.heard_out(call)
    centre.after(9)
    centre.hangs_up(call)
    leg = centre.leg_of(call)
    centre.give(c.TrackClosed(call, leg, f"{leg}/t1", "f", 9 * S, 72_000, 0))
    return centre.events(t.TaskAdded, call)[-1].task


def promise(centre: Centre, by: str = "Li", *, mine: bool = False, seconds: int = 0) -> Any:
    at: Any = centre.now + seconds * S
    step = centre.give(t.PromiseCallback(by, "grid/outage", None, NUMBER, at, mine))  # type: ignore[arg-type]
    assert step.refusal is None, step.refusal
    return step.envelopes[0].body.task


def task(centre: Centre, id: Any) -> Any:
    return centre.state.tasks.tasks.get(id)


def offered_to(centre: Centre, id: Any) -> str | None:
    found = task(centre, id)
    return found.offered if found is not None and found.state is TaskState.OFFERED else None


def takes(centre: Centre, who: Any, id: Any) -> None:
    assert centre.refusal(t.TakeTask(who, id)) is None


def finishes(centre: Centre, who: Any, id: Any) -> None:
    assert centre.refusal(t.FinishTask(who, id, TaskOutcome.REACHED)) is None


# --- offered ---


def test_a_voicemail_is_offered_to_whoever_is_ready_and_its_wait_is_known(floor: Centre) -> None:
    message = leaves_a_message(floor)
    assert task(floor, message).state is TaskState.DUE
    floor.after(10 * MINUTE)
    floor.signs_in("Li")
    assert offered_to(floor, message) == "Li"
    assert floor.presence("Li") is Presence.READY
    floor.after(5)
    takes(floor, "Li", message)
    assert floor.presence("Li") is Presence.WORKING
    taken = floor.the(t.TaskTaken)
    assert (taken.routed, taken.waited_us) == (True, (10 * MINUTE + 5) * S)
    floor.after(90)
    finishes(floor, "Li", message)
    assert floor.presence("Li") is Presence.READY
    ended = floor.the(a.WorkEnded)
    assert (ended.owner, ended.worked_us, ended.aside_us) == ("grid", 90 * S, 0)


def test_a_task_that_falls_due_is_offered_at_once(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor, seconds=MINUTE)
    assert offered_to(floor, promised) is None
    floor.after(MINUTE)
    assert offered_to(floor, promised) == "Li"


def test_only_who_has_the_skill_is_asked_and_a_ring_asks_more(centre: Centre) -> None:
    rings = (d.Ring(30 * S, ()),)  # type: ignore[arg-type]
    centre.queues[0] = queue("outage", "outage", tasks=d.RoutedTasks(), rings=rings)
    centre.signs_in("Wu", "bills")
    promised = promise(centre, "Wu")
    assert offered_to(centre, promised) is None
    centre.restarts()
    centre.after(30)
    assert offered_to(centre, promised) == "Wu"
    assert centre.the(r.WorkAssigned).ring == 1


def test_who_declines_is_left_alone_for_a_while_and_it_goes_to_somebody_else(
    floor: Centre,
) -> None:
    floor.signs_in("Li")
    floor.after(1)
    floor.signs_in("Wu")
    promised = promise(floor)
    assert offered_to(floor, promised) == "Li"
    assert floor.refusal(t.DeclineTask("Wu", promised)) == "not_offered"
    assert floor.refusal(t.TakeTask("Wu", promised)) == "task_taken"
    assert floor.refusal(t.DeclineTask("Li", promised)) is None
    assert offered_to(floor, promised) == "Wu"
    floor.after(30)
    assert floor.events(t.TaskOfferEnded)[-1].why == "no_answer"
    assert offered_to(floor, promised) is None, "nobody is asked twice in a row"
    assert floor.presence("Li") is floor.presence("Wu") is Presence.READY, "calls go on"
    floor.restarts()
    floor.after(SHUT_US / S - 30)
    assert offered_to(floor, promised) == "Li"


def test_one_thing_is_offered_at_a_time_and_no_more_than_there_is_room_for(floor: Centre) -> None:
    floor.capacity["Li"] = (d.Share("task", 2, 50),)
    floor.signs_in("Li")
    tasks = [promise(floor) for _ in range(3)]
    assert [offered_to(floor, one) for one in tasks] == ["Li", None, None]
    takes(floor, "Li", tasks[0])
    assert [offered_to(floor, one) for one in tasks] == [None, "Li", None]
    takes(floor, "Li", tasks[1])
    assert offered_to(floor, tasks[2]) is None
    assert floor.refusal(t.TakeTask("Li", tasks[2])) == "no_room", "nor from the list"
    finishes(floor, "Li", tasks[0])
    assert offered_to(floor, tasks[2]) == "Li"
    assert floor.presence("Li") is Presence.WORKING


def test_a_team_that_has_no_part_in_them_is_never_asked(floor: Centre) -> None:
    floor.capacity["Li"] = (d.Share("task", 0),)
    floor.signs_in("Li")
    promised = promise(floor)
    assert offered_to(floor, promised) is None
    floor.capacity.clear()
    floor.apply()
    assert offered_to(floor, promised) == "Li"


def test_from_the_list_it_counts_as_if_it_had_been_offered(floor: Centre) -> None:
    floor.signs_in("Li", ready=False)
    promised, other = promise(floor), promise(floor)
    takes(floor, "Li", promised)
    assert floor.presence("Li") is Presence.AWAY
    floor.give(a.GoReady("Li"))
    assert floor.presence("Li") is Presence.WORKING
    assert offered_to(floor, other) is None
    finishes(floor, "Li", promised)
    assert offered_to(floor, other) == "Li"
    floor.after(5)
    assert floor.the(a.WorkEnded).worked_us == 0, "not a moment passed"


# --- beside calls ---


def test_a_call_takes_the_place_of_what_is_only_offered(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor)
    call = floor.calls_in("outage")
    assert floor.with_agent("Li") == call
    assert task(floor, promised).state is TaskState.DUE
    assert floor.the(t.TaskOfferEnded).why == "withdrawn"
    floor.answers("Li")
    assert offered_to(floor, promised) is None
    floor.hangs_up(call).after(29)
    assert offered_to(floor, promised) is None, "wrap-up is with the call"
    floor.after(1)
    assert offered_to(floor, promised) == "Li"
    takes(floor, "Li", promised)
    assert floor.events(t.TaskTaken)[-1].waited_us > 30 * S, "its time goes on"


def test_a_call_comes_before_a_task_that_has_waited_longer(floor: Centre) -> None:
    floor.signs_in("Li", ready=False)
    promised = promise(floor)
    floor.after(MINUTE)
    call = floor.calls_in("outage")
    floor.give(a.GoReady("Li"))
    assert floor.with_agent("Li") == call
    assert offered_to(floor, promised) is None


def test_work_is_put_aside_for_a_call_and_comes_back_after_it(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor)
    takes(floor, "Li", promised)
    floor.after(40)
    call = floor.calls_in("outage")
    assert floor.with_agent("Li") == call
    assert floor.the(r.Assigned).excluded == {}
    floor.after(3)
    floor.answers("Li")
    assert task(floor, promised).holder == "Li"
    floor.after(55)
    floor.hangs_up(call).after(30)
    assert floor.presence("Li") is Presence.WORKING
    floor.restarts()
    floor.after(20)
    finishes(floor, "Li", promised)
    ended = floor.the(a.WorkEnded)
    assert (ended.worked_us, ended.aside_us) == (60 * S, 90 * S)
    segment = floor.the(a.SegmentClosed)
    assert segment.talk_us + segment.wrap_up_us == 87 * S, "the call's own time only"


def test_who_has_nothing_in_hand_is_rung_before_anybody_is_interrupted(floor: Centre) -> None:
    floor.signs_in("Li")
    takes(floor, "Li", promise(floor))
    floor.after(MINUTE)
    floor.signs_in("Wu")
    assert floor.with_agent("Wu") is None
    call = floor.calls_in("outage")
    assert floor.with_agent("Wu") == call
    other = floor.calls_in("outage")
    assert floor.with_agent("Li") == other


def test_what_is_not_interruptible_is_finished_first(centre: Centre) -> None:
    routed(centre, interruptible=False)
    centre.signs_in("Li")
    promised = promise(centre)
    takes(centre, "Li", promised)
    call = centre.calls_in("outage")
    assert centre.with_agent("Li") is None
    centre.after(20)
    finishes(centre, "Li", promised)
    assert centre.with_agent("Li") == call


def test_its_priority_counts_against_calls_then(centre: Centre) -> None:
    routed(centre, interruptible=False, priority=5)
    centre.signs_in("Li", ready=False)
    call = centre.calls_in("bills")
    promised = promise(centre)
    centre.give(a.GoReady("Li"))
    assert offered_to(centre, promised) == "Li"
    assert centre.with_agent("Li") is None
    assert centre.refusal(t.DeclineTask("Li", promised)) is None
    assert centre.with_agent("Li") == call


def test_a_missed_ring_leaves_the_work_with_its_agent(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor)
    takes(floor, "Li", promised)
    floor.calls_in("outage")
    floor.after(15)
    assert floor.why_away("Li") == "no_answer"
    floor.after(100)
    floor.give(a.GoReady("Li"))
    assert floor.presence("Li") is Presence.OFFERED, "the caller still waits"
    assert task(floor, promised).holder == "Li"


def test_the_promise_is_called_by_who_has_it_in_hand(floor: Centre) -> None:
    floor.give(c.MediaReady("m1"))
    floor.signs_in("Li")
    promised = promise(floor)
    takes(floor, "Li", promised)
    assert floor.refusal(a.CallOut("Li", "grid", task=promised)) is None  # type: ignore[arg-type]
    made = floor.the(c.CallMade).contact
    floor.picks_up(made)
    floor.give(c.LegAnswered(floor.dialled()))
    floor.after(30)
    floor.hangs_up(made)
    floor.give(c.LegClosed(floor.agents_leg(made), "agent", "hung_up"))  # type: ignore[arg-type]
    floor.after(31)
    assert floor.presence("Li") is Presence.WORKING
    finishes(floor, "Li", promised)


# --- nothing sticks ---


@pytest.mark.parametrize("how", ["signs out", "phone lapses", "goes home", "removed"])
@pytest.mark.parametrize("when", ["offered", "taken"])
def test_whoever_leaves_gives_back_what_they_have(floor: Centre, how: str, when: str) -> None:
    floor.signs_in("Li")
    floor.after(1)
    promised = promise(floor)
    if when == "taken":
        takes(floor, "Li", promised)
    floor.signs_in("Wu")
    floor.after(5)
    match how:
        case "signs out":
            floor.give(a.SignOut("Li"))
        case "phone lapses":
            floor.give(a.PhoneLapsed("Li"))
        case "goes home":
            floor.give(a.SendHome("Li"))
        case _:
            del floor.people["Li"]
            floor.apply()
    assert offered_to(floor, promised) == "Wu"
    takes(floor, "Wu", promised)
    assert floor.events(t.TaskTaken)[-1].waited_us >= 5 * S, "with its time"
    seat = floor.state.routing.seats.get("Li")
    assert seat is None or not seat.works


def test_a_break_takes_back_what_is_offered_and_keeps_what_is_in_hand(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor)
    floor.give(a.GoAway("Li", "break"))
    assert offered_to(floor, promised) is None
    floor.give(a.GoReady("Li"))
    takes(floor, "Li", promised)
    floor.give(a.GoAway("Li", "break"))
    floor.after(10 * MINUTE)
    floor.give(a.GoReady("Li"))
    assert floor.presence("Li") is Presence.WORKING
    finishes(floor, "Li", promised)
    assert floor.the(a.WorkEnded).aside_us == 10 * MINUTE * S


def test_who_gives_it_back_is_not_asked_again_at_once(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor)
    takes(floor, "Li", promised)
    floor.give(t.GiveTaskBack(promised, "Li"))  # type: ignore[arg-type]
    assert offered_to(floor, promised) is None
    assert floor.presence("Li") is Presence.READY
    floor.signs_in("Wu")
    assert offered_to(floor, promised) == "Wu"
    assert floor.refusal(t.CloseTask(promised)) is None
    assert task(floor, promised) is None
    assert not floor.state.routing.seats["Wu"].works
    assert offered_to(floor, promise(floor)) == "Wu"


def test_ones_own_promise_is_offered_to_others_only_when_one_is_gone(floor: Centre) -> None:
    floor.signs_in("Li")
    floor.signs_in("Wu")
    mine = promise(floor, mine=True)
    assert offered_to(floor, mine) is None, "it's Li's to do"
    floor.give(a.SignOut("Li"))
    assert offered_to(floor, mine) == "Wu"
    floor.give(t.DeclineTask("Wu", mine))  # type: ignore[arg-type]
    floor.signs_in("Li")
    assert not task(floor, mine).queued
    takes(floor, "Li", mine)


def test_tried_it_waits_for_its_time_and_stands_in_line_anew(floor: Centre) -> None:
    floor.signs_in("Li")
    promised = promise(floor)
    takes(floor, "Li", promised)
    again: Any = floor.now + 900 * S
    floor.give(t.FinishTask("Li", promised, TaskOutcome.NO_ANSWER, again))  # type: ignore[arg-type]
    assert floor.presence("Li") is Presence.READY
    floor.after(900)
    assert offered_to(floor, promised) == "Li"
    takes(floor, "Li", promised)
    assert floor.events(t.TaskTaken)[-1].waited_us == 0


def test_new_definitions_offer_them_or_leave_them_in_the_list(floor: Centre) -> None:
    floor.signs_in("Li", ready=False)
    promised = promise(floor)
    floor.queues[0] = queue("outage", "outage")
    floor.apply()
    assert not task(floor, promised).queued
    floor.give(a.GoReady("Li"))
    assert offered_to(floor, promised) is None
    routed(floor)
    assert offered_to(floor, promised) == "Li"
    floor.queues[0] = queue("outage", "outage")
    floor.apply()
    floor.give(t.DeclineTask("Li", promised))  # type: ignore[arg-type]
    assert not task(floor, promised).queued


def test_a_team_that_rests_after_a_call_rests_after_a_task(floor: Centre) -> None:
    floor.signs_in("Li")
    floor.state.routing.seats["Li"].load.rest_us = 10 * S  # type: ignore[assignment]
    first, second = promise(floor), promise(floor)
    takes(floor, "Li", first)
    floor.after(20)
    finishes(floor, "Li", first)
    assert offered_to(floor, second) is None
    floor.after(10)
    assert offered_to(floor, second) == "Li"
