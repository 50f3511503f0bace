"""The desk during a call: more parties, transfers, keys, the recording; and calling out.

Whom a call goes to is somebody of the client's own directory, or a number that the client lets
its agents dial (`floor/dialling.py`). A number that somebody typed is put into that client's
vault with the command: the log has only its place.
"""

from typing import Annotated, Final

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from roost.floor.agents import messages as agents
from roost.floor.dialling import dialled, may_dial
from roost.floor.parties import Target, ToAgent, ToEntry, ToNumber, ToQueue
from roost.kernel.ids import AgentId, ClientId, EntryId, LegId, Owner, QueueId, VaultId
from roost.kernel.messages import VaultPut
from roost.web.acting import Acted, Key, act, agent_of, client_with
from roost.web.commands import Commands
from roost.web.follow import Follower
from roost.web.limits import MOST_KEYS_PRESSED, MOST_TYPED
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble

Word = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
QueueWord = Annotated[str, Meta(min_length=1, max_length=130, pattern=r"^[A-Za-z0-9_./-]+$")]
LegWord = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Typed = Annotated[str, Meta(min_length=1, max_length=MOST_TYPED)]
Pressed = Annotated[str, Meta(min_length=1, max_length=MOST_KEYS_PRESSED, pattern=r"^[0-9*#A-D]+$")]


class Whom(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of them: a colleague, a queue or a directory's entry of the contact's client,
    or a number as it's typed."""

    agent: Word | None = None
    queue: QueueWord | None = None
    entry: Word | None = None
    number: Typed | None = None


class LetGo(Struct, frozen=True, forbid_unknown_fields=True):
    """The party's leg, as my row names it."""

    leg: LegWord


class Digits(Struct, frozen=True, forbid_unknown_fields=True):
    """Keys for the far end: they're kept nowhere."""

    digits: Pressed


class Recording(Struct, frozen=True, forbid_unknown_fields=True):
    """Pause the recording, or go on."""

    paused: bool


class Out(Struct, frozen=True, forbid_unknown_fields=True):
    """Call somebody for a client: an entry of its directory, or a number as it's typed."""

    client: Word
    entry: Word | None = None
    number: Typed | None = None


async def _target(
    whom: Whom, caller: Caller, key: str, commands: Commands, follower: Follower
) -> tuple[Target, tuple[VaultPut, ...]]:
    """Raises Trouble: invalid_input, no_contact, number_wrong, number_not_allowed."""
    named = [one for one in (whom.agent, whom.queue, whom.entry, whom.number) if one is not None]
    if len(named) != 1:
        raise Trouble(400, "invalid_input", {"detail": "name one: agent, queue, entry or number"})
    if whom.agent is not None:
        return ToAgent(AgentId(whom.agent)), ()
    if whom.queue is not None:
        return ToQueue(QueueId(whom.queue)), ()
    if whom.entry is not None:
        return ToEntry(EntryId(whom.entry)), ()
    client = await client_with(agent_of(caller), follower, "no_contact")
    put = _put(client, named[0], caller, key, commands, follower)
    return ToNumber(put.id), (put,)


def _put(
    client: ClientId,
    typed: str,
    caller: Caller,
    key: str,
    commands: Commands,
    follower: Follower,
) -> VaultPut:
    """A number for the client's vault, once it's sure that it may be dialled."""
    number = dialled(typed)
    if number is None:
        raise Trouble(409, "number_wrong")
    known = follower.live.clients.get(client)
    if known is None or not may_dial(known, number):
        raise Trouble(409, "number_not_allowed", {"client": client})
    place = VaultId(f"number-{commands.id_of(caller, key)}")
    return VaultPut(place, Owner(client), number.encode())


def _key(key: str | None, parts: Parts) -> str:
    return parts.randomness.secret(16).hex() if key is None else key


@post("/api/desk/consult", status_code=200, summary="Consult somebody")
async def consult(
    data: JSONBody[Whom],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """The customer hears music while I talk to them; then complete, merge, toggle or drop."""
    key = _key(key, parts)
    target, puts = await _target(data, caller, key, commands, follower)
    command = agents.Consult(agent_of(caller), target)
    return await act(command, caller, key, commands, follower, puts)


@post("/api/desk/transfer", status_code=200, summary="Transfer at once")
async def transfer(
    data: JSONBody[Whom],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """The customer goes to the target, with time and data; my wrap-up begins."""
    key = _key(key, parts)
    target, puts = await _target(data, caller, key, commands, follower)
    command = agents.Transfer(agent_of(caller), target)
    return await act(command, caller, key, commands, follower, puts)


@post("/api/desk/complete-transfer", status_code=200, summary="Complete the transfer")
async def complete_transfer(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """I leave; the others talk."""
    command = agents.CompleteTransfer(agent_of(caller))
    return await act(command, caller, key, commands, follower)


@post("/api/desk/toggle", status_code=200, summary="Swap who's on hold")
async def toggle(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Those on hold come in, those in the talk go on hold."""
    return await act(agents.Toggle(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/merge", status_code=200, summary="Everybody into one talk")
async def merge(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """A conference: nobody is on hold."""
    return await act(agents.Merge(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/drop", status_code=200, summary="Let a party go")
async def drop(
    data: JSONBody[LetGo],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Whom I called in, who may still ring."""
    command = agents.DropParty(agent_of(caller), LegId(data.leg))
    return await act(command, caller, key, commands, follower)


@post("/api/desk/digits", status_code=200, summary="Press keys")
async def digits(
    data: JSONBody[Digits],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """For whoever else is in the talk; they're shown and kept nowhere."""
    command = agents.SendDigits(agent_of(caller), data.digits)
    return await act(command, caller, key, commands, follower)


@post("/api/desk/recording", status_code=200, summary="Pause the recording")
async def recording(
    data: JSONBody[Recording],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """For what mustn't be kept; it goes on by itself at the client's limit."""
    command = agents.PauseRecording(agent_of(caller), data.paused)
    return await act(command, caller, key, commands, follower)


@post("/api/desk/call", status_code=200, summary="Call out")
async def call(
    data: JSONBody[Out],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """With the client's own number shown; my own phone rings first, where it's one on the table.
    Busy, no answer and a wrong number are outcomes: I'm then as I was before."""
    key, me, client = _key(key, parts), agent_of(caller), ClientId(data.client)
    if (data.entry is None) == (data.number is None):
        raise Trouble(400, "invalid_input", {"detail": "name one: entry or number"})
    _serves(me, client, follower)
    if data.number is None:
        command = agents.CallOut(me, client, entry=EntryId(data.entry or ""))
        return await act(command, caller, key, commands, follower)
    put = _put(client, data.number, caller, key, commands, follower)
    command = agents.CallOut(me, client, number=put.id)
    return await act(command, caller, key, commands, follower, (put,))


def _serves(me: AgentId, client: ClientId, follower: Follower) -> None:
    """A client that the agent doesn't work for looks like one that never was."""
    floor = follower.live.floor
    for agent in floor.agents if floor else ():
        if agent.id == me and client in agent.clients:
            return
    raise Trouble(409, "unknown_client", {"client": client})


ROUTES: Final = (consult, transfer, complete_transfer, toggle, merge, drop, digits, recording, call)
