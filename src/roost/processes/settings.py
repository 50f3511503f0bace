"""What this machine is told: `roost.toml` in the centre's folder, and the command's options.

Only this machine's matters stand here (addresses, ports, folders, trunks, bounds); what the
centre *is* stands in its definitions. Every key has a default that works on one machine
without a network; a key that isn't known, or a value out of its bounds, is refused with the
mend.
"""

import ipaddress
import re
import tomllib
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from roost.processes.places import Places

MAX_FILE: Final = 1 << 20
LOOPBACK: Final = "127.0.0.1"
HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}[A-Za-z0-9])?|[0-9A-Fa-f:.]{2,45}")


class BadSettings(Exception):
    """`roost.toml` or an option is wrong; the message names the place and the mend."""


class Network(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a service listens, and the address it gives to others (`advertise`, needed when
    `bind` is 0.0.0.0 or ::)."""

    bind: str = LOOPBACK
    advertise: str = ""

    def advertised(self) -> str:
        return self.advertise or self.bind


class Sip(Network, frozen=True, forbid_unknown_fields=True):
    port: int = 5060
    realm: str = "roost"


class Http(Network, frozen=True, forbid_unknown_fields=True):
    """`tls`: "auto" is https with a certificate of our own on any address but the loopback's,
    unless a proxy in front speaks it (`secure`); "given" is `certificate` and `key`, two files
    in PEM, relative to the centre's folder. For a proxy, `origins` is where pages come from, and
    `trusted_proxies` whose word is taken for the address that a request came from."""

    port: int = 8080
    tls: Literal["auto", "off", "own", "given"] = "auto"
    certificate: str = ""
    key: str = ""
    origins: tuple[str, ...] = ()
    secure: bool = False
    trusted_proxies: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        """Whether only this machine reaches it."""
        return ipaddress.ip_address(self.bind).is_loopback

    @property
    def speaks_tls(self) -> bool:
        """Whether we speak https ourselves."""
        if self.tls == "auto":
            return not self.local and not self.secure
        return self.tls != "off"

    @property
    def url(self) -> str:
        """Where it's reached without a proxy."""
        host = self.advertised()
        host = f"[{host}]" if ":" in host else host
        return f"{'https' if self.speaks_tls else 'http'}://{host}:{self.port}"


class MediaPorts(Network, frozen=True, forbid_unknown_fields=True):
    """RTP ports, both ends included; a leg takes two (RTP and RTCP)."""

    processes: Literal[1] = 1
    first_port: int = 20_000
    last_port: int = 29_999
    silence_s: float = 30.0  # no packet of a leg for so long: we ask whether it's there


class EdgePort(Network, frozen=True, forbid_unknown_fields=True):
    """Where browsers' audio comes in: one UDP port for all of them. 0: any free one, which
    stays the same while the centre runs; give one where a firewall has to know it. Without a
    `bind` it's where pages come from."""

    bind: str = ""
    port: int = 0


class WayOut(Struct, frozen=True, forbid_unknown_fields=True):
    """How calls go out by a trunk. `proxy` is an address or a name, with its port where it isn't
    5060. `username` is for the trunk's challenges: the password stands in `secrets.toml` under
    `[calling_out]`; one is made up until you write the carrier's there."""

    proxy: str
    transport: Literal["UDP", "TCP"] = "UDP"
    order: int = 1
    domain: str = ""
    caller_id: Literal["shown", "hidden"] = "shown"
    username: str = ""

    def address(self) -> tuple[str, int]:
        """Host (without brackets) and port. Raises ValueError."""
        host, colon, port = self.proxy.rpartition(":")
        if not colon or "]" in port or (":" in host and not host.startswith("[")):
            host, port = self.proxy, "5060"
        host = host.removeprefix("[").removesuffix("]")
        if not host or not HOST.fullmatch(host) or not 0 < int(port) < 65_536:
            raise ValueError(self.proxy)
        return host, int(port)


class Trunk(Struct, frozen=True, forbid_unknown_fields=True):
    """A way in from outside, known by its addresses (single ones or networks).

    `username` makes it answer a digest challenge as well; its password is machine-made and
    lies in `secrets.toml` under `[trunks]`. `trusted` believes its P-Asserted-Identity, and
    tells it ours. With `out`, calls go out by it."""

    addresses: tuple[str, ...]
    law: Literal["PCMA", "PCMU"] = "PCMA"
    username: str = ""
    trusted: bool = True
    out: WayOut | None = None


class Outside(Struct, frozen=True, forbid_unknown_fields=True):
    """What a flow's web calls may reach. Private addresses only when a network here allows
    them: else a definition could read this machine's own services."""

    private_networks: tuple[str, ...] = ()
    most_at_once: int = 64
    most_bytes: int = 65_536


class Speech(Struct, frozen=True, forbid_unknown_fields=True):
    engine: Literal["espeak-ng"] = "espeak-ng"
    words_per_minute: int = 165


class Bounds(Struct, frozen=True, forbid_unknown_fields=True):
    most_calls: int = 1_000  # standing calls; at 80 % new ones are answered 503
    drain_s: float = 60.0  # a stop waits so long for calls to end by themselves
    snapshot_every: int = 50_000  # events


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """All of `roost.toml`."""

    data: str = ".roost"  # relative to the centre's folder
    master_key: str = ""  # a file, relative to the centre's folder; empty: beside the data folder
    store: str = ""  # postgresql://LOGIN@HOST/DATABASE; empty: SQLite, in `data`
    cell: str = "cell-1"  # the name of the cell's stream
    sip: Sip = Sip()
    http: Http = Http()
    media: MediaPorts = MediaPorts()
    edge: EdgePort = EdgePort()
    speech: Speech = Speech()
    trunks: dict[str, Trunk] = msgspec.field(
        default_factory=lambda: {"local": Trunk(("127.0.0.1", "::1"))}
    )
    outside: Outside = Outside()
    bounds: Bounds = Bounds()


class Launch(Struct, frozen=True):
    """What the supervisor hands to its children as `run/launch.json`: nothing is read twice."""

    centre: str  # the folder of definitions
    data: str  # absolute
    settings: Settings
    master_key: str = ""  # absolute; empty: beside the data folder

    @property
    def places(self) -> Places:
        return Places(Path(self.data), self.master_key, self.settings.store)


def load(centre: Path) -> Settings:
    """The settings of a centre's folder; the defaults when it has no `roost.toml`."""
    path = centre / "roost.toml"
    if not path.exists():
        return Settings()
    if path.stat().st_size > MAX_FILE:
        raise BadSettings(f"{path}: larger than {MAX_FILE} bytes; this can't be a roost.toml.")
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        settings = msgspec.convert(raw, Settings, strict=True)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"{path}: not TOML: {error}. Mend the line it names.") from None
    except msgspec.ValidationError as error:
        raise BadSettings(
            f"{path}: {error}. Known keys: {', '.join(Settings.__struct_fields__)};"
            " docs/reference/settings.md shows each with its default."
        ) from None
    check(settings, str(path))
    return settings


