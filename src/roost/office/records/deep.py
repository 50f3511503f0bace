"""Measured quantities held against the raw events (FOUNDATION, 5): what was appended at the end
of a wrap-up must be what the events before it say."""

from roost.office.records.model import Record, Segment


def disagreement(segment: Segment) -> str | None:
    """How a closed segment differs from what its events say; None when it doesn't."""
    if segment.closed is None or segment.talked is None:
        return None
    raw = {
        "talk": segment.talked - segment.began - segment.held_us - segment.consult_us,
        "hold": int(segment.held_us),
        "wrap-up": segment.closed - segment.talked,
    }
    measured = {
        "talk": int(segment.talk_us),
        "hold": int(segment.hold_us),
        "wrap-up": int(segment.wrap_up_us),
    }
    differing = [
        f"{name} {measured[name]} µs, by events {raw[name]} µs"
        for name in raw
        if raw[name] != measured[name]
    ]
    return f"{segment.segment}: {'; '.join(differing)}" if differing else None


def disagreements(record: Record) -> list[str]:
    """Those of all of a contact's segments."""
    return [found for one in record.segments if (found := disagreement(one)) is not None]
