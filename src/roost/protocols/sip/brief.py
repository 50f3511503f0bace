"""Refusing a new call from the few headers that an answer copies, without reading the rest.

When there's too much to do, reading a request whole costs more than it's worth: the answer needs
Via, From, To, Call-ID and CSeq only (RFC 3261, 8.2.6.2). Whatever isn't in its plainest form
(folded lines, several values in a line, TCP, no cookie in the branch) isn't understood here, and
is read in the usual way instead. Stateless: the same INVITE again gets the same answer.
"""

import re
from typing import Final

from msgspec import Struct

from roost.protocols.sip.headers import COOKIE
from roost.protocols.sip.routing import UDP, Peer
from roost.protocols.sip.uri import DEFAULT_PORT

TAG: Final = "busy"  # of every such answer's To, so that its ACK is known and forgotten at once
MOST_BYTES: Final = 8_192  # a longer one isn't plain

_INVITE: Final = b"INVITE "
_ACK: Final = b"ACK "
_BRANCH: Final = b";branch=z9hG4bK"
_TAGGED: Final = re.compile(rb"\r\n(?:to|t)[ \t]*:[^\r\n]*;[ \t]*tag[ \t]*=", re.IGNORECASE)
_BUSY: Final = re.compile(rb"\r\n(?:to|t)[ \t]*:[^\r\n]*;tag=busy[;\r]", re.IGNORECASE)
_COPIED: Final = re.compile(
    r"\r\n(via|v|from|f|to|t|call-id|i|cseq)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE
)
_NAMES: Final = {"v": "via", "f": "from", "t": "to", "i": "call-id"}
_VIA: Final = re.compile(r"SIP/2\.0/UDP ([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?;(.+)")


class Refusal(Struct, frozen=True, gc=False):
    """`key` is the transaction that the INVITE would have (protocols.sip.transactions): one
    that exists already mustn't be refused."""

    key: str
    data: bytes
    to: Peer


def is_new_invite(data: bytes) -> bool:
    """Whether a datagram is an INVITE outside any dialog, as far as can be seen at a glance."""
    return data.startswith(_INVITE) and _TAGGED.search(data) is None


def is_ack_of_refusal(data: bytes) -> bool:
    return data.startswith(_ACK) and _BUSY.search(data) is not None


def branch_of(data: bytes) -> bytes:
    """The topmost Via's branch, at a glance; empty where there's none with the cookie."""
    _, found, rest = data.partition(_BRANCH)
    return rest.partition(b"\r\n")[0].partition(b";")[0] if found else b""


def refusal(data: bytes, source: Peer, retry_after_s: int) -> Refusal | None:
    """503 for a new INVITE; None where it isn't plain enough."""
    head, gap, _ = data.partition(b"\r\n\r\n")
    if not gap or len(data) > MOST_BYTES or b"\r\n " in head or b"\r\n\t" in head:
        return None
    vias: list[str] = []
    single: dict[str, str] = {}
    for match in _COPIED.finditer(head.decode("utf-8", "surrogateescape")):
        name, value = match[1].lower(), match[2]
        key = _NAMES.get(name, name)
        if key == "via":
            vias.append(value)
        elif key in single:
            return None
        else:
            single[key] = value
    if len(single) != 4 or not vias or not single["cseq"].endswith(" INVITE"):
        return None
    top = _top(vias[0], source)
    if top is None:
        return None
    key, vias[0], to = top
    lines = [
        "SIP/2.0 503 Service Unavailable",
        *(f"Via: {via}" for via in vias),
        f"From: {single['from']}",
        f"To: {single['to']};tag={TAG}",
        f"Call-ID: {single['call-id']}",
        f"CSeq: {single['cseq']}",
        f"Retry-After: {retry_after_s}",
        "Content-Length: 0\r\n\r\n",
    ]
    return Refusal(key, "\r\n".join(lines).encode("utf-8", "surrogateescape"), to)


def _top(via: str, source: Peer) -> tuple[str, str, Peer] | None:
    """The transaction's key, the topmost Via as it goes back, and where the answer goes
    (RFC 3261, 18.2.1 and 18.2.2; RFC 3581, 4)."""
    match = _VIA.fullmatch(via)
    if match is None or "," in via or '"' in via:
        return None
    host, port, rest = match.groups()
    branch, asks, kept = "", False, [via[: match.start(3) - 1]]
    for param in rest.split(";"):
        name, _, value = param.strip().partition("=")
        lowered = name.lower()
        if lowered == "branch":
            branch = value
        if lowered in ("received", "maddr") or (lowered == "rport" and value):
            return None
        if lowered == "rport":
            asks = True
        else:
            kept.append(param)
    if not branch.startswith(COOKIE):
        return None
    sent_by = host.lower() if port is None else f"{host.lower()}:{int(port)}"
    to = source if asks else Peer(UDP, source.host, int(port or DEFAULT_PORT))
    if asks:
        kept += [f"received={source.host}", f"rport={source.port}"]
    elif host.strip("[]") != source.host:
        kept.append(f"received={source.host}")
    return f"s INVITE {branch} {sent_by}", ";".join(kept), to
