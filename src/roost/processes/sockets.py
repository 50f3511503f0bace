"""The sockets that the supervisor opens and its children inherit.

With the socket held by the supervisor, what arrives while a child is dead waits in the kernel
and the restarted child reads it; nobody is told "connection refused" (FOUNDATION, 3). A child
finds them by name in the environment variable ROOST_SOCKETS (`name=fd,name=fd`).
"""

import contextlib
import os
import socket
from pathlib import Path
from typing import Final

from roost.processes.settings import Launch

VARIABLE: Final = "ROOST_SOCKETS"
RECEIVE_BYTES: Final = 4 << 20  # what waits for a dead signalling process: some 5,000 messages
BACKLOG: Final = 512

ROLE_SOCKETS: Final[dict[str, tuple[str, ...]]] = {
    "control": ("sip_udp", "sip_tcp", "link"),
    "media": ("media",),
    "edge": ("edge", "edge_udp"),
    "web": ("http",),
    "worker": (),
}


class PortTaken(Exception):
    """A port or a path can't be opened; the message names the mend."""


def open_one(launch: Launch, name: str) -> socket.socket:
    """Opens one of the sockets, bound and (where it listens) listening."""
    settings = launch.settings
    if name == "sip_udp":
        made = _inet(settings.sip.bind, settings.sip.port, socket.SOCK_DGRAM, "--sip-port")
    elif name == "sip_tcp":
        made = _inet(settings.sip.bind, settings.sip.port, socket.SOCK_STREAM, "--sip-port")
    elif name == "http":
        made = _inet(settings.http.bind, settings.http.port, socket.SOCK_STREAM, "--port")
    elif name == "edge_udp":
        made = _inet(settings.edge.bind, settings.edge.port, socket.SOCK_DGRAM, "edge.port")
    elif name == "edge":
        made = _unix(launch.places.edge_socket)
    elif name == "link":
        made = _unix(launch.places.control_socket)
    else:
        assert name == "media", name
        made = _unix(launch.places.media_socket)
    made.setblocking(False)
    return made


def _inet(host: str, port: int, kind: socket.SocketKind, option: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, kind)
    try:
        if kind == socket.SOCK_STREAM:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        made.bind((host, port))
        if kind == socket.SOCK_STREAM:
            made.listen(BACKLOG)
    except OSError as error:
        made.close()
        word = "TCP" if kind == socket.SOCK_STREAM else "UDP"
        raise PortTaken(
            f"{word} port {port} on {host} can't be opened: {error.strerror}. Another program"
            f" (perhaps another centre) may have it: see `ss -lnp 'sport = :{port}'`, or give"
            f" {option} another one."
        ) from None
    return made


def _unix(path: Path) -> socket.socket:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if len(os.fsencode(str(path))) > 100:
        raise PortTaken(
            f"{path} is too long a path for a local socket (100 bytes): give --data a shorter one."
        )
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with contextlib.suppress(FileNotFoundError):
        path.unlink()  # a dead owner's; a living one was adopted before we came here
    made.bind(str(path))
    path.chmod(0o600)
    made.listen(BACKLOG)
    return made


def inherited() -> dict[str, socket.socket]:
    """The sockets that this process was started with."""
    found: dict[str, socket.socket] = {}
    for part in os.environ.pop(VARIABLE, "").split(","):
        name, _, handle = part.partition("=")
        if handle:
            found[name] = socket.socket(fileno=int(handle))
            found[name].setblocking(False)
    return found


def free_port(kinds: tuple[socket.SocketKind, ...] = (socket.SOCK_STREAM,)) -> int:
    """A port of the loopback that's free for all these kinds just now."""
    for _ in range(50):
        with contextlib.ExitStack() as held:
            first = held.enter_context(socket.socket(socket.AF_INET, kinds[0]))
            first.bind(("127.0.0.1", 0))
            port = int(first.getsockname()[1])
            try:
                for kind in kinds[1:]:
                    held.enter_context(socket.socket(socket.AF_INET, kind)).bind(
                        ("127.0.0.1", port)
                    )
            except OSError:
                continue
            return port
    raise PortTaken("No port of 127.0.0.1 is free: something holds them all.")


def free_port_both() -> int:
    """A port that's free for UDP and TCP."""
    return free_port((socket.SOCK_STREAM, socket.SOCK_DGRAM))


def free_range(count: int) -> int:
    """The first of so many UDP ports in a row, most of them free: a few taken ones are passed
    over by whoever takes them."""
    for first in range(20_000, 60_000 - count, count):
        with contextlib.ExitStack() as held:
            try:
                for port in range(first, first + count, max(1, count // 40)):
                    one = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    one.bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
    raise PortTaken(f"No {count} UDP ports of 127.0.0.1 in a row are free.")
