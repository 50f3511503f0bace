"""What is recorded, in the packet loop: tracks into the ring, and the writer's word on them.

    begun ── packets ──► ending (END is in the ring) ── the writer's Written ──► done

Packets that follow one another without a gap are put as one run of up to 200 ms: so the ring
and the writer have a tenth of the records to handle, and a killed media process takes no more
than that with it.

The writer is a process of its own. Keys go to it by a socket pair, sound by the ring. When
it dies it's started again with the same ring and told the tracks that stand; when it can't
be started, tracks end empty after a while: a call never waits for its recording.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Final

import msgspec
from msgspec import Struct

from roost.adapters.media import ring
from roost.adapters.media.bounds import MAX_TRACKS
from roost.adapters.media.wire import LENGTH, Deframer, TrackDone
from roost.floor.effects import StartTrack
from roost.kernel.time import DurationUs

PATIENCE_US: Final = 10_000_000  # with a writer that doesn't answer for an ended track
RESTART_US: Final = 1_000_000
RUN_PACKETS: Final = 10


class Begin(Struct, frozen=True, gc=False, tag=True):
    """To the writer. `file` is empty, or names the file of a track that goes on."""

    index: int
    asked: StartTrack
    key: bytes
    wrapped: bytes
    started_us: int  # monotonic
    wall_us: int


class Created(Struct, frozen=True, gc=False, tag=True):
    """From the writer: the name of a track's file."""

    index: int
    file: str


class Written(Struct, frozen=True, gc=False, tag=True):
    """From the writer: a track is on the disk."""

    index: int
    file: str
    bytes: int
    gap: int  # samples that were dropped, or couldn't be written


FromWriter = Created | Written
to_writer: Final = msgspec.msgpack.Decoder(Begin | Created)
from_writer: Final = msgspec.msgpack.Decoder(FromWriter)
_encode: Final = msgspec.msgpack.Encoder().encode


def framed(message: Begin | FromWriter) -> bytes:
    body = _encode(message)
    return LENGTH.pack(len(body)) + body


class Track:
    """One leg's recording. `dropped` are samples that found the ring full, not yet marked;
    `run` the payloads of the run that is being gathered, `next_timestamp` what follows it;
    `marks` are pauses' beginnings and ends that aren't in the ring yet."""

    __slots__ = (
        "a_law", "asked", "begin", "dropped", "ended_us", "ending", "file", "gap", "index",
        "marks", "next_timestamp", "paused", "run", "run_timestamp", "run_us",
    )  # fmt: skip

    def __init__(self, begin: Begin) -> None:
        self.begin = begin
        self.asked = begin.asked
        self.index = begin.index
        self.file = ""
        self.dropped = 0
        self.gap = 0
        self.ended_us = 0
        self.ending = False
        self.a_law = True
        self.run: list[bytes] = []
        self.run_timestamp = 0
        self.run_us = 0
        self.next_timestamp = -1
        self.paused = False
        self.marks: list[tuple[int, bool]] = []

    def due_us(self) -> int | None:
        return self.begin.started_us + self.asked.most_us if self.asked.most_us > 0 else None


