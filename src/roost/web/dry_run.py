"""A dry run: what the folder's definitions would change, if they were put in force now.

As `roost apply --dry-run` says it, in the same words, of the centre's folder as it's written when
somebody asks. Nobody learns of what they don't see: a supervisor's teams bound it, and what
contracts say is for those who may see money.
"""

import asyncio
from typing import Final

from litestar import post
from litestar.di import NamedDependency
from msgspec import Struct

from roost.definitions.difference import ChangeKind
from roost.definitions.problems import Problem
from roost.definitions.would_change import Busy, Failed, WouldChange
from roost.floor.consequences import AgentsChange, Consequences
from roost.kernel.ids import AgentId
from roost.office.reasons import Said
from roost.office.would_change import lines
from roost.web.follow import Follower
from roost.web.parts import Parts
from roost.web.permissions import Caller, Scope
from roost.web.problems import Trouble
from roost.web.sight import Sight

CONTRACT: Final = "contract.yaml"


class DefinitionChange(Struct, frozen=True):
    """One difference: the file, the place in it, the values before and after as JSON."""

    file: str
    place: str
    kind: ChangeKind
    before: str
    after: str


class DryRun(Struct, frozen=True):
    """`version` is empty where an error is among the `problems`: such definitions can't be put in
    force. `said` is all of `now` in sentences."""

    version: str
    problems: tuple[Problem, ...]
    changes: tuple[DefinitionChange, ...]
    now: Consequences | None
    said: tuple[Said, ...]


@post("/api/definitions/dry-run", status_code=200, summary="What the folder would change now")
async def dry_run(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> DryRun:
    """Nothing is changed. Takes about a second; refused while another one is under way."""
    try:
        found = await asyncio.to_thread(parts.would_change)
    except Busy:
        raise Trouble(409, "dry_run_running") from None
    except Failed as failed:
        raise Trouble(503, "dry_run_failed", {"why": str(failed)}) from None
    return _seen(found, caller, follower)


def _seen(found: WouldChange, caller: Caller, follower: Follower) -> DryRun:
    sight = follower.sights.of(caller.horizon)
    money = Scope.INVOICES_READ in caller.scopes

    def shown(file: str, place: str = "") -> bool:
        if file.endswith(CONTRACT) and not money:
            return False
        folder, _, rest = file.partition("/")
        if folder == "clients":
            return sight.sees(rest.partition("/")[0])
        agent = place.split(".")[1] if place.startswith("agents.") else ""
        return not agent or _sees(sight, follower, AgentId(agent))

    now = None if found.now is None else _of_now(found.now, sight, follower)
    said = () if now is None else tuple(one for kind in lines(now) for one in kind)
    return DryRun(
        found.version,
        tuple(one for one in found.problems if shown(one.file)),
        tuple(
            DefinitionChange(one.file, one.place, one.kind, one.before, one.after)
            for one in found.changes
            if shown(one.file, one.place)
        ),
        now,
        tuple(Said(one.en, one.zh) for one in said),
    )


def _of_now(now: Consequences, sight: Sight, follower: Follower) -> Consequences:
    """A queue's id, and a promise's, begins with its client's."""
    return Consequences(
        now.at,
        tuple(one for one in now.waiting if sight.sees(one.queue.partition("/")[0])),
        tuple(one for one in now.queues if sight.sees(one.queue.partition("/")[0])),
        tuple(
            AgentsChange(people, min(one.here, len(people)), one.gains, one.loses)
            for one in now.agents
            if (people := tuple(who for who in one.agents if _sees(sight, follower, who)))
        ),
        tuple(one for one in now.promises if sight.sees(one.promise.partition("/")[0])),
    )


def _sees(sight: Sight, follower: Follower, id: AgentId) -> bool:
    """Somebody new belongs to no team yet: whoever sees all teams sees them."""
    agent = follower.live.agents.get(id)
    if agent is None:
        return sight.sees_agent(id, "")
    return sight.sees_agent(id, agent.team, agent.lent)


ROUTES: Final = (dry_run,)
