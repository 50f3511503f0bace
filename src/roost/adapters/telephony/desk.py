"""One agent's phone in a browser, and what it keeps in the vault.

    none ── offer, its first audio ──► standing ── none for QUIET ──► interrupted
      ▲                                   ▲                                │
      │                                   └───── audio again, or from ─────┤
      └───────────────── GONE_S ──────────────── a new connection ─────────┘

The standing leg `desk/AGENT` is media's and outlives every connection of the browser: a new
one takes it over with its first audio, whatever became of the one before.
"""

import asyncio
from typing import Final

import msgspec
from msgspec import Struct

from roost.floor.effects import dialog_of
from roost.kernel.ends import Reason
from roost.kernel.ids import (
    OPERATOR,
    AgentId,
    ClientId,
    ContactId,
    LegId,
    MediaId,
    VaultId,
    owner_of,
)
from roost.kernel.messages import VaultPut
from roost.ports.desks import ConnectionId, DeskNews, Line, LineState, Quality, Tell, Told
from roost.ports.edge import Answered, SessionId
from roost.ports.media import STANDING, Agreed, Anchored

KEPT: Final = "desk:"
TAG: Final = b"desk1"  # what begins a desk leg's value, where a dialog's would lie


def standing_of(agent: AgentId) -> LegId:
    """The standing leg in media."""
    return LegId(f"{STANDING}{agent}")


def contact_of(agent: AgentId) -> ContactId:
    """What media files the standing leg under; no contact of the floor's."""
    return ContactId(f"{STANDING}{agent}")


def agent_of(leg: LegId) -> AgentId | None:
    """Whose standing leg it is; None for a contact's leg."""
    return AgentId(leg.removeprefix(STANDING)) if leg.startswith(STANDING) else None


class Page(Struct, gc=False):
    """A websocket that wants this agent's news."""

    tab: str
    auto_answer: bool
    tell: Tell


class Desk:
    """Times are the loop's seconds."""

    __slots__ = (
        "agent",
        "anchored",
        "changing",
        "coming",
        "described",
        "flowing",
        "kept_tab",
        "known",
        "lapse",
        "legs",
        "media",
        "pages",
        "quality",
        "session",
        "tab",
        "tabs",
    )

    def __init__(self, agent: AgentId) -> None:
        self.agent = agent
        self.session: SessionId | None = None  # whose audio is the standing leg's
        self.coming: SessionId | None = None  # described, and not heard yet
        self.described: dict[SessionId, Answered] = {}  # of those two
        self.tabs: dict[SessionId, str] = {}
        self.tab = ""  # the one that holds the phone, or held it last
        self.kept_tab = ""  # as it lies in the vault
        self.media: MediaId | None = None
        self.anchored: Anchored | None = None
        self.flowing = False
        self.known = False  # the floor knows of it
        self.lapse: asyncio.TimerHandle | None = None
        self.legs: dict[LegId, DeskLeg] = {}  # contacts' legs that ring or talk here
        self.pages: dict[ConnectionId, Page] = {}
        self.changing = asyncio.Lock()  # one session takes the leg over at a time
        self.quality: Quality | None = None  # as the browser saw it last

    @property
    def stands(self) -> bool:
        """Its audio is there: it can be rung and heard."""
        return self.known and self.flowing

    @property
    def auto_answer(self) -> bool:
        return any(page.auto_answer for page in self.pages.values() if page.tab == self.tab)

    def agreed(self, session: SessionId) -> Agreed:
        """What media needs of a session: where the edge speaks plain RTP."""
        answered = self.described[session]
        return Agreed(
            answered.host, answered.port, answered.law, answered.payload, answered.dtmf_payload
        )

    def forget(self, session: SessionId) -> None:
        self.described.pop(session, None)
        self.tabs.pop(session, None)
        if self.session == session:
            self.session = None
        if self.coming == session:
            self.coming = None

    def state(self, tab: str) -> LineState:
        """How the phone stands, for a page."""
        if self.coming is not None and self.tabs.get(self.coming) == tab:
            return LineState.CONNECTING
        if tab != self.tab:
            return LineState.ELSEWHERE if self.flowing else LineState.NONE
        if self.flowing:
            return LineState.STANDING
        if self.session is not None:
            return LineState.INTERRUPTED
        return LineState.LOST if self.known else LineState.NONE

    def stop_waiting(self) -> None:
        if self.lapse is not None:
            self.lapse.cancel()
            self.lapse = None

    def put(self, stands: bool) -> VaultPut:
        """For the next control: whose desk stood here."""
        value = self.tab.encode() if stands else b""
        return VaultPut(VaultId(f"{KEPT}{self.agent}"), OPERATOR, value)


class KeptLeg(Struct, gc=False, frozen=True):
    """A contact's leg at a desk, as it lies in the vault where a phone's dialog would."""

    leg: LegId
    contact: ContactId
    client: ClientId
    media: MediaId
    agent: AgentId

    def put(self) -> VaultPut:
        """Dropped in the commit that ends the leg."""
        value = TAG + msgspec.msgpack.encode(self)
        return VaultPut(dialog_of(self.leg), owner_of(self.client), value)


def read_leg(value: bytes) -> KeptLeg | None:
    """None for a phone's dialog. Raises msgspec.DecodeError and msgspec.ValidationError."""
    if not value.startswith(TAG):
        return None
    return msgspec.msgpack.decode(value[len(TAG) :], type=KeptLeg)


class DeskLeg:
    """A contact's leg that rings at a desk, or is attached to its standing leg. Who `asked` for
    it isn't rung."""

    __slots__ = ("asked", "changing", "ending", "kept", "up")

    def __init__(self, kept: KeptLeg, up: bool = False, asked: bool = False) -> None:
        self.kept = kept
        self.up = up
        self.asked = asked
        self.ending: Reason | None = None
        self.changing = asyncio.Lock()  # it's answered, then ended, never both at once


class Book:
    """All desks, and which of them a session or a contact's leg belongs to."""

    def __init__(self) -> None:
        self.desks: dict[AgentId, Desk] = {}
        self.by_session: dict[SessionId, Desk] = {}
        self.legs: dict[LegId, Desk] = {}

    def desk(self, agent: AgentId) -> Desk:
        found = self.desks.get(agent)
        if found is None:
            found = self.desks[agent] = Desk(agent)
        return found

    def known(self, agent: AgentId) -> bool:
        """Whether the floor counts on this agent's desk as a phone."""
        desk = self.desks.get(agent)
        return desk is not None and desk.known

    def tidy(self, desk: Desk) -> None:
        """Forgets a desk of which nothing is left."""
        kept = (desk.known, desk.pages, desk.legs, desk.described, desk.anchored)
        if not any(kept) and not desk.changing.locked():
            self.desks.pop(desk.agent, None)

    def tell_lines(self, desk: Desk) -> None:
        """Every page hears how the phone stands for it."""
        for name, page in list(desk.pages.items()):
            page.tell(Told(name, Line(desk.state(page.tab))))

    def tell(self, desk: Desk, news: DeskNews) -> None:
        """For the page that holds the phone."""
        for name, page in list(desk.pages.items()):
            if page.tab == desk.tab:
                page.tell(Told(name, news))
