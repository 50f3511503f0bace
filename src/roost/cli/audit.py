"""`roost audit`: proves that the audit trail is as it was written: verify, head."""

from pathlib import Path
from typing import Annotated

import typer

from roost.adapters.store.chain import Chain, Head
from roost.cli.keys import places_of
from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Json
from roost.processes.stores import store_of

app = typer.Typer(help="The audit trail's proof: verify, head.")


def chain_of(directory: Path, data: Path | None) -> Chain:
    return store_of(places_of(directory, data)).chain()


@app.command("verify")
def verify(
    head: Annotated[
        str, typer.Option("--head", help="A head that was kept elsewhere, as NUMBER:MAC.")
    ] = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Finds an entry changed, removed or moved; with --head a trail cut off or rewritten."""
    known = _head(head)
    found = chain_of(directory, data).verify(known)

    def show() -> None:
        typer.echo(
            f"ok   {found.entries} entries are as they were written; head {_text(found.head)}"
            if found.broken is None
            else f"BAD  entry {found.broken}: {found.why}; {found.entries} before it are sound"
        )

    result(found, as_json, show)
    if found.broken is not None:
        raise typer.Exit(1)


@app.command("head")
def head(directory: Centre = Path(), data: Data = None, as_json: Json = False) -> None:
    """The last entry's number and mac: keep it elsewhere, and nothing before it can be changed."""
    found = chain_of(directory, data).head()
    result(found, as_json, lambda: typer.echo(_text(found)))


def _text(head: Head) -> str:
    return f"{head.number}:{head.mac}"


def _head(text: str) -> Head | None:
    if not text:
        return None
    number, _, mac = text.partition(":")
    if not number.isdigit() or len(mac) != 64:
        fail(f"{text!r} is no head: give one as `roost audit head` prints it.", 2)
    return Head(int(number), mac)