def check(settings: Settings, where: str) -> None:
    """Raises BadSettings naming the first key that can't work."""
    for name, network in (("sip", settings.sip), ("http", settings.http)):
        _check_network(f"{where}: {name}", network)
        if not 0 < network.port < 65_536:
            raise BadSettings(f"{where}: {name}.port is {network.port}; give 1 to 65535.")
    _check_https(where, settings.http)
    _check_store(where, settings.store)
    for address in settings.http.trusted_proxies:
        _network(f"{where}: http.trusted_proxies", address)
    if settings.edge.bind:
        _check_network(f"{where}: edge", settings.edge)
    if not 0 <= settings.edge.port < 65_536:
        raise BadSettings(
            f"{where}: edge.port is {settings.edge.port}; give 1 to 65535, or 0 for any free one."
        )
    media = settings.media
    _check_network(f"{where}: media", media)
    if not 1024 <= media.first_port < media.last_port < 65_536:
        raise BadSettings(
            f"{where}: media.first_port {media.first_port} to last_port {media.last_port} is no"
            " range; give 1024 ≤ first < last ≤ 65535, two ports for each leg."
        )
    if not settings.trunks:
        raise BadSettings(f"{where}: trunks is empty: nobody could call; give [trunks.NAME].")
    for name, trunk in settings.trunks.items():
        for address in trunk.addresses:
            _network(f"{where}: trunks.{name}.addresses", address)
        _check_way_out(f"{where}: trunks.{name}.out", trunk.out)
    for address in settings.outside.private_networks:
        _network(f"{where}: outside.private_networks", address)
    if settings.bounds.most_calls < 1 or settings.bounds.drain_s < 0:
        raise BadSettings(f"{where}: bounds must be positive (most_calls ≥ 1, drain_s ≥ 0).")
    if not settings.cell.replace("-", "").isalnum() or settings.cell in {
        "office",
        "settings",
        "audit",
        "alerts",
    }:
        raise BadSettings(
            f"{where}: cell is {settings.cell!r}; give letters, digits and '-', other than"
            " office, settings, audit and alerts."
        )


