"""A track's outline: the lowest and the highest sample of each of some hundred stretches."""

import os
from collections.abc import Iterable, Sequence
from typing import Any, Final

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # read as numpy is loaded: no idle threads

import numpy as np
from numpy.typing import NDArray

from roost.adapters.media import track_file
from roost.protocols.rtp import g711

AT_ONCE: Final = 4_096  # records: 80 seconds of packets
_LINEAR: Final = {
    track_file.AUDIO_A: np.array(g711.A_LINEAR, dtype=np.int16),
    track_file.AUDIO_U: np.array(g711.U_LINEAR, dtype=np.int16),
}


def outline(
    records: Sequence[track_file.TrackRecord], start: int, length: int, count: int
) -> tuple[int, ...]:
    """`count` pairs, lowest and highest, from -128 to 127, one after the other; (0, 0) where
    nothing was heard. `start` is where the track begins in the whole of `length` samples."""
    low = np.zeros(count, dtype=np.int16)
    high = np.zeros(count, dtype=np.int16)
    for kind, table in _LINEAR.items():
        own = [record for record in records if record.kind == kind]
        for at in range(0, len(own), AT_ONCE):
            _take(own[at : at + AT_ONCE], table, start, length, low, high)
    pairs = np.stack((low >> 8, high >> 8), axis=1).ravel()
    return tuple(int(value) for value in pairs)


def _take(
    some: Iterable[track_file.TrackRecord],
    table: NDArray[np.int16],
    start: int,
    length: int,
    low: NDArray[np.int16],
    high: NDArray[np.int16],
) -> None:
    payloads = [record.payload for record in some]
    sizes = np.array([len(payload) for payload in payloads], dtype=np.int64)
    if not sizes.sum():
        return
    begins = np.array([record.position for record in some], dtype=np.int64) + start
    heard = table[np.frombuffer(b"".join(payloads), dtype=np.uint8)]
    within = np.arange(len(heard), dtype=np.int64) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    places: Any = (np.repeat(begins, sizes) + within) * len(low) // length
    kept = (places >= 0) & (places < len(low))
    np.minimum.at(low, places[kept], heard[kept])
    np.maximum.at(high, places[kept], heard[kept])
