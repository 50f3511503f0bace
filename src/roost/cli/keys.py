"""`roost keys`: the clients' keys and the master that wraps them: list, rotate, destroy, verify."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from roost.adapters.clock.wall import CellClock
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.trail import StreamTrail
from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Json
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import OPERATOR, Owner
from roost.kernel.messages import Event
from roost.ports.log import LogFailed
from roost.processes.custody import GRACE_S, Custody, Proof, Rotated
from roost.processes.places import Places, data_of
from roost.processes.settings import BadSettings
from roost.processes.stores import begun, store_of

app = typer.Typer(help="The clients' keys: list, rotate, destroy, verify.")

Which = Annotated[str, typer.Argument(help="The client, or operator.")]
ACTOR = Actor(ActorKind.SETUP, "command line")


class Key(Struct, frozen=True):
    """One version of an owner's key, by its fingerprint."""

    owner: str
    version: int
    state: str  # in use, being replaced, destroyed
    fingerprint: str


class Keys(Struct, frozen=True):
    master: str
    master_file: str
    half_rotated: bool
    keys: tuple[Key, ...]


def places_of(directory: Path, data: Path | None) -> Places:
    """Of a centre that was started before; exit status 1 with the mend if not."""
    try:
        places = data_of(directory, data)
    except BadSettings as error:
        fail(str(error))
    if not begun(places):
        fail(f"{places.data} isn't there: start the centre once, or name --dir and --data.")
    return places


def noting(places: Places) -> Callable[[Event], None]:
    """Notes in the audit trail, as the command line. Exit status 1 when it can't be noted."""
    keys = KeyFile(places.keys, places.master)

    def note(event: Event) -> None:
        store = store_of(places, keys)
        trail = StreamTrail(store.writer, CellClock(), store.chain())
        try:
            trail.note(ACTOR, event)
        except LogFailed as error:
            fail(f"it can't be noted in the audit trail, and so it isn't done: {error}")
        finally:
            trail.close()

    return note


def custody_of(directory: Path, data: Path | None, grace_s: float = GRACE_S) -> Custody:
    places = places_of(directory, data)
    return Custody(places, noting(places), time.sleep, grace_s)


@app.command("list")
def list_(directory: Centre = Path(), data: Data = None, as_json: Json = False) -> None:
    """Every key that there is or was, by its fingerprint."""
    keys = custody_of(directory, data).keys
    found = [
        Key(owner, version, "in use" if version == own.last else "being replaced", kept.fingerprint)
        for owner, own in keys.owners().items()
        for version, kept in own.keys.items()
    ]
    found += [
        Key(owner, one.version, "destroyed", one.fingerprint)
        for owner, own in keys.owners().items()
        for one in own.gone
    ]
    found.sort(key=lambda key: (key.owner, key.version))
    shown = Keys(
        keys.master_fingerprint(), str(keys.master.path), keys.half_rotated(), tuple(found)
    )

    def show() -> None:
        console = Console()
        console.print(f"master {shown.master or 'none yet'}  {shown.master_file}", soft_wrap=True)
        if shown.half_rotated:
            console.print("its change was stopped half-way: roost keys rotate --master")
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("whose", "version", "fingerprint", "state"):
            table.add_column(column)
        for key in found:
            table.add_row(key.owner, str(key.version), key.fingerprint, key.state)
        console.print(table)

    result(shown, as_json, show)


@app.command("rotate")
def rotate(
    client: Annotated[str, typer.Argument(help="The client, or operator.")] = "",
    master: Annotated[
        bool, typer.Option("--master", help="The master key: all keys are wrapped anew.")
    ] = False,
    grace: Annotated[
        float,
        typer.Option(
            "--grace", min=0, help="Seconds before the old key goes; 0 when the centre is stopped."
        ),
    ] = GRACE_S,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A new key in place of a client's (all of its data is sealed anew), or a new master."""
    if bool(client) == master:
        fail("whose? Give a client, or --master.", 2)
    custody = custody_of(directory, data, grace)
    if master:
        made = custody.rotate_master()
        file = custody.keys.master.path
        result(
            {"master": made},
            as_json,
            lambda: typer.echo(
                f"master {made} in {file}: copy it to where the backups don't lie. Backups of"
                " before open with the old one: keep that as long as you keep them."
            ),
        )
        return
    done = custody.rotate(known(custody, client))
    result(done, as_json, lambda: _rotated(done))


def _rotated(done: Rotated) -> None:
    typer.echo(
        f"{done.owner}: version {done.version}, {done.fingerprint}; {done.resealed.values} values"
        f" and {done.resealed.tracks} recordings sealed anew; destroyed:"
        f" {', '.join(done.destroyed) or 'none'}"
    )


@app.command("destroy")
def destroy(
    client: Which,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """For ever: no number, note or recording of this client can be read again. With the proof."""
    custody = custody_of(directory, data)
    owner = known(custody, client)
    if owner == OPERATOR:
        fail("the operator's key opens the names of your own people: it isn't destroyed, 'rotate'.")
    if not yes:
        typer.echo(f"Nothing of {client} can be read again, by anybody, ever.", err=True)
        if typer.prompt("Write its name to go on", err=True) != client:
            fail("nothing was destroyed.")
    _proved([custody.destroy(owner)], as_json)


@app.command("verify")
def verify(
    client: Annotated[str, typer.Argument(help="Only this client, or operator.")] = "",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Tries every value and recording: with a key all open, without one none does."""
    custody = custody_of(directory, data)
    owners = [known(custody, client)] if client else list(custody.keys.owners())
    _proved([custody.prove(owner) for owner in owners], as_json)


def _proved(proofs: list[Proof], as_json: bool) -> None:
    """Exit status 1 when one isn't sound."""

    def show() -> None:
        for one in proofs:
            keys = ", ".join(one.standing) or f"destroyed ({', '.join(one.destroyed) or 'none'})"
            typer.echo(
                f"{'ok ' if one.sound else 'BAD'}  {one.owner}  key {keys}: {one.values.opened}"
                f" values and {one.tracks.opened} recordings open; {one.values.gone} and"
                f" {one.tracks.gone} lie under a destroyed key, {one.values.broken} and"
                f" {one.tracks.broken} should open and don't; callers can"
                f"{'' if one.index else 'not'} be looked for"
            )

    result(proofs, as_json, show)
    if not all(one.sound for one in proofs):
        raise typer.Exit(1)


def known(custody: Custody, client: str) -> Owner:
    """An owner that has or had a key; exit status 1 when it never had."""
    owners = custody.keys.owners()
    if client not in owners:
        fail(f"{client!r} has no key: there are those of {', '.join(owners) or 'nobody'}.")
    return Owner(client)
