"""The tables of `views.db`. Another SHAPE, another evaluator of contracts or another count, and
the file is emptied and filled again from the log: nothing in it is the only copy.

What a client may see has a column `client`, and its keys begin with it: neither a clash nor a
count of one client's rows tells of another's. A table without it is the operator's."""

import os
import sqlite3
from contextlib import closing, suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Engine,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    select,
    text,
)

from roost.office.contracts.pricing import EVALUATOR
from roost.office.measures.counts import COUNTS
from roost.office.measures.facts import What

SHAPE: Final = (
    f"views/6 {EVALUATOR} {sha256(repr(sorted(COUNTS.items())).encode()).hexdigest()[:12]}"
)

#: Instants and durations need 64 bits; words are compared by their bytes, everywhere alike.
NUMBER: Final = Integer().with_variant(BigInteger(), "postgresql")
TEXT: Final = Text().with_variant(Text(collation="C"), "postgresql")

#: The counts that `cells` keeps, a column each; those of agents' time are in `times`.
KEPT: Final = tuple(name for name, count in COUNTS.items() if count.what is not What.TIME)

PROMISED: Final = text("promised_in IS NOT NULL")
tables: Final = MetaData()

shape: Final = Table("shape", tables, Column("shape", TEXT, primary_key=True))

positions: Final = Table(
    "positions",
    tables,
    Column("stream", TEXT, primary_key=True),
    Column("number", NUMBER, nullable=False),
)

contacts: Final = Table(
    "contacts",
    tables,
    Column("client", TEXT, primary_key=True),
    Column("contact", TEXT, primary_key=True),
    Column("count", NUMBER, nullable=False),
    Column("arrived", NUMBER, nullable=False),
    Column("ended", NUMBER),
    Column("queue", TEXT),
    Column("outcome", TEXT),
    Column("reason", TEXT, nullable=False),
    Column("agents", TEXT, nullable=False),  # "|1001|1004|"
    Column("codes", TEXT, nullable=False),  # "|moved|"
    Column("tasks", TEXT, nullable=False),  # "|T17|"
    Column("recordings", NUMBER, nullable=False),
    Column("message", NUMBER, nullable=False),
    Column("number", TEXT, nullable=False),  # that was called
    Column("promised_in", TEXT),  # the contact in which this call was promised
    Column("person", TEXT),  # the caller, as the client's index knows them (ports.persons)
    Column("ended_by", TEXT),
    Column("ended_why", TEXT),
    Column("waited_us", NUMBER, nullable=False),
    Column("talk_us", NUMBER, nullable=False),
    Column("finished", NUMBER),  # the instant that names its period; null: still open
    Column("kind", TEXT),
    Column("unbilled", TEXT),  # the one reason why it has no line
    Column("record", LargeBinary, nullable=False),  # office.records.model.Record, msgpack
    Index("contacts_by_id", "contact"),
    Index("contacts_by_time", "arrived", "client", "count"),
    Index("contacts_by_count", "client", "count", unique=True),
    Index("contacts_by_finish", "client", "finished"),
    Index("contacts_by_person", "client", "person", "arrived"),
    Index("contacts_by_promise", "promised_in", sqlite_where=PROMISED, postgresql_where=PROMISED),
    sqlite_with_rowid=False,
)

parts: Final = Table(
    "parts",
    tables,
    Column("client", TEXT, primary_key=True),
    Column("day", NUMBER, primary_key=True),  # in the contract's zone
    Column("line", TEXT, primary_key=True),
    Column("since", NUMBER, primary_key=True),  # where the line's run began
    Column("surcharge", TEXT, primary_key=True),
    Column("counted", NUMBER, primary_key=True),  # the instant that names its period
    Column("contact", TEXT, primary_key=True),
    Column("quantity", NUMBER, nullable=False),
    Index("parts_by_contact", "contact"),
    Index("parts_by_time", "client", "counted", "line", "since", "surcharge", "quantity"),
    Index("parts_by_day", "client", "day", "line", "since", "surcharge", "quantity"),
    sqlite_with_rowid=False,
)

contracts: Final = Table(
    "contracts",
    tables,
    Column("client", TEXT, primary_key=True),
    Column("contract", LargeBinary, nullable=False),  # office.contracts.model.Contract, msgpack
)

shared: Final = Table(
    "shared",
    tables,
    Column("one", NUMBER, primary_key=True),  # 1: there's one row
    Column("billing", LargeBinary, nullable=False),  # office.contracts.sellers.Billing, msgpack
)

belongs: Final = Table(
    "belongs",
    tables,
    Column("agent", TEXT, primary_key=True),
    Column("since", NUMBER, primary_key=True),
    Column("team", TEXT, nullable=False),
    Column("clients", TEXT, nullable=False),  # "|power-grid|water|": whose queues they may serve
    sqlite_with_rowid=False,
)

