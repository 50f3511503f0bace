"""Answers made from a request alone (RFC 3261 8.2.6), and the phrases of the status codes."""

from typing import Final

from roost.protocols.sip.message import Headers, Request, Response
from roost.protocols.sip.parse import Malformed

REASONS: Final = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    412: "Conditional Request Failed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    439: "First Hop Lacks Outbound Support",
    469: "Bad Info Package",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}
_GENERIC: Final = {
    1: "Trying",
    2: "OK",
    3: "Redirection",
    4: "Bad Request",
    5: "Server Internal Error",
    6: "Busy Everywhere",
}


def reason_of(status: int) -> str:
    """The usual phrase of a status code, or its class's."""
    return REASONS.get(status) or _GENERIC.get(status // 100, "")


def answer(
    request: Request,
    status: int,
    reason: str | None = None,
    to_tag: str | None = None,
    *,
    body: bytes = b"",
) -> Response:
    """A response that copies Via, From, To, Call-ID and CSeq (8.2.6.2), and Record-Route where
    it may make a dialog (12.1.1: 101 to 299 to INVITE and SUBSCRIBE…). `to_tag` is added where
    To has none and the status isn't 100. Reads nothing else of the request, keeps nothing."""
    lines = request.headers.lines
    copied: dict[str, str] = {}
    via = lines.get("Via")
    if via is not None:
        copied["Via"] = via
    for name in ("From", "To", "Call-ID", "CSeq"):
        value = lines.get(name)
        if value is not None:  # one that comes twice is answered with the first
            copied[name] = value.partition("\n")[0] if "\n" in value else value
    if to_tag and status > 100 and "To" in copied:
        copied["To"] = with_tag(copied["To"], to_tag)
    if 100 < status < 300:
        routes = lines.get("Record-Route")
        if routes is not None:
            copied["Record-Route"] = routes
    elif status == 100:
        stamp = lines.get("Timestamp")  # 8.2.6.1
        if stamp is not None:
            copied["Timestamp"] = stamp
    return Response(status, reason or reason_of(status), Headers(copied), body)


def answer_from_partial(trouble: Malformed, to_tag: str) -> Response | None:
    """The answer to what couldn't be read; None where there's nobody to answer."""
    partial = trouble.partial
    if partial is None or not trouble.answerable:
        return None
    copied = dict(partial.lines)
    copied["To"] = with_tag(copied["To"], to_tag)
    return Response(trouble.status, trouble.reason, Headers(copied))


def with_tag(to: str, tag: str) -> str:
    """A To value with a tag, where it has none."""
    return to if has_tag(to) else f"{to};tag={tag}"


def has_tag(to: str) -> bool:
    """Whether an address value has a tag among the header's parameters. The URI's own
    parameters (within angle brackets) and quoted text don't count."""
    if "tag" not in to and "TAG" not in to.upper():
        return False
    rest = to[_end_of_address(to) :].lower()
    pieces = (piece.partition("=")[0].strip() for piece in rest.split(";")[1:])
    return any(piece == "tag" for piece in pieces)


def _end_of_address(value: str) -> int:
    quoted = False
    position = 0
    while position < len(value):
        char = value[position]
        if quoted:
            if char == "\\":
                position += 1
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char == "<":
            end = value.find(">", position)
            return end + 1 if end >= 0 else len(value)
        elif char == ";":
            return position
        position += 1
    return position
