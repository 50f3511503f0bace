"""Sounds that every centre has, made by us from nothing but sines: no licence, no file.

The music on hold is four soft chords in a slow breath, sixteen beats each way, thirty-two
seconds without a seam: its end runs into its beginning. Telephones carry 300 to 3,400 Hz, so
it lives between 200 and 1,000 and stays well below the level of speech.
"""

from array import array
from collections.abc import Callable
from math import pi
from typing import TYPE_CHECKING, Final

from roost.kernel.prompts import BUILT_IN
from roost.protocols.rtp.packet import CLOCK_HZ
from roost.protocols.rtp.sound import tone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHORD_S: Final = 4
FADE_S: Final = 0.9
#: C major 7, A minor 7, F major 7, G 6, as MIDI notes; the second round an inversion higher.
CHORDS: Final = (
    (60, 64, 67, 71), (57, 64, 67, 72), (57, 60, 65, 69), (59, 62, 67, 69),
    (64, 67, 71, 72), (60, 64, 69, 72), (60, 65, 69, 72), (62, 67, 69, 74),
)  # fmt: skip
MUSIC_PEAK: Final = 5_200
PLUCK_S: Final = 0.5


def _hertz(note: int) -> float:
    return 440.0 * 2 ** ((note - 69) / 12)


def music() -> "array[int]":
    """32 s of it."""
    import numpy as np  # where it's needed: it takes long to import

    sound = np.zeros(CHORD_S * len(CHORDS) * CLOCK_HZ)
    for number, chord in enumerate(CHORDS):
        start = number * CHORD_S * CLOCK_HZ
        for voice, note in enumerate(chord):
            _mix(sound, start, (0.20 - 0.02 * voice) * _pad(_hertz(note)))
        for beat in range(round(CHORD_S / PLUCK_S)):
            note = chord[(0, 2, 1, 3, 2, 1, 3, 2)[beat]] + 12
            _mix(sound, start + round(beat * PLUCK_S * CLOCK_HZ), 0.11 * _pluck(_hertz(note)))
    samples = np.rint(sound * MUSIC_PEAK / np.abs(sound).max()).astype(np.int16)
    return array("h", samples.tobytes())


def _mix(sound: "NDArray[np.float64]", start: int, note: "NDArray[np.float64]") -> None:
    """Adds a note, round the seam where it's longer."""
    before = min(len(note), len(sound) - start)
    sound[start : start + before] += note[:before]
    sound[: len(note) - before] += note[before:]


def _pad(hertz: float) -> "NDArray[np.float64]":
    """A soft note that swells in over the last one's end."""
    import numpy as np

    fade = round(FADE_S * CLOCK_HZ)
    n = np.arange(CHORD_S * CLOCK_HZ + fade)
    swell = np.minimum(1.0, np.minimum(n, n[::-1] + 1) / fade)
    turn = 2 * pi * hertz / CLOCK_HZ * n
    return swell * (np.sin(turn) + 0.25 * np.sin(2 * turn) + 0.08 * np.sin(3.003 * turn))


def _pluck(hertz: float) -> "NDArray[np.float64]":
    """A harp-like note that dies away."""
    import numpy as np

    n = np.arange(CLOCK_HZ)
    turn = 2 * pi * hertz / CLOCK_HZ * n
    sound = np.sin(turn) + 0.3 * np.sin(2 * turn) * np.exp(-n / 1_200)
    return np.minimum(1.0, n / 60) * np.exp(-n / 2_000) * sound


def ring_back() -> "array[int]":
    """One cycle of the ringing tone: 1 s of 450 Hz, 4 s of pause (ITU-T E.180, China's)."""
    return tone(450, -16, CLOCK_HZ) + array("h", bytes(2 * 4 * CLOCK_HZ))


def beep() -> "array[int]":
    """After it one speaks: 0.4 s, with soft edges."""
    sound = tone(880, -14, CLOCK_HZ * 2 // 5)
    edge = CLOCK_HZ // 100
    for n in range(edge):
        sound[n] = sound[n] * n // edge
        sound[-1 - n] = sound[-1 - n] * n // edge
    return sound


def silence() -> "array[int]":
    """A second of it."""
    return array("h", bytes(2 * CLOCK_HZ))


SOUNDS: Final[dict[str, Callable[[], "array[int]"]]] = {
    "music-soft": music,
    "ring-back": ring_back,
    "beep": beep,
    "silence": silence,
}
assert set(SOUNDS) == set(BUILT_IN), "kernel.prompts names other sounds"
