"""What becomes of promised calls whose queue is evacuated, closed or gone: nothing is lost."""

from typing import Any

import pytest

from roost.floor.affected import ModeKind, Scope
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.modes import messages as m
from roost.floor.queues import messages as q
from roost.floor.queues.messages import Outcome
from roost.floor.tasks.messages import TaskKind
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre, S, queue
from scenario.test_callbacks_in_turn import busy, finishes, takes
from scenario.test_transfers import everybody

__all__ = ["busy"]  # the fixture

BILLS = ("grid/bills",)


def declare(centre: Centre, kind: ModeKind = ModeKind.EMERGENCY, **changes: Any) -> None:
    scope = Scope("grid", BILLS, changes.pop("lists", ()))  # type: ignore[arg-type]
    values: dict[str, Any] = {"ends": centre.now + 3600 * S, "announcement": "away"} | changes
    step = centre.give(m.DeclareMode(kind, scope, **values))
    assert step.refusal is None, step.refusal


def drop(centre: Centre, queue: str) -> None:
    centre.queues = [one for one in centre.queues if one.id != queue]
    centre.apply()


def owed(centre: Centre) -> list[tuple[str, str, str | None]]:
    """What is somebody's work: of which queue, for which number, since which contact."""
    assert all(task.kind is TaskKind.CALLBACK for task in centre.state.tasks.tasks.values())
    return [
        (task.queue, task.number or "", task.contact) for task in centre.state.tasks.tasks.values()
    ]


@pytest.mark.parametrize("kind", [ModeKind.EMERGENCY, ModeKind.CLOSED])
def test_a_promise_in_a_queue_that_nobody_answers_becomes_a_task(
    busy: Centre, kind: ModeKind
) -> None:
    promise = takes(busy)
    declare(busy, kind)
    assert busy.ended(promise) == (Blame.CLIENT, Reason.CLOSED)
    assert busy.the(c.CallbackClosed, promise).outcome == "closed"
    assert busy.the(q.ContactDequeued, promise).outcome is Outcome.CALLED_BACK
    assert owed(busy) == [("grid/bills", "v7", promise)]
    assert not busy.state.callbacks.promises
    assert promise not in busy.state.queues.entries
    finishes(busy)
    assert busy.with_agent("Li") is None


def test_it_goes_where_those_on_the_line_go_with_its_time(busy: Centre) -> None:
    promise = takes(busy)
    declare(busy, to="grid/outage")
    moved = busy.the(c.CallbackClosed, promise).next
    assert moved
    queued = busy.the(q.ContactQueued, moved)
    assert (queued.queue, queued.since) == ("grid/outage", busy.now - 60 * S)
    before = busy.state.callbacks.promises[moved]
    assert (before.first, before.tries) == (busy.the(c.CallbackPromised, promise).first, 1)
    assert owed(busy) == []
    finishes(busy)
    assert busy.with_agent("Li") == moved


def test_a_phone_that_rings_for_a_promise_stops(busy: Centre) -> None:
    promise = takes(busy)
    finishes(busy)
    assert busy.with_agent("Li") == promise
    declare(busy)
    assert busy.presence("Li") is Presence.READY
    assert owed(busy) == [("grid/bills", "v7", promise)]


def test_a_try_that_has_begun_goes_on_and_isnt_repeated(busy: Centre) -> None:
    promise = takes(busy)
    finishes(busy)
    busy.answers("Li")
    declare(busy)
    customer = busy.dialled()
    assert owed(busy) == []
    busy.give(c.LegFailed(customer, Blame.CALLER, Reason.BUSY, 486))
    closed = busy.the(c.CallbackClosed, promise)
    assert (closed.outcome, closed.next) == ("busy", None)
    assert owed(busy) == [("grid/bills", "v7", promise)]


def test_a_try_that_has_begun_may_reach_its_customer(busy: Centre) -> None:
    promise = takes(busy)
    finishes(busy)
    li = busy.answers("Li")
    declare(busy)
    busy.give(c.LegAnswered(busy.dialled()))
    assert busy.talk(promise) == everybody(busy.dialled(), li)
    assert owed(busy) == []


def test_a_customer_who_was_called_first_is_sent_on_like_who_waits(busy: Centre) -> None:
    promise = takes(busy, "turn-2")
    finishes(busy)
    busy.give(a.GoAway("Li", "break"))  # type: ignore[arg-type]
    busy.after(5).give(c.LegAnswered(busy.dialled()))
    declare(busy, to="grid/outage")
    assert busy.events(q.ContactQueued, promise)[-1].queue == "grid/outage"
    busy.give(a.GoReady("Li"))  # type: ignore[arg-type]
    assert busy.with_agent("Li") == promise
    li = busy.answers("Li")
    assert busy.talk(promise) == everybody(busy.dialled(), li)


def test_a_customer_who_picks_up_after_all_have_left_is_sent_on(busy: Centre) -> None:
    promise = takes(busy, "turn-2")
    finishes(busy)
    busy.give(a.GoAway("Li", "break"))  # type: ignore[arg-type]
    declare(busy, to="grid/outage")
    busy.after(5).give(c.LegAnswered(busy.dialled()))
    assert busy.events(q.ContactQueued, promise)[-1].queue == "grid/outage"


def test_a_surge_and_a_mode_for_some_callers_leave_promises_alone(busy: Centre) -> None:
    promise = takes(busy)
    declare(busy, ModeKind.SURGE)
    declare(busy, ModeKind.CLOSED, lists=("north",))
    finishes(busy)
    assert busy.with_agent("Li") == promise


def test_a_promise_of_a_queue_that_is_gone_goes_on_in_the_default_queue(busy: Centre) -> None:
    promise = takes(busy, "turn-outage")
    drop(busy, "grid/outage")
    again = busy.the(c.CallbackClosed, promise).next
    queued = busy.the(q.ContactQueued, again)
    assert (queued.queue, queued.since) == ("grid/bills", busy.now - 60 * S)
    finishes(busy)
    assert busy.with_agent("Li") == again


def test_a_try_that_has_begun_outlives_its_queue(busy: Centre) -> None:
    promise = takes(busy, "turn-outage")
    finishes(busy)
    busy.answers("Li")
    drop(busy, "grid/outage")
    busy.give(c.LegFailed(busy.dialled(), Blame.CALLER, Reason.BUSY, 486))
    again = busy.the(c.CallbackClosed, promise).next
    assert busy.the(q.ContactQueued, again).queue == "grid/bills"


def test_a_full_queue_turns_no_promise_away(busy: Centre) -> None:
    promise = takes(busy)
    busy.calls_in("bills")
    busy.queues[1] = queue("bills", "bills", most_waiting=1)
    busy.apply()
    finishes(busy)
    busy.give(a.DeclineOffer("Li")) if busy.with_agent("Li") != promise else None  # type: ignore[arg-type]
    busy.answers("Li")
    busy.give(c.LegFailed(busy.dialled(), Blame.CALLER, Reason.BUSY, 486))
    again = busy.the(c.CallbackClosed, promise).next
    assert again in busy.state.queues.entries
