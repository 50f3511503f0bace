"""Work that isn't a call now: promises, voicemails, callers who gave up."""

from typing import Any

import pytest

from roost.floor.agents import messages as a
from roost.floor.calls import messages as c
from roost.floor.tasks import messages as t
from roost.floor.tasks.messages import TaskKind, TaskOutcome
from roost.floor.tasks.model import KEPT_US, MOST_TAKEN, MOST_TRIES, TaskState
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre, S, queue

HOUR = 3_600
NUMBER: Any = "number-1"


@pytest.fixture
def li(centre: Centre) -> Centre:
    """Li serves everything, Wu outages alone; who gives up on bills is called back."""
    centre.queues[1] = queue("bills", "bills", call_back_abandoned=True)
    centre.signs_in("Li", ready=False)
    centre.signs_in("Wu", "outage", ready=False)
    return centre


def promise(centre: Centre, seconds: int = HOUR, *, mine: bool = False, of: str = "bills") -> Any:
    at: Any = centre.now + seconds * S
    step = centre.give(t.PromiseCallback("Li", f"grid/{of}", None, NUMBER, at, mine))
    assert step.refusal is None, step.refusal
    return step.envelopes[0].body.task


def state(centre: Centre, task: Any) -> TaskState | None:
    found = centre.state.tasks.tasks.get(task)
    return found.state if found else None


def test_a_promise_falls_due_and_is_kept(li: Centre) -> None:
    task = promise(li)
    assert state(li, task) is TaskState.OPEN
    li.after(HOUR - 1)
    assert state(li, task) is TaskState.OPEN
    li.after(1)
    assert state(li, task) is TaskState.DUE
    assert li.the(t.TaskDue).owner == "grid"
    assert li.refusal(t.TakeTask("Li", task)) is None
    assert li.refusal(t.TakeTask("Li", task)) == "task_taken"
    assert li.refusal(t.FinishTask("Wu", task, TaskOutcome.REACHED)) == "not_taken"
    assert li.refusal(t.FinishTask("Li", task, TaskOutcome.EXPIRED)) == "unknown_outcome"
    assert li.refusal(t.FinishTask("Li", task, TaskOutcome.REACHED)) is None
    assert li.the(t.TaskDone).outcome is TaskOutcome.REACHED
    assert li.refusal(t.TakeTask("Li", task)) == "unknown_task"


def test_a_promise_may_be_kept_early(li: Centre) -> None:
    task = promise(li)
    li.give(t.TakeTask("Li", task))
    li.after(HOUR + 60)
    assert state(li, task) is TaskState.TAKEN
    li.give(t.GiveTaskBack(task, "Li"))
    assert state(li, task) is TaskState.DUE, "its time has come meanwhile"


def test_what_cannot_be_promised_is_refused(li: Centre) -> None:
    now = li.now
    late: Any = now + 100 * 24 * HOUR * S
    assert li.refusal(t.PromiseCallback("Li", "grid/bills", None, NUMBER, late)) == "time_wrong"
    past: Any = now - HOUR * S
    assert li.refusal(t.PromiseCallback("Li", "grid/bills", None, NUMBER, past)) == "time_wrong"
    assert li.refusal(t.PromiseCallback("Li", "grid/x", None, NUMBER, now)) == "unknown_queue"
    assert li.refusal(t.PromiseCallback("Bo", "grid/bills", None, NUMBER, now)) == "unknown_agent"
    li.give(a.SignOut("Li"))
    assert li.refusal(t.PromiseCallback("Li", "grid/bills", None, NUMBER, now)) == "not_signed_in"


def test_only_who_serves_the_queue_takes_its_tasks(li: Centre) -> None:
    task = promise(li)
    assert li.refusal(t.TakeTask("Wu", task)) == "not_served"
    assert li.refusal(t.TakeTask("Wu", promise(li, of="outage"))) is None
    assert li.refusal(t.AssignTask(task, "Wu")) == "not_served"


def test_ones_own_promise_is_anybodys_when_one_is_not_there(li: Centre) -> None:
    task = promise(li, mine=True, of="outage")
    assert li.refusal(t.TakeTask("Wu", task)) == "task_of_another"
    li.give(a.SignOut("Li"))
    assert li.refusal(t.TakeTask("Wu", task)) == "task_of_another", "it isn't due yet"
    li.after(HOUR)
    assert li.refusal(t.TakeTask("Wu", task)) is None


