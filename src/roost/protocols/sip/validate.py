"""A request's rules, checked before anything else looks at it (RFC 3261 8.1.1, 8.2, 16.3)."""

from typing import Final

from msgspec import Struct

from roost.protocols.sip.headers import (
    is_call_id,
    parse_address,
    parse_content_type,
    parse_cseq,
    parse_number,
    parse_routes,
    top_via,
)
from roost.protocols.sip.message import Headers, Request
from roost.protocols.sip.uri import BadSyntax, parse_uri

SINGLE: Final = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type", "Expires")
MAX_URI_CHARS: Final = 2_048
SCHEMES: Final = frozenset({"sip", "sips", "tel"})


class Fault(Struct, frozen=True, gc=False):
    """Why a request is refused: the answer's status, reason and what it must carry."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


def validate_request(
    request: Request, supported: frozenset[str] = frozenset(), schemes: frozenset[str] = SCHEMES
) -> Fault | None:
    """None, or the answer to give. Afterwards top_via, From, To, CSeq, Contact, Route and
    Record-Route can be read without BadSyntax. `supported` are our option tags, lower case."""
    try:
        return _faults(request, supported, schemes)
    except BadSyntax as trouble:
        return Fault(400, f"Bad {trouble}")


def _faults(request: Request, supported: frozenset[str], schemes: frozenset[str]) -> Fault | None:
    headers = request.headers
    lines = headers.lines
    for name in ("Via", "From", "To", "Call-ID", "CSeq"):
        if name not in lines:
            return Fault(400, f"{name} missing")
    for name in SINGLE:
        if "\n" in lines.get(name, ""):
            return Fault(400, f"{name} twice")
    return (
        _faults_of_line(request, schemes)
        or _faults_of_values(request)
        or _faults_of_options(request, headers, supported)
    )


def _faults_of_line(request: Request, schemes: frozenset[str]) -> Fault | None:
    if len(request.uri) > MAX_URI_CHARS:
        return Fault(414, "Request-URI Too Long")
    scheme, colon, _ = request.uri.partition(":")
    if colon and scheme.lower() not in schemes:
        parse_uri(request.uri)
        return Fault(416, "Unsupported URI Scheme")
    uri = parse_uri(request.uri)
    if uri.headers:
        return Fault(400, "Bad Request-URI: headers in it")  # 19.1.1, table 1
    cseq = parse_cseq(request.headers.lines["CSeq"])
    if cseq.method != request.method:
        return Fault(400, "CSeq: another method")
    return None


def _faults_of_values(request: Request) -> Fault | None:
    lines = request.headers.lines
    via = top_via(request)
    if not via.branch and via.param("branch") is not None:
        return Fault(400, "Bad Via: empty branch")
    parse_address(lines["From"])
    parse_address(lines["To"])
    if not is_call_id(lines["Call-ID"]):
        return Fault(400, "Bad Call-ID")
    hops = lines.get("Max-Forwards")
    if hops is not None and parse_number(hops, "Max-Forwards") > 255:
        return Fault(400, "Bad Max-Forwards")
    for name in ("Route", "Record-Route"):
        if name in lines:
            parse_routes(request.headers, name)
    if "Contact" in lines:
        values = request.headers.get_all("Contact")
        if values != ["*"]:
            for value in values:
                parse_address(value)
        elif request.method != "REGISTER":
            return Fault(400, "Bad Contact")
    if "Content-Type" in lines:
        parse_content_type(lines["Content-Type"])
    elif request.body:
        return Fault(400, "Content-Type missing")  # 20.15
    if request.method == "INVITE" and not request.headers.get_all("Contact"):
        return Fault(400, "Contact missing")  # 8.1.1.8
    return None


def _faults_of_options(
    request: Request, headers: Headers, supported: frozenset[str]
) -> Fault | None:
    hops = headers.lines.get("Max-Forwards")
    if request.method == "INVITE" and hops is not None and int(hops) == 0:
        return Fault(483, "Too Many Hops")  # what we'd send on for it would go too far (RFC 7332)
    if request.method in ("CANCEL", "ACK"):
        return None  # 8.2.2.3: Require is ignored in these
    if "Require" in headers.lines:
        unknown = [tag for tag in headers.get_all("Require") if tag.lower() not in supported]
        if unknown:
            return Fault(420, "Bad Extension", (("Unsupported", ", ".join(unknown)),))
    return None
