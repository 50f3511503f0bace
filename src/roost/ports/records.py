"""Questions about what has happened: contacts, their records, the money. Blocking.

A contact is named to the outside by its client and that client's own count (`power-grid`,
17), never by its id in the cell, which would tell a client how much the others ring. They're
asked within a purview (`ports.views`): whatever lies outside is not there at all. An `owner`
narrows that to one client's; None: all that's there.
"""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from roost.floor.effects import TrackPurpose
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    LegId,
    QueueId,
    SegmentId,
    TaskId,
    VaultId,
)
from roost.kernel.money import Money
from roost.kernel.time import DurationUs, InstantUs
from roost.office.records.chapters import Chapter


class Counted(Struct, frozen=True, gc=False):
    """The contacts that counts are made of: those with a fact that one of `terms` takes (and
    none that begins with a minus), in this span of whole quarters. `queue` None: of visits,
    contacts as a whole."""

    terms: tuple[str, ...]
    since: InstantUs
    until: InstantUs
    queue: QueueId | None = None
    agents: tuple[AgentId, ...] | None = None
    code: str | None = None


class ContactFilter(Struct, frozen=True, gc=False):
    """Which contacts; what's None isn't asked about. `since` and `until` bound the arrival,
    `until` excluded."""

    owner: ClientId | None = None
    since: InstantUs | None = None
    until: InstantUs | None = None
    queue: QueueId | None = None
    agent: AgentId | None = None
    outcome: Outcome | None = None
    reason: str | None = None  # the label chosen in the flow's menu
    code: str | None = None  # the wrap-up code of any segment
    task: TaskId | None = None  # about which it is, or which the call was for
    recorded: bool | None = None
    counted: Counted | None = None
    message: bool | None = None  # a voicemail was left
    number: str | None = None  # the number that was called
    person: str | None = None  # as the owner's index knows the caller (`ports.persons`)
    same_as: tuple[ClientId, int] | None = None  # the same caller as this contact's
    ended_by: Blame | None = None
    ended_why: Reason | None = None
    least_wait_us: DurationUs | None = None
    least_talk_us: DurationUs | None = None
    clients: frozenset[ClientId] | None = None  # of these alone, beside `owner`


class Place(Struct, frozen=True, gc=False):
    """A place in the list of contacts, newest first: by arrival, then client and count."""

    arrived: InstantUs
    client: ClientId
    count: int


class ContactSummary(Struct, frozen=True, gc=False):
    """One contact as a line of a list. Times that didn't come to pass are None."""

    contact: ContactId
    client: ClientId
    count: int
    number: str  # the number that was called
    caller: VaultId | None
    arrived: InstantUs
    ended: InstantUs | None
    queue: QueueId | None  # the last one
    outcome: Outcome | None
    reason: str
    agents: tuple[AgentId, ...]
    waited_us: DurationUs
    talk_us: DurationUs
    codes: tuple[str, ...]
    ended_by: Blame | None
    ended_why: Reason | None
    recordings: int
    message: bool  # a voicemail was left
    earned: Money | None
    outbound: bool = False  # an agent called
    tasks: tuple[TaskId, ...] = ()  # what was to be done about it, or what the call was for


class LegRecord(Struct, frozen=True, gc=False):
    leg: LegId
    agent: AgentId | None  # None: the caller's leg
    started: InstantUs
    connected: InstantUs | None
    ended: InstantUs | None
    blame: Blame | None
    reason: Reason | None
    received: int = 0
    sent: int = 0
    lost: int = 0
    jitter_us: DurationUs = DurationUs(0)
    far_lost: int = 0  # of what was sent, by the far end's reports
    round_trip_us: DurationUs | None = None  # None: no report told it
    mos_in: float | None = None  # how it sounded here, by ITU-T G.107
    mos_out: float | None = None  # how we sounded there


class SegmentRecord(Struct, frozen=True, gc=False):
    segment: SegmentId
    agent: AgentId
    queue: QueueId
    started: InstantUs
    closed: InstantUs | None
    rang_us: DurationUs
    talk_us: DurationUs
    hold_us: DurationUs
    wrap_up_us: DurationUs
    code: str
    note: VaultId | None


class TrackRecord(Struct, frozen=True, gc=False):
    """One leg's recording. `file` is the recordings adapter's name for it."""

    leg: LegId
    agent: AgentId | None
    purpose: TrackPurpose
    file: str
    started: InstantUs
    length_us: DurationUs
    gap_us: DurationUs


class PricedLine(Struct, frozen=True, gc=False):
    """One line that this contact adds to its client's invoice, with the numbers of the events
    in the cell's stream that it comes from. Quantities and rates are exact decimals as text."""

    line: str
    name: str
    quantity: str
    unit: str
    rate: str
    amount: Money
    events: tuple[int, ...]


