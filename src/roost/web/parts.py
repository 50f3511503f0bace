"""What the API is built from: the adapters that a composition root hands in."""

from dataclasses import dataclass

from msgspec import Struct

from roost.engine.bodies import Decoder
from roost.kernel.ids import StreamName
from roost.kernel.time import Zone
from roost.ports.accounts import Accounts
from roost.ports.clock import Clock
from roost.ports.commands import Submit
from roost.ports.log import LogReader, Vault
from roost.ports.randomness import Randomness
from roost.ports.recordings import Recordings
from roost.ports.records import Records
from roost.web.health import Check

UTC = Zone("UTC", "none", (-(2**62),), (0,))


class WebSettings(Struct, frozen=True):
    """`origins` are those that pages may be served from, as `https://desk.example`; when
    empty, a page's origin must be the request's own Host. `secure`: reached by https, so the
    cookie is `__Host-`."""

    origins: tuple[str, ...] = ()
    secure: bool = False
    zone: Zone = UTC  # whose midnight begins the day of the live figures
    version: str = "0.1.0"


@dataclass(frozen=True)
class Parts:
    """`log` and `vault` read the cell's stream; `decoder` knows its events. `key` is the
    centre's random key (at least 16 bytes), the same in every web process."""

    submit: Submit
    log: LogReader
    vault: Vault
    accounts: Accounts
    records: Records
    recordings: Recordings
    clock: Clock
    randomness: Randomness
    decoder: Decoder
    key: bytes
    stream: StreamName
    settings: WebSettings
    checks: tuple[Check, ...] = ()
