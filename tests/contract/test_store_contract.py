"""What every store keeps to: SQLite's, PostgreSQL's and the one in memory, under one suite."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Protocol

import pytest

import postgres_server
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.postgres import PostgresStore
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.store.testing import MemoryStore
from roost.engine.bodies import Decoder, stored
from roost.engine.testing import DOORS, DoorClosed, DoorOpened, VisitCounted
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ContactId, Digest, Owner, StreamName, VaultId
from roost.kernel.messages import VaultPut
from roost.kernel.time import InstantUs
from roost.ports.log import Batch, Deposed, LogReader, LogWriter, Tried, Vault, VaultRows
from roost.ports.snapshots import Snapshot, Snapshots

STREAM = StreamName("doors-1")
OTHER = StreamName("doors-2")
HOUSE = Owner("house")


class Store(Protocol):
    def writer(self, stream: StreamName) -> LogWriter: ...
    def reader(self) -> LogReader: ...
    def vault(self, stream: StreamName) -> Vault: ...
    def vault_rows(self, stream: StreamName) -> VaultRows: ...


def postgres(tmp_path: Path) -> PostgresStore:
    return PostgresStore(postgres_server.database(), KeyFile(tmp_path / "keys.json"))


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    match request.param:
        case "memory":
            made = MemoryStore()
        case "sqlite":
            made = SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json"))
        case _:
            made = postgres(tmp_path)
    with closing(made):
        yield made


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def snapshots(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Snapshots]:
    match request.param:
        case "memory":
            kept = MemoryStore().snapshots()
        case "sqlite":
            kept = SqliteSnapshots(tmp_path / "snapshots.db")
        case _:
            kept = postgres(tmp_path).snapshots()
    with closing(kept):
        yield kept


def opened(number: int, door: str = "front") -> Envelope:
    event = DoorOpened(
        owner=HOUSE, contact=ContactId(door), door=door, turn=number, until=InstantUs(9)
    )
    return Envelope(
        STREAM,
        number,
        "doors.DoorOpened",
        1,
        HOUSE,
        event.contact,
        InstantUs(number),
        "person:门",
        f"c{number}",
        event,
    )


def events(first: int, last: int) -> list[Envelope]:
    return [opened(number) for number in range(first, last + 1)]


def test_an_empty_stream_reads_as_empty(store: Store) -> None:
    reader = store.reader()
    assert reader.last(STREAM) == 0
    assert reader.read(STREAM, 0, 10) == []
    assert store.vault(STREAM).reveal(HOUSE, VaultId("v")) is None
    assert store.vault(STREAM).listing("") == []


def test_what_was_appended_is_read_back_byte_for_byte(store: Store) -> None:
    counted = VisitCounted(door="门", total=2**53 + 1, tags=frozenset(["b", "a", "c"]))
    odd = Envelope(
        STREAM, 3, "doors.VisitCounted", 2, counted.owner, None, InstantUs(5), "a:b", "", counted
    )
    batch = [*events(1, 2), odd]
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(batch))
    rows = store.reader().read(STREAM, 0, 10)
    assert rows == [stored(each) for each in batch]
    decoder = Decoder.of(DOORS)
    assert [decoder.envelope(row) for row in rows] == batch


@pytest.mark.parametrize("size", [1, 3, 4, 63, 64, 65, 200, 341])
def test_groups_of_any_size_keep_their_order(store: Store, size: int) -> None:
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, size)))
        writer.append(Batch(events(size + 1, 2 * size)))
    reader = store.reader()
    assert reader.last(STREAM) == 2 * size
    rows = reader.read(STREAM, 0, 10_000)
    assert [row.number for row in rows] == list(range(1, 2 * size + 1))
    two = list(range(size + 1, 2 * size + 1))[:2]
    assert [row.number for row in reader.read(STREAM, size, 2)] == two


def test_streams_do_not_touch_one_another(store: Store) -> None:
    with closing(store.writer(STREAM)) as one, closing(store.writer(OTHER)) as two:
        one.append(Batch(events(1, 3), [VaultPut(VaultId("v"), HOUSE, b"x")]))
        two.append(Batch(events(1, 1)))
    assert store.reader().last(STREAM) == 3
    assert store.reader().last(OTHER) == 1
    assert store.vault(OTHER).reveal(HOUSE, VaultId("v")) is None


@pytest.mark.parametrize("wrong", [1, 2, 4, 5])
def test_a_gap_or_a_repetition_is_our_bug_and_stores_nothing(store: Store, wrong: int) -> None:
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, 2)))
        with pytest.raises(AssertionError):
            writer.append(
                Batch([opened(wrong)], [VaultPut(VaultId("v"), HOUSE, b"x")])
                if wrong != 5
                else Batch([opened(3), opened(5)], [VaultPut(VaultId("v"), HOUSE, b"x")])
            )
        assert store.reader().last(STREAM) == 2
        assert store.vault(STREAM).listing("") == []
        writer.append(Batch(events(3, 3)))
    assert store.reader().last(STREAM) == 3


def test_a_new_writer_deposes_the_old_one(store: Store) -> None:
    with closing(store.writer(STREAM)) as old:
        old.append(Batch(events(1, 2)))
        with closing(store.writer(STREAM)) as new:
            assert new.epoch == old.epoch + 1
            with pytest.raises(Deposed):
                old.append(Batch(events(3, 3), [VaultPut(VaultId("v"), HOUSE, b"x")]))
            with pytest.raises(Deposed):
                old.append(Batch(()))
            assert store.vault(STREAM).listing("") == []
            new.append(Batch(events(3, 4)))
    assert store.reader().last(STREAM) == 4


def test_the_vault_opens_for_its_owner_alone(store: Store) -> None:
    with closing(store.writer(STREAM)) as writer:
        puts = [
            VaultPut(VaultId("dialog/1"), HOUSE, "甲".encode()),
            VaultPut(VaultId("dialog/2"), Owner("other"), b"\x00\xff"),
            VaultPut(VaultId("dialog%"), HOUSE, b""),
            VaultPut(VaultId("note/1"), HOUSE, b"n"),
        ]
        writer.append(Batch((), puts))
        vault = store.vault(STREAM)
        assert vault.reveal(HOUSE, VaultId("dialog/1")) == "甲".encode()
        assert vault.reveal(Owner("other"), VaultId("dialog/1")) is None
        assert [(o, i) for o, i, _ in vault.listing("dialog/")] == [
            (HOUSE, "dialog/1"),
            (Owner("other"), "dialog/2"),
        ]
        assert len(vault.listing("")) == 4
        writer.append(Batch((), [VaultPut(VaultId("note/1"), HOUSE, b"newer")]))
        assert vault.reveal(HOUSE, VaultId("note/1")) == b"newer"
        writer.append(Batch((), (), [VaultId("note/1"), VaultId("never")]))
        assert vault.reveal(HOUSE, VaultId("note/1")) is None


def test_a_second_hand_changes_the_vault_beside_the_writer(store: Store) -> None:
    other, rows = Owner("other"), store.vault_rows(STREAM)
    assert rows.ids(HOUSE, VaultId(""), 9) == []
    assert rows.erase(HOUSE, [VaultId("a")]) == 0
    with closing(store.writer(STREAM)) as writer:
        puts = [VaultPut(VaultId(name), HOUSE, name.encode()) for name in "abcde"]
        writer.append(Batch(events(1, 2), [*puts, VaultPut(VaultId("a"), other, b"theirs")]))
        assert rows.ids(HOUSE, VaultId("b"), 2) == ["c", "d"]
        assert rows.values(HOUSE, VaultId("d"), 9) == [("e", b"e")]
        assert rows.erase(HOUSE, [VaultId("a"), VaultId("b"), VaultId("z")]) == 2
        assert rows.correct(HOUSE, VaultId("c"), b"right")
        assert not rows.correct(HOUSE, VaultId("a"), b"gone")
        vault = store.vault(STREAM)
        assert [vault.reveal(HOUSE, VaultId(name)) for name in "abcd"] == [
            None,
            None,
            b"right",
            b"d",
        ]
        assert vault.reveal(other, VaultId("a")) == b"theirs"
        assert rows.tried(HOUSE, VaultId(""), 2) == ("d", Tried(opened=2))
        assert rows.reseal(HOUSE, VaultId("d"), 2) == (None, 0)
        writer.append(Batch(events(3, 3)))  # who writes the stream isn't in the way, nor deposed
    rows.close()


def test_reading_goes_on_while_the_writer_writes(store: Store) -> None:
    groups, size = 60, 20
    reader = store.reader()
    trouble: list[BaseException] = []

    def write() -> None:
        try:
            with closing(store.writer(STREAM)) as writer:
                for group in range(groups):
                    writer.append(Batch(events(group * size + 1, (group + 1) * size)))
        except BaseException as error:
            trouble.append(error)

    thread = threading.Thread(target=write)
    thread.start()
    seen = 0
    while seen < groups * size:
        writing = thread.is_alive()
        rows = reader.read(STREAM, seen, 33)
        for row in rows:
            seen += 1
            assert row.number == seen
        if not writing and not rows:
            break
    thread.join()
    assert not trouble
    assert seen == groups * size


def test_snapshots_give_the_newest_of_the_same_types(snapshots: Snapshots) -> None:
    old, new = Digest("t1"), Digest("t2")
    assert snapshots.latest(STREAM, old) is None
    for number in range(1, 8):
        snapshots.keep(
            Snapshot(STREAM, number, InstantUs(number), old, Digest("d"), bytes([number]))
        )
    snapshots.keep(Snapshot(OTHER, 1, InstantUs(1), old, Digest("d"), b"other"))
    found = snapshots.latest(STREAM, old)
    assert found is not None
    assert (found.number, found.state) == (7, b"\x07")
    assert snapshots.latest(STREAM, new) is None
    snapshots.keep(Snapshot(STREAM, 9, InstantUs(9), new, Digest("d"), b"new"))
    newest = snapshots.latest(STREAM, new)
    assert newest is not None
    assert newest.number == 9


def test_closed_events_are_of_the_room(store: Store) -> None:
    event = DoorClosed(door="front")
    closed = Envelope(
        STREAM, 1, "doors.DoorClosed", 1, event.owner, None, InstantUs(1), "a", "c", event
    )
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch([closed]))
    (row,) = store.reader().read(STREAM, 0, 5)
    assert row.contact is None
    assert row.owner == "operator"
