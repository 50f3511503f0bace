"""Work that isn't a call now: promised callbacks, voicemails, callers who gave up.

The list says what there is; number and note are shown to who has taken it. Both lie in the
client's vault.
"""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, JSONBody, PathParameter, QueryParameter
from litestar.response import Stream
from msgspec import Meta, Struct

from roost.floor.agents import messages as agents
from roost.floor.dialling import dialled, may_dial
from roost.floor.effects import TrackPurpose
from roost.floor.tasks import messages as tasks
from roost.floor.tasks.messages import TaskKind, TaskOutcome
from roost.floor.tasks.model import TaskState
from roost.kernel.ids import AgentId, ClientId, ContactId, Owner, TaskId, VaultId, owner_of
from roost.kernel.messages import VaultPut
from roost.kernel.purview import Purview
from roost.kernel.time import InstantUs
from roost.ports.recordings import Side
from roost.web.acting import MOST_SHOWN, Acted, Key, act, agent_of
from roost.web.audit import Notes
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.history import After, Limit, Ref, Word, record_of
from roost.web.live_tasks import TaskLive, row
from roost.web.parts import Parts
from roost.web.permissions import Caller, Scope
from roost.web.playing import played
from roost.web.problems import Trouble, not_found
from roost.web.promised_calls import Note, Promised, Time, about_of, default_queue
from roost.web.rows import TaskRow

CURSOR: Final = "tasks"
TaskPath = Annotated[str, PathParameter(pattern=r"^T[0-9]{1,15}$", description="A task's number")]
Stands = Annotated[TaskState | None, QueryParameter(name="state")]
Mine = Annotated[bool, QueryParameter(description="Held by me, offered to me, or my own")]


class Finish(Struct, frozen=True, forbid_unknown_fields=True):
    """What came of it. With `again` it's open once more, and due then. A note takes the place of
    the one before."""

    outcome: TaskOutcome
    again: Time | None = None
    note: Note | None = None


class Assigned(Struct, frozen=True, forbid_unknown_fields=True):
    """Whose own it is from now on; null: anybody's."""

    agent: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None


class TaskPage(Struct, frozen=True):
    """The soonest first; `cursor` is null on the last page."""

    tasks: tuple[TaskRow, ...]
    cursor: str | None


class TaskDetail(Struct, frozen=True):
    """A task; `number` and `note` for who has taken it, the note for supervisors, too."""

    task: TaskRow
    number: str | None
    note: str | None


class Done(Struct, frozen=True):
    """The command is done; `task` as it is now, null if it's over or the views lag behind."""

    done: Accepted
    task: TaskDetail | None


@get("/api/tasks", summary="What's to be done that isn't a call now")
async def listing(
    caller: NamedDependency[Caller],
    follower: NamedDependency[Follower],
    stands: Stands = None,
    kind: FromQuery[TaskKind | None] = None,
    client: Word = None,
    queue: Word = None,
    mine: Mine = False,
    after: After = None,
    limit: Limit = 50,
) -> TaskPage:
    """Filters are combined."""
    sight = follower.sights.of(caller.horizon)
    me = caller.account.agent
    begin = (-1, -1)
    if after is not None:
        opened = follower.cursors.open(caller.owner, CURSOR, after)
        if opened is None:
            raise Trouble(400, "bad_cursor")
        begin = (opened[0], opened[1])
    found = [
        task
        for task in follower.live.tasks.values()
        if sight.sees(task.client)
        and stands in (None, task.state)
        and kind in (None, task.kind)
        and client in (None, task.client)
        and queue in (None, task.queue)
        and (not mine or (me is not None and me in (task.holder, task.offered, task.agent)))
        and _place(task) > begin
    ]
    found.sort(key=_place)
    rows = [shown for task in found if (shown := row(task)) is not None]
    cursor = None
    if len(rows) > limit:
        last = follower.live.tasks[rows[limit - 1].task]
        cursor = follower.cursors.seal(caller.owner, CURSOR, *_place(last))
    return TaskPage(tuple(rows[:limit]), cursor)


def _place(task: TaskLive) -> tuple[int, int]:
    return task.at, int(task.id[1:])


