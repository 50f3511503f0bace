"""Dialogs as plain values: all that a call between two user agents must remember.

    ours    calling → proceeding → accepted → up → closing → gone
                 └──────────┴─ cancelling ──────────┘
    theirs  received → ringing → answered → up → closing → gone

`accepted` is a 2xx that we have not acknowledged yet, `answered` a 2xx of ours that the peer
has not; `closing` is a BYE (or a final failure) under way. The state is early before `up`.
A dialog survives its process: `to_bytes` is all that's needed to go on with it, and CSeq
numbers are reserved in blocks, so that a number is never used twice.

Sources: RFC 3261 (12 to 15), RFC 3262 (reliable provisional answers), RFC 3311 (UPDATE),
RFC 4028 (session timers).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

import msgspec
from msgspec import Struct

from roost.kernel.time import NEVER, DurationUs, InstantUs
from roost.protocols.sip.message import Headers, Request, Response
from roost.protocols.sip.routing import Peer, put_route, tag_of, uri_in
from roost.protocols.sip.timers import T1

CSEQ_BLOCK: Final = 1_000
ALLOW: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, PRACK, NOTIFY, REFER"
METHODS: Final = frozenset(ALLOW.split(", "))
SUPPORTED: Final = frozenset(("timer", "100rel", "norefersub", "replaces"))
OFFERED: Final = "timer, norefersub, replaces"  # what our Supported says


class Phase(StrEnum):
    CALLING = "calling"
    PROCEEDING = "proceeding"
    CANCELLING = "cancelling"
    ACCEPTED = "accepted"
    RECEIVED = "received"
    RINGING = "ringing"
    ANSWERED = "answered"
    UP = "up"
    CLOSING = "closing"


class Turn(StrEnum):
    """What may happen to a dialog as a whole."""

    THEY_RING = "they-ring"
    THEY_ACCEPT = "they-accept"
    WE_ACKNOWLEDGE = "we-acknowledge"
    WE_RING = "we-ring"
    WE_ANSWER = "we-answer"
    THEY_ACKNOWLEDGE = "they-acknowledge"
    WE_CANCEL = "we-cancel"
    WE_END = "we-end"


MOVES: Final[Mapping[tuple[Phase, Turn], Phase]] = {
    (Phase.CALLING, Turn.THEY_RING): Phase.PROCEEDING,
    (Phase.CALLING, Turn.THEY_ACCEPT): Phase.ACCEPTED,
    (Phase.CALLING, Turn.WE_CANCEL): Phase.CANCELLING,
    (Phase.PROCEEDING, Turn.THEY_RING): Phase.PROCEEDING,
    (Phase.PROCEEDING, Turn.THEY_ACCEPT): Phase.ACCEPTED,
    (Phase.PROCEEDING, Turn.WE_CANCEL): Phase.CANCELLING,
    (Phase.ACCEPTED, Turn.WE_ACKNOWLEDGE): Phase.UP,
    (Phase.RECEIVED, Turn.WE_RING): Phase.RINGING,
    (Phase.RECEIVED, Turn.WE_ANSWER): Phase.ANSWERED,
    (Phase.RINGING, Turn.WE_RING): Phase.RINGING,
    (Phase.RINGING, Turn.WE_ANSWER): Phase.ANSWERED,
    (Phase.ANSWERED, Turn.THEY_ACKNOWLEDGE): Phase.UP,
    (Phase.ANSWERED, Turn.WE_END): Phase.CLOSING,
    (Phase.CANCELLING, Turn.WE_END): Phase.CLOSING,
    (Phase.UP, Turn.WE_END): Phase.CLOSING,
}
EARLY: Final = frozenset((Phase.RECEIVED, Phase.RINGING))
OURS_UNANSWERED: Final = frozenset((Phase.CALLING, Phase.PROCEEDING, Phase.CANCELLING))


class Dialog(Struct, gc=False):
    """One leg's signalling. Texts are header values as they stand on the wire."""

    leg: str
    phase: Phase
    call_id: str
    local: str  # our From (or To) without its tag
    local_tag: str
    remote: str
    remote_tag: str
    remote_target: str  # the peer's Contact URI
    contact: str  # our Contact, in angle brackets
    peer: Peer  # where it came from, or went to
    ours: bool = False  # the INVITE that began it was ours, and so `invite_seq`
    direct: bool = False  # always to `peer`: its own addresses are behind a NAT
    route_set: list[str] = []
    local_seq: int = 0
    remote_seq: int = 0
    invite_seq: int = 0
    local_sdp: bytes = b""
    remote_sdp: bytes = b""
    # an INVITE of theirs that isn't acknowledged yet, to make its answers from
    invite: bytes = b""
    # session timer: whole seconds, 0 for none; who refreshes
    session_s: int = 0
    we_refresh: bool = False
    min_se_s: int = 90
    they_update: bool = False  # UPDATE stands in their Allow
    # reliable provisional answers
    reliable: bool = False
    rseq: int = 0
    referred: bool = False  # a REFER's subscription ended here: the next ones need an id
    proof: tuple[str, str] = ("", "")  # the credentials of our INVITE, for its ACK
    # --- below: not kept over a restart ---
    server: str = ""  # transaction of their INVITE or UPDATE that waits for our answer
    client: str = ""  # transaction of our INVITE or UPDATE
    offered: bytes = b""  # our SDP in that transaction
    wanted: bytes = b""  # SDP that we'll offer when the line is free
    final: bytes = b""  # our 2xx, sent again until the ACK
    final_seq: int = 0
    final_until: InstantUs = NEVER  # no ACK by then: the call is ended
    pause: DurationUs = T1
    ack: bytes = b""  # our last ACK, for a doubled 2xx
    ack_seq: int = 0
    ringing: bytes = b""  # our reliable provisional answer, sent again until the PRACK
    held_answer: bytes | None = None  # SDP of the 2xx that waits for that PRACK
    session_due: InstantUs = NEVER
    delayed: bool = False  # their INVITE held no offer: the ACK holds the answer
    refresh_only: bool = False  # our re-INVITE or UPDATE changes nothing

    def move(self, turn: Turn) -> bool:
        """Makes a move of the table; False, and nothing happens, if it isn't there."""
        phase = MOVES.get((self.phase, turn))
        if phase is None:
            return False
        self.phase = phase
        return True

    def next_seq(self) -> int:
        self.local_seq += 1
        return self.local_seq

    def request(self, method: str, number: int) -> Request:
        """A request within the dialog, without its Via (RFC 3261, 12.2.1.1)."""
        lines = {
            "Max-Forwards": "70",
            "From": f"{self.local};tag={self.local_tag}",
            "To": f"{self.remote};tag={self.remote_tag}" if self.remote_tag else self.remote,
            "Call-ID": self.call_id,
            "CSeq": f"{number} {method}",
        }
        request = Request(method, self.remote_target, Headers(lines))
        put_route(request, self.route_set, self.remote_target)
        return request

    def learn(self, response: Response) -> None:
        """Takes tag, target and route set from an answer of the peer (12.1.2)."""
        headers = response.headers
        tag = tag_of(headers.get("To") or "")
        if tag:
            self.remote_tag = tag
        contacts = headers.get_all("Contact")
        if contacts:
            self.remote_target = uri_in(contacts[0])
        self.route_set = list(reversed(headers.get_all("Record-Route")))
        self.they_update = "UPDATE" in headers.get_all("Allow")

    def retarget(self, request: Request | Response) -> None:
        """A re-INVITE, an UPDATE or its answer may bring a new Contact (12.2.1.2)."""
        contacts = request.headers.get_all("Contact")
        if contacts and contacts[0] != "*":
            self.remote_target = uri_in(contacts[0])


