"""`roost simulate`: a scenario of a centre's folder in virtual time, and what if."""

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


class Grains(StrEnum):
    QUARTER = "15m"
    HALF = "30m"
    HOUR = "1h"
    DAY = "day"
    WHOLE = "whole"


def simulate(
    scenario: Annotated[Path, typer.Argument(help="As examples/power-grid/scenarios/day.yaml.")],
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=100_000, help="How many runs.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The first run's seed.")] = 1,
    what_if: Annotated[
        list[str] | None,
        typer.Option(
            "--what-if",
            help="Beside it: another folder, or changes such as agents=-3 or FILE:KEY.KEY=VALUE.",
        ),
    ] = None,
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
    """Play a scenario on the production engine in virtual time."""
    from roost.cli import simulated
    from roost.office.measures.intervals import Grain
    from roost.simulator.many import Results
    from roost.simulator.play import HoldsALog, play_and_keep
    from roost.simulator.report import report

    grain = None if interval is None else Grain(interval.value)
    jobs = jobs_of(scenario, what_if or [], grain)
    results = Results(keep)
    proved: bool | None = None
    if data is not None:
        try:
            outcome, proved = play_and_keep(jobs[0], seed, data)
        except HoldsALog as trouble:
            fail(str(trouble))
        results.take((jobs[0].fingerprint(), seed), outcome)
    run(jobs, range(seed, seed + seeds), results, processes)
    outcomes = results.complete(jobs, range(seed, seed + seeds))
    if not outcomes[0]:
        fail("nothing was played to its end")
    names = [scenario.stem, *(what_if or [])]
    made = report(jobs, names, outcomes, proved)
    if html is not None:
        from roost.simulator.page import page

        html.write_text(page(made), encoding="utf-8")
    if as_json:
        simulated.as_json(made)
    elif csv:
        simulated.as_csv(made)
    else:
        simulated.show(made, queues=queues)
        if html is not None:
            typer.echo(f"Charts: {html}")
    bad = any(one.lost or one.incidents for found in outcomes for one in found)
    if bad or proved is False:
        raise typer.Exit(1)


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
