"""The wall in the database itself: a question that forgets its condition still finds only the
owner's rows, and one that forgot its owner finds none."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

import postgres_server
from roost.adapters.views.opened import Asked, Opened
from roost.adapters.views.place import opened_for_writing, transaction
from roost.adapters.views.postgres import PostgresOpened, engine_for
from roost.adapters.views.schema import tables
from roost.kernel.ids import OPERATOR, ClientId, Owner
from roost.kernel.purview import WHOLE, Purview

GRID, SHOP, HALL = "power-grid", "shop", "city-hall"
CLIENTS = (GRID, SHOP, HALL)
OF_CLIENTS = [table for table in tables.sorted_tables if "client" in table.columns]
OF_THE_OPERATOR = [table for table in tables.sorted_tables if "client" not in table.columns]


def row_of(table: Table, client: str, number: int) -> dict[str, Any]:
    """A row of any table: each column by its type."""
    plain = {int: number, str: f"t{number}", bytes: b"x"}
    row = {column.name: plain[column.type.python_type] for column in table.columns}
    return {**row, "client": client} if "client" in row else row


def fill(connection: Connection) -> None:
    for table in tables.sorted_tables:
        if table.name != "shape":
            for number, client in enumerate(CLIENTS):
                connection.execute(table.insert(), row_of(table, client, number))


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def views(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Asked]:
    path = tmp_path_factory.mktemp("wall") / "views.db"
    place = path if request.param == "sqlite" else postgres_server.database()
    engine = opened_for_writing(place)
    with transaction(engine) as connection:
        fill(connection)
    engine.dispose()
    opened = Opened(place) if isinstance(place, Path) else PostgresOpened(place)
    yield opened
    opened.close()


def connected(views: Asked, purview: Purview) -> Connection:
    connection = views.connect(purview)
    assert connection is not None
    return connection


def clients_in(connection: Connection, table: Table) -> set[str]:
    return {row[0] for row in connection.execute(select(table.c.client))}


@pytest.mark.parametrize("table", OF_CLIENTS, ids=str)
def test_a_client_has_its_own_rows_whatever_it_asks_for(views: Asked, table: Table) -> None:
    for client in (GRID, SHOP, "nobody"):
        with connected(views, Purview(Owner(client))) as connection:
            assert clients_in(connection, table) == {client} & set(CLIENTS)
            others = select(func.count()).select_from(table).where(table.c.client != client)
            assert connection.execute(others).scalar() == 0


@pytest.mark.parametrize("table", OF_THE_OPERATOR, ids=str)
def test_what_is_the_operators_is_not_there_for_a_client(views: Asked, table: Table) -> None:
    count = select(func.count()).select_from(table)
    with connected(views, Purview(Owner(GRID))) as connection:
        assert connection.execute(count).scalar() == 0
    with connected(views, WHOLE) as connection:
        assert connection.execute(count).scalar()


@pytest.mark.parametrize("table", OF_CLIENTS, ids=str)
def test_the_operators_people_have_all_or_some_clients(views: Asked, table: Table) -> None:
    for named in (None, frozenset[ClientId](), frozenset({ClientId(GRID), ClientId(HALL)})):
        with connected(views, Purview(OPERATOR, named)) as connection:
            assert clients_in(connection, table) == (set(CLIENTS) if named is None else named)


ROUND_SQLITE = (
    "SELECT * FROM main.contacts",
    "SELECT * FROM contacts UNION ALL SELECT * FROM main.contacts",
    "SELECT name FROM sqlite_master",
    "DELETE FROM contacts",
    "UPDATE main.contacts SET client = 'power-grid'",
    "DROP VIEW temp.contacts",
    "CREATE TEMP TABLE mine AS SELECT 1",
    "ATTACH DATABASE ':memory:' AS other",
    "PRAGMA query_only = OFF",
    "PRAGMA table_info(contacts)",
)
ROUND_POSTGRES = (
    "SELECT * FROM events",
    "SELECT * FROM vault",
    "SELECT * FROM snapshots",
    "DELETE FROM contacts",
    "UPDATE contacts SET client = 'power-grid'",
    "DROP POLICY client ON contacts",
    "ALTER TABLE contacts DISABLE ROW LEVEL SECURITY",
    "CREATE TABLE mine AS SELECT 1",
)


def test_a_client_cannot_go_round_the_wall(views: Asked) -> None:
    round_ = ROUND_SQLITE if isinstance(views, Opened) else ROUND_POSTGRES
    for statement in round_:
        with connected(views, Purview(Owner(GRID))) as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement)).fetchall()


def test_a_connection_is_whose_it_was_asked_for_and_no_longer(views: Asked) -> None:
    """They're pooled: one that comes back belongs to nobody."""
    contacts = tables.tables["contacts"]
    for client in (GRID, SHOP, GRID):
        with connected(views, Purview(Owner(client))) as connection:
            assert clients_in(connection, contacts) == {client}
            if isinstance(views, Opened):
                connection.info.clear()
            else:
                connection.execute(text("SELECT set_config('roost.owner', '', true)"))
            assert clients_in(connection, contacts) == set()


def test_without_an_owner_there_is_nothing(views: Asked) -> None:
    """For none of the roles: whoever forgets to say who asks finds no rows."""
    if isinstance(views, Opened):
        return  # there's no connection without one
    engine = engine_for(postgres_server.database(empty=False))
    for role in ("roost_operator", "roost_client", "roost_owner"):
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            if role != "roost_owner":
                connection.exec_driver_sql(f"SET LOCAL ROLE {role}")
                for table in OF_CLIENTS:
                    assert clients_in(connection, table) == set()
            else:
                with pytest.raises(DBAPIError):
                    connection.exec_driver_sql(f"SET LOCAL ROLE {role}")
    engine.dispose()


def test_nobody_asks_for_nobody() -> None:
    with pytest.raises(AssertionError):
        Purview(Owner(""))
