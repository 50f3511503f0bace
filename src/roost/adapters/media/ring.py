"""The ring between the packet loop and the writer process: one puts, one takes, none waits.

It lies in an anonymous memory file (never on a disk: the sound in it isn't encrypted yet)
that both processes map; when media is killed the writer still has it, and writes what's left.
Layout: a page of header (the counts of bytes ever put and ever taken), then the data. A
record never wraps: what doesn't fit before the end goes to the beginning. The taker reads
only what was published before its look before, so that no memory barrier is needed.
"""

import mmap
import os
from struct import Struct as Layout
from typing import Final, NamedTuple

from roost.adapters.media.bounds import RING_BYTES

HEAD_BYTES: Final = 4_096
RECORD: Final = Layout("<HBBIqI")  # payload's length, kind, spare, track, arrival, timestamp
AUDIO_A: Final = 0
AUDIO_U: Final = 1
GAP: Final = 2  # `timestamp` holds the samples that were dropped
END: Final = 3  # `arrival` is when the track ended
WRAP: Final = 4
PAUSE: Final = 5  # `timestamp` is 1 when a pause begins, 0 when it ends


class Record(NamedTuple):
    kind: int
    track: int
    arrival_us: int
    timestamp: int
    payload: bytes


def make(size: int = RING_BYTES) -> int:
    """A descriptor of a new ring."""
    handle = os.memfd_create("roost-tracks")
    os.ftruncate(handle, HEAD_BYTES + size)
    return handle


class Putter:
    """The packet loop's end."""

    __slots__ = ("_at", "_data", "_head", "_map", "_put", "size")

    def __init__(self, handle: int, size: int = RING_BYTES) -> None:
        self.size = size
        self._map = mmap.mmap(handle, HEAD_BYTES + size)
        whole = memoryview(self._map)
        self._head = whole[:16].cast("Q")
        self._data = whole[HEAD_BYTES:]
        self._put = self._head[0]
        self._at = self._put % size
        for page in range(0, size, 4_096):
            self._data[page] = 0  # touched now, not in the middle of a call

    def put(self, kind: int, track: int, arrival_us: int, timestamp: int, payload: bytes) -> bool:
        """False when it's full: nothing was put."""
        length = len(payload)
        need = 20 + length
        at = self._at
        left = self.size - at
        skip = left if need > left else 0
        if self._put + skip + need - self._head[1] > self.size:
            return False
        if skip:
            if left >= 20:
                self._data[at : at + 20] = RECORD.pack(0, WRAP, 0, 0, 0, 0)
            at = 0
            self._put += skip
        self._data[at : at + need] = (
            RECORD.pack(length, kind, 0, track, arrival_us, timestamp) + payload
        )
        self._at = at + need
        self._put += need
        self._head[0] = self._put
        return True


class Taker:
    """The writer's end."""

    def __init__(self, handle: int, size: int = RING_BYTES) -> None:
        self.size = size
        self._map = mmap.mmap(handle, HEAD_BYTES + size)
        whole = memoryview(self._map)
        self._head = whole[:16].cast("Q")
        self._data = whole[HEAD_BYTES:]
        self._seen = self._head[1]

    def take(self, last: bool = False) -> list[Record]:
        """All that was put before the look before; with `last` (the putter is gone) all."""
        published = self._head[0]
        until = published if last else self._seen
        self._seen = published
        records: list[Record] = []
        taken = self._head[1]
        while taken < until:
            at = taken % self.size
            left = self.size - at
            if left < 20:
                taken += left
                continue
            length, kind, _, track, arrival_us, timestamp = RECORD.unpack_from(self._data, at)
            if kind == WRAP:
                taken += left
                continue
            payload = bytes(self._data[at + 20 : at + 20 + length])
            records.append(Record(kind, track, arrival_us, timestamp, payload))
            taken += 20 + length
        self._head[1] = taken
        return records
