"""What an agent should know beside the call: this client's history with the same person, and
the agent's own figures of today against the team's."""

import asyncio
from typing import Final

from litestar import get
from litestar.di import NamedDependency
from msgspec import Struct

from roost.floor.queues.messages import Outcome
from roost.kernel.calendar import local_day, start_of_day
from roost.kernel.ids import AgentId, ClientId, Owner, QueueId, owner_of
from roost.kernel.purview import WHOLE, Purview
from roost.kernel.time import DurationUs, InstantUs
from roost.office.measures.dictionary import MEASURES, By, Unit, value
from roost.office.measures.formulas import Total
from roost.office.measures.words import WORDS
from roost.ports.records import ContactFilter, ContactRecord, ContactSummary
from roost.ports.reports import Cut
from roost.web.acting import agent_of
from roost.web.follow import Follower
from roost.web.limits import MOST_EARLIER
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.rows import ref_of
from roost.web.spans import zone_of

FIGURES: Final = ("handled", "aht", "average_talk", "average_wrap_up", "missed_rings", "occupancy")
"""The measures that a desk shows of the day."""


class Earlier(Struct, frozen=True):
    """A contact of the same client with the same person, before this one."""

    ref: str
    arrived: InstantUs
    queue: QueueId | None
    reason: str
    outcome: Outcome | None
    agents: tuple[str, ...]  # names
    talk_us: DurationUs
    codes: tuple[str, ...]
    notes: tuple[str, ...]


class Figure(Struct, frozen=True):
    """A measure of today: mine, and the team's (a count: for each one who was at work)."""

    measure: str
    version: int
    unit: Unit
    name_en: str
    name_zh: str
    mine: float | None
    team: float | None


@get("/api/desk/history", summary="Earlier contacts with whom I talk to")
async def earlier(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[Earlier]:
    """The newest first, of the same client alone, whoever had them. A person is found by number;
    nothing without one."""
    seat = follower.live.agents.get(agent_of(caller))
    contact = None if seat is None or seat.contact is None else seat.contact
    live = None if contact is None else follower.live.contacts.get(contact)
    if live is None:
        return []
    return await asyncio.to_thread(_earlier, parts, live.client, live.count)


def _earlier(parts: Parts, client: ClientId, count: int) -> list[Earlier]:
    records = parts.views.records(Purview(owner_of(client)))
    which = ContactFilter(owner=client, same_as=(client, count))
    found = records.contacts(which, None, MOST_EARLIER + 1)
    return [
        _told(parts, one, records.contact(client, one.count)) for one in found if one.count != count
    ][:MOST_EARLIER]


def _told(parts: Parts, one: ContactSummary, record: ContactRecord | None) -> Earlier:
    owner: Owner = owner_of(one.client)
    kept = [segment.note for segment in record.segments if segment.note] if record else []
    values = [parts.vault.reveal(owner, one_note) for one_note in kept]
    return Earlier(
        ref_of(one.client, one.count),
        one.arrived,
        one.queue,
        one.reason,
        one.outcome,
        tuple(parts.name_of(agent) or agent for agent in one.agents),
        one.talk_us,
        one.codes,
        tuple(note.decode(errors="replace") for note in values if note is not None),
    )


@get("/api/desk/figures", summary="My figures today")
async def my_figures(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[Figure]:
    """Against the team's. By the measures' definitions; nothing that isn't there yet is 0."""
    me = agent_of(caller)
    floor = follower.live.floor
    staff = floor.agents if floor else ()
    team = next((one.team for one in staff if one.id == me), "")
    members = tuple(one.id for one in staff if one.team == team and team) or (me,)
    return await asyncio.to_thread(_figures, parts, me, members)


def _figures(parts: Parts, me: AgentId, members: tuple[AgentId, ...]) -> list[Figure]:
    there, now = zone_of(parts, None, None), parts.clock.now()
    day = local_day(there, now)
    bounds = [start_of_day(there, day), start_of_day(there, day + 1)]
    (rows,) = parts.views.reports(WHOLE).sums(By.AGENTS, Cut(agents=members), bounds, now)
    mine: dict[str, int] = {}
    whole: dict[str, int] = {}
    for row in rows:
        if row.key == me:
            mine = row.counts
        for name, count in row.counts.items():
            whole[name] = whole.get(name, 0) + count
    return [_figure(one, mine, whole, len(rows)) for one in FIGURES]


def _figure(id: str, mine: dict[str, int], whole: dict[str, int], people: int) -> Figure:
    measure, words = MEASURES[id], WORDS[id]
    team = value(id, whole)
    if isinstance(measure.formula, Total) and team is not None and people:
        team = round(team / people, 1)
    return Figure(
        id, measure.version, measure.unit, words.name_en, words.name_zh, value(id, mine), team
    )


ROUTES: Final = (earlier, my_figures)
