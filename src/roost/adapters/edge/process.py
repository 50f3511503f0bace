"""The edge process: one socket for all browsers, a pair of ports a session towards media.

Which session a datagram belongs to stands in a check's user name, and from then on in where it
comes from. RFC 7983 tells checks, DTLS and SRTP apart by their first byte. Asyncio on uvloop,
the sockets read directly: nothing here waits for anything but packets.
"""

import argparse
import asyncio
import gc
import os
import resource
import signal
import socket
import sys
from contextlib import suppress
from typing import Any, Final

import msgspec
import uvloop
from msgspec import Struct, structs

from roost.adapters.edge import dtls, opus, wire
from roost.adapters.edge.bounds import (
    LOOK_S,
    MOST_DATAGRAM,
    MOST_DATAGRAMS,
    MOST_OPUS,
    MOST_PAIRS,
    MOST_SESSIONS,
    MOST_SOURCES,
    MOST_UNREAD_BYTES,
    RECEIVE_BYTES,
)
from roost.adapters.edge.session import Address, Phase, Session
from roost.adapters.edge.turning import Room, Turning
from roost.ports.edge import Answered, Flow, SessionId
from roost.ports.media import Law
from roost.protocols.webrtc import description, stun

PRIORITY: Final = -5
READ_BYTES: Final = 65_536
LISTED: Final = 100  # sessions in one part of a listing
UFRAG_BYTES: Final = 6
PASSWORD_BYTES: Final = 16


class EdgeSettings(Struct, frozen=True):
    """`advertise` is where browsers find us (its port is the socket's); `plain` is our side
    towards media, an address of this machine, by which we also reach a media that tells others
    `media_advertise`."""

    advertise: str
    plain: str = "127.0.0.1"
    media_advertise: str = ""
    most_sessions: int = MOST_SESSIONS
    most_opus: int = MOST_OPUS


