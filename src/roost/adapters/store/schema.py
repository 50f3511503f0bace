"""The tables of a stream's file and of `snapshots.db`, and how a file is brought up to date.

Alembic keeps the shapes; its scripts are shipped inside this package. As importing it takes a
third of a second, an up-to-date file is recognised by its version row alone.
"""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.pool import StaticPool

log_tables: Final = MetaData()
snapshot_tables: Final = MetaData()

events: Final = Table(
    "events",
    log_tables,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("type", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("contact", Text),
    Column("at", Integer, nullable=False),
    Column("actor", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
)

vault: Final = Table(
    "vault",
    log_tables,
    Column("owner", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Index("vault_by_id", "id"),
    sqlite_with_rowid=False,
)

writer: Final = Table(
    "writer",
    log_tables,
    Column("stream", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
)

snapshots: Final = Table(
    "snapshots",
    snapshot_tables,
    Column("stream", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Integer, nullable=False),
    Column("types", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("state", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

HEADS: Final = {"log": "log0001", "snapshots": "snapshots0001"}
MIGRATIONS: Final = Path(__file__).parent / "migrations"


def open_file(path: Path, *, reading: bool = False, full_sync: bool = True) -> Engine:
    """A SQLAlchemy engine on a SQLite file, one connection, transactions by hand.

    A file that's made here is readable by its owner only.
    """
    if not reading and not path.exists():
        _make(path)
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,  # an error's text goes into a log
        poolclass=StaticPool,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 5.0},
    )

    def prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        if reading:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute(f"PRAGMA synchronous = {'FULL' if full_sync else 'NORMAL'}")
            cursor.execute("PRAGMA secure_delete = FAST")
            cursor.execute("PRAGMA journal_size_limit = 67108864")
        cursor.close()

    event.listen(engine, "connect", prepare)
    return engine


def roll_back(connection: Connection) -> None:
    """Ends the transaction, if one is open still: SQLite has rolled back by itself where the disk
    is full, say."""
    driver: Any = connection.connection.driver_connection
    if driver.in_transaction:
        connection.exec_driver_sql("ROLLBACK")


def _make(path: Path) -> None:
    """An empty file in WAL mode, put into place whole: switching the mode needs the file alone,
    and fails at once while any other process looks at it."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(sqlite3.connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):  # another process was faster
            os.link(fresh, path)
    finally:
        fresh.unlink()


def bring_up_to_date(engine: Engine, kind: str) -> None:
    """Run the migrations of `log` or `snapshots` that a file hasn't seen yet."""
    head = HEADS[kind]
    with engine.connect() as connection:
        if inspect(connection).has_table("alembic_version"):
            row = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchone()
            if row is not None and row[0] == head:
                return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS / kind))
    config.attributes["engine"] = engine
    command.upgrade(config, head)
