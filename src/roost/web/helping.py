"""Help on the floor: the agent's raised hand, and a supervisor's words to a team or an agent.

What's said lies in the operator's vault, with who said it; the log holds only where.
"""

import asyncio
from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from roost.floor.agents import messages as agents
from roost.kernel.ids import OPERATOR, AgentId, VaultId
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import InstantUs
from roost.web.acting import Acted, AgentPath, Key, act, agent_of
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.limits import MOST_SAID
from roost.web.live_helping import TOLD_US, ToldLive, told_to
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, not_found

TeamPath = Annotated[
    str, PathParameter(pattern=r"^[a-z][a-z0-9-]{0,39}$", description="A team of the definitions")
]


class Hand(Struct, frozen=True, forbid_unknown_fields=True):
    raised: bool


class Said(Struct, frozen=True, forbid_unknown_fields=True):
    """What a team, or an agent, is told."""

    text: Annotated[str, Meta(min_length=1, max_length=MOST_SAID)]


class _Kept(Struct, frozen=True):
    """A message as it lies in the vault."""

    sender: str
    text: str


class TeamMessage(Struct, frozen=True):
    """`to_me`: to me alone; else to my team."""

    at: InstantUs
    sender: str
    text: str
    to_me: bool


@post("/api/desk/raise-hand", status_code=200, summary="Ask for help")
async def raise_hand(
    data: JSONBody[Hand],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """The floor sees my hand, until it's down again."""
    command = agents.RaiseHand(agent_of(caller), data.raised)
    return await act(command, caller, key, commands, follower)


@get("/api/desk/messages", summary="What I was told")
async def my_messages(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[TeamMessage]:
    """To me or my team, of the last twelve hours; the oldest first."""
    agent = follower.live.agents.get(agent_of(caller))
    if agent is None:
        raise Trouble(409, "no_agent")
    since = parts.clock.now() - TOLD_US
    recent = [one for one in told_to(follower.live, agent) if one.at >= since]
    return await asyncio.to_thread(_revealed, parts, recent)


def _revealed(parts: Parts, recent: list[ToldLive]) -> list[TeamMessage]:
    found: list[TeamMessage] = []
    for one in recent:
        value = parts.vault.reveal(OPERATOR, one.text)
        if value is not None:
            kept = msgspec.json.decode(value, type=_Kept)
            found.append(TeamMessage(one.at, kept.sender, kept.text, one.agent is not None))
    return found


@post("/api/agents/{agent:str}/answer-hand", status_code=200, summary="Take a raised hand down")
async def answer_hand(
    agent: AgentPath,
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Accepted:
    """Somebody sees to it."""
    if follower.sights.agent(caller.horizon, AgentId(agent)) is None:
        raise not_found()
    return await commands.give(agents.RaiseHand(AgentId(agent), False), caller, key)


@post("/api/agents/{agent:str}/message", status_code=200, summary="Tell an agent something")
async def tell_agent(
    agent: AgentPath,
    data: JSONBody[Said],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Accepted:
    """On their desk at once."""
    if follower.sights.agent(caller.horizon, AgentId(agent)) is None:
        raise not_found()
    return await _tell("", AgentId(agent), data.text, caller, parts, commands, key)


@post("/api/teams/{team:str}/message", status_code=200, summary="Tell a team something")
async def tell_team(
    team: TeamPath,
    data: JSONBody[Said],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Accepted:
    """On the desks of all who are in it."""
    if not follower.sights.has_team(caller.horizon, team):
        raise not_found()
    return await _tell(team, None, data.text, caller, parts, commands, key)


async def _tell(
    team: str,
    agent: AgentId | None,
    text: str,
    caller: Caller,
    parts: Parts,
    commands: Commands,
    key: str | None,
) -> Accepted:
    key = key or parts.randomness.secret(16).hex()
    place = VaultId(f"told-{commands.id_of(caller, key)}")
    kept = msgspec.json.encode(_Kept(caller.account.name, text))
    command: Command = agents.TellTeam(team, place, agent)
    return await commands.give(command, caller, key, (VaultPut(place, OPERATOR, kept),))


ROUTES: Final = (raise_hand, my_messages, answer_hand, tell_agent, tell_team)
