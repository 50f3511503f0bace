"""A report's rows: sums by interval and key, and the figures that the measures make of them."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct
from msgspec.structs import replace

from roost.kernel.ids import AgentId, ClientId
from roost.kernel.time import InstantUs, Zone
from roost.office.measures.dictionary import By, Measure, Unit, of_report
from roost.office.measures.facts import What
from roost.office.measures.formulas import shown
from roost.office.measures.intervals import Grain, wall
from roost.ports.reports import Cut, Reports, Sum
from roost.web.follow import Follower
from roost.web.live import Live
from roost.web.parts import Parts
from roost.web.sight import Sight

AT_ONCE: Final = 96  # intervals asked for together


class Format(StrEnum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


class Asked(Struct, frozen=True):
    """What a report is to tell: of which part, from–to, by which intervals of which zone."""

    zone: Zone
    grain: Grain
    since: InstantUs
    until: InstantUs
    cut: Cut
    team: str | None = None
    format: Format = Format.JSON


class Column(Struct, frozen=True):
    """A measure of the report, as it's defined (`GET /api/measures`)."""

    measure: str
    version: int
    unit: Unit
    opens: bool  # to contacts


class ReportRow(Struct, frozen=True):
    """`key` is the queue, client, agent or code. `figures` by measure, of `counts`. The contacts
    behind a figure: `/api/contacts?measure=ID&` and `opens`."""

    key: str
    client: ClientId | None
    since: InstantUs
    until: InstantUs
    local: str  # `since` on the zone's wall, with its offset
    figures: dict[str, float | None]
    counts: dict[str, int]
    away: dict[str, int]  # an agent's time away, by reason, in µs
    opens: str


class Table(Struct, frozen=True):
    """A report that's asked for, with its intervals' bounds."""

    by: By
    asked: Asked
    bounds: list[InstantUs]
    now: InstantUs

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those that have a meaning for the part that's asked for."""
        cut = self.asked.cut
        part = cut.agents is not None or cut.code is not None
        found = of_report(self.by, by_agent=part and self.by is not By.AGENTS)
        if cut.owner is None and cut.queue is None and cut.code is None:
            return found
        return tuple(one for one in found if one.what is not What.TIME)

    @property
    def spends(self) -> bool:
        """Whether it tells of agents' time."""
        return any(one.what is What.TIME for one in self.measures)

    @property
    def columns(self) -> tuple[Column, ...]:
        return tuple(
            Column(one.id, one.version, one.unit, bool(one.opens)) for one in self.measures
        )

    def rows(self, reports: Reports) -> Iterator[tuple[InstantUs, list[ReportRow]]]:
        """Each interval's beginning, and its rows (in a file they open nothing). Blocking."""
        measures = self.measures
        for start in range(0, len(self.bounds) - 1, AT_ONCE):
            some = self.bounds[start : start + AT_ONCE + 1]
            found = reports.sums(self.by, self.asked.cut, some, self.now)
            for at, end, sums in zip(some, some[1:], found, strict=False):
                local = wall(self.asked.zone, at)
                yield at, [self._row(measures, at, end, local, one) for one in sums]

    def _row(
        self,
        measures: tuple[Measure, ...],
        since: InstantUs,
        until: InstantUs,
        local: str,
        one: Sum,
    ) -> ReportRow:
        opens = self.asked.format is Format.JSON
        return ReportRow(
            one.key,
            one.client,
            since,
            until,
            local,
            {measure.id: shown(measure.formula, one.counts) for measure in measures},
            one.counts,
            one.away,
            self._opens(since, until, one) if opens else "",
        )

    def _opens(self, since: InstantUs, until: InstantUs, one: Sum) -> str:
        cut = self.asked.cut
        agents = cut.agents or ()
        asked: Mapping[str, str | None] = {
            "client": one.client or cut.owner,
            "queue": one.key if self.by is By.QUEUES else cut.queue,
            "agent": one.key
            if self.by is By.AGENTS
            else agents[0]
            if len(agents) == 1 and self.asked.team is None
            else None,
            "team": None if self.by is By.AGENTS else self.asked.team,
            "code": one.key if self.by is By.CODES else cut.code,
            "from": str(since),
            "to": str(until),
        }
        return urlencode({name: value for name, value in asked.items() if value})


def members(follower: Follower, agent: str | None, team: str | None) -> tuple[AgentId, ...] | None:
    """One agent, a team, or who is both; None: everybody."""
    if team is None:
        return None if agent is None else (AgentId(agent),)
    found = sorted(one.id for one in follower.live.agents.values() if one.team == team)
    return tuple(one for one in found if agent in (None, one))


def seen(cut: Cut, by: By, sight: Sight, live: Live) -> Cut:
    """What's asked for, as far as it's seen: an agent's own part, a supervisor's teams."""
    agents = cut.agents
    if sight.agent is not None:
        agents = (sight.agent,) if agents is None or sight.agent in agents else ()
    elif sight.teams and (by is By.AGENTS or agents is not None):
        staff = sorted(live.agents.values(), key=lambda one: one.id)
        mine = tuple(one.id for one in staff if sight.sees_agent(one.id, one.team))
        agents = tuple(one for one in mine if agents is None or one in agents)
    return replace(cut, agents=agents)


def names_of(table: Table, parts: Parts, follower: Follower) -> dict[str, str]:
    """What people call the keys of a report: agents' and clients' names. Blocking."""
    if table.by is By.AGENTS:
        agents = list(follower.live.agents)
        return {agent: parts.name_of(agent) or "" for agent in agents}
    if table.by is By.CLIENTS:
        return {one.client: one.name for one in parts.looks.now().clients.values()}
    return {}
