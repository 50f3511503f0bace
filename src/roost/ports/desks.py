"""The desks' phones in browsers, as web sees them: what a page asks of control, and what
control tells a page.

A page's websocket is a *connection*, named by the web process that has it; `tab` names one
page's life (a reload keeps it). One tab holds an agent's phone. Each answer belongs to its
request; news come unasked, to the connections that said that they're `Here`.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NewType, Protocol

from msgspec import Struct

from roost.kernel.ids import AgentId, ContactId
from roost.kernel.time import DurationUs
from roost.ports.edge import SessionId

ConnectionId = NewType("ConnectionId", str)


class From(Struct, frozen=True, gc=False):
    """Whose page, by which websocket. `auto_answer`: offers are taken as they come."""

    agent: AgentId
    connection: ConnectionId
    tab: str
    auto_answer: bool = False


# --- what a page asks ---


class Here(Struct, frozen=True, gc=False, tag="here"):
    """The page is there and wants its news; said again whenever control may have forgotten."""

    page: From


class Offer(Struct, frozen=True, gc=False, tag="offer"):
    """The page's browser offers a connection. The same `session` again is the same one.
    Answered with Described, or Declined: phone_elsewhere (ask the person, then `take_over`),
    bad_offer, no_room, phone_unavailable."""

    page: From
    session: SessionId
    sdp: str
    take_over: bool = False


class Quality(Struct, frozen=True, gc=False, tag="quality"):
    """What the page's browser measured in the last seconds, and whether it warned."""

    page: From
    loss_permille: int
    jitter_us: DurationUs
    round_trip_us: DurationUs
    poor: bool


class Left(Struct, frozen=True, gc=False, tag="left"):
    """The websocket is gone. `for_good`: the page gives the phone up (sign-out, another phone
    chosen); else it may come back, and its audio goes on meanwhile."""

    page: From
    for_good: bool


DeskRequest = Here | Offer | Quality | Left


class Described(Struct, frozen=True, gc=False, tag="described"):
    """Our side of the connection."""

    sdp: str


class Fine(Struct, frozen=True, gc=False, tag="fine"):
    pass


class Declined(Struct, frozen=True, gc=False, tag="declined"):
    """`code` is in the catalogue of words."""

    code: str


DeskReply = Described | Fine | Declined


# --- what control tells ---


class LineState(StrEnum):
    NONE = "none"  # no phone stands
    CONNECTING = "connecting"  # described, no audio yet
    STANDING = "standing"  # audio flows: it can be rung
    INTERRUPTED = "interrupted"  # no audio; it may come back
    LOST = "lost"  # the connection is over: make another
    ELSEWHERE = "elsewhere"  # another tab or machine holds the phone


class Line(Struct, frozen=True, gc=False, tag="line"):
    """How the phone stands, for this page."""

    state: LineState


class Ringing(Struct, frozen=True, gc=False, tag="ringing"):
    """The phone is rung for a contact."""

    contact: ContactId


class Talking(Struct, frozen=True, gc=False, tag="talking"):
    """The phone is connected with a contact."""

    contact: ContactId


class Over(Struct, frozen=True, gc=False, tag="over"):
    """It doesn't ring any more, or the talk is over; `why` is a reason of kernel.ends."""

    contact: ContactId
    why: str


DeskNews = Line | Ringing | Talking | Over


class Told(Struct, frozen=True, gc=False):
    """News for one connection."""

    connection: ConnectionId
    news: DeskNews


Tell = Callable[[Told], None]


class Desks(Protocol):
    """`tell` names the web process that asks: news for its connections go there."""

    async def asked(self, request: DeskRequest, tell: Tell) -> DeskReply: ...

    def forget(self, tell: Tell) -> None:
        """That web process is gone, and its connections with it."""
        ...
