"""Recordings as sound (`ports.recordings`): tracks decrypted, aligned and laid into one WAV.

Both tracks of a call carry their start on one clock, so the caller (left) and the agents
(right) stand to one another as they spoke. Sound is made when it's read, a stretch at a time:
an hour's recording costs the memory of its tracks (8 kB a second each), not of its samples.
"""

import logging
import os
import struct
from array import array
from bisect import bisect_left
from collections.abc import Sequence
from operator import attrgetter
from pathlib import Path
from typing import Final

from roost.adapters.media import track_file
from roost.kernel.ids import ClientId, owner_of
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.ports.keys import TrackKeys
from roost.ports.recordings import Side, Sound, Waveform
from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import CLOCK_HZ, samples

HEADER_BYTES: Final = 44
SAMPLE_BYTES: Final = 2
LONGEST_RUN: Final = 0xFFFF  # samples of one record: its length has 16 bits
MAX_SAMPLES: Final = 12 * 3_600 * CLOCK_HZ  # a longer recording is cut: a WAV ends at 4 GiB

log = logging.getLogger(__name__)


class Laid:
    """A track at its place in the recording; `start` in samples from the recording's."""

    def __init__(self, track: track_file.Track, start: int) -> None:
        self.start = start
        self.end = start + track.length
        self.pauses = tuple((start + since, start + until) for since, until in track.pauses)
        self._records = sorted(track.records, key=attrgetter("position"))
        self._places = [record.position for record in self._records]

    def add(self, out: "array[int]", first: int) -> None:
        """Adds what it holds between `first` and the end of `out`."""
        begin, end = first - self.start, first - self.start + len(out)
        at = bisect_left(self._places, begin - LONGEST_RUN)
        while at < len(self._records) and self._places[at] < end:
            record = self._records[at]
            at += 1
            place = record.position - begin
            heard = g711.decode(record.payload, record.kind == track_file.AUDIO_A)
            if place < 0:
                heard, place = heard[-place:], 0
            for sample in heard[: max(0, len(out) - place)]:
                mixed = out[place] + sample
                out[place] = max(-32_768, min(32_767, mixed))
                place += 1


def _pauses(channels: Sequence[Sequence[Laid]]) -> tuple[tuple[DurationUs, DurationUs], ...]:
    """The tracks' pauses as one list, in order: where they meet they're one."""
    met: list[tuple[int, int]] = []
    for since, until in sorted(p for channel in channels for laid in channel for p in laid.pauses):
        if met and since <= met[-1][1]:
            met[-1] = (met[-1][0], max(met[-1][1], until))
        else:
            met.append((since, until))
    return tuple((DurationUs(a * 125), DurationUs(b * 125)) for a, b in met)


class WaveSound:
    """`ports.recordings.Sound`: a WAV of one or two channels."""

    def __init__(self, channels: Sequence[Sequence[Laid]]) -> None:
        self._channels = channels
        length = max((laid.end for channel in channels for laid in channel), default=0)
        self.samples = min(length, MAX_SAMPLES)
        self.pauses = _pauses(channels)
        self._frame = SAMPLE_BYTES * len(channels)
        self.size = HEADER_BYTES + self.samples * self._frame

    def _header(self) -> bytes:
        data = self.size - HEADER_BYTES
        return struct.pack(
            "<4sI4s4sIHHIIHH4sI",
            b"RIFF",
            self.size - 8,
            b"WAVE",
            b"fmt ",
            16,
            1,  # PCM
            len(self._channels),
            CLOCK_HZ,
            CLOCK_HZ * self._frame,
            self._frame,
            8 * SAMPLE_BYTES,
            b"data",
            data,
        )

    def read(self, start: int, length: int) -> bytes:
        """So many bytes of the file from `start`; fewer at its end."""
        end = min(start + length, self.size)
        if start >= end:
            return b""
        head = self._header()[start:end] if start < HEADER_BYTES else b""
        begin = max(0, start - HEADER_BYTES)
        stop = end - HEADER_BYTES
        if stop <= begin:
            return head
        first, last = begin // self._frame, -(-stop // self._frame)
        sound = self._between(first, last)
        skip = begin - first * self._frame
        return head + sound[skip : skip + stop - begin]

    def _between(self, first: int, last: int) -> bytes:
        count = len(self._channels)
        out = array("h", bytes(SAMPLE_BYTES * count * (last - first)))
        for number, channel in enumerate(self._channels):
            part = array("h", bytes(SAMPLE_BYTES * (last - first)))
            for laid in channel:
                laid.add(part, first)
            out[number::count] = part
        return g711.to_bytes(out)

    def close(self) -> None:
        self._channels = ()


