"""Consulting, transferring, merging: and everybody may hang up at any step (decision 9)."""

from collections.abc import Callable
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from roost.engine.step import Engine
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.cell import ROOM, CellState
from roost.floor.effects import EndLeg, PauseTrack, SendDigits, StopTrack, TellPhone
from roost.floor.parties import SegmentKind, ToAgent, ToEntry, ToNumber, ToQueue
from roost.floor.queues import messages as q
from roost.kernel.ends import Blame, Reason
from roost.kernel.messages import Command
from scenario.centre import Centre


def everybody(*legs: str) -> set[tuple[str, str]]:
    return set(permutations(legs, 2))


class Talk:
    """Li talks to a caller; Mo is ready, and so is the repair crew's number."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        centre.signs_in("Li")
        self.call = centre.calls_in("bills")
        self.caller = centre.leg_of(self.call)
        self.li = centre.answers("Li")
        centre.signs_in("Mo")
        self.target = ""

    def consults(self, whom: str) -> None:
        target = ToAgent("Mo") if whom == "Mo" else ToEntry("crew")  # type: ignore[arg-type]
        assert self.centre.refusal(a.Consult("Li", target)) is None  # type: ignore[arg-type]
        self.target = self.centre.rung("Mo") if whom == "Mo" else self.centre.dialled()

    def answered(self) -> None:
        self.centre.give(c.LegAnswered(self.target))  # type: ignore[arg-type]
        self.centre.after(2)

    def does(self, command: type[a.Toggle] | type[a.Merge] | type[a.CompleteTransfer]) -> None:
        assert self.centre.refusal(command("Li")) is None  # type: ignore[arg-type]

    def ends(self, leg: str, blame: Blame = Blame.AGENT) -> None:
        self.centre.give(c.LegClosed(leg, blame, Reason.HUNG_UP))  # type: ignore[arg-type]

    def talk(self) -> set[tuple[str, str]]:
        return self.centre.talk(self.call)

    @property
    def over(self) -> bool:
        return bool(self.centre.events(c.ContactEnded, self.call))


@pytest.fixture
def talk(centre: Centre) -> Talk:
    return Talk(centre)


# --- consulting ---


@pytest.mark.parametrize("whom", ["Mo", "crew"])
def test_a_consultation_is_between_two_while_the_customer_hears_music(
    talk: Talk, whom: str
) -> None:
    talk.consults(whom)
    assert ("♪", talk.caller) in talk.talk()
    talk.answered()
    assert talk.talk() == {("♪", talk.caller), *everybody(talk.li, talk.target)}
    talk.does(a.Toggle)
    assert talk.talk() == {("♪", talk.target), *everybody(talk.li, talk.caller)}
    talk.does(a.Merge)
    assert talk.talk() == everybody(talk.caller, talk.li, talk.target)


def test_a_consulted_colleague_who_takes_over_has_a_transfer(talk: Talk) -> None:
    centre = talk.centre
    talk.consults("Mo")
    talk.answered()
    centre.after(10)
    talk.does(a.CompleteTransfer)
    assert talk.talk() == everybody(talk.caller, talk.target)
    assert EndLeg(talk.li, Reason.TRANSFERRED) in centre.effects
    assert centre.presence("Li") is Presence.WRAPPING
    done = centre.the(c.TransferCompleted, talk.call)
    assert (done.how, done.kind, done.agent) == ("consult", "agent", "Mo")
    centre.after(20).hangs_up(talk.call)
    centre.give(a.WrapUp("Mo", "done"))  # type: ignore[arg-type]
    segment = centre.the(a.SegmentClosed)
    assert segment.agent == "Mo"
    assert segment.kind is SegmentKind.TRANSFER
    assert segment.talk_us == 20_000_000
    assert segment.consult_us == 12_000_000


def test_a_colleague_who_was_only_asked_has_nothing_to_write_up(talk: Talk) -> None:
    centre = talk.centre
    talk.consults("Mo")
    talk.answered()
    talk.ends(talk.target)
    assert centre.presence("Mo") is Presence.READY
    assert centre.the(a.SegmentClosed).kind is SegmentKind.CONSULT
    assert ("♪", talk.caller) in talk.talk()
    assert centre.refusal(a.Hold("Li", False)) is None  # type: ignore[arg-type]
    assert talk.talk() == everybody(talk.caller, talk.li)


def test_a_customer_taken_back_while_the_target_rings_waits_again_when_it_answers(
    talk: Talk,
) -> None:
    talk.consults("crew")
    talk.centre.give(a.Hold("Li", False))  # type: ignore[arg-type]
    assert talk.talk() == everybody(talk.caller, talk.li)
    talk.answered()
    assert talk.talk() == {("♪", talk.caller), *everybody(talk.li, talk.target)}
    assert talk.centre.refusal(a.Hold("Li", False)) == "consulting"  # type: ignore[arg-type]


def test_hold_time_is_the_customers(talk: Talk) -> None:
    centre = talk.centre
    talk.consults("crew")
    talk.answered()
    centre.after(8)
    talk.does(a.Merge)
    centre.after(5).hangs_up(talk.call)
    centre.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    assert centre.the(a.SegmentClosed).hold_us == 10_000_000


# --- everybody hangs up at every step ---

STEPS: dict[str, Callable[[Talk], None]] = {
    "ringing": lambda talk: None,
    "consulting": lambda talk: talk.answered(),
    "toggled": lambda talk: (talk.answered(), talk.does(a.Toggle))[0],
    "merged": lambda talk: (talk.answered(), talk.does(a.Merge))[0],
    "completed": lambda talk: (talk.answered(), talk.does(a.CompleteTransfer))[0],
}


@pytest.mark.parametrize("whom", ["Mo", "crew"])
@pytest.mark.parametrize("step", STEPS)
def test_the_customer_hangs_up(talk: Talk, step: str, whom: str) -> None:
    """It's over for everybody, and nobody sticks."""
    talk.consults(whom)
    STEPS[step](talk)
    talk.ends(talk.caller, Blame.CALLER)
    centre = talk.centre
    assert centre.ended(talk.call) == (Blame.CALLER, Reason.HUNG_UP)
    assert talk.target in {e.leg for e in centre.asked(EndLeg)}
    centre.after(300)
    free = (Presence.READY, Presence.AWAY)
    assert centre.presence("Li") in free
    assert centre.presence("Mo") in free