class NotPossible(Exception):
    """A request that can't be done; `code` is one of wire.Refused's."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


class Edge:
    """All sessions of one process."""

    def __init__(self, settings: EdgeSettings, browsers: socket.socket) -> None:
        self.settings = settings
        self.boot = os.urandom(8).hex()
        self.sessions: dict[SessionId, Session] = {}
        self.counts: dict[str, int] = {}
        self._browsers = browsers
        self._port: int = browsers.getsockname()[1]
        self._identity = dtls.Identity()
        self._has_opus = settings.most_opus > 0 and opus.library() is not None
        self.opus = Room(settings.most_opus)
        self._by_ufrag: dict[str, Session] = {}
        self._by_address: dict[Address, Session] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._epoch = 0
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(browsers.fileno(), self._readable)
        self._looking = self._loop.call_later(LOOK_S, self._look)
        self.done = asyncio.Event()

    # --- packets ---

    def _readable(self) -> None:
        receive, known = self._browsers.recvfrom, self._by_address
        now_s = self._loop.time()
        for _ in range(MOST_DATAGRAMS):
            try:
                data, source = receive(MOST_DATAGRAM + 1)
            except OSError:
                return
            if not 4 <= len(data) <= MOST_DATAGRAM:
                continue
            address = source[:2]
            first = data[0]
            session = known.get(address)
            if 127 < first < 192:
                if session is not None:
                    session.from_browser(data, now_s)
            elif first < 4:
                self._check(data, address)
            elif 19 < first < 64 and session is not None:
                session.secured(data)

    def _check(self, data: bytes, source: Address) -> None:
        check = stun.read_check(data)
        session = None if check is None else self._by_ufrag.get(check.ours())
        if check is None or session is None or not check.made_with(session.password):
            self._count("bad_checks")
            return
        self._note_source(session, source)
        self._send(stun.success(check, source[0], source[1], session.password), source)
        session.checked(source, check.nominates)

    def _note_source(self, session: Session, source: Address) -> None:
        known = self._by_address.get(source)
        if known is session:
            return
        if known is not None:  # the address has another owner now
            known.sources.remove(source)
        self._by_address[source] = session
        session.sources.append(source)
        if len(session.sources) > MOST_SOURCES:
            place = 1 if session.sources[0] == session.address else 0
            del self._by_address[session.sources.pop(place)]

    def _send(self, datagram: bytes, address: Address) -> None:
        try:
            self._browsers.sendto(datagram, address)
        except OSError:  # what the kernel won't take now is lost, and counted
            self._count("send_errors")

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1

    def _look(self) -> None:
        self._looking = self._loop.call_later(LOOK_S, self._look)
        now_s = self._loop.time()
        for session in list(self.sessions.values()):
            session.look(now_s)

    # --- sessions ---

    def offer(self, asked: wire.Offer) -> Answered:
        """Raises NotPossible."""
        known = self.sessions.get(asked.session)
        if known is not None:
            return known.answered
        most = self.settings.most_sessions
        if len(self.sessions) >= most:
            raise NotPossible("no_room", f"{most} sessions stand already")
        try:
            offer = description.read_offer(asked.sdp, asked.law)
        except description.BadOffer as trouble:
            raise NotPossible("bad_offer", str(trouble)) from None
        ufrag, password = os.urandom(UFRAG_BYTES).hex(), os.urandom(PASSWORD_BYTES).hex()
        sockets = _pair(self.settings.plain)
        ours = description.Ours(
            self.settings.advertise, self._port, ufrag, password,
            self._identity.fingerprint, int.from_bytes(os.urandom(7), "big"),
            self._has_opus,
        )  # fmt: skip
        answered = Answered(
            description.answer(offer, ours),
            self.settings.plain,
            sockets[0].getsockname()[1],
            Law(offer.law),
            offer.payload,
            offer.dtmf_payload,
        )
        session = Session(
            asked.session, asked.described, offer, answered, (ufrag, password), sockets,
            self._identity, self._send, self._tell, self._turning_for(offer),
        )  # fmt: skip
        self.sessions[asked.session] = session
        self._by_ufrag[ufrag] = session
        return answered

    def _turning_for(self, offer: description.Offer) -> Turning | None:
        if offer.opus_payload is None or not self._has_opus:
            return None
        return Turning(offer.opus_payload, offer.payload, offer.law == "PCMA", self.opus)

    def _tell(self, flow: Flow) -> None:
        if flow.over:
            self._forget(flow.session)
        writer = self._writer
        if writer is None:
            return
        writer.write(wire.frame(wire.Told(flow)))
        if writer.transport.get_write_buffer_size() > MOST_UNREAD_BYTES:
            self._count("cut_off")
            writer.transport.abort()

    def _forget(self, id: SessionId) -> None:
        session = self.sessions.pop(id, None)
        if session is None:
            return
        self._by_ufrag.pop(session.ufrag, None)
        for source in session.sources:
            del self._by_address[source]
        for what, count in session.counts.items():
            self.counts[what] = self.counts.get(what, 0) + count

    def anchored(self, asked: wire.Anchored) -> None:
        """Raises NotPossible."""
        session = self.sessions.get(asked.session)
        if session is None or session.phase is Phase.OVER:
            raise NotPossible("unknown_session", f"no session {asked.session} here")
        try:
            settings = self.settings
            near = settings.plain if asked.host == settings.media_advertise else asked.host
            session.anchored(asked.host, asked.port, near)
        except (OSError, OverflowError) as trouble:
            raise NotPossible("bad_address", f"{asked.host}:{asked.port}: {trouble}") from None

    def close(self) -> None:
        """Every browser is told that it's over."""
        self._looking.cancel()
        for session in list(self.sessions.values()):
            session.end("")
        self._loop.remove_reader(self._browsers.fileno())

    # --- control ---

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection of a control process."""
        deframer = wire.Deframer()
        try:
            while data := await reader.read(READ_BYTES):
                for body in deframer.feed(data):
                    if not self._take(wire.from_control.decode(body), writer):
                        return
                await writer.drain()
        except (wire.BadMessage, msgspec.DecodeError, OSError):
            self._count("bad_messages")
        finally:
            if self._writer is writer:
                self._writer = None
            writer.close()

    def _take(self, message: wire.FromControl, writer: asyncio.StreamWriter) -> bool:
        """False when whoever speaks isn't the newest writer."""
        if isinstance(message, wire.Hello):
            if message.epoch < self._epoch:
                writer.write(wire.frame(wire.Deposed(self._epoch)))
                return False
            self._epoch = message.epoch
            if self._writer is not None and self._writer is not writer:
                self._writer.write(wire.frame(wire.Deposed(self._epoch)))
                self._writer.close()
            self._writer = writer
            writer.write(wire.frame(wire.Welcome(self.boot)))
            return True
        if self._writer is not writer:
            return False
        for reply in self._answer(message):
            writer.write(wire.frame(reply))
        return True

    def _answer(self, message: Any) -> list[wire.Reply]:
        number: int = message.number
        try:
            match message:
                case wire.Offer():
                    return [wire.Given(number, self.offer(message))]
                case wire.Anchored():
                    self.anchored(message)
                case wire.Close():
                    session = self.sessions.get(message.session)
                    if session is not None:
                        session.end("")
                case _:
                    return self._listing(number)
        except NotPossible as error:
            return [wire.Refused(number, error.code, str(error))]
        return [wire.Fine(number)]

    def _listing(self, number: int) -> list[wire.Reply]:
        """In parts; the descriptions themselves (with their passwords) stay here."""
        states = [session.state() for session in self.sessions.values()]
        states = [
            structs.replace(one, answered=structs.replace(one.answered, sdp="")) for one in states
        ]
        starts = range(0, max(1, len(states)), LISTED)
        return [
            wire.Listing(number, states[at : at + LISTED], at + LISTED < len(states))
            for at in starts
        ]