told: Final = Table(
    "told",
    tables,
    Column("client", TEXT, primary_key=True),
    Column("facts", LargeBinary, nullable=False),  # office.facts.Facts, msgpack
)

statements: Final = Table(
    "statements",
    tables,
    Column("client", TEXT, primary_key=True),
    Column("period", TEXT, primary_key=True),
    Column("stage", TEXT, nullable=False),
    Column("confirm_by", NUMBER, nullable=False),
    Column("view", LargeBinary, nullable=False),  # office.accounts.views.StatementView, msgpack
    Index("statements_by_period", "period", "client"),
    sqlite_with_rowid=False,
)

documents: Final = Table(
    "documents",
    tables,
    Column("client", TEXT, primary_key=True),
    Column("number", TEXT, primary_key=True),
    Column("day", TEXT, nullable=False),
    Column("event", NUMBER, nullable=False),
    Column("view", LargeBinary, nullable=False),  # office.accounts.views.DocumentView, msgpack
    Index("documents_by_number", "number"),
    Index("documents_by_day", "client", "day"),
    Index("documents_by_event", "event"),
)


facts: Final = Table(
    "facts",
    tables,
    Column("contact", TEXT, nullable=False),
    Column("what", TEXT, nullable=False),
    Column("at", NUMBER, nullable=False),
    Column("client", TEXT, nullable=False),
    Column("queue", TEXT, nullable=False),
    Column("agent", TEXT, nullable=False),
    Column("code", TEXT, nullable=False),
    Column("word", TEXT, nullable=False),
    Column("marks", NUMBER, nullable=False),
    Index("facts_by_contact", "contact"),
    Index("facts_by_time", "what", "at", "client", "queue", "agent"),
)

cells: Final = Table(
    "cells",
    tables,
    Column("at", NUMBER),
    Column("client", TEXT),
    Column("queue", TEXT),
    Column("agent", TEXT),
    Column("code", TEXT),
    *(Column(name, NUMBER, nullable=False) for name in KEPT),
    PrimaryKeyConstraint("client", "at", "queue", "agent", "code"),
    Index("cells_by_time", "at"),
    sqlite_with_rowid=False,
)

spans: Final = Table(
    "spans",
    tables,
    Column("agent", TEXT, primary_key=True),
    Column("since", NUMBER, primary_key=True),
    Column("until", NUMBER, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("clients", TEXT, nullable=False),  # "|power-grid|water|"
    Column("contact", TEXT),
    sqlite_with_rowid=False,
)

going_on: Final = Table(
    "going_on",
    tables,
    Column("agent", TEXT, primary_key=True),
    Column("since", NUMBER, nullable=False),
    Column("state", TEXT, nullable=False),
    Column("reason", TEXT, nullable=False),
    Column("clients", TEXT, nullable=False),
    Column("contact", TEXT),
    sqlite_with_rowid=False,
)

times: Final = Table(
    "times",
    tables,
    Column("at", NUMBER, primary_key=True),
    Column("agent", TEXT, primary_key=True),
    Column("state", TEXT, primary_key=True),
    Column("reason", TEXT, primary_key=True),
    Column("clients", TEXT, primary_key=True),
    Column("us", NUMBER, nullable=False),
    sqlite_with_rowid=False,
)


def open_views(path: Path, *, reading: bool = False) -> Engine:
    """An engine on the file. Transactions are begun by hand; WAL, so readers never wait."""
    if not reading:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
    engine = create_engine(
        f"sqlite:///{path}",
        hide_parameters=True,  # an error's text goes into a log
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": 10.0},
    )

    def settings(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        if reading:
            cursor.execute("PRAGMA query_only = ON")
        else:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = NORMAL")  # it can be rebuilt
            cursor.execute("PRAGMA journal_size_limit = 67108864")
        cursor.close()

    event.listen(engine, "connect", settings)
    return engine


def _make(path: Path) -> None:
    """An empty file in WAL mode, put into place whole: switching a file's mode fails at once
    while another process looks at it."""
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


def prepare(engine: Engine) -> None:
    """Makes the tables, anew when they have another shape."""
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        if not ready(connection):
            tables.drop_all(connection)
            tables.create_all(connection)
            connection.execute(shape.insert().values(shape=SHAPE))
        connection.exec_driver_sql("COMMIT")


def ready(connection: Connection) -> bool:
    """Whether the tables are there, in today's shape."""
    if not inspect(connection).has_table("shape"):
        return False
    return connection.execute(select(shape.c.shape)).scalar() == SHAPE