class RecordedTracks:
    """`ports.recordings.Recordings` over the recordings' folder. Blocking."""

    def __init__(self, folder: Path, keys: TrackKeys) -> None:
        self._folder = folder
        self._keys = keys

    def open(self, client: ClientId, sides: Sequence[Side]) -> Sound | None:
        tracks = self._tracks(client, sides)
        if not tracks:
            return None
        zero = min(track.head.started_us for _, track in tracks)
        laid = [(side, Laid(t, samples(t.head.started_us - zero))) for side, t in tracks]
        if len(laid) == 1:
            return WaveSound(((laid[0][1],),))
        left = tuple(track for side, track in laid if side.left)
        right = tuple(track for side, track in laid if not side.left)
        return WaveSound((left, right))

    def erase(self, client: ClientId, file: str) -> bool:
        """Its key is overwritten before the file goes: what's left of its blocks is noise."""
        if not _is_track(file):
            return False
        path = self._folder / file
        try:
            with path.open("r+b", buffering=0) as opened:
                head, opening = track_file.read_head(opened)
                if head.owner != owner_of(client):
                    return False
                opened.seek(opening.rfind(head.wrapped.encode("ascii")))
                opened.write(b"A" * len(head.wrapped))
                os.fsync(opened.fileno())
            path.unlink()
        except FileNotFoundError:
            return False
        except track_file.BadTrack as error:
            log.warning("recording %s can't be erased: %s", file, error)
            return False
        return True

    def waveform(self, client: ClientId, sides: Sequence[Side], count: int) -> Waveform | None:
        """The outline of every side over the whole. Nothing of it is kept."""
        from roost.adapters.media.peaks import outline  # numpy: 0.1 s that only players need

        tracks = self._tracks(client, sides)
        if not tracks:
            return None
        zero = min(track.head.started_us for _, track in tracks)
        placed = [(track, samples(track.head.started_us - zero)) for _, track in tracks]
        length = min(max((start + track.length for track, start in placed), default=0), MAX_SAMPLES)
        return Waveform(
            InstantUs(zero),
            DurationUs(length * SECOND // CLOCK_HZ),
            tuple(outline(track.records, start, max(1, length), count) for track, start in placed),
            _pauses([[Laid(track, start) for track, start in placed]]),
        )

    def _tracks(
        self, client: ClientId, sides: Sequence[Side]
    ) -> list[tuple[Side, track_file.Track]]:
        """All of them, or nothing."""
        tracks: list[tuple[Side, track_file.Track]] = []
        for side in sides:
            track = self._track(client, side.file)
            if track is None:
                return []
            tracks.append((side, track))
        return tracks

    def _track(self, client: ClientId, file: str) -> track_file.Track | None:
        """None for what is gone, isn't this client's, or can't be opened with its key."""
        if not _is_track(file):
            return None
        try:
            track = track_file.read(self._folder / file, self._keys.unwrap)
        except FileNotFoundError:
            return None
        except (OSError, track_file.BadTrack) as error:
            log.warning("recording %s can't be opened: %s", file, error)
            return None
        return track if track.head.owner == owner_of(client) else None


def _is_track(file: str) -> bool:
    """Whether it names a track in the folder, and nothing outside of it."""
    return bool(file) and Path(file).name == file and file.endswith(".track")
