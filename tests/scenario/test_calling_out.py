"""An agent calls somebody; a desk's line is lost and comes back; what an agent hears first."""

import pytest

from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.effects import AnswerLeg, DialNumber, FromPrompts
from roost.floor.parties import SegmentKind, ToQueue
from roost.floor.queues import messages as q
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre, queue
from scenario.test_transfers import Talk, everybody


@pytest.fixture
def calling(centre: Centre) -> Centre:
    centre.signs_in("Li", ready=False)
    centre.give(c.MediaReady("m1"))  # type: ignore[arg-type]
    centre.give(a.GoAway("Li", "training"))  # type: ignore[arg-type]
    step = centre.give(a.CallOut("Li", "grid", "v7"))  # type: ignore[arg-type]
    assert step.refusal is None
    return centre


def test_the_agents_phone_first_then_the_customer(calling: Centre) -> None:
    assert not calling.asked(DialNumber)
    calling.answers("Li")
    number = calling.asked(DialNumber)[-1]
    assert (number.number, number.shown, number.client) == ("v7", "95598", "grid")
    li, customer = calling.rung("Li"), number.leg
    assert calling.talk("C1") == {(customer, li)}, "the agent hears the far end ring"
    calling.give(c.LegAnswered(customer))
    assert calling.talk("C1") == everybody(li, customer)
    assert not calling.asked(AnswerLeg), "nobody called us"
    calling.after(20).give(c.LegClosed(customer, Blame.CALLER, Reason.HUNG_UP))
    assert calling.ended("C1") == (Blame.CALLER, Reason.HUNG_UP)
    assert calling.presence("Li") is Presence.WRAPPING
    calling.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    segment = calling.the(a.SegmentClosed)
    assert (segment.kind, segment.code) == (SegmentKind.OUTBOUND, "done")


def test_where_nothing_is_heard_of_the_far_end_the_agent_hears_it_ring(calling: Centre) -> None:
    calling.answers("Li")
    customer, li = calling.dialled(), calling.rung("Li")

    def tone() -> list[str]:
        routes = calling.matrices["C1"].routes
        return [one.listener for one in routes if isinstance(one.source, FromPrompts)]

    calling.give(c.LegRang(customer, early=True))
    assert (tone(), calling.talk("C1")) == ([], {(customer, li)})
    calling.give(c.LegRang(customer))
    assert (tone(), calling.talk("C1")) == ([li], {("♪", li)})
    calling.restarts()
    calling.give(c.LegRang(customer))
    assert tone() == [li]
    calling.give(c.LegRang(customer, early=True))  # an announcement after all
    assert (tone(), calling.talk("C1")) == ([], {(customer, li)})
    calling.give(c.LegRang(customer))
    calling.give(c.LegAnswered(customer))
    assert (tone(), calling.talk("C1")) == ([], everybody(li, customer))


@pytest.mark.parametrize("why", [Reason.BUSY, Reason.NO_ANSWER, Reason.UNREACHABLE])
def test_in_vain_the_agent_is_what_they_were(calling: Centre, why: Reason) -> None:
    calling.answers("Li")
    calling.give(c.LegFailed(calling.dialled(), Blame.CALLER, why, 486))
    assert calling.ended("C1")[1] is why
    assert calling.why_away("Li") == "training"


def test_gone_before_anybody_was_heard_the_customer_waits_for_somebody_else(
    calling: Centre,
) -> None:
    calling.signs_in("Mo", ready=False)
    li = calling.rung("Li")
    calling.give(c.LegAnswered(li))
    customer = calling.dialled()
    calling.give(c.LegAnswered(customer))
    calling.give(c.LegClosed(li, Blame.AGENT, Reason.HUNG_UP))
    assert not calling.events(c.ContactEnded)
    assert calling.why_away("Li") == "training"
    calling.give(a.GoReady("Mo"))  # type: ignore[arg-type]
    assert calling.with_agent("Mo") == "C1"
    mo = calling.answers("Mo")
    assert calling.talk("C1") == everybody(customer, mo)


def test_nobody_answers(calling: Centre) -> None:
    calling.answers("Li")
    calling.after(70)
    assert calling.ended("C1") == (Blame.CALLER, Reason.NO_ANSWER)
    assert calling.why_away("Li") == "training"


