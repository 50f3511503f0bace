"""Which addresses a flow's request may reach.

A definition is written by people who needn't know this machine: what it names must not lead
to the machine's own services, its network's, or a cloud's metadata. So an address is resolved
first, each result is checked, and the connection goes to a checked one; a name that changes
its mind between the two gains nothing.
"""

import ipaddress
from collections.abc import Sequence
from typing import Final
from urllib.parse import SplitResult, urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS: Final = {"http": 80, "https": 443}
NAT64: Final = ipaddress.ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The address may not be asked; the message names the mend."""


def split(url: str) -> SplitResult:
    """Raises NotAllowed unless it's a plain http or https address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed(f"{url!r} is no web address") from None
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise NotAllowed(f"{url!r}: only http:// and https:// with a host can be asked")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed(f"{url!r}: no user or password in an address")
    return parts


def port_of(parts: SplitResult) -> int:
    return parts.port or PORTS[parts.scheme]


def permitted(address: str, private_networks: Sequence[Network]) -> bool:
    """Whether an address is public, or in a network that this machine's settings allow."""
    found = unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    if any(found in network for network in private_networks if network.version == found.version):
        return True
    return found.is_global and not found.is_multicast


def unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one (mapped, NAT64, 6to4), which is where it leads."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return inner
        if address in NAT64:
            return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address
