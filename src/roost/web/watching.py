"""A supervisor's ear: listen to an agent's talk, whisper to that agent, barge in, take over."""

from typing import Final, Literal

from litestar import delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Struct

from roost.floor.agents import messages as agents
from roost.floor.parties import WatchMode
from roost.kernel.ids import OPERATOR, AgentId, owner_of
from roost.office.audit.messages import TalkWatched
from roost.web.acting import Acted, AgentPath, Key, act, agent_of
from roost.web.audit import Notes
from roost.web.commands import Commands
from roost.web.follow import Follower
from roost.web.permissions import Caller
from roost.web.problems import not_found


class WatchAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """How: listen (nobody hears me), whisper (that agent alone does), barge."""

    mode: WatchMode


@post("/api/agents/{agent:str}/watch", status_code=200, summary="Listen to somebody's talk")
async def watch(
    agent: AgentPath,
    data: JSONBody[WatchAsked],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Acted:
    """I'm away meanwhile, and by my own phone. The agent's desk says who listens."""
    of = AgentId(agent)
    if follower.sights.agent(caller.horizon, of) is None:
        raise not_found()
    await _note(caller, of, data.mode.value, follower, notes)
    return await act(agents.Watch(agent_of(caller), of, data.mode), caller, key, commands, follower)


@post("/api/watch/mode", status_code=200, summary="Listen, whisper, barge")
async def watch_mode(
    data: JSONBody[WatchAsked],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Acted:
    """At any time while I watch."""
    await _note_mine(caller, data.mode.value, follower, notes)
    command = agents.SetWatch(agent_of(caller), data.mode)
    return await act(command, caller, key, commands, follower)


@delete("/api/watch", status_code=200, summary="Stop watching")
async def stop_watching(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """The talk goes on without me."""
    return await act(agents.StopWatching(agent_of(caller)), caller, key, commands, follower)


@post("/api/watch/take-over", status_code=200, summary="Take the contact over")
async def take_over(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Acted:
    """I go on with the customer; the agent goes to wrap-up."""
    await _note_mine(caller, "take over", follower, notes)
    return await act(agents.TakeOver(agent_of(caller)), caller, key, commands, follower)


How = Literal["listen", "whisper", "barge", "take over"]


async def _note(caller: Caller, of: AgentId, how: How, follower: Follower, notes: Notes) -> None:
    """Before it happens: under the name of the client whose contact it is, if there's one."""
    live = follower.live.agents.get(of)
    contact = None if live is None or live.contact is None else live.contact
    known = None if contact is None else follower.live.contacts.get(contact)
    owner = OPERATOR if known is None else owner_of(known.client)
    ref = None if known is None else known.ref
    await notes.note(caller, TalkWatched(owner=owner, agent=of, how=how, ref=ref))


async def _note_mine(caller: Caller, how: How, follower: Follower, notes: Notes) -> None:
    """Of whom I watch; without anybody the floor refuses."""
    me = follower.live.agents.get(agent_of(caller))
    if me is not None and me.watches is not None:
        await _note(caller, me.watches.of, how, follower, notes)


ROUTES: Final = (watch, watch_mode, stop_watching, take_over)
