"""What a request's body is, and whether we can take it (RFC 3261 8.2.3, RFC 5621)."""

import re
from typing import Final

from roost.protocols.sip.headers import param_of, parse_content_type
from roost.protocols.sip.message import Message, Request
from roost.protocols.sip.uri import BadSyntax
from roost.protocols.sip.validate import Fault

SDP: Final = "application/sdp"
MAX_PARTS: Final = 16
_HEADER: Final = re.compile(rb"(?im)^content-type[ \t]*:[ \t]*([^\r\n]*)")


def sdp_of(message: Message) -> bytes | Fault | None:
    """A message's session description: its body, or the first such part of a multipart
    (RFC 5621 8.1 asks for multipart/mixed). None without a body; a Fault where the body is
    something else that must be understood: 415 with what we take."""
    if not message.body:
        return None
    value = message.headers.get("Content-Type")
    if value is None:
        return Fault(400, "Content-Type missing")
    try:
        kind = parse_content_type(value)
    except BadSyntax:
        return Fault(400, "Bad Content-Type")
    encoding = message.headers.get("Content-Encoding", "identity") or "identity"
    if encoding.strip().lower() != "identity":
        return Fault(415, "Unsupported Media Type", (("Accept-Encoding", "identity"),))
    if kind.kind == SDP:
        return message.body
    if kind.kind.startswith("multipart/"):
        part = part_of(message.body, param_of(kind.params, "boundary") or "", SDP)
        if part is not None:
            return part
    disposition = message.headers.get("Content-Disposition", "") or ""
    if "handling=optional" in disposition.replace(" ", "").lower():
        return None  # 20.11
    return Fault(415, "Unsupported Media Type", (("Accept", SDP),))


def take_description(message: Message) -> Fault | None:
    """Leaves of a message's body only its session description; a Fault where there's a body
    that can't be taken, or where an INVITE's answer may not hold a description (406)."""
    if isinstance(message, Request) and message.method == "INVITE" and not takes_sdp(message):
        return Fault(406, "Not Acceptable")
    lines = message.headers.lines
    if not message.body or (lines.get("Content-Type") == SDP and "Content-Encoding" not in lines):
        return None
    found = sdp_of(message)
    if isinstance(found, Fault):
        return found
    message.body = found or b""
    message.headers.set("Content-Type", *([SDP] if found else []))
    return None


def part_of(body: bytes, boundary: str, wanted: str) -> bytes | None:
    """The first part of a multipart body of a wanted type (RFC 2046 5.1)."""
    if not boundary or len(boundary) > 70:
        return None
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    for piece in body.split(mark)[1 : MAX_PARTS + 1]:
        if piece.startswith(b"--"):
            return None
        head, gap, content = piece.partition(b"\r\n\r\n")
        found = _HEADER.search(head)
        kind = found[1].decode("latin-1").partition(";")[0].strip().lower() if found else ""
        if gap and kind == wanted:
            return content.removesuffix(b"\r\n")
    return None


def takes_sdp(request: Request) -> bool:
    """Whether our answer may hold a description (20.1: without Accept, SDP is taken). If not,
    the answer is 406."""
    if "Accept" not in request.headers.lines:
        return True
    kinds = request.headers.get_all("Accept")
    names = {kind.partition(";")[0].replace(" ", "").lower() for kind in kinds}
    return bool(names & {SDP, "application/*", "*/*"})
