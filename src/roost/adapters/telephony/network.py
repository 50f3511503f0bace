"""SIP over UDP and TCP on sockets that were given: bytes in, bytes out, one endpoint between.

TCP connections are found again by the number that they were given when they came; a message
for a peer without one opens it. Everything here runs on the loop's thread.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from typing import Final, cast

from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.parse import PONG, Malformed, StreamParser
from roost.protocols.sip.routing import TCP, UDP, Peer
from roost.protocols.sip.transactions import Send

MOST_CONNECTIONS: Final = 4_096
MOST_OF_ONE: Final = 1_024  # connections of one address: phones behind a NAT share it
FIRST_MESSAGE_S: Final = 32.0  # who connects and says nothing whole for so long is let go
MOST_UNSENT: Final = 256  # messages that wait for one connection to open
MOST_BUFFERED: Final = 1 << 20  # bytes that a slow reader may leave in our buffer
CONNECT_S: Final = 4.0

OnDatagram = Callable[[bytes, Peer], None]
OnMessage = Callable[[Request | Response | Malformed, Peer], None]
OnLost = Callable[[str], None]


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, on_datagram: OnDatagram) -> None:
        self._on_datagram = on_datagram

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._on_datagram(data, Peer(UDP, addr[0], addr[1]))


class _Stream(asyncio.Protocol):
    """One connection, theirs or ours."""

    def __init__(self, network: "Network", number: int) -> None:
        self._network = network
        self.number = number
        self.peer = Peer(TCP, "", 0, number)
        self.transport: asyncio.Transport | None = None
        self.silent: asyncio.TimerHandle | None = None  # until their first message
        self._parser = StreamParser()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        address = cast(tuple[str, int], transport.get_extra_info("peername"))
        self.peer = Peer(TCP, address[0], address[1], self.number)
        self._network.opened(self)

    def data_received(self, data: bytes) -> None:
        messages = self._parser.feed(data)
        if messages and self.silent is not None:
            self.silent.cancel()
            self.silent = None
        self._network.arrived(messages, self.peer)
        for _ in range(self._parser.take_pings()):
            self.write(PONG)
        if self._parser.closed and self.transport is not None:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if self.silent is not None:
            self.silent.cancel()
        self._network.closed(self)

    def write(self, data: bytes) -> bool:
        transport = self.transport
        if transport is None or transport.is_closing():
            return False
        if transport.get_write_buffer_size() > MOST_BUFFERED:
            transport.abort()
            return False
        transport.write(data)
        return True


class Network:
    """The sockets of one endpoint."""

    def __init__(self, on_datagram: OnDatagram, on_message: OnMessage, on_lost: OnLost) -> None:
        self._on_datagram = on_datagram
        self._on_message = on_message
        self._on_lost = on_lost
        self._datagrams: list[tuple[int, asyncio.DatagramTransport]] = []
        self._servers: list[asyncio.Server] = []
        self._streams: dict[int, _Stream] = {}
        self._by_address: dict[tuple[str, int], int] = {}
        self._hosts: Counter[str] = Counter()
        self._opening: dict[tuple[str, int], list[Send]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._made = 0
        self.counts: dict[str, int] = {}

    async def start(self, sockets: list[socket.socket]) -> None:
        """Takes bound sockets: datagram ones, and listening stream ones; IPv4 and IPv6."""
        loop = asyncio.get_running_loop()
        for one in sockets:
            if one.type == socket.SOCK_DGRAM:
                transport, _ = await loop.create_datagram_endpoint(
                    lambda: _Datagrams(self._on_datagram), sock=one
                )
                self._datagrams.append((one.family, transport))
            else:
                self._servers.append(await loop.create_server(self._incoming, sock=one))

    def _incoming(self) -> _Stream:
        self._made += 1
        return _Stream(self, self._made)

    def opened(self, stream: _Stream) -> None:
        assert stream.transport is not None
        host = stream.peer.host
        if len(self._streams) >= MOST_CONNECTIONS or self._hosts[host] >= MOST_OF_ONE:
            self._count("connections_refused")
            stream.transport.abort()
            return
        self._hosts[host] += 1
        later = asyncio.get_running_loop().call_later
        stream.silent = later(FIRST_MESSAGE_S, self._let_go, stream.transport)
        self._streams[stream.number] = stream
        self._by_address[stream.peer.host, stream.peer.port] = stream.number

    def closed(self, stream: _Stream) -> None:
        if self._streams.pop(stream.number, None) is not None:
            self._hosts[stream.peer.host] -= 1
            if not self._hosts[stream.peer.host]:
                del self._hosts[stream.peer.host]
        address = (stream.peer.host, stream.peer.port)
        if self._by_address.get(address) == stream.number:
            del self._by_address[address]

    def _let_go(self, transport: asyncio.Transport) -> None:
        self._count("silent_connections")
        transport.abort()

    def arrived(self, messages: list[Request | Response | Malformed], peer: Peer) -> None:
        for message in messages:
            self._on_message(message, peer)

    def send(self, one: Send) -> None:
        """Sends a message; `on_lost` is told its owner when that can't be done."""
        to = one.to
        if to.transport == UDP:
            self._send_datagram(one)
            return
        number = to.connection or self._by_address.get((to.host, to.port), 0)
        stream = self._streams.get(number)
        if stream is None:
            number = self._by_address.get((to.host, to.port), 0)
            stream = self._streams.get(number)
        if stream is not None and stream.write(one.data):
            return
        self._open_for(one)

    def _send_datagram(self, one: Send) -> None:
        family = socket.AF_INET6 if ":" in one.to.host else socket.AF_INET
        for known, transport in self._datagrams:
            if known == family and not transport.is_closing():
                transport.sendto(one.data, (one.to.host, one.to.port))
                return
        self._lost(one)

    def _open_for(self, one: Send) -> None:
        address = (one.to.host, one.to.port)
        waiting = self._opening.get(address)
        if waiting is not None:
            if len(waiting) < MOST_UNSENT:
                waiting.append(one)
            else:
                self._lost(one)
            return
        if not 0 < one.to.port < 65_536 or one.to.transport != TCP:
            self._lost(one)
            return
        self._opening[address] = [one]
        task = asyncio.get_running_loop().create_task(self._open(address))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, address: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_S):
                _, stream = await loop.create_connection(self._incoming, *address)
        except (OSError, TimeoutError):
            stream = None
        for one in self._opening.pop(address):
            if stream is None or not stream.write(one.data):
                self._lost(one)

    def _lost(self, one: Send) -> None:
        self._count("unsent")
        # not within the call that wanted to send: its caller is in the middle of something
        asyncio.get_running_loop().call_soon(self._on_lost, one.owner)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        for server in self._servers:
            server.close()
        for stream in list(self._streams.values()):
            if stream.transport is not None:
                stream.transport.close()
        for _, transport in self._datagrams:
            transport.close()
