"""Session timers (RFC 4028): a call that nobody refreshes ends.

Each side may ask for a length; the answering side decides it and who refreshes. A length
below our least is answered with 422. The refresher sends an UPDATE (or a re-INVITE) at half
of the length; the other side gives up a little before its end.
"""

from typing import Final

from msgspec import Struct

from roost.kernel.time import DurationUs, seconds
from roost.protocols.sip.headers import parse_min_se, parse_session_expires, tokens
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.timers import coarse
from roost.protocols.sip.uri import BadSyntax

LEAST_S: Final = 90  # RFC 4028, 5
USUAL_S: Final = 1_800
LONGEST_S: Final = 86_400


class Session(Struct, frozen=True, gc=False):
    """What was agreed: 0 seconds means no timer at all."""

    length_s: int
    refresher: str  # "uac" or "uas" of the request that agreed it
    require: bool = False  # our 2xx must say `Require: timer`


NONE: Final = Session(0, "uas")


def wanted(request: Request) -> int | None:
    """The Session-Expires of a request in seconds; None without one. Raises BadSyntax."""
    value = request.headers.get("Session-Expires")
    return None if value is None else parse_session_expires(value).interval_s


def too_small(request: Request, least_s: int) -> bool:
    """Whether the answer is 422 with `Min-SE` (only to who supports the extension)."""
    try:
        asked = wanted(request)
    except BadSyntax:
        return False
    return asked is not None and asked < least_s and "timer" in tokens(request.headers, "Supported")


def as_server(request: Request, length_s: int) -> Session:
    """What we agree to when answering an INVITE or UPDATE (RFC 4028, 9): the peer's length, or
    ours where it's shorter but not below the peer's Min-SE."""
    headers = request.headers
    supports = "timer" in tokens(headers, "Supported") or "timer" in tokens(headers, "Require")
    try:
        value = headers.get("Session-Expires")
        asked = None if value is None else parse_session_expires(value)
        least = headers.get("Min-SE")
        floor = LEAST_S if least is None else max(LEAST_S, parse_min_se(least))
    except BadSyntax:
        asked, floor = None, LEAST_S
    if asked is None:
        if not length_s:
            return NONE
        length = max(length_s, floor)
        return Session(length, "uas", require=False)
    length = min(asked.interval_s, LONGEST_S)
    if length_s:
        length = max(floor, min(length, length_s))
    if not supports:
        return Session(length, "uas")
    refresher = asked.refresher or "uac"
    return Session(length, refresher, require=refresher == "uac")


def as_client(response: Response) -> Session:
    """What the peer's 2xx agreed to (RFC 4028, 7.2)."""
    value = response.headers.get("Session-Expires")
    if value is None:
        return NONE
    try:
        agreed = parse_session_expires(value)
    except BadSyntax:
        return NONE
    length = max(LEAST_S, min(agreed.interval_s, LONGEST_S))
    return Session(length, agreed.refresher or "uac")


def refresh_after(length_s: int) -> DurationUs:
    return coarse(seconds(length_s / 2))


def expiry_after(length_s: int) -> DurationUs:
    """The BYE goes out min(32 s, a third) before the end (RFC 4028, 10)."""
    return coarse(seconds(length_s - min(32, length_s // 3)))
