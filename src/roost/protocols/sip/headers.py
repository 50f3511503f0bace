"""Typed header values, read on demand (RFC 3261 20 and 25.1, and each extension's grammar).

Every `parse_…` takes one value and raises BadSyntax; every `encode_…` (or `str`) writes one.
Where phones are known to stray from the grammar without doubt about what they mean
(non-ASCII display names, odd parameter values), the value is read.
"""

import re
from typing import Final

from msgspec import Struct

from roost.protocols.sip.message import Headers, Message, split_commas
from roost.protocols.sip.uri import BadSyntax, Uri, parse_uri

MAX_CSEQ: Final = 2**31 - 1  # 8.1.1.5
MAX_DELTA_S: Final = 2**32 - 1  # 20.19; a greater Expires is read as this
MAX_PARAMS: Final = 64  # of one header value; more is nobody's honest message
COOKIE: Final = "z9hG4bK"  # 8.1.1.7: the branch is unique

TOKEN: Final = r"[A-Za-z0-9\-.!%*_+`'~]+"  # noqa: S105
_QUOTED: Final = r'"(?:[^"\\]|\\.)*"'
_PARAM_VALUE: Final = rf'{_QUOTED}|\[[0-9A-Fa-f:.]+\]|[^\s;,"<>]+'
_PARAM: Final = re.compile(rf"\s*;\s*({TOKEN})(?:\s*=\s*({_PARAM_VALUE}))?\s*", re.DOTALL)
_TAG: Final = re.compile(rf";tag=({TOKEN})")
_VIA: Final = re.compile(
    rf"\s*[Ss][Ii][Pp]\s*/\s*2\.0\s*/\s*({TOKEN})\s+"
    r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.\-]+)(?:\s*:\s*([0-9]{1,5}))?\s*((?:;.*)?)",
    re.DOTALL,
)
_QUOTED_NAME: Final = re.compile(rf"({_QUOTED})\s*", re.DOTALL)
# Tokens and blanks (25.1); characters beyond ASCII because phones send them.
_DISPLAY: Final = re.compile(r"(?:[A-Za-z0-9\-.!%*_+`'~\s]|[^\x00-\x7f])*")
# What nearly every From, To and Contact looks like, for checking without reading.
_PLAIN_ADDRESS: Final = re.compile(
    r"(?:\"[^\"\\]*\" *|[A-Za-z0-9 ]*)<sips?:(?:[A-Za-z0-9+_.\-]+@)?"
    r"[A-Za-z0-9]+(?:[.\-][A-Za-z0-9]+)*(?::[0-9]{1,4})?(?:;[a-z]+(?:=[A-Za-z0-9]+)?)?>"
    rf"(?:;tag={TOKEN})?"
)
_CSEQ: Final = re.compile(rf"\s*([0-9]+)\s+({TOKEN})\s*")
_RACK: Final = re.compile(rf"\s*([0-9]+)\s+([0-9]+)\s+({TOKEN})\s*")
_NUMBER: Final = re.compile(r"\s*([0-9]+)\s*")
_DELTA: Final = re.compile(r"\s*([0-9]+)\s*((?:;.*)?)", re.DOTALL)
_RETRY: Final = re.compile(r"\s*([0-9]{1,10})\s*(?:\(|;|$)")
_TOKEN: Final = re.compile(TOKEN)
_MEDIA_TYPE: Final = re.compile(rf"\s*({TOKEN})\s*/\s*({TOKEN})\s*((?:;.*)?)", re.DOTALL)
_CALL_ID: Final = re.compile(r"[^\s@]+(?:@[^\s@]+)?")
_AUTH_SCHEME: Final = re.compile(rf"\s*({TOKEN})\s+(\S.*)", re.DOTALL)
_AUTH_PARAM: Final = re.compile(rf"\s*({TOKEN})\s*=\s*({_QUOTED}|[^\s,\"]+)\s*(?:,|$)", re.DOTALL)
_QUOTED_PAIR: Final = re.compile(r"\\(.)", re.DOTALL)


