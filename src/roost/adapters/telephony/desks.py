"""Agents' phones in browsers. To the floor they're phones like any other: registered while one
stands, rung by DialAgent, taken off the hook by NudgePhone, ended by EndLeg.

Where a desk stands it is rung, and the agent's SIP phones aren't. Answering attaches the
contact's leg to the standing one, so nothing has to be set up when somebody waits.
"""

from collections.abc import Iterable
from typing import Final

from roost.adapters.telephony.desk import (
    KEPT,
    Book,
    Desk,
    DeskLeg,
    Page,
    agent_of,
    read_leg,
)
from roost.adapters.telephony.desk_legs import DeskLegs
from roost.adapters.telephony.desk_lines import DeskLines
from roost.adapters.telephony.switch import Switch
from roost.kernel.ids import AgentId
from roost.ports import edge as ports_edge
from roost.ports.desks import (
    Declined,
    Described,
    DeskReply,
    DeskRequest,
    Fine,
    From,
    Here,
    Left,
    Line,
    Offer,
    Quality,
    Ringing,
    Talking,
    Tell,
    Told,
)
from roost.ports.edge import Edge, EdgeGone, OfferRefused
from roost.ports.media import LegState

MOST_PAGES: Final = 8  # websockets of one agent; the oldest hears no more news


class Desks:
    """`ports.desks.Desks`, and telephony's part of the floor's effects."""

    def __init__(self, switch: Switch, edge: Edge) -> None:
        self._switch = switch
        self._edge = edge
        self._book = Book()
        self._legs = DeskLegs(switch, self._book)
        self._lines = DeskLines(switch, edge, self._book, self._legs)
        self.perform: Final = self._legs.perform
        self.media_lost: Final = self._lines.media_lost
        switch.desk_known = self._book.known

    def standing(self) -> int:
        """How many can be rung and heard now."""
        return sum(desk.stands for desk in self._book.desks.values())

    def close(self) -> None:
        for desk in self._book.desks.values():
            desk.stop_waiting()

    # --- what pages ask ---

    async def asked(self, request: DeskRequest, tell: Tell) -> DeskReply:
        """For the link."""
        page = request.page
        if page.agent not in self._switch.gate.agents:
            return Declined("no_agent")
        desk = self._book.desk(page.agent)
        match request:
            case Here():
                self._here(desk, page, tell)
            case Offer():
                return await self._offered(desk, request)
            case Quality():
                desk.quality = request
            case Left():
                desk.pages.pop(page.connection, None)
                if request.for_good and page.tab == desk.tab:
                    self._lines.gone(desk)
                self._book.tidy(desk)
        return Fine()

    def forget(self, tell: Tell) -> None:
        for desk in list(self._book.desks.values()):
            for name in [name for name, page in desk.pages.items() if page.tell == tell]:
                del desk.pages[name]
            self._book.tidy(desk)

    def _here(self, desk: Desk, page: From, tell: Tell) -> None:
        """The page hears how everything stands now, whatever it has missed."""
        desk.pages.pop(page.connection, None)
        desk.pages[page.connection] = Page(page.tab, page.auto_answer, tell)
        if len(desk.pages) > MOST_PAGES:
            del desk.pages[next(iter(desk.pages))]
        tell(Told(page.connection, Line(desk.state(page.tab))))
        if page.tab == desk.tab:
            for leg in desk.legs.values():
                contact = leg.kept.contact
                news = Talking(contact) if leg.up else Ringing(contact)
                tell(Told(page.connection, news))

    async def _offered(self, desk: Desk, request: Offer) -> DeskReply:
        page, session = request.page, request.session
        if desk.flowing and desk.tab != page.tab and not request.take_over:
            return Declined("phone_elsewhere")
        whose = ports_edge.Described(page.agent, page.tab)
        law = self._switch.settings.law
        try:
            answered = await self._edge.offer(session, whose, request.sdp, law)
        except OfferRefused as refused:
            return Declined(refused.code)
        except EdgeGone:
            return Declined("phone_unavailable")
        if session not in desk.described:
            if desk.coming is not None:
                self._lines.close_session(desk, desk.coming)
            desk.described[session] = answered
            desk.tabs[session] = page.tab
            desk.coming = session
            self._book.by_session[session] = desk
            self._book.tell_lines(desk)
        return Described(answered.sdp)

    # --- after a restart ---

    def restore_leg(self, value: bytes) -> bool:
        """A contact's leg from the vault, if it's a desk's. Raises as read_leg does."""
        kept = read_leg(value)
        if kept is None:
            return False
        self._legs.add(self._book.desk(kept.agent), DeskLeg(kept, up=True))
        return True

    def expected(self) -> bool:
        """Whether any desk stood when control ended."""
        return any(value for _, _, value in self._switch.vault.listing(KEPT))

    async def take_up(self, held: Iterable[LegState]) -> None:
        """Who stood goes on standing, as media and the edge say; who isn't there has GONE_S."""
        for _owner, name, value in self._switch.vault.listing(KEPT):
            if value:
                desk = self._book.desk(AgentId(name.removeprefix(KEPT)))
                desk.known, desk.tab = True, value.decode(errors="replace")
        for state in held:
            agent = agent_of(state.leg)
            if agent is not None:
                desk = self._book.desk(agent)
                desk.media, desk.anchored = state.anchored.media, state.anchored
        try:
            sessions = await self._edge.sessions()
        except EdgeGone:
            sessions = []
        for one in sessions:
            self._take_up_session(self._book.desk(one.described.agent), one)
        for desk in list(self._book.desks.values()):
            if desk.session is not None and desk.flowing:
                desk.known = False  # so that the floor hears of it, whatever it knows
                self._lines.heard(desk)
            else:
                self._lines.quiet(desk)
            self._legs.let_go(desk)
            self._book.tidy(desk)

    def _take_up_session(self, desk: Desk, state: ports_edge.SessionState) -> None:
        anchored = desk.anchored
        current = anchored is not None and state.towards == f"{anchored.host}:{anchored.port}"
        known = desk.session if current else desk.coming
        if known is not None:
            self._lines.close_session(desk, known)
        desk.described[state.session] = state.answered
        desk.tabs[state.session] = state.described.tab
        self._book.by_session[state.session] = desk
        if current:
            desk.session, desk.flowing = state.session, state.flowing
            desk.tab = state.described.tab
            return
        desk.coming = state.session
        if state.flowing:
            self._switch.start(self._lines.stand(desk, state.session))
