"""Phones in browsers, as telephony serves them: to the floor they're phones like any other."""

import asyncio
from collections.abc import Callable

from msgspec import structs

from roost.adapters.clock.wall import CellClock
from roost.adapters.edge.testing import FakeEdge
from roost.adapters.telephony.settings import TelephonySettings, TrunkSettings
from roost.adapters.telephony.telephony import Telephony
from roost.adapters.telephony.testing import FakeFloor, FakeMedia, FakeVault
from roost.floor.agents.messages import PhoneLapsed, PhoneRegistered
from roost.floor.calls.messages import LegAnswered, LegClosed, LegConfirmed, LegFailed, LegRang
from roost.floor.effects import AskLeg, DialAgent, EndLeg, NudgePhone
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, LegId, MediaId, TrunkId, VaultId
from roost.kernel.messages import Command
from roost.ports.desks import (
    ConnectionId,
    Declined,
    Described,
    DeskNews,
    DeskReply,
    Fine,
    From,
    Here,
    Left,
    Line,
    LineState,
    Offer,
    Over,
    Ringing,
    Talking,
    Told,
)
from roost.ports.edge import OfferRefused, SessionId
from roost.protocols.sip.digest import secret_of
from unit.warped import run

LI = AgentId("1001")
STANDING = LegId("desk/1001")
LEG, CONTACT = LegId("C1/a1"), ContactId("C1")
DIAL = DialAgent(LEG, CONTACT, LI, ClientId("power-grid"), MediaId("m1"), None)
ONE, TWO = From(LI, ConnectionId("w1/1"), "tab-1"), From(LI, ConnectionId("w1/2"), "tab-2")
S1, S2 = SessionId("1001/1"), SessionId("1001/2")


class Place:
    """Telephony with a fake floor, media and edge; a second one may take over from it."""

    def __init__(self, before: "Place | None" = None) -> None:
        self.floor = FakeFloor(lambda _command, _contact: ())
        self.media = before.media if before else FakeMedia()
        self.edge = before.edge if before else FakeEdge()
        self.vault = before.vault if before else FakeVault()
        self.floor.vault = self.vault
        settings = TelephonySettings(
            "127.0.0.1",
            5_060,
            "roost",
            b"k" * 32,
            (TrunkSettings(TrunkId("local"), ("127.0.0.1",)),),
            {"1001": secret_of("1001", "roost", "x")},
        )
        self.telephony = Telephony(
            settings, self.floor, self.media, self.vault, CellClock(), edge=self.edge
        )
        self.floor.telephony = self.telephony
        self.heard: list[Told] = []

    async def ask(self, request: Here | Offer | Left) -> DeskReply:
        assert self.telephony.desks is not None
        return await self.telephony.desks.asked(request, self.heard.append)

    async def settled(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)

    async def stands(self, page: From = ONE, session: SessionId = S1, **more: bool) -> None:
        """The page connects, and its audio is there."""
        await self.ask(Here(page))
        assert isinstance(await self.ask(Offer(page, session, "sdp", **more)), Described)
        self.edge.flows(session)
        await self.settled()

    async def talks(self) -> None:
        self.telephony.perform(DIAL)
        await self.settled()
        self.telephony.perform(NudgePhone(LEG))
        await self.settled()
        assert self.said(LegAnswered) == [LegAnswered(LEG)]

    def said(self, *kinds: type[Command]) -> list[Command]:
        return [one for one in self.floor.commands if isinstance(one, kinds)]

    def news(self, page: From = ONE) -> list[DeskNews]:
        return [one.news for one in self.heard if one.connection == page.connection]

    def line(self, page: From = ONE) -> LineState:
        return [one.state for one in self.news(page) if isinstance(one, Line)][-1]

    async def restarted(self) -> "Place":
        """Control dies; the next one finds what media, the edge and the vault hold."""
        await self.telephony.close()
        after = Place(self)
        after.telephony.restore()
        assert after.telephony.desks is not None
        await after.telephony.desks.take_up(await self.media.legs(MediaId("m1")))
        await after.settled()
        return after


def story(tell: "Callable[[Place], object]") -> None:
    async def told() -> None:
        place = Place()
        await tell(place)  # type: ignore[misc]
        await place.telephony.close()

    run(told())


def test_a_desk_is_a_phone_as_soon_as_its_audio_is_there() -> None:
    async def tell(place: Place) -> None:
        assert await place.ask(Here(ONE)) == Fine()
        assert place.line() is LineState.NONE
        assert await place.ask(Offer(ONE, S1, "sdp")) == Described("answer to sdp")
        assert place.line() is LineState.CONNECTING
        assert not place.floor.commands
        place.edge.flows(S1)
        await place.settled()
        assert place.said(PhoneRegistered) == [PhoneRegistered(LI)]
        assert place.line() is LineState.STANDING
        contact, anchored = place.media.opened[STANDING]
        assert contact == "desk/1001"
        assert place.edge.states[S1].towards == f"{anchored.host}:{anchored.port}"

    story(tell)


