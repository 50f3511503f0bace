"""A small centre behind a real server, for tests over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn

from roost.web.app import server
from roost.web.testing import SmallCentre


@asynccontextmanager
async def served(folder: Path, *proxies: str) -> AsyncIterator[tuple[SmallCentre, str]]:
    """A small centre behind a real server; yields it and its host:port."""
    async with SmallCentre(folder) as centre:
        listening = socket.create_server(("127.0.0.1", 0))
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)  # so little waits unseen
        config = server(centre.app, proxies)
        config.lifespan = "off"  # the centre runs it
        config.loop = "asyncio"
        web = uvicorn.Server(config)
        web.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(web.serve(sockets=[listening]))
        try:
            yield centre, f"127.0.0.1:{listening.getsockname()[1]}"
        finally:
            web.should_exit = True
            await task
