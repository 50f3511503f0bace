"""A request's rules, checked before anything else looks at it (RFC 3261 8.1.1, 8.2, 16.3)."""

from typing import Final

from msgspec import Struct

from roost.protocols.sip.headers import (
    Via,
    check_address,
    expires_s,
    is_call_id,
    is_plain_address,
    parse_address,
    parse_content_type,
    parse_cseq,
    parse_routes,
    parse_via,
)
from roost.protocols.sip.message import Headers, Request, Response
from roost.protocols.sip.uri import BadSyntax, parse_uri

REQUIRED: Final = ("Via", "From", "To", "Call-ID", "CSeq")
SINGLE: Final = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Type", "Expires")
MAX_URI_CHARS: Final = 2_048
MAX_HOPS: Final = 255
# Methods whose Contact says where a dialog's requests go (12.1, 12.2.1.2; RFC 3311, 6665).
TARGETING: Final = frozenset({"INVITE", "UPDATE", "SUBSCRIBE", "NOTIFY", "REFER"})
SCHEMES: Final = frozenset({"sip", "sips", "tel"})


class Fault(Struct, frozen=True, gc=False):
    """Why a request is refused: the answer's status, reason and what it must carry."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...] = ()


def validate_request(
    request: Request, supported: frozenset[str] = frozenset(), schemes: frozenset[str] = SCHEMES
) -> Fault | None:
    """None, or the answer to give. Afterwards the Request-URI, Via, From, To, CSeq, Contact,
    Route and Record-Route can be read without BadSyntax. `supported` are our option tags, in
    lower case.

    An INVITE may lack Contact only where it's from an RFC 2543 phone (no branch of RFC 3261's
    form); then its From says where to send requests."""
    lines = request.headers.lines
    for name in REQUIRED:
        if name not in lines:
            return Fault(400, f"{name} missing")
    for name in SINGLE:
        if name in lines and "\n" in lines[name]:
            return Fault(400, f"{name} twice")
    return (
        _fault_of_line(request, schemes)
        or _fault_of_values(request)
        or _fault_of_options(request, supported)
    )


def _fault_of_line(request: Request, schemes: frozenset[str]) -> Fault | None:
    if len(request.uri) > MAX_URI_CHARS:
        return Fault(414, "Request-URI Too Long")
    try:
        uri = parse_uri(request.uri)
    except BadSyntax:
        return Fault(400, "Bad Request-URI")
    if uri.scheme not in schemes:
        return Fault(416, "Unsupported URI Scheme")
    if uri.headers:
        return Fault(400, "Bad Request-URI: headers in it")  # 19.1.1, table 1
    try:
        method = parse_cseq(request.headers.lines["CSeq"]).method
    except BadSyntax:
        return Fault(400, "Bad CSeq")
    return None if method == request.method else Fault(400, "CSeq: another method")


def _fault_of_values(request: Request) -> Fault | None:
    headers = request.headers
    lines = headers.lines
    name = "Via"
    try:
        via = parse_via(lines["Via"]) if _one(lines["Via"]) else _first_of_several(headers)
        name = "From"
        check_address(lines["From"])
        name = "To"
        check_address(lines["To"])
        for name in ("Route", "Record-Route"):
            if name in lines:
                parse_routes(headers, name)
        name = "Content-Type"
        if name in lines:
            parse_content_type(lines[name])
        elif request.body:
            return Fault(400, "Content-Type missing")  # 20.15
        name = "Contact"
        if name in lines:
            _check_contacts(request)
        elif request.method == "INVITE" and via.unique:
            return Fault(400, "Contact missing")  # 8.1.1.8
    except BadSyntax as trouble:
        why = str(trouble)
        return Fault(400, f"Bad {name}" if why in ("", name) else f"Bad {name}: {why}")
    if not is_call_id(lines["Call-ID"]):
        return Fault(400, "Bad Call-ID")
    hops = lines.get("Max-Forwards", "70").strip()
    if not hops.isascii() or not hops.isdecimal() or len(hops) > 9 or int(hops) > MAX_HOPS:
        return Fault(400, "Bad Max-Forwards")
    if request.method == "INVITE" and int(hops) == 0:
        return Fault(483, "Too Many Hops")  # what we'd send on for it would go too far (RFC 7332)
    return None


def _one(value: str) -> bool:
    return "," not in value and "\n" not in value


def _first_of_several(headers: Headers) -> Via:
    """All Vias are read: a broken one further down would break whoever gets our answer."""
    vias = [parse_via(value) for value in headers.get_all("Via")]
    if not vias:
        raise BadSyntax("Via")
    return vias[0]


def _check_contacts(request: Request) -> None:
    values = request.headers.get_all("Contact")
    if "*" in values:
        # 10.2.2: alone, and only to end all registrations
        if len(values) > 1 or request.method != "REGISTER":
            raise BadSyntax("* out of place")
        if expires_s(request.headers.get("Expires")) != 0:
            raise BadSyntax("* needs Expires: 0")
        return
    if request.method == "INVITE" and len(values) != 1:
        raise BadSyntax("exactly one is needed")
    check = _check_target if request.method in TARGETING else check_address
    for value in values:
        check(value)


def _check_target(value: str) -> None:
    """A Contact that a dialog's requests will go to (8.1.1.8, 12.1)."""
    if not is_plain_address(value) and parse_address(value).uri.scheme not in ("sip", "sips"):
        raise BadSyntax("not a SIP URI")


def _fault_of_options(request: Request, supported: frozenset[str]) -> Fault | None:
    if "Require" not in request.headers.lines or request.method in ("CANCEL", "ACK"):
        return None  # 8.2.2.3: Require is ignored in these
    unknown = [tag for tag in request.headers.get_all("Require") if tag.lower() not in supported]
    if not unknown:
        return None
    return Fault(420, "Bad Extension", (("Unsupported", ", ".join(unknown)),))


def validate_response(response: Response) -> str | None:
    """None, or why a response is to be dropped without a word (8.1.3): afterwards its Via,
    From, To, Call-ID and CSeq can be read, and what makes a dialog of it."""
    headers = response.headers
    lines = headers.lines
    for name in REQUIRED:
        if name not in lines:
            return f"{name} missing"
    for name in SINGLE:
        if name in lines and "\n" in lines[name]:
            return f"{name} twice"
    if not _one(lines["Via"]) and len(headers.get_all("Via")) != 1:
        return "more than one Via"  # 8.1.3.3
    name = "Via"
    try:
        parse_via(lines["Via"])
        name = "CSeq"
        cseq = parse_cseq(lines["CSeq"])
        name = "From"
        check_address(lines["From"])
        name = "To"
        check_address(lines["To"])
        if 100 < response.status < 300:
            name = "Contact"
            if name in lines and cseq.method in TARGETING:
                for value in headers.get_all(name):
                    _check_target(value)
            name = "Record-Route"
            if name in lines:
                parse_routes(headers, name)
    except BadSyntax:
        return f"Bad {name}"
    return None
