"""Digits as telephone-events (RFC 4733): one event is many packets of one timestamp.

Receiving: the first packet of a new timestamp is the digit, whichever of its packets that is,
so a lost beginning or a lost end changes nothing. Later packets of the same event, its three
ends, and an event longer than the duration field (which goes on under a new timestamp, RFC
4733, 2.5.1.3) are the same digit. Sending: a packet every 20 ms, then the end three times.
Who doesn't take events gets the same digits as tones (`tones`), in the same rhythm.
"""

from struct import Struct as Layout
from typing import Final

from roost.protocols.rtp.packet import FRAME_SAMPLES, ahead32

EVENT: Final = Layout("!BBH")  # event | end, reserved, volume | duration
DIGITS: Final = "0123456789*#ABCD"
END: Final = 0x80
VOLUME: Final = 10  # -10 dBm0
ENDS: Final = 3
LONGEST: Final = 0xFFFF
DIGIT_FRAMES: Final = 5  # 100 ms: recognised everywhere
GAP_FRAMES: Final = 4  # between two digits: 70 ms at least, as ITU-T Q.24 has it
MOST_QUEUED: Final = 32  # digits waiting to be sent on one leg


class EventReader:
    """Turns the packets of one source into digits."""

    __slots__ = ("_code", "_duration", "_ended", "_seen", "_timestamp")

    def __init__(self) -> None:
        self._seen = False
        self._timestamp: int = 0
        self._code: int = 0
        self._duration: int = 0
        self._ended = True

    def restart(self) -> None:
        """The source restarted: its clock says nothing about the one before."""
        self._seen = False

    def take(self, timestamp: int, payload: bytes) -> str | None:
        """A digit that begins with this packet; None for a known one, or no digit at all."""
        if len(payload) < EVENT.size:
            return None
        fields: tuple[int, int, int] = EVENT.unpack_from(payload)
        code, flags, duration = fields
        if code >= len(DIGITS):
            return None  # a flash or a tone: nobody's digit
        if self._seen:
            later = ahead32(timestamp, self._timestamp)
            if later <= 0:
                if later == 0:
                    self._duration = max(self._duration, duration)
                    self._ended = self._ended or flags & END != 0
                return None
            goes_on = (
                code == self._code
                and not self._ended
                and self._duration >= LONGEST - 2 * FRAME_SAMPLES
                and later <= LONGEST + 2 * FRAME_SAMPLES
            )
        else:
            goes_on = False
        self._seen = True
        self._timestamp, self._code, self._duration = timestamp, code, duration
        self._ended = flags & END != 0
        return None if goes_on else DIGITS[code]


class EventWriter:
    """Digits to be sent, a frame at a time."""

    __slots__ = ("_code", "_frame", "_pause", "_queue")

    def __init__(self) -> None:
        self._queue = ""
        self._code = -1
        self._frame = 0
        self._pause = 0

    @property
    def busy(self) -> bool:
        return self._code >= 0 or self._pause > 0 or bool(self._queue)

    def add(self, digits: str) -> bool:
        """False when a character is no digit, or too many wait: then nothing is added."""
        if any(digit not in DIGITS for digit in digits):
            return False
        if len(self._queue) + len(digits) > MOST_QUEUED:
            return False
        self._queue += digits
        return True

    def frame(self) -> tuple[bool, tuple[bytes, ...]]:
        """The payloads due in this 20 ms frame, and whether they begin an event (then the
        timestamp is now's, and it stays for all of this event's packets)."""
        frame, code = self._step()
        if not frame:
            return False, ()
        duration = frame * FRAME_SAMPLES
        if frame < DIGIT_FRAMES:
            return frame == 1, (EVENT.pack(code, VOLUME, duration),)
        return False, (EVENT.pack(code, END | VOLUME, duration),) * ENDS

    def tone(self) -> tuple[str, int]:
        """Instead of `frame`: the digit that sounds in this 20 ms frame, and its how manieth
        that is, from 0; no digit in a pause."""
        frame, code = self._step()
        return (DIGITS[code], frame - 1) if frame else ("", 0)

    def _step(self) -> tuple[int, int]:
        """Moves on by a frame: which of a digit's it is, from 1, and its code; 0: none."""
        if self._code < 0:
            if self._pause:
                self._pause -= 1
                return 0, 0
            if not self._queue:
                return 0, 0
            self._code = DIGITS.index(self._queue[0])
            self._queue = self._queue[1:]
            self._frame = 0
        self._frame += 1
        frame, code = self._frame, self._code
        if frame == DIGIT_FRAMES:
            self._code, self._pause = -1, GAP_FRAMES
        return frame, code
