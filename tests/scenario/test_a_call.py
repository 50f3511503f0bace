"""A call's life: what the caller hears, how it ends, and whose doing that was."""

from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.effects import (
    AnswerLeg,
    AskLeg,
    CloseMedia,
    DialAgent,
    EndLeg,
    RefuseLeg,
    RingLeg,
    SetMatrix,
    StopTrack,
    TrackPurpose,
)
from roost.floor.flows import messages as f
from roost.floor.queues import messages as q
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from scenario.centre import MUSIC, Centre

S = 1_000_000


def test_from_ring_to_written_up(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("95598")
    assert centre.hears(call) == ("which",)
    centre.after(3).presses(call, "2")
    centre.after(4).picks_up(call)
    leg = centre.agents_leg(call)
    assert centre.hears(call) == {("L1", leg), (leg, "L1")}
    centre.after(60).hangs_up(call)
    assert centre.ended(call) == (Blame.CALLER, Reason.HUNG_UP)
    assert EndLeg(leg, Reason.CALLER_LEFT) in centre.effects
    assert centre.presence("Li") is Presence.WRAPPING
    centre.after(7).give(a.WrapUp("Li", "done"))
    segment = centre.the(a.SegmentClosed, call)
    assert (segment.rang_us, segment.talk_us, segment.hold_us, segment.wrap_up_us) == (
        4 * S,
        60 * S,
        0,
        7 * S,
    )
    assert (segment.code, segment.owner, segment.segment) == ("done", "grid", "C1/s1")
    assert centre.events(f.FlowAdvanced, call)[1].choice == "bill"
    assert centre.presence("Li") is Presence.READY


def test_a_finished_call_leaves_nothing_behind(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.hangs_up(call)
    leg = centre.agents_leg(call)
    centre.give(c.LegClosed(leg, Blame.US, Reason.CALLER_LEFT))
    for one in ("L1", leg):
        centre.give(c.LegMeasured(call, one, 100, 100, 0, 0, 0))  # type: ignore[arg-type]
    state = centre.state
    assert not state.calls.calls
    assert not state.calls.legs
    assert not state.flows.runs
    assert not state.queues.entries
    assert not state.routing.waiters


def test_an_agent_who_hangs_up_ends_the_call(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.after(30).agent_hangs_up(call)
    assert centre.ended(call) == (Blame.AGENT, Reason.HUNG_UP)
    assert EndLeg("L1", Reason.HUNG_UP) in centre.effects  # type: ignore[arg-type]
    assert centre.presence("Li") is Presence.WRAPPING


def test_an_agent_gone_before_being_heard_loses_no_caller(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.after(5).picks_up(call)
    centre.after(0.3).agent_hangs_up(call)
    assert not centre.events(c.ContactEnded, call)
    assert centre.hears(call) == MUSIC
    assert centre.why_away("Li") == "declined"
    later = centre.calls_in("bills")
    centre.signs_in("Mo")
    assert centre.with_agent("Mo") == call, "before who came later"
    centre.picks_up(call)
    assert centre.events(q.ContactDequeued, call)[-1].waited_us == 5_300_000
    assert centre.hangs_up(later).ended(later) == (Blame.CALLER, Reason.HUNG_UP)


def test_caller_and_agent_in_the_same_instant(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    leg = centre.agents_leg(call)
    centre.hangs_up(call)
    centre.effects.clear()
    centre.give(c.LegAnswered(leg))
    assert centre.effects == [EndLeg(leg, Reason.CALLER_LEFT)]
    assert centre.presence("Li") is Presence.READY
    assert len(centre.events(c.ContactEnded, call)) == 1


def test_an_answer_after_the_ring_is_let_go(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    leg = centre.agents_leg(call)
    centre.after(16)
    centre.effects.clear()
    centre.give(c.LegAnswered(leg))
    assert centre.effects == [EndLeg(leg, Reason.NO_ANSWER)]
    assert centre.hears(call) == MUSIC


def test_before_the_answer_words_are_early_media(centre: Centre) -> None:
    centre.now += 10 * 3600 * S  # eight in the evening in Shanghai
    call = centre.calls_in("hours")
    assert centre.asked(RingLeg) == [RingLeg("L1"), RingLeg("L1", early_media=True)]  # type: ignore[arg-type]
    assert centre.hears(call) == ("we-are-closed",)
    centre.heard_out(call)
    assert centre.ended(call) == (Blame.CLIENT, Reason.CLOSED)
    assert centre.asked(RefuseLeg) == [RefuseLeg("L1", Reason.CLOSED)]  # type: ignore[arg-type]
    assert not centre.asked(AnswerLeg)


def test_a_call_that_nobody_answered_is_answered_when_an_agent_takes_it(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("hours")
    assert not centre.asked(AnswerLeg)
    centre.picks_up(call)
    assert len(centre.asked(AnswerLeg)) == 1
    assert centre.events(c.CallAnswered, call)


def test_a_caller_who_gives_up_before_the_answer_has_cancelled(centre: Centre) -> None:
    call = centre.calls_in("hours")
    assert centre.hangs_up(call).ended(call) == (Blame.CALLER, Reason.CANCELLED)
    assert centre.the(q.ContactDequeued, call).outcome is Outcome.ABANDONED


def test_short_and_long_abandons(centre: Centre) -> None:
    quick = centre.calls_in("bills")
    centre.after(4).hangs_up(quick)
    slow = centre.calls_in("bills")
    centre.after(40).hangs_up(slow)
    assert centre.the(q.ContactDequeued, quick).short
    left = centre.the(q.ContactDequeued, slow)
    assert (left.short, left.in_target, left.waited_us) == (False, False, 40 * S)


def test_hold_is_music_for_the_caller_and_is_measured(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.after(10).give(a.Hold("Li", True))
    assert centre.hears(call) == ("hold-music",)
    assert centre.refusal(a.Hold("Li", True)) == "already_so"
    centre.after(20).give(a.Hold("Li", False))
    leg = centre.agents_leg(call)
    assert centre.hears(call) == {("L1", leg), (leg, "L1")}
    centre.after(5).give(c.LegHeld(leg, True))
    centre.after(5).hangs_up(call)
    centre.after(31)
    segment = centre.the(a.SegmentClosed, call)
    assert (segment.talk_us, segment.hold_us, segment.code) == (15 * S, 25 * S, "none")


def test_both_are_recorded_where_the_client_wants_it(centre: Centre) -> None:
    centre.record = True
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    leg = centre.agents_leg(call)
    assert [(track.leg, track.track) for track in centre.tracks()] == [
        ("L1", "L1/t1"),
        (leg, f"{leg}/t2"),
    ]
    centre.after(10).hangs_up(call)
    assert len(centre.asked(StopTrack)) == 2
    assert centre.asked(CloseMedia)[0].legs == ("L1", leg)
    centre.give(c.TrackClosed(call, leg, f"{leg}/t2", "a.enc", 10 * S, 80_000, 0))  # type: ignore[arg-type]
    centre.after(60)
    assert centre.the(c.TrackEnded, call).file == "a.enc"
    assert centre.the(c.TrackLost, call).leg == "L1"
    assert not centre.state.calls.calls


def test_nobody_comes_and_a_message_is_left(centre: Centre) -> None:
    call = centre.calls_in("outage")
    centre.after(121)
    assert centre.the(q.ContactDequeued, call).outcome is Outcome.VOICEMAIL
    assert centre.hears(call) == ("leave-word",)
    centre.heard_out(call)
    (track,) = centre.tracks()
    assert track.purpose is TrackPurpose.VOICEMAIL
    centre.after(20).give(c.TrackClosed(call, track.leg, track.track, "m.enc", 20 * S, 1, 0))
    assert centre.ended(call) == (Blame.CLIENT, Reason.VOICEMAIL_TAKEN)


def test_who_hangs_up_after_the_message_has_left_one(centre: Centre) -> None:
    call = centre.calls_in("outage")
    centre.after(121)
    centre.heard_out(call)
    assert centre.hangs_up(call).ended(call) == (Blame.CALLER, Reason.VOICEMAIL_TAKEN)


def test_the_queue_has_an_end_and_nowhere_to_go_on(centre: Centre) -> None:
    call = centre.calls_in("bills")
    centre.after(301)
    assert centre.the(q.ContactDequeued, call).outcome is Outcome.OVERFLOWED
    assert centre.ended(call) == (Blame.CLIENT, Reason.WAITED_TOO_LONG)


def test_a_silent_leg_is_asked_first_and_ended_when_nobody_answers(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    centre.give(c.LegSilent("L1"))  # type: ignore[arg-type]
    assert centre.asked(AskLeg) == [AskLeg("L1")]  # type: ignore[arg-type]
    centre.give(c.LegConfirmed("L1"))  # type: ignore[arg-type]
    centre.after(60)
    assert not centre.events(c.ContactEnded)
    centre.give(c.LegSilent("L1"))  # type: ignore[arg-type]
    centre.after(31)
    assert centre.ended(call) == (Blame.NETWORK, Reason.MEDIA_SILENT)
    assert EndLeg("L1", Reason.MEDIA_SILENT) in centre.effects  # type: ignore[arg-type]


def test_an_agent_whose_phone_is_gone_in_the_talk_loses_no_caller(centre: Centre) -> None:
    """No packets, no answer: it's nobody's wish, and the caller is still there."""
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    waiting = centre.after(1).calls_in("bills")
    centre.picks_up(call)
    since = centre.events(q.ContactQueued, call)[0].since
    centre.after(20).give(c.LegSilent(centre.agents_leg(call)))  # type: ignore[arg-type]
    centre.after(31)
    assert not centre.events(c.ContactEnded)
    again = centre.events(q.ContactQueued, call)[-1]
    assert (again.entry, again.since) == (2, since)
    centre.signs_in("Mo")
    assert centre.with_agent("Mo") == call, "before who came later"
    assert centre.presence("Li") is Presence.WRAPPING
    assert waiting


def test_a_lost_media_process_ends_its_own_calls_only(centre: Centre) -> None:
    ours = centre.calls_in("bills")
    centre.give(c.ReceiveCall("other", "trunk", "bills", None, (), "m2"))  # type: ignore[arg-type]
    centre.give(c.MediaLost("m1"))  # type: ignore[arg-type]
    assert centre.ended(ours) == (Blame.US, Reason.MEDIA_LOST)
    assert len(centre.events(c.ContactEnded)) == 1
    assert centre.the(q.ContactDequeued, ours).outcome is Outcome.ENDED_BY_US


def test_a_restart_takes_everything_up_again(centre: Centre) -> None:
    centre.signs_in("Li")
    ringing = centre.calls_in("bills")
    waiting = centre.after(1).calls_in("bills")
    menu = centre.after(1).calls_in("95598")
    leg = centre.agents_leg(ringing)
    centre.restarts()
    assert [effect.leg for effect in centre.asked(DialAgent)] == [leg]
    assert {effect.contact for effect in centre.asked(SetMatrix)} == {ringing, waiting, menu}
    centre.presses(menu, "1")
    centre.after(14)
    assert centre.why_away("Li") == "no_answer", "the ring's timer goes on"
    centre.after(300)
    assert centre.ended(waiting)


def test_a_phone_that_should_stop_ringing_is_dialled_and_ended_after_a_restart(
    centre: Centre,
) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    leg = centre.agents_leg(call)
    centre.hangs_up(call)
    centre.restarts()
    of_leg = [e for e in centre.effects if getattr(e, "leg", None) == leg]
    assert [type(effect) for effect in of_leg[-2:]] == [DialAgent, EndLeg]
    assert of_leg[-2].again, "without the INVITE there would be nothing to cancel"


def test_refusals(centre: Centre) -> None:
    call = centre.calls_in("bills")
    again = c.ReceiveCall("L1", "trunk", "bills", None, (), "m1")  # type: ignore[arg-type]
    assert centre.give(again).refusal.about == {"contact": call}
    wrong = c.ReceiveCall("L9", "trunk", "000", None, (), "m1")  # type: ignore[arg-type]
    assert centre.refusal(wrong) == "unknown_number"
    for late in (
        c.LegClosed("L9", Blame.CALLER, Reason.HUNG_UP),  # type: ignore[arg-type]
        c.PlayEnded("C9", "C9/p1"),  # type: ignore[arg-type]
        c.DigitsCollected("C1", "C1/d7", 1, "enough", "1"),  # type: ignore[arg-type]
        q.WaitLapsed("C1", 7),  # type: ignore[arg-type]
        c.LegConfirmed("L1"),  # type: ignore[arg-type]
    ):
        assert centre.refusal(late) == "stale"
