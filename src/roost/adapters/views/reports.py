"""Answers of `ports.reports.Reports` from `views.db`: sums over cells and times."""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, bindparam, case, func, null, select

from roost.adapters.views.counted import read_open, span_of
from roost.adapters.views.opened import Asked
from roost.adapters.views.schema import KEPT, cells, going_on, spans, times
from roost.kernel.ids import AgentId, ClientId
from roost.kernel.purview import Purview
from roost.kernel.time import InstantUs
from roost.office.measures.counts import COUNTS, add
from roost.office.measures.dictionary import By
from roost.office.measures.facts import Fact, What
from roost.office.measures.presence import Span
from roost.ports.reports import Cut, Sum

MOST_SPANS: Final = 20_000  # of one answer: a month of one busy agent

#: What a row of each report is named by.
KEYS: Final = {
    By.QUEUES: (cells.c.queue, cells.c.client),
    By.CLIENTS: (cells.c.client, cells.c.client),
    By.AGENTS: (cells.c.agent, None),
    By.CODES: (cells.c.code, cells.c.client),
}


class SqliteReports:
    """Reads while the projections write, from any thread: what's in a purview."""

    def __init__(self, views: Asked, purview: Purview) -> None:
        self._views = views
        self._purview = purview

    def sums(
        self, by: By, cut: Cut, bounds: Sequence[InstantUs], now: InstantUs
    ) -> list[list[Sum]]:
        """What happened between each two bounds, by key; keys of which nothing is told are left
        out."""
        spans_ = list(pairwise(bounds))
        connection = self._views.connect(self._purview)
        if connection is None:
            return [[] for _ in spans_]
        timed = by is By.AGENTS and cut.owner is None and cut.queue is None and cut.code is None
        counted, spent = _counted(by, cut), _spent(cut.agents)
        made: list[list[Sum]] = []
        with connection:
            standing = _standing(connection, cut.agents) if timed else []
            for since, until in spans_:
                between = {"since": since, "until": until}
                rows: Any = connection.execute(counted, between).fetchall()
                found = _sums(rows, by)
                if timed:
                    rows = connection.execute(spent, between).fetchall()
                    for agent, state, reason, us in rows:
                        _spend(found, agent, state, reason, int(us))
                    _go_on(found, standing, since, min(now, until))
                told = [one for one in found.values() if one.counts]
                made.append(sorted(told, key=lambda one: (one.client or "", one.key)))
        return made

    def offered(self, cut: Cut, since: InstantUs, until: InstantUs) -> dict[InstantUs, int]:
        """Contacts offered, by quarter."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return {}
        statement = (
            select(cells.c.at, func.sum(cells.c.offered))
            .where(cells.c.at >= since, cells.c.at < until, *_whose(cut))
            .group_by(cells.c.at)
        )
        with connection:
            return {InstantUs(at): int(count) for at, count in connection.execute(statement)}

    def first(self, cut: Cut) -> InstantUs | None:
        """The first quarter in which anything was offered."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return None
        statement = select(func.min(cells.c.at)).where(cells.c.offered > 0, *_whose(cut))
        with connection:
            found = connection.execute(statement).scalar()
        return None if found is None else InstantUs(found)

    def spans(
        self, agent: AgentId, since: InstantUs, until: InstantUs, now: InstantUs
    ) -> list[Span]:
        """An agent's states that touch this time, in order; at most MOST_SPANS."""
        connection = self._views.connect(self._purview)
        if connection is None:
            return []
        over = (
            select(spans)
            .where(spans.c.agent == agent, spans.c.until > since, spans.c.since < until)
            .order_by(spans.c.since)
            .limit(MOST_SPANS)
        )
        goes_on = select(going_on).where(going_on.c.agent == agent, going_on.c.since < until)
        with connection:
            found = [span_of(row, row.until) for row in connection.execute(over)]
            found += [span_of(row, None) for row in connection.execute(goes_on) if now > since]
        return found


def _whose(cut: Cut) -> list[ColumnElement[bool]]:
    """Of a queue; else of contacts as a whole."""
    made = [cells.c.queue == (cut.queue or "")]
    if cut.owner is not None:
        made.append(cells.c.client == cut.owner)
    return made


def _sums(rows: Iterable[Any], by: By) -> dict[str, Sum]:
    found: dict[str, Sum] = {}
    for row in rows:
        key, client = str(row[0]), row[1]
        values: Any = row[2:]
        counts = {name: int(value) for name, value in zip(KEPT, values, strict=True) if value}
        named = f"{client}/{key}" if by is By.CODES else key
        found[named] = Sum(key, None if client is None else ClientId(client), counts)
    return found


def _counted(by: By, cut: Cut) -> Any:
    """The counts by key; `since` and `until` are given when it's executed."""
    key, client = KEYS[by]
    conditions = [cells.c.at >= bindparam("since"), cells.c.at < bindparam("until")]
    if by is not By.CLIENTS:
        conditions.append(key != "")
    if cut.owner is not None:
        conditions.append(cells.c.client == cut.owner)
    if cut.queue is not None:
        conditions.append(cells.c.queue == cut.queue)
    if cut.agents is not None:
        conditions.append(cells.c.agent.in_(cut.agents))
    if cut.code is not None:
        conditions.append(cells.c.code == cut.code)
    as_a_whole = by is By.CLIENTS and cut.queue is None
    columns = [_column(name, as_a_whole) for name in KEPT]
    group = [key] if client is None else [key, client]
    shown = (key, null() if client is None else client)
    return select(*shown, *columns).where(*conditions).group_by(*group)


def _column(name: str, as_a_whole: bool) -> ColumnElement[int]:
    """A client's contacts count once each, whatever queues they were in."""
    column: ColumnElement[int] = cells.c[name]
    if as_a_whole and COUNTS[name].what is What.VISIT:
        column = case((cells.c.queue == "", column), else_=0)
    return func.max(column) if COUNTS[name].most else func.sum(column)


def _spent(agents: Sequence[AgentId] | None) -> Any:
    statement = (
        select(times.c.agent, times.c.state, times.c.reason, func.sum(times.c.us))
        .where(times.c.at >= bindparam("since"), times.c.at < bindparam("until"))
        .group_by(times.c.agent, times.c.state, times.c.reason)
    )
    return statement if agents is None else statement.where(times.c.agent.in_(agents))


def _standing(connection: Connection, agents: Sequence[AgentId] | None) -> list[Span]:
    every = read_open(connection).values()
    return [span for span in every if agents is None or span.agent in agents]


def _go_on(found: dict[str, Sum], standing: list[Span], since: int, until: int) -> None:
    """The states that aren't over."""
    for span in standing:
        begin = max(span.since, since)
        if begin < until:
            _spend(found, span.agent, span.state, span.reason, until - begin)


def _spend(found: dict[str, Sum], agent: str, state: str, reason: str, us: int) -> None:
    row = found.get(agent)
    if row is None:
        row = found[agent] = Sum(agent, None, {})
    for name in _counts_of_time(state):
        row.counts[name] = row.counts.get(name, 0) + us
    if state == "away":
        row.away[reason] = row.away.get(reason, 0) + us


@cache
def _counts_of_time(state: str) -> tuple[str, ...]:
    """What time spent so is counted as."""
    sums: dict[str, int] = {}
    add(sums, Fact(What.TIME, InstantUs(0), "", state, spent_us=1))
    return tuple(sums)
