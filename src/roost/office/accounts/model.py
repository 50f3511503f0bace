"""Where each client's month stands.

    frozen ─ the client confirms, or silence does ─→ confirmed ─ a second person ─→ issued
      ↑ └─ disputed: accepted or split off: `stale`, so it's frozen again │              │
      └──────────── frozen again: a new revision, to be confirmed anew ───┘              │
    issued ─ frozen again: a correction ─ a second person ─→ credit note or adjustment ──┘

Nothing sticks: a frozen statement has its `confirm_by`, a dispute blocks only until it's
settled or split off, and whatever is frozen can be frozen again. Drafts aren't kept here, only
their digests: a command brings the draft that it's about, and is held to it.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.actor import Actor
from roost.kernel.ids import ClientId, ContactId, Digest
from roost.kernel.time import InstantUs
from roost.office.accounts.documents import Fapiao
from roost.office.accounts.messages import DisputeId, ExclusionId, ForecastId, ItemId, StatementId

MOST_COUNTS: Final = 31 * 24 * 4  # numbers of one forecast: a month's quarters of an hour


class Stage(StrEnum):
    FROZEN = "frozen"
    CONFIRMED = "confirmed"
    ISSUED = "issued"


class OpenDispute(Struct):
    """`split`: what it's about is out of the statement for now; `items`: as these deductions."""

    lines: tuple[str, ...]
    contacts: tuple[ContactId, ...]
    split: bool = False
    items: tuple[ItemId, ...] = ()


class Correction(Struct, frozen=True, gc=False):
    """What an issued month would be now, and who says so."""

    digest: Digest
    frozen_by: str


class Account(Struct):
    """One month of one client. `lines`: what may be disputed. `stale`: what was settled isn't
    in the frozen draft; after issue: a correction is due. `digest`: of what's frozen, or was
    issued or corrected last."""

    stage: Stage
    revision: int
    digest: Digest
    lines: tuple[str, ...]
    frozen_by: str
    confirm_by: InstantUs
    silence: bool
    stale: bool = False
    disputes: dict[DisputeId, OpenDispute] = {}
    disputed: int = 0  # how many there ever were
    struck: set[ContactId] = set()
    number: str = ""
    day: str = ""
    correction: Correction | None = None

    def blocking(self) -> bool:
        """Whether somebody waits for an answer before it can go on."""
        return any(not one.split for one in self.disputes.values())


class Issued(Struct, gc=False):
    """A document that has a number."""

    statement: StatementId
    fapiao: tuple[Fapiao, ...] = ()


class Exclusion(Struct, gc=False):
    answered: bool = False


class Forecast(Struct, gc=False):
    locks_at: InstantUs
    locked: bool = False


class Item(Struct, frozen=True, gc=False):
    statement: StatementId


class Ledger(Struct):
    """The office's state. `places`: the last number of each series; `counters`: of each
    client's exclusions and items."""

    statements: dict[StatementId, Account] = {}
    places: dict[str, int] = {}
    documents: dict[str, Issued] = {}
    exclusions: dict[ExclusionId, Exclusion] = {}
    forecasts: dict[ForecastId, Forecast] = {}
    items: dict[ItemId, Item] = {}
    counters: dict[ClientId, int] = {}


def person_of(actor: Actor) -> str:
    """Who acts: an account, whether it's signed in or one of its tokens acts for it."""
    return actor.id.partition("/")[0]
