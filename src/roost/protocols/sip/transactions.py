"""The transaction layer, without any input or output.

A transaction is a request with all its answers on one hop. Its state machine absorbs what the
network doubles, sends again what it may have lost, and gives up in time. The four tables below
are RFC 3261 (17) as corrected by RFC 6026 (an INVITE that was answered with 2xx stays in
`accepted`, so that doubled INVITEs and forked 2xx find their transaction) and RFC 4320
(nothing is said about a request, other than INVITE, that was answered too late).

    client INVITE      calling → proceeding → accepted | completed → gone      A B C D M
    client other       trying → proceeding → completed → gone                  E F K
    server INVITE      proceeding → accepted | completed → confirmed → gone    G H I L
    server other       trying → proceeding → completed → gone                  J

A move that isn't in a table is not an error: the message or the timer came late, or twice,
and nothing happens. Over a reliable transport nothing is sent again, and the timers that only
wait for doubled messages (D, I, J, K) are zero.

`Transactions` returns what its user has to look at, and puts what has to be sent in `sends`.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.time import NEVER, DurationUs, InstantUs
from roost.protocols.sip.headers import COOKIE, Via, encode_via
from roost.protocols.sip.message import Headers, Request, Response, encode
from roost.protocols.sip.routing import Peer
from roost.protocols.sip.timers import (
    PATIENCE,
    T1,
    T2,
    T4,
    TIMER_C,
    TIMER_D,
    Timer,
    TimerLines,
)


class State(StrEnum):
    CALLING = "calling"
    TRYING = "trying"
    PROCEEDING = "proceeding"
    ACCEPTED = "accepted"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    GONE = "gone"


class Input(StrEnum):
    """What may happen to a transaction, beside its timers."""

    REQUEST = "request"  # the request, doubled
    ACK = "ack"
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "3xx-6xx"
    LOST = "transport-error"


class Act(StrEnum):
    TELL = "tell"  # its user looks at this response or ACK
    AGAIN = "again"  # send the last message again
    SEND = "send"  # send what the user gave
    ACKNOWLEDGE = "acknowledge"
    CANCEL = "cancel"
    BACK_OFF = "back-off"  # arm the retransmission timer again, with a longer pause
    TIMED_OUT = "timed-out"
    UNSENT = "unsent"


Moves = Mapping[tuple[State, Input | Timer], tuple[State, tuple[Act | Timer, ...]]]

CLIENT_INVITE: Final[Moves] = {
    (State.CALLING, Timer.A): (State.CALLING, (Act.AGAIN, Act.BACK_OFF)),
    (State.CALLING, Timer.B): (State.GONE, (Act.TIMED_OUT,)),
    (State.CALLING, Input.PROVISIONAL): (State.PROCEEDING, (Timer.C, Act.TELL)),
    (State.CALLING, Input.SUCCESS): (State.ACCEPTED, (Timer.M, Act.TELL)),
    (State.CALLING, Input.FAILURE): (State.COMPLETED, (Act.ACKNOWLEDGE, Timer.D, Act.TELL)),
    (State.CALLING, Input.LOST): (State.GONE, (Act.UNSENT,)),
    (State.CALLING, Timer.GIVE_UP): (State.GONE, (Act.TIMED_OUT,)),
    (State.PROCEEDING, Input.PROVISIONAL): (State.PROCEEDING, (Timer.C, Act.TELL)),
    (State.PROCEEDING, Input.SUCCESS): (State.ACCEPTED, (Timer.M, Act.TELL)),
    (State.PROCEEDING, Input.FAILURE): (State.COMPLETED, (Act.ACKNOWLEDGE, Timer.D, Act.TELL)),
    (State.PROCEEDING, Timer.C): (State.PROCEEDING, (Act.CANCEL,)),
    (State.PROCEEDING, Timer.GIVE_UP): (State.GONE, (Act.TIMED_OUT,)),
    (State.PROCEEDING, Input.LOST): (State.GONE, (Act.UNSENT,)),
    (State.ACCEPTED, Input.SUCCESS): (State.ACCEPTED, (Act.TELL,)),
    (State.ACCEPTED, Timer.M): (State.GONE, ()),
    (State.COMPLETED, Input.FAILURE): (State.COMPLETED, (Act.ACKNOWLEDGE,)),
    (State.COMPLETED, Timer.D): (State.GONE, ()),
    (State.COMPLETED, Input.LOST): (State.GONE, ()),
}

CLIENT_OTHER: Final[Moves] = {
    (State.TRYING, Timer.E): (State.TRYING, (Act.AGAIN, Act.BACK_OFF)),
    (State.TRYING, Timer.F): (State.GONE, (Act.TIMED_OUT,)),
    (State.TRYING, Input.PROVISIONAL): (State.PROCEEDING, (Act.TELL,)),
    (State.TRYING, Input.SUCCESS): (State.COMPLETED, (Timer.K, Act.TELL)),
    (State.TRYING, Input.FAILURE): (State.COMPLETED, (Timer.K, Act.TELL)),
    (State.TRYING, Input.LOST): (State.GONE, (Act.UNSENT,)),
    (State.PROCEEDING, Timer.E): (State.PROCEEDING, (Act.AGAIN, Act.BACK_OFF)),
    (State.PROCEEDING, Timer.F): (State.GONE, (Act.TIMED_OUT,)),
    (State.PROCEEDING, Input.PROVISIONAL): (State.PROCEEDING, (Act.TELL,)),
    (State.PROCEEDING, Input.SUCCESS): (State.COMPLETED, (Timer.K, Act.TELL)),
    (State.PROCEEDING, Input.FAILURE): (State.COMPLETED, (Timer.K, Act.TELL)),
    (State.PROCEEDING, Input.LOST): (State.GONE, (Act.UNSENT,)),
    (State.COMPLETED, Timer.K): (State.GONE, ()),
}

SERVER_INVITE: Final[Moves] = {
    (State.PROCEEDING, Input.REQUEST): (State.PROCEEDING, (Act.AGAIN,)),
    (State.PROCEEDING, Input.PROVISIONAL): (State.PROCEEDING, (Act.SEND,)),
    (State.PROCEEDING, Input.SUCCESS): (State.ACCEPTED, (Act.SEND, Timer.L)),
    (State.PROCEEDING, Input.FAILURE): (State.COMPLETED, (Act.SEND, Timer.G, Timer.H)),
    (State.ACCEPTED, Input.SUCCESS): (State.ACCEPTED, (Act.SEND,)),
    (State.ACCEPTED, Input.ACK): (State.ACCEPTED, (Act.TELL,)),
    (State.ACCEPTED, Timer.L): (State.GONE, ()),
    (State.COMPLETED, Input.REQUEST): (State.COMPLETED, (Act.AGAIN,)),
    (State.COMPLETED, Timer.G): (State.COMPLETED, (Act.AGAIN, Act.BACK_OFF)),
    (State.COMPLETED, Timer.H): (State.GONE, ()),
    (State.COMPLETED, Input.ACK): (State.CONFIRMED, (Timer.I,)),
    (State.COMPLETED, Input.LOST): (State.GONE, ()),
    (State.CONFIRMED, Timer.I): (State.GONE, ()),
}

SERVER_OTHER: Final[Moves] = {
    (State.TRYING, Input.PROVISIONAL): (State.PROCEEDING, (Act.SEND,)),
    (State.TRYING, Input.SUCCESS): (State.COMPLETED, (Act.SEND, Timer.J)),
    (State.TRYING, Input.FAILURE): (State.COMPLETED, (Act.SEND, Timer.J)),
    (State.PROCEEDING, Input.REQUEST): (State.PROCEEDING, (Act.AGAIN,)),
    (State.PROCEEDING, Input.PROVISIONAL): (State.PROCEEDING, (Act.SEND,)),
    (State.PROCEEDING, Input.SUCCESS): (State.COMPLETED, (Act.SEND, Timer.J)),
    (State.PROCEEDING, Input.FAILURE): (State.COMPLETED, (Act.SEND, Timer.J)),
    (State.COMPLETED, Input.REQUEST): (State.COMPLETED, (Act.AGAIN,)),
    (State.COMPLETED, Timer.J): (State.GONE, ()),
    (State.COMPLETED, Input.LOST): (State.GONE, ()),
}

# How long each timer waits: over an unreliable transport, over a reliable one.
DELAYS: Final[Mapping[Timer, tuple[DurationUs, DurationUs]]] = {
    Timer.C: (TIMER_C, TIMER_C),
    Timer.D: (TIMER_D, DurationUs(0)),
    Timer.H: (PATIENCE, PATIENCE),
    Timer.I: (T4, DurationUs(0)),
    Timer.J: (PATIENCE, DurationUs(0)),
    Timer.K: (T4, DurationUs(0)),
    Timer.L: (PATIENCE, PATIENCE),
    Timer.M: (PATIENCE, PATIENCE),
    Timer.GIVE_UP: (PATIENCE, PATIENCE),
}


class Send(Struct, frozen=True, gc=False):
    """A message for the network. `owner` is told when a transport error comes."""

    data: bytes
    to: Peer
    owner: str = ""


class Client(Struct, gc=False):
    """A request of ours. `user` is whose it is (a leg's id, or a word of the user's own)."""

    key: str
    user: str
    method: str
    peer: Peer
    data: bytes  # the request; dropped when the answer is final
    pause: DurationUs = T1
    state: State = State.TRYING
    cancelled: bool = False
    gives_up_c: InstantUs = NEVER
    ack: bytes = b""  # the ACK of a failure
    request: Request | None = None  # for its CANCEL and its ACK; dropped with the data
    proved: bool = False  # it holds credentials: challenged again, they're wrong


class Server(Struct, gc=False):
    """A request of a peer. `user` is set by whoever answers it."""

    key: str
    method: str
    peer: Peer  # where answers go
    state: State
    user: str = ""
    pause: DurationUs = T1
    data: bytes = b""  # the last answer
    request: Request | None = None  # to make answers from; dropped after the final one


class Given(Struct, frozen=True, gc=False):
    """A transaction of ours ended without a final answer."""

    key: str
    user: str
    method: str
    timed_out: bool  # or else it could not be sent


def server_key(request: Request, via: Via) -> str:
    """RFC 3261, 17.2.3. An ACK and a CANCEL find the INVITE by the same branch."""
    method = "INVITE" if request.method == "ACK" else request.method
    if via.branch.startswith(COOKIE):
        return f"s {method} {via.branch} {via.sent_by}"
    headers = request.headers
    tag = (headers.get("From") or "").partition("tag=")[2].partition(";")[0]
    number = (headers.get("CSeq") or "").split(" ", 1)[0]
    return f"s {method} {request.uri} {tag} {headers.get('Call-ID')} {number} {encode_via(via)}"


def client_key(method: str, branch: str) -> str:
    return f"c {method} {branch}"


class Transactions:
    """Every transaction of an endpoint."""

    __slots__ = ("clients", "counts", "sends", "servers", "timers")

    def __init__(self, timers: TimerLines) -> None:
        self.timers = timers
        self.clients: dict[str, Client] = {}
        self.servers: dict[str, Server] = {}
        self.sends: list[Send] = []
        self.counts: dict[str, int] = {}

    # --- requests of peers ---

    def receive(self, request: Request, via: Via, peer: Peer, now: InstantUs) -> Server | None:
        """A request came in. The transaction if its user has to answer it; None if it was a
        doubled one, or the ACK of a failure. An ACK of a 2xx belongs to a dialog: ask `acked`
        first."""
        key = server_key(request, via)
        known = self.servers.get(key)
        if known is not None:
            self._count("doubled_requests")
            table = SERVER_INVITE if known.method == "INVITE" else SERVER_OTHER
            self._move(table, known, Input.REQUEST, now)
            return None
        invite = request.method == "INVITE"
        state = State.PROCEEDING if invite else State.TRYING
        server = Server(key, request.method, peer, state, request=request)
        self.servers[key] = server
        return server

    def acked(self, request: Request, via: Via, now: InstantUs) -> bool:
        """An ACK came in. True if it ended here, because it acknowledged a failure."""
        server = self.servers.get(server_key(request, via))
        if server is None:
            return False
        return not self._move(SERVER_INVITE, server, Input.ACK, now)

    def invite_of(self, cancel: Request, via: Via) -> Server | None:
        """The INVITE that a CANCEL means (RFC 3261, 9.2)."""
        return self.servers.get(server_key(cancel, via).replace("CANCEL", "INVITE", 1))

    def respond(self, server: Server, response: Response, now: InstantUs) -> bytes:
        """Answers a request; returns the bytes. A second final answer changes nothing."""
        return self.respond_bytes(server, response.status, encode(response), now)

    def respond_bytes(self, server: Server, status: int, data: bytes, now: InstantUs) -> bytes:
        """The same with an answer that is already written: 2xx are sent again so."""
        if status < 200:
            given = Input.PROVISIONAL
        elif status < 300:
            given = Input.SUCCESS
        else:
            given = Input.FAILURE
        table = SERVER_INVITE if server.method == "INVITE" else SERVER_OTHER
        if (server.state, given) in table:
            server.data = data
            self._move(table, server, given, now)
            if status >= 200:
                server.request = None
                if given is Input.SUCCESS and server.method == "INVITE":
                    server.data = b""  # its user sends a 2xx again, not this layer
        return data

    # --- requests of ours ---

    def request(
        self, request: Request, branch: str, peer: Peer, user: str, now: InstantUs
    ) -> Client:
        """Sends a request whose top Via holds this branch. The same branch again, while the
        transaction lives, is the same request and isn't sent twice."""
        key = client_key(request.method, branch)
        known = self.clients.get(key)
        if known is not None:
            return known
        invite = request.method == "INVITE"
        data = encode(request)
        client = Client(
            key,
            user,
            request.method,
            peer,
            data,
            state=State.CALLING if invite else State.TRYING,
            request=request,
        )
        self.clients[key] = client
        self.sends.append(Send(data, peer, key))
        if not peer.reliable:
            self.timers.start(now, T1, key, Timer.A if invite else Timer.E)
        self.timers.start(now, PATIENCE, key, Timer.B if invite else Timer.F)
        return client

    def cancel(self, client: Client, now: InstantUs, reason: str = "") -> None:
        """Sends the CANCEL of an INVITE that was answered provisionally (RFC 3261, 9.1). Before
        that, and after its final answer, nothing happens."""
        invite = client.request
        if invite is None or client.cancelled or client.state is not State.PROCEEDING:
            return
        client.cancelled = True
        cancel = Request("CANCEL", invite.uri, _copied(invite, "CANCEL"))
        if reason:
            cancel.headers.set("Reason", reason)
        branch = client.key.split(" ", 2)[2]
        self.request(cancel, branch, client.peer, client.user, now)
        self.timers.start(now, PATIENCE, client.key, Timer.GIVE_UP)

    def answered(
        self, response: Response, via: Via, method: str, now: InstantUs
    ) -> tuple[Client | None, bool]:
        """A response came in: its transaction (None for a stray one), and whether its user has
        to look at it."""
        client = self.clients.get(client_key(method, via.branch))
        if client is None:
            self._count("stray_responses")
            return None, False
        status = response.status
        if status < 200:
            given = Input.PROVISIONAL
        elif status < 300:
            given = Input.SUCCESS
        else:
            given = Input.FAILURE
            if client.method == "INVITE" and not client.ack and client.request is not None:
                ack = Request("ACK", client.request.uri, _copied(client.request, "ACK"))
                ack.headers.set("To", response.headers.get("To") or "")
                client.ack = encode(ack)
        table = CLIENT_INVITE if client.method == "INVITE" else CLIENT_OTHER
        tell = self._move(table, client, given, now)
        return client, tell

    # --- time and trouble ---

    def expire(self, key: str, timer: Timer, now: InstantUs, due: InstantUs) -> Given | None:
        """A timer of a transaction ran out. What its user must know, if anything."""
        if key[0] == "c":
            client = self.clients.get(key)
            if client is None or (timer is Timer.C and due < client.gives_up_c):
                return None
            table = CLIENT_INVITE if client.method == "INVITE" else CLIENT_OTHER
            if self._move(table, client, timer, now):
                return Given(key, client.user, client.method, timed_out=True)
            return None
        server = self.servers.get(key)
        if server is not None:
            table = SERVER_INVITE if server.method == "INVITE" else SERVER_OTHER
            self._move(table, server, timer, now)
        return None

    def lost(self, key: str, now: InstantUs) -> Given | None:
        """The transport could not send for this transaction."""
        self._count("transport_errors")
        client = self.clients.get(key)
        if client is not None:
            table = CLIENT_INVITE if client.method == "INVITE" else CLIENT_OTHER
            if self._move(table, client, Input.LOST, now):
                return Given(key, client.user, client.method, timed_out=False)
            return None
        server = self.servers.get(key)
        if server is not None:
            table = SERVER_INVITE if server.method == "INVITE" else SERVER_OTHER
            self._move(table, server, Input.LOST, now)
        return None

    # --- the machine ---

    def _move(
        self, table: Moves, one: Client | Server, given: Input | Timer, now: InstantUs
    ) -> bool:
        """Makes one move of a table. True if the transaction's user has to be told."""
        move = table.get((one.state, given))
        if move is None:
            return False
        one.state, acts = move
        told = False
        for act in acts:
            if act is Act.TELL or act is Act.TIMED_OUT or act is Act.UNSENT:
                told = True
            elif act is Act.SEND or act is Act.AGAIN:
                if one.data:
                    self.sends.append(Send(one.data, one.peer, one.key))
                if act is Act.AGAIN:
                    self._count("sent_again")
            elif act is Act.ACKNOWLEDGE:
                assert isinstance(one, Client)
                self.sends.append(Send(one.ack, one.peer, one.key))
            elif act is Act.CANCEL:
                assert isinstance(one, Client)
                self.cancel(one, now)
            elif act is Act.BACK_OFF:
                assert isinstance(given, Timer)
                self._back_off(one, given, now)
            else:
                assert isinstance(act, Timer)
                self._arm(one, act, now)
        if one.state is State.COMPLETED or one.state is State.ACCEPTED:
            self._slim(one)
        elif one.state is State.GONE:
            self._forget(one)
        return told

    def _arm(self, one: Client | Server, timer: Timer, now: InstantUs) -> None:
        reliable = one.peer.reliable
        if timer is Timer.G:
            if not reliable:
                self.timers.start(now, T1, one.key, Timer.G)
            return
        delay = DELAYS[timer][reliable]
        due = self.timers.start(now, delay, one.key, timer)
        if timer is Timer.C:
            assert isinstance(one, Client)
            one.gives_up_c = due

    def _back_off(self, one: Client | Server, timer: Timer, now: InstantUs) -> None:
        """A doubles for ever; E and G double up to T2, and E is T2 once there was an answer."""
        doubled = DurationUs(one.pause * 2)
        slow = timer is Timer.E and one.state is State.PROCEEDING
        one.pause = T2 if slow else doubled if timer is Timer.A else min(doubled, T2)
        self.timers.start(now, one.pause, one.key, timer)

    def _slim(self, one: Client | Server) -> None:
        """What a finished transaction no longer needs isn't kept for its last 32 seconds. (A
        failed request stays: it may go out again with credentials.)"""
        if isinstance(one, Client):
            one.data = b""
            if one.state is State.ACCEPTED:
                one.request = None

    def _forget(self, one: Client | Server) -> None:
        one.request = None
        if isinstance(one, Client):
            self.clients.pop(one.key, None)
        else:
            self.servers.pop(one.key, None)

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def _copied(invite: Request, method: str) -> Headers:
    """The headers of a CANCEL or of a failure's ACK (RFC 3261, 9.1 and 17.1.1.3)."""
    source = invite.headers
    made = Headers({})
    made.set("Via", source.get_all("Via")[0])
    routes = source.get_lines("Route")
    if routes:
        made.set("Route", *routes)
    for name in ("From", "To", "Call-ID"):
        made.set(name, source.get(name) or "")
    made.set("CSeq", f"{(source.get('CSeq') or '').split()[0]} {method}")
    made.set("Max-Forwards", "70")
    return made
