"""What telephony is told when it's made; nothing here is read from a file."""

from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from msgspec import Struct, field

from roost.kernel.ids import ClientId, TrunkId
from roost.ports.media import Law
from roost.protocols.sip.digest import Secret

Address = IPv4Network | IPv6Network


class TrunkSettings(Struct, frozen=True):
    """A way in from outside, known by its addresses. `secret` makes it answer a challenge as
    well; `trusted` believes its P-Asserted-Identity (RFC 3325)."""

    id: TrunkId
    addresses: tuple[str, ...]  # single ones or networks
    law: Law = Law.PCMA
    username: str = ""
    secret: Secret | None = None
    trusted: bool = True


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


class Trunks:
    """Finds a trunk by the address that a request came from."""

    def __init__(self, trunks: tuple[TrunkSettings, ...]) -> None:
        self._networks: list[tuple[Address, TrunkSettings]] = [
            (ip_network(address, strict=False), trunk)
            for trunk in trunks
            for address in trunk.addresses
        ]
        # the most exact network first
        self._networks.sort(key=lambda pair: pair[0].prefixlen, reverse=True)
        self._known: dict[str, TrunkSettings | None] = {}

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
