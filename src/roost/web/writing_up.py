"""Writing a contact up at the desk: more time, a note that survives a reload, a code that comes
after the limit. What's written lies in the vault under the client's key, nowhere else.

A draft lies under one id a segment, so that saving it again changes the vault and adds nothing
to the log.
"""

import asyncio
from typing import Annotated, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from roost.floor.agents import messages as agents
from roost.kernel.ids import AgentId, ClientId, Owner, SegmentId, VaultId
from roost.kernel.messages import VaultPut
from roost.web.acting import Acted, Key, Reason, act, agent_of
from roost.web.commands import Accepted, Commands
from roost.web.follow import Follower
from roost.web.limits import MOST_NOTE
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble

Segment = Annotated[str, Meta(pattern=r"^C[0-9]{1,15}/s[0-9]{1,9}$")]
Note = Annotated[str, Meta(max_length=MOST_NOTE)]


class Drafted(Struct, frozen=True, forbid_unknown_fields=True):
    """What I've written so far about my part of a contact (`segment` of my row)."""

    segment: Segment
    note: Note


class Completed(Struct, frozen=True, forbid_unknown_fields=True):
    """A code for a segment that's to be completed; without `note` the draft is the note."""

    segment: Segment
    code: Reason
    note: Note | None = None


class Draft(Struct, frozen=True):
    segment: SegmentId
    note: str


@post("/api/desk/extend-wrap-up", status_code=200, summary="More time to write up")
async def extend_wrap_up(
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """As long again as the queue's limit, once a contact."""
    return await act(agents.ExtendWrapUp(agent_of(caller)), caller, key, commands, follower)


@post("/api/desk/note", status_code=200, summary="Keep my note as it is")
async def draft(
    data: JSONBody[Drafted],
    caller: NamedDependency[Caller],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
) -> Accepted:
    """Kept for a reload, and as the contact's note if no other is given."""
    agent, segment = agent_of(caller), SegmentId(data.segment)
    client = await client_of(agent, segment, follower)
    note = draft_of(segment)
    puts = (VaultPut(note, Owner(client), data.note.encode()),)
    return await commands.give(agents.DraftNote(agent, segment, note), caller, None, puts)


@get("/api/desk/note", summary="My notes that aren't finished")
async def drafts(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[Draft]:
    """Of the contact in hand, and of those to be completed."""
    agent = follower.live.agents.get(agent_of(caller))
    if agent is None:
        raise Trouble(409, "no_agent")
    wanted = [(one.segment, one.client) for one in agent.to_complete]
    if agent.segment is not None and agent.client is not None:
        wanted.append((agent.segment, agent.client))
    return await asyncio.to_thread(_revealed, parts, wanted)


def _revealed(parts: Parts, wanted: list[tuple[SegmentId, ClientId]]) -> list[Draft]:
    found = [
        (segment, parts.vault.reveal(Owner(client), draft_of(segment)))
        for segment, client in wanted
    ]
    return [Draft(segment, value.decode()) for segment, value in found if value is not None]


@post("/api/desk/complete", status_code=200, summary="Complete a contact that the limit closed")
async def complete(
    data: JSONBody[Completed],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    follower: NamedDependency[Follower],
    key: Key = None,
) -> Acted:
    """With its code, and a note."""
    agent, segment = agent_of(caller), SegmentId(data.segment)
    if data.note is None:
        return await act(
            agents.CompleteSegment(agent, segment, data.code), caller, key, commands, follower
        )
    key = key or parts.randomness.secret(16).hex()
    client = await client_of(agent, segment, follower)
    note = VaultId(f"note-{commands.id_of(caller, key)}")
    puts = (VaultPut(note, Owner(client), data.note.encode()),)
    command = agents.CompleteSegment(agent, segment, data.code, note)
    return await act(command, caller, key, commands, follower, puts)


def draft_of(segment: SegmentId) -> VaultId:
    """Where a segment's draft lies."""
    return VaultId(f"draft-{segment}")


async def client_of(agent: AgentId, segment: SegmentId, follower: Follower) -> ClientId:
    """Whose segment it is: what's written of it is encrypted under that client's key. Looked up
    once more when the views have taken the whole log into account."""
    found = _client_of(agent, segment, follower)
    if found is None:
        await follower.reached(await follower.end())
        found = _client_of(agent, segment, follower)
    if found is None:
        raise Trouble(409, "nothing_to_wrap_up", {"agent": agent})
    return found


def _client_of(agent: AgentId, segment: SegmentId, follower: Follower) -> ClientId | None:
    live = follower.live.agents.get(agent)
    if live is None:
        return None
    if live.segment == segment:
        return live.client
    return next((one.client for one in live.to_complete if one.segment == segment), None)


ROUTES: Final = (extend_wrap_up, draft, drafts, complete)
