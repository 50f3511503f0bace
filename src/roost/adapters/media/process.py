"""The media process: one thread does packets, control and prompts (FOUNDATION, 2).

A plain epoll loop: connected sockets, one read and one write a packet, the cyclic collector
off (nothing here makes cycles that live on). Whatever could wait for a disk is in the writer
process. SIGTERM drains: no new legs, and the process ends with its last one; a second SIGTERM
ends it at once.
"""

import argparse
import gc
import os
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from roost.adapters.media import wire
from roost.adapters.media.bounds import HEARTBEAT_US, MAX_LEGS, SILENT_AFTER_US
from roost.adapters.media.control import Control
from roost.adapters.media.exchange import Exchange
from roost.adapters.media.leg import Leg
from roost.adapters.media.playing import PHASES, Library
from roost.adapters.media.port_pairs import PortPairs
from roost.adapters.media.tracks import Recorder
from roost.kernel.ids import MediaId
from roost.protocols.rtp.packet import FRAME_US

PHASE_US: Final = FRAME_US // PHASES
CHORES_US: Final = 1_000_000
LATE_US: Final = 200_000  # later than this, frames are left out, not sent in a burst
DRAINED_S: Final = 5.0  # after the last leg, for the outbox to be fetched
DESCRIPTORS_PER_LEG: Final = 3
PRIORITY: Final = -5
MOST_EVENTS: Final = 512  # sockets served before the clock is looked at
MOST_TOLD: Final = 100  # faults printed; all are counted


class MediaSettings(Struct, frozen=True):
    """What a media process is started with. `ports`: the range, both ends included."""

    id: MediaId
    prompts: str  # the folder of rendered prompts
    recordings: str
    bind: str = "127.0.0.1"
    advertise: str = ""
    first_port: int = 20_000
    last_port: int = 29_999
    silent_after_us: int = SILENT_AFTER_US


def clock_us() -> int:
    return time.monotonic_ns() // 1_000