def test_the_agents_own_phone_isnt_picked_up(calling: Centre) -> None:
    calling.after(70)
    assert calling.ended("C1") == (Blame.AGENT, Reason.NO_ANSWER)
    assert calling.why_away("Li") == "training"


def test_the_agent_gives_up(calling: Centre) -> None:
    calling.answers("Li")
    calling.give(a.HangUp("Li"))  # type: ignore[arg-type]
    assert calling.ended("C1") == (Blame.AGENT, Reason.HUNG_UP)
    assert calling.why_away("Li") == "training"


def test_the_agents_phone_is_gone_before_the_customer_is_there(calling: Centre) -> None:
    phone = calling.rung("Li")
    calling.give(c.LegAnswered(phone))
    calling.give(c.LegClosed(phone, Blame.AGENT, Reason.HUNG_UP))
    assert calling.ended("C1") == (Blame.AGENT, Reason.HUNG_UP)
    assert calling.why_away("Li") == "training"
    assert not calling.events(q.ContactQueued)
    assert not calling.state.routing.waiters


def test_a_restart_at_every_step_of_a_call_out(calling: Centre) -> None:
    calling.restarts()
    calling.answers("Li")
    calling.restarts()
    calling.give(c.LegAnswered(calling.dialled()))
    calling.restarts()
    assert calling.with_agent("Li") == "C1"


def test_a_call_of_ours_can_be_transferred_to_a_queue(calling: Centre) -> None:
    calling.answers("Li")
    calling.give(c.LegAnswered(calling.dialled()))
    assert calling.refusal(a.Transfer("Li", ToQueue("grid/outage"))) is None  # type: ignore[arg-type]
    calling.signs_in("Mo")
    assert calling.with_agent("Mo") == "C1"


def test_what_cant_be_called(calling: Centre) -> None:
    calling.signs_in("Mo")
    refused = {
        "unknown_client": a.CallOut("Mo", "town", "v1"),  # type: ignore[arg-type]
        "unknown_target": a.CallOut("Mo", "grid", None, "nobody"),  # type: ignore[arg-type]
        "contact_open": a.CallOut("Li", "grid", "v1"),  # type: ignore[arg-type]
    }
    for code, command in refused.items():
        assert calling.refusal(command) == code


# --- lines that are lost ---


def test_a_lost_line_comes_back_and_the_caller_heard_music(centre: Centre) -> None:
    talk = Talk(centre)
    centre.give(c.LegInterrupted(talk.li))  # type: ignore[arg-type]
    assert ("♪", talk.caller) in talk.talk()
    centre.restarts()
    centre.after(20).give(c.LegResumed(talk.li))  # type: ignore[arg-type]
    assert talk.talk() == everybody(talk.caller, talk.li)
    centre.after(60)
    assert not talk.over


def test_a_line_that_stays_lost_gives_the_customer_back_to_the_queue(centre: Centre) -> None:
    talk = Talk(centre)
    since = centre.events(q.ContactQueued, talk.call)[0].since
    centre.give(c.LegInterrupted(talk.li))  # type: ignore[arg-type]
    centre.after(31)
    assert not talk.over
    assert centre.presence("Li") is Presence.WRAPPING
    assert centre.events(q.ContactQueued, talk.call)[-1].since == since
    assert centre.with_agent("Mo") == talk.call


# --- what the agent hears before the customer ---


@pytest.mark.parametrize("heard_out", [True, False])
def test_the_agent_alone_hears_what_its_about_before(centre: Centre, heard_out: bool) -> None:
    centre.queues = [queue("bills", "bills", whisper=("grid-bills",)), queue("outage", "outage")]
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    caller = centre.leg_of(call)
    centre.picks_up(call)
    li = centre.rung("Li")
    whisper = centre.matrices[call].routes[-1]
    assert isinstance(whisper.source, FromPrompts)
    assert (whisper.source.prompts, whisper.listener) == (("grid-bills",), li)
    assert ("♪", caller) in centre.talk(call)
    centre.restarts()
    if heard_out:
        centre.give(c.PlayEnded(call, whisper.source.play))  # type: ignore[arg-type]
    else:
        centre.after(1.6)
    assert centre.talk(call) == everybody(caller, li)
