"""A network between a browser and the centre that can be cut: pages by TCP, sound by UDP. While
it's cut nothing passes either way, and nobody is told: as when a cable is pulled."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final

CHUNK: Final = 65_536
# The answer names the edge's port; this browser reaches it by ours.
REDIRECT: Final = """
{
  const take = RTCPeerConnection.prototype.setRemoteDescription;
  RTCPeerConnection.prototype.setRemoteDescription = function (given) {
    const sdp = given.sdp.replaceAll(" %(edge)d ", " %(ours)d ");
    return take.call(this, {type: given.type, sdp});
  };
}
"""


class CutNetwork:
    """`url` is where the centre's pages are by it; `script` belongs into these pages."""

    def __init__(self, http_port: int, edge_port: int) -> None:
        self._http_port, self._edge_port = http_port, edge_port
        self._whole = asyncio.Event()
        self._whole.set()
        self._pumps: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server
        self._near: asyncio.DatagramTransport
        self._far: dict[tuple[str, int], asyncio.DatagramTransport] = {}
        self.url = ""
        self.script = ""

    async def starts(self) -> "CutNetwork":
        self._server = await asyncio.start_server(self._joined, "127.0.0.1", 0)
        loop = asyncio.get_running_loop()
        self._near, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._out), ("127.0.0.1", 0)
        )
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        ours = self._near.get_extra_info("sockname")[1]
        self.script = REDIRECT % {"edge": self._edge_port, "ours": ours}
        return self

    async def cut(self) -> None:
        self._whole.clear()

    async def mended(self) -> None:
        self._whole.set()

    # --- pages ---

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        there, back = await asyncio.open_connection("127.0.0.1", self._http_port)
        for one, other in ((reader, back), (there, writer)):
            task = asyncio.ensure_future(self._pump(one, other))
            self._pumps.add(task)
            task.add_done_callback(self._pumps.discard)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                await self._whole.wait()
                writer.write(data)
                await writer.drain()
        writer.close()

    # --- sound ---

    def _out(self, data: bytes, source: tuple[str, int]) -> None:
        if not self._whole.is_set():
            return
        far = self._far.get(source)
        if far is not None:
            far.sendto(data)
            return
        task = asyncio.ensure_future(self._first(data, source))
        self._pumps.add(task)
        task.add_done_callback(self._pumps.discard)

    async def _first(self, data: bytes, source: tuple[str, int]) -> None:
        def back(data: bytes, _source: tuple[str, int]) -> None:
            if self._whole.is_set():
                self._near.sendto(data, source)

        loop = asyncio.get_running_loop()
        far, _ = await loop.create_datagram_endpoint(
            lambda: _Side(back), remote_addr=("127.0.0.1", self._edge_port)
        )
        self._far[source] = far
        far.sendto(data)

    async def close(self) -> None:
        self._server.close()
        for task in tuple(self._pumps):
            task.cancel()
        for transport in (self._near, *self._far.values()):
            transport.close()


class _Side(asyncio.DatagramProtocol):
    def __init__(self, take: Callable[[bytes, tuple[str, int]], None]) -> None:
        self._take = take

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._take(data, addr)
