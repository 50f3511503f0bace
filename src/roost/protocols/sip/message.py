"""SIP messages as values: a start line, headers and a body (RFC 3261 7).

`Headers` is one dict from a header's full name to its values, joined by line feeds where a
header stands on several lines: a line feed can't occur in a value, a dict of plain strings
costs the collector nothing, and a look-up needs no scan. So the order of values within a
header is kept (it has meaning), and the order of different headers is that of their first
lines. Text is UTF-8 with surrogate escapes: what a peer sent goes out again byte for byte.
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

SIP_VERSION: Final = "SIP/2.0"

# RFC 3261 7.3.3 and 20, and the registered compact forms of the extensions that we read.
COMPACT: Final = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}
_KNOWN: Final = """
Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events
Authentication-Info Authorization Call-ID Call-Info Contact Content-Disposition Content-Encoding
Content-Language Content-Length Content-Type CSeq Date Diversion Error-Info Event Expires From
Identity In-Reply-To Info-Package Max-Forwards MIME-Version Min-Expires Min-SE Organization
P-Asserted-Identity P-Preferred-Identity Path Priority Privacy Proxy-Authenticate
Proxy-Authorization Proxy-Require RAck Reason Record-Route Recv-Info Refer-To Referred-By
Reject-Contact Remote-Party-ID Replaces Reply-To Request-Disposition Require Retry-After Route
RSeq Server Service-Route Session-Expires SIP-ETag SIP-If-Match Subject Subscription-State
Supported Timestamp To Unsupported User-Agent Via Warning WWW-Authenticate
""".split()  # noqa: SIM905
_NAMES: Final = {name.lower(): name for name in _KNOWN} | COMPACT
# Spellings met on the wire, straight to the full name; never grows at run time.
SPELLINGS: Final = {name: name for name in _KNOWN} | _NAMES

# Headers whose grammar is a comma-separated list (RFC 3261 20, 25.1, and each extension's).
LISTS: Final = frozenset(
    """
    Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Call-Info
    Contact Content-Encoding Content-Language Diversion Error-Info In-Reply-To P-Asserted-Identity
    P-Preferred-Identity Path Proxy-Require Reason Record-Route Recv-Info Reject-Contact Require
    Route Service-Route Supported Unsupported Via Warning
    """.split()  # noqa: SIM905
)


def full_name(name: str) -> str:
    """The one spelling of a header's name: the registered one, or the words capitalised."""
    known = SPELLINGS.get(name) or _NAMES.get(name.lower())
    return known or "-".join(word.capitalize() for word in name.split("-"))


def split_commas(value: str) -> list[str]:
    """Splits at commas outside quotes and angle brackets; pieces are stripped, and empty
    ones left out."""
    if "," not in value:
        value = value.strip()
        return [value] if value else []
    if '"' not in value and "<" not in value:
        return [piece for part in value.split(",") if (piece := part.strip())]
    pieces: list[str] = []
    start = position = 0
    quoted = bracketed = False
    end = len(value)
    while position < end:
        char = value[position]
        if quoted:
            if char == "\\":
                position += 1
            elif char == '"':
                quoted = False
        elif char == '"':
            quoted = True
        elif char == "<":
            bracketed = True
        elif char == ">":
            bracketed = False
        elif char == "," and not bracketed:
            pieces.append(value[start:position].strip())
            start = position + 1
        position += 1
    pieces.append(value[start:].strip())
    return [piece for piece in pieces if piece]


class Headers(Struct, gc=False):
    """A message's headers. Names are given in any case or compact form."""

    lines: dict[str, str] = {}  # full name → its lines' values, joined by line feeds

    def get(self, name: str, default: str | None = None) -> str | None:
        """The value of a header's first line, as received (folds undone)."""
        value = self.lines.get(name)
        if value is None:
            value = self.lines.get(full_name(name))
            if value is None:
                return default
        return value.partition("\n")[0] if "\n" in value else value

    def get_all(self, name: str) -> list[str]:
        """Every value, in order; the lines of a list header are split at their commas."""
        name = full_name(name)
        value = self.lines.get(name)
        if value is None:
            return []
        lines = value.split("\n")
        if name not in LISTS:
            return lines
        return [piece for line in lines for piece in split_commas(line)]

    def get_lines(self, name: str) -> list[str]:
        """The value of each of the header's lines, unsplit."""
        value = self.lines.get(full_name(name))
        return [] if value is None else value.split("\n")

    def set(self, name: str, *values: str) -> None:
        """Replaces all lines of a header; without values removes it."""
        name = full_name(name)
        if values:
            self.lines[name] = "\n".join([_one_line(value) for value in values])
        else:
            self.lines.pop(name, None)

    def add(self, name: str, value: str) -> None:
        """Adds a line after the header's others."""
        name = full_name(name)
        before = self.lines.get(name)
        value = _one_line(value)
        self.lines[name] = value if before is None else f"{before}\n{value}"

    def prepend(self, name: str, value: str) -> None:
        """Adds a line before the header's others (a Via, a Record-Route)."""
        name = full_name(name)
        before = self.lines.get(name)
        value = _one_line(value)
        self.lines[name] = value if before is None else f"{value}\n{before}"

    def remove_first(self, name: str) -> str | None:
        """Takes away the first value (of a list header: only up to its first comma) and
        returns it; None if there's none."""
        name = full_name(name)
        values = self.get_all(name)
        if not values:
            return None
        self.set(name, *values[1:])
        return values[0]

    def copy(self) -> "Headers":
        """Headers of their own, equal to these."""
        return Headers(dict(self.lines))

    def items(self) -> Iterator[tuple[str, str]]:
        """Each line as (full name, value)."""
        for name, value in self.lines.items():
            for line in value.split("\n"):
                yield name, line

    def __contains__(self, name: str) -> bool:
        return name in self.lines or full_name(name) in self.lines


def _one_line(value: str) -> str:
    """A value with a line break in it would be a header of somebody else's making."""
    assert "\n" not in value, "a header's value is one line"
    assert "\r" not in value, "a header's value is one line"
    return value


class Request(Struct, gc=False):
    """A request. `uri` is the Request-URI as written."""

    method: str
    uri: str
    headers: Headers
    body: bytes = b""


class Response(Struct, gc=False):
    """A response."""

    status: int
    reason: str
    headers: Headers
    body: bytes = b""


Message = Request | Response


def encode(message: Message) -> bytes:
    """A message's bytes. Content-Length is always written, from the body."""
    if isinstance(message, Request):
        lines = [f"{message.method} {message.uri} {SIP_VERSION}"]
    else:
        lines = [f"{SIP_VERSION} {message.status} {message.reason}"]
    for name, value in message.headers.lines.items():
        if name == "Content-Length":
            continue
        if "\n" in value:
            value = value.replace("\n", f"\r\n{name}: ")
        lines.append(f"{name}: {value}")
    lines.append(f"Content-Length: {len(message.body)}\r\n\r\n")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + message.body
