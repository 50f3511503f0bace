"""The range of UDP ports: an even one for RTP, the next for RTCP (RFC 3550, section 11)."""

import contextlib
import socket
from collections import deque
from typing import Final

SOCKET_BYTES: Final = 256 << 10  # a second and more of a leg's packets


class NoPort(Exception):
    """Every pair of the range is taken."""


def family_of(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class PortPairs:
    """Gives pairs in turn, so that a port rests as long as it can before its next leg."""

    def __init__(self, host: str, first: int, last: int) -> None:
        self.host = host
        start = first + (first & 1)
        self._free = deque(range(start, last, 2))
        self.size = len(self._free)

    def take(self) -> tuple[int, socket.socket, socket.socket, socket.socket]:
        """(RTP port, its socket, a second one on the same port for strangers, the RTCP one).

        The kernel gives a datagram to the socket connected to its sender, and only what
        nobody is connected to falls to the second one; so strangers are counted without
        a look at each packet's sender. Address reuse is on for that one moment only: nobody
        else may ever bind the port. Raises NoPort."""
        for _ in range(len(self._free)):
            port = self._free.popleft()
            with contextlib.ExitStack() as opened:
                try:
                    rtp = self._bound(opened, port)
                    rtcp = self._bound(opened, port + 1)
                    rtp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    strangers = self._bound(opened, port, shared=True)
                    rtp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
                    strangers.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
                except OSError:
                    self._free.append(port)  # somebody else's just now
                    continue
                opened.pop_all()
                return port, rtp, strangers, rtcp
        raise NoPort(f"no free pair of RTP ports on {self.host}")

    def give_back(self, port: int) -> None:
        self._free.append(port)

    def _bound(
        self, opened: contextlib.ExitStack, port: int, shared: bool = False
    ) -> socket.socket:
        made = opened.enter_context(socket.socket(family_of(self.host), socket.SOCK_DGRAM))
        made.setblocking(False)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SOCKET_BYTES)
        made.bind((self.host, port))
        return made
