"""Who is told of what inside the office: a finished record becomes measured quantities."""

from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.time import InstantUs
from roost.office.contracts.measured import Measured, MeasuredSegment
from roost.office.contracts.model import Kind
from roost.office.records.model import Record


def kind_of(record: Record) -> Kind:
    """How a contact that has ended ended for its client: exactly one kind."""
    if record.outbound:
        reached = record.callback == "reached" and record.segments
        return Kind.CALLED_BACK if reached else Kind.OUTBOUND
    if record.segments:
        return Kind.ANSWERED
    if record.reason is Reason.VOICEMAIL_TAKEN or record.message:
        return Kind.VOICEMAIL
    if record.blame in (Blame.US, Blame.NETWORK):
        return Kind.FAILED
    if record.reason is Reason.CLOSED:
        return Kind.CLOSED
    last = record.waits[-1] if record.waits else None
    if last is not None and last.outcome is Outcome.ABANDONED:
        return Kind.SHORT if last.short else Kind.ABANDONED
    if last is not None and last.outcome is Outcome.CALLED_BACK:
        return Kind.PROMISED
    if record.turned_away or last is not None:
        return Kind.TURNED_AWAY
    return Kind.SOLVED if record.reason is Reason.FLOW_ENDED else Kind.GIVEN_UP


def measured_of(record: Record) -> Measured | None:
    """What's billed of a contact, once it's finished; None until then."""
    if not record.finished or record.ended is None:
        return None
    segments = tuple(
        MeasuredSegment(
            segment.segment,
            segment.agent,
            segment.queue,
            segment.began,
            segment.talk_us,
            segment.hold_us,
            segment.wrap_up_us,
            segment.event,
            segment.kind,
            segment.consult_us,
            segment.code,
        )
        for segment in record.segments
    )
    last = max((segment.closed or 0 for segment in record.segments), default=record.ended)
    return Measured(
        contact=record.contact,
        client=record.client,
        count=record.count,
        at=InstantUs(last),
        kind=kind_of(record),
        queue=record.waits[-1].queue if record.waits else None,
        segments=segments,
        event=record.end_event,
        tags=record.tags,
    )
