"""The edge role: browsers' audio on the sockets that it inherited."""

import asyncio
import socket
from typing import Final

import uvloop

from roost.adapters.edge import process
from roost.processes import printing, supervise
from roost.processes.settings import Launch

NEAR: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where media listens everywhere


def run(launch: Launch, held: dict[str, socket.socket]) -> int:
    """Until it's told to stop (SIGTERM)."""
    printing.start("edge").info("starting")
    settings = launch.settings
    media = settings.media
    near = NEAR.get(media.bind, media.bind)
    wanted = process.EdgeSettings(settings.edge.advertised(), near, media.advertised())
    supervise.tell_ready()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
        process.run(wanted, held["edge"], held["edge_udp"])
    )