@post("/api/tasks", status_code=200, summary="Promise a call")
async def promise(
    data: JSONBody[Promised],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Accepted:
    """When, which number, by me or by the queue."""
    agent = agent_of(caller)
    about = await about_of(data, agent, caller, parts, follower)
    key = key or parts.randomness.secret(16).hex()
    given = commands.id_of(caller, key)
    puts: list[VaultPut] = []
    number, note = about.number, None
    if data.number is not None:
        number = VaultId(f"number-{given}")
        puts.append(VaultPut(number, Owner(about.client), data.number.encode()))
    if number is None:
        raise Trouble(409, "number_missing")
    if data.note:
        note = VaultId(f"note-{given}")
        puts.append(VaultPut(note, Owner(about.client), data.note.encode()))
    at = InstantUs(data.at)
    command = tasks.PromiseCallback(agent, about.queue, about.contact, number, at, data.mine, note)
    return await commands.give(command, caller, key, puts)


@post("/api/contacts/{ref:str}/call-back", status_code=200, summary="Call a customer back now")
async def call_back(
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """I take what's to be done about the contact, or promise it anew, and my phone rings first. The
    number must be one that the client lets agents call."""
    record = (await record_of(ref, caller, parts, follower)).summary
    agent, key = agent_of(caller), key or parts.randomness.secret(16).hex()
    await _may_call(record.client, record.caller, parts, follower)
    if _about_contact(follower, record.contact) is None:
        queue = record.queue or default_queue(follower.live, record.client)
        assert record.caller is not None
        now = parts.clock.now()
        made = tasks.PromiseCallback(agent, queue, record.contact, record.caller, now, True)
        await commands.give(made, caller, f"{key}/promise")
    task = _about_contact(follower, record.contact)
    if task is None:
        raise Trouble(503, "unavailable")
    if task.holder != agent:
        await commands.give(tasks.TakeTask(agent, task.id), caller, f"{key}/take")
    command = agents.CallOut(agent, task.client, task=task.id)
    return await act(command, caller, f"{key}/call", commands, follower)


def _about_contact(follower: Follower, contact: ContactId) -> TaskLive | None:
    """What's still to be done about a contact."""
    about = (one for one in follower.live.tasks.values() if one.contact == contact)
    return next((one for one in about if one.state is not TaskState.BEGUN), None)


async def _may_call(
    client: ClientId, number: VaultId | None, parts: Parts, follower: Follower
) -> None:
    """Raises Trouble: number_missing, number_not_allowed."""
    known = follower.live.clients.get(client)
    if number is None or known is None:
        raise Trouble(409, "number_missing")
    whole = dialled(await asyncio.to_thread(_revealed, parts, client, number))
    if whole is None or not may_dial(known, whole):
        raise Trouble(409, "number_not_allowed", {"client": client})


@get("/api/tasks/{task:str}", summary="One task")
async def one(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> TaskDetail:
    """With number and note for who has taken it."""
    return await asyncio.to_thread(_detail, _task(task, caller, follower), caller, parts)


@get("/api/tasks/{task:str}/recording", summary="A task's voicemail", media_type="audio/wav")
async def recording(
    request: Request[object, object, object],  # pyright: ignore[reportInvalidTypeArguments]
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Response[bytes] | Stream:
    """For who has taken it, and for supervisors. A WAV file, or parts of it by Range. Noted in
    the audit trail."""
    of = _task(task, caller, follower)
    if not _holds(of, caller) and Scope.FLOOR_COMMAND not in caller.scopes:
        raise Trouble(409, "not_taken", {"task": of.id})
    sides = await asyncio.to_thread(_voicemail, of, parts)
    return await played(request, of.client, of.ref or of.id, sides, caller, parts, notes)


def _voicemail(task: TaskLive, parts: Parts) -> list[Side]:
    if task.kind is not TaskKind.VOICEMAIL or task.contact is None:
        return []
    records = parts.views.records(Purview(owner_of(task.client)))
    count = task.count or records.counts([task.contact]).get(task.contact)
    record = None if count is None else records.contact(task.client, count)
    return [
        Side(track.file, track.started, True)
        for track in (record.tracks if record else ())
        if track.file and track.purpose is TrackPurpose.VOICEMAIL
    ]


@post("/api/tasks/{task:str}/take", status_code=200, summary="Take a task")
async def take(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """I work on it from now on, and see number and note; it's open again when I'm gone."""
    of = _task(task, caller, follower)
    command = tasks.TakeTask(agent_of(caller), of.id)
    return await _act(command, caller, key, parts, commands, follower)


@post("/api/tasks/{task:str}/decline", status_code=200, summary="Decline a task")
async def decline(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """It's offered to somebody else; nothing but calls is offered to me for a while."""
    of = _task(task, caller, follower)
    command = tasks.DeclineTask(agent_of(caller), of.id)
    return await _act(command, caller, key, parts, commands, follower)


@post("/api/tasks/{task:str}/call", status_code=200, summary="Call a task's number")
async def call(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """My own phone first, then the number, under the client's own. It must be one that the client
    lets agents call."""
    of = _task(task, caller, follower)
    agent = agent_of(caller)
    if not _holds(of, caller):
        raise Trouble(409, "not_taken", {"task": of.id})
    await _may_call(of.client, of.number, parts, follower)
    command = agents.CallOut(agent, of.client, task=of.id)
    return await act(command, caller, key, commands, follower)


@post("/api/tasks/{task:str}/give-back", status_code=200, summary="Give a task back")
async def give_back(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """Somebody else may take it."""
    of = _task(task, caller, follower)
    command = tasks.GiveTaskBack(of.id, agent_of(caller))
    return await _act(command, caller, key, parts, commands, follower)


@post("/api/tasks/{task:str}/finish", status_code=200, summary="Finish a task")
async def finish(
    task: TaskPath,
    data: JSONBody[Finish],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """With what came of it, or to be tried again."""
    of = _task(task, caller, follower)
    key = key or parts.randomness.secret(16).hex()
    again = None if data.again is None else InstantUs(data.again)
    puts: list[VaultPut] = []
    note = None
    if data.note is not None:
        note = VaultId(f"note-{commands.id_of(caller, key)}")
        puts.append(VaultPut(note, Owner(of.client), data.note.encode()))
    command = tasks.FinishTask(agent_of(caller), of.id, data.outcome, again, note)
    return await _act(command, caller, key, parts, commands, follower, puts)


@post("/api/tasks/{task:str}/assign", status_code=200, summary="Give a task to somebody")
async def assign(
    task: TaskPath,
    data: JSONBody[Assigned],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """It's theirs alone, or anybody's again."""
    of = _task(task, caller, follower)
    agent = None if data.agent is None else AgentId(data.agent)
    if agent is not None and follower.sights.agent(caller.horizon, agent) is None:
        raise not_found()
    command = tasks.AssignTask(of.id, agent)
    return await _act(command, caller, key, parts, commands, follower)


@post("/api/tasks/{task:str}/take-back", status_code=200, summary="Take a task from somebody")
async def take_back(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """Whoever holds it; the log names who did it."""
    of = _task(task, caller, follower)
    return await _act(tasks.GiveTaskBack(of.id), caller, key, parts, commands, follower)


@post("/api/tasks/{task:str}/close", status_code=200, summary="Close a task that isn't needed")
async def close(
    task: TaskPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Done:
    """Done, as not needed."""
    of = _task(task, caller, follower)
    return await _act(tasks.CloseTask(of.id), caller, key, parts, commands, follower)


def _task(id: str, caller: Caller, follower: Follower) -> TaskLive:
    """A task that these people see."""
    found = follower.live.tasks.get(TaskId(id))
    if found is None or found.state is TaskState.BEGUN:
        raise not_found()
    if not follower.sights.of(caller.horizon).sees(found.client):
        raise not_found()
    return found


_Act = (
    tasks.TakeTask
    | tasks.DeclineTask
    | tasks.GiveTaskBack
    | tasks.FinishTask
    | tasks.AssignTask
    | tasks.CloseTask
)


async def _act(
    command: _Act,
    caller: Caller,
    key: str | None,
    parts: Parts,
    commands: Commands,
    follower: Follower,
    puts: Sequence[VaultPut] = (),
) -> Done:
    accepted = await commands.give(command, caller, key, puts)
    task = follower.live.tasks.get(command.task) if accepted.shown else None
    if task is None:
        return Done(accepted, None)
    return Done(accepted, await asyncio.to_thread(_detail, task, caller, parts))


def _holds(task: TaskLive, caller: Caller) -> bool:
    return task.holder is not None and task.holder == caller.account.agent


def _detail(task: TaskLive, caller: Caller, parts: Parts) -> TaskDetail:
    shown = row(task)
    assert shown is not None
    holds = _holds(task, caller)
    reads = holds or Scope.FLOOR_COMMAND in caller.scopes
    return TaskDetail(
        shown,
        _revealed(parts, task.client, task.number)[:MOST_SHOWN] if holds and task.number else None,
        _revealed(parts, task.client, task.note) if reads and task.note else None,
    )


def _revealed(parts: Parts, client: ClientId, id: VaultId) -> str:
    value = parts.vault.reveal(Owner(client), id)
    return "" if value is None else value.decode(errors="replace")


ROUTES: Final = (
    listing,
    promise,
    call_back,
    one,
    recording,
    take,
    call,
    decline,
    give_back,
    finish,
    assign,
    take_back,
    close,
)
