"""Chapters of a contact: what the caller's time was, without gaps and without overlaps."""

from roost.floor.parties import SegmentKind
from roost.floor.queues.messages import Outcome
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId, QueueId, SegmentId, TrunkId
from roost.kernel.time import DurationUs, InstantUs
from roost.office.records.chapters import chapters
from roost.office.records.model import Record, Segment, Wait

CALLS = QueueId("grid/calls")


def at(second: int) -> InstantUs:
    return InstantUs(second * 1_000_000)


def segment(agent: str, since: int, until: int | None, **more: object) -> Segment:
    return Segment(
        SegmentId(agent), AgentId(agent), OfferId(agent), CALLS, at(since), DurationUs(0),
        None if until is None else at(until), **more,  # type: ignore[arg-type]
    )  # fmt: skip


def told(record: Record) -> list[tuple[str, int, int | None, str]]:
    return [
        (
            one.what.value,
            one.since // 1_000_000,
            None if one.until is None else one.until // 1_000_000,
            one.agent or "",
        )
        for one in chapters(record)
    ]


def record(**more: object) -> Record:
    made = Record(ContactId("C1"), ClientId("grid"), 1, "95598", TrunkId("t"), None, at(0))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def test_flow_queue_talk_hold_talk() -> None:
    held = segment("1001", 30, 90, holds=[(at(40), at(50))])
    wait = Wait(CALLS, 1, at(10), at(30), Outcome.ANSWERED)
    assert told(record(waits=[wait], segments=[held], ended=at(90))) == [
        ("flow", 0, 10, ""),
        ("queue", 10, 30, ""),
        ("talk", 30, 40, "1001"),
        ("hold", 40, 50, "1001"),
        ("talk", 50, 90, "1001"),
    ]


def test_a_transfer_waits_again_and_a_consultation_is_no_chapter() -> None:
    first, asked = segment("1001", 10, 60), segment("1002", 20, 50, kind=SegmentKind.CONSULT)
    second = segment("1003", 70, 100, kind=SegmentKind.TRANSFER)
    waits = [
        Wait(CALLS, 1, at(0), at(10), Outcome.ANSWERED),
        Wait(CALLS, 2, at(0), at(70), Outcome.ANSWERED),  # keeps the time that it had waited
    ]
    assert told(record(waits=waits, segments=[first, asked, second], ended=at(110))) == [
        ("queue", 0, 10, ""),
        ("talk", 10, 60, "1001"),
        ("queue", 60, 70, ""),
        ("talk", 70, 100, "1003"),
        ("flow", 100, 110, ""),
    ]


def test_two_agents_at_once_make_no_overlap_and_what_goes_on_has_no_end() -> None:
    both = [segment("1001", 0, 50), segment("1002", 20, None, held_since=at(80))]
    assert told(record(segments=both)) == [
        ("talk", 0, 50, "1001"),
        ("talk", 50, 80, "1002"),
        ("hold", 80, None, "1002"),
    ]
    assert told(record()) == [("flow", 0, None, "")]
