"""An RTP endpoint for softphones and test callers, on asyncio.

Sends a frame every 20 ms from what it was given to say (silence in between), digits by RFC
4733 in turn with it, and keeps what it hears on its own clock, with loss, jitter and level.
"""

import asyncio
import contextlib
import os
import time
from array import array
from collections import deque
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from roost.ports.media import Agreed, Law
from roost.protocols.rtp import g711, rtcp
from roost.protocols.rtp.events import EventReader, EventWriter
from roost.protocols.rtp.line import Line
from roost.protocols.rtp.packet import FRAME_SAMPLES, FRAME_US, ahead32, parse
from roost.protocols.rtp.reception import Reception
from roost.protocols.rtp.sound import level, tone, tone_level

MOST_HEARD: Final = 8_000 * 3_600  # samples kept of what is heard: an hour, then the oldest go
MOST_DIGITS: Final = 1_000
CNAME: Final = b"phone"


class Figures(Struct, frozen=True):
    """What an endpoint measured."""

    sent: int
    received: int
    lost: int
    jitter_us: int
    ssrcs: int  # of what it heard: an anchored leg has one for life
    restarts: int  # breaks in sequence or timestamps: an anchored leg has none


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, endpoint: "AudioEndpoint") -> None:
        self._endpoint = endpoint

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        self._endpoint.take(data)

    def error_received(self, exc: Exception) -> None:
        pass  # nobody there yet, or any more: what isn't heard is measured


