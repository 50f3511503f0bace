"""Events of the cell → records. A pure function of a contact's events in their order."""

from collections.abc import Callable, MutableMapping
from typing import Any, Final

from roost.floor.agents.messages import (
    AgentOffered,
    HoldMarked,
    NoteDrafted,
    OfferEnded,
    OfferTaken,
    SegmentClosed,
    SegmentCompleted,
    WrapUpStarted,
)
from roost.floor.calls.messages import (
    CallAnswered,
    CallArrived,
    CallbackClosed,
    CallbackPromised,
    CallMade,
    ContactEnded,
    LegConnected,
    LegDialled,
    LegEnded,
    LegQuality,
    TrackEnded,
    TrackLost,
    TrackStarted,
    TransferCompleted,
    TransferFailed,
    TransferStarted,
)
from roost.floor.flows.messages import FlowAdvanced, FlowRescued, FlowStarted, WaitAnnounced
from roost.floor.queues.messages import (
    ContactDequeued,
    ContactQueued,
    ContactTurnedAway,
    Outcome,
)
from roost.floor.tasks.messages import TaskAdded
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId, TrunkId
from roost.kernel.time import DurationUs, after
from roost.office.records.model import Leg, Record, Ring, Segment, Track, Wait


def fold(records: MutableMapping[ContactId, Record], envelope: Envelope) -> Record | None:
    """Takes one event in; the record that it touched, or None. `records` must hold the
    contact's record if there has been any event of it."""
    body, contact = envelope.body, envelope.contact
    if contact is None:
        return None
    if type(body) is CallArrived:
        return _arrived(records, contact, envelope, body)
    if type(body) is CallMade:
        return _made(records, contact, envelope, body)
    if type(body) is CallbackPromised:
        return _promised(records, contact, envelope, body)
    record = records.get(contact)
    if record is None:
        return None
    record.numbers.append(envelope.number)
    step = _STEPS.get(body.__class__)
    if step is not None:
        step(record, envelope, body)
    return record


def _arrived(
    records: MutableMapping[ContactId, Record],
    contact: ContactId,
    envelope: Envelope,
    body: CallArrived,
) -> Record:
    record = Record(
        contact=contact,
        client=ClientId(envelope.owner),
        count=body.count,
        number=body.number,
        trunk=body.trunk,
        caller=body.caller,
        arrived=envelope.at,
        tags=body.tags,
        legs=[Leg(body.leg, None, None, envelope.at)],
        numbers=[envelope.number],
    )
    records[contact] = record
    return record


def _made(
    records: MutableMapping[ContactId, Record],
    contact: ContactId,
    envelope: Envelope,
    body: CallMade,
) -> Record:
    """A call of ours."""
    record = _ours(records, contact, envelope, body)
    if body.task is not None:
        record.tasks = [body.task]
    return record


def _promised(
    records: MutableMapping[ContactId, Record],
    contact: ContactId,
    envelope: Envelope,
    body: CallbackPromised,
) -> Record:
    """A call of ours that waits for its turn."""
    record = _ours(records, contact, envelope, body)
    record.promised_in = body.first
    record.callback = "waiting"
    return record


def _ours(
    records: MutableMapping[ContactId, Record],
    contact: ContactId,
    envelope: Envelope,
    body: CallMade | CallbackPromised,
) -> Record:
    """`number` is the client's own that was shown, `caller` whom we called."""
    record = records[contact] = Record(
        contact=contact,
        client=ClientId(envelope.owner),
        count=body.count,
        number=body.shown,
        trunk=TrunkId(""),
        caller=body.number,
        arrived=envelope.at,
        outbound=True,
        numbers=[envelope.number],
    )
    return record


def _callback_closed(record: Record, _: Envelope, body: CallbackClosed) -> None:
    if body.outcome == "reached":
        record.callback = "reached"
    else:
        record.callback = "missed" if body.next is None else "again"


def _leg(record: Record, id: object) -> Leg | None:
    for leg in record.legs:
        if leg.leg == id:
            return leg
    return None


def _answered(record: Record, envelope: Envelope, _: CallAnswered) -> None:
    record.answered = envelope.at
    if not record.outbound:
        record.legs[0].connected = envelope.at


