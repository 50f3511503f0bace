"""A caller keeps the place without the line: offered, taken, made, tried again, given up."""

from dataclasses import replace
from typing import Any

import pytest

from roost.engine.step import Engine
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.callbacks.messages import CloseCallback
from roost.floor.calls import messages as c
from roost.floor.cell import ROOM
from roost.floor.effects import DialAgent, DialNumber, StopCollecting
from roost.floor.flows import messages as f
from roost.floor.parties import SegmentKind
from roost.floor.queues import messages as q
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as r
from roost.kernel.ends import Blame, Reason
from scenario.centre import MUSIC, Centre, S, queue
from scenario.test_transfers import everybody


@pytest.fixture
def busy(centre: Centre) -> Centre:
    """Li talks, and C2 waits for a minute until it's offered a callback."""
    centre.give(c.MediaReady("m1"))  # type: ignore[arg-type]
    centre.signs_in("Li")
    centre.calls_in("bills")
    centre.answers("Li")
    return centre


def waits(centre: Centre, number: str = "turn") -> str:
    contact = centre.calls_in(number, caller="v7")
    centre.after(60)
    assert centre.hears(contact) == ("shall-we-call",)
    return contact


def takes(centre: Centre, number: str = "turn") -> str:
    """Takes the offer, hears so, and is gone. The promise is the next contact."""
    contact = waits(centre, number)
    centre.presses(contact, "1")
    assert centre.hears(contact) == ("we-shall",)
    centre.heard_out(contact)
    assert centre.ended(contact) == (Blame.CLIENT, Reason.CALLBACK_PROMISED)
    return centre.events(c.CallbackPromised)[-1].contact


def finishes(centre: Centre, contact: str = "C1", name: str = "Li") -> None:
    centre.hangs_up(contact)
    centre.give(a.WrapUp(name, "done"))  # type: ignore[arg-type]


def test_the_place_is_kept_without_the_line(busy: Centre) -> None:
    first = busy.after(5).calls_in("bills")
    promise = takes(busy)
    later = busy.after(30).calls_in("bills")
    left = busy.the(q.ContactDequeued, busy.the(c.CallbackPromised).first)
    assert (left.outcome, left.waited_us) == (Outcome.CALLED_BACK, 60 * S)
    finishes(busy)
    assert busy.with_agent("Li") == first
    busy.answers("Li")
    finishes(busy, first)
    assert busy.with_agent("Li") == promise, "before who came later"
    assert busy.the(r.Assigned, promise).waited_us > 60 * S, "with all the time since it called"
    dialled = busy.asked(DialAgent)[-1]
    assert not dialled.asked, "the agent takes it, or declines, as any other"
    assert not busy.asked(DialNumber), "the customer is called when the agent is there"
    made = busy.the(c.CallbackPromised, promise).count
    assert busy.state.calls.calls[promise].count == made, "by which its client knows it"
    li = busy.answers("Li")
    number = busy.asked(DialNumber)[-1]
    assert (number.number, number.shown) == ("v7", "95598")
    assert busy.talk(promise) == {(number.leg, li)}
    assert not busy.events(q.ContactDequeued, promise), "nobody is reached yet"
    busy.give(c.LegAnswered(number.leg))
    assert busy.talk(promise) == everybody(number.leg, li)
    answered = busy.the(q.ContactDequeued, promise)
    assert (answered.outcome, answered.callback) == (Outcome.ANSWERED, True)
    busy.after(30).give(c.LegClosed(number.leg, Blame.CALLER, Reason.HUNG_UP))
    busy.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    assert busy.events(a.SegmentClosed)[-1].kind is SegmentKind.CALLBACK
    assert busy.the(c.CallbackClosed, promise).outcome == "reached"
    assert busy.with_agent("Li") == later
    assert not busy.state.callbacks.promises


@pytest.mark.parametrize("key", ["", "2"])
def test_who_says_nothing_waits_on_and_is_asked_again(busy: Centre, key: str) -> None:
    contact = waits(busy)
    busy.presses(contact, key)
    assert busy.hears(contact) == MUSIC
    assert busy.after(119).hears(contact) == MUSIC
    assert busy.after(1).hears(contact) == ("shall-we-call",)
    busy.presses(contact, "1")
    assert busy.the(c.CallbackPromised).since == busy.now - 180 * S


