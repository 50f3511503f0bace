"""What was measured of a contact: the quantities that any contract prices. No prices here."""

from msgspec import Struct

from roost.floor.parties import SegmentKind
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, SegmentId
from roost.kernel.time import DurationUs, InstantUs
from roost.office.contracts.model import Kind


class MeasuredSegment(Struct, frozen=True, gc=False):
    """One agent's part. `began`: the agent was connected; `event`: the number of the
    SegmentClosed in the cell's stream."""

    segment: SegmentId
    agent: AgentId
    queue: QueueId
    began: InstantUs
    talk_us: DurationUs
    hold_us: DurationUs
    wrap_up_us: DurationUs
    event: int
    kind: SegmentKind = SegmentKind.ANSWER
    consult_us: DurationUs = DurationUs(0)  # with the colleague, before the customer was theirs
    code: str = ""  # the wrap-up code

    @property
    def handled_us(self) -> int:
        return self.consult_us + self.talk_us + self.hold_us + self.wrap_up_us


class Measured(Struct, frozen=True, gc=False):
    """A finished contact. `at` is the end of its last segment (of the contact, where there's
    none): the period it belongs to. `event`: the number of its ContactEnded."""

    contact: ContactId
    client: ClientId
    count: int
    at: InstantUs
    kind: Kind
    queue: QueueId | None  # the last queue it was in
    segments: tuple[MeasuredSegment, ...]
    event: int
    tags: tuple[str, ...] = ()  # the lists that the caller's number is on


def connected_us(segments: tuple[MeasuredSegment, ...]) -> int:
    """The customer's time with any agent, hold included, counted once however many agents
    were there (BILLING, 1): the length of the union of the segments' conversations."""
    return sum(end - start for start, end in conversations(segments))


def conversations(segments: tuple[MeasuredSegment, ...]) -> list[tuple[InstantUs, InstantUs]]:
    """When the customer was with any agent: spans that don't overlap."""
    found: list[tuple[InstantUs, InstantUs]] = []
    covered = 0
    for segment in sorted(segments, key=lambda one: one.began):
        if segment.kind is SegmentKind.CONSULT:
            continue
        began = segment.began + segment.consult_us
        start = max(covered, began)
        end = began + segment.talk_us + segment.hold_us
        if end > start:
            found.append((InstantUs(start), InstantUs(end)))
            covered = end
    return found
