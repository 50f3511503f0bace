"""The centre itself: its health, and the definitions in force."""

import asyncio
from collections.abc import Callable
from typing import Final

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Struct
from msgspec.structs import replace

from roost.floor.definition import Floor
from roost.floor.moving import asked_by
from roost.kernel.ids import AgentId, ClientId, Digest, FlowId, QueueId, SkillId
from roost.kernel.time import DurationUs
from roost.web.follow import Follower
from roost.web.health import Check, Health, PartHealth
from roost.web.limits import FOLLOW_BATCH
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble
from roost.web.sight import Sight

CHECK_DEADLINE_S: Final = 1.0


class QueueDefinition(Struct, frozen=True):
    queue: QueueId
    client: ClientId
    priority: int
    ring_us: DurationUs
    wrap_up_us: DurationUs
    code_required: bool
    most_waiting: int
    target_us: DurationUs
    skills: dict[str, int]


class ClientDefinition(Struct, frozen=True):
    client: ClientId
    default_queue: QueueId
    record: bool
    wrap_up_codes: tuple[str, ...]
    numbers: dict[str, FlowId]


class AgentDefinition(Struct, frozen=True):
    agent: AgentId
    name: str | None
    team: str
    clients: tuple[ClientId, ...]
    skills: dict[str, int]


class Definitions(Struct, frozen=True):
    """What is in force, by its content's version."""

    version: Digest
    clients: tuple[ClientDefinition, ...]
    queues: tuple[QueueDefinition, ...]
    agents: tuple[AgentDefinition, ...]
    away_reasons: tuple[str, ...]
    skills: tuple[SkillId, ...]
    """What the queues and flows of these clients ask for, or prefer: what agents can be given."""


@get("/api/health", summary="Is the centre ready")
async def health(
    parts: NamedDependency[Parts], follower: NamedDependency[Follower]
) -> Response[Health]:
    """200 when it takes calls and commands, 503 otherwise, each with its parts."""
    found = [_log_health(follower), _views_health(follower)]
    found.extend(await asyncio.gather(*(_asked(check) for check in parts.checks)))
    ready = all(part.ready for part in found)
    whole = Health(ready, parts.settings.version, tuple(found))
    return Response(whole, status_code=200 if ready else 503)


def _log_health(follower: Follower) -> PartHealth:
    if follower.wrong:
        return PartHealth(
            "log",
            False,
            f"The log can't be read ({follower.wrong}).",
            "Look at the disk and at web's log; it tries again by itself.",
        )
    return PartHealth("log", True)


def _views_health(follower: Follower) -> PartHealth:
    behind = max(0, follower.last - follower.position)
    if not follower.caught_up:
        return PartHealth(
            "views", False, "The live views are being built from the log.", "Wait.", behind
        )
    if follower.live.floor is None:
        return PartHealth(
            "definitions",
            False,
            "No definitions are in force.",
            "Put some in force: roost apply DIR.",
        )
    if behind > FOLLOW_BATCH:
        return PartHealth("views", False, "The live views lag behind the log.", "Wait.", behind)
    return PartHealth("views", True, behind=behind)


async def _asked(check: Check) -> PartHealth:
    try:
        async with asyncio.timeout(CHECK_DEADLINE_S):
            return await check.ask()
    except Exception as error:
        wrong = f"It doesn't answer ({type(error).__name__})."
        return PartHealth(
            check.part, False, wrong, "roost up starts it again; see its log if it stays so."
        )


@get("/api/definitions", summary="The definitions in force")
async def definitions(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> Definitions:
    """Clients, queues and agents, as far as the caller's teams go; flows and prompts are the
    folder's."""
    floor = follower.live.floor
    if floor is None:
        raise Trouble(503, "unavailable")
    sight = follower.sights.of(caller.horizon)
    return await asyncio.to_thread(_definitions, floor, sight, parts.name_of)


def _definitions(
    floor: Floor, sight: Sight, name_of: Callable[[AgentId], str | None]
) -> Definitions:
    return Definitions(
        floor.version,
        tuple(
            ClientDefinition(
                one.id,
                one.default_queue,
                one.record,
                one.wrap_up_codes,
                {row.number: row.flow for row in floor.numbers if row.client == one.id},
            )
            for one in floor.clients
            if sight.sees(one.id)
        ),
        tuple(
            QueueDefinition(
                one.id,
                one.client,
                one.priority,
                one.ring_us,
                one.wrap_up_us,
                one.code_required,
                one.most_waiting,
                one.target_us,
                {skill.skill: skill.level for skill in one.skills},
            )
            for one in floor.queues
            if sight.sees(one.client)
        ),
        tuple(
            AgentDefinition(
                one.id,
                name_of(one.id),
                one.team,
                one.clients,
                {skill.skill: skill.level for skill in one.skills},
            )
            for one in floor.agents
            if sight.sees_agent(one.id, one.team)
        ),
        floor.away_reasons,
        tuple(sorted(skills_asked(floor, sight))),
    )


def skills_asked(floor: Floor, sight: Sight) -> set[SkillId]:
    """The skills that those whom they see ask for."""
    queues = tuple(one for one in floor.queues if sight.sees(one.client))
    flows = tuple(one for one in floor.flows if sight.sees(one.client))
    return asked_by(replace(floor, queues=queues, flows=flows))


ROUTES: Final = (health, definitions)