@pytest.mark.parametrize("whom", ["Mo", "crew"])
@pytest.mark.parametrize("by", ["phone", "desk"])
@pytest.mark.parametrize("step", STEPS)
def test_the_host_hangs_up(talk: Talk, step: str, whom: str, by: str) -> None:
    """While the target rings the customer waits again, with the time kept; else they go on."""
    talk.consults(whom)
    STEPS[step](talk)
    centre = talk.centre
    if step != "completed":
        if by == "phone":
            talk.ends(talk.li)
        else:
            centre.give(a.HangUp("Li"))  # type: ignore[arg-type]
    assert not talk.over
    assert centre.presence("Li") is Presence.WRAPPING
    if step == "ringing":
        assert centre.the(c.TransferFailed, talk.call).how == "consult"
        again = centre.events(q.ContactQueued, talk.call)[-1]
        assert again.since == centre.events(q.ContactQueued, talk.call)[0].since
        assert centre.with_agent("Mo") == talk.call, "the customer is offered to who is free"
        assert talk.target in {e.leg for e in centre.asked(EndLeg)}
    else:
        assert talk.talk() == everybody(talk.caller, talk.target)
        talk.ends(talk.target)
        assert centre.ended(talk.call)[0] is Blame.AGENT


@pytest.mark.parametrize("whom", ["Mo", "crew"])
@pytest.mark.parametrize("step", ["ringing", "consulting", "toggled", "merged"])
def test_the_target_leaves(talk: Talk, step: str, whom: str) -> None:
    """The host and the customer are as they were."""
    talk.consults(whom)
    STEPS[step](talk)
    held = ("♪", talk.caller) in talk.talk()
    if step == "ringing":
        talk.centre.give(c.LegFailed(talk.target, Blame.CALLER, Reason.BUSY, 486))  # type: ignore[arg-type]
    else:
        talk.ends(talk.target)
    assert not talk.over
    assert talk.talk() == ({("♪", talk.caller)} if held else everybody(talk.caller, talk.li))
    assert talk.centre.refusal(a.Consult("Li", ToEntry("crew"))) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("whom", ["Mo", "crew"])
@pytest.mark.parametrize("step", ["ringing", "consulting", "toggled", "merged"])
def test_the_host_lets_the_target_go(talk: Talk, step: str, whom: str) -> None:
    talk.consults(whom)
    STEPS[step](talk)
    centre = talk.centre
    assert centre.refusal(a.DropParty("Li", talk.target)) is None  # type: ignore[arg-type]
    assert talk.target in {e.leg for e in centre.asked(EndLeg)}
    assert centre.presence("Mo") is Presence.READY
    assert not talk.over
    centre.give(c.LegAnswered(talk.target))  # type: ignore[arg-type]
    talk.ends(talk.target)
    assert not talk.over


@pytest.mark.parametrize("whom", ["Mo", "crew"])
def test_a_target_who_never_answers(talk: Talk, whom: str) -> None:
    talk.consults(whom)
    talk.centre.after(70)
    assert talk.centre.the(c.TransferFailed, talk.call).why is Reason.NO_ANSWER
    assert not talk.over
    assert talk.centre.with_agent("Li") == talk.call


