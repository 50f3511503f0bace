"""The live figures, from events alone: what a wallboard shows, and when it begins anew."""

import json
from itertools import count

from msgspec.structs import replace

from roost.floor import definition
from roost.floor.agents import messages as agents
from roost.floor.calls import messages as calls
from roost.floor.parties import Party
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.envelope import Envelope
from roost.kernel.ids import (
    OPERATOR,
    AgentId,
    ClientId,
    ContactId,
    LegId,
    MediaId,
    OfferId,
    Owner,
    QueueId,
    SegmentId,
    StreamName,
    TrunkId,
)
from roost.kernel.messages import Event
from roost.kernel.time import DAY, HOUR, SECOND, DurationUs, InstantUs, Zone
from roost.web.boards import MOST_GONE, NOTHING, Board, Boards, Changes
from roost.web.limits import COALESCE, MOST_RECENT_CONTACTS
from roost.web.live import Live
from roost.web.permissions import View
from roost.web.project import Audience, change, desk, keys
from roost.web.rows import ContactRow, Presence, QueueRow, TotalsRow
from roost.web.testing import small_floor

SHANGHAI = Zone("Asia/Shanghai", "test", (-(2**62),), (8 * 3_600,))
NOON = InstantUs(20_000 * DAY + 4 * HOUR)  # 12:00 in Shanghai
GRID, WATER = ClientId("power-grid"), ClientId("water")


class Story:
    """Events of a cell, told one after the other."""

    def __init__(self, at: InstantUs = NOON) -> None:
        self.live = Live(SHANGHAI)
        self.at = at
        self._numbers = count(1)
        self._counts = {GRID: count(1), WATER: count(1)}
        self.tell(definition.CentreConfigured(floor=small_floor()))

    def tell(self, event: Event, after_s: float = 0) -> None:
        self.at = InstantUs(self.at + round(after_s * SECOND))
        self.live.fold(
            Envelope(
                StreamName("cell-1"),
                next(self._numbers),
                "",
                1,
                event.owner,
                event.contact,
                self.at,
                "test",
                "test",
                event,
            )
        )

    def call(self, client: ClientId = GRID) -> ContactId:
        number = next(self._counts[client])
        contact = ContactId(f"C-{client}-{number}")
        about = {"owner": Owner(client), "contact": contact}
        self.tell(
            calls.CallArrived(
                leg=LegId("l"),
                trunk=TrunkId("t"),
                number="1",
                caller=None,
                tags=(),
                media=MediaId("m"),
                count=number,
                **about,  # type: ignore[arg-type]
            )
        )
        self.tell(
            queues.ContactQueued(
                queue=QueueId(f"{client}/calls"),
                priority=0,
                skills=(),
                entry=1,
                since=self.at,
                most_us=DurationUs(HOUR),
                **about,  # type: ignore[arg-type]
            )
        )
        return contact

    def leave(self, contact: ContactId, outcome: Outcome, waited_s: float) -> None:
        client = contact.split("-", 1)[1].rsplit("-", 1)[0]
        self.tell(
            queues.ContactDequeued(
                owner=Owner(client),
                contact=contact,
                queue=QueueId(f"{client}/calls"),
                outcome=outcome,
                agent=None,
                waited_us=DurationUs(round(waited_s * SECOND)),
                short=outcome is Outcome.ABANDONED and waited_s < 5,
                in_target=waited_s <= 20,
                entry=1,
            )
        )

    def end(self, contact: ContactId) -> None:
        client = contact.split("-", 1)[1].rsplit("-", 1)[0]
        self.tell(
            calls.ContactEnded(
                owner=Owner(client), contact=contact, blame=Blame.CALLER, reason=Reason.HUNG_UP
            )
        )

    def queue(self, client: ClientId = GRID) -> QueueRow:
        row = change(self.live, Audience(OPERATOR, View.QUEUES), f"{client}/calls", 1).row
        assert isinstance(row, QueueRow)
        return row

    def totals(self, owner: Owner = OPERATOR, key: str | None = None) -> TotalsRow:
        key = key or ("all" if owner == OPERATOR else owner)
        row = change(self.live, Audience(owner, View.TOTALS), key, 1).row
        assert isinstance(row, TotalsRow)
        return row


def test_the_service_level_is_the_one_of_the_glossary() -> None:
    story = Story()
    quick, late, lost, short = (story.call() for _ in range(4))
    story.leave(quick, Outcome.ANSWERED, 10)
    story.leave(late, Outcome.ANSWERED, 40)
    story.leave(lost, Outcome.ABANDONED, 30)
    story.leave(short, Outcome.ABANDONED, 2)
    row = story.queue()
    assert (row.offered, row.answered, row.abandoned, row.short_abandoned) == (4, 2, 2, 1)
    assert row.service_level == 33.3  # 1 in target ÷ (2 answered + 1 abandoned, not short)
    assert row.asa_us == 25 * SECOND
    assert story.queue(WATER).service_level is None


