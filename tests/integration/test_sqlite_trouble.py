"""SQLite when things go wrong: a full disk, a killed writer, a lost key, a file of another time."""

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.master import KeysExposed
from roost.adapters.store.schema import log_tables, open_file, snapshot_tables
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore, SqliteWriter
from roost.engine.testing import DoorOpened
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ContactId, Owner, StreamName, VaultId
from roost.kernel.messages import VaultPut
from roost.kernel.time import InstantUs
from roost.ports.log import Batch, LogFailed

STREAM = StreamName("doors-1")
HOUSE = Owner("house")


def store_in(folder: Path) -> SqliteStore:
    return SqliteStore(folder / "log", KeyFile(folder / "keys.json"))


def opened(number: int) -> Envelope:
    event = DoorOpened(
        owner=HOUSE, contact=ContactId("d"), door="d" * 200, turn=number, until=InstantUs(9)
    )
    return Envelope(
        STREAM,
        number,
        "doors.DoorOpened",
        1,
        HOUSE,
        event.contact,
        InstantUs(number),
        "setup:test",
        f"c{number}",
        event,
    )


def events(first: int, last: int) -> list[Envelope]:
    return [opened(number) for number in range(first, last + 1)]


def test_a_full_file_fails_the_group_whole_and_goes_on_when_there_is_room(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with closing(store.writer(STREAM)) as writer:
        assert isinstance(writer, SqliteWriter)
        run = writer._run  # pyright: ignore[reportPrivateUsage]
        writer.append(Batch(events(1, 10)))
        pages = run("PRAGMA page_count").fetchone()[0]
        run(f"PRAGMA max_page_count = {pages + 2}")
        put = VaultPut(VaultId("v"), HOUSE, b"x" * 100)
        with pytest.raises(LogFailed, match="full"):
            writer.append(Batch(events(11, 210), [put]))
        assert store.reader().last(STREAM) == 10
        assert store.vault(STREAM).listing("") == []
        run("PRAGMA max_page_count = 1073741823")
        writer.append(Batch(events(11, 210), [put]))
        assert store.reader().last(STREAM) == 210


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a tiny file system needs root")
def test_a_full_disk_fails_the_group_whole(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(disk)], check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting isn't allowed here")
    try:
        store = store_in(disk)
        with closing(store.writer(STREAM)) as writer:
            last = 0
            with pytest.raises(LogFailed):  # noqa: PT012 - the disk is full when it's full
                for _ in range(1_000):
                    writer.append(Batch(events(last + 1, last + 50)))
                    last += 50
            reader = store.reader()
            assert reader.last(STREAM) == last > 0
            assert len(reader.read(STREAM, 0, 10_000)) == last
            reader.close()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


WRITER = """
    import sys
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from roost.adapters.store.keys import KeyFile
    from roost.adapters.store.sqlite import SqliteStore
    from roost.engine.testing import DoorOpened
    from roost.kernel.envelope import Envelope
    from roost.kernel.messages import VaultPut
    from roost.ports.log import Batch
    folder = Path(sys.argv[1])
    store = SqliteStore(folder / "log", KeyFile(folder / "keys.json"))
    writer = store.writer("doors-1")
    last = store.reader().last("doors-1")
    while True:
        group, puts, drops = [], [], []
        for number in range(last + 1, last + 8):
            event = DoorOpened(owner="house", door="d", turn=number, until=number)
            group.append(Envelope("doors-1", number, "doors.DoorOpened", 1, "house", None,
                                  number, "a", f"c{number}", event))
            puts.append(VaultPut(f"v{number:09}", "house", str(number).encode()))
            if number % 2 == 0 and number > 20:
                drops.append(f"v{number - 20:09}")
        writer.append(Batch(group, puts, drops))
        last += 7
        print(last, flush=True)
"""


def test_a_writer_killed_at_any_moment_leaves_a_whole_prefix(tmp_path: Path) -> None:
    script = tmp_path / "writer.py"
    script.write_text(textwrap.dedent(WRITER))
    source = str(Path(__file__).parents[2] / "src")
    acknowledged = 0
    for kill_after in (1, 2, 3, 5, 8, 13):
        with subprocess.Popen(
            [sys.executable, str(script), str(tmp_path), source], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _ in range(kill_after):
                acknowledged = int(process.stdout.readline())
            process.send_signal(signal.SIGKILL)
            for line in process.stdout:
                if line.endswith("\n"):
                    acknowledged = int(line)
        store = store_in(tmp_path)
        reader = store.reader()
        last = reader.last(STREAM)
        assert last >= acknowledged
        assert last % 7 == 0  # groups whole
        numbers = [row.number for row in reader.read(STREAM, 0, 1_000_000)]
        assert numbers == list(range(1, last + 1))
        vault = {own: value for _, own, value in store.vault(STREAM).listing("v")}
        dropped = {n - 20 for n in range(21, last + 1) if n % 2 == 0}
        assert vault == {
            f"v{n:09}": str(n).encode() for n in range(1, last + 1) if n not in dropped
        }


OPENER = """
    import sys
    from pathlib import Path
    from roost.adapters.store.keys import KeyFile
    from roost.adapters.store.snapshots import SqliteSnapshots
    from roost.adapters.store.sqlite import SqliteStore
    folder = Path(sys.argv[1])
    store = SqliteStore(folder / "log", KeyFile(folder / "keys.json"))
    print("ready", flush=True)
    sys.stdin.readline()
    SqliteSnapshots(folder / "snapshots.db").close()
    print(store.writer("doors-1").epoch)
"""


def test_processes_that_make_the_files_at_the_same_moment_agree(tmp_path: Path) -> None:
    source = str(Path(__file__).parents[2] / "src")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(OPENER), str(tmp_path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": source},
            text=True,
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    epochs = [process.communicate()[0] for process in processes]
    assert sorted(epochs) == ["1\n", "2\n", "3\n"]


def test_a_destroyed_key_leaves_nothing_to_read_not_even_for_the_next_key(tmp_path: Path) -> None:
    store, keys = store_in(tmp_path), KeyFile(tmp_path / "keys.json")
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch((), [VaultPut(VaultId("v"), HOUSE, b"personal")]))
        vault = store.vault(STREAM)
        assert vault.reveal(HOUSE, VaultId("v")) == b"personal"
        keys.destroy(HOUSE)
        assert vault.reveal(HOUSE, VaultId("v")) is None
        writer.append(Batch((), [VaultPut(VaultId("w"), HOUSE, b"new")]))
        assert vault.reveal(HOUSE, VaultId("v")) is None
        assert vault.reveal(HOUSE, VaultId("w")) == b"new"
        assert vault.listing("") == [(HOUSE, "w", b"new")]


def test_nothing_personal_lies_in_the_file_in_the_clear(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, 1), [VaultPut(VaultId("v"), HOUSE, b"+8613800000000")]))
    for file in (tmp_path / "log").iterdir():
        assert b"13800000000" not in file.read_bytes()
        assert file.stat().st_mode & 0o077 == 0


