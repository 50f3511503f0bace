"""A supervisor listens, whispers, barges in, takes over."""

import pytest

from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.effects import EndLeg
from roost.floor.parties import SegmentKind, ToEntry, WatchMode
from roost.kernel.ends import Blame, Reason
from scenario.centre import Centre
from scenario.test_transfers import Talk, everybody


class Watched(Talk):
    """Wu is away and listens to Li's talk."""

    def __init__(self, centre: Centre) -> None:
        super().__init__(centre)
        centre.signs_in("Wu", ready=False)
        assert centre.refusal(a.Watch("Wu", "Li", WatchMode.LISTEN)) is None  # type: ignore[arg-type]
        self.wu = centre.rung("Wu")

    def joins(self) -> None:
        self.centre.give(c.LegAnswered(self.wu))


@pytest.fixture
def watched(centre: Centre) -> Watched:
    return Watched(centre)


def test_who_listens_is_heard_by_nobody(watched: Watched) -> None:
    watched.joins()
    heard = {(watched.caller, watched.wu), (watched.li, watched.wu)}
    assert watched.talk() == everybody(watched.caller, watched.li) | heard
    centre = watched.centre
    centre.give(a.SetWatch("Wu", WatchMode.WHISPER))  # type: ignore[arg-type]
    whispered = heard | {(watched.wu, watched.li)}
    assert watched.talk() == everybody(watched.caller, watched.li) | whispered
    centre.give(a.SetWatch("Wu", WatchMode.BARGE))  # type: ignore[arg-type]
    assert watched.talk() == everybody(watched.caller, watched.li, watched.wu)


def test_who_is_on_hold_hears_no_watcher(watched: Watched) -> None:
    watched.joins()
    watched.centre.give(a.SetWatch("Wu", WatchMode.BARGE))  # type: ignore[arg-type]
    watched.centre.give(a.Hold("Li", True))  # type: ignore[arg-type]
    assert (watched.wu, watched.caller) not in watched.talk()
    assert (watched.wu, watched.li) in watched.talk()


def test_a_watcher_is_offered_nothing_and_stays_away(watched: Watched) -> None:
    centre = watched.centre
    watched.joins()
    assert centre.refusal(a.GoReady("Wu")) == "watching"  # type: ignore[arg-type]
    assert centre.refusal(a.SignOut("Wu")) == "watching"  # type: ignore[arg-type]
    assert centre.refusal(a.StopWatching("Wu")) is None  # type: ignore[arg-type]
    assert EndLeg(watched.wu, Reason.HUNG_UP) in centre.effects
    assert centre.refusal(a.GoReady("Wu")) is None  # type: ignore[arg-type]
    assert watched.talk() == everybody(watched.caller, watched.li)


def test_a_watcher_goes_with_whom_they_watch(watched: Watched) -> None:
    watched.joins()
    watched.consults("Mo")
    watched.answered()
    watched.does(a.CompleteTransfer)
    assert watched.wu in {e.leg for e in watched.centre.asked(EndLeg)}
    assert watched.talk() == everybody(watched.caller, watched.target)
    assert watched.centre.refusal(a.GoReady("Wu")) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("joined", [True, False])
def test_the_contacts_end_is_the_watchers(watched: Watched, joined: bool) -> None:
    if joined:
        watched.joins()
    watched.ends(watched.caller, Blame.CALLER)
    assert watched.centre.refusal(a.GoReady("Wu")) is None  # type: ignore[arg-type]


def test_a_phone_that_isnt_picked_up_watches_nothing(watched: Watched) -> None:
    watched.centre.after(70)
    assert watched.centre.refusal(a.SetWatch("Wu", WatchMode.BARGE)) == "not_watching"  # type: ignore[arg-type]
    assert watched.talk() == everybody(watched.caller, watched.li)


def test_taking_over(watched: Watched) -> None:
    centre = watched.centre
    assert centre.refusal(a.TakeOver("Wu")) == "no_contact"  # type: ignore[arg-type]
    watched.joins()
    assert centre.refusal(a.TakeOver("Wu")) is None  # type: ignore[arg-type]
    assert watched.talk() == everybody(watched.caller, watched.wu)
    assert centre.presence("Li") is Presence.WRAPPING
    assert centre.presence("Wu") is Presence.TALKING
    assert centre.refusal(a.Consult("Wu", ToEntry("crew"))) is None  # type: ignore[arg-type]
    centre.after(30).hangs_up(watched.call)
    centre.give(a.WrapUp("Wu", "done"))  # type: ignore[arg-type]
    assert centre.events(a.SegmentClosed)[-1].kind is SegmentKind.TRANSFER


def test_only_who_is_away_listens_and_only_to_a_talk(watched: Watched) -> None:
    centre = watched.centre
    assert centre.refusal(a.Watch("Mo", "Li", WatchMode.LISTEN)) == "not_away"  # type: ignore[arg-type]
    centre.give(a.GoAway("Mo", "break"))  # type: ignore[arg-type]
    assert centre.refusal(a.Watch("Mo", "Wu", WatchMode.LISTEN)) == "no_contact"  # type: ignore[arg-type]
    assert centre.refusal(a.Watch("Wu", "Li", WatchMode.LISTEN)) == "watching"  # type: ignore[arg-type]


def test_a_restart_keeps_the_watcher(watched: Watched) -> None:
    watched.centre.restarts()
    watched.joins()
    watched.centre.restarts()
    assert watched.centre.refusal(a.TakeOver("Wu")) is None  # type: ignore[arg-type]
