"""What every part of an endpoint works on: dialogs, transactions, timers, and what comes out.

Ids that face the world are HMACs under the centre's key over what they stand for (a leg, a
CSeq number): after a crash the same request goes out byte for byte, and nobody can guess the
tags of another call.
"""

from collections.abc import Callable
from hashlib import sha256
from typing import Final

from msgspec import Struct

from roost.kernel.time import InstantUs
from roost.protocols.sip.answers import answer
from roost.protocols.sip.dialogs import ALLOW, OFFERED, Dialog
from roost.protocols.sip.events import By, Finished, SipEvent, Why
from roost.protocols.sip.headers import COOKIE
from roost.protocols.sip.message import Headers, Request, Response, encode
from roost.protocols.sip.routing import UDP, Peer, next_hop
from roost.protocols.sip.timers import TimerLines
from roost.protocols.sip.transactions import Client, Send, Server, Transactions

SDP: Final = "application/sdp"
BLOCK: Final = 64  # bytes of SHA-256's

# Adds credentials to a copy of a request that was challenged; False if it has none that fit.
Authorise = Callable[[Request, Response], bool]


class Identity(Struct, frozen=True):
    """Who we are on the wire: the advertised address, our name, the key for ids. `user` stands
    in Contacts; without one it's the leg's id."""

    host: str
    port: int
    key: bytes
    agent: str = "Roost"
    user: str = ""
    session_s: int = 1_800  # the session timer that we ask for; 0: none
    min_se_s: int = 90

    @property
    def bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


