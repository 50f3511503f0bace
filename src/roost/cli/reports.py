"""`roost reports`: figures by queue, client, agent or code, from a centre's files."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table as Grid

from roost.adapters.clock.wall import CellClock
from roost.cli.contacts import clock
from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Files, Json
from roost.definitions.times import zone, zone_names
from roost.kernel.calendar import local_day, start_of_day
from roost.kernel.ids import AgentId, ClientId, QueueId
from roost.kernel.purview import WHOLE
from roost.kernel.time import InstantUs, Zone
from roost.office.measures.dictionary import MEASURES, By, Measure, Unit
from roost.office.measures.intervals import Grain, bounds, wall
from roost.office.measures.words import name
from roost.ports.reports import Cut, Reports
from roost.web import report_files
from roost.web.limits import MOST_FILE_INTERVALS
from roost.web.problems import Trouble
from roost.web.report_rows import Asked, Column, ReportRow, Table
from roost.web.spans import instant_of

app = typer.Typer(help="Figures by queue, client, agent or wrap-up code.")

From = Annotated[str, typer.Option("--from", help="A local day or time: 2026-11-25[T08:00].")]
To = Annotated[str, typer.Option("--to", help="The same; itself not included. Default: now.")]
Interval = Annotated[
    Grain, typer.Option("--interval", help="Of which length.", case_sensitive=False)
]
ZoneName = Annotated[str, typer.Option("--zone", help="Default: the centre's.")]
Client = Annotated[str, typer.Option("--client", help="Only this client's.")]
Queue = Annotated[str, typer.Option("--queue", help="Only this queue's: CLIENT/NAME.")]
Agent = Annotated[str, typer.Option("--agent", help="Only this agent's part.")]
Code = Annotated[str, typer.Option("--code", help="Only with this wrap-up code.")]
Csv = Annotated[bool, typer.Option("--csv", help="Write CSV to standard output.")]
Xlsx = Annotated[Path | None, typer.Option("--xlsx", help="Write an xlsx file here.")]
Measures = Annotated[
    str, typer.Option("--measures", help="Which to show, as offered,service_level,aht.")
]

SHOWN: Final = {
    By.QUEUES: "offered,answered,abandoned,service_level,asa,aht",
    By.CLIENTS: "contacts,offered,answered,abandoned,service_level,asa,aht",
    By.AGENTS: "handled,aht,missed_rings,signed_in_time,ready_time,away_time,occupancy",
    By.CODES: "handled,average_talk,average_wrap_up,aht",
}


class Report(Struct, frozen=True):
    """What --json prints: the rows as the API gives them."""

    report: By
    zone: str
    interval: Grain
    since: InstantUs
    until: InstantUs
    columns: tuple[Column, ...]
    rows: tuple[ReportRow, ...]


@app.command("queues")
def queues(
    from_: From = "",
    to: To = "",
    interval: Interval = Grain.WHOLE,
    zone_: ZoneName = "",
    client: Client = "",
    queue: Queue = "",
    measures: Measures = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """By queue: a contact counts once for each queue that it entered. Default: today."""
    cut = _cut(client, queue, "", "")
    asked = (By.QUEUES, cut, from_, to, interval, zone_)
    _report(*asked, directory, data, _Output(measures, as_json, as_csv, xlsx))


@app.command("clients")
def clients(
    from_: From = "",
    to: To = "",
    interval: Interval = Grain.WHOLE,
    zone_: ZoneName = "",
    client: Client = "",
    measures: Measures = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """By client: a contact counts once, whatever queues it was in. Default: today."""
    asked = (By.CLIENTS, _cut(client, "", "", ""), from_, to, interval, zone_)
    _report(*asked, directory, data, _Output(measures, as_json, as_csv, xlsx))


@app.command("agents")
def agents(
    from_: From = "",
    to: To = "",
    interval: Interval = Grain.WHOLE,
    zone_: ZoneName = "",
    client: Client = "",
    queue: Queue = "",
    agent: Agent = "",
    code: Code = "",
    measures: Measures = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """By agent, with their time unless one client, queue or code is asked for. Default: today."""
    cut = _cut(client, queue, agent, code)
    asked = (By.AGENTS, cut, from_, to, interval, zone_)
    _report(*asked, directory, data, _Output(measures, as_json, as_csv, xlsx))


@app.command("codes")
def codes(
    from_: From = "",
    to: To = "",
    interval: Interval = Grain.WHOLE,
    zone_: ZoneName = "",
    client: Client = "",
    queue: Queue = "",
    agent: Agent = "",
    measures: Measures = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
    as_csv: Csv = False,
    xlsx: Xlsx = None,
) -> None:
    """By the wrap-up code that segments were finished with. Default: today."""
    cut = _cut(client, queue, agent, "")
    asked = (By.CODES, cut, from_, to, interval, zone_)
    _report(*asked, directory, data, _Output(measures, as_json, as_csv, xlsx))


class _Output(Struct, frozen=True):
    measures: str
    as_json: bool
    as_csv: bool
    xlsx: Path | None


def _cut(client: str, queue: str, agent: str, code: str) -> Cut:
    return Cut(
        ClientId(client) if client else None,
        QueueId(queue) if queue else None,
        (AgentId(agent),) if agent else None,
        code or None,
    )


def _report(
    by: By,
    cut: Cut,
    from_: str,
    to: str,
    grain: Grain,
    zone_: str,
    directory: Path,
    data: Path | None,
    output: _Output,
) -> None:
    files = Files(directory, data)
    if zone_ and zone_ not in zone_names():
        fail(f"there's no time zone {zone_!r}: give an IANA name, as Asia/Shanghai.", 2)
    there, now = zone(zone_) if zone_ else files.zone, CellClock().now()
    since = _instant(there, from_, start_of_day(there, local_day(there, now)))
    until = _instant(there, to, now)
    limits = bounds(there, grain, since, until, MOST_FILE_INTERVALS)
    if not limits:
        fail(f"--to isn't later than --from, or there are over {MOST_FILE_INTERVALS} intervals.", 2)
    table = Table(by, Asked(there, grain, since, until, cut), limits, now)
    try:
        _write(table, files.views.reports(WHOLE), files, output)
    finally:
        files.close()


def _instant(there: Zone, text: str, otherwise: InstantUs) -> InstantUs:
    if not text:
        return otherwise
    try:
        return instant_of(there, text)
    except (Trouble, ValueError):
        fail(f"{text!r} is no time: write it as 2026-11-25 or 2026-11-25T08:00.", 2)


def _write(table: Table, reports: Reports, files: Files, output: _Output) -> None:
    names = (
        {row.key: files.name_of(AgentId(row.key)) for row in _rows(table, reports)}
        if (table.by is By.AGENTS)
        else {}
    )
    if output.xlsx is not None:
        content = report_files.xlsx_of(table, reports, names, "en")
        if content is None:
            fail("that's more rows than an xlsx file takes: use --csv, or longer intervals.")
        output.xlsx.write_bytes(content)
        Console().print(f"{output.xlsx}: {len(content)} bytes", soft_wrap=True)
        return
    if output.as_csv:
        for part in report_files.csv_of(table, reports, names, "en"):
            sys.stdout.buffer.write(part)
        sys.stdout.buffer.flush()
        return
    rows = tuple(_rows(table, reports))
    made = Report(
        table.by,
        table.asked.zone.name,
        table.asked.grain,
        table.bounds[0],
        table.bounds[-1],
        table.columns,
        rows,
    )
    result(made, output.as_json, lambda: _show(table, rows, names, output.measures))


def _rows(table: Table, reports: Reports) -> Iterator[ReportRow]:
    for _, rows in table.rows(reports):
        yield from rows


def _show(table: Table, rows: tuple[ReportRow, ...], names: dict[str, str], wanted: str) -> None:
    ids = (wanted or SHOWN[table.by]).split(",")
    known = {measure.id for measure in table.measures}
    if wanted and (unknown := [id_ for id_ in ids if id_ not in known]):
        fail(f"no measure of this report: {', '.join(unknown)}. There are {', '.join(known)}.", 2)
    measures = [MEASURES[id_] for id_ in ids if id_ in known]
    grid = Grid(box=None, pad_edge=False, header_style="dim")
    several = len(table.bounds) > 2
    for column in (["from"] if several else []) + [table.by.value]:
        grid.add_column(column, no_wrap=True)
    for measure in measures:
        grid.add_column(name(measure.id), justify="right")
    for row in rows:
        when = [_minute(table, row.since)] if several else []
        key = f"{row.client}/{row.key}" if table.by is By.CODES else row.key
        figures = [_figure(measure, row.figures[measure.id]) for measure in measures]
        grid.add_row(*when, f"{key} {names.get(row.key, '')}".strip(), *figures)
    console = Console()
    console.print(grid)
    since, until = (_minute(table, table.bounds[place]) for place in (0, -1))
    if until[:10] == since[:10]:
        until = until[11:]
    console.print(f"{since} to {until}, {table.asked.zone.name}", style="dim", soft_wrap=True)


def _minute(table: Table, instant: InstantUs) -> str:
    """On the wall of the report's zone, to the minute."""
    return wall(table.asked.zone, instant)[:16].replace("T", " ")


def _figure(measure: Measure, value: float | int | None) -> str:
    if value is None:
        return "–"
    if measure.unit is Unit.US:
        return clock(int(value)) or "0:00"
    return f"{value} %" if measure.unit is Unit.PER_CENT else str(value)
