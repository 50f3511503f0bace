"""A log of each released version is kept here, and still folds to the totals kept with it.

When a version is released, its log is kept once and never written again:

    PYTHONPATH=src .venv/bin/python tests/simulation/test_kept_logs.py 0.1.0

A later release that changes an event's shape passes the old bodies through its upcasters; when
this test fails, an upcaster is missing or wrong (FOUNDATION, "Three proofs").
"""

import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.engine.bodies import Decoder, stored
from roost.engine.step import Engine
from roost.floor.agents.messages import SegmentClosed
from roost.floor.calls.messages import CallArrived, ContactEnded
from roost.floor.cell import ROOM
from roost.floor.queues.messages import ContactDequeued
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import AgentId, StreamName
from roost.kernel.time import MINUTE, DurationUs
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Faults, Scenario, all_day, half_hours

KEPT = Path(__file__).parent / "kept"
EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


class Totals(msgspec.Struct):
    """What the log comes to, counted without the floor's state."""

    events: int = 0
    contacts: int = 0
    ended: dict[str, int] = {}
    left_queue: dict[str, int] = {}
    segments: int = 0
    talk_us: int = 0
    hold_us: int = 0
    wrap_up_us: int = 0


class Row(msgspec.Struct, array_like=True):
    """One stored event, its body as text so that a person can read it."""

    number: int
    type: str
    version: int
    owner: str
    contact: str | None
    at: int
    actor: str
    cause: str
    body: str


def totals(envelopes: list[Envelope]) -> Totals:
    found = Totals(events=len(envelopes))
    ended, left = Counter[str](), Counter[str]()
    for envelope in envelopes:
        match envelope.body:
            case CallArrived():
                found.contacts += 1
            case ContactEnded(reason=reason, blame=blame):
                ended[f"{blame} {reason}"] += 1
            case ContactDequeued(outcome=outcome):
                left[str(outcome)] += 1
            case SegmentClosed() as segment:
                found.segments += 1
                found.talk_us += segment.talk_us
                found.hold_us += segment.hold_us
                found.wrap_up_us += segment.wrap_up_us
            case _:
                pass
    found.ended, found.left_queue = dict(sorted(ended.items())), dict(sorted(left.items()))
    return found


def written(row: Stored) -> bytes:
    fields = (row.number, row.type, row.version, row.owner, row.contact, row.at, row.actor)
    return msgspec.json.encode(Row(*fields, row.cause, row.body.decode()))


def read(path: Path) -> tuple[Totals, list[Stored]]:
    first, *lines = path.read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=Row) for line in lines]
    stream = StreamName("cell-1")
    return msgspec.json.decode(first, type=Totals), [
        msgspec.convert(
            {**msgspec.structs.asdict(row), "stream": stream, "body": row.body.encode()},
            Stored,
            builtin_types=(bytes,),
        )
        for row in rows
    ]


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_kept_log_still_folds_to_its_totals(path: Path) -> None:
    kept, rows = read(path)
    decoder = Decoder.of(ROOM)
    envelopes = [decoder.envelope(row) for row in rows]
    engine = Engine(ROOM, rows[0].stream)
    for envelope in envelopes:
        engine.fold(envelope.body, envelope.number, envelope.at)
    assert totals(envelopes) == kept
    assert not engine.state.calls.calls, "every contact had ended"


def test_what_is_kept_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "now.jsonl"
    keep(path, arrivals=12, minutes=10)
    kept, rows = read(path)
    assert kept.contacts > 0
    assert [written(row) for row in rows] == path.read_bytes().splitlines()[1:]
    test_a_kept_log_still_folds_to_its_totals(path)


def keep(path: Path, arrivals: int = 12, minutes: int = 60) -> None:
    """Write the log of an hour in which all sorts of things go wrong."""
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    day, length = scenario_of(loaded, "day"), DurationUs(minutes * MINUTE)
    scenario = Scenario(
        streams=(
            msgspec.structs.replace(day.streams[0], expected=half_hours((arrivals,), length)),
        ),
        shifts=all_day(tuple(AgentId(shift.agent) for shift in day.shifts), length),
        length_us=length,
        start=day.start,
        behaviour=day.behaviour,
        faults=Faults(lost=20_000, late=30_000, doubled=20_000),
    )
    log = Simulation(compile_floor(loaded, "kept-voice"), scenario, seed=1).run().log
    lines = [msgspec.json.encode(totals(log)), *(written(stored(each)) for each in log)]
    path.write_bytes(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    target = KEPT / f"{sys.argv[1]}.jsonl"
    assert not target.exists(), f"{target} is kept already, and never written again"
    KEPT.mkdir(exist_ok=True)
    keep(target)
    print(f"kept {target}, {target.stat().st_size:,} bytes")
