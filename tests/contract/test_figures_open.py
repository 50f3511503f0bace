"""Every figure opens to exactly what it counts, over a day with trouble: the number is the count
of the contacts that the same measure, part and time give back."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from property.test_office_folds import CELL, day
from roost.adapters.views import CellProjection, SqliteViews
from roost.kernel.ids import AgentId, ClientId, QueueId
from roost.kernel.purview import WHOLE
from roost.kernel.time import InstantUs, Zone
from roost.office.measures.dictionary import MEASURES, By, Unit
from roost.office.measures.facts import What
from roost.office.measures.formulas import total
from roost.office.measures.intervals import Grain, bounds
from roost.ports.records import ContactFilter, Counted
from roost.ports.reports import Cut, Reports
from roost.web.report_rows import Asked, ReportRow, Table

SHANGHAI = Zone("Asia/Shanghai", "test", (-(2**62),), (8 * 3_600,))
MOST = 1_000


class Views:
    def __init__(self, path: Path) -> None:
        projection = CellProjection(path, CELL)
        projection.apply(day())
        projection.close()
        self.opened = SqliteViews(path)
        self.records, self.reports = self.opened.records(WHOLE), self.opened.reports(WHOLE)
        self.port: Reports = self.reports

    def rows(self, by: By, grain: Grain, cut: Cut | None = None) -> list[ReportRow]:
        since, until = day()[0].at, InstantUs(day()[-1].at + 1)
        asked = Asked(SHANGHAI, grain, since, until, cut or Cut())
        table = Table(by, asked, bounds(SHANGHAI, grain, since, until, 100), until)
        return [row for _, rows in table.rows(self.reports) for row in rows]


@pytest.fixture(scope="module")
def views(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Views]:
    made = Views(tmp_path_factory.mktemp("views") / "views.db")
    yield made
    made.opened.close()


def counted(row: ReportRow, id: str) -> ContactFilter:
    """The query that a row's `opens` and a measure come to."""
    asked = {name: values[0] for name, values in parse_qs(row.opens).items()}
    return ContactFilter(
        owner=ClientId(asked["client"]) if "client" in asked else None,
        counted=Counted(
            MEASURES[id].opens,
            InstantUs(int(asked["from"])),
            InstantUs(int(asked["to"])),
            QueueId(asked["queue"]) if "queue" in asked else None,
            (AgentId(asked["agent"]),) if "agent" in asked else None,
            asked.get("code"),
        ),
    )


@pytest.mark.parametrize("grain", [Grain.HALF, Grain.WHOLE])
@pytest.mark.parametrize("by", By)
def test_the_number_is_the_count(views: Views, by: By, grain: Grain) -> None:
    opened: set[str] = set()
    for row in views.rows(by, grain):
        for name in row.figures:
            measure = MEASURES[name]
            if not measure.opens:
                assert measure.what is What.TIME
                continue
            which = counted(row, name)
            found = views.records.contacts(which, None, MOST)
            assert which.counted is not None
            times = views.records.times_counted(which.counted, [one.contact for one in found])
            number = total(measure.opens, row.counts)
            assert sum(times.values()) == number, f"{name} of {row.key}"
            if measure.unit is Unit.CONTACTS:
                assert row.figures[name] == len(found) == number, f"{name} of {row.key}"
            opened.update([name] if found else [])
    assert opened >= {"handled", "aht"}
    if by in (By.QUEUES, By.CLIENTS):
        assert opened >= {"offered", "answered", "abandoned", "service_level", "missed_rings"}


def test_a_part_of_a_report_opens_to_that_part(views: Views) -> None:
    agent = AgentId(views.rows(By.AGENTS, Grain.WHOLE)[0].key)
    for by in (By.QUEUES, By.CODES):
        for row in views.rows(by, Grain.WHOLE, Cut(agents=(agent,))):
            which = counted(row, "handled")
            found = views.records.contacts(which, None, MOST)
            assert found
            assert all(agent in one.agents for one in found)
            assert "offered" not in row.figures
    code = views.rows(By.CODES, Grain.WHOLE)[0].key
    for row in views.rows(By.AGENTS, Grain.WHOLE, Cut(code=code)):
        assert "occupancy" not in row.figures
        found = views.records.contacts(counted(row, "handled"), None, MOST)
        assert all(code in one.codes for one in found)


def test_intervals_of_any_length_sum_to_the_same(views: Views) -> None:
    for by in By:
        (whole,) = [{row.key: row.counts for row in views.rows(by, Grain.WHOLE)}]
        for grain in (Grain.QUARTER, Grain.HOUR, Grain.DAY, Grain.MONTH):
            sums: dict[str, dict[str, int]] = {}
            for row in views.rows(by, grain):
                own = sums.setdefault(row.key, {})
                for name, value in row.counts.items():
                    most = name == "longest_wait_us"
                    own[name] = max(own.get(name, 0), value) if most else own.get(name, 0) + value
            assert sums == whole, grain
