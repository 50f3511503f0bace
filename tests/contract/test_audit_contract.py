"""What ports.audit promises: nothing is lost between those who note by turns."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from roost.adapters.clock.wall import CellClock
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.store.testing import MemoryStore
from roost.adapters.store.trail import StreamTrail
from roost.engine.bodies import Decoder
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import Owner
from roost.office.audit.messages import AUDIT, AUDIT_EVENTS, NumberShown

WANG = Actor(ActorKind.PERSON, "U2")
NOTES = 20


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> MemoryStore | SqliteStore:
    if request.param == "memory":
        return MemoryStore()
    return SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json"))


def test_processes_note_by_turns_and_nothing_is_lost(store: MemoryStore | SqliteStore) -> None:
    clock = CellClock()
    trails = [StreamTrail(store.writer, clock) for _ in range(3)]

    def note(number: int) -> None:
        ref = f"water-{number + 1}"
        trails[number % 3].note(WANG, NumberShown(owner=Owner("water"), ref=ref))

    note(0)  # the file is made by the first: Alembic is one thread's at a time
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(note, range(1, NOTES)))
    for trail in trails:
        trail.close()
    reader = store.reader()
    rows = reader.read(AUDIT, 0, 1_000)
    reader.close()
    bodies = [Decoder(AUDIT_EVENTS, {}).envelope(row).body for row in rows]
    assert [row.number for row in rows] == list(range(1, NOTES + 1))
    assert {body.ref for body in bodies if isinstance(body, NumberShown)} == {
        f"water-{number + 1}" for number in range(NOTES)
    }
    assert {row.actor for row in rows} == {"person:U2"}
