"""An office for a small centre: power-grid has a contract with a seller, and it's forty days on."""

from pathlib import Path

from roost.adapters.clock.wall import CellClock
from roost.adapters.store.testing import MemoryStore
from roost.adapters.views import SettingsProjection
from roost.kernel.envelope import Envelope
from roost.kernel.ids import Owner, StreamName
from roost.kernel.time import DAY, InstantUs
from roost.office.accounts.documents import Document
from roost.office.contracts.messages import ContractAgreed
from roost.office.contracts.sellers import LegalEntity
from roost.processes.accounting import Accounting, accounting
from roost.processes.places import Places
from roost.web.testing import STREAM
from unit.billed import GRID, SELLER, line, simple

LATER = 40 * DAY
SETTINGS = StreamName("settings")
TERMS = simple(
    line("5.00"),
    since="2026-01-01",
    seller=SELLER,
    buyer=LegalEntity("Power Grid", country="CN"),
    tax="standard",
)


class Later:
    """The wall's clock, forty days on: the month of the calls is over."""

    def __init__(self) -> None:
        self._wall = CellClock()

    def now(self) -> InstantUs:
        return InstantUs(self._wall.now() + LATER)


def printed(document: Document, language: str) -> bytes:
    """Nobody reads it here; what's printed is a test of its own."""
    return f"%PDF {document.number} {language}".encode()


def office(store: MemoryStore, folder: Path) -> Accounting:
    """For SmallCentre. The contract is in the views as if settings had been followed."""
    projection = SettingsProjection(folder / "views.db", SETTINGS)
    agreed = ContractAgreed(owner=Owner(GRID), contract=TERMS)
    projection.apply(
        [
            Envelope(
                SETTINGS, 1, "contracts.ContractAgreed", 1, Owner(GRID), None, InstantUs(0),
                "setup:test", "apply", agreed,
            )
        ]
    )  # fmt: skip
    projection.close()
    return accounting(Places(folder), STREAM, store, Later(), printed)
