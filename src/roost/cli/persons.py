"""`roost persons`: a person's data on request: find, export, correct, erase."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer
from msgspec import Struct

from roost.adapters.store.persons import KeyedPersons
from roost.cli.keys import noting, places_of
from roost.cli.output import fail, result
from roost.cli.reading import Centre, Data, Files, Json, client_and_count
from roost.kernel.ids import ClientId, Owner
from roost.office.audit.messages import PersonHandled, ValueCorrected
from roost.privacy.export import written
from roost.privacy.persons import People, PersonFound, TooMany
from roost.processes.people import people_of
from roost.processes.stores import views_of

app = typer.Typer(help="A person's data on request: find, export, correct, erase.")

Client = Annotated[str, typer.Argument(help="Whose caller: a person is one client's.")]
Number = Annotated[str, typer.Argument(help="The person's number, as anybody writes it.")]
How = Literal["found", "exported", "erased"]


class Shown(Struct, frozen=True):
    """What there is, or was."""

    client: str
    contacts: tuple[str, ...]
    going_on: tuple[str, ...]
    tasks: tuple[str, ...]
    values: int
    recordings: int
    lists: tuple[str, ...]


class Asked:
    """A centre's files, and what notes."""

    def __init__(self, directory: Path, data: Path | None) -> None:
        self.note = noting(places_of(directory, data))
        self.files = files = Files(directory, data)
        persons = KeyedPersons(files.vault, files.keys.index_key)
        self.people: People = people_of(
            files.store, files.cell, persons, files.views, files.recordings, views_of(files.places)
        )

    def found(self, client: str, number: str, how: How) -> PersonFound:
        """Noted as what's done with it; exit status 1 when there can be nothing."""
        try:
            found = self.people.find(ClientId(client), number)
        except TooMany:
            fail(f"{number} has had over 10,000 contacts: that's no person's, but a firm's.")
        if found is None:
            fail(f"{client} has no key, or {number!r} is nobody's: there's nothing to find.")
        event = PersonHandled(
            owner=Owner(found.client),
            how=how,
            contacts=len(found.contacts),
            values=len(found.ids),
            recordings=len(found.recordings),
        )
        self.note(event)
        return found


@app.command("find")
def find(
    client: Client,
    number: Number,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Contacts, notes, recordings, tasks: what there is of a person. Noted in the audit trail."""
    found = Asked(directory, data).found(client, number, "found")
    result(_shown(found), as_json, lambda: _tell(found, "there are"))


@app.command("export")
def export(
    client: Client,
    number: Number,
    to: Annotated[Path, typer.Option("--to", help="The zip file to write.")],
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """All of it in one file, to be given to that person: JSON, and recordings as WAV."""
    asked = Asked(directory, data)
    found = asked.found(client, number, "exported")
    with open(to, "xb", opener=_private) as file:
        written(found, asked.files.vault, asked.files.recordings, file)
    result(_shown(found), as_json, lambda: _tell(found, f"{to}:"))


@app.command("correct")
def correct(
    contact: Annotated[str, typer.Argument(help="The contact, as CLIENT-COUNT.")],
    value: Annotated[str, typer.Argument(help="What's right.")],
    note: Annotated[
        int | None, typer.Option("--note", min=1, help="The note of this segment, not the number.")
    ] = None,
    directory: Centre = Path(),
    data: Data = None,
) -> None:
    """Another text in the place of a contact's number, or of a note. What it was is gone."""
    asked = Asked(directory, data)
    client, count = client_and_count(asked.files, contact)
    record = asked.files.records.contact(client, count)
    if record is None or record.summary.ended is None:
        fail(f"there's no contact {client}-{count}, or it goes on.")
    place = record.summary.caller
    if note is not None:
        place = record.segments[note - 1].note if note <= len(record.segments) else None
    if place is None:
        fail(f"{client}-{count} has none.")
    what: Literal["number", "note"] = "number" if note is None else "note"
    asked.note(ValueCorrected(owner=Owner(client), ref=f"{client}-{count}", how=what))
    if not asked.people.correct(client, count, place, value):
        fail(f"{client}-{count} has none any more: it was erased.")
    typer.echo(f"{client}-{count}: {what} corrected")


@app.command("erase")
def erase(
    client: Client,
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Numbers, notes and recordings are gone for ever; what happened and every invoice stays."""
    asked = Asked(directory, data)
    found = asked.found(client, number, "erased" if yes else "found")
    if not yes:
        _tell(found, "there are", err=True)
        if not typer.confirm("Erase all of it, for ever?", err=True):
            fail("nothing was erased.")
        found = asked.found(client, number, "erased")
    done = asked.people.erase(found)

    def show() -> None:
        typer.echo(
            f"erased: {done.values} values and {done.recordings} recordings of"
            f" {len(found.contacts)} contacts"
        )
        _left(found)

    result(done, as_json, show)


def _shown(found: PersonFound) -> Shown:
    return Shown(
        found.client,
        tuple(one.ref for one in found.contacts),
        found.going_on,
        found.tasks,
        len(found.ids),
        len(found.recordings),
        found.lists,
    )


def _tell(found: PersonFound, how: str, *, err: bool = False) -> None:
    one = _shown(found)
    typer.echo(
        f"{how} {len(one.contacts)} contacts ({', '.join(one.contacts) or 'none'}),"
        f" {len(one.tasks)} tasks, {one.values} values, {one.recordings} recordings",
        err=err,
    )
    _left(found, err=err)


def _left(found: PersonFound, *, err: bool = False) -> None:
    if found.going_on:
        typer.echo(f"not looked at, since they go on: {', '.join(found.going_on)}", err=err)
    if found.lists:
        typer.echo(
            f"the number stands in lists of callers, change these in the client's folder:"
            f" {', '.join(found.lists)}",
            err=err,
        )


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