def untagged(value: str) -> str:
    """A From or To value without its header parameters."""
    if "<" in value:
        end = value.rindex(">") + 1
        return value[:end].strip()
    return f"<{value.partition(';')[0].strip()}>"


def received(
    request: Request, leg: str, local_tag: str, contact: str, source: Peer, direct: bool
) -> Dialog:
    """The dialog that an INVITE of a peer begins (RFC 3261, 12.1.1)."""
    headers = request.headers
    remote = headers.get("From") or ""
    number = int((headers.get("CSeq") or "0").split()[0])
    contacts = headers.get_all("Contact")
    return Dialog(
        leg=leg,
        phase=Phase.RECEIVED,
        call_id=headers.get("Call-ID") or "",
        local=untagged(headers.get("To") or ""),
        local_tag=local_tag,
        remote=untagged(remote),
        remote_tag=tag_of(remote),
        remote_target=uri_in(contacts[0]) if contacts else uri_in(remote),
        contact=contact,
        peer=source,
        direct=direct,
        route_set=headers.get_all("Record-Route"),
        remote_seq=number,
        invite_seq=number,
        remote_sdp=request.body,
        delayed=not request.body,
        they_update="UPDATE" in headers.get_all("Allow"),
        reliable="100rel" in [tag.lower() for tag in headers.get_all("Require")],
    )


_KEPT: Final = msgspec.structs.fields(Dialog)
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Dialog)


def kept(dialog: Dialog) -> Dialog:
    """A copy with what survives a restart, and a block of CSeq numbers reserved."""
    copy = msgspec.structs.replace(dialog, local_seq=dialog.local_seq + CSEQ_BLOCK)
    drop = False
    for field in _KEPT:
        drop = drop or field.name == "server"
        if drop and field.name != "delayed":
            setattr(copy, field.name, field.default)
    if copy.phase in (Phase.ANSWERED, Phase.RINGING):
        copy.phase = Phase.RECEIVED  # it will be answered again, with the same bytes
    elif copy.phase is Phase.ACCEPTED:
        copy.phase = Phase.UP  # its 2xx comes again, and is acknowledged again
    return copy


def to_bytes(dialog: Dialog) -> bytes:
    return _encoder.encode(kept(dialog))


def from_bytes(data: bytes) -> Dialog:
    """Raises msgspec.DecodeError, msgspec.ValidationError."""
    return _decoder.decode(data)