def test_it_rings_at_once_and_the_answer_button_attaches_it() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        place.telephony.perform(DIAL)
        await place.settled()
        assert place.said(LegRang) == [LegRang(LEG)]
        assert place.news()[-1] == Ringing(CONTACT)
        place.telephony.perform(NudgePhone(LEG))
        place.telephony.perform(NudgePhone(LEG))
        await place.settled()
        assert place.said(LegAnswered) == [LegAnswered(LEG)]
        assert place.media.attached[LEG] == (CONTACT, STANDING)
        assert place.news()[-1] == Talking(CONTACT)
        place.telephony.perform(AskLeg(LEG))
        await place.settled()
        assert place.said(LegConfirmed) == [LegConfirmed(LEG)]
        place.telephony.perform(EndLeg(LEG, Reason.HUNG_UP))
        await place.settled()
        assert place.said(LegClosed) == [LegClosed(LEG, Blame.US, Reason.HUNG_UP)]
        assert LEG not in place.media.attached
        assert STANDING in place.media.opened  # it stands on
        assert place.news()[-1] == Over(CONTACT, "hung_up")

    story(tell)


def test_whoever_wants_it_answers_by_itself() -> None:
    async def tell(place: Place) -> None:
        await place.stands(From(LI, ONE.connection, "tab-1", auto_answer=True))
        place.telephony.perform(DIAL)
        await place.settled()
        assert place.said(LegAnswered) == [LegAnswered(LEG)]

    story(tell)


def test_a_declined_or_late_offer_stops_ringing() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        place.telephony.perform(DIAL)
        place.telephony.perform(EndLeg(LEG, Reason.NO_ANSWER))
        place.telephony.perform(NudgePhone(LEG))
        await place.settled()
        assert place.said(LegClosed) == [LegClosed(LEG, Blame.US, Reason.NO_ANSWER)]
        assert not place.said(LegAnswered)
        assert place.news()[-1] == Over(CONTACT, "no_answer")

    story(tell)


def test_what_the_agent_asked_for_answers_by_itself() -> None:
    """A supervisor who listens, an agent who calls out: nobody is rung for their own wish."""

    async def tell(place: Place) -> None:
        await place.stands()
        place.telephony.perform(structs.replace(DIAL, asked=True))
        await place.settled()
        assert place.said(LegRang, LegAnswered) == [LegRang(LEG), LegAnswered(LEG)]
        assert Ringing(CONTACT) not in place.news()
        assert place.news()[-1] == Talking(CONTACT)

    story(tell)


def test_the_next_contact_may_ring_while_the_last_one_is_being_let_go() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.talks()
        place.telephony.perform(EndLeg(LEG, Reason.HUNG_UP))
        then = DialAgent(
            LegId("C2/a1"), ContactId("C2"), LI, ClientId("power-grid"), MediaId("m1"), None
        )
        place.telephony.perform(then)
        await place.settled()
        assert not place.said(LegFailed)
        assert place.said(LegRang)[-1] == LegRang(LegId("C2/a1"))

    story(tell)


def test_a_reload_takes_the_same_leg_over() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.talks()
        anchored = place.media.opened[STANDING][1]
        place.edge.flows(S1, False)
        await place.settled()
        assert place.line() is LineState.INTERRUPTED
        again = From(LI, ConnectionId("w1/9"), "tab-1")
        await place.stands(again, S2)
        assert place.media.opened[STANDING][1] == anchored
        agreed, ours = place.media.agreed[STANDING], place.edge.states[S2].answered
        assert agreed is not None
        assert agreed.port == ours.port
        assert place.edge.closed == [S1]
        assert place.line(again) is LineState.STANDING
        assert Talking(CONTACT) in place.news(again)
        await asyncio.sleep(60)
        assert not place.said(PhoneLapsed, LegClosed, LegFailed)

    story(tell)


def test_another_tab_asks_first_and_the_one_before_hears_of_it() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.ask(Here(TWO))
        assert place.line(TWO) is LineState.ELSEWHERE
        assert await place.ask(Offer(TWO, S2, "sdp")) == Declined("phone_elsewhere")
        await place.stands(TWO, S2, take_over=True)
        assert place.line(TWO) is LineState.STANDING
        assert place.line(ONE) is LineState.ELSEWHERE
        assert place.edge.closed == [S1]
        assert not place.said(PhoneLapsed)

    story(tell)


def test_a_take_over_that_never_connects_leaves_the_phone_where_it_was() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.ask(Here(TWO))
        await place.ask(Offer(TWO, S2, "sdp", take_over=True))
        place.edge.ends(S2, "never")
        await place.settled()
        assert place.line(ONE) is LineState.STANDING
        place.telephony.perform(DIAL)
        assert place.news(ONE)[-1] == Ringing(CONTACT)

    story(tell)


