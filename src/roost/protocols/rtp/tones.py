"""Digits as pairs of tones (DTMF: ITU-T Q.23), for who doesn't take them as events."""

from array import array
from functools import cache
from typing import Final

from roost.protocols.rtp import g711
from roost.protocols.rtp.events import DIGIT_FRAMES, DIGITS
from roost.protocols.rtp.packet import FRAME_SAMPLES
from roost.protocols.rtp.sound import tone

LOW_HZ: Final = (697, 770, 852, 941)
HIGH_HZ: Final = (1209, 1336, 1477, 1633)
KEYS: Final = "123A456B789C*0#D"
LOW_DB: Final = -12.0
HIGH_DB: Final = -10.0  # 2 dB above the low one: lines weaken high tones more


@cache
def digit(key: str, a_law: bool) -> bytes:
    """A digit's G.711 codes, as long as an event of ours. The key is one of events.DIGITS."""
    assert key in DIGITS, f"no digit: {key!r}"
    row, column = divmod(KEYS.index(key), 4)
    length = DIGIT_FRAMES * FRAME_SAMPLES
    low, high = tone(LOW_HZ[row], LOW_DB, length), tone(HIGH_HZ[column], HIGH_DB, length)
    return g711.encode(array("h", map(sum, zip(low, high, strict=True))), a_law)


def frame(key: str, number: int, a_law: bool) -> bytes:
    """20 ms of a digit; of no key, silence."""
    if not key:
        return g711.silence(FRAME_SAMPLES, a_law)
    return digit(key, a_law)[number * FRAME_SAMPLES :][:FRAME_SAMPLES]