def _dialled(record: Record, envelope: Envelope, body: LegDialled) -> None:
    record.legs.append(Leg(body.leg, body.agent, body.offer, envelope.at, party=body.party))


def _connected(record: Record, envelope: Envelope, body: LegConnected) -> None:
    leg = _leg(record, body.leg)
    if leg is not None:
        leg.connected = envelope.at


def _leg_ended(record: Record, envelope: Envelope, body: LegEnded) -> None:
    leg = _leg(record, body.leg)
    if leg is not None:
        leg.ended, leg.blame, leg.reason = envelope.at, body.blame, body.reason


def _quality(record: Record, _: Envelope, body: LegQuality) -> None:
    leg = _leg(record, body.leg)
    if leg is not None:
        leg.received, leg.sent, leg.lost = body.received, body.sent, body.lost
        leg.jitter_us, leg.strangers = body.jitter_us, body.strangers
        leg.far_lost, leg.far_jitter_us = body.far_lost, body.far_jitter_us
        leg.round_trip_us = body.round_trip_us


def _flow(record: Record, _: Envelope, body: FlowStarted) -> None:
    record.flow, record.flow_version = body.flow, body.version


def _advanced(record: Record, _: Envelope, body: FlowAdvanced) -> None:
    if body.choice:
        record.choices.append(body.choice)


def _rescued(record: Record, _: Envelope, __: FlowRescued) -> None:
    record.rescued = True


def _queued(record: Record, envelope: Envelope, body: ContactQueued) -> None:
    """Who came from another queue is in this one from now on, however long the wait is."""
    since = body.since if body.before is None else envelope.at
    wait = Wait(body.queue, body.entry, since)
    wait.callback = body.callback is not None
    record.waits.append(wait)


def _dequeued(record: Record, envelope: Envelope, body: ContactDequeued) -> None:
    for wait in record.waits:
        if wait.entry == body.entry:
            wait.left, wait.outcome, wait.agent = envelope.at, body.outcome, body.agent
            wait.waited_us, wait.short, wait.in_target = (
                body.waited_us,
                body.short,
                body.in_target,
            )


def _announced(record: Record, envelope: Envelope, body: WaitAnnounced) -> None:
    """A wait that was named: more than the longest that can be said isn't."""
    wait = record.waits[-1] if record.waits else None
    if wait is not None and wait.left is None and wait.told is None and body.said_us:
        wait.told = after(envelope.at, body.said_us)


def _turned_away(record: Record, _: Envelope, __: ContactTurnedAway) -> None:
    record.turned_away = True


def _offered(record: Record, envelope: Envelope, body: AgentOffered) -> None:
    record.rings.append(Ring(body.offer, body.agent, body.queue, body.kind, envelope.at))


def _ring_ends(record: Record, envelope: Envelope, body: OfferTaken | OfferEnded, why: str) -> None:
    for ring in record.rings:
        if ring.offer == body.offer:
            ring.ended, ring.rang_us, ring.why = envelope.at, body.rang_us, why


def _taken(record: Record, envelope: Envelope, body: OfferTaken) -> None:
    _ring_ends(record, envelope, body, "taken")
    segment = Segment(body.segment, body.agent, body.offer, body.queue, envelope.at, body.rang_us)
    segment.kind = body.kind
    record.segments.append(segment)


def _offer_ended(record: Record, envelope: Envelope, body: OfferEnded) -> None:
    """Taken, but gone before anyone was heard: no segment after all, and no answer."""
    _ring_ends(record, envelope, body, body.why)
    kept = [
        segment
        for segment in record.segments
        if segment.offer != body.offer or segment.closed is not None
    ]
    if len(kept) < len(record.segments) and record.waits:
        last = record.waits[-1]
        last.void = last.outcome is Outcome.ANSWERED and last.agent == body.agent
    record.segments = kept


def _transfer_started(record: Record, _: Envelope, body: TransferStarted) -> None:
    record.transferring = body.agent


def _transfer_completed(record: Record, _: Envelope, body: TransferCompleted) -> None:
    """Of the agent who transferred: the latest part of theirs."""
    for segment in reversed(record.segments):
        if segment.agent == record.transferring:
            segment.transferred = body.how
            break
    record.transferring = None


def _transfer_failed(record: Record, _: Envelope, __: TransferFailed) -> None:
    record.transferring = None