def test_a_sealed_value_cannot_be_moved_to_another_id(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch((), [VaultPut(VaultId("v"), HOUSE, b"personal")]))
    with closing(sqlite3.connect(store.path(STREAM))) as file:
        file.execute("UPDATE vault SET id = 'w'")
        file.commit()
    assert store.vault(STREAM).reveal(HOUSE, VaultId("w")) is None


def test_a_key_file_that_others_can_read_is_refused_with_the_mend(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    keys.ensure(HOUSE)
    assert (tmp_path / "keys.json").stat().st_mode & 0o777 == 0o600
    (tmp_path / "keys.json").chmod(0o644)
    with pytest.raises(KeysExposed, match="chmod 600"):
        KeyFile(tmp_path / "keys.json").ensure(HOUSE)
    with pytest.raises(KeysExposed, match="chmod 600"):
        keys.ensure(HOUSE)


def test_processes_share_the_keys(tmp_path: Path) -> None:
    one, two = KeyFile(tmp_path / "keys.json"), KeyFile(tmp_path / "keys.json")
    sealed = one.seal(HOUSE, b"x", b"")
    assert two.open(HOUSE, sealed, b"") == b"x"
    two.ensure(Owner("other"))
    assert one.index_key(Owner("other")) is not None


def test_migrations_make_the_tables_that_the_code_means(tmp_path: Path) -> None:
    store_in(tmp_path).writer(STREAM).close()
    SqliteSnapshots(tmp_path / "snapshots.db").close()
    for path, tables in (
        (tmp_path / "log" / f"{STREAM}.db", log_tables),
        (tmp_path / "snapshots.db", snapshot_tables),
    ):
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        engine = open_file(path)
        with engine.connect() as connection:
            assert compare_metadata(MigrationContext.configure(connection), tables) == []
        engine.dispose()


def test_a_broken_file_of_snapshots_names_its_mend(tmp_path: Path) -> None:
    (tmp_path / "snapshots.db").write_bytes(b"not a database, but something else" * 100)
    with pytest.raises(LogFailed, match="may be deleted"):
        SqliteSnapshots(tmp_path / "snapshots.db")


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    store.path(STREAM).write_bytes(b"not a database, but something else" * 100)
    with pytest.raises(LogFailed, match="not a database"):
        store.writer(STREAM)
    with pytest.raises(LogFailed, match="not a database"):
        store.reader().last(STREAM)
