"""Questions about figures: sums of counts by queue, client, agent or code. Blocking.

What's asked for is bounded in time by whole quarters; the answers hold sums, of which
`office.measures` makes figures. They're asked within a purview (`ports.views`): of what's in it,
`owner` is one client's part.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import AgentId, ClientId, QueueId
from roost.kernel.time import InstantUs
from roost.office.measures.dictionary import By
from roost.office.measures.presence import Span


class Cut(Struct, frozen=True, gc=False):
    """Which part of what happened; what's None isn't asked about. `agents` are several, as a
    team is."""

    owner: ClientId | None = None
    queue: QueueId | None = None
    agents: tuple[AgentId, ...] | None = None
    code: str | None = None


class Sum(Struct, frozen=True, gc=False):
    """One row: its queue, client, agent or code, whose it is (None: the operator's), and the
    counts that aren't 0. `away`: an agent's time away by reason, in µs."""

    key: str
    client: ClientId | None
    counts: dict[str, int]
    away: dict[str, int] = {}


class Reports(Protocol):
    """A projection of the log, which follows behind it by a moment."""

    def sums(
        self, by: By, cut: Cut, bounds: Sequence[InstantUs], now: InstantUs
    ) -> list[list[Sum]]:
        """What happened between each two bounds (whole quarters), by key. An agent's state that
        goes on is counted up to `now`."""
        ...

    def offered(self, cut: Cut, since: InstantUs, until: InstantUs) -> dict[InstantUs, int]:
        """Contacts offered, by quarter: to the queue, or to the owner as a whole."""
        ...

    def first(self, cut: Cut) -> InstantUs | None:
        """The first quarter in which anything was offered; None: nothing yet."""
        ...

    def spans(
        self, agent: AgentId, since: InstantUs, until: InstantUs, now: InstantUs
    ) -> list[Span]:
        """An agent's states that touch this time, in order, not cut; the last one may go on
        (until None)."""
        ...
