"""What ports.audit promises: nothing is lost between those who note by turns."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
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
    trails = [StreamTrail(store.writer, clock, store.chain()) for _ in range(3)]

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
    assert store.chain().verify().entries == NOTES
    assert store.chain().verify().broken is None


def noted(folder: Path) -> SqliteStore:
    """Five entries."""
    store = SqliteStore(folder / "log", KeyFile(folder / "keys.json"))
    trail = StreamTrail(store.writer, CellClock(), store.chain())
    for number in range(1, 6):
        trail.note(WANG, NumberShown(owner=Owner("water"), ref=f"water-{number}"))
    trail.close()
    return store


@pytest.mark.parametrize(
    ("change", "first"),
    [
        ("UPDATE events SET actor = 'person:U9' WHERE number = 3", 3),
        ("UPDATE events SET at = at + 1 WHERE number = 2", 2),
        ("UPDATE events SET body = replace(body, 'water-4', 'water-9') WHERE number = 4", 4),
        ("UPDATE events SET body = replace(body, 'mac', 'mak') WHERE number = 1", 1),
        ("DELETE FROM events WHERE number = 2", 2),
        ("DELETE FROM events WHERE number = 1", 1),
        (
            (
                "DELETE FROM events WHERE number = 3;"
                "UPDATE events SET number = number - 1 WHERE number > 3"
            ),
            3,
        ),
        (
            (
                "UPDATE events SET number = 9 WHERE number = 3;"
                "UPDATE events SET number = 3 WHERE number = 4;"
                "UPDATE events SET number = 4 WHERE number = 9"
            ),
            3,
        ),
    ],
)
def test_a_changed_removed_or_moved_entry_is_found(tmp_path: Path, change: str, first: int) -> None:
    store = noted(tmp_path)
    assert store.chain().verify().broken is None
    with closing(sqlite3.connect(store.path(AUDIT))) as file:
        file.executescript(change)
        file.commit()
    found = store.chain().verify()
    assert (found.broken, found.entries) == (first, first - 1)


def test_a_kept_head_finds_a_trail_cut_off_or_written_anew(tmp_path: Path) -> None:
    store = noted(tmp_path)
    head = store.chain().head()
    assert head.number == 5
    assert store.chain().verify(head).broken is None
    with closing(sqlite3.connect(store.path(AUDIT))) as file:
        file.execute("DELETE FROM events WHERE number > 3")
        file.commit()
    assert store.chain().verify().broken is None
    cut = store.chain().verify(head)
    assert cut.broken == 4
    trail = StreamTrail(store.writer, CellClock(), store.chain())
    for ref in ("water-7", "water-8"):
        trail.note(WANG, NumberShown(owner=Owner("water"), ref=ref))
    trail.close()
    assert store.chain().verify().broken is None
    assert store.chain().verify(head).broken == 5
    assert (
        SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json")).chain().verify().entries == 5
    )
