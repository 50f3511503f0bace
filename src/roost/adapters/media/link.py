"""Control's connection to one media process: made again for as long as control lives.

    away ── Welcome ──► up ── end of file ──► away ── 3 s without a word ──► lost ─► up …
      └─── Deposed: media knows a newer writer; the link ends for good

Effects given while it's away are sent when it's back (they're repeatable). A link that is
lost, or comes back as another process (`boot`), reports its media process lost once; should
the same process come back after all, the legs that it still holds are closed there.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Protocol

import msgspec

from roost.adapters.media import wire
from roost.adapters.media.bounds import HEARTBEAT_LOST_S, PENDING_MOST, REPLY_S
from roost.kernel.ids import MediaId
from roost.ports.media import MediaGone, stands

AGAIN_S: Final = 0.1  # between two attempts to connect
READ_BYTES: Final = 65_536
IN_FLIGHT: Final = 256  # outcomes with the engine at once; begun in their order

log = logging.getLogger(__name__)


class MediaRefused(MediaGone):
    """The media process can't do it: no room, no port, draining, a bad address. To signalling
    it's the same as none being there."""


class Owner(Protocol):
    """What a link needs of the client."""

    epoch: int

    def deposed(self, epoch: int) -> None: ...

    async def lost(self, media: MediaId, which: str) -> None: ...

    async def deliver(self, media: MediaId, boot: str, outcome: wire.Outcome) -> None: ...


class Link:
    """One media process: its connection, what waits for it, what it last said."""

    def __init__(self, media: MediaId, path: Path, owner: Owner) -> None:
        self.media = media
        self.path = path
        self.boot = ""
        self.beat: wire.Beat | None = None
        self.up = asyncio.Event()
        self._owner = owner
        self._writer: asyncio.StreamWriter | None = None
        self._pending: deque[bytes] = deque(maxlen=PENDING_MOST)
        self._answers: dict[int, asyncio.Future[wire.FromMedia]] = {}
        self._number = 0
        self._last_heard = 0.0
        self._lost = False
        self._deposed = False
        self._losses = 0
        self._lost_boot = ""
        self._delivering: set[tuple[str, int]] = set()
        self._places = asyncio.Semaphore(IN_FLIGHT)
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self) -> None:
        """Connects, reads, and connects again, until it's cancelled, or we're deposed."""
        self._last_heard = asyncio.get_running_loop().time()
        watch = asyncio.ensure_future(self._watch_heartbeat())
        try:
            while not self._deposed:
                with contextlib.suppress(OSError):
                    reader, writer = await asyncio.open_unix_connection(str(self.path))
                    try:
                        await self._talk(reader, writer)
                    finally:
                        self._disconnected()
                        writer.close()
                await asyncio.sleep(AGAIN_S)
        finally:
            for task in (watch, *self._tasks):
                task.cancel()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deframer = wire.Deframer()
        writer.write(wire.frame(wire.Hello(self._owner.epoch)))
        while data := await reader.read(READ_BYTES):
            self._last_heard = asyncio.get_running_loop().time()
            try:
                messages = [wire.from_media.decode(body) for body in deframer.feed(data)]
            except (wire.BadMessage, msgspec.DecodeError) as error:
                log.error("media %s speaks another protocol: %s", self.media, error)
                return
            for message in messages:
                await self._take(message, writer)

    async def _take(self, message: wire.FromMedia, writer: asyncio.StreamWriter) -> None:
        if isinstance(message, wire.Outcome):
            key = (self.boot, message.number)
            if key not in self._delivering:
                self._delivering.add(key)
                await self._places.acquire()
                self._spawn(self._deliver(self.boot, message))
        elif isinstance(message, wire.Beat):
            self.beat = message
        elif isinstance(message, wire.Welcome):
            self._welcome(message, writer)
        elif isinstance(message, wire.Deposed):
            self._deposed = True
            self._owner.deposed(message.epoch)
        else:
            future = self._answers.pop(message.number, None)
            if future is not None and not future.done():
                future.set_result(message)

    def _spawn(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _welcome(self, welcome: wire.Welcome, writer: asyncio.StreamWriter) -> None:
        if self.boot and welcome.boot != self.boot:
            self._report_lost()
        self.boot = welcome.boot
        self._lost = False
        self._writer = writer
        while self._pending:
            writer.write(self._pending.popleft())
        self.up.set()
        if welcome.boot == self._lost_boot:
            self._lost_boot = ""
            self._spawn(self._close_legs())

    async def _close_legs(self) -> None:
        """It was given up, and its contacts ended: what it still holds belongs to nobody."""
        with contextlib.suppress(MediaGone):
            listing = await self.ask(wire.List)
            assert isinstance(listing, wire.Listing)
            for state in listing.legs:
                leg = state.leg
                if stands(state.contact):
                    continue  # its desk takes it up again, or closes it
                await self.ask(lambda number, leg=leg: wire.Close(number, leg))

    def _disconnected(self) -> None:
        self._writer = None
        self.up.clear()
        self.beat = None
        for future in self._answers.values():
            if not future.done():
                future.set_exception(MediaGone(f"media {self.media} closed its connection"))
        self._answers.clear()

    async def _watch_heartbeat(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(HEARTBEAT_LOST_S / 6)
            if not self._lost and loop.time() - self._last_heard > HEARTBEAT_LOST_S:
                self._lost = True
                self._report_lost()
                if self._writer is not None:
                    self._writer.transport.abort()

    def _report_lost(self) -> None:
        """Also when it was never there: an earlier control may have had legs on it."""
        self._pending.clear()  # effects for legs that are gone
        self._losses += 1
        which = f"{self.boot or self._owner.epoch}:{self._losses}"
        self._lost_boot, self.boot = self.boot, ""
        self._spawn(self._owner.lost(self.media, which))

    def give(self, message: wire.FromControl) -> None:
        """Sends it, or keeps it until the link is up."""
        data = wire.frame(message)
        if self._writer is not None:
            self._writer.write(data)
        elif not (self._lost or self._deposed):
            self._pending.append(data)

    async def ask(
        self, make: Callable[[int], wire.FromControl]
    ) -> wire.Opened | wire.Listing | wire.Fine:
        """Raises MediaGone when no answer comes in time, MediaRefused when it's no."""
        try:
            async with asyncio.timeout(0 if self._deposed else REPLY_S):
                await self.up.wait()
                answer = await self._answered(make)
        except TimeoutError:
            raise MediaGone(f"media {self.media} doesn't answer") from None
        if isinstance(answer, wire.Refused):
            raise MediaRefused(f"media {self.media}: {answer.why}")
        assert isinstance(answer, wire.Opened | wire.Listing | wire.Fine), answer
        return answer

    async def _answered(self, make: Callable[[int], wire.FromControl]) -> wire.FromMedia:
        self._number += 1
        number = self._number
        future: asyncio.Future[wire.FromMedia] = asyncio.get_running_loop().create_future()
        self._answers[number] = future
        self.give(make(number))
        try:
            return await future
        finally:
            self._answers.pop(number, None)

    async def _deliver(self, boot: str, outcome: wire.Outcome) -> None:
        """To the engine, and acknowledged when it's answered."""
        try:
            await self._owner.deliver(self.media, boot, outcome)
            if boot == self.boot:
                self.give(wire.Acknowledge((outcome.number,)))
        finally:
            self._places.release()
            self._delivering.discard((boot, outcome.number))
