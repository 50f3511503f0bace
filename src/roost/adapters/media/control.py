"""Media's side of the control socket: connections, epochs, the outbox.

One thread serves everything, so nothing here waits: what a connection won't take now is kept
up to a bound. When control dies its connection closes and calls go on; outcomes stay in the
outbox until a control with an epoch at least as new acknowledges them.
"""

import socket
import sys
import traceback
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

import msgspec

from roost.adapters.media import wire
from roost.adapters.media.bounds import CONTROL_BYTES, MAX_CONNECTIONS, OUTBOX_MOST
from roost.adapters.media.exchange import Exchange, NotPossible

READ_BYTES: Final = 65_536


class Connection:
    """One control's connection. `epoch` is -1 until it has said hello."""

    __slots__ = ("deframer", "epoch", "link", "unsent")

    def __init__(self, opened: socket.socket) -> None:
        opened.setblocking(False)
        self.link = opened
        self.deframer = wire.Deframer()
        self.epoch = -1
        self.unsent = bytearray()


class Outbox:
    """Outcomes in order, until they're acknowledged. `dropped` counts the oldest that had to
    go because nobody fetched them."""

    def __init__(self) -> None:
        self.dropped = 0
        self.waiting: OrderedDict[int, wire.Outcome] = OrderedDict()
        self._next = 1

    def add(self, body: wire.OutcomeBody) -> wire.Outcome:
        outcome = wire.Outcome(self._next, body)
        self._next += 1
        self.waiting[outcome.number] = outcome
        if len(self.waiting) > OUTBOX_MOST:
            self.waiting.popitem(last=False)
            self.dropped += 1
        return outcome

    def forget(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            self.waiting.pop(number, None)


class Control:
    """Serves the listening socket. `watch(socket, handler, writing)` registers with the loop's
    poll (None: no more)."""

    def __init__(
        self,
        boot: str,
        listener: socket.socket,
        watch: Callable[[socket.socket, Callable[[], None] | None, bool], None],
        clock: Callable[[], int],
        wall: Callable[[], int],
    ) -> None:
        self.boot = boot
        self.epoch = 0
        self.faults = 0
        self.outbox = Outbox()
        self._listener = listener
        self._watch = watch
        self._clock = clock
        self._wall = wall
        self._connections: list[Connection] = []
        self.exchange: Exchange | None = None
        listener.setblocking(False)
        watch(listener, self._accept, False)

    def outcome(self, body: wire.OutcomeBody) -> None:
        """Into the outbox, and to the control that's there."""
        outcome = self.outbox.add(body)
        for connection in list(self._connections):
            if connection.epoch >= 0:
                self._send(connection, outcome)

    def beat(self, beat: wire.Beat) -> None:
        for connection in list(self._connections):
            if connection.epoch >= 0:
                self._send(connection, beat)

    # --- connections ---

    def _accept(self) -> None:
        try:
            opened, _ = self._listener.accept()
        except OSError:
            return
        if len(self._connections) >= MAX_CONNECTIONS:
            opened.close()
            return
        connection = Connection(opened)
        self._connections.append(connection)
        self._watch(opened, lambda: self._ready(connection), False)

    def _close(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._watch(connection.link, None, False)
            connection.link.close()

    def _ready(self, connection: Connection) -> None:
        if connection.unsent:
            self._flush(connection)
        try:
            data = connection.link.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._close(connection)
            return
        try:
            for body in connection.deframer.feed(data):
                self._guarded(connection, wire.from_control.decode(body))
        except (wire.BadMessage, msgspec.DecodeError) as error:
            print(f"media: a control connection is closed: {error}", file=sys.stderr)
            self._close(connection)

    def _guarded(self, connection: Connection, message: wire.FromControl) -> None:
        """A fault of ours costs its message; those behind it are done."""
        try:
            self._take(connection, message)
        except Exception:
            self.faults += 1
            traceback.print_exc()

    def _send(self, connection: Connection, message: wire.FromMedia) -> None:
        connection.unsent += wire.frame(message)
        self._flush(connection)

    def _flush(self, connection: Connection) -> None:
        if connection not in self._connections:
            return
        try:
            sent = connection.link.send(connection.unsent)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._close(connection)
            return
        del connection.unsent[:sent]
        if len(connection.unsent) > CONTROL_BYTES:
            self._close(connection)
            return
        self._watch(connection.link, lambda: self._ready(connection), bool(connection.unsent))

    # --- messages ---

    def _take(self, connection: Connection, message: wire.FromControl) -> None:
        exchange = self.exchange
        assert exchange is not None, "served before the exchange was there"
        if isinstance(message, wire.Hello):
            self._hello(connection, message, exchange)
            return
        if connection.epoch < self.epoch:  # deposed meanwhile, or never said hello
            self._send(connection, wire.Deposed(self.epoch))
            self._close(connection)
            return
        now_us = self._clock()
        if isinstance(message, wire.Perform):
            exchange.perform(message, now_us, self._wall())
        elif isinstance(message, wire.Acknowledge):
            self.outbox.forget(message.numbers)
        elif isinstance(message, wire.InfoDigit):
            exchange.info_digit(message.leg, message.digit, now_us)
        else:
            self._send(connection, self._answer(exchange, message, now_us))

    def _hello(self, connection: Connection, hello: wire.Hello, exchange: Exchange) -> None:
        if hello.epoch < self.epoch:
            self._send(connection, wire.Deposed(self.epoch))
            self._close(connection)
            return
        self.epoch = connection.epoch = hello.epoch
        for other in list(self._connections):
            if other is not connection and 0 <= other.epoch < self.epoch:
                self._send(other, wire.Deposed(self.epoch))
                self._close(other)
        self._send(connection, wire.Welcome(exchange.media, self.boot))
        for outcome in list(self.outbox.waiting.values()):
            self._send(connection, outcome)

    def _answer(
        self,
        exchange: Exchange,
        request: wire.Open | wire.Change | wire.Close | wire.Attach | wire.List | wire.Drain,
        now_us: int,
    ) -> wire.Opened | wire.Listing | wire.Fine | wire.Refused:
        number = request.number
        try:
            if isinstance(request, wire.Open):
                anchored = exchange.open_leg(request.contact, request.leg, request.agreed, now_us)
                return wire.Opened(number, anchored)
            if isinstance(request, wire.List):
                return wire.Listing(number, exchange.listing(now_us))
            if isinstance(request, wire.Change):
                exchange.change_leg(request.leg, request.agreed, now_us)
            elif isinstance(request, wire.Attach):
                exchange.attach_leg(request.contact, request.leg, request.standing, now_us)
            elif isinstance(request, wire.Close):
                exchange.close_leg(request.leg, now_us)
            else:
                exchange.draining = True
        except NotPossible as error:
            return wire.Refused(number, error.code, str(error))
        return wire.Fine(number)
