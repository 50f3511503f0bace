"""A supervisor steers the router: moves people for now, changes a waiting contact's priority, and
asks why. Each is undone by what its answer names."""

import asyncio
from typing import Annotated, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from roost.floor.agents import messages as agents
from roost.floor.definition import Skill
from roost.floor.moving import HIGHEST, LOWEST, MOST_AT_ONCE
from roost.floor.queues import messages as queues
from roost.floor.queues.model import MOST_RAISED
from roost.kernel.ids import AgentId, MoveId, SkillId, owner_of
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.office.audit.messages import AgentsMoved, PrioritySet
from roost.office.reasons import Said, Waiting, sentence, waiting
from roost.ports.records import ContactRecord
from roost.web.acting import Key
from roost.web.audit import Notes
from roost.web.centre import skills_asked
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.history import Ref, record_of
from roost.web.limits import MOST_SKILLS_MOVED
from roost.web.live import ContactLive
from roost.web.live_routing import why_waiting
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, not_found, refused
from roost.web.rows import ContactState

Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
SkillName = Annotated[str, Meta(min_length=1, max_length=64)]
Level = Annotated[int, Meta(ge=LOWEST, le=HIGHEST)]
People = Annotated[tuple[Id, ...], Meta(max_length=MOST_AT_ONCE)]
Chosen = Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MOST_AT_ONCE)]
Gives = Annotated[dict[SkillName, Level], Meta(max_length=MOST_SKILLS_MOVED)]
Takes = Annotated[tuple[SkillName, ...], Meta(max_length=MOST_SKILLS_MOVED)]
MovePath = Annotated[
    str, PathParameter(pattern=r"^[A-Za-z0-9-]{1,64}$", description="A move, as an agent's row has")
]


class MoveAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """Each of the agents gets the skills in `gives` at these levels, loses those in `takes`, and
    belongs to `team` (null: as before), until then."""

    agents: Chosen
    until: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    gives: Gives = {}
    takes: Takes = ()
    team: Annotated[str, Meta(max_length=64)] | None = None


class Moved(Struct, frozen=True):
    """`POST /api/moves/{move}/put-back` undoes it."""

    done: Accepted
    move: MoveId


class Back(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom; none named: for all whom it moved."""

    agents: People = ()


class PriorityAsked(Struct, frozen=True, forbid_unknown_fields=True):
    """By how much it's over its queue's."""

    raised: Annotated[int, Meta(ge=-MOST_RAISED, le=MOST_RAISED)]


class PriorityChanged(Struct, frozen=True):
    """`before`: what puts it back."""

    done: Accepted
    before: int
    raised: int


class Reason(Struct, frozen=True):
    """One decision about a contact, in both languages."""

    at: InstantUs
    what: str
    en: str
    zh: str


class Why(Struct, frozen=True):
    """Every decision about a contact so far; and while it waits, why nobody has it yet, in figures
    and in sentences."""

    reasons: tuple[Reason, ...]
    waits: Waiting | None
    said: tuple[Said, ...]


@post("/api/moves", status_code=200, summary="Move agents for now")
async def move(
    data: JSONBody[MoveAsked],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Moved:
    """Skills given or taken, another team, until an instant. The router goes by it at once; the
    definitions stay as they are."""
    people = tuple(AgentId(one) for one in data.agents)
    _seen(data, people, caller, follower)
    key = key or parts.randomness.secret(16).hex()
    made = MoveId(f"move-{commands.id_of(caller, key).removeprefix('web-')}")
    command = agents.MoveAgents(
        made,
        people,
        tuple(Skill(SkillId(name), level) for name, level in sorted(data.gives.items())),
        tuple(SkillId(name) for name in data.takes),
        data.team,
        InstantUs(data.until),
    )
    await notes.note(caller, AgentsMoved(move=made, agents=people, how="moved"))
    return Moved(await commands.give(command, caller, key), made)


def _seen(data: MoveAsked, people: tuple[AgentId, ...], caller: Caller, follower: Follower) -> None:
    """Agents, team and skills that aren't theirs are as if there were none. Raises Trouble."""
    for one in people:
        if follower.sights.agent(caller.horizon, one) is None:
            raise refused(Refusal("unknown_agent", {"agent": one}))
    if data.team is not None and not follower.sights.has_team(caller.horizon, data.team):
        raise refused(Refusal("unknown_team", {"team": data.team}))
    floor = follower.live.floor
    known = set[SkillId]()
    if floor is not None:
        known = skills_asked(floor, follower.sights.of(caller.horizon))
    for name in (*data.gives, *data.takes):
        if name not in known:
            raise refused(Refusal("unknown_skill", {"skill": name}))


@post("/api/moves/{move:str}/put-back", status_code=200, summary="Undo a move")
async def put_back(
    move: MovePath,
    data: JSONBody[Back],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> Accepted:
    """They're what the definitions say, and what their other moves make of it."""
    moved = tuple(
        agent.id
        for agent in follower.live.agents.values()
        if any(one.id == move for one in agent.moves)
        and follower.sights.agent(caller.horizon, agent.id) is not None
        and (not data.agents or agent.id in data.agents)
    )
    if not moved:
        raise not_found()
    await notes.note(caller, AgentsMoved(move=MoveId(move), agents=moved, how="put back"))
    return await commands.give(agents.PutBack(MoveId(move), moved), caller, key)


@post("/api/contacts/{ref:str}/priority", status_code=200, summary="Change who goes first")
async def priority(
    ref: Ref,
    data: JSONBody[PriorityAsked],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    key: Key = None,
) -> PriorityChanged:
    """Of a contact that waits; with the priority that it had before, to put it back."""
    contact = _live(ref, caller, follower)
    if contact.wait is None:
        raise Trouble(409, "not_waiting", {"contact": ref})
    before = contact.wait.asked.raised
    noted = PrioritySet(owner=owner_of(contact.client), ref=ref, raised=data.raised)
    await notes.note(caller, noted)
    done = await commands.give(queues.ChangePriority(contact.id, data.raised), caller, key)
    return PriorityChanged(done, before, data.raised)


def _live(ref: str, caller: Caller, follower: Follower) -> ContactLive:
    known = follower.live.by_ref.get(ref)
    contact = None if known is None else follower.live.contacts.get(known)
    if contact is None or not follower.sights.of(caller.horizon).sees(contact.client):
        raise not_found()
    return contact


@get("/api/contacts/{ref:str}/why", summary="Why a contact went to whom, or to nobody yet")
async def why(
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> Why:
    """Decisions from its record, a moment behind; why it waits from the live view."""
    record = await record_of(ref, caller, parts, follower)
    live = follower.live.contacts.get(record.summary.contact)
    found = None
    if live is not None and live.state is ContactState.WAITING:
        found = why_waiting(follower.live, live, parts.clock.now())
    return await asyncio.to_thread(_said, parts, record, found)


def _said(parts: Parts, record: ContactRecord, found: Waiting | None) -> Why:
    """In words, with people's names. Blocking."""

    def name(agent: str) -> str:
        return parts.name_of(AgentId(agent)) or agent

    said = ((one, sentence(one.what, one.detail, name)) for one in record.history)
    reasons = tuple(Reason(one.at, one.what, it.en, it.zh) for one, it in said if it is not None)
    return Why(reasons, found, () if found is None else tuple(waiting(found, name)))


ROUTES: Final = (move, put_back, priority, why)
