"""A client's months from draft to credit: what's asked of them, and how they stand.

Whoever reads names the owner that it's for: None is the operator, who sees across; what belongs
to another client isn't there at all. Blocking, thread-safe.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from roost.kernel.actor import Actor
from roost.kernel.ids import ClientId, CommandId, StreamName
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import DurationUs
from roost.office.accounts.messages import DisputeId, Verdict
from roost.office.accounts.views import DocumentView, StatementView
from roost.office.contracts.model import Contract
from roost.office.facts import Facts
from roost.ports.commands import Answer


class Exported(StrEnum):
    """What an export is for."""

    FAPIAO = "fapiao"  # a row a line, for the tax system
    JOURNAL = "journal"  # double entry, for accounting


class As(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


class Verified(Struct, frozen=True, gc=False):
    """One issued or frozen draft, computed again from what was known then. `differs`: the lines
    that came out differently, none where it's byte for byte the same."""

    statement: str
    revision: int
    number: str
    ok: bool
    digest: str
    differs: tuple[str, ...] = ()


class Statements(Protocol):
    """How they stand: a projection of the office's stream."""

    def statements(
        self, owner: ClientId | None, period: str | None, limit: int
    ) -> list[StatementView]:
        """The latest month first, then by client."""
        ...

    def statement(self, client: ClientId, period: str) -> StatementView | None: ...

    def document(self, number: str) -> DocumentView | None: ...

    def documents(
        self, owner: ClientId | None, since: str, until: str, limit: int
    ) -> list[DocumentView]:
        """Those of these days ("2026-12-01", both included), in the order they were issued."""
        ...

    def facts(self, client: ClientId) -> Facts:
        """What the office was told beside: exclusions, forecasts, one-off items."""
        ...

    def contract(self, client: ClientId) -> Contract | None:
        """As it's in force."""
        ...

    def position_of(self, stream: StreamName) -> int:
        """How far a stream has been taken into account."""
        ...


class Office(Protocol):
    """What's asked of them. The same id again is done once, and answered the same."""

    @property
    def statements(self) -> Statements: ...

    def give(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        """Any command that needs nothing but itself."""
        ...

    def freeze(self, client: ClientId, period: str, actor: Actor, id: CommandId) -> Answer:
        """The month's draft as it is now, by what its contract says of statements."""
        ...

    def dispute(
        self,
        client: ClientId,
        period: str,
        lines: tuple[str, ...],
        counts: tuple[int, ...],
        words: str,
        actor: Actor,
        id: CommandId,
    ) -> Answer:
        """Contacts by the client's own count."""
        ...

    def settle(
        self, dispute: DisputeId, verdict: Verdict, words: str, actor: Actor, id: CommandId
    ) -> Answer: ...

    def issue(self, client: ClientId, period: str, actor: Actor, id: CommandId) -> Answer:
        """The confirmed statement, or the correction that was frozen since."""
        ...

    def forecast(
        self,
        client: ClientId,
        period: str,
        programme: str,
        first_day: int,
        counts: tuple[int, ...],
        interval_us: DurationUs | None,
        actor: Actor,
        id: CommandId,
    ) -> Answer:
        """A month's, by whom and until when the contract says."""
        ...

    def pdf(self, number: str, language: str) -> bytes | None:
        """The document as it was kept; None where there's no such document."""
        ...

    def ubl(self, number: str) -> bytes | None:
        """The document as UBL 2.1."""
        ...

    def export(
        self, what: Exported, owner: ClientId | None, since: str, until: str, form: As
    ) -> bytes:
        """The documents of these days, both included, as a table."""
        ...

    def close(self) -> None: ...

    def words(self, client: ClientId, id: str) -> str:
        """What somebody said, from the vault; empty when it's gone."""
        ...
