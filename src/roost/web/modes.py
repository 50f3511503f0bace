"""Surge, closed and emergency: who declares them, for which of a client's callers, until when."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from roost.definitions.looks import ClientLook
from roost.floor.affected import ModeKind, Scope
from roost.floor.definition import Floor, values_of
from roost.floor.modes import messages as modes
from roost.kernel.ids import OPERATOR, ClientId, ModeId, QueueId, VaultId, owner_of
from roost.kernel.messages import Refusal, VaultPut
from roost.kernel.time import InstantUs
from roost.office.audit.messages import ModeSet
from roost.web.acting import Key
from roost.web.audit import Notes
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.limits import MOST_SAID
from roost.web.live_modes import ModeLive
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import not_found, refused
from roost.web.rows import ModeRow
from roost.web.sight import Sight

Name = Annotated[str, Meta(min_length=1, max_length=100)]
Names = Annotated[tuple[Name, ...], Meta(max_length=100)]
Time = Annotated[int, Meta(ge=0, le=2**53 - 1, description="Microseconds since 1970, UTC")]
ModePath = Annotated[
    str, PathParameter(pattern=r"^[a-z0-9.-]{1,64}$", description="A mode, as its row has it")
]


class ModeAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """From `begins` (null: now) until `ends`, for the client's callers of these queues, on these
    lists, whose flow has set `variable` to `value`; what isn't named narrows nothing. They hear
    the `announcement`; in an emergency those who wait go to the queue `to`. `words`: why."""

    kind: ModeKind
    client: Name
    ends: Time
    begins: Time | None = None
    queues: Names = ()
    lists: Names = ()
    variable: Annotated[str, Meta(max_length=100)] = ""
    value: Annotated[str, Meta(max_length=200)] = ""
    announcement: Annotated[str, Meta(max_length=100)] = ""
    to: Name | None = None
    words: Annotated[str, Meta(max_length=MOST_SAID)] = ""


class Declared(Struct, frozen=True):
    """`POST /api/modes/{mode}/end` ends it, or withdraws it within a minute; `mode` is null while
    the views lag behind."""

    done: Accepted
    mode: ModeId | None


class Until(Struct, frozen=True, forbid_unknown_fields=True):
    ends: Time


class Ending(Struct, frozen=True, forbid_unknown_fields=True):
    """`withdrawn`: as if it had never been declared, within a minute of that."""

    withdrawn: bool = False


class ModeShown(Struct, frozen=True):
    """A mode with why, and who declared it; that is the operator's to know."""

    row: ModeRow
    words: str
    by: str | None


class Announcement(Struct, frozen=True):
    name: str
    words: str


class Settable(Struct, frozen=True):
    """A variable of the client's flows, with the values that they may give it."""

    variable: str
    values: tuple[str, ...]


class Choices(Struct, frozen=True):
    """What may be named in a declaration for a client."""

    client: ClientId
    name: str
    queues: tuple[QueueId, ...]
    lists: tuple[str, ...]
    variables: tuple[Settable, ...]
    announcements: tuple[Announcement, ...]


class _Kept(Struct, frozen=True):
    """Words as they lie in the vault."""

    sender: str
    text: str