class Via(Struct, frozen=True, gc=False):
    """One hop (20.42). Answers go to `received` and `rport` where they're set (RFC 3581)."""

    transport: str  # upper case
    host: str  # an IPv6 address with its brackets
    port: int | None
    params: tuple[tuple[str, str | None], ...] = ()

    def param(self, name: str) -> str | None:
        """A parameter's value; "" where it stands without one, None where it's absent."""
        return param_of(self.params, name)

    @property
    def branch(self) -> str:
        """The transaction's id; "" from an RFC 2543 peer without one."""
        return param_of(self.params, "branch") or ""

    @property
    def unique(self) -> bool:
        """Whether the branch is RFC 3261's: the cookie and something after it. Transactions
        of others are matched by the rules of RFC 2543 (17.2.3)."""
        branch = self.branch
        return branch.startswith(COOKIE) and len(branch) > len(COOKIE)

    @property
    def received(self) -> str | None:
        """An address, without the brackets that some put around IPv6 (RFC 5118 4.5)."""
        value = param_of(self.params, "received")
        return value[1:-1] if value and value.startswith("[") else value

    @property
    def rport(self) -> int | None:
        """The port that was filled in; None where there's none (or only the bare flag)."""
        value = param_of(self.params, "rport")
        return int(value) if value and value.isdecimal() and len(value) <= 5 else None

    @property
    def wants_rport(self) -> bool:
        return param_of(self.params, "rport") is not None

    @property
    def sent_by(self) -> str:
        """host[:port] in lower case, as transactions are matched by (17.2.3)."""
        host = self.host.lower()
        return host if self.port is None else f"{host}:{self.port}"


class NameAddr(Struct, frozen=True, gc=False):
    """An address with a display name and the header's parameters (20.10, 20.20, 20.34…)."""

    uri: Uri
    display: str = ""  # unquoted
    params: tuple[tuple[str, str | None], ...] = ()

    def param(self, name: str) -> str | None:
        """A parameter's value; "" where it stands without one, None where it's absent."""
        return param_of(self.params, name)

    @property
    def tag(self) -> str | None:
        return param_of(self.params, "tag") or None

    def with_param(self, name: str, value: str | None) -> "NameAddr":
        """The same address with a parameter set (or replaced)."""
        kept = tuple(pair for pair in self.params if pair[0] != name)
        return NameAddr(self.uri, self.display, (*kept, (name, value)))

    def __str__(self) -> str:
        return encode_address(self)


class CSeq(Struct, frozen=True, gc=False):
    number: int
    method: str


class RAck(Struct, frozen=True, gc=False):
    """RFC 3262 7.2: the provisional response that a PRACK acknowledges."""

    rseq: int
    cseq: int
    method: str


class SessionExpires(Struct, frozen=True, gc=False):
    """RFC 4028 4. `refresher` is "uac", "uas" or None where it's left open."""

    interval_s: int
    refresher: str | None = None


class Replaces(Struct, frozen=True, gc=False):
    """RFC 3891 6.1."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False


class ContentType(Struct, frozen=True, gc=False):
    kind: str  # "application/sdp", lower case
    params: tuple[tuple[str, str | None], ...] = ()


class AuthValue(Struct, frozen=True, gc=False):
    """A challenge or credentials: scheme in lower case, parameters unquoted, names in lower
    case (20.7, 20.44)."""

    scheme: str
    params: dict[str, str]


def param_of(params: tuple[tuple[str, str | None], ...], name: str) -> str | None:
    """A parameter's value; "" where it stands without one, None where it's absent."""
    for key, value in params:
        if key == name:
            return value or ""
    return None


def parse_params(text: str) -> tuple[tuple[str, str | None], ...]:
    """ ";a=1 ; b" as (("a", "1"), ("b", None)). Quoted values are unquoted; a name that comes
    twice is an error (7.3.1)."""
    if not text:
        return ()
    plain = _TAG.fullmatch(text)
    if plain is not None:
        return (("tag", plain[1]),)
    found: list[tuple[str, str | None]] = []
    position = 0
    end = len(text)
    while position < end:
        match = _PARAM.match(text, position)
        if match is None:
            raise BadSyntax("parameters")
        name, value = match.groups()
        name = name.lower()
        if value is not None and value[0] == '"':
            value = unquote(value)
        for other, _ in found:
            if other == name:
                raise BadSyntax(f"parameter {name} twice")
        found.append((name, value))
        position = match.end()
        if len(found) > MAX_PARAMS:
            raise BadSyntax("too many parameters")
    return tuple(found)


def encode_params(params: tuple[tuple[str, str | None], ...]) -> str:
    """Writes header parameters; a value that's no token is quoted."""
    return "".join(
        f";{name}"
        if value is None
        else f";{name}={value}"
        if _bare(value)
        else f";{name}={quote(value)}"
        for name, value in params
    )


_BARE: Final = re.compile(rf"{TOKEN}|\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9\-.!%*_+`'~:@/\[\]]+")


def _bare(value: str) -> bool:
    return _BARE.fullmatch(value) is not None


def unquote(text: str) -> str:
    """A quoted string without its quotes and quoted pairs."""
    inner = text[1:-1]
    return _QUOTED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


def quote(text: str) -> str:
    """Any text as a quoted string. Line breaks can't be quoted and become spaces."""
    text = text.replace("\r", " ").replace("\n", " ").replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def parse_via(value: str) -> Via:
    """One Via value (split lists first: `headers.get_all("Via")`)."""
    match = _VIA.fullmatch(value)
    if match is None:
        raise BadSyntax("Via")
    transport, host, port, params = match.groups()
    number = int(port) if port else None
    if number is not None and number > 65_535:
        raise BadSyntax("Via: port out of range")
    return Via(transport.upper(), host, number, parse_params(params))


