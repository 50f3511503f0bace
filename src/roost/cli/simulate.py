"""`roost simulate`: a scenario of a centre's folder in virtual time, and what it came to."""

from pathlib import Path
from typing import Annotated, Any

import typer


def simulate(
    scenario: Annotated[Path, typer.Argument(help="As examples/power-grid/scenarios/day.yaml.")],
    seeds: Annotated[int, typer.Option("--seeds", min=1, max=10_000, help="How many runs.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The first run's seed.")] = 1,
    data: Annotated[
        Path | None, typer.Option("--data", help="Keep the first run's log here, and prove it.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Play a scenario on the production engine in virtual time."""
    import msgspec

    from roost.definitions import load
    from roost.definitions.load import Loaded
    from roost.simulator.play import HoldsALog, play

    folder, name = scenario.parent.parent, scenario.stem
    loaded = load(folder)
    if not isinstance(loaded, Loaded):
        for problem in loaded:
            typer.echo(str(problem), err=True)
        raise typer.Exit(1)
    if name not in loaded.scenarios:
        known = ", ".join(sorted(loaded.scenarios)) or "none"
        typer.echo(f"{scenario}: no such scenario; {folder} has: {known}", err=True)
        raise typer.Exit(1)
    try:
        results = [
            play(loaded, name, one, data if one == seed else None)
            for one in range(seed, seed + seeds)
        ]
    except HoldsALog as trouble:
        typer.echo(str(trouble), err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(msgspec.json.encode(results if seeds > 1 else results[0]).decode())
    else:
        show(name, results)
    if any(r["lost"] or r["incidents"] or r["verified"] is False for r in results):
        raise typer.Exit(1)


ROWS = (
    ("contacts", "contacts"),
    ("offered", "offered to a queue"),
    ("answered", "answered"),
    ("abandoned", "abandoned"),
    ("voicemails", "voicemails"),
    ("lost", "lost"),
    ("service_level", "service level"),
    ("asa_s", "ASA, s"),
    ("aht_s", "AHT, s"),
    ("recordings", "recordings"),
    ("events", "events"),
    ("contacts_per_second", "contacts a second"),
)


def show(name: str, results: list[dict[str, Any]]) -> None:
    """A table, a column a seed."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{name}, in virtual time", title_justify="left")
    table.add_column("")
    for result in results:
        table.add_column(f"seed {result['seed']}", justify="right")
    for key, title in ROWS:
        table.add_row(title, *(shown(key, result[key]) for result in results))
    money = [f"{r['earned']['minor'] / 100:,.2f} {r['earned']['currency']}" for r in results]
    table.add_row("earned", *money)
    Console().print(table)


def shown(key: str, value: Any) -> str:
    if value is None:
        return "–"
    if key == "service_level":
        return f"{value:.1%}"
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"
