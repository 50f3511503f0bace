"""The edge, as signalling sees it: where a browser's audio becomes plain RTP.

A browser speaks ICE, DTLS and SRTP with the edge; the edge speaks RTP with media. A *session*
is one connection of one browser; an agent's desk has one at a time (`docs/decisions/0009`).
"""

from collections.abc import Callable
from typing import NewType, Protocol

from msgspec import Struct

from roost.kernel.ids import AgentId
from roost.kernel.time import DurationUs
from roost.ports.media import Law

SessionId = NewType("SessionId", str)  # "1001/4f0c…": made by whoever asks


class Described(Struct, frozen=True, gc=False):
    """Whose browser it is. `tab` names one page's life: a reload keeps it."""

    agent: AgentId
    tab: str


class Answered(Struct, frozen=True, gc=False):
    """Our answer for the browser, and where media finds its audio as plain RTP (RTCP on the
    port after)."""

    sdp: str
    host: str
    port: int
    law: Law
    payload: int
    dtmf_payload: int | None


class SessionState(Struct, frozen=True, gc=False):
    """One session that the edge holds. `flowing`: packets are coming; `quiet_us`: since the
    last one, or since it was offered; `towards` is media's address ("" until it's known)."""

    session: SessionId
    described: Described
    answered: Answered
    towards: str
    flowing: bool
    quiet_us: DurationUs
    opus: bool = False  # it's sent Opus now, since its line loses packets


class Flow(Struct, frozen=True, gc=False):
    """Audio began or came back (`flowing`), fell quiet, or ended for good (`over`)."""

    session: SessionId
    flowing: bool
    over: bool = False
    why: str = ""  # of an end: closed, handshake, lost, never


class EdgeGone(Exception):
    """The edge doesn't answer (its sessions are gone with it, if it died)."""


class OfferRefused(Exception):
    """The edge can't serve this offer; `code` is bad_offer or no_room."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Edge(Protocol):
    """A repeated call with the same arguments changes nothing. All raise EdgeGone."""

    async def offer(self, session: SessionId, described: Described, sdp: str, law: Law) -> Answered:
        """Takes a browser's offer. Raises OfferRefused."""
        ...

    async def anchored(self, session: SessionId, host: str, port: int) -> None:
        """Where media is: the browser's audio goes there from now on."""
        ...

    async def close(self, session: SessionId) -> None: ...

    async def sessions(self) -> list[SessionState]: ...

    def watch(self, told: Callable[[Flow], None], lost: Callable[[], None]) -> None:
        """`told` hears every change of flow; `lost` that the edge died, and with it all
        sessions. One watcher; what stood before is in `sessions`."""
        ...