def _held(record: Record, envelope: Envelope, body: HoldMarked) -> None:
    for segment in record.segments:
        if segment.offer == body.offer:
            if body.held:
                segment.held_since = envelope.at
            else:
                _hold_ends(segment, envelope)


def _hold_ends(segment: Segment, envelope: Envelope) -> None:
    if segment.held_since is not None:
        segment.held_us = DurationUs(segment.held_us + envelope.at - segment.held_since)
        segment.holds.append((segment.held_since, envelope.at))
        segment.held_since = None


def _talked(record: Record, envelope: Envelope, body: WrapUpStarted) -> None:
    for segment in record.segments:
        if segment.offer == body.offer:
            segment.talked = envelope.at
            _hold_ends(segment, envelope)


def _closed(record: Record, envelope: Envelope, body: SegmentClosed) -> None:
    for segment in record.segments:
        if segment.segment != body.segment:
            continue
        segment.closed, segment.event = envelope.at, envelope.number
        segment.rang_us, segment.talk_us = body.rang_us, body.talk_us
        segment.hold_us, segment.wrap_up_us = body.hold_us, body.wrap_up_us
        segment.code, segment.note = body.code, body.note
        segment.kind, segment.consult_us = body.kind, body.consult_us
        if segment.talked is None:
            segment.talked = envelope.at
            _hold_ends(segment, envelope)


def _completed(record: Record, _: Envelope, body: SegmentCompleted) -> None:
    """Given after the limit: what was measured stays as it was."""
    for segment in record.segments:
        if segment.segment == body.segment:
            segment.code, segment.note = body.code, body.note


def _drafted(record: Record, _: Envelope, body: NoteDrafted) -> None:
    """Begun after the limit, it's the segment's note even if nobody completes it."""
    for segment in record.segments:
        if segment.segment == body.segment and segment.closed is not None:
            segment.note = body.note


def _track(record: Record, envelope: Envelope, body: TrackStarted) -> None:
    record.tracks.append(Track(body.track, body.leg, body.purpose, envelope.at))


def _track_ended(record: Record, _: Envelope, body: TrackEnded) -> None:
    for track in record.tracks:
        if track.track == body.track:
            track.file, track.length_us, track.bytes = body.file, body.length_us, body.bytes
            track.gap_us, track.closed = body.gap_us, True


def _track_lost(record: Record, _: Envelope, body: TrackLost) -> None:
    for track in record.tracks:
        if track.track == body.track:
            track.lost = True


def _ended(record: Record, envelope: Envelope, body: ContactEnded) -> None:
    record.ends += 1
    if record.ended is None:
        record.ended, record.blame, record.reason = envelope.at, body.blame, body.reason
        record.end_event = envelope.number


def _to_do(record: Record, _: Envelope, body: TaskAdded) -> None:
    if body.task not in record.tasks:
        record.tasks.append(body.task)


_STEPS: Final[dict[type[Any], Callable[[Record, Envelope, Any], None]]] = {
    CallAnswered: _answered,
    CallbackClosed: _callback_closed,
    LegDialled: _dialled,
    LegConnected: _connected,
    LegEnded: _leg_ended,
    LegQuality: _quality,
    FlowStarted: _flow,
    FlowAdvanced: _advanced,
    FlowRescued: _rescued,
    WaitAnnounced: _announced,
    ContactQueued: _queued,
    ContactDequeued: _dequeued,
    ContactTurnedAway: _turned_away,
    AgentOffered: _offered,
    OfferTaken: _taken,
    OfferEnded: _offer_ended,
    TransferStarted: _transfer_started,
    TransferCompleted: _transfer_completed,
    TransferFailed: _transfer_failed,
    HoldMarked: _held,
    WrapUpStarted: _talked,
    SegmentClosed: _closed,
    SegmentCompleted: _completed,
    NoteDrafted: _drafted,
    TrackStarted: _track,
    TrackEnded: _track_ended,
    TrackLost: _track_lost,
    ContactEnded: _ended,
    TaskAdded: _to_do,
}

BEGINNING: Final = (CallArrived, CallMade, CallbackPromised)
"""The events that a record begins with."""

TOUCHING: Final = frozenset({*BEGINNING, *_STEPS})
"""The events that change a record; of a contact's other events it keeps the numbers only."""