def encode_via(via: Via) -> str:
    port = "" if via.port is None else f":{via.port}"
    params = "".join(
        f";{name}" if value is None else f";{name}={value}" for name, value in via.params
    )
    return f"SIP/2.0/{via.transport} {via.host}{port}{params}"


def top_via(message: Message) -> Via:
    """The topmost Via; raises BadSyntax if there's none."""
    value = message.headers.get("Via")
    if value is None:
        raise BadSyntax("Via missing")
    if "," in value:
        value = split_commas(value)[0] if value.strip(" \t,") else value
    return parse_via(value)


def stamp_via(headers: Headers, host: str, port: int) -> None:
    """Notes in a request's topmost Via where it really came from: `received` where that
    differs from sent-by (18.2.1), and the port where `rport` asks for it (RFC 3581 4)."""
    values = headers.get_all("Via")
    via = parse_via(values[0])
    address = via.host[1:-1] if via.host.startswith("[") else via.host
    params = tuple(pair for pair in via.params if pair[0] != "received" and pair[0] != "rport")
    if via.wants_rport:
        params = (*params, ("received", host), ("rport", str(port)))
    elif address != host:
        params = (*params, ("received", host))
    elif len(params) == len(via.params):
        return
    values[0] = encode_via(Via(via.transport, via.host, via.port, params))
    headers.set("Via", *values)


def parse_address(value: str) -> NameAddr:
    """From, To, a Contact, Route, Refer-To, P-Asserted-Identity…

    Without angle brackets parameters belong to the header, and a URI with a question mark or
    a comma is an error (20)."""
    value = value.strip()
    if value[:1] == '"':
        match = _QUOTED_NAME.match(value)
        if match is None:
            raise BadSyntax("display name")
        display, start = unquote(match[1]), match.end()
        if value[start : start + 1] != "<":
            raise BadSyntax("angle brackets missing")
    else:
        start = value.find("<")
        if start < 0:
            return _bare_address(value)
        display = value[:start].rstrip()
        if display and _DISPLAY.fullmatch(display) is None:
            raise BadSyntax("display name")
    end = value.find(">", start)
    if end < 0:
        raise BadSyntax("angle brackets missing")
    return NameAddr(parse_uri(value[start + 1 : end]), display, parse_params(value[end + 1 :]))


def _bare_address(value: str) -> NameAddr:
    uri, semicolon, rest = value.partition(";")
    uri = uri.rstrip()
    if "?" in uri or "," in uri:
        raise BadSyntax("angle brackets missing")
    return NameAddr(parse_uri(uri), "", parse_params(semicolon + rest))


def check_address(value: str) -> None:
    """Raises BadSyntax where `parse_address` would, at a fraction of its cost."""
    if _PLAIN_ADDRESS.fullmatch(value) is None:
        parse_address(value)


def is_plain_address(value: str) -> bool:
    """Whether a value is surely an address with a sip or sips URI."""
    return _PLAIN_ADDRESS.fullmatch(value) is not None


def encode_address(address: NameAddr) -> str:
    """Always in angle brackets, so that no parameter changes sides."""
    display = f"{quote(address.display)} " if address.display else ""
    return f"{display}<{address.uri}>{encode_params(address.params)}"


def parse_contacts(headers: Headers) -> list[NameAddr] | None:
    """All Contacts; None for the single `*` that ends all registrations (10.2.2). Raises
    BadSyntax, also where `*` stands with others."""
    values = headers.get_all("Contact")
    if values == ["*"]:
        return None
    return [parse_address(value) for value in values]


def parse_routes(headers: Headers, name: str = "Route") -> list[NameAddr]:
    """All values of Route, Record-Route, Path or Service-Route; name-addr only (20.30)."""
    values = headers.get_all(name)
    if any("<" not in value for value in values):
        raise BadSyntax("angle brackets missing")
    return [parse_address(value) for value in values]


def parse_cseq(value: str) -> CSeq:
    match = _CSEQ.fullmatch(value)
    if match is None:
        raise BadSyntax("CSeq")
    number = _bounded(match[1])
    if number > MAX_CSEQ:
        raise BadSyntax("CSeq")
    return CSeq(number, match[2])


def parse_rack(value: str) -> RAck:
    match = _RACK.fullmatch(value)
    if match is None:
        raise BadSyntax("RAck")
    return RAck(_bounded(match[1]), _bounded(match[2]), match[3])


def _bounded(digits: str) -> int:
    """A number of any length; beyond MAX_DELTA_S it's that."""
    digits = digits.lstrip("0")
    return MAX_DELTA_S if len(digits) > 10 else min(int(digits or "0"), MAX_DELTA_S)