def test_an_offer_whose_outcome_is_lost_gives_the_music_back(busy: Centre) -> None:
    contact = waits(busy)
    busy.restarts()
    assert busy.after(11 * 60).hears(contact) in (MUSIC, ("shall-we-call",))
    assert busy.events(f.MusicResumed, contact)


def test_no_number_no_offer(busy: Centre) -> None:
    contact = busy.calls_in("turn")
    assert busy.after(300).hears(contact) == MUSIC


def test_a_number_that_may_not_be_dialled_is_offered_nothing(busy: Centre) -> None:
    """A caller writes any number into a call: nobody has us dial one that costs by the minute."""
    contact = busy.calls_in("turn", caller="v7", may_call=False)
    assert busy.after(300).hears(contact) == MUSIC


def test_a_phone_that_rings_is_quicker(busy: Centre) -> None:
    contact = waits(busy)
    finishes(busy)
    assert busy.with_agent("Li") == contact
    busy.presses(contact, "1")
    assert not busy.events(c.CallbackPromised)
    li = busy.answers("Li")
    assert busy.talk(contact) == everybody(busy.leg_of(contact), li)


def test_a_key_in_the_talk_is_no_answer_to_an_offer(busy: Centre) -> None:
    contact = waits(busy)
    finishes(busy)
    li = busy.answers("Li")
    assert busy.asked(StopCollecting)
    busy.presses(contact, "1")
    assert not busy.events(c.CallbackPromised)
    assert busy.talk(contact) == everybody(busy.leg_of(contact), li)


def test_in_vain_it_is_tried_again_in_the_old_place_and_then_given_up(busy: Centre) -> None:
    busy.queues[1] = queue("bills", "bills", call_back_abandoned=True)
    busy.apply()
    promise = takes(busy)
    finishes(busy)
    busy.answers("Li")
    busy.give(c.LegFailed(busy.dialled(), Blame.CALLER, Reason.BUSY, 486))
    assert busy.presence("Li") is Presence.READY, "nothing to write up"
    closed = busy.the(c.CallbackClosed, promise)
    assert closed.outcome == "busy"
    again = closed.next
    assert again
    assert busy.with_agent("Li") is None
    busy.restarts()
    assert busy.after(599).with_agent("Li") is None
    assert busy.after(1).with_agent("Li") == again
    promised = busy.the(c.CallbackPromised, again)
    assert (promised.first, promised.since) == (closed.first, closed.since)
    busy.answers("Li")
    busy.after(70)
    last = busy.the(c.CallbackClosed, again)
    assert (last.outcome, last.next) == ("no_answer", None)
    assert busy.presence("Li") is Presence.READY
    (task,) = busy.state.tasks.tasks.values()
    assert (task.number, task.contact) == ("v7", again), "somebody's work from now on"
    assert not busy.state.queues.entries
    assert not busy.state.routing.waiters


def test_who_declines_is_away_and_the_promise_waits(busy: Centre) -> None:
    promise = takes(busy)
    busy.signs_in("Mo", ready=False)
    finishes(busy)
    busy.give(a.DeclineOffer("Li"))  # type: ignore[arg-type]
    assert busy.why_away("Li") == "declined"
    busy.give(a.GoReady("Mo"))  # type: ignore[arg-type]
    assert busy.with_agent("Mo") == promise


def test_an_agent_who_hangs_up_before_the_customer_is_there_has_tried(busy: Centre) -> None:
    promise = takes(busy)
    finishes(busy)
    busy.answers("Li")
    busy.give(a.HangUp("Li"))  # type: ignore[arg-type]
    assert busy.ended(promise) == (Blame.AGENT, Reason.HUNG_UP)
    assert busy.presence("Li") is Presence.READY
    assert busy.the(c.CallbackClosed, promise).next


def test_the_time_is_over(busy: Centre) -> None:
    promise = takes(busy)
    busy.after(4 * 3600 + 1)
    assert busy.ended(promise) == (Blame.US, Reason.CALLBACK_LAPSED)
    assert busy.the(c.CallbackClosed, promise).outcome == "lapsed"
    assert not busy.state.queues.entries