class Core:
    """The state of an endpoint, and the few things that all its parts do."""

    __slots__ = (
        "_inner",
        "_outer",
        "authorise",
        "by_id",
        "counts",
        "dialogs",
        "events",
        "identity",
        "timers",
        "transactions",
    )

    def __init__(self, identity: Identity, authorise: Authorise | None = None) -> None:
        self.identity = identity
        self.authorise = authorise
        # HMAC-SHA-256 (RFC 2104) with the key's blocks hashed once: some 25 ids a call.
        key = identity.key if len(identity.key) <= BLOCK else sha256(identity.key).digest()
        key = key.ljust(BLOCK, b"\0")
        self._inner = sha256(bytes(one ^ 0x36 for one in key))
        self._outer = sha256(bytes(one ^ 0x5C for one in key))
        self.timers = TimerLines()
        self.transactions = Transactions(self.timers)
        self.counts = self.transactions.counts
        self.dialogs: dict[str, Dialog] = {}
        self.by_id: dict[tuple[str, str], str] = {}  # Call-ID and our tag → leg
        self.events: list[SipEvent] = []

    # --- ids ---

    def mint(self, what: str) -> str:
        """Twenty hexadecimal digits that stand for `what` and can't be guessed."""
        inner = self._inner.copy()
        inner.update(what.encode("utf-8", "surrogateescape"))
        outer = self._outer.copy()
        outer.update(inner.digest())
        return outer.digest()[:10].hex()

    def via(self, branch: str, peer: Peer) -> str:
        own = self.identity
        return f"SIP/2.0/{peer.transport} {own.bracketed}:{own.port};branch={branch};rport"

    def contact(self, leg: str, peer: Peer) -> str:
        own = self.identity
        transport = "" if peer.transport == UDP else f";transport={peer.transport.lower()}"
        user = own.user or (leg if leg.isalnum() else self.mint(f"contact {leg}"))
        return f"<sip:{user}@{own.bracketed}:{own.port}{transport}>"

    # --- sending ---

    def send(
        self,
        dialog: Dialog,
        method: str,
        now: InstantUs,
        headers: tuple[tuple[str, str], ...] = (),
        body: bytes = b"",
        kind: str = SDP,
    ) -> Client:
        """Sends a request within a dialog, as a transaction of its leg."""
        number = dialog.next_seq()
        request, branch, peer = self._prepared(dialog, method, number)
        self._fill(request, headers, body, kind)
        return self.transactions.request(request, branch, peer, dialog.leg, now)

    def send_ack(self, dialog: Dialog, number: int, body: bytes = b"") -> None:
        """Acknowledges a 2xx (RFC 3261, 13.2.2.4); kept, for when it's doubled."""
        request, _, peer = self._prepared(dialog, "ACK", number)
        proof = (dialog.proof,) if dialog.proof[0] and number == dialog.invite_seq else ()
        self._fill(request, proof, body, SDP)
        dialog.ack = encode(request)
        dialog.ack_seq = number
        self.transactions.sends.append(Send(dialog.ack, peer))

    def send_again(
        self, dialog: Dialog, client: Client, response: Response, now: InstantUs
    ) -> bool:
        """A request within a dialog was challenged: once more with credentials, if there are
        any for it (22.2); the new transaction is `dialog.client` where the old one was."""
        old = client.request
        if self.authorise is None or old is None or client.proved:
            return False
        again = Request(old.method, old.uri, old.headers.copy(), old.body)
        if not self.authorise(again, response):
            return False
        number = dialog.next_seq()
        branch = f"{COOKIE}{self.mint(f'branch {dialog.leg} {number} {old.method}')}"
        again.headers.set("CSeq", f"{number} {old.method}")
        again.headers.set("Via", self.via(branch, client.peer))
        made = self.transactions.request(again, branch, client.peer, dialog.leg, now)
        made.proved = True
        if dialog.client == client.key:
            dialog.client = made.key
        return True

    def _prepared(self, dialog: Dialog, method: str, number: int) -> tuple[Request, str, Peer]:
        request = dialog.request(method, number)
        peer = dialog.peer if dialog.direct else next_hop(request, dialog.peer)
        branch = f"{COOKIE}{self.mint(f'branch {dialog.leg} {number} {method}')}"
        request.headers = Headers({"Via": self.via(branch, peer), **request.headers.lines})
        return request, branch, peer

    def _fill(
        self, request: Request, headers: tuple[tuple[str, str], ...], body: bytes, kind: str
    ) -> None:
        request.headers.set("User-Agent", self.identity.agent)
        for name, value in headers:
            request.headers.set(name, value)
        if body:
            request.headers.set("Content-Type", kind)
            request.body = body

    def respond(
        self,
        server: Server,
        status: int,
        now: InstantUs,
        headers: tuple[tuple[str, str], ...] = (),
        to_tag: str = "",
        body: bytes = b"",
    ) -> bytes:
        """Answers a request by its transaction; the bytes. Nothing once it was answered."""
        if server.request is None:
            return b""
        response = answer(server.request, status, to_tag=to_tag or None, body=body)
        for name, value in headers:
            response.headers.set(name, value)
        if body:
            response.headers.set("Content-Type", SDP)
        return self.transactions.respond(server, response, now)

    # --- dialogs ---

    def keep(self, dialog: Dialog) -> None:
        self.dialogs[dialog.leg] = dialog
        self.by_id[dialog.call_id, dialog.local_tag] = dialog.leg

    def forget(self, dialog: Dialog) -> None:
        self.dialogs.pop(dialog.leg, None)
        self.by_id.pop((dialog.call_id, dialog.local_tag), None)

    def finish(self, dialog: Dialog, by: By, why: Why, status: int = 0, reason: str = "") -> None:
        """The leg is over: tells it, and lets go of the dialog."""
        if dialog.leg in self.dialogs:
            self.events.append(Finished(dialog.leg, by, why, status, reason))
            self.forget(dialog)

    def count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def dialog_headers(dialog: Dialog) -> tuple[tuple[str, str], ...]:
    """What every answer and request that makes or refreshes a dialog says of us."""
    return (("Contact", dialog.contact), ("Allow", ALLOW), ("Supported", OFFERED))
