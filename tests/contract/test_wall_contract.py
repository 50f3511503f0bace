"""The wall in the database itself: a question that forgets its condition still finds only the
owner's rows, and one that forgot its owner finds none."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select, text
from sqlalchemy.exc import DBAPIError

from roost.adapters.views.opened import Opened
from roost.adapters.views.schema import open_views, prepare, tables
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


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    path = tmp_path_factory.mktemp("wall") / "views.db"
    engine = open_views(path)
    prepare(engine)
    with engine.connect() as connection:
        fill(connection)
    engine.dispose()
    opened = Opened(path)
    yield opened
    opened.close()


def connected(views: Opened, purview: Purview) -> Connection:
    connection = views.connect(purview)
    assert connection is not None
    return connection


def clients_in(connection: Connection, table: Table) -> set[str]:
    return {row[0] for row in connection.execute(select(table.c.client))}


@pytest.mark.parametrize("table", OF_CLIENTS, ids=str)
def test_a_client_has_its_own_rows_whatever_it_asks_for(views: Opened, table: Table) -> None:
    for client in (GRID, SHOP, "nobody"):
        with connected(views, Purview(Owner(client))) as connection:
            assert clients_in(connection, table) == {client} & set(CLIENTS)
            others = select(func.count()).select_from(table).where(table.c.client != client)
            assert connection.execute(others).scalar() == 0


@pytest.mark.parametrize("table", OF_THE_OPERATOR, ids=str)
def test_what_is_the_operators_is_not_there_for_a_client(views: Opened, table: Table) -> None:
    count = select(func.count()).select_from(table)
    with connected(views, Purview(Owner(GRID))) as connection:
        assert connection.execute(count).scalar() == 0
    with connected(views, WHOLE) as connection:
        assert connection.execute(count).scalar()


@pytest.mark.parametrize("table", OF_CLIENTS, ids=str)
def test_the_operators_people_have_all_or_some_clients(views: Opened, table: Table) -> None:
    for named in (None, frozenset[ClientId](), frozenset({ClientId(GRID), ClientId(HALL)})):
        with connected(views, Purview(OPERATOR, named)) as connection:
            assert clients_in(connection, table) == (set(CLIENTS) if named is None else named)


def test_a_client_cannot_go_round_the_wall(views: Opened) -> None:
    for statement in (
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
    ):
        with connected(views, Purview(Owner(GRID))) as connection, pytest.raises(DBAPIError):
            connection.execute(text(statement)).fetchall()


def test_a_connection_is_whose_it_was_asked_for_and_no_longer(views: Opened) -> None:
    """They're pooled: one that comes back belongs to nobody."""
    contacts = tables.tables["contacts"]
    for client in (GRID, SHOP, GRID):
        with connected(views, Purview(Owner(client))) as connection:
            assert clients_in(connection, contacts) == {client}
            connection.info.clear()
            assert clients_in(connection, contacts) == set()


def test_nobody_asks_for_nobody() -> None:
    with pytest.raises(AssertionError):
        Purview(Owner(""))
