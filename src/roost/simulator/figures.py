"""What a simulated run came to: the office's own folds, kept only as long as they're needed."""

from roost.floor.agents.messages import OfferEnded, SegmentClosed
from roost.floor.calls.messages import CallbackClosed, ContactEnded, TrackEnded, TrackLost
from roost.floor.queues.messages import ContactDequeued
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId
from roost.kernel.money import Money
from roost.office import billing
from roost.office.contracts.measured import Measured
from roost.office.contracts.model import Contract
from roost.office.contracts.period import period_of
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.counting import Facts, facts_of
from roost.office.invoices.tally import Tally
from roost.office.reactions import measured_of
from roost.office.records.fold import TOUCHING, fold
from roost.office.records.model import Record
from roost.office.summary import Count, Summary

FINISHING = frozenset(
    {
        CallbackClosed,
        ContactDequeued,
        ContactEnded,
        OfferEnded,
        SegmentClosed,
        TrackEnded,
        TrackLost,
    }
)
"""Only after one of these can a record be settled that wasn't before."""


class Ledger:
    """An observer: folds records, prices them when they're finished, and forgets them. Nobody
    opens a figure of a run to its events: what only adds a number to a record is passed over."""

    def __init__(self, contracts: tuple[Contract, ...]) -> None:
        self.contracts = {contract.client: contract for contract in contracts}
        self.open: dict[ContactId, Record] = {}
        self.count = Count()
        self.tallies: dict[tuple[ClientId, str], Tally] = {}

    def __call__(self, envelope: Envelope) -> None:
        kind = type(envelope.body)
        if kind not in TOUCHING:
            return
        record = fold(self.open, envelope)
        if record is None or record.ended is None or kind not in FINISHING:
            return
        if record.settled and all(track.closed or track.lost for track in record.tracks):
            self.close(record)

    def close(self, record: Record) -> None:
        self.open.pop(record.contact, None)
        facts = facts_of(record)
        self.count.take(record, over=True, facts=facts)
        self.counted(facts)
        measured = measured_of(record)
        contract = self.contracts.get(record.client)
        if measured is None or contract is None:
            return
        parts = price(contract, measured)
        if not isinstance(parts, Unbilled):
            self.priced(contract, measured, parts)

    def counted(self, facts: Facts) -> None:
        """A finished contact's facts."""

    def priced(self, contract: Contract, measured: Measured, parts: tuple[Part, ...]) -> None:
        """What a finished contact adds to its contract's lines."""
        tally = self.tallies.setdefault(
            (measured.client, period_of(contract.zone, measured.at)), Tally()
        )
        for part in parts:
            tally.add((part.line, part.version), part.quantity)

    def summary(self) -> Summary:
        """The run's figures; what's still open by then is lost."""
        for record in list(self.open.values()):
            self.close(record)
        return self.count.summary()

    def earned(self) -> Money:
        """By all contracts (of one currency), each line of a month rounded once."""
        total = Money(next(iter(self.contracts.values())).currency, 0)
        for (client, _), tally in sorted(self.tallies.items()):
            total += billing.earned(self.contracts[client], tally)
        return total
