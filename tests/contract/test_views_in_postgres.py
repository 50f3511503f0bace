"""The views in PostgreSQL answer what SQLite's do: the same records, figures and money, whoever
asks."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine

import postgres_server
from contract.test_money_in_views import settled
from contract.test_views_contract import ALL, CELL, GRID, SETTINGS, hour
from roost.adapters.views import CellProjection, SettingsProjection, SqliteViews
from roost.adapters.views.place import NotPrepared, Place, opened_for_writing
from roost.floor.queues.messages import Outcome
from roost.kernel.ids import OPERATOR, AgentId, ClientId, Owner
from roost.kernel.purview import WHOLE, Purview
from roost.kernel.time import HOUR, InstantUs
from roost.office.measures.dictionary import By
from roost.ports.records import ContactFilter, Counted
from roost.ports.reports import Cut

BATCH = 400
WATER = ClientId("water")
PURVIEWS = (
    WHOLE,
    Purview(OPERATOR, frozenset({GRID})),
    Purview(OPERATOR, frozenset({WATER})),
    Purview(Owner(GRID)),
    Purview(Owner(WATER)),
)


def filled(place: Place) -> SqliteViews:
    cell, contracts = CellProjection(place, CELL), SettingsProjection(place, SETTINGS)
    for start in range(0, len(hour()), BATCH):
        cell.apply(hour()[start : start + BATCH])
    contracts.apply(settled(included=False))
    assert cell.position() == len(hour())
    cell.close()
    contracts.close()
    return SqliteViews(place)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SqliteViews, SqliteViews]]:
    file = tmp_path_factory.mktemp("both") / "views.db"
    two = filled(file), filled(postgres_server.database())
    yield two
    for one in two:
        one.close()


def answers(views: SqliteViews, purview: Purview) -> dict[str, Any]:
    records, reports = views.records(purview), views.reports(purview)
    first, last = hour()[0].at, InstantUs(hour()[-1].at + 1)
    known = records.contacts(ALL, None, 1000)
    agent = next((one.agents[0] for one in known if one.agents), AgentId("1001"))
    begin = InstantUs(first - first % HOUR)
    counted = Counted(("answered",), begin, last)
    filters = (
        ALL,
        ContactFilter(agent=agent),
        ContactFilter(outcome=Outcome.ANSWERED, recorded=True, message=False),
        ContactFilter(owner=GRID, counted=counted, least_talk_us=0),  # type: ignore[arg-type]
    )
    drafts = records.drafts(None)
    return {
        "contacts": [records.contacts(one, None, 1000) for one in filters],
        "record": records.contact(GRID, 1),
        "times": records.times_counted(counted, [one.contact for one in known]),
        "drafts": drafts,
        "lines": [
            records.explain(draft.client, draft.period, line.line, 0, 1000)
            for draft in drafts
            for line in draft.lines
        ],
        "earned": records.earned(first, last),
        "sums": [reports.sums(by, Cut(), (begin, last), last) for by in By],
        "offered": reports.offered(Cut(), InstantUs(0), last),
        "first": reports.first(Cut()),
        "spans": reports.spans(agent, first, last, last),
        "statements": views.statements(purview).statements(None, None, 10),
    }


@pytest.mark.parametrize("purview", PURVIEWS, ids=str)
def test_they_answer_alike(both: tuple[SqliteViews, SqliteViews], purview: Purview) -> None:
    file, database = (answers(views, purview) for views in both)
    for question, found in file.items():
        assert database[question] == found, question
    seen = purview.has(GRID)
    assert bool(file["contacts"][0]) == bool(file["drafts"]) == bool(file["first"]) == seen


def test_half_a_batch_leaves_nothing() -> None:
    url = postgres_server.database()
    cell = CellProjection(url, CELL)
    cell.apply(hour()[:500])
    admin = create_engine(postgres_server.admin_of(url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.exec_driver_sql("ALTER TABLE roost.parts RENAME TO gone")
        with pytest.raises(Exception, match="parts"):
            cell.apply(hour()[500:1000])
        connection.exec_driver_sql("ALTER TABLE roost.gone RENAME TO parts")
    assert cell.position() == 500
    cell.apply(hour()[500:1000])
    assert cell.position() == 1000
    cell.close()
    admin.dispose()


def test_views_of_another_shape_name_the_mend() -> None:
    url = postgres_server.database()
    admin = create_engine(postgres_server.admin_of(url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        before = connection.exec_driver_sql("SELECT shape FROM roost.shape").scalar()
        connection.exec_driver_sql("UPDATE roost.shape SET shape = 'views/0'")
        with pytest.raises(NotPrepared, match="roost database prepare"):
            opened_for_writing(url)
        assert SqliteViews(url).records(WHOLE).contacts(ALL, None, 10) == []
        connection.exec_driver_sql("UPDATE roost.shape SET shape = %s", (before,))
    admin.dispose()