def test_a_phone_that_is_quiet_is_anybodys() -> None:
    """A browser that crashed comes back as another tab, and isn't asked."""

    async def tell(place: Place) -> None:
        await place.stands()
        place.edge.flows(S1, False)
        await place.stands(TWO, S2)
        assert place.line(TWO) is LineState.STANDING

    story(tell)


def test_who_is_gone_for_half_a_minute_has_no_phone_any_more() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        place.edge.flows(S1, False)
        await asyncio.sleep(29)
        assert not place.said(PhoneLapsed)
        await asyncio.sleep(2)
        assert place.said(PhoneLapsed) == [PhoneLapsed(LI)]
        assert place.line() is LineState.NONE
        assert STANDING not in place.media.opened
        assert place.edge.closed == [S1]
        place.telephony.perform(DIAL)  # no phone of any kind
        await place.settled()
        failed = LegFailed(LEG, Blame.NETWORK, Reason.UNREACHABLE, 480)
        assert place.said(LegFailed) == [failed]

    story(tell)


def test_a_desk_that_falls_silent_while_it_rings_has_a_moment() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        place.telephony.perform(DIAL)
        place.edge.flows(S1, False)
        await asyncio.sleep(2)
        assert not place.said(LegFailed)
        place.edge.flows(S1)
        await asyncio.sleep(5)
        assert not place.said(LegFailed)
        place.edge.flows(S1, False)
        await asyncio.sleep(4)
        assert place.said(LegFailed) == [LegFailed(LEG, Blame.NETWORK, Reason.UNREACHABLE, 0)]

    story(tell)


def test_giving_the_phone_up_is_known_at_once() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.ask(Left(ONE, for_good=False))  # a reload, perhaps: it stands on
        await asyncio.sleep(5)
        assert not place.said(PhoneLapsed)
        await place.ask(Left(ONE, for_good=True))
        await place.settled()
        assert place.said(PhoneLapsed) == [PhoneLapsed(LI)]

    story(tell)


def test_an_edge_that_dies_loses_every_line_and_each_may_come_back() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.talks()
        place.edge.dies()
        await place.settled()
        assert place.line() is LineState.LOST
        await place.stands(ONE, S2)
        assert place.line() is LineState.STANDING
        await asyncio.sleep(60)
        assert not place.said(PhoneLapsed, LegClosed)

    story(tell)


def test_a_media_process_that_dies_is_stood_on_again() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        place.media.gone = True
        place.media.opened.clear()
        assert place.telephony.desks is not None
        place.telephony.desks.media_lost(MediaId("m1"))
        await asyncio.sleep(1)
        place.media.gone = False
        await asyncio.sleep(1)
        anchored = place.media.opened[STANDING][1]
        assert place.edge.states[S1].towards == f"{anchored.host}:{anchored.port}"
        await place.talks()

    story(tell)


def test_a_control_that_restarts_takes_desks_and_talks_up_again() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.talks()
        after = await place.restarted()
        assert after.said(PhoneRegistered) == [PhoneRegistered(LI)]
        await after.ask(Here(ONE))
        assert after.news() == [Line(LineState.STANDING), Talking(CONTACT)]
        after.telephony.perform(EndLeg(LEG, Reason.HUNG_UP))
        await after.settled()
        assert after.said(LegClosed) == [LegClosed(LEG, Blame.US, Reason.HUNG_UP)]
        assert STANDING in after.media.opened
        await asyncio.sleep(60)
        assert not after.said(PhoneLapsed)
        await after.telephony.close()

    story(tell)


def test_a_page_that_reloads_while_control_is_away_finds_its_talk_again() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        await place.talks()
        del place.edge.states[S1]
        after = await place.restarted()
        await after.ask(Here(ONE))
        assert after.line() is LineState.LOST
        assert after.news()[-1] == Talking(CONTACT)
        await after.stands(ONE, S2)
        assert after.line() is LineState.STANDING
        assert after.news()[-1] == Talking(CONTACT)
        await after.telephony.close()

    story(tell)


def test_a_desk_that_went_while_control_was_away_is_missed() -> None:
    async def tell(place: Place) -> None:
        await place.stands()
        del place.edge.states[S1]
        after = await place.restarted()
        await asyncio.sleep(31)
        assert after.said(PhoneLapsed) == [PhoneLapsed(LI)]
        assert STANDING not in after.media.opened
        assert place.vault.values["operator", VaultId("desk:1001")] == b""  # type: ignore[index]
        await after.telephony.close()

    story(tell)


def test_what_cannot_be_offered_is_declined_with_its_code() -> None:
    async def tell(place: Place) -> None:
        await place.ask(Here(ONE))
        place.edge.refuses = OfferRefused("bad_offer", "no")
        assert await place.ask(Offer(ONE, S1, "sdp")) == Declined("bad_offer")
        place.edge.gone = True
        assert await place.ask(Offer(ONE, S1, "sdp")) == Declined("phone_unavailable")
        nobody = From(AgentId("9999"), ONE.connection, "tab-1")
        assert await place.ask(Here(nobody)) == Declined("no_agent")

    story(tell)
