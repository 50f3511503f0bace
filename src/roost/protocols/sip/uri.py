"""SIP, SIPS and tel URIs: parse, write, compare (RFC 3261 19.1, 25.1; RFC 3966).

A `Uri` keeps user, parameters and headers as they were written, escapes included, so that
writing it gives an equal URI; `username` is the user with its escapes undone. Comparing is
`equivalent`, not `==`: 19.1.4 makes some differences meaningless and equality not transitive.
"""

import re
from functools import lru_cache
from ipaddress import IPv6Address
from typing import Final

from msgspec import Struct

DEFAULT_PORT: Final = 5060
DEFAULT_TLS_PORT: Final = 5061
MAX_PORT: Final = 65_535
REMEMBERED_URIS: Final = 4_096
REMEMBERED_CHARS: Final = 128

_UNRESERVED: Final = r"A-Za-z0-9\-_.!~*'()"
_ESCAPED: Final = r"%[0-9A-Fa-f]{2}"
_USER: Final = rf"(?:[{_UNRESERVED}&=+$,;?/]|{_ESCAPED})+"
_PASSWORD: Final = rf"(?:[{_UNRESERVED}&=+$,]|{_ESCAPED})*"
_PARAMETER: Final = rf"(?:[{_UNRESERVED}\[\]/:&+$]|{_ESCAPED})+"
_HEADER: Final = rf"(?:[{_UNRESERVED}\[\]/?:+$]|{_ESCAPED})"
_HOST: Final = r"\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*[A-Za-z0-9_.])?"
_SIP_URI: Final = re.compile(
    rf"(?P<scheme>[Ss][Ii][Pp][Ss]?):(?:(?P<user>{_USER})(?::(?P<password>{_PASSWORD}))?@)?"
    rf"(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?"
    rf"(?P<params>(?:;{_PARAMETER}(?:={_PARAMETER})?)*)"
    rf"(?:\?(?P<headers>{_HEADER}+={_HEADER}*(?:&{_HEADER}+={_HEADER}*)*))?"
)
_TEL_URI: Final = re.compile(
    rf"[Tt][Ee][Ll]:(?P<number>\+?[0-9A-Fa-f*#().\-]+)"
    rf"(?P<params>(?:;{_PARAMETER}(?:={_PARAMETER})?)*)"
)
_OTHER_URI: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*):([^\x00-\x20\x7f-\U0010ffff<>\"]+)")
_ESCAPE: Final = re.compile(_ESCAPED)
_MUST_ESCAPE: Final = re.compile(rf"[^{_UNRESERVED}&=+$,;?/]")
_HEADER_ESCAPE: Final = re.compile(rf"[^{_UNRESERVED}]")
# 19.1.4: a URI that has one of these never equals one that hasn't, even at its default.
_ALWAYS_COMPARED: Final = ("user", "ttl", "method", "maddr", "transport")


class BadSyntax(ValueError):
    """A header's value or a URI doesn't follow its grammar. The words name what's wrong."""


class Uri(Struct, frozen=True, gc=False):
    """A URI. For `sip` and `sips` all fields have their meaning; for `tel` the number is in
    `user` and `host` is empty; of another scheme the opaque part is in `user`."""

    scheme: str  # lower case
    user: str | None  # escaped, as written
    host: str  # as written; an IPv6 address with its brackets
    port: int | None = None
    params: tuple[tuple[str, str | None], ...] = ()  # names in lower case, values as written
    headers: tuple[tuple[str, str], ...] = ()  # escaped, as written
    password: str | None = None

    @property
    def username(self) -> str:
        """The user with escapes undone; "" without a user."""
        return unescape(self.user) if self.user else ""

    @property
    def transport(self) -> str | None:
        """The transport parameter in lower case, or None."""
        found = self.param("transport")
        return found.lower() if found else None

    @property
    def address(self) -> str:
        """The host as a socket wants it: without the brackets of an IPv6 reference, and
        without the third colon that RFC 3261's grammar asks for (RFC 5118 4.10)."""
        if not self.host.startswith("["):
            return self.host
        return self.host[1:-1].replace(":::", "::")

    def param(self, name: str) -> str | None:
        """A parameter's value; "" where it stands without one, None where it's absent."""
        for key, value in self.params:
            if key == name:
                return value or ""
        return None

    def __str__(self) -> str:
        return encode_uri(self)


def unescape(text: str) -> str:
    """Undoes %HH; the bytes are read as UTF-8, and what isn't is kept by surrogate escapes."""
    if "%" not in text:
        return text
    raw = text.encode("utf-8", "surrogateescape")
    parts = re.split(rb"%([0-9A-Fa-f]{2})", raw)
    parts[1::2] = [bytes.fromhex(part.decode("ascii")) for part in parts[1::2]]
    return b"".join(parts).decode("utf-8", "surrogateescape")


def escape_user(text: str) -> str:
    """Writes any text as the user part of a URI."""

    def one(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))

    return _MUST_ESCAPE.sub(one, text)


def escape_header(text: str) -> str:
    """Writes any text as the value of a URI's header (`?Replaces=…`)."""

    def one(match: re.Match[str]) -> str:
        return "".join(f"%{byte:02X}" for byte in match[0].encode("utf-8", "surrogateescape"))

    return _HEADER_ESCAPE.sub(one, text)