class Loop:
    """The poll and its handlers."""

    def __init__(self, settings: MediaSettings, listener: socket.socket) -> None:
        self.settings = settings
        self.stopping = 0
        self.faults = 0
        self._phase = 0
        self._frame_us = self._beat_us = self._chores_us = 0
        self._epoll = select.epoll()
        self._legs: dict[int, Leg] = {}  # latched or not, by their RTP socket
        self._handlers: dict[int, Callable[[], None]] = {}
        self._wall_offset_us = time.time_ns() // 1_000 - clock_us()
        self._drained_us: int | None = None
        boot = os.urandom(8).hex()
        self.control = Control(boot, listener, self._watch_socket, clock_us, self.wall_us)
        self.recorder = Recorder(settings.recordings, self.control.outcome)
        self.exchange = Exchange(
            settings.id,
            PortPairs(settings.bind, settings.first_port, settings.last_port),
            settings.advertise or settings.bind,
            Library(Path(settings.prompts)),
            self.recorder,
            self.control.outcome,
            self._watch_leg,
            self._unwatch_leg,
            settings.silent_after_us,
        )
        self.control.exchange = self.exchange
        self._most_legs = self._room()

    def _room(self) -> int:
        """How many legs this process has descriptors and ports for."""
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard == resource.RLIM_INFINITY:
            hard = 1 << 20
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return min(MAX_LEGS, self.exchange.ports.size, (hard - 64) // DESCRIPTORS_PER_LEG)

    def wall_us(self) -> int:
        """The wall's clock as it stood at the start, driven by the monotonic one: all tracks
        of this process share it."""
        return clock_us() + self._wall_offset_us

    # --- the poll ---

    def _watch_socket(
        self, opened: socket.socket, handler: Callable[[], None] | None, writing: bool
    ) -> None:
        handle = opened.fileno()
        known = handle in self._handlers
        if handler is None:
            if known:
                del self._handlers[handle]
                self._epoll.unregister(handle)
            return
        self._handlers[handle] = handler
        mask = select.EPOLLIN | select.EPOLLOUT if writing else select.EPOLLIN
        if known:
            self._epoll.modify(handle, mask)
        else:
            self._epoll.register(handle, mask)

    def _watch_leg(self, leg: Leg) -> None:
        self._legs[leg.fd] = leg
        self._epoll.register(leg.fd, select.EPOLLIN)
        exchange, stranger = self.exchange, leg.stranger
        self._watch_socket(stranger, lambda: exchange.unsorted(leg, stranger, clock_us()), False)
        reporter = exchange.reporter
        self._watch_socket(
            leg.rtcp, lambda: reporter.readable(leg, clock_us(), self.wall_us()), False
        )

    def _unwatch_leg(self, leg: Leg) -> None:
        del self._legs[leg.fd]
        self._epoll.unregister(leg.fd)
        self._watch_socket(leg.stranger, None, False)
        self._watch_socket(leg.rtcp, None, False)

    def run(self) -> None:
        """Until it's drained, or stopped. A fault of ours costs what it happened in (a packet,
        a message, a frame), told and counted; the other calls go on."""
        now_us = clock_us()
        self._frame_us = self._beat_us = self._chores_us = now_us
        self._start_writer(now_us)
        while True:
            try:
                self._turn()
                return
            except Exception:
                self.faults += 1
                if self.faults <= MOST_TOLD:
                    traceback.print_exc()

    def _turn(self) -> None:
        """The loop itself; returns when the process is finished."""
        legs, handlers = self._legs, self._handlers
        forward = self.exchange.forwarder.readable
        poll = self._epoll.poll
        now_us = clock_us()
        while not self._finished(now_us):
            for handle, _ in poll(max(0, self._frame_us - now_us) / 1e6, MOST_EVENTS):
                leg = legs.get(handle)
                if leg is not None:
                    if leg.latched:
                        forward(leg)
                    else:
                        self.exchange.unsorted(leg, leg.rtp, clock_us())
                else:
                    handler = handlers.get(handle)
                    if handler is not None:
                        handler()
            now_us = clock_us()
            if now_us >= self._frame_us:
                self._frames(now_us)

    def _frames(self, now_us: int) -> None:
        """All that is done by the clock: frames due, then what is due less often."""
        if now_us - self._frame_us > LATE_US:
            self._frame_us = now_us
        while self._frame_us <= now_us:
            phase = self._phase
            self.exchange.frame(phase, now_us)
            steps = self.exchange.routes.until_next(phase)
            self._frame_us += steps * PHASE_US
            self._phase = (phase + steps) % PHASES
            if phase == 0:
                self.exchange.tick(now_us)
        if now_us >= self._beat_us:
            self._beat_us = now_us + HEARTBEAT_US
            self.control.beat(self._beat())
        if now_us >= self._chores_us:
            self._chores_us = now_us + CHORES_US
            self.exchange.chores(now_us, self.wall_us())
            if self.recorder.tick(now_us):
                self._watch_writer()

    # --- the writer ---

    def _start_writer(self, now_us: int) -> None:
        self.recorder.start_writer(now_us)
        self._watch_writer()

    def _watch_writer(self) -> None:
        link = self.recorder.link
        assert link is not None

        def hear() -> None:
            if not self.recorder.hear():
                self._watch_socket(link, None, False)
                self.recorder.lose_writer()

        self._watch_socket(link, hear, False)

    # --- state ---

    def _beat(self) -> wire.Beat:
        exchange = self.exchange
        counts = {
            "faults": self.faults + self.control.faults,
            "bad_packets": exchange.forwarder.bad,
            "send_errors": exchange.forwarder.send_errors,
            "missing_prompts": exchange.library.missing,
            "refused_matrices": exchange.routes.refused,
            "unfitting_effects": exchange.unfitting,
            "dropped_outcomes": self.control.outbox.dropped,
            "dropped_track_packets": self.recorder.dropped_packets,
            "writer_restarts": self.recorder.restarts,
            "bad_reports": exchange.reporter.bad,
        }
        return wire.Beat(len(exchange.legs), self._most_legs, exchange.draining, counts)

    def _finished(self, now_us: int) -> bool:
        if self.stopping >= 2:
            return True
        if self.stopping:
            self.exchange.draining = True
        if not self.exchange.draining or self.exchange.busy or self.recorder.standing:
            self._drained_us = None
            return False
        if not self.control.outbox.waiting:
            return True
        if self._drained_us is None:
            self._drained_us = now_us
        return now_us - self._drained_us > DRAINED_S * 1e6


def main(settings: MediaSettings, listener: socket.socket) -> int:
    """Runs a media process on a listening unix stream socket, until it's drained."""
    loop = Loop(settings, listener)

    def stop(_signal: int, _frame: object) -> None:
        loop.stopping += 1

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the supervisor tells us
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    with suppress(OSError):  # packets before everything else, where we may
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    gc.collect()
    gc.freeze()
    gc.disable()
    loop.run()
    loop.recorder.close()
    return 0


def listen(path: Path) -> socket.socket:
    """A listening control socket at a path that only this user may open."""
    with suppress(FileNotFoundError):
        path.unlink()
    opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    opened.bind(str(path))
    path.chmod(0o600)
    opened.listen(8)
    return opened


def arguments(argv: list[str]) -> tuple[MediaSettings, socket.socket]:
    """The command line of a media process started by itself (tests, benchmarks)."""
    parser = argparse.ArgumentParser(prog="roost media")
    parser.add_argument("--id", default="m1")
    parser.add_argument("--socket", type=Path, help="path of the control socket to open")
    parser.add_argument("--listen-fd", type=int, help="an inherited, listening control socket")
    parser.add_argument("--prompts", required=True)
    parser.add_argument("--recordings", required=True)
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--advertise", default="")
    parser.add_argument("--ports", default="20000-29999", help="FIRST-LAST")
    parser.add_argument("--silent-after", type=float, default=SILENT_AFTER_US / 1e6)
    given = parser.parse_args(argv)
    first, _, last = given.ports.partition("-")
    if not (first.isdigit() and last.isdigit() and 1_024 <= int(first) < int(last) < 65_536):
        parser.error(f"--ports {given.ports!r}: give FIRST-LAST, 1024 ≤ FIRST < LAST ≤ 65535")
    if (given.socket is None) == (given.listen_fd is None):
        parser.error("give either --socket or --listen-fd")
    if given.socket is not None:
        listener = listen(given.socket)
    else:
        listener = socket.socket(fileno=given.listen_fd)
    settings = MediaSettings(
        MediaId(given.id),
        given.prompts,
        given.recordings,
        given.bind,
        given.advertise,
        int(first),
        int(last),
        round(given.silent_after * 1e6),
    )
    return settings, listener


if __name__ == "__main__":
    sys.exit(main(*arguments(sys.argv[1:])))
