"""A source's sound in even steps: packets as they come, 20 ms frames as they're due.

    filling ── 40 ms are held ──► running ⇄ starved (nothing is held: the frame before, fading)
       ▲── a pause of the source, another clock ──┘

The delay adapts. It grows by itself: a frame that isn't there when it's due is waited for, so
whatever comes late is heard all the same, up to 100 ms. It shrinks by one frame whenever two
more than the one due were held all through two seconds; the one kept in reserve outlasts 20 ms
of jitter. A lost packet is a frame that fades (6 dB each, three at most), then nothing.
"""

from typing import Final

from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import FRAME_SAMPLES

START: Final = 2 * FRAME_SAMPLES  # held before the first frame is given
MOST: Final = 5 * FRAME_SAMPLES  # more isn't held: the oldest goes
JUMP: Final = 50 * FRAME_SAMPLES  # farther ahead or behind it's another clock
RESERVE: Final = FRAME_SAMPLES
WINDOW: Final = 100  # frames, in which more than the reserve was never needed
FADES: Final = 3
WRAP: Final = 0xFFFFFFFF


class JitterBuffer:
    """Of one source. `late`, `concealed` and `skipped` count frames (`late`: packets)."""

    __slots__ = (
        "_begun", "_cells", "_depth", "_fade", "_faded", "_filling", "_last", "_least", "_next",
        "_quiet", "_starved", "_taken", "concealed", "late", "skipped",
    )  # fmt: skip

    def __init__(self, a_law: bool) -> None:
        self.late = 0
        self.concealed = 0
        self.skipped = 0
        self.restart(a_law)

    def restart(self, a_law: bool) -> None:
        """Another source, another law, another clock: what's held is nobody's."""
        self._fade = g711.mapping(a_law, a_law, -6) or b""
        self._quiet = g711.silence(FRAME_SAMPLES, a_law)
        self._cells: dict[int, bytes | bytearray] = {}  # frames by their timestamps
        self._begun = False
        self._next = 0  # timestamp of the frame that's due
        self._depth = 0  # samples from there to the end of what's held
        self._filling = True
        self._starved = False
        self._last: bytes | bytearray | None = None
        self._faded = 0
        self._least = MOST
        self._taken = 0

    @property
    def held(self) -> int:
        """Samples from the frame that's due to the latest."""
        return self._depth

    def _begin(self, timestamp: int) -> None:
        self._cells.clear()
        self._begun = True
        self._next, self._depth = timestamp, 0
        self._filling = True
        self._least, self._taken = MOST, 0

    def put(self, timestamp: int, payload: bytes) -> None:
        """One packet's sound."""
        if not self._begun:
            self._begin(timestamp)
        ahead = ((timestamp - self._next + 0x80000000) & WRAP) - 0x80000000
        length = len(payload)
        if ahead < 0:
            if ahead < -JUMP:
                self._begin(timestamp)
            elif ahead + length <= 0:
                self.late += 1
                return
            else:
                payload, timestamp = payload[-ahead:], self._next
                length = len(payload)
            ahead = 0
        elif ahead > MOST and (self._starved or ahead > JUMP):  # it paused
            self._begin(timestamp)
            ahead = 0
        elif ahead and self._starved:  # what's missing was waited for
            self._next, ahead = timestamp, 0
            self._cells.clear()
        if length == FRAME_SAMPLES and not ahead % FRAME_SAMPLES:
            self._cells[timestamp] = payload
        else:
            self._split(timestamp, ahead, payload)
        self._starved = False
        if ahead + length > self._depth:
            self._depth = ahead + length
        while self._depth > MOST:
            self._pass_over()

    def _split(self, timestamp: int, ahead: int, payload: bytes) -> None:
        """A packet of another length, laid into the frames that it belongs to."""
        at = 0
        while at < len(payload):
            offset = (ahead + at) % FRAME_SAMPLES
            part = payload[at : at + FRAME_SAMPLES - offset]
            key = (timestamp + at - offset) & WRAP
            cell = bytearray(self._cells.get(key, self._quiet))
            cell[offset : offset + len(part)] = part
            self._cells[key] = cell
            at += len(part)

    def _pass_over(self) -> None:
        self._cells.pop(self._next, None)
        self._next = (self._next + FRAME_SAMPLES) & WRAP
        self._depth = max(0, self._depth - FRAME_SAMPLES)
        self.skipped += 1

    def take(self) -> bytes | bytearray | None:
        """The frame that's due; None when there's nothing to be heard."""
        if self._filling:
            if self._depth < START:
                return self._concealed()
            self._filling = False
        if not self._depth:
            self._starved = True
            return self._concealed()
        cell = self._cells.pop(self._next, None)
        self._next = (self._next + FRAME_SAMPLES) & WRAP
        self._depth = depth = self._depth - FRAME_SAMPLES if self._depth > FRAME_SAMPLES else 0
        if depth < self._least:
            self._least = depth
        self._taken += 1
        if self._taken >= WINDOW:
            if self._least >= RESERVE + FRAME_SAMPLES:
                self._pass_over()
            self._least, self._taken = MOST, 0
        if cell is None:
            return self._concealed()
        self._last, self._faded = cell, 0
        return cell

    def _concealed(self) -> bytes | bytearray | None:
        """The frame before, softer; nothing after a few."""
        if self._last is None or self._faded >= FADES:
            return None
        self._faded += 1
        self.concealed += 1
        self._last = self._last.translate(self._fade)
        return self._last
