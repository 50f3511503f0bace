"""Session descriptions: parse and write (RFC 8866; RFC 4566 reads the same).

Whatever isn't understood is kept, in its place: unknown attributes, bandwidth, keys. Values
are checked only as far as an answer depends on them.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import pairwise
from typing import Final

from msgspec import Struct

MAX_SDP_BYTES: Final = 16_384
MAX_LINES: Final = 512
MAX_MEDIA: Final = 16
CONTENT_TYPE: Final = "application/sdp"

_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_MEDIA: Final = re.compile(
    r"([A-Za-z0-9!#$%&'*+.^_`{|}~\-]+) ([0-9]{1,5})(?:/([0-9]{1,5}))? ([A-Za-z0-9/\-]+)((?: \S+)+)"
)
_SESSION_EXTRAS: Final = "iuepb"  # between s= and t=, with c= before b=


class BadSdp(ValueError):
    """Not a session description; the words name the line."""


class Attribute(Struct, frozen=True, gc=False):
    """`a=name` or `a=name:value`."""

    name: str
    value: str | None = None


class Origin(Struct, frozen=True, gc=False):
    """Who made the description; `version` grows with each change (RFC 3264 8)."""

    user: str
    session_id: str  # digits; kept as text, since peers write more than 64 bits
    version: str
    address_type: str  # "IP4" or "IP6"
    address: str


class Line(Struct, frozen=True, gc=False):
    """A line that's only kept: its letter and what stands behind the equals sign."""

    letter: str
    value: str


class Connection(Struct, frozen=True, gc=False):
    """`c=`: where media is to be sent."""

    address_type: str
    address: str  # an address or a host's name, without TTL and count


class MediaLine(Struct, frozen=True, gc=False):
    """One `m=` with the lines that belong to it. Port 0: refused, or given up."""

    kind: str  # "audio", "video"…
    port: int
    profile: str  # "RTP/AVP"
    formats: tuple[str, ...]
    attributes: tuple[Attribute, ...] = ()
    connection: Connection | None = None
    port_count: int = 1
    extras: tuple[Line, ...] = ()

    def values(self, name: str) -> list[str]:
        """The values of an attribute, in order; "" for one without a value."""
        return [one.value or "" for one in self.attributes if one.name == name]


class Session(Struct, frozen=True, gc=False):
    """A whole description."""

    origin: Origin
    media: tuple[MediaLine, ...] = ()
    connection: Connection | None = None
    attributes: tuple[Attribute, ...] = ()
    name: str = "-"
    timing: tuple[Line, ...] = (Line("t", "0 0"),)
    extras: tuple[Line, ...] = ()

    def values(self, name: str) -> list[str]:
        """The values of a session attribute, in order; "" for one without a value."""
        return [one.value or "" for one in self.attributes if one.name == name]

    def connection_of(self, media: MediaLine) -> Connection | None:
        """The media's own `c=`, else the session's."""
        return media.connection or self.connection


def address_type(host: str) -> str:
    """ "IP4" or "IP6" for an address; names count as IP4."""
    return "IP6" if ":" in host else "IP4"


@lru_cache(maxsize=1_024)
def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host's text is; None for a name or anything else."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def parse(data: bytes) -> Session:
    """Reads a description; raises BadSdp. Lines may end in LF alone (RFC 8866 5)."""
    if len(data) > MAX_SDP_BYTES:
        raise BadSdp("too large")
    lines = _lines(data.decode("utf-8", "surrogateescape"))
    starts = [index for index, (letter, _) in enumerate(lines) if letter == "m"]
    if len(starts) > MAX_MEDIA:
        raise BadSdp("too many m= lines")
    head = lines[: starts[0]] if starts else lines
    media = tuple(_media(lines[start:end]) for start, end in pairwise((*starts, len(lines))))
    session = _session(head, media)
    for one in session.media:
        if one.port and session.connection_of(one) is None:
            raise BadSdp("c= missing")
    return session


def _lines(text: str) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for line in text.split("\n"):
        line = line.removesuffix("\r")
        if not line:
            continue
        if len(line) < 2 or line[1] != "=" or not ("a" <= line[0] <= "z") or "\r" in line:
            raise BadSdp("line without a type")
        lines.append((line[0], line[2:]))
    if len(lines) > MAX_LINES:
        raise BadSdp("too many lines")
    return lines