def test_lost_media_loses_no_promise(busy: Centre) -> None:
    promise = takes(busy)
    busy.give(c.MediaLost("m1"))  # type: ignore[arg-type]
    busy.give(c.MediaReady("m2"))  # type: ignore[arg-type]
    busy.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    assert busy.with_agent("Li") == promise
    assert busy.asked(DialAgent)[-1].media == "m2"


def test_a_promise_waits_for_a_centre_that_has_stopped(busy: Centre) -> None:
    """What somebody is on is ended by the stop; the try that it cut short is free."""
    promise = takes(busy)
    talk, call = "C1", busy.state.calls
    assert call.standing() == [talk]
    finishes(busy)
    assert call.standing() == [promise], "a phone rings for it"
    busy.give(c.EndContact(promise, Blame.US, Reason.DRAINED))  # type: ignore[arg-type]
    again = busy.the(c.CallbackClosed, promise).next
    assert busy.state.callbacks.promises[again].tries == 1
    busy.give(a.DeclineOffer("Li"))  # type: ignore[arg-type]
    assert busy.state.calls.standing() == []
    busy.restarts()
    busy.after(60).give(a.GoReady("Li"))  # type: ignore[arg-type]
    assert busy.with_agent("Li") == again


def test_the_customer_first_then_whoever_is_free_next(busy: Centre) -> None:
    busy.signs_in("Mo", ready=False)
    promise = takes(busy, "turn-2")
    later = busy.calls_in("bills")
    finishes(busy)
    assert busy.with_agent("Li") == later, "an agent doesn't wait for a phone to be picked up"
    customer = busy.dialled()
    busy.after(5).give(c.LegAnswered(customer))
    assert busy.hears(promise) == ("hello", "music")
    busy.give(a.GoReady("Mo"))  # type: ignore[arg-type]
    assert busy.with_agent("Mo") == promise
    mo = busy.answers("Mo")
    assert busy.talk(promise) == everybody(customer, mo)
    assert busy.the(q.ContactDequeued, promise).outcome is Outcome.ANSWERED
    busy.after(9).give(c.LegClosed(customer, Blame.CALLER, Reason.HUNG_UP))
    assert busy.the(c.CallbackClosed, promise).outcome == "reached"


def test_a_customer_called_first_may_give_up(busy: Centre) -> None:
    promise = takes(busy, "turn-2")
    finishes(busy)
    customer = busy.dialled()
    busy.restarts()
    busy.give(a.GoAway("Li", "break"))  # type: ignore[arg-type]
    busy.after(5).give(c.LegAnswered(customer))
    busy.after(5).give(c.LegClosed(customer, Blame.CALLER, Reason.HUNG_UP))
    assert busy.the(q.ContactDequeued, promise).outcome is Outcome.ABANDONED
    assert busy.the(c.CallbackClosed, promise).next is None


def test_a_customer_called_first_in_vain_is_called_again(busy: Centre) -> None:
    promise = takes(busy, "turn-2")
    finishes(busy)
    busy.give(c.LegFailed(busy.dialled(), Blame.CALLER, Reason.NO_ANSWER, 480))
    again = busy.the(c.CallbackClosed, promise).next
    before = len(busy.asked(DialNumber))
    busy.after(600)
    assert len(busy.asked(DialNumber)) == before + 1
    busy.give(c.LegAnswered(busy.dialled()))
    assert busy.with_agent("Li") == again


def test_a_fault_of_ours_as_a_try_is_closed_loses_no_promise(busy: Centre) -> None:
    promise = takes(busy)
    faults = [AssertionError("a fault of ours")]

    def decide(state: Any, now: Any, command: Any) -> Any:
        if isinstance(command, CloseCallback) and faults:
            raise faults.pop()
        return ROOM.decide(state, now, command)

    engine = busy.engine
    busy.engine = Engine(
        replace(ROOM, decide=decide), engine.stream, state=engine.state, number=engine.number,
        at=engine.at,
    )  # fmt: skip
    finishes(busy)
    busy.answers("Li")
    busy.give(c.LegFailed(busy.dialled(), Blame.CALLER, Reason.BUSY, 486))
    assert not faults
    assert busy.the(c.CallbackClosed, promise).next in busy.state.callbacks.promises
    assert promise not in busy.state.callbacks.promises
