"""SIP connections are bounded: who says nothing is let go, nobody takes all of them."""

import asyncio
import socket

import pytest
from tests.integration.sipp_tools import until

from roost.adapters.telephony import network as module
from roost.adapters.telephony.network import Network
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.parse import Malformed
from roost.protocols.sip.routing import Peer

OPTIONS = (
    b"OPTIONS sip:roost SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;branch=z9hG4bK1\r\n"
    b"From: <sip:a@b>;tag=1\r\nTo: <sip:roost>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n"
    b"Content-Length: 0\r\n\r\n"
)


class Place:
    def __init__(self) -> None:
        self.heard: list[Request | Response | Malformed] = []
        self.network = Network(lambda _data, _peer: None, self.hear, lambda _owner: None)
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def hear(self, message: Request | Response | Malformed, _peer: Peer) -> None:
        self.heard.append(message)

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


async def closed(reader: asyncio.StreamReader) -> bool:
    """Whether the other side let go."""
    try:
        async with asyncio.timeout(5):
            return await reader.read(1) == b""
    except ConnectionResetError:
        return True


def test_who_connects_and_says_nothing_whole_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIRST_MESSAGE_S", 0.2)

    async def story() -> None:
        place = Place()
        await place.network.start([place.socket])
        (_, phone), (silent, one), (slow, other) = [await place.connected() for _ in range(3)]
        phone.write(OPTIONS)
        other.write(OPTIONS[:40])
        await until(lambda: len(place.heard) == 1)
        assert await closed(silent)
        assert await closed(slow)
        phone.write(OPTIONS)
        await until(lambda: len(place.heard) == 2)
        assert place.network.counts == {"silent_connections": 2}
        for writer in (phone, one, other):
            writer.close()
        place.network.close()

    asyncio.run(story())


def test_one_address_cannot_take_every_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_OF_ONE", 2)

    async def story() -> None:
        place = Place()
        await place.network.start([place.socket])
        writers = [(await place.connected())[1] for _ in range(2)]
        reader, third = await place.connected()
        assert await closed(reader)
        writers[0].close()
        heard = len(place.heard)

        async def again() -> None:
            _, writer = await place.connected()
            writer.write(OPTIONS)
            writers.append(writer)

        while len(place.heard) == heard:  # as soon as the first one's end is noticed
            await again()
            await asyncio.sleep(0)
        assert place.network.counts["connections_refused"] >= 1
        for writer in (*writers, third):
            writer.close()
        place.network.close()

    asyncio.run(asyncio.wait_for(story(), 10))
