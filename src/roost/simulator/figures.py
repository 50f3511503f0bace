"""What a simulated run came to: the office's own folds, kept only as long as they're needed."""

from collections.abc import Callable
from typing import Final

from roost.floor.agents.messages import NoteDrafted, OfferEnded, SegmentClosed
from roost.floor.calls.messages import (
    CallAnswered,
    CallbackClosed,
    ContactEnded,
    LegConnected,
    LegDialled,
    LegEnded,
    LegQuality,
    TrackEnded,
    TrackLost,
    TrackStarted,
)
from roost.floor.effects import TrackPurpose
from roost.floor.flows.messages import FlowAdvanced, FlowRescued, FlowStarted
from roost.floor.queues.messages import ContactDequeued
from roost.floor.tasks.messages import TaskAdded
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId
from roost.kernel.messages import Event
from roost.kernel.money import Money
from roost.office import billing
from roost.office.books import key_of
from roost.office.contracts.measured import Measured
from roost.office.contracts.model import Contract
from roost.office.contracts.period import period_of
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.counting import Facts, facts_of
from roost.office.invoices.tally import Tally
from roost.office.reactions import measured_of
from roost.office.records.fold import TOUCHING, fold
from roost.office.records.model import Record
from roost.office.summary import lost

FINISHING: Final = frozenset(
    {CallbackClosed, ContactDequeued, ContactEnded, OfferEnded, SegmentClosed}
)
"""Only after one of these, and after a voicemail, can a record be settled that wasn't before."""
TRACKS: Final = frozenset({TrackStarted, TrackEnded, TrackLost})
READ_BY_NOBODY: Final[frozenset[type[Event]]] = frozenset(
    {
        CallAnswered,
        FlowAdvanced,
        FlowRescued,
        FlowStarted,
        LegConnected,
        LegDialled,
        LegEnded,
        LegQuality,
        NoteDrafted,
        TaskAdded,
    }
)
"""What these tell of a record, neither its facts nor its price nor its being lost depends on."""

Take = Callable[[Envelope], None]


class Ledger:
    """An observer: folds records, prices them when they're finished, and forgets them. Nobody
    opens a contact of a run, or a figure to its events: what only tells of those is passed over.
    `lost` contacts are our faults."""

    def __init__(self, contracts: tuple[Contract, ...]) -> None:
        self.contracts = {contract.client: contract for contract in contracts}
        self.plans = {contract.client: Plan(contract) for contract in contracts}
        self.open: dict[ContactId, Record] = {}
        self.lost = 0
        self.tallies: dict[tuple[ClientId, str], Tally] = {}

    def __call__(self, envelope: Envelope) -> None:
        take = self.takes(type(envelope.body))
        if take is not None:
            take(envelope)

    def takes(self, kind: type[Event]) -> Take | None:
        """What takes in events of this kind; None where there's nothing to take in."""
        if kind not in TOUCHING or kind in READ_BY_NOBODY:
            return None
        if kind in TRACKS:
            return self.message
        return self.finish if kind in FINISHING else self.touch

    def touch(self, envelope: Envelope) -> None:
        """What can't be the last that counts of a contact."""
        fold(self.open, envelope)

    def message(self, envelope: Envelope) -> None:
        """Of tracks only a message counts."""
        if envelope.body.purpose is TrackPurpose.VOICEMAIL:  # type: ignore[attr-defined]
            self.finish(envelope)

    def finish(self, envelope: Envelope) -> None:
        """What may be the last that counts."""
        record = fold(self.open, envelope)
        if record is not None and record.ended is not None and record.settled:
            self.close(record)

    def close(self, record: Record) -> None:
        """A contact is over."""
        self.open.pop(record.contact, None)
        self.lost += lost(record)
        facts = facts_of(record)
        self.counted(facts)
        measured = measured_of(record)
        contract = self.contracts.get(record.client)
        if measured is None or contract is None:
            return
        parts = price(self.plans[record.client], measured)
        if not isinstance(parts, Unbilled):
            self.priced(contract, measured, parts)

    def counted(self, facts: Facts) -> None:
        """A finished contact's facts."""

    def priced(self, contract: Contract, measured: Measured, parts: tuple[Part, ...]) -> None:
        """What a finished contact adds to its contract's lines."""
        for part in parts:
            month = (measured.client, period_of(contract.zone, part.at))
            self.tallies.setdefault(month, Tally()).add(key_of(part), part.quantity)

    def end_records(self) -> None:
        """Whatever goes on is over now: what's still open is lost."""
        for record in list(self.open.values()):
            self.close(record)

    def earned(self) -> Money:
        """By all contracts (of one currency), each line of a month rounded once."""
        total = Money(next(iter(self.contracts.values())).currency, 0)
        for (client, _), tally in sorted(self.tallies.items()):
            total += billing.earned(self.plans[client], tally)
        return total