@get("/api/modes", summary="What is declared")
async def listed(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[ModeShown]:
    """In force, and to come; the oldest first."""
    sight = follower.sights.of(caller.horizon)
    seen = [mode for mode in follower.live.modes.values() if sight.sees(mode.row.client)]
    return await asyncio.to_thread(_shown, parts, seen, caller.owner == OPERATOR)


def _shown(parts: Parts, seen: list[ModeLive], operator: bool) -> list[ModeShown]:
    found: list[ModeShown] = []
    for mode in seen:
        owner = owner_of(mode.row.client)
        value = None if mode.words is None else parts.vault.reveal(owner, mode.words)
        kept = _Kept("", "") if value is None else msgspec.json.decode(value, type=_Kept)
        found.append(ModeShown(mode.row, kept.text, kept.sender if operator else None))
    return found


@get("/api/modes/choices", summary="What can be declared")
async def choices(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[Choices]:
    """By client, as its definitions have it."""
    floor, sight = follower.live.floor, follower.sights.of(caller.horizon)
    looks = await asyncio.to_thread(parts.looks.now)
    return [] if floor is None else _choices(floor, sight, looks.clients)


def _choices(floor: Floor, sight: Sight, looks: Mapping[ClientId, ClientLook]) -> list[Choices]:
    found: list[Choices] = []
    for one in floor.clients:
        if not sight.sees(one.id):
            continue
        values: dict[str, dict[str, None]] = {}
        for flow in floor.flows:
            for variable, value in values_of(flow) if flow.client == one.id else ():
                values.setdefault(variable, {})[value] = None
        look = looks.get(one.id)
        words = {} if look is None else look.announcements
        found.append(
            Choices(
                one.id,
                one.id if look is None else look.name,
                tuple(queue.id for queue in floor.queues if queue.client == one.id),
                one.lists,
                tuple(Settable(name, tuple(known)) for name, known in values.items()),
                tuple(Announcement(name, words.get(name, "")) for name in one.announcements),
            )
        )
    return found


@post("/api/modes", status_code=200, summary="Declare a surge, a closing or an emergency")
async def declare(
    data: JSONBody[ModeAsked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Declared:
    """The affected hear of it from now on (or from its beginning on), those who wait at once."""
    client = ClientId(data.client)
    if not follower.sights.of(caller.horizon).sees(client):
        raise refused(Refusal("no_such_client", {"client": client}))
    key = key or parts.randomness.secret(16).hex()
    place = VaultId(f"mode-{commands.id_of(caller, key)}")
    command = modes.DeclareMode(
        data.kind,
        Scope(
            client,
            tuple(QueueId(one) for one in data.queues),
            data.lists,
            data.variable,
            data.value,
        ),
        InstantUs(data.ends),
        None if data.begins is None else InstantUs(data.begins),
        data.announcement,
        None if data.to is None else QueueId(data.to),
        place,
    )
    noted = ModeSet(owner=owner_of(client), kind=data.kind.value, mode=None, how="declared")
    await notes.note(caller, noted)
    kept = msgspec.json.encode(_Kept(caller.account.name, data.words))
    done = await commands.give(command, caller, key, (VaultPut(place, owner_of(client), kept),))
    made = (mode.row.mode for mode in follower.live.modes.values() if mode.words == place)
    return Declared(done, next(made, None))


@post("/api/modes/{mode:str}/extend", status_code=200, summary="Let a mode last longer")
async def extend(
    mode: ModePath,
    data: JSONBody[Until],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Accepted:
    """Or less long."""
    await _noted(mode, "extended", caller, follower, notes)
    return await commands.give(modes.ExtendMode(ModeId(mode), InstantUs(data.ends)), caller, key)


@post("/api/modes/{mode:str}/end", status_code=200, summary="End a mode, or withdraw it")
async def end(
    mode: ModePath,
    data: JSONBody[Ending],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Accepted:
    """Callers wait and are answered as usual from now on."""
    await _noted(mode, "withdrawn" if data.withdrawn else "ended", caller, follower, notes)
    return await commands.give(modes.EndMode(ModeId(mode), data.withdrawn), caller, key)


async def _noted(mode: str, how: str, caller: Caller, follower: Follower, notes: Notes) -> None:
    """What isn't theirs is as if it weren't there. Raises Trouble."""
    known = follower.live.modes.get(mode)
    if known is None or not follower.sights.of(caller.horizon).sees(known.row.client):
        raise not_found()
    owner = owner_of(known.row.client)
    set_ = ModeSet(owner=owner, kind=known.row.kind.value, mode=ModeId(mode), how=how)  # type: ignore[arg-type]
    await notes.note(caller, set_)


ROUTES: Final = (listed, choices, declare, extend, end)
