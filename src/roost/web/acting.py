"""What the desk's endpoints share: who acts, by which key, and what's answered."""

from collections.abc import Sequence
from typing import Annotated, Final

from litestar.params import HeaderParameter, PathParameter
from msgspec import Meta, Struct

from roost.kernel.ids import AgentId, ClientId
from roost.kernel.messages import Command, VaultPut
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.limits import MOST_KEY
from roost.web.permissions import Caller
from roost.web.problems import Trouble
from roost.web.project import desk
from roost.web.rows import DeskRow

Key = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        max_length=MOST_KEY,
        min_length=1,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key again is done once, and answered the same.",
    ),
]
AgentPath = Annotated[
    str, PathParameter(pattern=r"^[A-Za-z0-9._-]{1,64}$", description="The agent's number")
]
Reason = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.-]+$")]
MOST_SHOWN: Final = 200  # characters of somebody's number, as shown


class Acted(Struct, frozen=True):
    """The command is done; `me` is my state after it (null if the views lag behind)."""

    done: Accepted
    me: DeskRow | None


def agent_of(caller: Caller) -> AgentId:
    """Whom the caller is on the floor. Raises Trouble: no_agent."""
    if caller.account.agent is None:
        raise Trouble(409, "no_agent")
    return caller.account.agent


async def act(
    command: Command,
    caller: Caller,
    key: str | None,
    commands: Commands,
    follower: Follower,
    puts: Sequence[VaultPut] = (),
) -> Acted:
    """Give a command of the caller's own. Raises Trouble."""
    accepted = await commands.give(command, caller, key, puts)
    row = desk(follower.live, agent_of(caller)) if accepted.shown else None
    return Acted(accepted, row)


async def client_with(agent: AgentId, follower: Follower, otherwise: str) -> ClientId:
    """Whose contact is with an agent: what's written or dialled is encrypted under that client's
    key. Looked up in views that have taken the whole log into account; Trouble with the code
    `otherwise` when there's none."""
    await follower.reached(await follower.end())
    live = follower.live.agents.get(agent)
    if live is None or live.client is None:
        raise Trouble(409, otherwise, {"agent": agent})
    return live.client
