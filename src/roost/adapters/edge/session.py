"""One browser's connection.

    offered ── a valid check ──► securing ── keys ──► up
       │                            │                 │ browser's goodbye, no check for LOST_S
       └── NEVER_S ─► over ◄────────┴── failed ───────┴─► over

Where its packets go is wherever its last nominated check came from (RFC 8445 8.1.1), so a
browser that changes networks goes on without us doing anything. `flowing` is told apart from
`up`: audio is the only evidence that somebody is there.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from typing import Any, Final

from pylibsrtp import Error as SrtpError
from pylibsrtp import Session as Srtp

from roost.adapters.edge import dtls
from roost.adapters.edge.bounds import LOST_S, MOST_DATAGRAM, MOST_DATAGRAMS, NEVER_S, QUIET_S
from roost.adapters.edge.opus import BadOpus
from roost.adapters.edge.turning import Turning
from roost.kernel.time import DurationUs
from roost.ports.edge import Answered, Described, Flow, SessionId, SessionState
from roost.protocols.webrtc.description import Offer

Address = tuple[str, int]
RTCP_KINDS: Final = range(192, 224)  # RFC 5761 4


class Phase(Enum):
    OFFERED = auto()
    SECURING = auto()
    UP = auto()
    OVER = auto()


class Session:
    """Times are the loop's seconds. `send` puts a datagram on the browsers' socket."""

    __slots__ = (
        "_handshake", "_loop", "_out", "_send", "_tell", "_theirs", "_timer", "_turning",
        "address", "answered", "checked_s", "counts", "described", "flowing", "heard_s", "id",
        "offer", "offered_s", "password", "phase", "plain", "reports", "sources", "towards",
        "ufrag",
    )  # fmt: skip

    def __init__(
        self,
        id: SessionId,
        described: Described,
        offer: Offer,
        answered: Answered,
        credentials: tuple[str, str],
        sockets: tuple[socket.socket, socket.socket],
        identity: dtls.Identity,
        send: Callable[[bytes, Address], None],
        tell: Callable[[Flow], None],
        turning: Turning | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self.id = id
        self.described = described
        self.offer = offer
        self.answered = answered
        self.ufrag, self.password = credentials
        self.plain, self.reports = sockets
        self.phase = Phase.OFFERED
        self.address: Address | None = None
        self.sources: list[Address] = []  # where valid checks came from, the oldest first
        self.towards: Address | None = None
        self.flowing = False
        self.offered_s = self.heard_s = self.checked_s = self._loop.time()
        self.counts: dict[str, int] = {}
        self._send = send
        self._tell = tell
        self._handshake = dtls.Handshake(identity, offer.fingerprints)
        self._turning = turning
        self._timer: asyncio.TimerHandle | None = None
        self._out: Any = None
        self._theirs: Any = None
        self._loop.add_reader(self.plain.fileno(), self._from_media, self.plain, False)
        self._loop.add_reader(self.reports.fileno(), self._from_media, self.reports, True)

    # --- the browser's side ---

    def checked(self, source: Address, nominates: bool) -> None:
        """A valid check came from there."""
        self.checked_s = self._loop.time()
        if self.address is None or nominates:
            self.address = source
        if self.phase is Phase.OFFERED:
            self.phase = Phase.SECURING
            self._step()

    def secured(self, datagram: bytes) -> None:
        """A DTLS datagram."""
        if self.phase in (Phase.SECURING, Phase.UP):
            self._step(datagram)

    def _step(self, datagram: bytes = b"") -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        try:
            for one in self._handshake.step(datagram):
                self._to_browser(one)
        except dtls.Failed as trouble:
            self.count(f"handshake: {trouble}"[:80])
            self.end("handshake")
            return
        if self._handshake.closed:
            self.end("closed")
            return
        keys = self._handshake.keys
        if keys is None:
            wait = self._handshake.due_s()
            self._timer = self._loop.call_later(1.0 if wait is None else wait, self._step)
        elif self.phase is Phase.SECURING:
            self.phase = Phase.UP
            self._out = Srtp(_policy(keys.profile, keys.ours, dtls.POLICY.SSRC_ANY_OUTBOUND))
            self._theirs = Srtp(_policy(keys.profile, keys.theirs, dtls.POLICY.SSRC_ANY_INBOUND))

    def from_browser(self, packet: bytes, now_s: float) -> None:
        """An SRTP or SRTCP packet."""
        if self.phase is not Phase.UP or len(packet) > MOST_DATAGRAM:
            return
        is_report = packet[1] in RTCP_KINDS
        turning = self._turning
        try:
            if is_report:
                plain, opened = self._theirs.unprotect_rtcp(packet), self.reports
            else:
                plain, opened = self._theirs.unprotect(packet), self.plain
                self.heard_s = now_s
                if not self.flowing:
                    self.flowing = True
                    self._tell(Flow(self.id, True))
        except (SrtpError, ValueError):
            self.count("unprotect")
            return
        if turning is None:
            self._to_media(opened, plain)
        elif is_report:
            self._to_media(opened, turning.report_heard(plain, now_s))
        else:
            try:
                for one in turning.heard(plain, now_s):
                    self._to_media(opened, one)
            except BadOpus:
                self.count("bad_opus")

    def _to_media(self, opened: socket.socket, packet: bytes) -> None:
        if self.towards is not None:
            try:
                opened.send(packet)
            except OSError:
                self.count("to_media")

    def _to_browser(self, datagram: bytes) -> None:
        if self.address is not None:
            self._send(datagram, self.address)

    # --- media's side ---

    def anchored(self, host: str, port: int, near: str) -> None:
        """Media is there, and reached by `near`: packets go to it and are taken from it alone.
        Raises OSError."""
        self.plain.connect((near, port))
        self.reports.connect((near, port + 1))
        self.towards = (host, port)

    def _from_media(self, opened: socket.socket, is_report: bool) -> None:
        for _ in range(MOST_DATAGRAMS):
            try:
                packet = opened.recv(MOST_DATAGRAM)
            except OSError:  # nothing more, or a refused port's echo
                return
            address = self.address
            if self.phase is not Phase.UP or address is None or self.towards is None:
                continue
            turning = self._turning
            if turning is not None:
                packet = turning.report_said(packet) if is_report else turning.said(packet)
            try:
                protect = self._out.protect_rtcp if is_report else self._out.protect
                self._send(protect(packet), address)
            except (SrtpError, ValueError):
                self.count("protect")

    # --- time and the end ---

    def look(self, now_s: float) -> None:
        """Whether it fell quiet, or is over."""
        if self.flowing and now_s - self.heard_s > QUIET_S:
            self.flowing = False
            self._tell(Flow(self.id, False))
        if self.phase is Phase.UP:
            if now_s - self.checked_s > LOST_S:
                self.end("lost")
        elif now_s - self.offered_s > NEVER_S:
            self.end("never")

    def end(self, why: str) -> None:
        """Over: `why` is "" when it was asked for."""
        if self.phase is Phase.OVER:
            return
        if self._timer is not None:
            self._timer.cancel()
        with suppress(dtls.Failed):
            for one in self._handshake.goodbye():
                self._to_browser(one)
        self.phase = Phase.OVER
        self.flowing = False
        if self._turning is not None:
            self._turning.end()
            if self._turning.crowded:
                self.count("no_room_for_opus")
        for opened in (self.plain, self.reports):
            self._loop.remove_reader(opened.fileno())
            opened.close()
        self._tell(Flow(self.id, False, True, why))

    def state(self) -> SessionState:
        towards = "" if self.towards is None else f"{self.towards[0]}:{self.towards[1]}"
        quiet = DurationUs(round((self._loop.time() - self.heard_s) * 1e6))
        opus = self._turning is not None and self._turning.speaks
        return SessionState(
            self.id, self.described, self.answered, towards, self.flowing, quiet, opus
        )

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def _policy(profile: int, key: bytes, direction: int) -> Any:
    return dtls.POLICY(key=key, ssrc_type=direction, srtp_profile=profile)
