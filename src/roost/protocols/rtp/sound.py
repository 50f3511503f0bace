"""Sound as numbers: levels, tones, and another sampling rate. 16-bit mono samples.

Levels are in dBFS with 0 for a sine that just reaches full scale, as telephony measures them
(a sine's RMS is 3 dB below its peak, and that is taken as the zero).
"""

from array import array
from functools import cache
from math import cos, gcd, log10, pi, sin
from operator import mul
from typing import TYPE_CHECKING, Final

from roost.protocols.rtp.packet import CLOCK_HZ

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FULL_SCALE: Final = 32_768.0
FLOOR_DB: Final = -96.0
TAPS: Final = 48  # of the lower rate's filter, each side's half
EDGE: Final = 0.92  # of half the lower rate: where the pass band ends
PORTION: Final = 8_000  # samples that are made at once


def _db(power: float) -> float:
    """The mean square of samples (full scale 1) as dBFS."""
    return max(FLOOR_DB, 10 * log10(2 * power)) if power > 0 else FLOOR_DB


def level(samples: "array[int]") -> float:
    """The level of everything in the samples."""
    if not samples:
        return FLOOR_DB
    return _db(sum(map(mul, samples, samples)) / len(samples) / FULL_SCALE**2)


def tone_level(samples: "array[int]", hz: float, rate: int = CLOCK_HZ) -> float:
    """The level of one frequency in them (Goertzel's algorithm)."""
    if not samples:
        return FLOOR_DB
    turn = 2 * cos(2 * pi * hz / rate)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = last * last + before * before - turn * last * before
    return _db(2 * power / len(samples) ** 2 / FULL_SCALE**2)


def tone(hz: float, level_db: float, length: int, rate: int = CLOCK_HZ) -> "array[int]":
    """A sine of so many samples."""
    peak = 10 ** (level_db / 20) * (FULL_SCALE - 1)
    return array("h", [round(peak * sin(2 * pi * hz * n / rate)) for n in range(length)])


def gained(samples: "array[int]", gain_db: float) -> "array[int]":
    """The same, louder or softer, clipped at full scale."""
    factor = 10 ** (gain_db / 20)
    return array("h", [max(-32_768, min(32_767, round(s * factor))) for s in samples])


def active_level(samples: "array[int]", frame: int = CLOCK_HZ // 50) -> float:
    """The level of what is spoken: the mean power of frames less than 20 dB below the loudest
    one, so that pauses don't count."""
    powers = [
        sum(map(mul, part, part)) / len(part)
        for part in (samples[at : at + frame] for at in range(0, len(samples), frame))
    ]
    loud = [power for power in powers if power * 100 >= max(powers)]
    return _db(sum(loud) / len(loud) / FULL_SCALE**2) if loud else FLOOR_DB


@cache
def _filters(up: int, down: int) -> "tuple[int, NDArray[np.float64]]":
    """Half the taps' count, and for each of `up` phases a low-pass filter (windowed sinc, Hann) at
    the input's rate."""
    import numpy as np

    cutoff = EDGE * min(1.0, up / down)  # of half the input's rate
    half = round(TAPS / cutoff / 2)
    x = np.arange(-half + 1, half + 1) - np.arange(up)[:, np.newaxis] / up
    window = np.where(np.abs(x) < half, 0.5 + 0.5 * np.cos(pi * x / half), 0.0)
    taps = cutoff * np.sinc(cutoff * x) * window
    return half, taps / taps.sum(axis=1, keepdims=True)


def resampled(samples: "array[int]", rate: int, to: int = CLOCK_HZ) -> "array[int]":
    """The same sound at another rate, what the new rate can't carry filtered out."""
    if rate == to:
        return samples
    import numpy as np  # where it's needed: it takes long to import

    divisor = gcd(rate, to)
    up, down = to // divisor, rate // divisor
    half, filters = _filters(up, down)
    around = np.pad(np.frombuffer(samples, dtype=np.int16), (half - 1, half + 1))
    windows = np.lib.stride_tricks.sliding_window_view(around, 2 * half)
    out = array("h")
    length = len(samples) * up // down
    for start in range(0, length, PORTION):
        places = np.arange(start, min(start + PORTION, length)) * down
        values = np.einsum("ij,ij->i", windows[places // up], filters[places % up])
        out.frombytes(np.clip(np.rint(values), -32_768, 32_767).astype(np.int16).tobytes())
    return out
