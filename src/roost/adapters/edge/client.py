"""The edge as control sees it (`ports.edge.Edge`): one connection, made again for ever.

    away ── Welcome ──► up ── end of file ──► away ── GONE_S without it ──► gone ─► up …
      └─── Deposed: the edge knows a newer writer; the connection ends for good

An edge that comes back as another process (`boot`) has lost its sessions: the watcher hears
so once. The same process again: the watcher hears each session's flow, whatever it missed.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar, cast

import msgspec

from roost.adapters.edge import wire
from roost.adapters.edge.bounds import AGAIN_S, GONE_S, REPLY_S
from roost.ports.edge import (
    Answered,
    Described,
    EdgeGone,
    Flow,
    OfferRefused,
    SessionId,
    SessionState,
)
from roost.ports.media import Law

READ_BYTES: Final = 65_536
OFFER_CODES: Final = frozenset({"bad_offer", "no_room"})
Kind = TypeVar("Kind", bound=wire.Reply)

log = logging.getLogger(__name__)


class EdgeClient:
    """Runs while `serve()` does."""

    def __init__(self, path: Path, epoch: int) -> None:
        self._path = path
        self._epoch = epoch
        self._told: Callable[[Flow], None] = lambda _flow: None
        self._lost: Callable[[], None] = lambda: None
        self._boot = ""
        self._gone = False
        self._deposed = False
        self._number = 0
        self._writer: asyncio.StreamWriter | None = None
        self._answers: dict[int, asyncio.Queue[wire.Reply | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.up = asyncio.Event()

    def watch(self, told: Callable[[Flow], None], lost: Callable[[], None]) -> None:
        self._told, self._lost = told, lost

    async def ready(self, seconds: float) -> bool:
        """Waits for the connection so long; False when it isn't there yet."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.up.wait()
        return self.up.is_set()

    # --- the connection ---

    async def serve(self) -> None:
        """Connects, reads, and connects again, until it's cancelled, or we're deposed."""
        loop = asyncio.get_running_loop()
        away_since = loop.time()
        try:
            while not self._deposed:
                with contextlib.suppress(OSError):
                    reader, writer = await asyncio.open_unix_connection(str(self._path))
                    try:
                        await self._talk(reader, writer)
                    finally:
                        if self._writer is not None:
                            away_since = loop.time()
                        self._disconnected()
                        writer.close()
                if not self._gone and loop.time() - away_since > GONE_S:
                    self._give_up()
                await asyncio.sleep(AGAIN_S)
        finally:
            for task in tuple(self._tasks):
                task.cancel()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        deframer = wire.Deframer()
        writer.write(wire.frame(wire.Hello(self._epoch)))
        while data := await reader.read(READ_BYTES):
            try:
                messages = [wire.from_edge.decode(body) for body in deframer.feed(data)]
            except (wire.BadMessage, msgspec.DecodeError) as error:
                log.error("the edge speaks another protocol: %s", error)
                return
            for message in messages:
                self._take(message, writer)

    def _take(self, message: wire.FromEdge, writer: asyncio.StreamWriter) -> None:
        if isinstance(message, wire.Told):
            self._told(message.flow)
        elif isinstance(message, wire.Welcome):
            self._welcome(message, writer)
        elif isinstance(message, wire.Deposed):
            self._deposed = True
            log.warning("the edge knows a newer writer: %s", message.epoch)
        else:
            waiting = self._answers.get(message.number)
            if waiting is not None:
                waiting.put_nowait(message)

    def _welcome(self, message: wire.Welcome, writer: asyncio.StreamWriter) -> None:
        known = self._boot == message.boot
        if self._boot and not known and not self._gone:
            self._lost()
        self._boot, self._gone = message.boot, False
        self._writer = writer
        self.up.set()
        if known:
            task = asyncio.ensure_future(self._catch_up())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _catch_up(self) -> None:
        with contextlib.suppress(EdgeGone):
            for state in await self.sessions():
                self._told(Flow(state.session, state.flowing))

    def _disconnected(self) -> None:
        self._writer = None
        self.up.clear()
        for waiting in self._answers.values():
            waiting.put_nowait(None)

    def _give_up(self) -> None:
        self._gone = True
        self._boot = ""
        self._lost()

    # --- requests ---

    async def offer(self, session: SessionId, described: Described, sdp: str, law: Law) -> Answered:
        given = await self._ask(
            lambda number: wire.Offer(number, session, described, sdp, law), wire.Given
        )
        return given[0].answered

    async def anchored(self, session: SessionId, host: str, port: int) -> None:
        await self._ask(lambda number: wire.Anchored(number, session, host, port), wire.Fine)

    async def close(self, session: SessionId) -> None:
        await self._ask(lambda number: wire.Close(number, session), wire.Fine)

    async def sessions(self) -> list[SessionState]:
        parts = await self._ask(wire.List, wire.Listing)
        return [state for part in parts for state in part.sessions]

    async def _ask(self, make: Callable[[int], wire.FromControl], kind: type[Kind]) -> list[Kind]:
        """All parts of the answer. Raises EdgeGone, OfferRefused."""
        self._number += 1
        number = self._number
        waiting = self._answers[number] = asyncio.Queue()
        parts: list[Kind] = []
        try:
            async with asyncio.timeout(0 if self._deposed else REPLY_S):
                await self.up.wait()
                if self._writer is None:
                    raise EdgeGone("the edge closed its connection")
                self._writer.write(wire.frame(make(number)))
                while True:
                    reply = await waiting.get()
                    if reply is None:
                        raise EdgeGone("the edge closed its connection")
                    if isinstance(reply, wire.Refused):
                        raise _refusal(reply)
                    assert isinstance(reply, kind), reply
                    parts.append(reply)
                    if not (isinstance(reply, wire.Listing) and cast(wire.Listing, reply).more):
                        return parts
        except TimeoutError:
            raise EdgeGone("the edge doesn't answer") from None
        finally:
            del self._answers[number]


def _refusal(reply: wire.Refused) -> Exception:
    if reply.code in OFFER_CODES:
        return OfferRefused(reply.code, reply.why)
    return EdgeGone(f"{reply.code}: {reply.why}")
