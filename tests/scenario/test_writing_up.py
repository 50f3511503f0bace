"""Writing a contact up: its limit, one extension, drafts, and codes that come later."""

import pytest

from roost.floor.agents import messages as a
from roost.floor.agents.model import MOST_TO_COMPLETE, Presence
from roost.floor.parties import WatchMode
from scenario.centre import Centre, queue

DRAFT = "draft-1"


def wraps_up(centre: Centre, name: str = "Li") -> str:
    """A call that has just been talked through."""
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.hangs_up(call)
    assert centre.presence(name) is Presence.WRAPPING
    return call


def to_complete(centre: Centre, name: str = "Li") -> list[str]:
    return [one.contact for one in centre.state.agents.agents[name].to_complete]


def segment_of(centre: Centre, call: str) -> str:
    return centre.events(a.OfferTaken, call)[-1].segment


@pytest.fixture
def li(centre: Centre) -> Centre:
    """Li is ready for bills, which want a code within half a minute."""
    centre.queues[1] = queue("bills", "bills", code_required=True)
    centre.signs_in("Li")
    return centre


def test_more_time_is_given_once(li: Centre) -> None:
    assert li.refusal(a.ExtendWrapUp("Li")) == "nothing_to_wrap_up"
    call = wraps_up(li)
    li.after(20)
    assert li.refusal(a.ExtendWrapUp("Li")) is None
    assert li.refusal(a.ExtendWrapUp("Li")) == "already_extended"
    li.after(39)
    assert li.presence("Li") is Presence.WRAPPING
    li.after(1)
    assert li.presence("Li") is Presence.READY
    assert li.the(a.SegmentClosed, call).wrap_up_us == 60_000_000
    wraps_up(li)
    assert li.refusal(a.ExtendWrapUp("Li")) is None, "the next contact has one of its own"


def test_an_extension_survives_a_restart(li: Centre) -> None:
    wraps_up(li)
    li.after(20).give(a.ExtendWrapUp("Li"))
    li.restarts()
    li.after(39)
    assert li.presence("Li") is Presence.WRAPPING
    li.after(1)
    assert li.presence("Li") is Presence.READY


def test_new_definitions_do_not_move_a_limit_that_runs(li: Centre) -> None:
    wraps_up(li)
    li.queues[1] = queue("bills", "bills", wrap_up_us=300_000_000)
    li.apply()
    li.after(31)
    assert li.presence("Li") is Presence.READY


def test_at_the_limit_the_contact_stays_to_be_completed(li: Centre) -> None:
    call = wraps_up(li)
    li.give(a.GoAway("Li", "break"))
    li.after(31)
    assert li.why_away("Li") == "break", "the next state that was chosen"
    closed = li.the(a.SegmentClosed, call)
    assert (closed.code, closed.to_complete) == ("none", True)
    assert to_complete(li) == [call]
    segment = segment_of(li, call)
    assert li.refusal(a.CompleteSegment("Li", segment, "nonsense")) == "unknown_code"
    assert li.refusal(a.CompleteSegment("Li", segment, "done", "note-1")) is None
    done = li.the(a.SegmentCompleted, call)
    assert (done.owner, done.code, done.note) == ("grid", "done", "note-1")
    assert to_complete(li) == []
    assert li.refusal(a.CompleteSegment("Li", segment, "done")) == "nothing_to_complete"


def test_a_code_that_was_given_leaves_nothing_to_complete(li: Centre) -> None:
    wraps_up(li)
    li.give(a.WrapUp("Li", "done"))
    assert to_complete(li) == []
    li.queues[1] = queue("bills", "bills")  # now the code may be left out
    li.apply()
    wraps_up(li)
    li.give(a.GoReady("Li"))
    assert to_complete(li) == [], "left out by choice"


def test_a_required_code_without_any_wrap_up_can_only_come_later(li: Centre) -> None:
    li.queues[1] = queue("bills", "bills", wrap_up_us=0, code_required=True)
    li.apply()
    call = li.calls_in("bills")
    li.picks_up(call)
    li.hangs_up(call)
    assert li.presence("Li") is Presence.READY
    assert to_complete(li) == [call]


def test_the_shifts_end_ends_what_was_to_be_completed(li: Centre) -> None:
    call = wraps_up(li)
    li.after(31)
    li.restarts()
    assert to_complete(li) == [call]
    li.give(a.SignOut("Li"))
    assert to_complete(li) == []


