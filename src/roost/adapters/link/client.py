"""The other processes' end of the link: a `Submit` that reaches the writer's process.

    link = LinkClient(path, Commands(ALL_COMMANDS), hinted=follower_hint)
    await link.start()
    answer = await link(command, actor, id, puts)
    await link.stop()

When the connection is lost (the writer restarts) it connects again, and what wasn't answered is
asked again under the same ids, so it's done once. What isn't answered in time, or doesn't fit,
is Unavailable: the writer may still do it, and the same id may be tried again.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, cast

from roost.adapters.link.wire import (
    AskDesk,
    BadFrame,
    Commands,
    Frame,
    Frames,
    Hint,
    News,
    Told,
    ToldDesk,
    frame,
)
from roost.kernel.actor import Actor
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.messages import Command, VaultPut
from roost.ports import desks
from roost.ports.commands import Answer, Unavailable

MOST_IN_FLIGHT: Final = 1_000
TIMEOUT_S: Final = 10.0
AGAIN_FIRST_S: Final = 0.02
AGAIN_LONGEST_S: Final = 1.0


class LinkClient:
    """`ports.commands.Submit` over a local socket."""

    def __init__(
        self,
        path: Path,
        commands: Commands,
        *,
        hinted: Callable[[StreamName, int], None] = lambda _stream, _number: None,
        timeout_s: float = TIMEOUT_S,
        most_in_flight: int = MOST_IN_FLIGHT,
        news: desks.Tell = lambda _told: None,
        again: Callable[[], None] = lambda: None,
    ) -> None:
        """`news` are for pages' phones; `again` is called whenever the connection is there
        (again): what control knew of our pages may be forgotten."""
        self._path = path
        self._commands = commands
        self._hinted = hinted
        self._timeout_s = timeout_s
        self._most = most_in_flight
        self._turn = 0
        self._news = news
        self._again = again
        self._asked: dict[int, tuple[bytes, asyncio.Future[Any]]] = {}
        self._line: _Line | None = None
        self._task: asyncio.Task[None] | None = None
        self.connected = asyncio.Event()

    async def start(self) -> None:
        """Begin to connect; `connected` says when it's there."""
        self._task = asyncio.get_running_loop().create_task(self._keep_connected())

    async def stop(self) -> None:
        """What's under way is answered Unavailable."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        for _, future in list(self._asked.values()):
            if not future.done():
                future.set_result(None)

    async def __call__(
        self,
        command: Command,
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut] = (),
    ) -> Answer:
        if len(self._asked) >= self._most:
            return Unavailable("busy")
        self._turn += 1
        try:
            data = frame(self._commands.ask(self._turn, command, actor, id, puts))
        except BadFrame as trouble:
            return Unavailable(str(trouble))
        answer: Answer | None = await self._reply(self._turn, data)
        return answer or Unavailable("no_answer")

    async def desk(self, request: desks.DeskRequest) -> desks.DeskReply:
        """What a page asks of its phone: asked again when the connection was lost meanwhile."""
        if len(self._asked) >= self._most:
            return desks.Declined("phone_unavailable")
        self._turn += 1
        try:
            data = frame(AskDesk(self._turn, request))
        except BadFrame:
            return desks.Declined("bad_offer")
        reply: desks.DeskReply | None = await self._reply(self._turn, data)
        return reply or desks.Declined("phone_unavailable")

    async def _reply(self, turn: int, data: bytes) -> Any:
        """None when there's none in time."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._asked[turn] = (data, future)
        if self._line is not None:
            self._line.write(data)
        try:
            async with asyncio.timeout(self._timeout_s):
                return await future
        except TimeoutError:
            return None
        finally:
            del self._asked[turn]

    async def _keep_connected(self) -> None:
        loop = asyncio.get_running_loop()
        wait = AGAIN_FIRST_S
        while True:
            try:
                transport, line = await loop.create_unix_connection(
                    lambda: _Line(self._take), str(self._path)
                )
            except OSError:
                await asyncio.sleep(wait)
                wait = min(wait * 2, AGAIN_LONGEST_S)
                continue
            wait = AGAIN_FIRST_S
            self._line = line
            for data, _ in self._asked.values():
                line.write(data)
            self.connected.set()
            self._again()
            try:
                await line.lost
            finally:
                self._line = None
                self.connected.clear()
                transport.abort()
            await asyncio.sleep(AGAIN_FIRST_S)  # a peer that hangs up at once isn't stormed

    def _take(self, content: Frame) -> None:
        if isinstance(content, Hint):
            self._hinted(content.stream, content.number)
        elif isinstance(content, News):
            self._news(content.told)
        elif isinstance(content, Told | ToldDesk):
            found = self._asked.get(content.turn)
            if found is not None and not found[1].done():
                reply = content.answer if isinstance(content, Told) else content.reply
                found[1].set_result(reply)


class _Line(asyncio.Protocol):
    """One connection to the writer's process."""

    def __init__(self, take: Callable[[Frame], None]) -> None:
        self._take = take
        self._frames = Frames()
        self._transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._transport = None
        if not self.lost.done():
            self.lost.set_result(None)

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def data_received(self, data: bytes) -> None:
        try:
            for each in self._frames.feed(data):
                self._take(each)
        except BadFrame:
            if self._transport is not None:
                self._transport.abort()
