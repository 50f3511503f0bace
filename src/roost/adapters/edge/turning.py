"""A browser's packets turned into media's, and media's into the browser's: G.711 as it is, or Opus
for a line that loses packets.

Media always hears G.711, one packet for one, with one line of numbers: the sequence is the
browser's, a lost packet is put in from the next one's redundancy. Which codec the browser is
sent is decided here; its page answers in the one that it hears (`frontend/src/phone/line.ts`),
so both directions change together, without another description.
"""

from collections.abc import Callable, Sequence
from typing import Final

from roost.adapters.edge.opus import CLOCK, FRAMES, Voice
from roost.protocols.rtp import rtcp
from roost.protocols.rtp.packet import FRAME_SAMPLES, ahead16, ahead32, build, parse
from roost.protocols.rtp.reception import Reception
from roost.protocols.webrtc.choosing import TIMES, Choosing, Way

WINDOW_S: Final = 2.0  # what the browser sends is measured over so long
FEWEST: Final = 50  # packets that a window needs
MOST_MENDED: Final = 5  # lost in a row that are put in; more are left to media, as silence

Ready = Callable[[], Voice]  # made when it's needed first


class Inward:
    """From the browser."""

    __slots__ = ("_at", "_out", "_sequence", "_ssrc", "opus", "turned")

    def __init__(self) -> None:
        self.opus = False  # its last packet was
        self.turned = False  # it was once: from then on the timestamps are ours
        self._ssrc = -1
        self._sequence = 0  # of the last packet in order, its timestamp and what became of it
        self._at = 0
        self._out = 0

    def take(self, data: bytes, opus: int, payload: int, voice: Ready) -> Sequence[bytes]:
        """Raises BadOpus."""
        packet = parse(data)
        if packet is None:
            return ()
        if packet.ssrc != self._ssrc:
            self._ssrc, self.turned, self.opus = packet.ssrc, False, False
            self._sequence, self._at = packet.sequence - 1, packet.timestamp - FRAME_SAMPLES
            self._out = self._at
        is_opus = packet.payload_type == opus
        ahead = ahead16(packet.sequence, self._sequence)
        if not (is_opus or self.turned):
            if ahead > 0:
                self._sequence, self._at = packet.sequence, packet.timestamp
                self._out = packet.timestamp
            return (data,)
        if ahead <= 0:
            return ()  # late: its place is filled
        same = is_opus is self.opus
        passed = ahead32(packet.timestamp, self._at) // (CLOCK if is_opus else 1)
        out = self._out + (passed if same else ahead * FRAME_SAMPLES)
        found: list[bytes] = []
        if is_opus:
            found = self._mended(packet.payload, ahead - 1, out, payload, voice())
            codes, kind = voice().decode(packet.payload), payload
        else:
            codes, kind = packet.payload, packet.payload_type
        found.append(build(kind, packet.sequence, out, packet.ssrc, codes, packet.marker))
        self.turned = self.turned or is_opus
        self.opus = is_opus
        self._sequence, self._at, self._out = packet.sequence, packet.timestamp, out
        return found

    def _mended(
        self, packet: bytes, missing: int, out: int, payload: int, voice: Voice
    ) -> list[bytes]:
        if not 0 < missing <= MOST_MENDED:
            return []
        found: list[bytes] = []
        for back in range(missing, 0, -1):
            codes = (
                voice.mended(packet, FRAME_SAMPLES) if back == 1 else voice.guessed(FRAME_SAMPLES)
            )
            at = self._sequence + 1 + missing - back
            found.append(build(payload, at, out - back * FRAME_SAMPLES, self._ssrc, codes))
        return found


class Outward:
    """Towards the browser."""

    __slots__ = ("_at", "_begun", "_out", "opus")

    def __init__(self) -> None:
        self.opus = False  # its last packet was
        self._begun = False
        self._at = 0
        self._out = 0

    def take(self, data: bytes, opus: int | None, payload: int, voice: Ready, lost: int) -> bytes:
        """`opus`: the payload number if it's to be Opus."""
        packet = parse(data)
        if packet is None:
            return data
        is_opus = (
            opus is not None and packet.payload_type == payload and len(packet.payload) in FRAMES
        )
        if not self._begun:
            self._begun, self._at, self._out = True, packet.timestamp, packet.timestamp
        scale = CLOCK if is_opus else 1
        out = self._out + ahead32(packet.timestamp, self._at) * scale
        self._at, self._out, self.opus = packet.timestamp, out, is_opus
        if not is_opus or opus is None:
            return build(
                packet.payload_type, packet.sequence, out, packet.ssrc, packet.payload,
                packet.marker,
            )  # fmt: skip
        codes = voice().encode(packet.payload, lost)
        return build(opus, packet.sequence, out, packet.ssrc, codes, packet.marker)

    def timestamp(self, at: int) -> int:
        """A sender report's, which names media's clock."""
        if not self._begun:
            return at
        return self._out + ahead32(at, self._at) * (CLOCK if self.opus else 1)