class Happening(Struct, frozen=True, gc=False):
    """One moment of a contact's history: a flow's step, a wait, an offer, a hold, an end.
    `what` is the event's type, `detail` its plain values by name."""

    at: InstantUs
    number: int
    what: str
    detail: dict[str, str]


class CallbackTry(Struct, frozen=True, gc=False):
    """A promised call: the contact that stood in the queue for it. `outcome`: "waiting", then
    "reached"; "again" when another one followed; or "missed"."""

    contact: ContactId
    count: int
    promised: InstantUs
    ended: InstantUs | None
    agents: tuple[AgentId, ...]
    outcome: str


class CallInTurn(Struct, frozen=True, gc=False):
    """A call that was promised in the contact `first`, and its tries, the oldest first."""

    first: ContactSummary | None
    tries: tuple[CallbackTry, ...]


class ContactRecord(Struct, frozen=True, gc=False):
    summary: ContactSummary
    legs: tuple[LegRecord, ...]
    segments: tuple[SegmentRecord, ...]
    tracks: tuple[TrackRecord, ...]
    lines: tuple[PricedLine, ...]
    history: tuple[Happening, ...]
    chapters: tuple[Chapter, ...]
    in_turn: CallInTurn | None = None  # what it promised, or was made for


class InvoiceLine(Struct, frozen=True, gc=False):
    """`line` names it for `explain`. The quantity is rounded for reading only. `kind` is a
    `LineKind` of the office, `clause` where in the contract it stands, `tax` its category."""

    line: str
    name: str
    quantity: str
    unit: str
    rate: str
    amount: Money
    kind: str = "usage"
    programme: str = ""
    clause: str = ""
    tax: str = ""


class InvoiceTax(Struct, frozen=True, gc=False):
    """The tax of one category, `rate` in a hundred."""

    category: str
    rate: str
    net: Money
    tax: Money


class InvoiceDraft(Struct, frozen=True, gc=False):
    """What a client would be billed for a period (`2026-11`, the month in the contract's
    zone) if it closed at `until`. `total` is net of tax, `gross` with it: null where the contract
    names no seller. `damages` are untaxed and a document of their own."""

    client: ClientId
    period: str
    since: InstantUs
    until: InstantUs
    lines: tuple[InvoiceLine, ...]
    total: Money
    contract: str  # the contract's version
    taxes: tuple[InvoiceTax, ...] = ()
    gross: Money | None = None
    damages: tuple[InvoiceLine, ...] = ()


class Working(Struct, frozen=True, gc=False):
    """One part of a line: what was measured, where, and what it comes to, before rounding."""

    contact: ContactId | None  # None: the line isn't made of contacts (a monthly minimum)
    client: ClientId
    count: int | None
    at: InstantUs
    quantity: str
    amount: str
    rule: str
    events: tuple[int, ...]


class PersonsForgotten(Protocol):
    """What the projection knows of who called. Blocking."""

    def forget(self, client: ClientId, person: str) -> int:
        """The contacts of this person are nobody's: how many."""
        ...

    def known_as(self, client: ClientId, count: int, person: str | None) -> None:
        """This contact is that person's."""
        ...


class Records(Protocol):
    """A projection of the log, which follows behind it by a moment."""

    def position(self) -> int:
        """The number of the cell's last event that the answers take into account."""
        ...

    def contacts(
        self, which: ContactFilter, after: Place | None, limit: int
    ) -> list[ContactSummary]:
        """Newest first, from the place on (excluded)."""
        ...

    def contact(self, client: ClientId, count: int) -> ContactRecord | None: ...

    def times_counted(
        self, counted: Counted, wanted: Sequence[ContactId], /
    ) -> dict[ContactId, int]:
        """How often each of these contacts is counted: once, but for one that an agent, say,
        handled twice."""
        ...

    def counts(self, contacts: Sequence[ContactId], /) -> dict[ContactId, int]:
        """The clients' own counts of these contacts; unknown ones are left out."""
        ...

    def drafts(self, owner: ClientId | None) -> list[InvoiceDraft]:
        """The drafts not yet issued, by client and period."""
        ...

    def draft(self, client: ClientId, period: str) -> InvoiceDraft | None: ...

    def explain(
        self, client: ClientId, period: str, line: str, after: int, limit: int
    ) -> list[Working] | None:
        """The parts of a line from the `after`-th on; None when there's no such line."""
        ...

    def earned(self, since: InstantUs, until: InstantUs) -> list[tuple[ClientId, Money]]:
        """What contacts that ended in this span have earned, by client."""
        ...
