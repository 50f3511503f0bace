"""Who changed what for now: the audit trail's word on each move and each priority that stands."""

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec
from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from roost.floor.moving import LONGEST_US
from roost.kernel.envelope import Stored
from roost.kernel.ids import OPERATOR, MoveId
from roost.kernel.time import InstantUs
from roost.office.audit.messages import AUDIT
from roost.web.backwards import backwards
from roost.web.follow import Follower
from roost.web.limits import AUDIT_BATCH, AUDIT_BATCHES
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.sight import Sight

MOVED: Final = "audit.AgentsMoved"
RAISED: Final = "audit.PrioritySet"


class WhoChanged(Struct, frozen=True):
    """Who made a move, or changed the priority of the contact `ref` last, and when. `by` is null
    for who isn't the operator's; what isn't in the trail any more isn't here."""

    move: MoveId | None
    ref: str | None
    by: str | None
    at: InstantUs


class _About(Struct, frozen=True):
    """What the trail says of either."""

    move: str = ""
    how: str = ""
    ref: str = ""


@get("/api/moves", summary="Who changed what for now")
async def changes(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[WhoChanged]:
    """Of the moves and priorities that stand now, the newest first."""
    wanted = _standing(follower, follower.sights.of(caller.horizon))
    return await asyncio.to_thread(_found, parts, wanted, caller.owner == OPERATOR)


def _standing(follower: Follower, sight: Sight) -> set[tuple[str, str]]:
    """What stands and is seen: ("move", its id), ("ref", the contact's)."""
    live = follower.live
    moves = {
        ("move", str(move.id))
        for agent in live.agents.values()
        if agent.moves and sight.sees_agent(agent.id, agent.team, agent.lent)
        for move in agent.moves
    }
    raised = {
        ("ref", contact.ref)
        for contact in live.contacts.values()
        if contact.wait is not None
        and contact.wait.asked.raised != contact.wait.own
        and sight.sees(contact.client)
    }
    return moves | raised


def _found(parts: Parts, wanted: set[tuple[str, str]], operator: bool) -> list[WhoChanged]:
    """Nothing lasts longer than LONGEST_US, so no older part of the trail is read. Blocking."""
    if not wanted:
        return []
    people = {str(account.id): account.name for account in parts.accounts.listing(None)}

    def take(row: Stored) -> WhoChanged | None:
        key = _key(row)
        if key not in wanted:
            return None
        wanted.remove(key)
        return _line(row, key, people if operator else {})

    since = parts.clock.now() - LONGEST_US
    end, most = parts.log.last(AUDIT), len(wanted)
    found, _ = backwards(parts.log, AUDIT, end, take, most, AUDIT_BATCH, AUDIT_BATCHES, since)
    return found


def _key(row: Stored) -> tuple[str, str]:
    if row.type not in (MOVED, RAISED):
        return "", ""
    about = msgspec.json.decode(row.body, type=_About)
    if row.type == RAISED:
        return "ref", about.ref
    return ("move", about.move) if about.how == "moved" else ("", "")


def _line(row: Stored, key: tuple[str, str], people: Mapping[str, str]) -> WhoChanged:
    kind, name = key
    account = row.actor.partition(":")[2].partition("/")[0]
    return WhoChanged(
        MoveId(name) if kind == "move" else None,
        name if kind == "ref" else None,
        people.get(account),
        row.at,
    )


ROUTES: Final = (changes,)