def test_the_longest_wait_is_the_oldest_entry() -> None:
    story = Story()
    first = story.call()
    began = story.at
    story.at = InstantUs(story.at + 30 * SECOND)
    story.call()
    assert (story.queue().waiting, story.queue().longest_since) == (2, began)
    story.leave(first, Outcome.ABANDONED, 31)
    assert story.queue().longest_since == began + 30 * SECOND


def test_the_days_figures_begin_anew_at_the_centres_midnight() -> None:
    midnight = InstantUs(20_000 * DAY + 16 * HOUR)  # 00:00 of the next day in Shanghai
    story = Story(InstantUs(midnight - SECOND))
    before = story.call()
    assert story.queue().offered == 1
    story.live.turn(midnight)
    assert (story.queue().offered, story.queue().waiting) == (0, 1)
    story.at = midnight
    story.leave(before, Outcome.ANSWERED, 5)  # entered yesterday: counts there
    assert (story.queue().answered, story.queue().waiting) == (0, 0)


def test_totals_are_the_sum_of_what_one_may_see() -> None:
    story = Story()
    for client in (GRID, GRID, WATER):
        story.leave(story.call(client), Outcome.ANSWERED, 10)
    assert story.totals().answered == 3
    assert story.totals(Owner(WATER)).answered == 1
    assert story.totals().agents is not None
    assert story.totals(Owner(WATER)).agents is None
    assert story.totals().in_progress == 3


def test_a_contacts_row_says_how_its_wait_ended() -> None:
    story = Story()
    contact = story.call(WATER)

    def row() -> ContactRow:
        found = change(story.live, Audience(OPERATOR, View.CONTACTS), "water-1", 1).row
        assert isinstance(found, ContactRow)
        return found

    assert (row().state, row().outcome) == ("waiting", None)
    story.leave(contact, Outcome.ABANDONED, 9)
    story.end(contact)
    assert (row().state, row().outcome, row().ended_by) == ("ended", "abandoned", "caller")


def test_only_so_many_finished_contacts_are_kept() -> None:
    story = Story()
    for _ in range(MOST_RECENT_CONTACTS + 30):
        contact = story.call()
        story.leave(contact, Outcome.ABANDONED, 9)
        story.end(contact)
    assert len(story.live.contacts) == len(story.live.by_ref) == MOST_RECENT_CONTACTS
    assert story.totals().in_progress == 0


def test_an_agent_goes_round_with_a_contact() -> None:
    story = Story()
    agent, contact, offer = AgentId("1001"), story.call(), OfferId("o")
    about = {"agent": agent, "offer": offer, "contact": contact}
    where = {"queue": QueueId("power-grid/calls"), "client": GRID}
    story.tell(agents.AgentSignedIn(agent=agent))
    story.tell(agents.AgentReady(agent=agent, ready_for=(GRID,)))
    story.tell(agents.AgentOffered(ring_us=DurationUs(SECOND), **about, **where))  # type: ignore[arg-type]
    row = desk(story.live, agent)
    assert row is not None
    assert row.contact is not None
    assert (row.agent.presence, row.contact.state, row.may[0]) == ("offered", "ringing", "take")
    story.tell(
        agents.OfferTaken(segment=SegmentId("s"), rang_us=DurationUs(1), **about, **where)  # type: ignore[arg-type]
    )
    leg = {"owner": Owner(GRID), "contact": contact, "leg": LegId("a"), "offer": offer}
    story.tell(calls.LegDialled(agent=agent, **leg))  # type: ignore[arg-type]
    story.tell(calls.LegConnected(**leg))  # type: ignore[arg-type]
    story.leave(contact, Outcome.ANSWERED, 3)
    row = desk(story.live, agent)
    assert row is not None
    assert "hold" not in row.may, "the agent alone hears what it's about"
    joined = calls.MatrixChanged(
        owner=Owner(GRID), contact=contact, version=1, routes=(), joined=LegId("a")
    )
    story.tell(joined)
    row = desk(story.live, agent)
    assert row is not None
    assert {"hold", "consult", "transfer", "hang-up"} <= set(row.may)
    story.tell(
        calls.PartyHeld(
            owner=Owner(GRID), contact=contact, leg=LegId("l"), party=Party.CUSTOMER, held=True
        )
    )
    row = desk(story.live, agent)
    assert row is not None
    assert "unhold" in row.may
    assert row.agent.held
    story.tell(agents.WrapUpStarted(**about))  # type: ignore[arg-type]
    story.tell(agents.AgentReady(agent=agent, ready_for=(GRID,)))
    row = desk(story.live, agent)
    assert row is not None
    assert (row.agent.presence, row.contact) == ("ready", None)
    assert story.live.presences["ready"] == 1  # type: ignore[index]


def after(seconds: float) -> InstantUs:
    return InstantUs(NOON + round(seconds * SECOND))


def told(changes: Changes) -> tuple[bool, int]:
    """Whether a message replaces all, and how many rows it has."""
    message = json.loads(changes.text)
    return message["whole"], len(message["rows"])


