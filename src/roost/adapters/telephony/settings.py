"""What telephony is told when it's made; nothing here is read from a file."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from msgspec import Struct, field

from roost.kernel.ids import ClientId, TrunkId
from roost.ports.media import Law
from roost.protocols.sip.digest import Secret
from roost.protocols.sip.routing import UDP

Address = IPv4Network | IPv6Network


class WayOut(Struct, frozen=True):
    """How calls go out by a trunk. `proxy` is an address or a name; `domain` stands in From, To
    and Request-URI, where it's another than those."""

    proxy: str
    port: int = 5060
    transport: str = UDP
    order: int = 1  # the smallest is tried first
    domain: str = ""
    hidden: bool = False  # our number isn't shown (RFC 3323)
    username: str = ""
    password: str = ""  # meets the trunk's challenges, with `username`


class TrunkSettings(Struct, frozen=True):
    """A way in from outside, known by its addresses. `secret` makes it answer a challenge as
    well; `trusted` believes its P-Asserted-Identity (RFC 3325)."""

    id: TrunkId
    addresses: tuple[str, ...]  # single ones or networks
    law: Law = Law.PCMA
    username: str = ""
    secret: Secret | None = None
    trusted: bool = True
    out: WayOut | None = None  # calls may go out by it


class CallerList(Struct, frozen=True):
    """Numbers that begin so are on the list `tag` of a client."""

    tag: str
    client: ClientId
    prefixes: tuple[str, ...]


class TelephonySettings(Struct, frozen=True):
    """`agents` holds each agent's SIP secret by user, `numbers` the client that owns each
    number. Both may change while calls go on: see `Telephony.configure`."""

    advertise: str  # the address that Contact and Via carry
    port: int
    realm: str
    key: bytes  # the centre's: every id on the wire is an HMAC under it
    trunks: tuple[TrunkSettings, ...]
    agents: dict[str, Secret] = field(default_factory=dict[str, Secret])
    numbers: dict[str, ClientId] = field(default_factory=dict[str, ClientId])
    lists: tuple[CallerList, ...] = ()
    law: Law = Law.PCMA  # first choice for an agent's phone whose caller isn't known
    most_calls: int = 1_000  # at 80 % new ones are answered 503
    session_s: int = 1_800  # RFC 4028; 0: no session timers of ours
    silent_s: float = 4.0  # a trunk that says nothing for so long: the next one is tried


class Trunks:
    """Finds a trunk by the address that a request came from, and those that call out."""

    def __init__(self, trunks: tuple[TrunkSettings, ...]) -> None:
        self._all = trunks
        self._networks: list[tuple[Address, TrunkSettings]] = [
            (ip_network(address, strict=False), trunk)
            for trunk in trunks
            for address in trunk.addresses
        ]
        # the most exact network first
        self._networks.sort(key=lambda pair: pair[0].prefixlen, reverse=True)
        self._known: dict[str, TrunkSettings | None] = {}

    def out(self, wanted: TrunkId) -> list[TrunkSettings]:
        """Those that call out, in their order; the wanted one (the one that the contact came by)
        before all others, if it does."""
        able = [trunk for trunk in self._all if trunk.out is not None]
        return sorted(
            able, key=lambda one: (one.id != wanted, one.out.order if one.out is not None else 0)
        )

    def named(self, trunk: TrunkId) -> TrunkSettings | None:
        return next((one for one in self._all if one.id == trunk), None)

    def of(self, host: str) -> TrunkSettings | None:
        """The trunk of an address; None for a stranger."""
        if host in self._known:
            return self._known[host]
        address = ip_address(host.partition("%")[0])
        found = next((trunk for network, trunk in self._networks if address in network), None)
        if len(self._known) > 4_096:
            self._known.clear()
        self._known[host] = found
        return found