@pytest.mark.parametrize("how", ["signs out", "phone lapses", "sent home"])
def test_who_is_gone_holds_nothing(li: Centre, how: str) -> None:
    tasks = [promise(li, 0), promise(li)]
    for task in tasks:
        li.give(t.TakeTask("Li", task))
    match how:
        case "signs out":
            li.give(a.SignOut("Li"))
        case "phone lapses":
            li.give(a.PhoneLapsed("Li"))
        case _:
            li.give(a.SendHome("Li"))
    assert [state(li, task) for task in tasks] == [TaskState.DUE, TaskState.OPEN]
    why = "unreachable" if how == "phone lapses" else "signed_out"
    assert {event.why for event in li.events(t.TaskGivenBack)} == {why}
    again = "no_phone" if how == "phone lapses" else "not_signed_in"
    assert li.refusal(t.TakeTask("Li", tasks[0])) == again


def test_a_phone_that_lapses_in_a_call_gives_back_what_was_held_after_it(li: Centre) -> None:
    task = promise(li, 0)
    li.give(a.GoReady("Li"))
    li.give(t.TakeTask("Li", task))
    call = li.calls_in("bills")
    li.picks_up(call)
    li.give(a.PhoneLapsed("Li"))
    assert state(li, task) is TaskState.TAKEN
    li.hangs_up(call).after(31)
    assert li.why_away("Li") == "unreachable"
    assert state(li, task) is TaskState.DUE


def test_nobody_was_there_so_it_is_tried_again(li: Centre) -> None:
    task = promise(li, 0)
    for tries in range(1, MOST_TRIES):
        li.give(t.TakeTask("Li", task))
        again: Any = li.now + 900 * S
        assert li.refusal(t.FinishTask("Li", task, TaskOutcome.NO_ANSWER, again)) is None
        assert state(li, task) is TaskState.OPEN
        assert li.events(t.TaskTried)[-1].tries == tries
        li.after(900)
        assert state(li, task) is TaskState.DUE
    li.give(t.TakeTask("Li", task))
    more = t.FinishTask("Li", task, TaskOutcome.BUSY, li.now + S)
    assert li.refusal(more) == "tries_used"
    assert li.refusal(t.FinishTask("Li", task, TaskOutcome.BUSY)) is None
    assert li.the(t.TaskDone).tries == MOST_TRIES


def test_a_new_time_makes_the_old_ones_timers_stale(li: Centre) -> None:
    task = promise(li)
    li.give(t.TakeTask("Li", task))
    again: Any = li.now + 2 * HOUR * S
    li.give(t.FinishTask("Li", task, TaskOutcome.BUSY, again))
    li.after(HOUR)
    assert state(li, task) is TaskState.OPEN
    li.after(HOUR)
    assert state(li, task) is TaskState.DUE


def test_one_agent_holds_only_so_many(li: Centre) -> None:
    for _ in range(MOST_TAKEN):
        assert li.refusal(t.TakeTask("Li", promise(li, 0))) is None
    last = promise(li, 0)
    assert li.refusal(t.TakeTask("Li", last)) == "too_many_taken"


def test_what_nobody_gets_to_is_given_up(li: Centre) -> None:
    task = promise(li)
    li.restarts()
    li.after(HOUR)
    li.restarts()
    li.after(KEPT_US / S - 1)
    assert state(li, task) is TaskState.DUE
    li.after(1)
    assert li.the(t.TaskDone).outcome is TaskOutcome.EXPIRED


def test_a_supervisor_gives_it_to_somebody_takes_it_back_and_closes_it(li: Centre) -> None:
    task = promise(li, 0, of="outage")
    li.give(t.AssignTask(task, "Wu"))
    assert li.refusal(t.TakeTask("Li", task)) == "task_of_another"
    li.give(t.TakeTask("Wu", task))
    assert li.refusal(t.AssignTask(task, None)) == "task_taken"
    assert li.refusal(t.GiveTaskBack(task, "Li")) == "not_taken"
    assert li.refusal(t.GiveTaskBack(task)) is None
    assert li.the(t.TaskGivenBack).why == "taken_back"
    li.give(t.AssignTask(task, None))
    assert li.refusal(t.TakeTask("Li", task)) is None
    assert li.refusal(t.CloseTask(task)) is None
    assert li.the(t.TaskDone).outcome is TaskOutcome.NOT_NEEDED
    assert li.refusal(t.CloseTask(task)) == "unknown_task"


