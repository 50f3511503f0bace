"""Reports: what was counted, by queue, client, agent and code; an agent's day; the day's curve.

Every figure is a measure of the dictionary over sums of counts, and opens to the contacts that
it's made of: `GET /api/contacts?measure=ID&` and the row's `opens`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Struct
from msgspec.structs import replace

from roost.kernel.ids import OPERATOR, AgentId, QueueId, owner_of
from roost.kernel.purview import Purview
from roost.kernel.time import InstantUs
from roost.office.audit.messages import DataExported
from roost.office.measures.dictionary import MEASURES, By, Measure, Rule, Unit
from roost.office.measures.formulas import text
from roost.office.measures.intervals import Grain, bounds, wall
from roost.office.measures.words import WORDS
from roost.ports.reports import Cut, Reports
from roost.web import report_files
from roost.web.agent_day import AgentDay, agent_day
from roost.web.audit import Notes
from roost.web.contacts import client_of
from roost.web.curve import Curve, CurveGrain, curve
from roost.web.follow import Follower
from roost.web.limits import (
    MOST_FILE_INTERVALS,
    MOST_REPORT_INTERVALS,
    MOST_REPORT_ROWS,
    MOST_XLSX_ROWS,
)
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, language_of, not_found
from roost.web.report_rows import Asked, Column, Format, ReportRow, Table, members, names_of, seen
from roost.web.spans import instant_of, zone_of

WHEN: Final = "A local day (`2026-11-25`) or time (`2026-11-25T08:00`) of the zone, or µs"
PATTERN: Final = r"^([0-9]{1,16}|[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)$"
From = Annotated[str, QueryParameter(name="from", pattern=PATTERN, description=WHEN)]
To = Annotated[
    str, QueryParameter(name="to", pattern=PATTERN, description=f"{WHEN}; itself not included")
]
ZoneName = Annotated[
    str | None,
    QueryParameter(
        max_length=64,
        pattern=r"^[A-Za-z0-9_+/-]+$",
        description="IANA; by default the client's, or the centre's",
    ),
]
Day = Annotated[
    str | None,
    QueryParameter(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="As `2026-11-25`"),
]
Name = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]


class MeasureRow(Struct, frozen=True):
    """A measure's definition, as it's computed everywhere."""

    id: str
    version: int
    unit: Unit
    decimals: int
    rule: Rule  # in which interval a thing is counted
    by: tuple[By, ...]
    formula: str
    opens: tuple[str, ...]  # the counts of the contacts that it opens to
    name_en: str
    says_en: str
    name_zh: str
    says_zh: str


class Report(Struct, frozen=True):
    """Rows by interval, then key. Times in µs, shares in per cent; null: no data. `next`: from
    where to ask again, when there would be more rows than one answer holds."""

    report: By
    zone: str
    interval: Grain
    since: InstantUs
    until: InstantUs
    next: InstantUs | None
    generated: InstantUs
    columns: tuple[Column, ...]
    intervals: tuple[InstantUs, ...]  # where they begin
    rows: tuple[ReportRow, ...]


@get("/api/measures", summary="What each measure means")
async def measures() -> list[MeasureRow]:
    """The dictionary: every definition in force, with its words in both languages."""
    return [_measure(measure) for measure in MEASURES.values()]


def _measure(measure: Measure) -> MeasureRow:
    words = WORDS[measure.id]
    return MeasureRow(
        measure.id,
        measure.version,
        measure.unit,
        measure.decimals,
        measure.rule,
        tuple(by for by in By if by in measure.by),
        text(measure.formula),
        measure.opens,
        words.name_en,
        words.says_en,
        words.name_zh,
        words.says_zh,
    )


async def asked(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    since: From,
    until: To,
    interval: Annotated[Grain, QueryParameter()] = Grain.DAY,
    zone: ZoneName = None,
    client: Name = None,
    queue: Name = None,
    agent: Name = None,
    team: Name = None,
    code: Name = None,
    format: Annotated[Format, QueryParameter()] = Format.JSON,
) -> Asked:
    """What every report is asked by."""
    owner = client_of(caller, client)
    there = await asyncio.to_thread(zone_of, parts, zone, owner)
    begin, end = instant_of(there, since), instant_of(there, until)
    if end <= begin:
        raise Trouble(400, "empty_span")
    cut = Cut(
        owner,
        None if queue is None else QueueId(queue),
        members(follower, agent, team),
        code,
    )
    return Asked(there, interval, begin, end, cut, team, format)


ASKED: Final = {"asked": Provide(asked)}


@get("/api/reports/queues", summary="Figures by queue", dependencies=ASKED)
async def by_queue(
    request: Request[Any, Any, Any],
    asked: NamedDependency[Asked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Response[Any] | Stream:
    """A contact counts once for each queue that it entered."""
    return await _report(By.QUEUES, asked, request, caller, parts, follower, notes)


@get("/api/reports/clients", summary="Figures by client", dependencies=ASKED)
async def by_client(
    request: Request[Any, Any, Any],
    asked: NamedDependency[Asked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Response[Any] | Stream:
    """A contact counts once, whatever queues it was in."""
    return await _report(By.CLIENTS, asked, request, caller, parts, follower, notes)


@get("/api/reports/agents", summary="Figures by agent", dependencies=ASKED)
async def by_agent(
    request: Request[Any, Any, Any],
    asked: NamedDependency[Asked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Response[Any] | Stream:
    """With their time, unless it's asked for one client, queue or code."""
    return await _report(By.AGENTS, asked, request, caller, parts, follower, notes)