# --- blind ---


def test_a_blind_transfer_to_a_colleague_keeps_time_and_data(talk: Talk) -> None:
    centre = talk.centre
    assert centre.refusal(a.Transfer("Li", ToAgent("Mo"))) is None  # type: ignore[arg-type]
    assert centre.presence("Li") is Presence.WRAPPING
    assert centre.with_agent("Mo") == talk.call
    first, again = centre.events(q.ContactQueued, talk.call)
    assert again.since == first.since
    mo = centre.answers("Mo")
    assert talk.talk() == everybody(talk.caller, mo)
    done = centre.the(c.TransferCompleted, talk.call)
    assert (done.how, done.kind, done.agent) == ("blind", "agent", "Mo")
    assert centre.events(a.OfferTaken, talk.call)[-1].kind is SegmentKind.TRANSFER


def test_a_colleague_who_doesnt_take_it_leaves_the_customer_to_the_queue(talk: Talk) -> None:
    centre = talk.centre
    centre.signs_in("Zoe")
    centre.give(a.Transfer("Li", ToAgent("Mo")))  # type: ignore[arg-type]
    centre.give(a.DeclineOffer("Mo"))  # type: ignore[arg-type]
    assert centre.with_agent("Zoe") == talk.call


def test_a_colleague_chosen_by_name_needs_no_skill_for_it(centre: Centre) -> None:
    talk = Talk(centre)
    centre.signs_in("Ann", "outage")
    centre.give(a.Transfer("Li", ToAgent("Ann")))  # type: ignore[arg-type]
    assert centre.with_agent("Ann") == talk.call


def test_a_blind_transfer_to_a_queue_waits_anew(talk: Talk) -> None:
    centre = talk.centre
    centre.after(60)
    centre.give(a.GoAway("Mo", "break"))  # type: ignore[arg-type]
    assert centre.refusal(a.Transfer("Li", ToQueue("grid/outage"))) is None  # type: ignore[arg-type]
    entry = centre.events(q.ContactQueued, talk.call)[-1]
    assert (entry.queue, entry.since) == ("grid/outage", centre.now)
    centre.after(5)
    centre.give(a.GoReady("Mo"))  # type: ignore[arg-type]
    assert centre.with_agent("Mo") == talk.call
    assert centre.events(a.AgentOffered, talk.call)[-1].kind is SegmentKind.TRANSFER


def test_a_blind_transfer_to_a_number(talk: Talk) -> None:
    centre = talk.centre
    assert centre.refusal(a.Transfer("Li", ToNumber("v1"))) is None  # type: ignore[arg-type]
    assert centre.presence("Li") is Presence.WRAPPING
    assert talk.talk() == {("♪", talk.caller)}
    guest = centre.dialled()
    centre.give(c.LegAnswered(guest))
    assert talk.talk() == everybody(talk.caller, guest)
    assert centre.the(c.TransferCompleted, talk.call).agent is None
    talk.ends(guest)
    assert talk.over


def test_a_number_that_fails_gives_the_customer_back_to_the_queue(talk: Talk) -> None:
    centre = talk.centre
    centre.give(a.Transfer("Li", ToEntry("crew")))  # type: ignore[arg-type]
    failed = c.LegFailed(centre.dialled(), Blame.CALLER, Reason.BUSY, 486)
    centre.give(failed)
    assert centre.the(c.TransferFailed, talk.call).why is Reason.BUSY
    assert centre.with_agent("Mo") == talk.call
    assert not talk.over


@pytest.mark.parametrize("whom", ["Mo", "crew"])
def test_completing_while_it_rings_is_a_blind_transfer_to_whoever_rings(
    talk: Talk, whom: str
) -> None:
    centre = talk.centre
    talk.consults(whom)
    talk.does(a.CompleteTransfer)
    assert centre.presence("Li") is Presence.WRAPPING
    assert not talk.over
    talk.answered()
    assert talk.talk() == everybody(talk.caller, talk.target)
    assert centre.the(c.TransferCompleted, talk.call).how == "blind"


def test_whoever_rings_and_doesnt_answer_leaves_the_customer_to_the_queue(talk: Talk) -> None:
    centre = talk.centre
    talk.consults("Mo")
    talk.does(a.CompleteTransfer)
    centre.give(a.DeclineOffer("Mo"))  # type: ignore[arg-type]
    centre.signs_in("Zoe")
    assert centre.with_agent("Zoe") == talk.call


# --- refused before anything is lost ---


