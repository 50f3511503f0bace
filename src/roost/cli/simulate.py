"""`roost simulate`: a scenario of a centre's folder in virtual time, and what if."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roost.cli.output import fail

if TYPE_CHECKING:
    from roost.office.measures.intervals import Grain
    from roost.ports.simulations import SimulationReport as Report
    from roost.simulator.asked import Playable
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
    found = asked_for(scenario, from_log, period, what_if or [], grain, agent_hour)
    folder = None if scenario is None else scenario.parent.parent
    made = played(found, range(seed, seed + seeds), keep, processes, data, folder)
    written(made, html, "csv" if csv else "json" if as_json else "", queues=queues)
    if made.verified is False or any(one.lost or one.incidents for one in made.variants):
        raise typer.Exit(1)


def played(
    found: "Playable",
    seeds: range,
    keep: Path | None,
    processes: int | None,
    data: Path | None,
    folder: Path | None,
) -> "Report":
    """Everything played, and what it came to; `folder` the definitions that it was played by."""
    from roost.simulator.many import Results
    from roost.simulator.play import HoldsALog, play_and_keep
    from roost.simulator.report import report

    jobs, results = found.jobs, Results(keep)
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
    return report(jobs, found.names, outcomes, proved, found.actual)


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


def asked_for(
    scenario: Path | None,
    from_log: Path | None,
    period: str,
    changes: list[str],
    grain: "Grain | None",
    agent_hour: str,
) -> "Playable":
    """What is to be played; ends with what's wrong."""
    from roost.office.measures.intervals import Grain
    from roost.simulator.asked import CannotPlay, of_log, of_scenario

    try:
        if from_log is not None and scenario is None:
            name = f"{from_log} {period}"
            found = of_log(from_log, period, changes, grain or Grain.HALF, agent_hour, name)
        elif scenario is not None and from_log is None:
            found = of_scenario(scenario, changes, grain)
        else:
            fail("name a scenario, or a log with --from-log and --period", 2)
    except CannotPlay as wrong:
        if wrong.misused:
            fail(str(wrong), 2)
        for line in wrong.lines:
            typer.echo(line, err=True)
        raise typer.Exit(1) from None
    for line in found.says:
        typer.echo(line, err=True)
    return found


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
