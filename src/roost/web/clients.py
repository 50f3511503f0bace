"""How clients look on a desk: name, colour, logo, what to say, whom one may call for them."""

import asyncio
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct

from roost.definitions.looks import ClientLook
from roost.floor import definition
from roost.kernel.ids import ClientId, EntryId, QueueId
from roost.web.acting import agent_of
from roost.web.follow import Follower
from roost.web.history import ClientPath
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import not_found


class QueueWords(Struct, frozen=True):
    """What I say to a contact of this queue."""

    queue: QueueId
    greeting: str
    script: str


class EntryWords(Struct, frozen=True):
    """An entry of the client's directory: a firm's or an office's number."""

    entry: EntryId
    name: str
    number: str


class CodeWords(Struct, frozen=True):
    code: str
    label: str


class ClientWords(Struct, frozen=True):
    """A client that I work for. `logo` is where its picture lies, and changes with it; `dials`
    are the beginnings of numbers that may be typed for it (none: its directory alone)."""

    client: ClientId
    name: str
    colour: str
    logo: str
    greeting: str
    script: str
    queues: tuple[QueueWords, ...]
    directory: tuple[EntryWords, ...]
    dials: tuple[str, ...]
    codes: tuple[CodeWords, ...]


@get("/api/desk/clients", summary="The clients that I work for")
async def my_clients(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[ClientWords]:
    """What they're called, what to say, and whom one may call for them. It changes when my row's
    `definitions` does."""
    me = agent_of(caller)
    floor = follower.live.floor
    mine = next((one for one in floor.agents if one.id == me), None) if floor else None
    if floor is None or mine is None:
        return []
    found = (await asyncio.to_thread(parts.looks.now)).clients
    return [
        _words(found.get(client.id), client)
        for client in floor.clients
        if client.id in mine.clients
    ]


def _words(look: ClientLook | None, client: definition.Client) -> ClientWords:
    if look is None:  # definitions without documents: of a test, or of an earlier release
        codes = tuple(CodeWords(code, code) for code in client.wrap_up_codes)
        return ClientWords(client.id, client.id, "", "", "", "", (), (), (), codes)
    logo = f"/api/logos/{client.id}?v={look.logo[:16]}" if look.logo else ""
    return ClientWords(
        client.id,
        look.name,
        look.colour,
        logo,
        look.greeting,
        look.script,
        tuple(QueueWords(one.queue, one.greeting, one.script) for one in look.queues),
        tuple(EntryWords(one.id, one.name, one.number) for one in look.directory),
        look.calling_out,
        tuple(CodeWords(one.code, one.label) for one in look.codes),
    )


@get("/api/logos/{logo:str}", summary="A client's logo", media_type="image/png")
async def client_logo(
    logo: ClientPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> Response[bytes]:
    """By the client's name: PNG, JPEG or WebP."""
    if not follower.sights.of(caller.horizon).sees(logo):
        raise not_found()
    picture = await asyncio.to_thread(parts.looks.logo, ClientId(logo))
    if picture is None:
        raise not_found()
    headers = {"Cache-Control": "private, max-age=86400"}
    return Response(picture.content, media_type=picture.type, headers=headers)


ROUTES: Final = (my_clients, client_logo)
