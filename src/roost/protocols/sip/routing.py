"""Where messages go: answers by the top Via, requests in a dialog by its route set.

Sources: RFC 3261, 18.2 (responses), 12.2.1.1 and 16.12.1.2 (loose and strict routes);
RFC 3581 (rport).
"""

from typing import Final

from msgspec import Struct

from roost.protocols.sip.headers import Via
from roost.protocols.sip.message import Request
from roost.protocols.sip.uri import DEFAULT_PORT, BadSyntax, Uri, parse_uri

UDP: Final = "UDP"
TCP: Final = "TCP"


class Peer(Struct, frozen=True, gc=False):
    """The far end of a hop: an IP address without brackets, a port, and over TCP the
    connection that it came by (0: open one)."""

    transport: str
    host: str
    port: int
    connection: int = 0

    @property
    def reliable(self) -> bool:
        return self.transport != UDP


def answers_go(via: Via, source: Peer) -> Peer:
    """Where the answers to a request go (RFC 3261, 18.2.2; RFC 3581, 4)."""
    if source.reliable or via.wants_rport:
        return source
    return Peer(UDP, source.host, via.port or DEFAULT_PORT)


def behind_nat(via: Via, source: Peer) -> bool:
    """Whether a peer's own idea of its address isn't where its message came from: what it
    writes into its Contact can't be reached then."""
    host = via.host[1:-1] if via.host.startswith("[") else via.host
    return host != source.host or (via.port or DEFAULT_PORT) != source.port


def peer_of(uri: Uri, transport: str = "") -> Peer | None:
    """Where a SIP URI points; None unless it's an address we can send to. Names aren't looked
    up here: whoever has a name resolves it first."""
    if uri.scheme not in ("sip", "tel") or not uri.host:
        return None
    wanted = (uri.transport or transport or UDP).upper()
    return Peer(wanted, uri.param("maddr") or uri.address, uri.port or DEFAULT_PORT)


def uri_in(value: str) -> str:
    """The URI of a name-addr or addr-spec header value, without the header's parameters."""
    if "<" in value:
        inside = value[value.index("<") + 1 :]
        if value.lstrip().startswith('"'):
            # a quoted display name may hold a bracket of its own
            inside = _after_quotes(value).partition("<")[2]
        return inside.partition(">")[0].strip()
    return value.partition(";")[0].strip()


def tag_of(value: str) -> str:
    """The tag of a From or To value; empty if it has none."""
    rest = value.rpartition(">")[2] if "<" in value else value.partition(";")[2]
    for piece in rest.split(";"):
        name, _, text = piece.partition("=")
        if name.strip().lower() == "tag":
            return text.strip()
    return ""


def _after_quotes(value: str) -> str:
    position = value.index('"') + 1
    while position < len(value) and value[position] != '"':
        position += 2 if value[position] == "\\" else 1
    return value[position + 1 :]


def put_route(request: Request, route_set: list[str], target: str) -> None:
    """Fills in the Request-URI and Route of a request in a dialog (RFC 3261, 12.2.1.1)."""
    if not route_set:
        request.uri = target
        return
    if ";lr" in uri_in(route_set[0]).lower():
        request.uri = target
        request.headers.set("Route", *route_set)
    else:
        request.uri = uri_in(route_set[0])
        request.headers.set("Route", *route_set[1:], f"<{target}>")


def next_hop(request: Request, fallback: Peer) -> Peer:
    """Where a request goes: the first Route, else its Request-URI; the fallback where that is
    no plain address."""
    route = request.headers.get("Route")
    text = uri_in(request.headers.get_all("Route")[0]) if route else request.uri
    try:
        found = peer_of(parse_uri(text), fallback.transport)
    except BadSyntax:
        return fallback
    if found is None or not _is_address(found.host):
        return fallback
    if found.host == fallback.host and found.port == fallback.port:
        return fallback  # over the connection that stands
    return found


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
