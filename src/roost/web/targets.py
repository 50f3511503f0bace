"""Whom an agent may consult, transfer to or call: the directory of a contact's client."""

import asyncio
from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Struct
from msgspec.structs import replace

from roost.floor import definition
from roost.kernel.ids import AgentId, ClientId, EntryId, QueueId
from roost.kernel.time import DurationUs, InstantUs
from roost.web.acting import agent_of
from roost.web.follow import Follower
from roost.web.history import Word
from roost.web.limits import MOST_TARGETS
from roost.web.live import Live
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble
from roost.web.rows import Presence

Text = Annotated[str | None, QueryParameter(max_length=100, description="Part of a name or number")]


class Colleague(Struct, frozen=True):
    """Somebody who works for the same client."""

    agent: AgentId
    name: str | None
    team: str
    presence: Presence
    reason: str  # why away
    since: InstantUs | None


class QueueTarget(Struct, frozen=True):
    """A queue of the client: who waits there, and how many are ready for it."""

    queue: QueueId
    waiting: int
    longest_since: InstantUs | None
    ready: int
    target_us: DurationUs


class EntryTarget(Struct, frozen=True):
    """A firm or an office of the client's directory."""

    entry: EntryId
    name: str
    number: str


class Targets(Struct, frozen=True):
    """`dials`: how numbers begin that may be typed besides; `more`: not all of them are here,
    ask with a text."""

    client: ClientId
    colleagues: tuple[Colleague, ...]
    queues: tuple[QueueTarget, ...]
    entries: tuple[EntryTarget, ...]
    dials: tuple[str, ...]
    more: bool


@get("/api/desk/targets", summary="Whom I may consult, transfer to or call")
async def targets(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    text: Text = None,
    client: Word = None,
) -> Targets:
    """Of the client whose contact is with me, or of one that I work for. Those who can take it
    now come first."""
    me, live = agent_of(caller), follower.live
    floor = live.floor
    mine = next((one for one in floor.agents if one.id == me), None) if floor else None
    seat = live.agents.get(me)
    here = seat.client if seat is not None and seat.client is not None else client
    if floor is None or mine is None or here is None:
        raise Trouble(409, "no_contact", {"agent": me})
    if (seat is None or seat.client is None) and here not in mine.clients:
        raise Trouble(409, "unknown_client", {"client": here})
    client = ClientId(here)
    wanted = (text or "").strip().casefold()
    there = _colleagues(client, me, live, floor)
    queues = tuple(
        _queue(queue, live, floor)
        for queue in floor.queues
        if queue.client == client and wanted in queue.id.casefold()
    )
    return await asyncio.to_thread(_found, client, there, queues, parts, wanted)


_RANK: Final = {
    Presence.READY: 0,
    Presence.WORKING: 1,
    Presence.WRAPPING: 1,
    Presence.OFFERED: 2,
    Presence.TALKING: 2,
    Presence.AWAY: 3,
}
"""Who's likely to take it soonest; who isn't here isn't shown."""


def _colleagues(
    client: ClientId, me: AgentId, live: Live, floor: definition.Floor
) -> list[Colleague]:
    """Who works for the client and is here; their names come later."""
    found: list[Colleague] = []
    for person in floor.agents:
        seat = live.agents.get(person.id)
        if seat is None or person.id == me or client not in person.clients:
            continue
        if seat.presence in _RANK:
            found.append(
                Colleague(person.id, None, person.team, seat.presence, seat.reason, seat.since)
            )
    return found


def _found(
    client: ClientId,
    there: list[Colleague],
    queues: tuple[QueueTarget, ...],
    parts: Parts,
    wanted: str,
) -> Targets:
    """Blocking. What's called as it was asked for."""
    named = [replace(one, name=parts.name_of(one.agent)) for one in there]
    colleagues = [one for one in named if wanted in f"{one.name or ''} {one.agent}".casefold()]
    colleagues.sort(key=lambda one: (_RANK[one.presence], one.name or one.agent))
    look = parts.looks.now().clients.get(client)
    entries = [
        EntryTarget(one.id, one.name, one.number)
        for one in (look.directory if look else ())
        if wanted in f"{one.name} {one.number}".casefold()
    ]
    return Targets(
        client,
        tuple(colleagues[:MOST_TARGETS]),
        queues,
        tuple(entries[:MOST_TARGETS]),
        look.calling_out if look else (),
        len(colleagues) > MOST_TARGETS or len(entries) > MOST_TARGETS,
    )


def _queue(queue: definition.Queue, live: Live, floor: definition.Floor) -> QueueTarget:
    row = live.queues.get(queue.id)
    waiting = {} if row is None else dict(row.waiting)
    return QueueTarget(
        queue.id,
        len(waiting),
        min(waiting.values(), default=None),
        sum(_serves(one, queue) and _is_ready(live, one.id) for one in floor.agents),
        queue.target_us,
    )


def _serves(agent: definition.Agent, queue: definition.Queue) -> bool:
    levels = {skill.skill: skill.level for skill in agent.skills}
    return all(levels.get(skill.skill, 0) >= skill.level for skill in queue.skills)


def _is_ready(live: Live, agent: AgentId) -> bool:
    seat = live.agents.get(agent)
    return seat is not None and seat.presence is Presence.READY


ROUTES: Final = (targets,)
