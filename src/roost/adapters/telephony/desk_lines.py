"""The connections that desks' audio comes by: one takes an agent's standing leg over, another
is lost, and who isn't back in time has no phone any more."""

import asyncio
from typing import Final

from roost.adapters.telephony.desk import Book, Desk, contact_of, standing_of
from roost.adapters.telephony.desk_legs import DeskLegs
from roost.adapters.telephony.switch import Switch
from roost.floor.agents.messages import PhoneLapsed, PhoneRegistered
from roost.kernel.ids import MediaId
from roost.ports.edge import Edge, EdgeGone, Flow, SessionId
from roost.ports.media import MediaGone

GONE_S: Final = 30.0  # without audio for so long: the phone has lapsed
AGAIN_S: Final = 0.2  # until media is asked once more


class DeskLines:
    """Which session's audio is a desk's, and whether it's there."""

    def __init__(self, switch: Switch, edge: Edge, book: Book, legs: DeskLegs) -> None:
        self._switch = switch
        self._edge = edge
        self._book = book
        self._legs = legs
        edge.watch(self.flow, self.edge_lost)

    # --- what the edge tells ---

    def flow(self, flow: Flow) -> None:
        desk = self._book.by_session.get(flow.session)
        if desk is None:
            return
        if flow.over:
            self._ended(desk, flow.session)
        elif flow.session == desk.session:
            self.heard(desk) if flow.flowing else self.quiet(desk)
        elif flow.flowing:
            self._switch.start(self.stand(desk, flow.session))

    def edge_lost(self) -> None:
        for session in list(self._book.by_session):
            self._ended(self._book.by_session[session], session)

    def _ended(self, desk: Desk, session: SessionId) -> None:
        current = session == desk.session
        desk.forget(session)
        self._book.by_session.pop(session, None)
        if current:
            self.quiet(desk)
        else:
            self._book.tell_lines(desk)
        self._book.tidy(desk)

    def close_session(self, desk: Desk, session: SessionId) -> None:
        desk.forget(session)
        self._book.by_session.pop(session, None)
        self._switch.start(self._close_in_edge(session))

    async def _close_in_edge(self, session: SessionId) -> None:
        try:
            await self._edge.close(session)
        except EdgeGone:
            self._switch.count("edge_gone")

    # --- a connection takes the standing leg over ---

    async def stand(self, desk: Desk, session: SessionId) -> None:
        """Its audio is there. Tries again while media is away."""
        while session in desk.described:
            async with desk.changing:
                if await self._anchored(desk, session):
                    return
            await asyncio.sleep(AGAIN_S)

    async def _anchored(self, desk: Desk, session: SessionId) -> bool:
        """Whether there's nothing left to do."""
        switch = self._switch
        if session not in desk.described:
            return True
        try:
            await self._lead(desk, session)
        except MediaGone:
            switch.count("media_gone")
            desk.anchored = None
            return False
        except EdgeGone:
            return True  # it tells us what became of the session
        if session not in desk.described:
            return True
        before, desk.session = desk.session, session
        if desk.coming == session:
            desk.coming = None
        desk.tab = desk.tabs[session]
        if before is not None and before != session:
            self.close_session(desk, before)
        self.heard(desk)
        return True

    async def _lead(self, desk: Desk, session: SessionId) -> None:
        """Media takes this session's audio as the standing leg's; until the edge has agreed
        nothing is changed for the session before. Raises MediaGone, EdgeGone."""
        media, agreed = self._switch.media, desk.agreed(session)
        leg = standing_of(desk.agent)
        known = desk.anchored is not None and desk.media is not None
        if desk.anchored is None or desk.media is None:
            desk.media = media.least_loaded()
            desk.anchored = await media.open_leg(desk.media, contact_of(desk.agent), leg, agreed)
        await self._edge.anchored(session, desk.anchored.host, desk.anchored.port)
        if known:
            await media.change_leg(desk.media, leg, agreed)

    def media_lost(self, media: MediaId) -> None:
        """Its standing legs are gone: they're opened anew as soon as it's back."""
        for desk in self._book.desks.values():
            if desk.media == media and desk.anchored is not None:
                desk.anchored = None
                if desk.session is not None:
                    self._switch.start(self.stand(desk, desk.session))

    def heard(self, desk: Desk) -> None:
        """Audio is there (again)."""
        desk.flowing = True
        desk.stop_waiting()
        if not desk.known or desk.kept_tab != desk.tab:
            desk.known, desk.kept_tab = True, desk.tab
            self._switch.say(PhoneRegistered(desk.agent), (desk.put(True),))
        self._book.tell_lines(desk)
        self._legs.tell_again(desk)

    def quiet(self, desk: Desk) -> None:
        """No audio. The caller hears music meanwhile (media sees it, too)."""
        desk.flowing = False
        if desk.known and desk.lapse is None:
            loop = asyncio.get_running_loop()
            desk.lapse = loop.call_later(GONE_S, self.gone, desk)
            self._legs.wait(desk)
        self._book.tell_lines(desk)

    def gone(self, desk: Desk) -> None:
        """The phone has lapsed. A contact's leg that's up is the floor's to end: it counts an
        interrupted line itself."""
        desk.stop_waiting()
        desk.flowing = False
        self._legs.not_back(desk)
        for session in (desk.session, desk.coming):
            if session is not None:
                self.close_session(desk, session)
        desk.tab = ""
        if desk.known:
            desk.known = False
            switch = self._switch
            phones = switch.registrar.contacts(str(desk.agent), switch.now())
            lapsed = PhoneRegistered(desk.agent) if phones else PhoneLapsed(desk.agent)
            switch.say(lapsed, (desk.put(False),))
        self._book.tell_lines(desk)
        self._legs.let_go(desk)
        self._book.tidy(desk)
