"""What PostgreSQL's own troubles come to: a lost connection, an unknown commit, a writer that
stands still, and who may touch what."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError

import postgres_server
from contract.test_store_contract import HOUSE, STREAM, events
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.postgres import PostgresStore, engine_for
from roost.adapters.store.postgres_schema import lacks
from roost.kernel.ids import VaultId
from roost.kernel.messages import VaultPut
from roost.ports.log import Batch, Deposed, LogFailed
from roost.processes.database import prepare


@pytest.fixture
def url() -> str:
    return postgres_server.database()


@pytest.fixture
def admin(url: str) -> Iterator[Engine]:
    engine = create_engine(postgres_server.admin_of(url), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture
def store(url: str, tmp_path: Path) -> Iterator[PostgresStore]:
    with closing(PostgresStore(url, KeyFile(tmp_path / "keys.json"))) as made:
        yield made


def cut_off(admin: Engine) -> None:
    """Every other connection to this database ends."""
    with admin.connect() as connection:
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_lost_connection_fails_the_group_and_a_probe_goes_on(
    store: PostgresStore, admin: Engine
) -> None:
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, 2)))
        cut_off(admin)
        with pytest.raises(LogFailed):
            writer.append(Batch(events(3, 3)))
        writer.append(Batch(()))
        assert writer.last == 2
        writer.append(Batch(events(3, 4)))
    assert store.reader().last(STREAM) == 4


def test_a_commit_that_was_never_answered_is_found_by_the_probe(
    store: PostgresStore, admin: Engine
) -> None:
    """The server committed, and the answer was lost: as if this writer hadn't seen it."""
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, 2)))
        with admin.connect() as connection:
            connection.exec_driver_sql("UPDATE roost.writer SET last = 3")
        cut_off(admin)
        with pytest.raises(LogFailed):
            writer.append(Batch(events(3, 3)))
        with pytest.raises(LogFailed, match="probe it"):
            writer.append(Batch(events(3, 3)))
        writer.append(Batch(()))
        assert writer.last == 3
        writer.append(Batch(events(4, 4)))


def test_a_connection_lost_while_somebody_else_took_over_is_deposed(
    store: PostgresStore, admin: Engine
) -> None:
    with closing(store.writer(STREAM)) as old:
        old.append(Batch(events(1, 1)))
        cut_off(admin)
        with pytest.raises(LogFailed):
            old.append(Batch(()))
        with closing(store.writer(STREAM)) as new:
            new.append(Batch(events(2, 2)))
            with pytest.raises(Deposed):
                old.append(Batch(()))
            new.append(Batch(events(3, 3)))


def test_a_writer_that_stands_still_in_mid_transaction_is_waited_out(
    store: PostgresStore, url: str
) -> None:
    """It holds the stream's row; the server ends its session, and its successor claims it."""
    still = engine_for(url)
    with closing(store.writer(STREAM)) as old:
        old.append(Batch(events(1, 1)))
    with still.connect() as connection:
        connection.exec_driver_sql("SET idle_in_transaction_session_timeout = 200")
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("UPDATE writer SET last = 2 WHERE stream = 'doors-1'")
        with closing(store.writer(STREAM)) as new:
            assert new.last == 1
            new.append(Batch(events(2, 2)))
        connection.invalidate()
    still.dispose()


def test_two_writers_at_once_are_one_after_the_other(store: PostgresStore) -> None:
    """Whoever claims last goes on; the others' groups are refused whole."""
    writers = [store.writer(STREAM) for _ in range(4)]
    refused: list[Deposed] = []

    def append(number: int) -> None:
        try:
            put = VaultPut(VaultId(f"v{number}"), HOUSE, b"x")
            writers[number].append(Batch(events(1, 50), [put]))
        except Deposed as deposed:
            refused.append(deposed)

    threads = [threading.Thread(target=append, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert store.reader().last(STREAM) == 50
    assert [place for _, place, _ in store.vault(STREAM).listing("v")] == ["v3"]
    for writer in writers:
        writer.close()


def test_the_centre_can_neither_change_events_nor_tables(store: PostgresStore, url: str) -> None:
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, 1)))
    engine = engine_for(url)
    for statement in (
        "UPDATE events SET owner = 'nobody'",
        "DELETE FROM events",
        "TRUNCATE events",
        "DROP TABLE events",
        "ALTER TABLE events DISABLE ROW LEVEL SECURITY",
        "CREATE TABLE mine (a int)",
    ):
        with engine.connect() as connection, pytest.raises(DBAPIError):
            connection.exec_driver_sql(statement)
    engine.dispose()


def test_nobody_else_reads_the_log(store: PostgresStore, admin: Engine) -> None:
    """Clients' people have nothing of it; and forced, the policies hold for its owner too."""
    with closing(store.writer(STREAM)) as writer:
        writer.append(Batch(events(1, 1), [VaultPut(VaultId("v"), HOUSE, b"x")]))
    with admin.connect() as connection:
        for table in ("events", "vault", "snapshots", "writer"):
            count = f"SELECT count(*) FROM roost.{table}"
            connection.exec_driver_sql("SET ROLE roost_owner")
            assert connection.exec_driver_sql(count).scalar() == 0
            connection.exec_driver_sql("SET ROLE roost_client")
            with pytest.raises(DBAPIError, match="permission denied"):
                connection.exec_driver_sql(count)


def test_a_database_that_was_not_prepared_says_so() -> None:
    bare = postgres_server.bare()
    engine = engine_for(bare, "-c search_path=roost")
    assert lacks(engine) == "it has no tables of Roost's"
    engine.dispose()
    ready = engine_for(postgres_server.database())
    assert lacks(ready) is None
    ready.dispose()


def test_two_databases_of_one_server_are_prepared_at_once() -> None:
    """Roles are the server's: both make them, and neither fails."""
    urls = [postgres_server.bare() for _ in range(4)]
    with closing(create_engine(postgres_server.admin_of(urls[0])).connect()) as connection:
        login = connection.exec_driver_sql("SELECT current_user").scalar()
    with ThreadPoolExecutor(4) as pool:
        for _ in range(5):
            tried = [
                pool.submit(prepare, postgres_server.admin_of(url), str(login)) for url in urls
            ]
            for one in tried:
                one.result()
