"""What the floor's page is told of who waits: how many, how long still, and in which place."""

from itertools import count

import msgspec

from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.calls import messages as c
from roost.floor.effects import DialNumber
from roost.floor.estimates import wait
from roost.floor.flows import messages as f
from roost.floor.queues import messages as q
from roost.kernel.ends import Blame, Reason
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, StreamName
from roost.kernel.time import InstantUs, Zone
from roost.office.measures.dictionary import count as count_of
from roost.office.measures.dictionary import value
from roost.web.boards import Boards
from roost.web.live import Live
from roost.web.permissions import View
from roost.web.project import Audience, change
from roost.web.rows import ContactRow, QueueRow
from scenario.centre import Centre, S, queue, skills
from scenario.test_callbacks_in_turn import busy, finishes, takes
from scenario.test_how_long_still import announcing, waiting

__all__ = ["announcing", "busy"]

SHANGHAI = Zone("Asia/Shanghai", "test", (-(2**62),), (8 * 3_600,))


class Page:
    """Follows a centre's events, as the web's process does."""

    def __init__(self, centre: Centre) -> None:
        self.centre, self.live = centre, Live(SHANGHAI)
        self._read, self._numbers = 0, count(1)

    def look(self) -> Live:
        for at, event in self.centre.log[self._read :]:
            self.live.fold(
                Envelope(
                    StreamName("cell-1"),
                    next(self._numbers),
                    "",
                    1,
                    event.owner,
                    event.contact,
                    InstantUs(at),
                    "test",
                    "test",
                    event,
                )
            )
        self._read = len(self.centre.log)
        return self.live

    def queue(self, name: str = "grid/bills") -> QueueRow:
        row = change(self.look(), Audience(OPERATOR, View.QUEUES), name, 1).row
        assert isinstance(row, QueueRow)
        return row

    def contact(self, contact: str) -> ContactRow:
        live = self.look()
        ref = live.contacts[contact].ref  # type: ignore[index]
        row = change(live, Audience(OPERATOR, View.CONTACTS), ref, 1).row
        assert isinstance(row, ContactRow)
        return row


def test_the_page_estimates_as_the_floor_does(centre: Centre) -> None:
    page = Page(centre)
    centre.queues[1] = queue(
        "bills",
        "bills:5",
        rings=(d.Ring(20 * S, skills("bills:1")),),  # type: ignore[arg-type]
    )
    centre.signs_in("Li", "outage:3 bills:5")
    centre.signs_in("Wang", "bills:2")
    callers = [centre.calls_in("bills") for _ in range(6)]
    centre.after(30)
    centre.picks_up(callers[0])
    centre.after(30)
    move = a.MoveAgents(
        "m1",
        ("Wang",),
        skills("outage:2"),
        ("bills",),
        None,
        InstantUs(centre.now + 3600 * S),  # type: ignore[arg-type]
    )
    assert centre.give(move).refusal is None
    centre.agent_hangs_up(callers[0])
    centre.hangs_up(callers[3])
    centre.after(200)
    centre.give(q.ChangePriority(callers[5], 10))  # type: ignore[arg-type]
    centre.queues[0] = queue("outage", "outage:2", boost_us=60 * S, boost_most=3)
    centre.apply()
    centre.give(a.SignOut("Li"))  # type: ignore[arg-type]
    shown, own = page.look().estimates, centre.state.estimates
    assert own.waiters
    assert msgspec.to_builtins(shown) == msgspec.to_builtins(own)


def test_whoever_enters_now_is_told_how_long_it_takes(centre: Centre) -> None:
    page = Page(centre)
    centre.signs_in("Li", ready=False)
    row = page.queue()
    assert (row.wait_us, row.pace) == (None, None), "nobody is there who could"
    centre.give(a.GoReady("Li"))  # type: ignore[arg-type]
    assert page.queue().wait_us == 3 * S, "somebody is ready: as long as a phone rings"
    first = centre.calls_in("bills")
    centre.picks_up(first)
    assert page.queue().wait_us == 184 * S, "a usual call, rounded, and the ring"
    centre.calls_in("bills")
    entering = wait.entering(centre.state.estimates, centre.queues[1].id, InstantUs(centre.now))
    shown = page.queue()
    assert entering is not None
    assert entering.wait_us is not None
    assert shown.wait_us is not None
    assert abs(shown.wait_us - entering.wait_us) < entering.wait_us / 32 + S
    assert shown.pace is not None
    turns = [1 / (1 / shown.pace.turn_us + k / shown.pace.give_up_us) for k in (0, 1)]
    assert abs(sum(turns) + shown.pace.ring_us - entering.wait_us) < entering.wait_us / 20


