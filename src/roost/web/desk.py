"""The agent's desk: one's state on the floor, and the commands that change it."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Final, Literal

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from roost.floor.agents import messages as agents
from roost.kernel.ids import OPERATOR, AgentId, Owner, VaultId, owner_of
from roost.kernel.messages import Command, VaultPut
from roost.office.audit.messages import AgentCommanded
from roost.web.acting import (
    MOST_SHOWN,
    Acted,
    AgentPath,
    Key,
    Reason,
    act,
    agent_of,
    client_with,
)
from roost.web.audit import Notes
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.limits import MOST_NOTE
from roost.web.parties_view import said
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, not_found
from roost.web.project import desk
from roost.web.rows import DeskRow


class Away(Struct, frozen=True, forbid_unknown_fields=True):
    """One of the centre's away reasons (`GET /api/desk` lists them)."""

    reason: Reason


class Finished(Struct, frozen=True, forbid_unknown_fields=True):
    """The wrap-up's code, and a note: it's kept encrypted under the client's key. Without a
    note the draft is the note (`POST /api/desk/note`)."""

    code: Reason
    note: Annotated[str, Meta(max_length=MOST_NOTE)] | None = None


class Desk(Struct, frozen=True):
    """Who I am on the floor, with my name. `caller` is the number of the contact that is with
    me, `numbers` those of others in the talk, by leg; `names` are colleagues', by agent; `said`
    is what the customer told the flow, by the variable's name."""

    me: DeskRow
    name: str | None
    caller: str | None
    numbers: dict[str, str] = {}
    names: dict[str, str] = {}
    said: dict[str, str] = {}


@get("/api/desk", summary="My state")
async def my_desk(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> Desk:
    """My row, the contact that is with me, and what I may do now."""
    agent = agent_of(caller)
    row = desk(follower.live, agent)
    if row is None:
        raise Trouble(409, "no_agent")
    contact = follower.live.by_ref.get(row.contact.ref) if row.contact else None
    live = None if contact is None else follower.live.contacts.get(contact)
    talk = row.talk or (row.watch and row.watch.talk)
    there = {one.agent for one in talk.parties if one.agent} if talk else set[AgentId]()
    if live is None:
        return await asyncio.to_thread(_shown, parts, row, there, OPERATOR, None, {}, {})
    places = {str(one.leg): one.number for one in live.talk.parties.values() if one.number}
    told = said(live.talk, follower.live.floor, live.client)
    owner = owner_of(live.client)
    return await asyncio.to_thread(_shown, parts, row, there, owner, live.caller, places, told)


def _shown(
    parts: Parts,
    row: DeskRow,
    colleagues: set[AgentId],
    owner: Owner,
    caller: VaultId | None,
    places: Mapping[str, VaultId],
    told: Mapping[str, VaultId],
) -> Desk:
    """Blocking. What lies in the vault, for whom the contact is with."""

    def text(id: VaultId | None) -> str | None:
        value = None if id is None else parts.vault.reveal(owner, id)
        return None if value is None else value.decode(errors="replace")[:MOST_SHOWN]

    def texts(ids: Mapping[str, VaultId]) -> dict[str, str]:
        return {name: found for name, one in ids.items() if (found := text(one)) is not None}

    names = {str(one): parts.name_of(one) or str(one) for one in sorted(colleagues)}
    me = parts.name_of(row.agent.agent)
    return Desk(row, me, text(caller), texts(places), names, texts(told))


@post("/api/desk/sign-in", status_code=200, summary="Sign in")
async def sign_in(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Onto the floor, away at first."""
    return await act(agents.SignIn(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/sign-out", status_code=200, summary="Sign out")
async def sign_out(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Off the floor; refused while a contact is with me."""
    return await act(agents.SignOut(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/ready", status_code=200, summary="Ready")
async def ready(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Ready for the next contact; during one: as soon as it's finished."""
    return await act(agents.GoReady(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/away", status_code=200, summary="Away")
async def away(
    data: JSONBody[Away],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Away for a reason; during a contact: as soon as it's finished."""
    command = agents.GoAway(agent_of(caller), data.reason)
    return await act(command, caller, key, commands, follower)


@post("/api/desk/take", status_code=200, summary="Take the offer")
async def take(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Asks the ringing phone to go off hook, where it can; else lift it."""
    return await act(agents.TakeOffer(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/decline", status_code=200, summary="Decline the offer")
async def decline(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """The contact goes to somebody else, keeping its place; I'm away."""
    return await act(agents.DeclineOffer(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/hold", status_code=200, summary="Hold")
async def hold(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """The caller hears music."""
    return await act(agents.Hold(agent_of(caller), True), caller, key, commands, follower)


@post("/api/desk/unhold", status_code=200, summary="Take back from hold")
async def unhold(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """We hear each other again."""
    return await act(agents.Hold(agent_of(caller), False), caller, key, commands, follower)


@post("/api/desk/hang-up", status_code=200, summary="Hang up")
async def hang_up(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """Ends the call; wrap-up begins."""
    return await act(agents.HangUp(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/wrap-up", status_code=200, summary="Finish the contact")
async def wrap_up(
    data: JSONBody[Finished],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """With its code and a note."""
    agent = agent_of(caller)
    if data.note is None:
        return await act(agents.WrapUp(agent, data.code), caller, key, commands, follower)
    if key is None:
        key = parts.randomness.secret(16).hex()
    client = await client_with(agent, follower, "nothing_to_wrap_up")
    note = VaultId(f"note-{commands.id_of(caller, key)}")
    puts = (VaultPut(note, Owner(client), data.note.encode()),)
    command = agents.WrapUp(agent, data.code, note)
    return await act(command, caller, key, commands, follower, puts)


# --- for supervisors: the same commands for somebody else ---


async def _act_for(
    command: Command,
    agent: str,
    caller: Caller,
    key: str | None,
    commands: Commands,
    follower: Follower,
    notes: Notes,
    how: Literal["away", "ready", "sign-out"],
) -> Accepted:
    if follower.sights.agent(caller.horizon, AgentId(agent)) is None:
        raise not_found()
    await notes.note(caller, AgentCommanded(agent=AgentId(agent), how=how))
    return await commands.give(command, caller, key)


@post("/api/agents/{agent:str}/away", status_code=200, summary="Send somebody away")
async def send_away(
    agent: AgentPath,
    data: JSONBody[Away],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Accepted:
    """As if that agent had asked for it; the log names who did."""
    command = agents.GoAway(AgentId(agent), data.reason)
    return await _act_for(command, agent, caller, key, commands, follower, notes, "away")


@post("/api/agents/{agent:str}/ready", status_code=200, summary="Make somebody ready")
async def make_ready(
    agent: AgentPath,
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Accepted:
    """Ends a break, or a wrap-up whose code may come later; the log names who did it."""
    command = agents.BringBack(AgentId(agent))
    return await _act_for(command, agent, caller, key, commands, follower, notes, "ready")


@post("/api/agents/{agent:str}/sign-out", status_code=200, summary="Sign somebody out")
async def sign_somebody_out(
    agent: AgentPath,
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Accepted:
    """Somebody who has gone home: a wrap-up is closed, and may be completed in the next shift.
    Refused while a call is with them."""
    command = agents.SendHome(AgentId(agent))
    return await _act_for(command, agent, caller, key, commands, follower, notes, "sign-out")


ROUTES: Final = (
    my_desk,
    sign_in,
    sign_out,
    ready,
    away,
    take,
    decline,
    hold,
    unhold,
    hang_up,
    wrap_up,
    send_away,
    make_ready,
    sign_somebody_out,
)
