"""From one queue into another, with the wait that's behind one."""

from typing import Any

import pytest

from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.calls import messages as c
from roost.floor.queues import messages as q
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from scenario.centre import FLOWS, MUSIC, Centre, S, queue


@pytest.fixture
def flows(centre: Centre, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets the overflow of the number `bills`; most_us is five minutes."""

    def overflows(*ways: tuple[str, int, str]) -> None:
        rules = tuple(d.Overflow(f"grid/{to}", after * S, when) for to, after, when in ways)  # type: ignore[arg-type]
        wait = d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, "bye", overflow=rules)  # type: ignore[arg-type]
        monkeypatch.setitem(FLOWS, "bills", {"wait": wait, "bye": d.HangUp()})
        centre.queues = [queue("outage", "outage"), queue("bills", "bills"), queue("help", "help")]
        centre.apply()

    return overflows


def where(centre: Centre, contact: str) -> str:
    return centre.events(q.ContactQueued, contact)[-1].queue.removeprefix("grid/")


def test_after_its_time_a_contact_waits_elsewhere_and_keeps_its_time(
    centre: Centre, flows: Any
) -> None:
    flows(("outage", 60, ""))
    contact = centre.calls_in("bills")
    centre.after(30)
    later = centre.calls_in("outage", lists=())
    centre.after(30)
    left, came = centre.the(q.ContactDequeued, contact), centre.events(q.ContactQueued, contact)[-1]
    assert (left.outcome, left.waited_us, left.to) == (Outcome.OVERFLOWED, 60 * S, "grid/outage")
    assert (came.queue, came.before, centre.now - came.since) == ("grid/outage", "grid/bills", 60 * S)  # fmt: skip  # noqa: E501
    assert centre.hears(contact) == MUSIC
    bill = centre.calls_in("95598")
    centre.presses(bill, "1")
    centre.after(5)
    centre.signs_in("Li", "outage")
    assert centre.with_agent("Li") == later, "its own flow's priority is higher"
    centre.signs_in("Mo", "outage")
    assert centre.with_agent("Mo") == bill
    centre.signs_in("An", "outage")
    assert centre.with_agent("An") == contact
    centre.answers("An")
    answered = centre.events(q.ContactDequeued, contact)[-1]
    assert (answered.outcome, answered.waited_us) == (Outcome.ANSWERED, 5 * S)
    assert not answered.in_target, "the whole wait counts: 65 seconds"


def test_the_limit_is_of_the_whole_wait(centre: Centre, flows: Any) -> None:
    flows(("outage", 60, ""))
    contact = centre.calls_in("bills")
    centre.after(299)
    assert where(centre, contact) == "outage"
    centre.after(1)
    assert [one.outcome for one in centre.events(q.ContactDequeued, contact)] == ["overflowed"] * 2


def test_ways_are_gone_in_their_order_and_never_back(centre: Centre, flows: Any) -> None:
    flows(("outage", 60, ""), ("help", 120, ""))
    contact = centre.calls_in("bills")
    centre.after(60)
    assert where(centre, contact) == "outage"
    centre.after(60)
    assert where(centre, contact) == "help"
    centre.after(100)
    assert where(centre, contact) == "help"
    assert len(centre.events(q.ContactQueued, contact)) == 3


def test_at_once_where_nobody_is_signed_in_who_could_serve_it(centre: Centre, flows: Any) -> None:
    flows(("outage", 0, "signed_out"))
    centre.signs_in("Li", "bills", ready=False)
    waits = centre.calls_in("bills")
    centre.after(1)
    assert where(centre, waits) == "bills", "Li is only away"
    centre.give(a.SignOut("Li"))
    assert where(centre, waits) == "outage"
    contact = centre.calls_in("bills")
    centre.after(0)
    assert where(centre, contact) == "outage"
    assert centre.events(q.ContactDequeued, contact)[0].waited_us == 0


def test_as_soon_as_the_last_one_goes_away(centre: Centre, flows: Any) -> None:
    flows(("outage", 20, "away"))
    centre.signs_in("Li", "bills")
    centre.signs_in("Mo", "bills")
    talks = centre.calls_in("bills"), centre.calls_in("bills")
    for one in ("Li", "Mo"):
        centre.answers(one)
    contact = centre.calls_in("bills")
    centre.after(60)
    assert where(centre, contact) == "bills", "both are at work"
    for one in talks:
        centre.hangs_up(one)
    assert centre.with_agent("Li") is not None or centre.with_agent("Mo") is not None


def test_a_site_that_is_gone_gives_its_callers_to_the_other_one(centre: Centre, flows: Any) -> None:
    flows(("outage", 0, "away"))
    centre.signs_in("Li", "bills")
    centre.calls_in("bills")
    contact = centre.calls_in("bills")
    centre.after(1)
    assert where(centre, contact) == "bills"
    centre.give(a.DeclineOffer("Li"))
    centre.after(0)
    assert where(centre, contact) == "outage"


def test_a_full_queue_overflows_at_once_whatever_the_rule(centre: Centre, flows: Any) -> None:
    flows(("outage", 60, ""))
    centre.queues[1] = queue("bills", "bills", most_waiting=1)
    centre.apply()
    centre.calls_in("bills")
    contact = centre.calls_in("bills")
    assert where(centre, contact) == "outage"


def test_a_full_queue_takes_nobody_over(centre: Centre, flows: Any) -> None:
    flows(("outage", 60, ""), ("help", 90, ""))
    centre.queues[0] = queue("outage", "outage", most_waiting=1)
    centre.apply()
    centre.calls_in("outage")
    contact = centre.calls_in("bills")
    centre.after(60)
    assert where(centre, contact) == "bills"
    centre.after(30)
    assert where(centre, contact) == "help"


def test_a_phone_that_rings_may_still_be_answered(centre: Centre, flows: Any) -> None:
    flows(("outage", 10, ""))
    contact = centre.calls_in("bills")
    centre.after(8)
    centre.signs_in("Li", "bills")
    centre.after(6)
    assert centre.with_agent("Li") == contact
    centre.answers("Li")
    assert [one.outcome for one in centre.events(q.ContactDequeued, contact)] == ["answered"]


def test_a_restart_forgets_no_way(centre: Centre, flows: Any) -> None:
    flows(("outage", 60, ""))
    contact = centre.calls_in("bills")
    centre.after(30)
    centre.restarts()
    centre.after(30)
    assert where(centre, contact) == "outage"


def test_who_comes_back_comes_back_to_the_queue_that_they_waited_in(
    centre: Centre, flows: Any
) -> None:
    flows(("outage", 10, ""))
    contact = centre.calls_in("bills")
    centre.after(12)
    centre.signs_in("Li", "outage")
    leg = centre.rung("Li")
    centre.give(c.LegAnswered(leg))
    centre.give(c.LegClosed(leg, Blame.AGENT, Reason.HUNG_UP))
    assert where(centre, contact) == "outage"
