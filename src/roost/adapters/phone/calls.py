"""One call of a phone, as a script sees it."""

import asyncio
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from roost.ports.media import Agreed, Law
from roost.protocols.sdp import session as sdp
from roost.protocols.sdp.negotiate import Law as SdpLaw
from roost.protocols.sdp.negotiate import Stream
from roost.protocols.sip.events import By, Why

if TYPE_CHECKING:
    from roost.adapters.phone.phone import Phone


class Audio(Protocol):
    """What sends and receives a call's sound. `host` and `port` stand in the SDP."""

    host: str
    port: int

    def agreed(self, agreed: Agreed) -> None:
        """Where the far end is and what it speaks; again after each new offer."""
        ...

    def digits(self, digits: str) -> None:
        """Sends digits as RTP events (RFC 4733), one after the other."""
        ...

    def close(self) -> None: ...


class Silence:
    """An `Audio` that's only a port number: signalling without sound."""

    def __init__(self, host: str, port: int = 9) -> None:
        self.host = host
        self.port = port
        self.last: Agreed | None = None

    def agreed(self, agreed: Agreed) -> None:
        self.last = agreed

    def digits(self, digits: str) -> None:
        """Nobody hears them."""

    def close(self) -> None:
        """Nothing is open."""


class Stage(StrEnum):
    CALLING = "calling"
    RINGING = "ringing"
    UP = "up"
    OVER = "over"


class Ended(Exception):
    """The call was over before what was waited for."""

    def __init__(self, call: "PhoneCall") -> None:
        super().__init__(f"{call.why} {call.status}")
        self.call = call


class PhoneCall:
    """`by`, `why` and `status` tell how it ended. Events: `ringing`, `up`, `over`."""

    def __init__(self, phone: "Phone", leg: str, audio: Audio, law: Law) -> None:
        self._phone = phone
        self.leg = leg
        self.audio = audio
        self.law = law
        self.stage = Stage.CALLING
        self.incoming = False
        self.caller = ""  # From's display or user, of a call that came in
        self.called = ""  # the user whom a call that came in was for
        self.alert = ""  # Alert-Info of a call that came in
        self.ringing = asyncio.Event()
        self.up = asyncio.Event()
        self.over = asyncio.Event()
        self.by: By | None = None
        self.why: Why | None = None
        self.status = 0
        self.stream: Stream | None = None
        self.news: list[str] = []  # of a transfer that was asked for: status lines
        self.refer_answer: tuple[int, str] = (0, "")  # status and reason
        self.referred = asyncio.Event()
        self.held = False  # by us
        self.held_by_them = False
        self.ours: sdp.Session | None = None
        self.theirs: sdp.Session | None = None  # an offer not answered yet

    @property
    def phone(self) -> "Phone":
        return self._phone

    @property
    def laws(self) -> tuple[SdpLaw, ...]:
        if self.law is Law.PCMA:
            return (SdpLaw.PCMA, SdpLaw.PCMU)
        return (SdpLaw.PCMU, SdpLaw.PCMA)

    async def answered(self, within_s: float = 60.0) -> None:
        """Waits until it's up. Raises Ended, TimeoutError."""
        await self._wait(self.up, within_s)

    async def rings(self, within_s: float = 60.0) -> None:
        """Waits for a provisional answer. Raises Ended, TimeoutError."""
        await self._wait(self.ringing, within_s)

    async def _wait(self, event: asyncio.Event, within_s: float) -> None:
        waits = [asyncio.ensure_future(one.wait()) for one in (event, self.over)]
        try:
            done, _ = await asyncio.wait(
                waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            for one in waits:
                one.cancel()
        if event.is_set():
            return
        if self.over.is_set():
            raise Ended(self)
        if not done:
            raise TimeoutError

    async def ended(self, within_s: float = 60.0) -> None:
        """Waits until it's over. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            await self.over.wait()

    def ring(self) -> None:
        self._phone.ring(self)

    def answer(self) -> None:
        self._phone.answer(self)

    def decline(self, status: int = 603) -> None:
        """603: no; 486: busy; 480: not now."""
        self._phone.decline(self, status)

    def busy(self) -> None:
        self.decline(486)

    def hang_up(self) -> None:
        """Ends it whatever its state."""
        self._phone.hang_up(self)

    def hold(self, held: bool = True) -> None:
        """Puts the far end on hold by a re-INVITE, or takes it back."""
        self._phone.hold(self, held)

    async def refer(self, to: str, news: bool = True, within_s: float = 10.0) -> tuple[int, str]:
        """Asks the far end to transfer the call (REFER); its answer. Raises TimeoutError."""
        self.referred.clear()
        self._phone.refer(self, to, news)
        async with asyncio.timeout(within_s):
            await self.referred.wait()
        return self.refer_answer

    def replaces(self) -> str:
        """`Replaces=…`, for a URI of `refer` on another call of this phone."""
        return self._phone.replaces(self)

    def digits(self, digits: str, info: bool = False) -> None:
        """Sends digits in RTP, or by INFO."""
        if info:
            self._phone.info(self, digits)
        else:
            self.audio.digits(digits)
