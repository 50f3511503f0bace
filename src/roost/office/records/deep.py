"""Measured quantities held against the raw events (FOUNDATION, 5): what was appended at the end
of a wrap-up must be what the events before it say."""

from msgspec import structs

from roost.kernel.time import DurationUs
from roost.office.records.model import Record, Segment


def raw(segment: Segment) -> Segment:
    """A segment as its events say it was, whatever was measured."""
    if segment.closed is None or segment.talked is None:
        return segment
    talk = segment.talked - segment.began - segment.held_us - segment.consult_us
    return structs.replace(
        segment,
        talk_us=DurationUs(talk),
        hold_us=segment.held_us,
        wrap_up_us=DurationUs(segment.closed - segment.talked),
    )


def from_events(record: Record) -> Record:
    """A contact measured from its raw events."""
    return structs.replace(record, segments=[raw(one) for one in record.segments])


def disagreement(segment: Segment) -> str | None:
    """How a closed segment differs from what its events say; None when it doesn't."""
    if segment.closed is None or segment.talked is None:
        return None
    again = raw(segment)
    raw_ = {
        "talk": int(again.talk_us),
        "hold": int(again.hold_us),
        "wrap-up": int(again.wrap_up_us),
    }
    measured = {
        "talk": int(segment.talk_us),
        "hold": int(segment.hold_us),
        "wrap-up": int(segment.wrap_up_us),
    }
    differing = [
        f"{name} {measured[name]} µs, by events {raw_[name]} µs"
        for name in raw_
        if raw_[name] != measured[name]
    ]
    return f"{segment.segment}: {'; '.join(differing)}" if differing else None


def disagreements(record: Record) -> list[str]:
    """Those of all of a contact's segments."""
    return [found for one in record.segments if (found := disagreement(one)) is not None]