class Recorder:
    """The loop's side of recording. `done` takes each track's one outcome."""

    def __init__(
        self, folder: str, done: Callable[[TrackDone], None], size: int = ring.RING_BYTES
    ) -> None:
        self.folder = folder
        self.dropped_packets = 0
        self.restarts = -1
        self._done = done
        self._size = size
        self.ring_handle = ring.make(size)
        self._ring = ring.Putter(self.ring_handle, size)
        self._tracks: dict[int, Track] = {}
        self._next = 1
        self._unended: list[Track] = []  # their END found the ring full
        self._writer: subprocess.Popen[bytes] | None = None
        self._tried_us = 0
        self.link: socket.socket | None = None
        self._deframer = Deframer()

    # --- the writer process ---

    def start_writer(self, now_us: int) -> None:
        """Starts the writer and tells it the tracks that stand."""
        ours, its = socket.socketpair()
        self._tried_us = now_us
        self.restarts += 1
        command = [sys.executable, "-m", "roost.adapters.media.writer"]
        command += [str(its.fileno()), str(self.ring_handle), str(self._size), self.folder]
        self._writer = subprocess.Popen(
            command,
            pass_fds=(its.fileno(), self.ring_handle),
            start_new_session=True,
            stdin=subprocess.DEVNULL,
        )
        its.close()
        ours.setblocking(False)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self.link = ours
        self._deframer = Deframer()
        for track in self._tracks.values():
            self._tell(track.begin)
            if track.file:
                self._tell(Created(track.index, track.file))
            if track.ending:
                self._put_end(track)

    @property
    def writer_pid(self) -> int:
        return self._writer.pid if self._writer is not None else 0

    def _tell(self, message: Begin | FromWriter) -> bool:
        if self.link is None:
            return False
        try:
            data = framed(message)
            return self.link.send(data) == len(data)
        except OSError:
            return False

    def hear(self) -> bool:
        """Reads what the writer says; False when it's gone (its link is closed then)."""
        link = self.link
        assert link is not None
        try:
            data = link.recv(65_536)
        except BlockingIOError:
            return True
        except OSError:
            data = b""
        if not data:
            return False
        for body in self._deframer.feed(data):
            message = from_writer.decode(body)
            track = self._tracks.get(message.index)
            if track is None:
                continue
            if isinstance(message, Created):
                track.file = message.file
            else:
                self._finish(track, message)
        return True

    def lose_writer(self) -> None:
        """The link is gone: the writer died. `tick` starts another."""
        if self.link is not None:
            self.link.close()
            self.link = None
        if self._writer is not None:
            self._writer.poll()

    def tick(self, now_us: int) -> bool:
        """Every second or so. True when a new writer was started (its link is new)."""
        self._unended = [track for track in self._unended if not self._put_end(track)]
        for track in [t for t in self._tracks.values() if t.ending]:
            if now_us - track.ended_us > PATIENCE_US:
                self._finish(track, Written(track.index, track.file, 0, 0))
        if self.link is None and now_us - self._tried_us >= RESTART_US:
            self.start_writer(now_us)
            return True
        return False

    # --- tracks ---

    def start(
        self, asked: StartTrack, key: bytes, wrapped: bytes, now_us: int, wall_us: int
    ) -> Track | None:
        """A new track; None when it can't be recorded (no key, no writer, too many)."""
        if len(key) != 32 or len(self._tracks) >= MAX_TRACKS:
            return None
        begin = Begin(self._next, asked, key, wrapped, now_us, wall_us)
        track = Track(begin)
        if not self._tell(begin):
            return None
        self._next += 1
        self._tracks[track.index] = track
        return track

    def put(self, track: Track, a_law: bool, now_us: int, timestamp: int, payload: bytes) -> None:
        """One packet's sound; of a paused track it goes nowhere."""
        if track.paused:
            return
        run = track.run
        if timestamp == track.next_timestamp and a_law is track.a_law and len(run) < RUN_PACKETS:
            run.append(payload)
        else:
            if run:
                self._put_run(track)
            track.run = [payload]
            track.run_timestamp, track.run_us, track.a_law = timestamp, now_us, a_law
        track.next_timestamp = (timestamp + len(payload)) & 0xFFFFFFFF

    def _put_run(self, track: Track) -> None:
        """A run into the ring; dropped, counted and marked when it's full."""
        sound, packets = b"".join(track.run), len(track.run)
        track.run = []
        if self._marked(track, track.run_us):
            kind = ring.AUDIO_A if track.a_law else ring.AUDIO_U
            if self._ring.put(kind, track.index, track.run_us, track.run_timestamp, sound):
                return
        track.dropped += len(sound)
        self.dropped_packets += packets

    def pause(self, track: Track, paused: bool, now_us: int) -> None:
        """Nothing of the leg goes into the ring from now on, or it does again."""
        if track.paused is paused:
            return
        if track.run:
            self._put_run(track)
        track.next_timestamp = -1
        track.paused = paused
        track.marks.append((now_us, paused))
        self._marked(track, now_us)

    def _marked(self, track: Track, now_us: int) -> bool:
        """Whether all that has to stand before the next sound is in the ring."""
        while track.marks:
            at_us, paused = track.marks[0]
            if not self._ring.put(ring.PAUSE, track.index, at_us, paused, b""):
                return False
            del track.marks[0]
        return not track.dropped or self._mark(track, now_us)

    def _mark(self, track: Track, now_us: int) -> bool:
        if not self._ring.put(ring.GAP, track.index, now_us, track.dropped, b""):
            return False
        track.gap += track.dropped
        track.dropped = 0
        return True

    def stop(self, track: Track, now_us: int) -> None:
        """No more of this leg from now on; the outcome comes when the writer has it."""
        if track.ending:
            return
        if track.run:
            self._put_run(track)
        track.ending, track.ended_us = True, now_us
        if not self._put_end(track):
            self._unended.append(track)

    def _put_end(self, track: Track) -> bool:
        if not self._marked(track, track.ended_us):
            return False
        return self._ring.put(ring.END, track.index, track.ended_us, 0, b"")

    def _finish(self, track: Track, written: Written) -> None:
        self._tracks.pop(track.index, None)
        self._unended = [t for t in self._unended if t is not track]
        length = max(0, track.ended_us - track.begin.started_us)
        self._done(
            TrackDone(
                track.asked,
                written.file,
                DurationUs(length),
                written.bytes,
                DurationUs(max(track.gap, written.gap) * 125),
            )
        )

    @property
    def standing(self) -> int:
        """Tracks that haven't had their outcome."""
        return len(self._tracks)

    def close(self) -> None:
        """The process ends: the writer sees its link close, writes what's left, and ends."""
        self.lose_writer()
        os.close(self.ring_handle)
