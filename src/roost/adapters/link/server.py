"""The writer's end of the link: takes commands from other processes, gives hints.

    server = LinkServer(engine.submit, Commands(ALL_COMMANDS))
    await server.start(path=folder / "control.sock")   # or sock=an inherited listening socket
    server.hint(stream, number)                        # after each commit
    await server.stop()

The socket's file is for its owner alone; who can open it is one of our own processes, which has
checked the actor it sends. A peer that sends rubbish is cut off, one that doesn't read is too.
"""

import asyncio
import os
import socket
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, cast

from roost.adapters.link.wire import (
    Ask,
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
from roost.kernel.ids import StreamName
from roost.ports import desks as ports_desks
from roost.ports.commands import Answer, Submit, Unavailable

MOST_PEERS: Final = 64
MOST_ASKED: Final = 1_000  # commands of one peer under way; more are answered Unavailable
MOST_UNREAD_BYTES: Final = 8_000_000  # answers that a peer hasn't read


def listening(path: Path) -> socket.socket:
    """A listening socket at a path, for its owner alone; what lay there before is gone.
    Raises OSError."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        sock.bind(str(path))
    except OSError:
        sock.close()
        raise
    finally:
        os.umask(before)
    sock.listen(MOST_PEERS)
    return sock


class LinkServer:
    """Serves one `Submit`, and the desks' phones once there are any, to many processes."""

    def __init__(self, submit: Submit, commands: Commands) -> None:
        self._submit = submit
        self._commands = commands
        self._peers: set[_Peer] = set()
        self._newest: dict[StreamName, int] = {}
        self._server: asyncio.Server | None = None
        self._path: Path | None = None
        self._inode = 0
        self.cut_off = 0  # peers that sent rubbish or didn't read
        self.desks: ports_desks.Desks | None = None

    async def start(self, *, path: Path | None = None, sock: socket.socket | None = None) -> None:
        """Listen at a path, or on a socket that already does. Raises OSError."""
        loop = asyncio.get_running_loop()
        if sock is not None:
            self._server = await loop.create_unix_server(self._connected, sock=sock)
            return
        assert path is not None
        self._server = await loop.create_unix_server(self._connected, sock=listening(path))
        self._path, self._inode = path, os.stat(path).st_ino

    async def stop(self) -> None:
        """End all connections. What was asked and not answered is asked again elsewhere."""
        if self._server is not None:
            self._server.close()
        for peer in list(self._peers):
            peer.close()
        if self._path is not None:
            with suppress(FileNotFoundError):
                if os.stat(self._path).st_ino == self._inode:  # not the next writer's already
                    os.unlink(self._path)
            self._path = None

    def hint(self, stream: StreamName, number: int) -> None:
        """Tell every peer that a stream now reaches up to this number."""
        self._newest[stream] = number
        if self._peers:
            data = frame(Hint(stream, number))
            for peer in list(self._peers):
                peer.hinted(data)

    def _connected(self) -> "_Peer":
        return _Peer(self)

    # --- for its peers ---

    def joined(self, peer: "_Peer") -> bool:
        """False when there are too many."""
        if len(self._peers) >= MOST_PEERS:
            return False
        self._peers.add(peer)
        for stream, number in self._newest.items():
            peer.hinted(frame(Hint(stream, number)))
        return True

    def left(self, peer: "_Peer") -> None:
        self._peers.discard(peer)
        if self.desks is not None:
            self.desks.forget(peer.told)

    async def answer(self, ask: Ask) -> Answer:
        """Raises BadFrame."""
        command = self._commands.command(ask)
        return await self._submit(command, ask.actor, ask.id, ask.puts)

    async def answer_desk(
        self, request: ports_desks.DeskRequest, tell: ports_desks.Tell
    ) -> ports_desks.DeskReply:
        if self.desks is None:
            return ports_desks.Declined("phone_unavailable")
        return await self.desks.asked(request, tell)


class _Peer(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: LinkServer) -> None:
        self._server = server
        self._frames = Frames()
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.Transport | None = None
        self._full = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = own = cast(asyncio.Transport, transport)
        own.set_write_buffer_limits(high=MOST_UNREAD_BYTES // 8)
        if not self._server.joined(self):
            own.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self._transport = None
        self._server.left(self)

    def pause_writing(self) -> None:
        self._full = True  # hints are left out until it reads again: it looks by itself

    def resume_writing(self) -> None:
        self._full = False

    def data_received(self, data: bytes) -> None:
        try:
            for each in self._frames.feed(data):
                self._take(each)
        except BadFrame:
            self._cut_off()

    def _take(self, content: Frame) -> None:
        if isinstance(content, AskDesk):
            if len(self._tasks) >= MOST_ASKED:
                busy = ports_desks.Declined("phone_unavailable")
                self._send(frame(ToldDesk(content.turn, busy)))
                return
            self._start(self._answer_desk(content))
            return
        if not isinstance(content, Ask):
            raise BadFrame("only commands are taken here")
        if len(self._tasks) >= MOST_ASKED:
            self._send(frame(Told(content.turn, Unavailable("busy"))))
            return
        self._start(self._answer(content))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _answer_desk(self, ask: AskDesk) -> None:
        self._send(
            frame(ToldDesk(ask.turn, await self._server.answer_desk(ask.request, self.told)))
        )

    def told(self, told: ports_desks.Told) -> None:
        """News for a page of this peer's."""
        self._send(frame(News(told)))

    async def _answer(self, ask: Ask) -> None:
        try:
            answer = await self._server.answer(ask)
        except BadFrame:
            self._cut_off()
            return
        self._send(frame(Told(ask.turn, answer)))

    def hinted(self, data: bytes) -> None:
        if not self._full:
            self._send(data)

    def _send(self, data: bytes) -> None:
        transport = self._transport
        if transport is None:
            return
        if transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self._cut_off()
            return
        transport.write(data)

    def _cut_off(self) -> None:
        self._server.cut_off += 1
        self.close()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