def test_a_board_tells_only_what_really_changed() -> None:
    story = Story()
    boards = Boards(story.live)
    board = boards.board(Audience(Owner(WATER), View.QUEUES))
    boards.refresh(NOON)
    seen = board.since(NOTHING)
    assert told(seen) == (True, 1)
    story.call(GRID)
    boards.refresh(after(1))
    assert board.version == seen.seen, "another client's call changed a client's board"
    story.call(WATER)
    boards.refresh(after(2))
    fresh = board.since(seen.seen)
    assert told(fresh) == (False, 1)
    assert told(board.since(fresh.seen)) == (False, 0)
    assert board.since(seen.seen) is fresh, "made once for everybody"


def test_a_row_is_shown_at_once_and_then_ten_times_a_second() -> None:
    story = Story()
    boards = Boards(story.live)
    water = Audience(Owner(WATER), View.QUEUES)
    board = boards.board(water)
    boards.refresh(NOON)
    shown: list[int] = []
    for tick in range(100):  # a call every ten milliseconds
        story.call(WATER)
        before = board.version
        boards.refresh(after(1 + tick / 100))
        if board.version != before:
            shown.append(tick)
    assert shown == list(range(0, 100, 10))
    now = after(1.99)
    assert boards.wait_us(now) == COALESCE - 90_000
    (late,) = boards.rows(water)
    assert json.loads(late)["row"]["offered"] == 100, "who asks gets what will be shown soon"
    boards.refresh(after(2))
    assert boards.wait_us(after(2)) is None
    assert json.loads(board.rows()[0])["row"]["offered"] == 100


def test_a_desks_own_row_never_waits() -> None:
    story = Story()
    boards = Boards(story.live)
    board = boards.board(Audience(OPERATOR, View.DESK, AgentId("1001")))
    boards.refresh(NOON)
    me = AgentId("1001")
    for event in (agents.AgentReady(agent=me, ready_for=()), agents.AgentSignedOut(agent=me)):
        before = board.version
        story.tell(event)
        boards.refresh(NOON)
        assert board.version == before + 1


def test_a_reader_that_is_too_far_behind_gets_the_whole_board_again() -> None:
    story = Story()
    board = Board(story.live, Audience(OPERATOR, View.CONTACTS))
    seen = board.version
    for _ in range(MOST_GONE + MOST_RECENT_CONTACTS + 10):
        contact = story.call()
        story.end(contact)
        board.refresh(sorted(key for view, key in story.live.dirty if view is View.CONTACTS))
        story.live.dirty.clear()
    assert told(board.since(seen)) == (True, MOST_RECENT_CONTACTS)
    assert len(board.rows()) == MOST_RECENT_CONTACTS
    assert told(board.since(board.version - 2)) == (False, 2)


def two_teams() -> definition.Floor:
    """1001 works by day for both, 1002 by night for water alone."""
    floor = small_floor("2")
    day, night = floor.agents
    return replace(floor, agents=(day, replace(night, team="night", clients=(WATER,))))


def test_totals_follow_client_and_team() -> None:
    story = Story()
    story.tell(definition.CentreConfigured(floor=two_teams()))
    story.tell(agents.AgentSignedIn(agent=AgentId("1002")))
    for client in (GRID, GRID, WATER):
        story.call(client)

    def seen(key: str) -> tuple[int, int]:
        row = story.totals(key=key)
        assert row.agents is not None
        return row.waiting, row.agents[Presence.AWAY]

    assert [seen(key) for key in ("all", GRID, WATER)] == [(3, 1), (2, 0), (1, 1)]
    assert [seen(key) for key in ("team:day", "team:night")] == [(3, 0), (1, 1)]
    assert [seen(key) for key in ("team:day/water", "team:night/water")] == [(1, 0), (1, 1)]


def test_totals_show_nobody_more_than_they_see() -> None:
    story = Story()
    story.tell(definition.CentreConfigured(floor=two_teams()))

    def shown(audience: Audience) -> set[str]:
        found = set(keys(story.live, audience))
        for key in ("all", GRID, WATER, "team:day", "team:night", "team:night/water", "team:x"):
            row = change(story.live, audience, key, 1).row
            assert (row is not None) == (key in found), key
        return found

    every = {"all", GRID, WATER, "team:day", "team:day/power-grid", "team:day/water"}
    by_night = {"team:night", "team:night/water"}
    assert shown(Audience(OPERATOR, View.TOTALS)) == every | by_night
    water = frozenset((WATER,))
    assert shown(Audience(Owner(WATER), View.TOTALS)) == {WATER}
    lead = Audience(OPERATOR, View.TOTALS, clients=water, teams=("night",))
    assert shown(lead) == {"all", WATER} | by_night
    agent = Audience(OPERATOR, View.TOTALS, clients=water)
    assert shown(agent) == {"all", WATER}
    row = change(story.live, agent, WATER, 1).row
    assert isinstance(row, TotalsRow)
    assert row.agents is None, "an agent isn't told of others"
