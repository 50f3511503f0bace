"""A contact's chapters: what the caller's time was, one after the other, for a player.

    flow → queue → talk ⇄ hold → queue → talk …

Chapters touch and don't overlap; what nothing else claims is the flow's. Where two agents had the
caller at once, the one who came first has the chapter until they're gone.
"""

from enum import StrEnum

from msgspec import Struct

from roost.floor.parties import SegmentKind
from roost.kernel.ids import AgentId, QueueId
from roost.kernel.time import NEVER, InstantUs
from roost.office.records.model import Record, Segment


class Part(StrEnum):
    FLOW = "flow"
    QUEUE = "queue"
    TALK = "talk"
    HOLD = "hold"


class Chapter(Struct, frozen=True, gc=False):
    """`until` is None while it goes on."""

    what: Part
    since: InstantUs
    until: InstantUs | None
    queue: QueueId | None = None
    agent: AgentId | None = None


def chapters(record: Record) -> tuple[Chapter, ...]:
    """In order, from the contact's arrival to its end."""
    end = record.ended if record.ended is not None else NEVER
    at = record.arrived
    made: list[Chapter] = []
    for one in sorted(_claimed(record, end), key=lambda one: (one.since, one.what)):
        since, until = max(one.since, at), min(one.until or NEVER, end)
        if since >= until:
            continue
        if since > at:
            made.append(Chapter(Part.FLOW, at, since))
        made.append(Chapter(one.what, since, _known(until), one.queue, one.agent))
        at = InstantUs(until)
    if at < end:
        made.append(Chapter(Part.FLOW, at, _known(end)))
    return tuple(made)


def _known(until: int) -> InstantUs | None:
    return None if until == NEVER else InstantUs(until)


def _claimed(record: Record, end: InstantUs) -> list[Chapter]:
    talks = [one for one in record.segments if one.kind is not SegmentKind.CONSULT]
    found = [part for one in talks for part in _talked(one, end)]
    for wait in record.waits:
        # Who comes back after a talk keeps the time waited before it: it counts from there, but
        # the wait goes on from the talk's end.
        before = [one.talked for one in talks if one.talked is not None]
        since = max((at for at in before if wait.since < at <= (wait.left or end)), default=0)
        begun = InstantUs(max(wait.since, since))
        found.append(Chapter(Part.QUEUE, begun, wait.left, wait.queue))
    return found


def _talked(segment: Segment, end: InstantUs) -> list[Chapter]:
    """The talk, with the times on hold cut out of it."""
    made: list[Chapter] = []
    at = segment.began
    holds = list(segment.holds)
    if segment.held_since is not None:
        holds.append((segment.held_since, segment.talked or end))
    for since, until in holds:
        made.append(Chapter(Part.TALK, at, since, segment.queue, segment.agent))
        made.append(Chapter(Part.HOLD, since, until, segment.queue, segment.agent))
        at = until
    made.append(Chapter(Part.TALK, at, segment.talked, segment.queue, segment.agent))
    return made
