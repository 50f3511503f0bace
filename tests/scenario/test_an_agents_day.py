"""An agent's presence: signing in, breaks, wrap-up, phones that come and go."""

from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from scenario.centre import Centre, queue


def test_ready_needs_a_phone(centre: Centre) -> None:
    centre.people["Li"] = "bills"
    centre.apply()
    assert centre.refusal(a.GoReady("Li")) == "not_signed_in"
    centre.give(a.SignIn("Li"))
    assert centre.refusal(a.SignIn("Li")) == "already_signed_in"
    assert centre.refusal(a.GoReady("Li")) == "no_phone"
    centre.give(a.PhoneRegistered("Li"))
    assert centre.refusal(a.GoReady("Li")) is None
    assert centre.the(a.AgentReady).ready_for == ("grid",)
    assert centre.refusal(a.SignIn("nobody")) == "unknown_agent"


def test_a_break_takes_one_of_the_centres_reasons(centre: Centre) -> None:
    centre.signs_in("Li")
    assert centre.refusal(a.GoAway("Li", "holiday")) == "unknown_reason"
    centre.give(a.GoAway("Li", "break"))
    assert centre.why_away("Li") == "break"


def test_a_break_chosen_during_a_call_comes_after_it(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.give(a.GoAway("Li", "break"))
    assert centre.refusal(a.SignOut("Li")) == "contact_open"
    centre.hangs_up(call).after(31)
    assert centre.why_away("Li") == "break"


def test_a_code_given_while_talking_closes_the_segment_with_the_talk(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    assert centre.refusal(a.WrapUp("Li", "done")) == "nothing_to_wrap_up"
    centre.picks_up(call)
    assert centre.refusal(a.WrapUp("Li", "nonsense")) == "unknown_code"
    centre.give(a.WrapUp("Li", "again"))
    centre.hangs_up(call)
    assert centre.presence("Li") is Presence.READY
    segment = centre.the(a.SegmentClosed, call)
    assert (segment.code, segment.wrap_up_us) == ("again", 0)


def test_a_queue_that_wants_a_code_gets_one_or_the_limit_comes(centre: Centre) -> None:
    centre.queues[1] = queue("bills", "bills", code_required=True)
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.hangs_up(call)
    assert centre.refusal(a.GoReady("Li")) == "code_missing"
    assert centre.refusal(a.WrapUp("Li", "")) == "unknown_code"
    centre.after(31)
    assert centre.presence("Li") is Presence.READY
    assert centre.the(a.SegmentClosed).code == "none"


def test_no_wrap_up_is_straight_back_to_ready(centre: Centre) -> None:
    centre.queues[1] = queue("bills", "bills", wrap_up_us=0)
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    next_call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.hangs_up(call)
    assert centre.with_agent("Li") == next_call


def test_a_phone_that_lapses_takes_its_agent_off_the_floor(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.give(a.PhoneLapsed("Li"))
    assert centre.why_away("Li") == "unreachable"
    call = centre.calls_in("bills")
    assert centre.with_agent("Li") is None
    centre.give(a.PhoneRegistered("Li"))
    centre.give(a.GoReady("Li"))
    centre.picks_up(call)
    centre.give(a.PhoneLapsed("Li"))
    assert centre.presence("Li") is Presence.TALKING, "a conversation isn't disturbed"
    centre.hangs_up(call).after(31)
    assert centre.why_away("Li") == "unreachable"


def test_a_renewed_registration_is_no_news(centre: Centre) -> None:
    centre.signs_in("Li")
    before = len(centre.log)
    assert centre.refusal(a.PhoneRegistered("Li")) is None
    assert len(centre.log) == before


def test_pick_up_asks_the_phone(centre: Centre) -> None:
    centre.signs_in("Li")
    assert centre.refusal(a.TakeOffer("Li")) == "no_offer"
    call = centre.calls_in("bills")
    centre.give(a.TakeOffer("Li"))
    assert type(centre.effects[-1]).__name__ == "NudgePhone"
    assert centre.with_agent("Li") == call


def test_the_desk_hangs_up(centre: Centre) -> None:
    centre.signs_in("Li")
    assert centre.refusal(a.HangUp("Li")) == "no_contact"
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.give(a.HangUp("Li"))
    assert centre.ended(call) == ("agent", "hung_up")