def _check_store(where: str, url: str) -> None:
    if not url:
        return
    try:
        parts = make_url(url)
    except ArgumentError:
        parts = None
    if parts is None or parts.drivername != "postgresql" or not (parts.username and parts.database):
        raise BadSettings(
            f"{where}: store is {url!r}; give postgresql://LOGIN@HOST/DATABASE, or leave it out for"
            " SQLite in the data folder."
        )
    if parts.password is not None:
        raise BadSettings(
            f"{where}: store has a password in it, and this file may lie in git. Leave it out and"
            " write it in ~/.pgpass, or the file that PGPASSFILE names (mode 600)."
        )


def _check_https(where: str, http: Http) -> None:
    if (http.tls == "given") != bool(http.certificate and http.key):
        raise BadSettings(
            f"{where}: http.tls is {http.tls!r}; with http.certificate and http.key it must be"
            ' "given", and "given" needs both.'
        )
    if http.tls == "off" and not http.local and not http.secure:
        raise BadSettings(
            f"{where}: http.tls is off on {http.bind}: passwords would go in the clear, and"
            ' browsers give such pages no microphone. Leave it "auto", give a certificate, or set'
            " http.secure = true where a proxy in front speaks https."
        )


def _check_network(where: str, network: Network) -> None:
    for key, value in (("bind", network.bind), ("advertise", network.advertise)):
        if not value and key == "advertise":
            continue
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise BadSettings(
                f"{where}.{key} is {value!r}, no IP address; give one like 192.0.2.7."
            ) from None
    if ipaddress.ip_address(network.bind).is_unspecified and not network.advertise:
        raise BadSettings(
            f"{where}.bind listens everywhere, so others must be told where: set"
            f" {where.rsplit(' ', 1)[-1]}.advertise to this machine's address."
        )


def _check_way_out(where: str, way: WayOut | None) -> None:
    if way is None:
        return
    try:
        way.address()
    except ValueError:
        raise BadSettings(
            f"{where}.proxy is {way.proxy!r}; give an address or a name, and a port if it isn't"
            " 5060: sip.carrier.example:5060."
        ) from None
    if way.domain and not HOST.fullmatch(way.domain):
        raise BadSettings(f"{where}.domain is {way.domain!r}; give a name: carrier.example.")


def _network(where: str, address: str) -> None:
    try:
        ipaddress.ip_network(address, strict=False)
    except ValueError:
        raise BadSettings(
            f"{where}: {address!r} is no address or network; give one like 192.0.2.0/24."
        ) from None


def launch(
    centre: Path,
    data: Path | None = None,
    http_port: int | None = None,
    sip_port: int | None = None,
    media_ports: tuple[int, int] | None = None,
) -> Launch:
    """The settings in force: the folder's own, with the command's options over them."""
    settings = load(centre)
    if http_port is not None:
        settings = msgspec.structs.replace(
            settings, http=msgspec.structs.replace(settings.http, port=http_port)
        )
    if sip_port is not None:
        settings = msgspec.structs.replace(
            settings, sip=msgspec.structs.replace(settings.sip, port=sip_port)
        )
    if media_ports is not None:
        first, last = media_ports
        settings = msgspec.structs.replace(
            settings,
            media=msgspec.structs.replace(settings.media, first_port=first, last_port=last),
        )
    check(settings, "options")
    if not settings.edge.bind:
        http, edge = settings.http, settings.edge
        edge = msgspec.structs.replace(
            edge, bind=http.bind, advertise=edge.advertise or http.advertise
        )
        settings = msgspec.structs.replace(settings, edge=edge)
    folder = data if data is not None else centre / settings.data
    return Launch(
        str(centre.resolve()), str(folder.resolve()), settings, _master(centre, folder, settings)
    )


def _master(centre: Path, data: Path, settings: Settings) -> str:
    """Where the master key lies, when it's said. Raises BadSettings."""
    if not settings.master_key:
        return ""
    path = (centre / settings.master_key).resolve()
    if path.is_relative_to(data.resolve()):
        raise BadSettings(
            f"master_key is {path}, inside the data folder: whoever has one backup would have both."
            " Name a file outside, as ../centre.key or /etc/roost/master.key."
        )
    return str(path)


def read_launch(path: Path) -> Launch:
    return msgspec.json.decode(path.read_bytes(), type=Launch)
