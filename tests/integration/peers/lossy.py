"""A network between a browser and the edge that loses packets of sound, and nothing else."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

Address = tuple[str, int]
SOUND = range(128, 192)  # RFC 7983: RTP and RTCP; checks and handshakes pass
REPORTS = range(192, 224)


class LossyNetwork(asyncio.DatagramProtocol):
    """Relays to `far` for one browser; `loss` of the packets of sound are dropped, each way."""

    def __init__(self) -> None:
        self.loss = 0.0
        self.dropped = 0
        self.far: Address | None = None
        self.port = 0
        self._near: Address | None = None
        self._transport: asyncio.DatagramTransport | None = None
        self._chance = random.Random(7)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: Address) -> None:
        assert self._transport is not None
        if addr != self.far:
            self._near = addr
        to = self._near if addr == self.far else self.far
        sound = data[0] in SOUND and data[1] not in REPORTS
        if sound and self._chance.random() < self.loss:
            self.dropped += 1
        elif to is not None:
            self._transport.sendto(data, to)


@asynccontextmanager
async def lossy_network() -> AsyncIterator[LossyNetwork]:
    loop = asyncio.get_running_loop()
    transport, network = await loop.create_datagram_endpoint(
        LossyNetwork, local_addr=("127.0.0.1", 0)
    )
    try:
        yield network
    finally:
        transport.close()