@get("/api/reports/codes", summary="Figures by wrap-up code", dependencies=ASKED)
async def by_code(
    request: Request[Any, Any, Any],
    asked: NamedDependency[Asked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Response[Any] | Stream:
    """Segments by the code that they were finished with."""
    return await _report(By.CODES, asked, request, caller, parts, follower, notes)


async def _report(
    by: By,
    asked: Asked,
    request: Request[Any, Any, Any],
    caller: Caller,
    parts: Parts,
    follower: Follower,
    notes: Notes,
) -> Response[Any] | Stream:
    most = MOST_REPORT_INTERVALS if asked.format is Format.JSON else MOST_FILE_INTERVALS
    limits = bounds(asked.zone, asked.grain, asked.since, asked.until, most)
    if not limits:
        raise Trouble(400, "span_too_long", {"most": str(most)})
    sight = follower.sights.of(caller.horizon)
    cut = seen(asked.cut, by, sight, follower.live)
    reports = parts.views.reports(Purview(caller.owner) if by is By.AGENTS else sight.purview)
    table = Table(by, replace(asked, cut=cut), limits, parts.clock.now())
    if asked.format is Format.JSON:
        return Response(await asyncio.to_thread(_whole, table, reports))
    owner = OPERATOR if cut.owner is None else owner_of(cut.owner)
    exported = DataExported(owner=owner, what=f"reports/{by.value}", format=asked.format.value)
    await notes.note(caller, exported)
    named = await asyncio.to_thread(names_of, table, parts, follower)
    language = language_of(request)
    file = f"roost-{by.value}-{wall(asked.zone, limits[0])[:10]}.{asked.format.value}"
    headers = {"Content-Disposition": f'attachment; filename="{file}"'}
    if asked.format is Format.CSV:
        text = report_files.csv_of(table, reports, named, language)
        return Stream(_in_thread(text), media_type="text/csv; charset=utf-8", headers=headers)
    content = await asyncio.to_thread(report_files.xlsx_of, table, reports, named, language)
    if content is None:
        raise Trouble(400, "file_too_large", {"most": str(MOST_XLSX_ROWS)})
    return Response(content, media_type=report_files.XLSX, headers=headers)


async def _in_thread(parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    while (part := await asyncio.to_thread(next, parts, None)) is not None:
        yield part


def _whole(table: Table, reports: Reports) -> Report:
    """As many whole intervals as one answer holds."""
    rows: list[ReportRow] = []
    shown, following = list(table.bounds), None
    for at, interval in table.rows(reports):
        if rows and len(rows) + len(interval) > MOST_REPORT_ROWS:
            following, shown = at, [one for one in shown if one <= at]
            break
        rows += interval
    asked = table.asked
    return Report(
        table.by,
        asked.zone.name,
        asked.grain,
        shown[0],
        shown[-1],
        following,
        table.now,
        table.columns,
        tuple(shown[:-1]),
        tuple(rows),
    )


@get("/api/reports/agent-day", summary="An agent's day")
async def agents_day(
    caller: NamedDependency[Caller],
    follower: NamedDependency[Follower],
    parts: NamedDependency[Parts],
    agent: Annotated[str, QueryParameter(pattern=r"^[A-Za-z0-9._-]{1,64}$")],
    day: Day = None,
    zone: ZoneName = None,
) -> AgentDay:
    """Every state with its reason and contact, from–to, and what they sum to. The day is a local
    one of the zone; by default today."""
    horizon = caller.horizon
    if not horizon.whole and follower.sights.agent(horizon, AgentId(agent)) is None:
        raise not_found()
    return await asyncio.to_thread(agent_day, parts, AgentId(agent), day, zone)


@get("/api/reports/curve", summary="The day's curve")
async def days_curve(
    caller: NamedDependency[Caller],
    follower: NamedDependency[Follower],
    parts: NamedDependency[Parts],
    client: Name = None,
    queue: Name = None,
    interval: Annotated[CurveGrain, QueryParameter()] = CurveGrain.HALF,
    day: Day = None,
    zone: ZoneName = None,
) -> Curve:
    """Contacts offered by interval of a local day (by default today), against the median of the
    same weekday in those of the last four weeks that there are."""
    sight = follower.sights.of(caller.horizon)
    cut = Cut(client_of(caller, client), None if queue is None else QueueId(queue))
    reports = parts.views.reports(sight.purview)
    return await asyncio.to_thread(curve, parts, reports, cut, interval, day, zone)


ROUTES: Final = (measures, by_queue, by_client, by_agent, by_code, agents_day, days_curve)
