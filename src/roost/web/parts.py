"""What the API is built from: the adapters that a composition root hands in."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from msgspec import Struct

from roost.definitions.application import name_id
from roost.definitions.would_change import WouldChange
from roost.engine.bodies import Decoder
from roost.kernel.ids import OPERATOR, AgentId, StreamName
from roost.kernel.time import Zone
from roost.ports.accounts import Accounts
from roost.ports.alerts import AlertBook
from roost.ports.audit import Audit
from roost.ports.clock import Clock
from roost.ports.commands import Submit
from roost.ports.log import LogReader, Vault
from roost.ports.office import Office
from roost.ports.persons import Persons
from roost.ports.randomness import Randomness
from roost.ports.recordings import Recordings
from roost.ports.simulations import Simulations
from roost.ports.snapshots import Snapshots
from roost.ports.views import Views
from roost.privacy.persons import People
from roost.web.health import Check
from roost.web.looks import LooksInForce

UTC = Zone("UTC", "none", (-(2**62),), (0,))


class WebSettings(Struct, frozen=True):
    """`origins` are those that pages may be served from, as `https://desk.example`; when
    empty, a page's origin must be the request's own Host. `secure`: reached by https, so the
    cookie is `__Host-`; `own_certificate`: browsers have to ask the person, so they aren't told
    to insist on https (HSTS)."""

    origins: tuple[str, ...] = ()
    secure: bool = False
    own_certificate: bool = False
    zone: Zone = UTC  # whose midnight begins the day of the live figures
    version: str = "0.1.0"


@dataclass(frozen=True)
class Parts:
    """`log` and `vault` read the cell's stream; `decoder` knows its events. `people`
    is the settings stream's vault: names of agents. `snapshots` keeps where the live views
    stood; without it each start folds the whole log. `persons` is the index of callers; without
    it nobody is found by number. `office` takes a client's month from draft to credit.
    `would_change` is the dry run (definitions.would_change). `people_data` finds and erases what
    there is of a person. `key` is the centre's random key (at
    least 16 bytes), the same in every web process."""

    submit: Submit
    log: LogReader
    vault: Vault
    accounts: Accounts
    audit: Audit
    alerts: AlertBook
    views: Views
    recordings: Recordings
    simulations: Simulations
    would_change: Callable[[], WouldChange]
    clock: Clock
    randomness: Randomness
    decoder: Decoder
    key: bytes
    stream: StreamName
    settings: WebSettings
    checks: tuple[Check, ...] = ()
    people: Vault | None = None
    snapshots: Snapshots | None = None
    persons: Persons | None = None
    office: Office | None = None
    people_data: People | None = None

    @cached_property
    def looks(self) -> LooksInForce:
        """What clients, queues, codes and directories are called on a page."""
        return LooksInForce(self.log, self.people)

    def name_of(self, agent: AgentId) -> str | None:
        """An agent's name; None where it isn't known (any more). Blocking."""
        if self.people is None:
            return None
        value = self.people.reveal(OPERATOR, name_id(agent))
        return None if value is None else value.decode(errors="replace")
