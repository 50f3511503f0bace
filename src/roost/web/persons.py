"""A person's data on request: found, taken away, corrected, erased (`roost.privacy`).

Numbers come in bodies, never in addresses, which servers and proxies write down.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from typing import Annotated, BinaryIO, Final, Literal, cast

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from litestar.response import Stream
from msgspec import Struct

from roost.kernel.ids import ClientId, Owner, TaskId, VaultId
from roost.office.audit.messages import PersonHandled, ValueCorrected
from roost.ports.records import ContactRecord
from roost.privacy.export import written
from roost.privacy.persons import People, PersonFound, TooMany
from roost.web.audit import Notes
from roost.web.follow import Follower
from roost.web.history import record_of
from roost.web.limits import MOST_NOTE, MOST_RANGE
from roost.web.parts import Parts
from roost.web.permissions import Caller, reaches
from roost.web.problems import Trouble, not_found

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000)]
Named = FromPath[Annotated[str, msgspec.Meta(max_length=64)]]
Ref = FromPath[Annotated[str, msgspec.Meta(max_length=120)]]


class PersonAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """A person, known to the client by a number as anybody writes it."""

    number: Text


class PersonLine(Struct, frozen=True):
    """What there is of a person. `going_on`: contacts that haven't ended, and so are left alone;
    `tasks` for the operator's people; `lists` of callers hold the number: they're definitions."""

    client: ClientId
    contacts: tuple[str, ...]
    going_on: tuple[str, ...]
    tasks: tuple[TaskId, ...]
    values: int
    recordings: int
    lists: tuple[str, ...]


class ErasedLine(Struct, frozen=True):
    """What is gone, and what isn't: contacts that haven't ended, lists of callers."""

    contacts: int
    values: int
    recordings: int
    going_on: tuple[str, ...]
    lists: tuple[str, ...]


class Correction(Struct, frozen=True, forbid_unknown_fields=True):
    """Another text for a contact's number, or for the note of its so-manieth segment."""

    what: Literal["number", "note"]
    value: Annotated[str, msgspec.Meta(min_length=1, max_length=MOST_NOTE)]
    segment: Count = 1


@post(
    "/api/clients/{client:str}/persons/find", status_code=200, summary="What there is of a person"
)
async def find(
    client: Named,
    data: JSONBody[PersonAsked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
) -> PersonLine:
    """By a number, in whatever way it's written. Noted in the audit trail."""
    found = await _found(client, data.number, caller, parts)
    await notes.note(caller, _note(found, "found"))
    return PersonLine(
        found.client,
        tuple(one.ref for one in found.contacts),
        found.going_on,
        found.tasks if caller.client is None else (),
        len(found.ids),
        len(found.recordings),
        found.lists,
    )


@post(
    "/api/clients/{client:str}/persons/export",
    status_code=200,
    summary="A person's data as a file",
    media_type="application/zip",
)
async def export(
    client: Named,
    data: JSONBody[PersonAsked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
) -> Stream:
    """A zip with `person.json` and every recording as WAV. Noted before it's handed out."""
    found = await _found(client, data.number, caller, parts)
    await notes.note(caller, _note(found, "exported"))
    file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - closed when it was sent
    try:
        await asyncio.to_thread(written, found, parts.vault, parts.recordings, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {"Content-Disposition": 'attachment; filename="person.zip"'}
    return Stream(_parts_of(file), media_type="application/zip", headers=headers)


@post("/api/clients/{client:str}/persons/erase", status_code=200, summary="Erase a person's data")
async def erase(
    client: Named,
    data: JSONBody[PersonAsked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
) -> ErasedLine:
    """Numbers, notes and recordings are gone for ever; what happened, and every invoice, stays as
    it is. Contacts that go on are left: ask again when they've ended."""
    found = await _found(client, data.number, caller, parts)
    await notes.note(caller, _note(found, "erased"))
    done = await asyncio.to_thread(_people(parts).erase, found)
    return ErasedLine(done.contacts, done.values, done.recordings, found.going_on, found.lists)


@post("/api/contacts/{ref:str}/correct", status_code=204, summary="Correct a number or a note")
async def correct(
    ref: Ref,
    data: JSONBody[Correction],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> None:
    """In its place; what it was is gone. Refused where there's none (any more)."""
    record = await record_of(ref, caller, parts, follower)
    one = record.summary
    place = _place(record, data)
    if place is None or one.ended is None:
        raise Trouble(404, "no_value", {"what": data.what})
    note = ValueCorrected(owner=Owner(one.client), ref=ref, how=data.what)
    await notes.note(caller, note)
    done = _people(parts).correct
    if not await asyncio.to_thread(done, one.client, one.count, place, data.value):
        raise Trouble(404, "no_value", {"what": data.what})


def _place(record: ContactRecord, data: Correction) -> VaultId | None:
    if data.what == "number":
        return record.summary.caller
    segments = record.segments
    return segments[data.segment - 1].note if data.segment <= len(segments) else None


def _people(parts: Parts) -> People:
    if parts.people_data is None:
        raise not_found()
    return parts.people_data


async def _found(client: str, number: str, caller: Caller, parts: Parts) -> PersonFound:
    """Raises Trouble: not_found, too_many_contacts."""
    if not reaches(caller, ClientId(client)):
        raise not_found()
    find_: Callable[[ClientId, str], PersonFound | None] = _people(parts).find
    try:
        found = await asyncio.to_thread(find_, ClientId(client), number)
    except TooMany:
        raise Trouble(409, "too_many_contacts") from None
    if found is None:
        raise not_found()
    return found


def _note(found: PersonFound, how: Literal["found", "exported", "erased"]) -> PersonHandled:
    return PersonHandled(
        owner=Owner(found.client),
        how=how,
        contacts=len(found.contacts),
        values=len(found.ids),
        recordings=len(found.recordings),
    )


async def _parts_of(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        while part := await asyncio.to_thread(file.read, MOST_RANGE):
            yield part
    finally:
        file.close()


ROUTES: Final = (find, export, erase, correct)
