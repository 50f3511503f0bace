"""The second line of an agent's own phone: a consultation by its own keys, and everybody may
hang up at every step (docs/decisions/0017)."""

import pytest

from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.effects import AnswerLine, EndLeg, EndLine, TellPhone
from roost.floor.parties import SegmentKind, ToAgent, ToEntry
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre
from scenario.test_transfers import Talk, everybody


class Lines(Talk):
    """Li talks to a caller by a phone with two lines."""

    def holds(self, first: bool, second: bool) -> None:
        self.centre.give(c.LinesHeld(self.li, first, second))

    def calls(self, whom: str) -> None:
        """Puts the customer on hold, and calls by the second line."""
        self.centre.give(c.LegHeld(self.li, held=True))
        target = ToAgent("Mo") if whom == "Mo" else ToEntry("crew")  # type: ignore[arg-type]
        assert self.centre.refusal(c.LineAsked(self.li, target)) is None
        self.target = self.centre.rung("Mo") if whom == "Mo" else self.centre.dialled()

    def consulting(self, whom: str) -> None:
        self.calls(whom)
        self.answered()
        self.holds(first=True, second=False)

    def closes_line(self, held: bool = False) -> None:
        self.centre.give(c.LineClosed(self.li, held))

    def ended_line(self) -> list[EndLine]:
        return [one for one in self.centre.asked(EndLine) if one.leg == self.li]


@pytest.fixture
def lines(centre: Centre) -> Lines:
    return Lines(centre)


BOTH = pytest.mark.parametrize("whom", ["Mo", "crew"])


@BOTH
def test_the_second_line_is_a_consultation(lines: Lines, whom: str) -> None:
    lines.calls(whom)
    assert ("♪", lines.caller) in lines.talk()
    assert not lines.centre.asked(AnswerLine)
    lines.answered()
    assert lines.centre.asked(AnswerLine) == [AnswerLine(lines.li)]
    lines.holds(first=True, second=False)
    assert lines.talk() == {("♪", lines.caller), *everybody(lines.li, lines.target)}
    started = lines.centre.the(c.TransferStarted, lines.call)
    assert (started.how, started.line) == ("consult", True)


@BOTH
def test_what_the_phone_holds_is_who_hears_music(lines: Lines, whom: str) -> None:
    lines.consulting(whom)
    lines.holds(first=True, second=True)
    assert {one for one in lines.talk() if one[0] == "♪"} == {
        ("♪", lines.caller),
        ("♪", lines.target),
    }
    lines.holds(first=False, second=True)
    assert lines.talk() == {("♪", lines.target), *everybody(lines.li, lines.caller)}
    lines.holds(first=True, second=False)
    assert lines.talk() == {("♪", lines.caller), *everybody(lines.li, lines.target)}


@BOTH
def test_a_phone_that_joins_its_lines_has_a_conference(lines: Lines, whom: str) -> None:
    lines.consulting(whom)
    lines.holds(first=False, second=False)
    assert lines.talk() == everybody(lines.caller, lines.li, lines.target)
    lines.holds(first=True, second=False)  # and can part them again
    assert lines.talk() == {("♪", lines.caller), *everybody(lines.li, lines.target)}


@BOTH
@pytest.mark.parametrize("joined", [False, True])
def test_the_phones_attended_transfer_completes_it(lines: Lines, whom: str, joined: bool) -> None:
    centre = lines.centre
    lines.consulting(whom)
    if joined:
        lines.holds(first=False, second=False)
    assert centre.refusal(c.ReplacesAsked(lines.li, lines.li)) is None
    assert lines.talk() == everybody(lines.caller, lines.target)
    told = centre.effects.index(TellPhone(lines.li, 200))
    assert told < centre.effects.index(EndLeg(lines.li, Reason.TRANSFERRED))
    done = centre.the(c.TransferCompleted, lines.call)
    assert (done.how, done.agent) == ("consult", "Mo" if whom == "Mo" else None)
    assert centre.presence("Li") is Presence.WRAPPING
    lines.closes_line()  # its end comes late, and is nothing
    assert lines.talk() == everybody(lines.caller, lines.target)
    if whom == "Mo":
        centre.after(5).hangs_up(lines.call)
        centre.give(a.WrapUp("Mo", "done"))  # type: ignore[arg-type]
        assert centre.the(a.SegmentClosed).kind is SegmentKind.TRANSFER


# --- somebody hangs up ---


@BOTH
@pytest.mark.parametrize("held", [False, True])
def test_giving_up_while_it_rings_gives_the_customer_back(
    lines: Lines, whom: str, held: bool
) -> None:
    lines.calls(whom)
    lines.closes_line(held)
    assert EndLeg(lines.target, Reason.CALLER_LEFT) in lines.centre.effects
    assert not lines.ended_line()
    failed = lines.centre.the(c.TransferFailed, lines.call)
    assert failed.why is Reason.CANCELLED
    alone = {("♪", lines.caller)} if held else everybody(lines.li, lines.caller)
    assert lines.talk() == alone
    if held:
        lines.centre.give(c.LegHeld(lines.li, held=False))
        assert lines.talk() == everybody(lines.li, lines.caller)
    if whom == "Mo":
        assert lines.centre.presence("Mo") is Presence.READY


