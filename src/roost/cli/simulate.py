"""`roost simulate`: a scenario of a centre's folder in virtual time, and what if."""

import re
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from roost.cli.output import fail

if TYPE_CHECKING:
    from roost.definitions.problems import Problem
    from roost.office.measures.intervals import Grain
    from roost.simulator.many import Results, Task
    from roost.simulator.outcome import Outcome
    from roost.simulator.play import Job
    from roost.simulator.report import Report


class Grains(StrEnum):
    QUARTER = "15m"
    HALF = "30m"
    HOUR = "1h"
    DAY = "day"
    WHOLE = "whole"


def simulate(
    scenario: Annotated[
        Path | None, typer.Argument(help="As examples/power-grid/scenarios/day.yaml.")
    ] = None,
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=100_000, help="How many runs.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The first run's seed.")] = 1,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            help="Beside it: another folder, or changes such as agents=-3 or FILE:KEY.KEY=VALUE.",
        ),
    ] = None,
    from_log: Annotated[
        Path | None,
        typer.Option("--from-log", help="Play a log again: a centre's data folder (DIR/.roost)."),
    ] = None,
    period: Annotated[
        str, typer.Option("--period", help="A day of the log, or FROM/TO: 2026-11-24T08:00/….")
    ] = "",
    agent_hour: Annotated[
        str, typer.Option("--agent-hour", help="What an agent's hour costs, for --from-log.")
    ] = "",
    interval: Annotated[
        Grains | None, typer.Option("--interval", help="Figures by this (default: the scenario's).")
    ] = None,
    queues: Annotated[bool, typer.Option("--queues", help="Figures of queues, too.")] = False,
    data: Annotated[
        Path | None, typer.Option("--data", help="Keep the first run's log here, and prove it.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Keep results in this file, and go on from it.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="At once (default: one a core).")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", help="Write a page with charts to this file.")
    ] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Play a scenario, or a log again, on the production engine in virtual time."""
    from roost.office.measures.intervals import Grain

    grain = None if interval is None else Grain(interval.value)
    changes, actual = what_if or [], None
    if from_log is not None and scenario is None:
        jobs, actual = jobs_of_log(from_log, period, changes, grain or Grain.HALF, agent_hour)
        name = f"{from_log} {period}"
    elif scenario is not None and from_log is None:
        jobs, name = jobs_of(scenario, changes, grain), scenario.stem
    else:
        fail("name a scenario, or a log with --from-log and --period", 2)
    folder = None if scenario is None else scenario.parent.parent
    names, which = [name, *changes], range(seed, seed + seeds)
    made = played(jobs, names, which, keep, processes, data, actual, folder)
    written(made, html, "csv" if csv else "json" if as_json else "", queues=queues)
    if made.verified is False or any(one.lost or one.incidents for one in made.variants):
        raise typer.Exit(1)


def played(
    jobs: "list[Job]",
    names: list[str],
    seeds: range,
    keep: Path | None,
    processes: int | None,
    data: Path | None,
    actual: "Outcome | None",
    folder: Path | None,
) -> "Report":
    """Everything played, and what it came to; `folder` the definitions that it was played by."""
    from roost.simulator.many import Results
    from roost.simulator.play import HoldsALog, play_and_keep
    from roost.simulator.report import report

    results = Results(keep)
    proved: bool | None = None
    if data is not None:
        try:
            outcome, proved = play_and_keep(jobs[0], seeds[0], data)
        except HoldsALog as trouble:
            fail(str(trouble))
        results.take((jobs[0].fingerprint(), seeds[0]), outcome)
        if folder is not None:
            settle(data, folder)
    run(jobs, seeds, results, processes)
    outcomes = results.complete(jobs, seeds)
    if not outcomes[0]:
        fail("nothing was played to its end")
    return report(jobs, names, outcomes, proved, actual)


def settle(data: Path, folder: Path) -> None:
    """Beside a kept log its settings, as in a centre that was there."""
    from roost.adapters.clock.wall import CellClock
    from roost.adapters.store.keys import KeyFile
    from roost.adapters.store.sqlite import SqliteStore
    from roost.definitions import Loaded, load
    from roost.processes.putting_in_force import plan, write_settings

    loaded = load(folder)
    if isinstance(loaded, Loaded):
        store = SqliteStore(data / "streams", KeyFile(data / "keys.json"))
        write_settings(store, CellClock(), plan(store, loaded, "simulated"))


def written(made: "Report", html: Path | None, form: str, *, queues: bool) -> None:
    """In the form that was asked for, and as a page as well."""
    from roost.cli import simulated

    if html is not None:
        from roost.simulator.page import page

        html.write_text(page(made), encoding="utf-8")
    match form:
        case "json":
            simulated.as_json(made)
        case "csv":
            simulated.as_csv(made)
        case _:
            simulated.show(made, queues=queues)
            if html is not None:
                typer.echo(f"Charts: {html}")


def jobs_of_log(
    data: Path, period: str, changes: list[str], grain: "Grain", agent_hour: str
) -> "tuple[list[Job], Outcome]":
    """A log's job, one for each change, and what did happen; ends with what's wrong."""
    from roost.simulator.history import NothingThere
    from roost.simulator.logs import NoPeriod, past
    from roost.simulator.what_if import Unclear, changed_log

    if re.fullmatch(r"|[0-9]{1,9}(\.[0-9]{1,6})?", agent_hour) is None:
        fail(f"{agent_hour!r} is no sum: write 68.00", 2)
    try:
        found = past(data, period, grain, agent_hour)
    except NoPeriod as no:
        fail(str(no), 2)
    except NothingThere as nothing:
        fail(str(nothing))
    if found.under_way:
        typer.echo(
            f"{found.under_way} contacts were under way when it began: the twin doesn't know of "
            "them. Begin where the centre is quiet.",
            err=True,
        )
    jobs = [found.job]
    for change in changes:
        try:
            job = changed_log(found.job, change)
        except Unclear as unclear:
            fail(str(unclear), 2)
        if isinstance(job, list):
            refuse(job)
        jobs.append(job)
    return jobs, found.actual


def jobs_of(scenario: Path, changes: list[str], grain: "Grain | None") -> "list[Job]":
    """The scenario's job and one for each change; ends with what's wrong."""
    from roost.definitions import load
    from roost.definitions.load import Loaded
    from roost.simulator.play import job_of
    from roost.simulator.what_if import Unclear, changed

    folder = scenario.parent.parent
    loaded = load(folder)
    if not isinstance(loaded, Loaded):
        refuse(loaded)
    if scenario.stem not in loaded.scenarios:
        known = ", ".join(sorted(loaded.scenarios)) or "none"
        fail(f"{scenario}: no such scenario; {folder} has: {known}")
    jobs = [job_of(loaded, scenario.stem, grain)]
    for change in changes:
        try:
            job = changed(folder, scenario, change, grain)
        except Unclear as unclear:
            fail(str(unclear), 2)
        if isinstance(job, list):
            refuse(job)
        jobs.append(job)
    return jobs


def refuse(problems: "list[Problem]") -> NoReturn:
    """Everything that's wrong, and the end."""
    for problem in problems:
        typer.echo(str(problem), err=True)
    raise typer.Exit(1)


def run(jobs: "list[Job]", seeds: range, results: "Results", processes: int | None) -> None:
    """Plays what isn't there yet, with a bar where somebody looks on."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    from roost.simulator.many import cores, play_many

    console = Console(stderr=True)
    wanted = len({job.fingerprint() for job in jobs}) * len(seeds)
    columns = (TextColumn("runs"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=wanted < 3 or not sys.stderr.isatty()) as bar:
        task = bar.add_task("runs", total=wanted, completed=len(results.found))

        def done(_: "Task", __: "Outcome") -> None:
            bar.advance(task)

        whole = play_many(jobs, seeds, results, processes or cores(), done)
    if not whole:
        typer.echo(f"interrupted; {len(results.found)} runs are done", err=True)