def split_params(text: str) -> tuple[tuple[str, str | None], ...]:
    """ ";a=1;lr" as (("a", "1"), ("lr", None)); a name that comes twice is an error."""
    if not text:
        return ()
    found: list[tuple[str, str | None]] = []
    seen: set[str] = set()
    for piece in text[1:].split(";"):
        name, equals, value = piece.partition("=")
        name = name.lower()
        if name in seen:
            raise BadSyntax(f"parameter {name} twice")
        seen.add(name)
        found.append((name, value if equals else None))
    return tuple(found)


def parse_uri(text: str) -> Uri:
    """Reads a URI; raises BadSyntax. The same few URIs come in every message of a call, so
    short ones are remembered."""
    return _remembered(text) if len(text) <= REMEMBERED_CHARS else _parse_uri(text)


def _parse_uri(text: str) -> Uri:
    match = _SIP_URI.fullmatch(text)
    if match is not None:
        scheme, user, password, host, port, params, headers = match.groups()
        number = int(port) if port else None
        if number is not None and number > MAX_PORT:
            raise BadSyntax("port out of range")
        return Uri(
            scheme.lower(),
            user,
            host,
            number,
            split_params(params),
            _split_headers(headers) if headers else (),
            password,
        )
    match = _TEL_URI.fullmatch(text)
    if match is not None:
        return Uri("tel", match["number"], "", None, split_params(match["params"]))
    match = _OTHER_URI.fullmatch(text)
    if match is None or match[1].lower() in ("sip", "sips", "tel"):
        raise BadSyntax("not a URI")
    return Uri(match[1].lower(), match[2], "")


_remembered: Final = lru_cache(maxsize=REMEMBERED_URIS)(_parse_uri)


def _split_headers(text: str) -> tuple[tuple[str, str], ...]:
    pairs = (piece.partition("=") for piece in text.split("&"))
    return tuple((name, value) for name, _, value in pairs)


def encode_uri(uri: Uri) -> str:
    """Writes a URI. `parse_uri(encode_uri(u)) == u` for every u that was parsed."""
    params = "".join(
        f";{name}" if value is None else f";{name}={value}" for name, value in uri.params
    )
    if uri.scheme not in ("sip", "sips"):
        return f"{uri.scheme}:{uri.user or ''}{params}"
    user = uri.user if uri.password is None else f"{uri.user}:{uri.password}"
    at = "" if user is None else f"{user}@"
    port = "" if uri.port is None else f":{uri.port}"
    headers = "&".join(f"{name}={value}" for name, value in uri.headers)
    return f"{uri.scheme}:{at}{uri.host}{port}{params}{'?' if headers else ''}{headers}"


def sip_uri(
    user: str | None, host: str, port: int | None = None, transport: str | None = None
) -> Uri:
    """A sip URI from plain parts: the user is escaped, an IPv6 host gets its brackets, UDP
    (the default) isn't written."""
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    named = transport is not None and transport.lower() != "udp"
    return Uri(
        "sip",
        escape_user(user) if user is not None else None,
        host,
        port,
        (("transport", transport.lower()),) if named and transport else (),
    )


def _plain(text: str) -> str:
    """A canonical form: escapes of characters that need none undone, the others upper case."""
    if "%" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        char = chr(int(match[0][1:], 16))
        return (
            char if char.isascii() and (char.isalnum() or char in "-_.!~*'()") else match[0].upper()
        )

    return _ESCAPE.sub(one, text)


def equivalent(one: Uri, other: Uri) -> bool:
    """RFC 3261 19.1.4 for sip and sips; RFC 3966 5 for tel; the rest by their text."""
    if one.scheme != other.scheme:
        return False
    if one.scheme == "tel":
        return _tel_key(one) == _tel_key(other)
    if one.scheme not in ("sip", "sips"):
        return one.user == other.user
    return (
        _plain(one.user or "") == _plain(other.user or "")
        and (one.user is None) == (other.user is None)
        and one.password == other.password
        and _host_key(one.address) == _host_key(other.address)
        and one.port == other.port
        and _same_params(one, other)
        and _headers_key(one) == _headers_key(other)
    )


def _same_params(one: Uri, other: Uri) -> bool:
    first = {name: _plain(value or "").lower() for name, value in one.params}
    second = {name: _plain(value or "").lower() for name, value in other.params}
    if any(first[name] != second[name] for name in first.keys() & second.keys()):
        return False
    return all((name in first) == (name in second) for name in _ALWAYS_COMPARED)


def _headers_key(uri: Uri) -> list[tuple[str, str]]:
    return sorted((_plain(name).lower(), _plain(value)) for name, value in uri.headers)


def _host_key(host: str) -> str:
    """Hosts compare without case; IPv6 addresses in their canonical form."""
    if ":" not in host:
        return host.lower()
    try:
        return IPv6Address(host).compressed
    except ValueError:
        return host.lower()


def _tel_key(uri: Uri) -> tuple[str, dict[str, str]]:
    digits = re.sub(r"[().\-]", "", uri.user or "").lower()
    return digits, {name: (value or "").lower() for name, value in uri.params}
