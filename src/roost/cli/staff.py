"""`roost staff`: the cheapest staffing by interval that keeps what the contracts promise."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from roost.cli.output import fail, result
from roost.cli.simulate import Grains, asked_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from roost.simulator.many import Task
    from roost.simulator.outcome import Outcome
    from roost.simulator.play import Job
    from roost.simulator.search import Found


def staff(
    scenario: Annotated[Path, typer.Argument(help="As examples/power-grid/scenarios/day.yaml.")],
    seeds: Annotated[
        int, typer.Option("--seeds", min=2, max=10_000, help="Runs of a round that counts.")
    ] = 4,
    rounds: Annotated[int, typer.Option("--rounds", min=1, max=200, help="At most so many.")] = 10,
    interval: Annotated[Grains, typer.Option("--interval", help="Staffing by this.")] = Grains.HALF,
    processes: Annotated[
        int | None, typer.Option("--processes", min=1, help="At once (default: one a core).")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Find how many people are needed when, beginning with Erlang A and corrected by the twin."""
    from roost.office.measures.intervals import Grain
    from roost.simulator.many import Results, cores, play_many
    from roost.simulator.search import NoPromise, Search

    (job,) = asked_for(scenario, None, "", [], None, "").jobs
    results = Results()

    def quietly(_: "Task", __: "Outcome") -> None:
        """The rounds are told, not the runs."""

    def play(one: "Job", which: "Sequence[int]") -> "Sequence[Outcome]":
        if not play_many([one], which, results, processes or cores(), quietly):
            fail("interrupted")
        return results.complete([one], which)[0]

    def told(done: int, plan: list[int], sure: float) -> None:
        if not as_json:
            typer.echo(f"round {done}: {sum(plan)} people-intervals, sure by {sure:.0%}", err=True)

    try:
        found = Search(job, Grain(interval.value), play, range(1, seeds + 1)).run(rounds, told)
    except NoPromise as nothing:
        fail(str(nothing))
    result(found, as_json, lambda: show(found))
    if not found.whole:
        raise typer.Exit(1)


def show(found: "Found") -> None:
    """A row an interval."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title="people needed", title_justify="left")
    for name in ("from", "people", "Erlang A", "offered", "service level"):
        table.add_column(name, justify="left" if name == "from" else "right")
    for one in found.needs:
        level = "–" if one.service_level is None else f"{one.service_level:.1%}"
        at = one.at[:16].replace("T", " ")
        table.add_row(at, str(one.agents), str(one.analytic), f"{one.offered:.1f}", level)
    console = Console()
    console.print(table)
    for one in found.kept:
        console.print(
            f"{one.client}: {one.term} is kept, sure by {one.sure:.0%} after {found.runs} runs",
            highlight=False,
        )
    if not found.whole:
        console.print("Not every promise is kept often enough: give it more --rounds.")
    console.print(f"{found.agent_hours:,.1f} agent hours, {found.rounds} rounds", highlight=False)
