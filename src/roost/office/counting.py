"""From records to facts: what the measures' counts make of a contact.

A record's facts are a function of the record alone. Whoever keeps sums adds the difference
between a record's facts before and after an event: so sums are the same whatever the batches,
and what comes late (a wrap-up that ends an hour later, a code that's put right) goes where the
time rule says.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Final

from roost.floor.agents.messages import (
    OfferEnded,
    OfferTaken,
    SegmentClosed,
    SegmentCompleted,
)
from roost.floor.calls.messages import (
    CallArrived,
    CallbackClosed,
    CallbackPromised,
    CallMade,
    ContactEnded,
    TrackEnded,
    TrackLost,
    TransferCompleted,
)
from roost.floor.queues.messages import (
    ContactDequeued,
    ContactQueued,
    ContactTurnedAway,
    Outcome,
)
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ContactId
from roost.office.measures.counts import CellKey, add
from roost.office.measures.facts import Fact, Mark, What
from roost.office.measures.intervals import quarter_of
from roost.office.reactions import kind_of
from roost.office.records.fold import TOUCHING, fold
from roost.office.records.model import Record, Segment, Wait

Facts = tuple[Fact, ...]

CHANGING: Final = frozenset(
    {
        CallArrived,
        CallMade,
        CallbackPromised,
        CallbackClosed,
        ContactEnded,
        ContactQueued,
        ContactDequeued,
        ContactTurnedAway,
        OfferTaken,
        OfferEnded,
        SegmentClosed,
        SegmentCompleted,
        TrackEnded,
        TrackLost,
        TransferCompleted,
    }
)
"""The events that change a record's facts; of the others the facts are as they were."""


def facts_of(record: Record) -> Facts:
    """All that counts can count of a contact so far."""
    beginning = () if record.outbound else (_arrival(record),)
    if record.callback:
        beginning = (_callback(record),)
    return (
        *beginning,
        *_visits(record),
        *_rings(record),
        *(_segment(record, one) for one in record.segments if one.closed is not None),
    )


def _arrival(record: Record) -> Fact:
    marks = (Mark.MESSAGE if record.message else 0) | (
        Mark.TURNED_AWAY if record.turned_away else 0
    )
    word = kind_of(record).value if record.finished else "open"
    return Fact(What.ARRIVAL, record.arrived, record.client, word, marks=marks)


def _callback(record: Record) -> Fact:
    """What became of a promised call, by the instant from which its customer waits."""
    first = next((wait for wait in record.waits if wait.callback), None)
    return Fact(
        What.CALLBACK,
        first.since if first else record.arrived,
        record.client,
        record.callback,
        queue=first.queue if first else "",
        waited_us=first.waited_us if first else 0,
    )


def _visits(record: Record) -> Iterator[Fact]:
    """One for each queue that the contact was in, and one for the contact as a whole."""
    by_queue: dict[str, list[Wait]] = {}
    own = [wait for wait in record.waits if not wait.callback]
    for wait in own:
        by_queue.setdefault(wait.queue, []).append(wait)
    for queue, waits in by_queue.items():
        yield _visit(record, queue, waits)
    if own:
        yield _visit(record, "", own)


def _visit(record: Record, queue: str, waits: list[Wait]) -> Fact:
    """Its waits up to the first answer; what comes after a talk (a transfer back) is no longer
    the same waiting."""
    counted = waits
    for at, wait in enumerate(waits):
        if wait.outcome is Outcome.ANSWERED and not wait.void:
            counted = waits[: at + 1]
            break
    last = counted[-1]
    waited = 0
    for wait, following in zip(counted, [*counted[1:], None], strict=True):
        if following is None or following.since != wait.since:
            waited += wait.waited_us  # else it came back to its place, and went on waiting
    marks = Mark.IN_TARGET if all(wait.in_target for wait in counted) else 0
    if last.outcome is Outcome.ABANDONED and last.short and last.since == counted[0].since:
        marks |= Mark.SHORT
    told, off_us = _told(counted)
    return Fact(
        What.VISIT,
        counted[0].since,
        record.client,
        "waiting" if last.outcome is None else last.outcome.value,
        queue=queue,
        marks=marks | told,
        waited_us=waited,
        off_us=off_us,
    )


def _told(waits: list[Wait]) -> tuple[int, int]:
    """The wait that the caller was told first against the one that was: marks, and by how much it
    was off. Who gave up sooner tells nothing of it; who gave up later, that it was too short."""
    told = next((wait.told for wait in waits if wait.told is not None), None)
    last = waits[-1]
    if told is None or last.left is None:
        return 0, 0
    if last.outcome is Outcome.ANSWERED:
        kept = Mark.KEPT if last.left <= told else 0
        return Mark.TOLD | kept, abs(told - last.left)
    return (Mark.TOLD if last.outcome is Outcome.ABANDONED and last.left > told else 0), 0


def _rings(record: Record) -> Iterator[Fact]:
    for ring in record.rings:
        if ring.ended is not None:
            yield Fact(
                What.RING,
                ring.ended,
                record.client,
                ring.why,
                queue=ring.queue,
                agent=ring.agent,
                rang_us=ring.rang_us,
            )


def _segment(record: Record, segment: Segment) -> Fact:
    assert segment.closed is not None
    marks = Mark.HELD if segment.hold_us or segment.holds else 0
    if segment.transferred:
        marks |= Mark.BLIND if segment.transferred == "blind" else Mark.CONSULTED
    return Fact(
        What.SEGMENT,
        segment.closed,
        record.client,
        segment.kind.value,
        queue=segment.queue,
        agent=segment.agent,
        code=segment.code,
        marks=marks,
        talk_us=segment.talk_us,
        hold_us=segment.hold_us,
        wrap_up_us=segment.wrap_up_us,
        holds=len(segment.holds),
    )


def cell_of(fact: Fact) -> CellKey:
    """What a fact's counts are kept by."""
    return (quarter_of(fact.at), fact.client, fact.queue, fact.agent, fact.code)


def differences(before: Facts, after: Facts) -> Iterator[tuple[Fact, int]]:
    """The facts that are gone (-1) and those that are new (1)."""
    if before == after:
        return
    left = Counter(before)
    for fact in after:
        if left[fact] > 0:
            left[fact] -= 1
        else:
            yield fact, 1
    for fact, times in left.items():
        for _ in range(times):
            yield fact, -1


class Ledger:
    """Open contacts and their facts: each event gives the facts that it changed. A contact that
    is settled is forgotten."""

    def __init__(self, records: MutableMapping[ContactId, Record] | None = None) -> None:
        self.records: MutableMapping[ContactId, Record] = {} if records is None else records
        self._facts = {contact: facts_of(record) for contact, record in self.records.items()}

    def take(self, envelope: Envelope) -> Iterable[tuple[Fact, int]]:
        """Takes one event in."""
        if envelope.body.__class__ not in TOUCHING:
            return ()
        record = fold(self.records, envelope)
        if record is None or envelope.body.__class__ not in CHANGING:
            return ()
        before, after = self._facts.get(record.contact, ()), facts_of(record)
        self._facts[record.contact] = after
        if record.settled:
            del self.records[record.contact], self._facts[record.contact]
        return tuple(differences(before, after))


def sums_of(records: Iterable[Record]) -> Mapping[CellKey, dict[str, int]]:
    """The sums by cell of whole records: what any sequence of differences must come to."""
    cells: dict[CellKey, dict[str, int]] = {}
    for record in records:
        for fact in facts_of(record):
            add(cells.setdefault(cell_of(fact), {}), fact)
    return cells
