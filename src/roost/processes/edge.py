"""The edge role: browsers' audio on the sockets that it inherited."""

import asyncio
import socket

import uvloop

from roost.adapters.edge import process
from roost.processes import printing, supervise
from roost.processes.settings import Launch


def run(launch: Launch, held: dict[str, socket.socket]) -> int:
    """Until it's told to stop (SIGTERM)."""
    printing.start("edge").info("starting")
    settings = launch.settings
    wanted = process.EdgeSettings(settings.edge.advertised(), settings.media.advertised())
    supervise.tell_ready()
    return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
        process.run(wanted, held["edge"], held["edge_udp"])
    )