def test_the_list_is_bounded_and_the_oldest_falls_out(li: Centre) -> None:
    calls = []
    for _ in range(MOST_TO_COMPLETE + 2):
        calls.append(wraps_up(li))
        li.after(31)
    assert to_complete(li) == calls[2:]


def test_a_draft_becomes_the_note_and_is_news_once(li: Centre) -> None:
    call = li.calls_in("bills")
    li.picks_up(call)
    segment = segment_of(li, call)
    li.give(a.DraftNote("Li", segment, DRAFT))
    li.give(a.DraftNote("Li", segment, DRAFT))
    assert li.the(a.NoteDrafted, call).owner == "grid"
    li.hangs_up(call)
    li.restarts()
    li.give(a.WrapUp("Li", "done"))
    assert li.the(a.SegmentClosed, call).note == DRAFT
    assert li.refusal(a.DraftNote("Li", segment, DRAFT)) == "nothing_to_wrap_up"


def test_a_note_that_takes_the_drafts_place_drops_it(li: Centre) -> None:
    call = wraps_up(li)
    li.give(a.DraftNote("Li", segment_of(li, call), DRAFT))
    step = li.give(a.WrapUp("Li", "done", "note-1"))
    assert step.drops == [DRAFT]
    assert li.the(a.SegmentClosed, call).note == "note-1"


def test_a_draft_outlives_the_limit(li: Centre) -> None:
    call = wraps_up(li)
    segment = segment_of(li, call)
    li.give(a.DraftNote("Li", segment, DRAFT))
    li.after(31)
    assert li.the(a.SegmentClosed, call).note == DRAFT
    li.give(a.DraftNote("Li", segment, "draft-2"))
    step = li.give(a.CompleteSegment("Li", segment, "done", "note-2"))
    assert step.drops == ["draft-2"]


def test_a_supervisor_ends_a_break_and_a_wrap_up(li: Centre) -> None:
    li.give(a.GoAway("Li", "break"))
    assert li.refusal(a.BringBack("Li")) is None
    assert li.presence("Li") is Presence.READY
    assert li.refusal(a.BringBack("Li")) == "already_ready"
    call = wraps_up(li)
    assert li.refusal(a.GoReady("Li")) == "code_missing"
    assert li.refusal(a.BringBack("Li")) is None
    assert li.presence("Li") is Presence.READY
    assert to_complete(li) == [call]
    li.give(a.PhoneLapsed("Li"))
    assert li.refusal(a.BringBack("Li")) == "no_phone"


def test_who_went_home_is_signed_out_and_completes_in_the_next_shift(li: Centre) -> None:
    call = li.calls_in("bills")
    li.picks_up(call)
    assert li.refusal(a.SendHome("Li")) == "contact_open"
    li.hangs_up(call)
    assert li.refusal(a.SendHome("Li")) is None
    assert li.presence("Li") is Presence.SIGNED_OUT
    assert li.the(a.SegmentClosed, call).to_complete
    assert li.refusal(a.SendHome("Li")) == "not_signed_in"
    li.give(a.SignIn("Li"))
    assert to_complete(li) == [call]
    assert li.refusal(a.CompleteSegment("Li", segment_of(li, call), "again")) is None


def test_who_listens_to_somebody_hangs_up_before_going_home(li: Centre) -> None:
    call = li.calls_in("bills")
    li.picks_up(call)
    li.signs_in("Wang", ready=False)
    assert li.refusal(a.Watch("Wang", "Li", WatchMode.LISTEN)) is None
    assert li.refusal(a.SendHome("Wang")) == "watching"
    li.give(a.StopWatching("Wang"))


def test_a_missed_ring_is_a_reason_with_one_key_back(li: Centre) -> None:
    call = li.calls_in("bills")
    li.after(16)
    assert li.why_away("Li") == "no_answer"
    assert li.refusal(a.GoReady("Li")) is None
    assert li.with_agent("Li") == call


@pytest.mark.parametrize("how", ["declines", "caller_leaves", "gone_at_once"])
def test_a_break_asked_for_while_it_rings_comes_however_it_ends(li: Centre, how: str) -> None:
    call = li.calls_in("bills")
    li.give(a.GoAway("Li", "break"))
    match how:
        case "declines":
            li.give(a.DeclineOffer("Li"))
        case "caller_leaves":
            li.hangs_up(call)
        case _:
            li.picks_up(call)
            li.agent_hangs_up(call)
    assert li.why_away("Li") == "break"
