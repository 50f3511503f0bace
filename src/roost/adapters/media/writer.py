"""The writer process: takes tracks from the ring, encrypts them, writes their files.

Started by media, in a session of its own; it looks into the ring twenty times a second, so the
packet loop never has to wake it. When media ends or is killed it writes what the ring still
holds, closes every track, and ends. What can't be written (a full disk) is counted as a gap
of its track: the call goes on.
"""

import base64
import contextlib
import os
import select
import signal
import socket
import sys
from pathlib import Path
from typing import BinaryIO, Final

from roost.adapters.media import ring, track_file
from roost.adapters.media.aligning import Placer
from roost.adapters.media.bounds import RING_PARTS_US
from roost.adapters.media.tracks import Begin, Created, Written, framed, to_writer
from roost.adapters.media.wire import Deframer
from roost.kernel.ids import owner_of
from roost.protocols.rtp.packet import samples

LOOK_S: Final = 0.05
NICE: Final = 5  # packets come before files


class OpenTrack:
    """One track's file. `failed` counts samples that couldn't be written."""

    def __init__(self, begin: Begin, folder: Path, known: str) -> None:
        asked = begin.asked
        self.index = begin.index
        self.file = known
        self.started_us = begin.started_us
        self.placer = Placer(begin.started_us)
        self.flushed_us = begin.started_us
        self.gap = 0
        self._held = 0  # samples in the chunk not yet written
        self._stream: BinaryIO | None = None
        self._writer: track_file.TrackWriter | None = None
        head = track_file.Head(
            asked.track,
            asked.contact,
            asked.leg,
            owner_of(asked.client),
            asked.purpose,
            begin.wall_us,
            base64.b64encode(begin.wrapped).decode(),
        )
        try:
            number = place = 0
            if known:
                self._stream, number, place = track_file.reopen(folder / known)
            else:
                self._stream, self.file = track_file.create(folder, asked.track)
            self._writer = track_file.TrackWriter(self._stream, head, begin.key, number, place)
        except (OSError, track_file.BadTrack) as error:
            print(f"media writer: track {asked.track}: {error}", file=sys.stderr)

    def take(self, record: ring.Record) -> None:
        if record.kind == ring.GAP:
            self.gap += record.timestamp
            if self._writer is not None:
                self._writer.add(
                    track_file.GAP, self.placer.end, record.timestamp.to_bytes(4, "little")
                )
            return
        if record.kind == ring.PAUSE:
            if self._writer is not None:
                at = self.placer.at(record.arrival_us)
                self._writer.add(track_file.PAUSE, at, bytes([record.timestamp]))
            return
        length = len(record.payload)
        position = self.placer.place(record.arrival_us, record.timestamp, length)
        if self._writer is None:
            self.gap += length
            return
        kind = track_file.AUDIO_A if record.kind == ring.AUDIO_A else track_file.AUDIO_U
        self._writer.add(kind, position, record.payload)
        self._held += length
        if record.arrival_us - self.flushed_us >= RING_PARTS_US:
            self.flushed_us = record.arrival_us
            self._flush()

    def _flush(self, last: bool = False) -> None:
        if self._writer is None:
            return
        try:
            self._writer.flush(last)
        except OSError as error:
            self.gap += self._held
            print(f"media writer: {self.file}: {error}", file=sys.stderr)
        self._held = 0

    def end(self, ended_us: int) -> int:
        """Closes the file; its size."""
        if self._writer is None or self._stream is None:
            return 0
        length = max(self.placer.end, samples(max(0, ended_us - self.started_us)))
        self._writer.add(track_file.END, length, b"")
        self._flush(last=True)
        with contextlib.suppress(OSError):
            os.fsync(self._stream.fileno())
        with contextlib.suppress(OSError):
            self._stream.close()
        return self._writer.size

    def interrupt(self) -> None:
        """Media is gone in the middle: what's there is kept, without an end."""
        self._flush()
        if self._stream is not None:
            with contextlib.suppress(OSError):
                self._stream.close()


class Writer:
    """The writer's whole state: tracks by index."""

    def __init__(self, link: socket.socket, taker: ring.Taker, folder: Path) -> None:
        self._link = link
        self._taker = taker
        self._folder = folder
        self._deframer = Deframer()
        self._begun: dict[int, Begin] = {}
        self._files: dict[int, str] = {}
        self._open: dict[int, OpenTrack] = {}

    def run(self) -> None:
        """Until media is gone."""
        alive = True
        while alive:
            select.select([self._link], [], [], LOOK_S)
            alive = self._hear()
            self._drain(self._taker.take())
        self._drain(self._taker.take(last=True))
        for track in self._open.values():
            track.interrupt()

    def _hear(self) -> bool:
        while True:
            try:
                data = self._link.recv(262_144)
            except BlockingIOError:
                return True
            except OSError:
                return False
            if not data:
                return False
            for body in self._deframer.feed(data):
                message = to_writer.decode(body)
                if isinstance(message, Begin):
                    self._begun[message.index] = message
                else:
                    self._files[message.index] = message.file

    def _drain(self, records: list[ring.Record]) -> None:
        for record in records:
            track = self._open.get(record.track) or self._begin(record.track)
            if track is None:
                continue
            if record.kind != ring.END:
                track.take(record)
                continue
            size = track.end(record.arrival_us)
            del self._open[record.track]
            self._files.pop(record.track, None)
            self._say(Written(record.track, track.file if size else "", size, track.gap))

    def _begin(self, index: int) -> OpenTrack | None:
        if index not in self._begun:
            self._hear()  # its key was sent before its first packet was put
        begin = self._begun.pop(index, None)
        if begin is None:
            return None
        track = OpenTrack(begin, self._folder, self._files.get(index, ""))
        self._open[index] = track
        if track.file:
            self._say(Created(index, track.file))
        return track

    def _say(self, message: Created | Written) -> None:
        with contextlib.suppress(OSError):  # media is gone: the files are what counts
            self._link.setblocking(True)
            self._link.sendall(framed(message))
            self._link.setblocking(False)


def main(arguments: list[str]) -> int:
    link_handle, ring_handle, size, folder = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # it ends when media does
    os.setpriority(os.PRIO_PROCESS, 0, NICE)
    os.umask(0o077)
    Path(folder).mkdir(parents=True, exist_ok=True)
    link = socket.socket(fileno=int(link_handle))
    link.setblocking(False)
    Writer(link, ring.Taker(int(ring_handle), int(size)), Path(folder)).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