def parse_number(value: str, name: str) -> int:
    """A plain number: Max-Forwards, Expires, Min-Expires, RSeq; a greater one than
    MAX_DELTA_S is that. Raises BadSyntax."""
    match = _NUMBER.fullmatch(value)
    if match is None:
        raise BadSyntax(name)
    return _bounded(match[1])


def expires_s(value: str | None) -> int | None:
    """Expires or a Contact's `expires`, in seconds. None where it's absent or isn't a number
    (10.3, 20.19: then the default holds); too great a number is the greatest."""
    if value is None:
        return None
    match = _NUMBER.fullmatch(value)
    return _bounded(match[1]) if match else None


def retry_after_s(headers: Headers) -> int | None:
    """Retry-After in seconds (20.33); None where it's absent or can't be read."""
    match = _RETRY.match(headers.get("Retry-After") or "")
    return int(match[1]) if match else None


def parse_session_expires(value: str) -> SessionExpires:
    match = _DELTA.fullmatch(value)
    if match is None:
        raise BadSyntax("Session-Expires")
    refresher = param_of(parse_params(match[2]), "refresher")
    refresher = refresher.lower() if refresher else None
    if refresher not in (None, "uac", "uas"):
        raise BadSyntax("Session-Expires: refresher")
    return SessionExpires(_bounded(match[1]), refresher)


def encode_session_expires(value: SessionExpires) -> str:
    who = f";refresher={value.refresher}" if value.refresher else ""
    return f"{value.interval_s}{who}"


def parse_min_se(value: str) -> int:
    """Min-SE in seconds (RFC 4028 5); parameters are ignored."""
    match = _DELTA.fullmatch(value)
    if match is None:
        raise BadSyntax("Min-SE")
    return _bounded(match[1])


def parse_replaces(value: str) -> Replaces:
    call_id, semicolon, rest = value.strip().partition(";")
    params = parse_params(semicolon + rest)
    to_tag, from_tag = param_of(params, "to-tag"), param_of(params, "from-tag")
    if not call_id.strip() or not to_tag or not from_tag:
        raise BadSyntax("Replaces")
    early = param_of(params, "early-only") is not None
    return Replaces(call_id.strip(), to_tag, from_tag, early)


def encode_replaces(value: Replaces) -> str:
    early = ";early-only" if value.early_only else ""
    return f"{value.call_id};to-tag={value.to_tag};from-tag={value.from_tag}{early}"


def tokens(headers: Headers, name: str) -> frozenset[str]:
    """Supported, Require, Allow…: the tokens of a list header. Option tags compare without
    case and come in lower case; methods (Allow) as they are."""
    values = headers.get_all(name)
    return frozenset(values if name == "Allow" else [value.lower() for value in values])


def privacy(headers: Headers) -> frozenset[str]:
    """Privacy's values in lower case (RFC 3323 4.2; separated by semicolons)."""
    value = headers.get("Privacy") or ""
    return frozenset(part.strip().lower() for part in re.split("[;,]", value) if part.strip())


def asserted_identity(headers: Headers) -> NameAddr | None:
    """The first P-Asserted-Identity that can be read (RFC 3325 9.1), preferring one with a
    number or user. Only a trusted trunk's may be believed."""
    for value in headers.get_all("P-Asserted-Identity"):
        try:
            return parse_address(value)
        except BadSyntax:
            continue
    return None


def parse_content_type(value: str) -> ContentType:
    match = _MEDIA_TYPE.fullmatch(value)
    if match is None:
        raise BadSyntax("Content-Type")
    return ContentType(f"{match[1]}/{match[2]}".lower(), parse_params(match[3]))


def is_call_id(value: str) -> bool:
    """25.1: a word, or two joined by @ (read leniently: no blanks within)."""
    return _CALL_ID.fullmatch(value.strip()) is not None


def is_token(value: str) -> bool:
    return _TOKEN.fullmatch(value) is not None


def parse_auth(value: str) -> AuthValue:
    """WWW-Authenticate, Proxy-Authenticate, Authorization, Proxy-Authorization: one line holds
    one challenge or one set of credentials (20.7). Raises BadSyntax."""
    head = _AUTH_SCHEME.fullmatch(value)
    if head is None:
        raise BadSyntax("authentication")
    text = head[2]
    params: dict[str, str] = {}
    position = 0
    while position < len(text):
        match = _AUTH_PARAM.match(text, position)
        if match is None:
            raise BadSyntax("authentication: parameters")
        name = match[1].lower()
        if name in params:
            raise BadSyntax(f"authentication: {name} twice")
        params[name] = unquote(match[2]) if match[2][0] == '"' else match[2]
        position = match.end()
    return AuthValue(head[1].lower(), params)
