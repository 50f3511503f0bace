"""The mixer: what a leg hears when it hears several at once (decision 10).

Each source's 20 ms are decoded once, added by the matrix for every listener with its gains, cut
off at full scale, and encoded in the listener's law. A call's frame is four operations of
numpy, whatever its parties; nothing here keeps a packet of the fast path waiting for more than
the calls of one phase take.
"""

import os
from collections.abc import Sequence
from typing import Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read as numpy is loaded: no idle threads

import numpy as np
from numpy.typing import NDArray

from roost.adapters.media.leg import Leg, Mix
from roost.adapters.media.playing import Play
from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import FRAME_SAMPLES

SAMPLES: Final = 65_536
HALF: Final = SAMPLES // 2

#: Linear values of both laws' codes, A-law's behind µ-law's.
LINEAR: Final[NDArray[np.float32]] = np.array([*g711.U_LINEAR, *g711.A_LINEAR], dtype=np.float32)
#: By law, the codes of every sample from -32768 on.
CODES: Final[dict[bool, NDArray[np.uint8]]] = {
    law: np.roll(np.frombuffer(g711.encoding(law), dtype=np.uint8), HALF) for law in (True, False)
}
QUIET: Final = {law: g711.silence(FRAME_SAMPLES, law) for law in (True, False)}


class Mixer:
    """One call's mixed lines: all legs of it that hear several. Made anew when the matrix or a
    leg's law changes."""

    __slots__ = ("_a_law", "_gains", "_listeners", "_offsets", "_parts", "_sources")

    def __init__(self, listeners: Sequence[Leg]) -> None:
        ordered = sorted(listeners, key=lambda leg: leg.a_law)
        mixes = [leg.hears for leg in ordered if isinstance(leg.hears, Mix)]
        assert len(mixes) == len(ordered), "a listener that hears no mix"
        found = dict.fromkeys(source for mix in mixes for source, _ in mix.parts)
        place = {source: number for number, source in enumerate(found)}
        gains = np.zeros((len(mixes), len(place)), dtype=np.float32)
        for row, mix in enumerate(mixes):
            for source, gain_db in mix.parts:
                gains[row, place[source]] = 10 ** (gain_db / 20)
        self._gains = gains
        self._listeners = tuple(ordered)
        self._a_law = ordered[0].a_law  # the plays are read in one law
        laws = [self._a_law if isinstance(s, Play) else s.a_law for s in found]
        self._sources = tuple((source, QUIET[law]) for source, law in zip(found, laws, strict=True))
        self._offsets = np.array([256 * law for law in laws], dtype=np.uint16)[:, None]
        first_a = sum(not leg.a_law for leg in ordered)
        parts = ((False, slice(0, first_a)), (True, slice(first_a, len(ordered))))
        self._parts = tuple((CODES[law], rows) for law, rows in parts if rows.start < rows.stop)

    def frame(self, now_us: int) -> None:
        """The next 20 ms to every listener."""
        frames: list[bytes | bytearray] = []
        for source, quiet in self._sources:
            if isinstance(source, Play):
                frames.append(source.frame(self._a_law))
            else:
                voice = source.voice
                frames.append((voice.take() if voice is not None else None) or quiet)
        codes = np.frombuffer(b"".join(frames), dtype=np.uint8).reshape(-1, FRAME_SAMPLES)
        heard = self._gains @ LINEAR.take(codes + self._offsets)
        heard += HALF + 0.5
        samples = heard.astype(np.int32)
        mixed = b"".join(
            [table.take(samples[rows], mode="clip").tobytes() for table, rows in self._parts]
        )
        at = 0
        for leg in self._listeners:
            if leg.sounds and not leg.digits_out.busy:
                payload = mixed[at : at + FRAME_SAMPLES]
                leg.send(leg.line.next(leg.payload, payload, now_us, leg.fresh))
                leg.fresh = False
            at += FRAME_SAMPLES
