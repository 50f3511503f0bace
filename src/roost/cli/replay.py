"""`roost replay`: all state recomputed from the log, and compared."""

from pathlib import Path

import typer

from roost.cli.output import fail, result
from roost.engine.bodies import UnknownEvent
from roost.engine.step import FoldFailed
from roost.processes import settings
from roost.processes.replaying import NoLog, Replayed
from roost.processes.replaying import replay as replay_log


def replay(directory: Path, data: Path | None, verify: bool, as_json: bool) -> None:
    """Status 1 when something doesn't come out the same."""
    try:
        launch = settings.launch(directory, data)
        done = replay_log(launch.places, launch.settings.cell, verify)
    except (settings.BadSettings, NoLog) as error:
        fail(str(error))
    except (FoldFailed, UnknownEvent) as error:
        fail(f"the log can't be folded by this version: {error}")
    result(done, as_json, lambda: _show(done))
    if done.verified is False:
        raise typer.Exit(1)


def _show(done: Replayed) -> None:
    typer.echo(f"{done.events} events fold to {done.digest[:16]}; {done.calls} calls standing")
    for proof in done.proofs:
        typer.echo(f"{'ok  ' if proof.ok else 'FAIL'} {proof.says}")
