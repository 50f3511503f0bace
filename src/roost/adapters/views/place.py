"""Where the views lie: a file of SQLite's, or a PostgreSQL database by its URL."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table
from sqlalchemy.dialects import postgresql, sqlite

from roost.adapters.views.postgres import engine_for, work_as
from roost.adapters.views.schema import open_views, prepare, ready

Place = Path | str

POSTGRES: Final = "postgresql"


class NotPrepared(Exception):
    """The database's views are of another Roost's shape. The mend: `roost database prepare`."""


def opened_for_writing(place: Place) -> Engine:
    """With its tables in today's shape. Raises NotPrepared, SQLAlchemyError."""
    if isinstance(place, Path):
        engine = open_views(place)
        prepare(engine)
        return engine
    engine = engine_for(place)
    with transaction(engine, writing=False) as connection:
        if ready(connection):
            return engine
    engine.dispose()
    raise NotPrepared("the views in PostgreSQL are of another shape: run `roost database prepare`")


@contextmanager
def transaction(engine: Engine, *, writing: bool = True) -> Generator[Connection, None, None]:
    """All of it or nothing. One that writes is alone."""
    with engine.connect() as connection:
        if engine.dialect.name == POSTGRES:
            work_as(connection, writing=writing)
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
        try:
            yield connection
        except BaseException:
            connection.exec_driver_sql("ROLLBACK")
            raise
        connection.exec_driver_sql("COMMIT")


def insert(connection: Connection, table: Table) -> Any:
    """An INSERT that can say what happens to a row that's there (`on_conflict_do_update`)."""
    if connection.dialect.name == POSTGRES:
        return postgresql.insert(table)
    return sqlite.insert(table)