class Room:
    """How many lines of one edge may be sent Opus at a time."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.taken = 0

    def enter(self) -> bool:
        if self.taken >= self.most:
            return False
        self.taken += 1
        return True

    def leave(self) -> None:
        self.taken -= 1


class Turning:
    """One session's, where browser and edge both have Opus. Times are the loop's seconds."""

    def __init__(self, opus: int, payload: int, a_law: bool, room: Room) -> None:
        self._opus, self._payload, self._room = opus, payload, room
        self._a_law = a_law
        self._voice: Voice | None = None
        self._inward, self._outward = Inward(), Outward()
        self._reception = Reception()
        self._choosing = Choosing()
        self._window_s = 0.0
        self._before = (0, 0)
        self._touched = False  # it was sent Opus once: from then on the timestamps are ours
        self.speaks = False  # it's sent Opus
        self.crowded = 0  # times that there was no room for it

    def _ready(self) -> Voice:
        if self._voice is None:
            self._voice = Voice(self._a_law)
        return self._voice

    # --- packets ---

    def heard(self, data: bytes, now_s: float) -> Sequence[bytes]:
        """The browser's, as media takes it. Raises BadOpus."""
        sequence = int.from_bytes(data[2:4], "big")
        ssrc = int.from_bytes(data[8:12], "big")
        self._reception.take(ssrc, sequence, 0, 0)
        if now_s - self._window_s >= WINDOW_S:
            self._measure(now_s)
        return self._inward.take(data, self._opus, self._payload, self._ready)

    def said(self, data: bytes) -> bytes:
        """Media's, as the browser takes it."""
        if not self._touched:
            return data
        opus = self._opus if self.speaks else None
        return self._outward.take(
            data, opus, self._payload, self._ready, max(1, self._choosing.percent)
        )

    def _measure(self, now_s: float) -> None:
        reception, before = self._reception, self._before
        expected, lost = reception.expected - before[0], reception.lost - before[1]
        self._window_s, self._before = now_s, (reception.expected, reception.lost)
        if expected >= FEWEST:
            self._measured(Way.IN, 1_000 * max(0, lost) // expected, now_s, 1)

    def _measured(self, way: Way, permille: int, now_s: float, times: int) -> None:
        choosing = self._choosing
        choosing.measured(way, permille, now_s, times)
        if choosing.lossy and not self.speaks:
            self.speaks = self._room.enter()
            self._touched = self._touched or self.speaks
            self.crowded += not self.speaks
        elif self.speaks and not choosing.lossy:
            self.end()

    def end(self) -> None:
        """Of Opus, or of the session."""
        if self.speaks:
            self.speaks = False
            self._room.leave()

    # --- reports ---

    def report_heard(self, data: bytes, now_s: float) -> bytes:
        """The browser's report, in media's clock; its loss counts for the choice."""
        compound = rtcp.parse(data)
        if compound is None:
            return data
        for report in compound.reports:
            for block in report.blocks:
                self._measured(Way.OUT, block.fraction_lost * 1_000 >> 8, now_s, TIMES)
        if not self._outward.opus:
            return data
        return rtcp.changed(data, None, lambda one: one._replace(jitter=one.jitter // CLOCK))

    def report_said(self, data: bytes) -> bytes:
        """Media's report: it doesn't know what was lost and put in again, and the browser's
        own correction needs to."""
        if not (self._inward.turned or self._touched) or rtcp.parse(data) is None:
            return data
        reception, scale = self._reception, CLOCK if self._inward.opus else 1
        fraction = reception.fraction_lost()
        return rtcp.changed(
            data,
            self._outward.timestamp,
            lambda one: one._replace(
                fraction_lost=fraction, lost=reception.lost, jitter=one.jitter * scale
            ),
        )
