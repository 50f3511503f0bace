"""`roost database`: the tables of a centre that lies in PostgreSQL."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from sqlalchemy import make_url

from roost.cli.output import fail
from roost.cli.reading import Centre
from roost.processes import settings
from roost.processes.database import NotReady, check, named, prepare

app = typer.Typer(help="The database of a centre that lies in PostgreSQL.")


@app.callback()
def database() -> None:
    """Its tables and roles."""


@app.command("prepare")
def prepare_(
    directory: Centre = Path(),
    as_: Annotated[
        str, typer.Option("--as", help="Whom to log in as: somebody who may make roles.")
    ] = "postgres",
) -> None:
    """Make roles and tables, or bring them up to date; safe to do again."""
    try:
        url = settings.load(directory).store
    except settings.BadSettings as error:
        fail(str(error))
    if not url:
        fail("this centre lies in SQLite: give `store` in its roost.toml a PostgreSQL URL.")
    parts = make_url(url)
    try:
        prepare(parts.set(username=as_), parts.username or "")
        check(url)
    except NotReady as error:
        fail(str(error))
    Console().print(f"{named(url)} is ready for {parts.username}", soft_wrap=True)
