"""A phone's socket: UDP, or one TCP connection to its centre."""

import asyncio
from collections.abc import Callable
from typing import cast

from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.parse import PONG, Malformed, StreamParser, is_keep_alive, parse
from roost.protocols.sip.routing import TCP, UDP, Peer
from roost.protocols.sip.transactions import Send

OnMessage = Callable[[Request | Response | Malformed, Peer], None]


class Wire(asyncio.DatagramProtocol):
    """UDP. `host` and `port` are its own address once it's open."""

    def __init__(self, on_message: OnMessage) -> None:
        self._on_message = on_message
        self._transport: asyncio.DatagramTransport | None = None
        self.host = ""
        self.port = 0

    async def open(self, host: str, port: int, centre: Peer) -> None:
        """Binds to host and port (0: any)."""
        _ = centre
        loop = asyncio.get_running_loop()
        transport, _own = await loop.create_datagram_endpoint(lambda: self, local_addr=(host, port))
        self._transport = transport
        address = cast(tuple[str, int], transport.get_extra_info("sockname"))
        self.host, self.port = address[0], address[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if is_keep_alive(data):
            return
        try:
            message: Request | Response | Malformed = parse(data)
        except Malformed as trouble:
            message = trouble
        self._on_message(message, Peer(UDP, addr[0], addr[1]))

    def send(self, one: Send) -> bool:
        """False if it can't be sent."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.sendto(one.data, (one.to.host, one.to.port))
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class StreamWire(asyncio.Protocol):
    """TCP. Everything goes by the one connection, whatever address it names."""

    def __init__(self, on_message: OnMessage) -> None:
        self._on_message = on_message
        self._transport: asyncio.Transport | None = None
        self._parser = StreamParser()
        self._peer = Peer(TCP, "", 0)
        self.host = ""
        self.port = 0

    async def open(self, host: str, port: int, centre: Peer) -> None:
        """Connects to the centre. Raises OSError."""
        loop = asyncio.get_running_loop()
        await loop.create_connection(
            lambda: self, centre.host, centre.port, local_addr=(host, port)
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        own = cast(tuple[str, int], transport.get_extra_info("sockname"))
        far = cast(tuple[str, int], transport.get_extra_info("peername"))
        self.host, self.port = own[0], own[1]
        self._peer = Peer(TCP, far[0], far[1])

    def data_received(self, data: bytes) -> None:
        for message in self._parser.feed(data):
            self._on_message(message, self._peer)
        for _ in range(self._parser.take_pings()):
            if self._transport is not None:
                self._transport.write(PONG)

    def send(self, one: Send) -> bool:
        """False if the connection is gone."""
        if self._transport is None or self._transport.is_closing():
            return False
        self._transport.write(one.data)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