def test_what_cant_come_off_is_refused_and_the_talk_goes_on(talk: Talk) -> None:
    centre = talk.centre
    centre.give(a.GoAway("Mo", "break"))  # type: ignore[arg-type]
    refused = {
        "target_not_ready": a.Transfer("Li", ToAgent("Mo")),  # type: ignore[arg-type]
        "unknown_target": a.Transfer("Li", ToAgent("Nobody")),  # type: ignore[arg-type]
        "no_contact": a.Merge("Mo"),  # type: ignore[arg-type]
        "no_other_party": a.Merge("Li"),  # type: ignore[arg-type]
        "unknown_party": a.DropParty("Li", talk.li),  # type: ignore[arg-type]
        "digits_wrong": a.SendDigits("Li", "12x"),  # type: ignore[arg-type]
        "not_recorded": a.PauseRecording("Li", True),  # type: ignore[arg-type]
    }
    for code, command in refused.items():
        assert centre.refusal(command) == code
    assert talk.talk() == everybody(talk.caller, talk.li)


def test_only_the_host_hands_a_contact_on(talk: Talk) -> None:
    talk.consults("Mo")
    talk.answered()
    talk.does(a.Merge)
    centre = talk.centre
    for command in (a.Merge("Mo"), a.Transfer("Mo", ToEntry("crew")), a.CompleteTransfer("Mo")):  # type: ignore[arg-type]
        assert centre.refusal(command) == "not_host"
    centre.give(a.HangUp("Mo"))  # type: ignore[arg-type]
    assert talk.talk() == everybody(talk.caller, talk.li)


# --- the phone's buttons ---


def test_the_phones_transfer_key(talk: Talk) -> None:
    centre = talk.centre
    assert centre.refusal(c.ReferAsked(talk.li, ToAgent("Mo"))) is None  # type: ignore[arg-type]
    told = centre.effects.index(TellPhone(talk.li, 200))  # type: ignore[arg-type]
    assert told < centre.effects.index(EndLeg(talk.li, Reason.TRANSFERRED))  # type: ignore[arg-type]
    centre.answers("Mo")
    assert centre.the(c.TransferCompleted, talk.call).agent == "Mo"


# --- keys, recording, restart ---


def test_keys_go_to_whoever_is_outside_and_nowhere_else(talk: Talk) -> None:
    centre = talk.centre
    centre.give(a.SendDigits("Li", "12#"))  # type: ignore[arg-type]
    assert centre.asked(SendDigits)[-1].leg == talk.caller
    talk.consults("crew")
    talk.answered()
    step = centre.give(a.SendDigits("Li", "4711"))  # type: ignore[arg-type]
    assert centre.asked(SendDigits)[-1].leg == talk.target
    assert not step.envelopes


def test_a_pause_ends_by_itself_and_holds_for_who_joins(centre: Centre) -> None:
    centre.record = True
    talk = Talk(centre)
    assert centre.refusal(a.PauseRecording("Li", True)) is None  # type: ignore[arg-type]
    assert {e.leg for e in centre.asked(PauseTrack)} == {talk.caller, talk.li}
    talk.consults("Mo")
    talk.answered()
    assert centre.asked(PauseTrack)[-1].leg == talk.target
    centre.effects.clear()
    centre.after(200)
    assert {(e.leg, e.paused) for e in centre.asked(PauseTrack)} == {
        (leg, False) for leg in (talk.caller, talk.li, talk.target)
    }
    talk.does(a.CompleteTransfer)
    assert {e.leg for e in centre.asked(StopTrack)} == {talk.li}


def test_a_restart_in_the_middle_of_a_consultation(talk: Talk) -> None:
    talk.consults("crew")
    talk.centre.restarts()
    talk.answered()
    talk.centre.restarts()
    talk.does(a.CompleteTransfer)
    assert talk.talk() == everybody(talk.caller, talk.target)


def test_a_fault_while_the_agent_is_taken_in_leaves_no_one_half_way(centre: Centre) -> None:
    """Leaving the queue fails, the bridge doesn't: the rescue takes the agent out again."""
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.engine = failing(centre.engine, q.StopWaiting)
    centre.give(c.LegAnswered(centre.rung("Li")))
    assert centre.presence("Li") is Presence.AWAY
    assert EndLeg(centre.rung("Li"), Reason.FAULT) in centre.effects
    assert not centre.events(c.ContactEnded, call)
    centre.signs_in("Mo")
    assert centre.with_agent("Mo") == call


def failing(engine: Engine[CellState], kind: type[Command]) -> Engine[CellState]:
    """The same, but that one command meets an assertion of ours."""

    def decide(state: CellState, now: Any, command: Command) -> Any:
        assert not isinstance(command, kind), "a fault of ours"
        return ROOM.decide(state, now, command)

    room = replace(ROOM, decide=decide)
    return Engine(room, engine.stream, state=engine.state, number=engine.number, at=engine.at)