@BOTH
def test_hanging_up_the_second_line_lets_go_whom_it_was_for(lines: Lines, whom: str) -> None:
    lines.consulting(whom)
    lines.closes_line(held=True)
    assert EndLeg(lines.target, Reason.CALLER_LEFT) in lines.centre.effects
    assert lines.talk() == {("♪", lines.caller)}
    lines.centre.give(c.LegHeld(lines.li, held=False))
    assert lines.talk() == everybody(lines.li, lines.caller)
    assert lines.centre.refusal(c.LineAsked(lines.li, ToEntry("crew"))) is None  # type: ignore[arg-type]


@BOTH
def test_whoever_was_called_hangs_up_and_the_phone_hears_it(lines: Lines, whom: str) -> None:
    lines.consulting(whom)
    lines.ends(lines.target)
    assert lines.ended_line() == [EndLine(lines.li, Reason.HUNG_UP)]
    lines.closes_line(held=True)
    assert lines.talk() == {("♪", lines.caller)}
    lines.centre.give(c.LegHeld(lines.li, held=False))
    assert lines.talk() == everybody(lines.li, lines.caller)
    assert not lines.over


def test_busy_and_no_answer_are_told_to_the_phone(lines: Lines) -> None:
    lines.calls("crew")
    lines.centre.give(c.LegFailed(lines.target, Blame.NETWORK, Reason.BUSY, 486))  # type: ignore[arg-type]
    assert lines.ended_line() == [EndLine(lines.li, Reason.BUSY)]
    lines.closes_line(held=True)
    lines.calls("Mo")
    lines.centre.after(30)
    assert lines.ended_line()[-1] == EndLine(lines.li, Reason.NO_ANSWER)
    lines.closes_line()
    assert lines.talk() == everybody(lines.li, lines.caller)


@BOTH
@pytest.mark.parametrize("answered", [False, True])
def test_the_customer_hangs_up_and_both_lines_end(lines: Lines, whom: str, answered: bool) -> None:
    (lines.consulting if answered else lines.calls)(whom)
    lines.centre.hangs_up(lines.call)
    assert lines.over
    assert EndLeg(lines.li, Reason.CALLER_LEFT) in lines.centre.effects
    lines.closes_line()
    lines.ends(lines.li)
    assert lines.centre.presence("Li") is Presence.WRAPPING


@BOTH
def test_both_lines_hung_up_hands_the_customer_on(lines: Lines, whom: str) -> None:
    """The leg is over with its last dialog: whom it consulted carries the contact on."""
    lines.consulting(whom)
    lines.ends(lines.li)
    assert lines.talk() == everybody(lines.caller, lines.target)
    assert not lines.over


def test_hung_up_while_it_rings_the_customer_waits_again(lines: Lines) -> None:
    lines.calls("crew")
    lines.ends(lines.li)
    assert lines.talk() == {("♪", lines.caller)}
    assert not lines.over
    assert lines.centre.events(c.CallerReturned, lines.call)


def test_by_one_line_the_customer_is_back_when_the_other_is_gone(lines: Lines) -> None:
    """The first was hung up, the second carries the leg: telephony answers EndLine so."""
    lines.consulting("crew")
    lines.holds(first=True, second=False)
    lines.ends(lines.target)
    lines.closes_line(held=False)
    assert lines.talk() == everybody(lines.li, lines.caller)


# --- desk and phone ---


def test_desk_and_phone_agree(lines: Lines) -> None:
    lines.consulting("Mo")
    lines.does(a.Toggle)
    assert lines.talk() == {("♪", lines.target), *everybody(lines.li, lines.caller)}
    lines.does(a.Merge)
    assert lines.talk() == everybody(lines.caller, lines.li, lines.target)
    lines.closes_line()  # merged, the talk isn't the second line's any more
    assert lines.talk() == everybody(lines.caller, lines.li, lines.target)
    lines.does(a.CompleteTransfer)
    assert lines.talk() == everybody(lines.caller, lines.target)


def test_the_phones_hold_key_lets_nobody_in_on_the_customer(lines: Lines) -> None:
    """Consulting by the desk, with one line: back from hold it's the one consulted."""
    lines.consults("Mo")
    lines.answered()
    lines.centre.give(c.LegHeld(lines.li, held=True))
    lines.centre.give(c.LegHeld(lines.li, held=False))
    assert lines.talk() == {("♪", lines.caller), *everybody(lines.li, lines.target)}


def test_refused_as_the_desk_is(lines: Lines) -> None:
    centre = lines.centre
    assert centre.refusal(c.LineAsked(lines.li, ToAgent("Nobody"))) == "unknown_target"  # type: ignore[arg-type]
    assert centre.refusal(c.LineAsked("C9/a1", ToEntry("crew"))) == "no_contact"  # type: ignore[arg-type]
    lines.consulting("Mo")
    assert centre.refusal(c.LineAsked(lines.li, ToEntry("crew"))) == "consulting"  # type: ignore[arg-type]
    assert centre.refusal(c.LineAsked(lines.target, ToEntry("crew"))) == "not_host"  # type: ignore[arg-type]


@BOTH
def test_a_restart_keeps_the_second_line(lines: Lines, whom: str) -> None:
    lines.calls(whom)
    lines.centre.restarts()
    lines.answered()
    lines.centre.restarts()
    assert lines.centre.asked(AnswerLine)[-1] == AnswerLine(lines.li)
    lines.holds(first=True, second=False)
    assert lines.talk() == {("♪", lines.caller), *everybody(lines.li, lines.target)}
    assert lines.centre.refusal(c.ReplacesAsked(lines.li, lines.li)) is None