def _pair(host: str) -> tuple[socket.socket, socket.socket]:
    """Two bound UDP sockets on ports in a row. Raises NotPossible."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for _ in range(MOST_PAIRS):
        first, second = (socket.socket(family, socket.SOCK_DGRAM) for _ in range(2))
        try:
            first.bind((host, 0))
            port = first.getsockname()[1]
            if port % 2 == 0:
                second.bind((host, port + 1))
                first.setblocking(False)
                second.setblocking(False)
                return first, second
        except (OSError, OverflowError):
            pass
        first.close()
        second.close()
    raise NotPossible("no_room", f"no two ports of {host} in a row are free")


def _raise_limits() -> None:
    """Two sockets a session."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


async def run(settings: EdgeSettings, listener: socket.socket, browsers: socket.socket) -> int:
    """Until SIGTERM. `listener` is control's, listening; `browsers` a bound UDP socket."""
    _raise_limits()
    edge = Edge(settings, browsers)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, edge.done.set)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the supervisor tells us
    server = await asyncio.start_unix_server(edge.serve, sock=listener)
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, PRIORITY)
    gc.collect()
    gc.freeze()
    await edge.done.wait()
    edge.close()
    server.close()
    return 0


def main(argv: list[str]) -> int:
    """An edge started by itself, for tests and benchmarks."""
    parser = argparse.ArgumentParser(prog="roost edge")
    parser.add_argument("--socket", required=True, help="path of the control socket to open")
    parser.add_argument("--bind", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args(argv)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with suppress(FileNotFoundError):
        os.unlink(given.socket)
    listener.bind(given.socket)
    os.chmod(given.socket, 0o600)
    listener.listen(8)
    browsers = socket.socket(
        socket.AF_INET6 if ":" in given.bind else socket.AF_INET, socket.SOCK_DGRAM
    )
    browsers.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    browsers.bind((given.bind, given.port))
    browsers.setblocking(False)
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    return runner.run(run(EdgeSettings(given.bind), listener, browsers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
