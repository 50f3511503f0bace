"""The counts by quarter, over a simulated day with trouble: any batches give the same rows, an
agent's time is cut to the microsecond, and reports sum what was counted."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from property.test_office_folds import CELL, day, whole
from roost.adapters.views import CellProjection, SqliteViews
from roost.adapters.views.schema import cells, facts, going_on, open_views, spans, times
from roost.floor.agents import messages as agents
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId
from roost.kernel.purview import WHOLE
from roost.kernel.time import HOUR, InstantUs
from roost.office.counting import facts_of
from roost.office.measures.counts import together
from roost.office.measures.dictionary import By
from roost.office.measures.facts import What
from roost.office.measures.intervals import QUARTER, quarter_of
from roost.office.summary import summarise
from roost.ports.reports import Cut

TABLES = (cells, facts, spans, going_on, times)


def rows_after(log: Sequence[Envelope], sizes: Sequence[int], folder: Path) -> list[Any]:
    """Every row that batches of these sizes come to; the projection begins anew in between."""
    path, place = folder / "views.db", 0
    for size in [*sizes, len(log)]:
        projection = CellProjection(path, CELL)
        projection.apply(log[place : place + size])
        projection.close()
        place = min(place + size, len(log))
    engine = open_views(path, reading=True)
    with engine.connect() as connection:
        found = [
            sorted(
                repr(tuple(row))
                for row in connection.execute(select(table))
                if table is not cells or any(row[5:])
            )
            for table in TABLES
        ]
    engine.dispose()
    return found


def part() -> tuple[Envelope, ...]:
    """A quarter of the day, so that many batches can be tried."""
    return day()[: len(day()) // 4]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.integers(1, 700), max_size=12))
def test_any_batches_come_to_the_same_rows(sizes: list[int]) -> None:
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        assert rows_after(part(), sizes, Path(one)) == rows_after(part(), [], Path(other))


def test_an_agents_time_sums_to_the_time_signed_in_to_the_microsecond(tmp_path: Path) -> None:
    projection = CellProjection(tmp_path / "views.db", CELL)
    projection.apply(day())
    signed_in: dict[AgentId, int] = {}
    since: dict[AgentId, int] = {}
    for envelope in day():
        match envelope.body:
            case agents.AgentSignedIn(agent=agent):
                since[agent] = envelope.at
            case agents.AgentSignedOut(agent=agent):
                signed_in[agent] = signed_in.get(agent, 0) + envelope.at - since.pop(agent)
    begin, end = quarter_of(day()[0].at), InstantUs(quarter_of(day()[-1].at) + QUARTER)
    now = day()[-1].at
    for agent, start in since.items():
        signed_in[agent] = signed_in.get(agent, 0) + now - start
    views = SqliteViews(tmp_path / "views.db")
    reports = views.reports(WHOLE)
    (rows,) = reports.sums(By.AGENTS, Cut(), (begin, end), now)
    assert {row.key: row.counts.get("signed_in_us", 0) for row in rows} == signed_in
    for row in rows:
        states = ("away_us", "ready_us", "ringing_us", "talking_us", "holding_us", "wrapping_us")
        assert sum(row.counts.get(state, 0) for state in states) == row.counts["signed_in_us"]
        assert sum(row.away.values()) == row.counts.get("away_us", 0)
        own = reports.spans(AgentId(row.key), begin, end, now)
        assert all(a.until == b.since for a, b in pairwise(own) if b.reason != "signed_in")
        assert sum((one.until or now) - one.since for one in own) == row.counts["signed_in_us"]
        ready = [one for one in own if one.state == "ready"]
        assert all(one.clients for one in ready), "nobody knows whom they were ready for"
    quarters = reports.sums(
        By.AGENTS, Cut(), [InstantUs(at) for at in range(begin, end + 1, QUARTER)], now
    )
    for row in rows:
        parts = [one.counts for quarter in quarters for one in quarter if one.key == row.key]
        assert together(parts) == row.counts
        assert all(one["signed_in_us"] <= QUARTER for one in parts)
    views.close()
    projection.close()


def test_reports_are_sums_of_the_same_facts(tmp_path: Path) -> None:
    projection = CellProjection(tmp_path / "views.db", CELL)
    projection.apply(day())
    views = SqliteViews(tmp_path / "views.db")
    reports = views.reports(WHOLE)
    begin, end = quarter_of(day()[0].at), InstantUs(day()[-1].at + HOUR)
    every = [fact for record in whole().records.values() for fact in facts_of(record)]

    def count(by: By, name: str) -> int:
        (rows,) = reports.sums(by, Cut(), (begin, end), end)
        return sum(row.counts.get(name, 0) for row in rows)

    summary = summarise(whole().records.values())
    assert count(By.CLIENTS, "contacts") == len(whole().records)
    assert count(By.CLIENTS, "offered") == summary.offered
    assert count(By.QUEUES, "offered") == sum(
        1 for fact in every if fact.what is What.VISIT and fact.queue
    )
    segments = sum(1 for fact in every if fact.what is What.SEGMENT)
    assert {count(by, "handled") for by in By} == {segments}
    assert count(By.AGENTS, "missed_rings") == sum(
        1 for fact in every
        if fact.what is What.RING and fact.word in ("no_answer", "declined", "unreachable")
    ) > 0  # fmt: skip
    hours = [InstantUs(at) for at in range(begin, end, HOUR)]
    hourly = sum(
        row.counts.get("talk_us", 0)
        for hour in reports.sums(By.CODES, Cut(), [*hours, InstantUs(hours[-1] + HOUR)], end)
        for row in hour
    )
    assert hourly == sum(fact.talk_us for fact in every)
    views.close()
    projection.close()