def test_a_breath_of_an_estimate_is_no_news(centre: Centre) -> None:
    page = Page(centre)
    centre.signs_in("Li")
    centre.signs_in("Wang")
    boards = Boards(page.look())
    board = boards.board(Audience(OPERATOR, View.QUEUES))
    boards.refresh(InstantUs(centre.now))
    seen = board.version
    centre.give(a.GoAway("Wang", "break"))  # type: ignore[arg-type]
    page.look()
    boards.refresh(InstantUs(centre.now + S))
    assert board.version == seen + 2, "half as many are there, for each of the two queues"
    seen = board.version
    centre.give(a.GoReady("Wang"))  # type: ignore[arg-type]
    centre.give(a.GoAway("Wang", "break"))  # type: ignore[arg-type]
    page.look()
    boards.refresh(InstantUs(centre.now + 2 * S))
    assert board.version == seen, "back and gone again between two looks"


def test_whom_a_phone_rings_for_waits_no_longer(centre: Centre) -> None:
    page = Page(centre)
    centre.signs_in("Li")
    first = centre.calls_in("bills")
    began = centre.now
    assert page.queue().waiting == 0
    second = centre.after(5).calls_in("bills")
    row = page.queue()
    assert (row.waiting, row.longest_since) == (1, began + 5 * S)
    centre.after(30)
    assert centre.presence("Li") == "away"
    row = page.queue()
    assert (row.waiting, row.longest_since) == (2, began), "nobody took it: back to its place"
    shown = page.contact(first)
    assert (shown.waits_since, shown.state) == (began, "waiting")
    centre.hangs_up(first)
    centre.hangs_up(second)
    assert page.queue().waiting == 0


def test_a_promised_call_has_a_place_and_a_mark_and_nobody_on_the_line(busy: Centre) -> None:
    page = Page(busy)
    promise = takes(busy)
    row = page.queue()
    assert (row.waiting, row.longest_since, row.promised) == (0, None, 1)
    shown = page.contact(promise)
    assert (shown.callback, shown.state, shown.not_before) == (True, "waiting", None)
    assert shown.waits_since == busy.the(c.CallbackPromised).since
    finishes(busy)
    assert busy.with_agent("Li") == promise
    assert page.queue().promised == 0
    busy.answers("Li")
    assert page.queue().promised == 0, "the agent is there; the customer's phone rings"
    number = busy.asked(DialNumber)[-1]
    busy.give(c.LegAnswered(number.leg))
    row = page.queue()
    assert (row.waiting, row.promised) == (0, 0)
    assert page.contact(promise).callback, "how it came about is known all along"


def test_a_promised_call_whose_time_has_not_come_stands_in_no_line(busy: Centre) -> None:
    page = Page(busy)
    promise = takes(busy)
    finishes(busy)
    busy.answers("Li")
    number = busy.asked(DialNumber)[-1]
    busy.give(c.LegFailed(number.leg, Blame.CALLER, Reason.BUSY, 486))
    again = busy.events(c.CallbackPromised)[-1]
    assert again.contact != promise
    shown = page.contact(again.contact)
    assert (shown.callback, shown.not_before) == (True, again.not_before)
    busy.after((again.not_before - busy.now) / S)
    assert page.contact(again.contact).not_before is None


def test_the_wait_that_was_told_is_held_against_the_one_that_was(announcing: Centre) -> None:
    page = Page(announcing)
    kept, late, sooner, later = waiting(announcing, 4)
    announcing.after(20)  # all of them are told five minutes, or ten
    announcing.after(40).hangs_up(sooner)
    announcing.agent_hangs_up(announcing.with_agent("Li") or "")
    announcing.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    announcing.answers("Li")
    assert announcing.with_agent("Li") == kept
    told = {one.contact: one.said_us for one in reversed(announcing.events(f.WaitAnnounced))}
    sums = page.look().queues[announcing.queues[1].id].sums
    assert (count_of("told", sums), value("told_kept", sums)) == (1, 100)
    assert value("told_error", sums) == 20 * S + told[kept] - 60 * S
    announcing.after(14 * 60).hangs_up(later)
    sums = page.look().queues[announcing.queues[1].id].sums
    assert value("told_kept", sums) == 50, "who gave up sooner tells nothing, who did later does"
    announcing.agent_hangs_up(kept)
    announcing.give(a.WrapUp("Li", "done"))  # type: ignore[arg-type]
    announcing.answers("Li")
    assert announcing.with_agent("Li") == late
    sums = page.look().queues[announcing.queues[1].id].sums
    assert (count_of("told", sums), value("told_kept", sums)) == (2, 33.3)