# --- made by the floor itself ---


def gives_up(centre: Centre, seconds: float, number: str = "bills") -> str:
    call = centre.calls_in(number, caller="caller-1")
    centre.after(seconds)
    centre.hangs_up(call)
    return call


def test_who_gives_up_is_called_back_where_the_client_wants_it(li: Centre) -> None:
    call = gives_up(li, 30)
    task = li.the(t.TaskAdded, call)
    assert (task.kind, task.queue, task.number) == (TaskKind.ABANDONED, "grid/bills", "caller-1")
    assert state(li, task.task) is TaskState.DUE
    gives_up(li, 30, "outage")
    assert len(li.events(t.TaskAdded)) == 1, "outages aren't called back"


def test_a_short_abandon_or_a_hidden_number_is_nobodys_work(li: Centre) -> None:
    gives_up(li, 3)
    hidden = li.calls_in("bills")
    li.after(30)
    li.hangs_up(hidden)
    assert not li.events(t.TaskAdded)


def leaves_a_message(centre: Centre) -> str:
    call = centre.calls_in("outage", caller="caller-1")
    centre.after(121)
    centre.heard_out(call)
    return call


def test_a_voicemail_is_work_when_it_is_left(li: Centre) -> None:
    call = leaves_a_message(li)
    task = li.the(t.TaskAdded, call)
    assert (task.kind, task.queue, task.number) == (TaskKind.VOICEMAIL, "grid/outage", "caller-1")
    assert li.refusal(t.TakeTask("Wu", task.task)) == "unknown_task", "it's still being spoken"
    li.restarts()
    li.hangs_up(call)
    li.give(c.TrackClosed(call, li.leg_of(call), f"{li.leg_of(call)}/t1", "f", 9 * S, 72_000, 0))
    assert state(li, task.task) is TaskState.DUE
    assert li.refusal(t.TakeTask("Wu", task.task)) is None


@pytest.mark.parametrize("how", ["nothing said", "media lost"])
def test_a_message_that_came_to_nothing_is_no_work(li: Centre, how: str) -> None:
    call = leaves_a_message(li)
    if how == "media lost":
        li.give(c.MediaLost("m1"))
    else:
        leg = li.leg_of(call)
        li.give(c.TrackClosed(call, leg, f"{leg}/t1", "f", S // 2, 4_000, 0))
    assert li.the(t.TaskDone).outcome is TaskOutcome.NOTHING_LEFT
    assert not li.state.tasks.begun


# --- called ---


def test_a_task_is_called_by_who_holds_it(li: Centre) -> None:
    li.give(c.MediaReady("m1"))
    task = promise(li, 0)
    assert li.refusal(a.CallOut("Li", "grid", task=task)) == "not_taken"
    li.give(t.TakeTask("Li", task))
    assert li.refusal(a.CallOut("Wu", "grid", task=task)) == "not_taken"
    assert li.refusal(a.CallOut("Li", "grid", task=task)) is None
    made = li.the(c.CallMade)
    assert (made.task, made.number, made.owner) == (task, NUMBER, "grid")
    li.give(c.LegFailed(li.agents_leg(made.contact), Blame.AGENT, Reason.DECLINED, 603))
    assert li.with_agent("Li") is None
    assert state(li, task) is TaskState.TAKEN, "the agent says what came of it"


def test_a_message_of_a_hidden_number_can_be_heard_and_not_called(li: Centre) -> None:
    li.give(c.MediaReady("m1"))
    call = li.calls_in("outage")
    li.after(121)
    li.heard_out(call)
    li.hangs_up(call)
    li.give(c.TrackClosed(call, li.leg_of(call), f"{li.leg_of(call)}/t1", "f", 9 * S, 72_000, 0))
    task = li.the(t.TaskAdded, call).task
    assert li.refusal(t.TakeTask("Li", task)) is None
    assert li.refusal(a.CallOut("Li", "grid", task=task)) == "unknown_target"