def _session(lines: list[tuple[str, str]], media: tuple[MediaLine, ...]) -> Session:
    if not lines or lines[0] != ("v", "0"):
        raise BadSdp("v=0 missing")
    origin: Origin | None = None
    connection: Connection | None = None
    name = "-"
    timing: list[Line] = []
    extras: list[Line] = []
    attributes: list[Attribute] = []
    for letter, value in lines[1:]:
        match letter:
            case "o" if origin is None:
                origin = _origin(value)
            case "s":
                name = value or "-"
            case "c" if connection is None:
                connection = _connection(value)
            case "a":
                attributes.append(_attribute(value))
            case "t" | "r" | "z":
                timing.append(Line(letter, value))
            case "o" | "v":
                raise BadSdp(f"{letter}= twice")
            case _:
                extras.append(Line(letter, value))
    if origin is None:
        raise BadSdp("o= missing")
    return Session(
        origin,
        media,
        connection,
        tuple(attributes),
        name,
        tuple(timing) or (Line("t", "0 0"),),
        tuple(extras),
    )


def _media(lines: list[tuple[str, str]]) -> MediaLine:
    match = _MEDIA.fullmatch(lines[0][1].strip())
    if match is None or int(match[2]) > 65_535:
        raise BadSdp("m=")
    connection: Connection | None = None
    extras: list[Line] = []
    attributes: list[Attribute] = []
    for letter, value in lines[1:]:
        if letter == "a":
            attributes.append(_attribute(value))
        elif letter == "c" and connection is None:
            connection = _connection(value)
        elif letter in "vost":
            raise BadSdp(f"{letter}= after m=")
        else:
            extras.append(Line(letter, value))
    return MediaLine(
        match[1].lower(),
        int(match[2]),
        match[4].upper(),
        tuple(match[5].split()),
        tuple(attributes),
        connection,
        int(match[3] or 1),
        tuple(extras),
    )


def _attribute(value: str) -> Attribute:
    name, colon, rest = value.partition(":")
    return Attribute(name.strip(), rest.strip() if colon else None)


def _origin(value: str) -> Origin:
    parts = value.split()
    if len(parts) != 6 or parts[3].upper() != "IN":
        raise BadSdp("o=")
    user, session_id, version, _, kind, address = parts
    if _NUMBER.fullmatch(session_id) is None or _NUMBER.fullmatch(version) is None:
        raise BadSdp("o=")
    return Origin(user, session_id, version, kind.upper(), address)


def _connection(value: str) -> Connection:
    parts = value.split()
    if len(parts) != 3 or parts[0].upper() != "IN" or parts[1].upper() not in ("IP4", "IP6"):
        raise BadSdp("c=")
    return Connection(parts[1].upper(), parts[2].partition("/")[0])


def encode(session: Session) -> bytes:
    """Writes a description, its lines in the standard's order (RFC 8866 5)."""
    origin = session.origin
    before = [one for one in session.extras if one.letter != "b" and one.letter in _SESSION_EXTRAS]
    after = [one for one in session.extras if one.letter == "b"]
    rest = [one for one in session.extras if one.letter not in _SESSION_EXTRAS]
    ours = f"{origin.session_id} {origin.version} IN {origin.address_type} {origin.address}"
    lines = [
        "v=0",
        f"o={origin.user} {ours}",
        f"s={session.name}",
        *[f"{one.letter}={one.value}" for one in before],
        *_connection_lines(session.connection),
        *[f"{one.letter}={one.value}" for one in after],
        *[f"{one.letter}={one.value}" for one in session.timing],
        *[f"{one.letter}={one.value}" for one in rest],
        *[_attribute_line(one) for one in session.attributes],
    ]
    for media in session.media:
        port = f"{media.port}" if media.port_count == 1 else f"{media.port}/{media.port_count}"
        lines.append(f"m={media.kind} {port} {media.profile} {' '.join(media.formats)}")
        lines += [f"i={one.value}" for one in media.extras if one.letter == "i"]
        lines += _connection_lines(media.connection)
        lines += [f"{one.letter}={one.value}" for one in media.extras if one.letter != "i"]
        lines += [_attribute_line(one) for one in media.attributes]
    lines.append("")
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def _connection_lines(connection: Connection | None) -> list[str]:
    if connection is None:
        return []
    return [f"c=IN {connection.address_type} {connection.address}"]


def _attribute_line(one: Attribute) -> str:
    return f"a={one.name}" if one.value is None else f"a={one.name}:{one.value}"