class AudioEndpoint:
    """Open it, tell signalling `host` and `port`, `agree` to what it answers, then `start`."""

    def __init__(self, transport: asyncio.DatagramTransport | None = None) -> None:
        self._transport = transport
        self.host = ""
        self.port = 0
        self.heard: array[int] = array("h")  # samples at 8 kHz from the first packet on
        self.digits: deque[str] = deque(maxlen=MOST_DIGITS)  # heard by RFC 4733
        self.ssrcs: set[int] = set()
        self.restarts = 0
        self._agreed: Agreed | None = None
        self._line = Line(
            int.from_bytes(os.urandom(4), "big"),
            int.from_bytes(os.urandom(2), "big"),
            int.from_bytes(os.urandom(4), "big"),
        )
        self._reception = Reception()
        self._events = EventReader()
        self._dialling = EventWriter()
        self._say: deque[bytes] = deque()  # frames in our law
        self._loop_frames: list[bytes] = []
        self._first = 0
        self._sender: asyncio.Task[None] | None = None
        self._said = asyncio.Event()
        self._said.set()
        self._news = asyncio.Condition()
        self._waiting = 0
        self.muted = False

    @classmethod
    async def open(cls, host: str = "127.0.0.1", port: int = 0) -> "AudioEndpoint":
        endpoint = cls()
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(endpoint), local_addr=(host, port)
        )
        endpoint._transport = transport
        endpoint.host, endpoint.port = transport.get_extra_info("sockname")[:2]
        return endpoint

    def offer(self, law: Law = Law.PCMA) -> Agreed:
        """How media should know this endpoint, where a test has no SDP to tell it."""
        return Agreed(self.host, self.port, law, 8 if law is Law.PCMA else 0, 101)

    def agree(self, agreed: Agreed) -> None:
        """Where the far end is, and what both speak."""
        self._agreed = agreed

    # --- sending ---

    def start(self) -> None:
        """Sends from now on, silence at first."""
        if self._sender is None:
            self._sender = asyncio.ensure_future(self._send())

    def say(self, samples: "array[int]", repeat: bool = False) -> None:
        """To be sent after what is being said; with `repeat` for ever, once all else is said."""
        assert self._agreed is not None, "say before agree"
        codes = g711.encode(samples, self._agreed.law is Law.PCMA)
        quiet = g711.silence(FRAME_SAMPLES, self._agreed.law is Law.PCMA)
        frames = [
            (codes[at : at + FRAME_SAMPLES] + quiet)[:FRAME_SAMPLES]
            for at in range(0, len(codes), FRAME_SAMPLES)
        ]
        if repeat:
            self._loop_frames = frames
        else:
            self._say.extend(frames)
            self._said.clear()

    def tone(self, hz: float, level_db: float = -20.0) -> None:
        """A tone for ever; a second of it holds whole periods for a whole number of hertz."""
        self.say(tone(hz, level_db, 8_000), repeat=True)

    async def said(self) -> None:
        """When all that was to be said, and dialled, is."""
        await self._said.wait()

    def dial(self, digits: str) -> None:
        """Digits by RFC 4733. Raises ValueError when one is no digit, or too many wait."""
        if not self._dialling.add(digits):
            raise ValueError(f"{digits!r}: digits are 0-9 * # A-D, at most 32 at once")
        self._said.clear()

    async def _send(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        at = 0
        fresh = True
        while True:
            now_us = time.monotonic_ns() // 1_000
            agreed, transport = self._agreed, self._transport
            if agreed is not None and agreed.host and transport is not None:
                far = (agreed.host, agreed.port)
                if self._dialling.busy and agreed.dtmf_payload is not None:
                    begins, payloads = self._dialling.frame()
                    if begins:
                        self._line.begin_event(now_us)
                    for payload in payloads:
                        packet = self._line.event(agreed.dtmf_payload, payload, begins)
                        transport.sendto(packet, far)
                    fresh = True
                elif not self.muted:
                    if self._say:
                        codes = self._say.popleft()
                    elif self._loop_frames:
                        codes = self._loop_frames[at % len(self._loop_frames)]
                        at += 1
                    else:
                        codes = g711.silence(FRAME_SAMPLES, agreed.law is Law.PCMA)
                    transport.sendto(self._line.next(agreed.payload, codes, now_us, fresh), far)
                    fresh = False
                else:
                    fresh = True
                if not self._say and not self._dialling.busy:
                    self._said.set()
            due = max(due + FRAME_US / 1e6, loop.time() - 0.1)
            await asyncio.sleep(max(0.0, due - loop.time()))

    # --- hearing ---

    def take(self, data: bytes) -> None:
        """One datagram."""
        packet = parse(data)
        agreed = self._agreed
        if packet is None or agreed is None or not packet.payload:
            return
        now_us = time.monotonic_ns() // 1_000
        self.ssrcs.add(packet.ssrc)
        if packet.payload_type == agreed.dtmf_payload:
            digit = self._events.take(packet.timestamp, packet.payload)
            transit = int(now_us * 0.008 - self._reception.transit)
            self._reception.take(packet.ssrc, packet.sequence, transit, now_us)
            if digit is not None:
                self.digits.append(digit)
        elif packet.payload_type == agreed.payload:
            first = self._reception.received == 0
            if not self._reception.take(packet.ssrc, packet.sequence, packet.timestamp, now_us):
                self.restarts += not first
            self._place(packet.timestamp, g711.decode(packet.payload, agreed.law is Law.PCMA))
        else:
            return
        if self._waiting:
            asyncio.ensure_future(self._tell())  # noqa: RUF006 - it only wakes waiters

    def _place(self, timestamp: int, samples: "array[int]") -> None:
        heard = self.heard
        if not heard:
            self._first = timestamp
        at = ahead32(timestamp, self._first)
        if at < 0 or at > len(heard) + 80_000:  # before the first, or ten seconds ahead
            self.restarts += 1
            self._first = (timestamp - len(heard)) & 0xFFFFFFFF
            at = len(heard)
        if at > len(heard):
            heard.frombytes(bytes(2 * (at - len(heard))))
        heard[at : at + len(samples)] = samples
        if len(heard) > MOST_HEARD:
            del heard[: MOST_HEARD // 2]
            self._first = (self._first + MOST_HEARD // 2) & 0xFFFFFFFF

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _until(self, seen: Callable[[], bool], timeout_s: float) -> bool:
        self._waiting += 1
        try:
            async with asyncio.timeout(timeout_s), self._news:
                await self._news.wait_for(seen)
        except TimeoutError:
            return False
        finally:
            self._waiting -= 1
        return True

    def level(self, milliseconds: int = 200) -> float:
        """dBFS of the latest that was heard."""
        return level(self.heard[-8 * milliseconds :])

    def tone_level(self, hz: float, milliseconds: int = 200) -> float:
        """dBFS of one frequency in the latest that was heard."""
        return tone_level(self.heard[-8 * milliseconds :], hz)

    async def hears_tone(
        self, hz: float, at_least_db: float = -30.0, timeout_s: float = 5.0, window_ms: int = 200
    ) -> bool:
        """Waits until a tone is heard for a whole window."""
        return await self._until(
            lambda: (
                len(self.heard) >= 8 * window_ms and self.tone_level(hz, window_ms) >= at_least_db
            ),
            timeout_s,
        )

    async def hears_sound(self, at_least_db: float = -40.0, timeout_s: float = 5.0) -> bool:
        """Waits until anything is heard."""
        return await self._until(lambda: self.level(60) >= at_least_db, timeout_s)

    async def hears_silence(
        self, below_db: float = -50.0, timeout_s: float = 5.0, window_ms: int = 200
    ) -> bool:
        """Waits until packets carry silence for a whole window."""
        return await self._until(
            lambda: len(self.heard) >= 8 * window_ms and self.level(window_ms) < below_db,
            timeout_s,
        )

    async def hears_digits(self, digits: str, timeout_s: float = 5.0) -> bool:
        """Waits until these are the digits heard so far."""
        return await self._until(lambda: "".join(self.digits) == digits, timeout_s)

    async def hears_packets(self, count: int, timeout_s: float = 5.0) -> bool:
        """Waits until so many packets came in all."""
        return await self._until(lambda: self._reception.received >= count, timeout_s)

    def figures(self) -> Figures:
        reception = self._reception
        return Figures(
            self._line.sent,
            reception.received,
            reception.lost,
            reception.jitter_us,
            len(self.ssrcs),
            self.restarts,
        )

    def report(self) -> bytes:
        """An RTCP receiver report of now, for tests of the far end."""
        reception = self._reception
        block = rtcp.Block(
            reception.ssrc,
            reception.fraction_lost(),
            reception.lost,
            reception.highest,
            int(reception.jitter),
            0,
            0,
        )
        return rtcp.build(self._line.ssrc, None, (block,), CNAME)

    async def close(self) -> None:
        if self._sender is not None:
            self._sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sender
            self._sender = None
        if self._transport is not None:
            self._transport.close()
            self._transport = None
