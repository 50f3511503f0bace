"""From the read model to the rows that one audience may see."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from roost.kernel.ids import OPERATOR, AgentId, ClientId, Owner, QueueId, TaskId
from roost.kernel.time import DurationUs, InstantUs
from roost.office.measures.counts import Sums, together
from roost.office.measures.dictionary import count, length_us, value
from roost.ports.accounts import Role
from roost.web.live import ALL, AgentLive, ContactLive, Live, QueueLive
from roost.web.live_helping import told_to
from roost.web.live_routing import WaitLive, move_rows
from roost.web.live_tasks import row as task_row
from roost.web.live_waits import pace_row, wait_us
from roost.web.live_writing import UnwrittenLive
from roost.web.parties_view import answers, may_talking, talk_row
from roost.web.permissions import View
from roost.web.rows import (
    AgentChanged,
    AgentRow,
    AlertChanged,
    AlertRow,
    ContactChanged,
    ContactRow,
    DeskChanged,
    DeskRow,
    ModeChanged,
    MoneyChanged,
    MoneyRow,
    Presence,
    QueueChanged,
    QueueRow,
    RowChanged,
    TaskChanged,
    ToComplete,
    TotalsChanged,
    TotalsRow,
    UnreachedRow,
    WatchRow,
)
from roost.web.sight import Sight
from roost.web.staff import of_team

#: Which desk commands fit which presence: what a page offers as buttons.
MAY: Final[dict[Presence, tuple[str, ...]]] = {
    Presence.SIGNED_OUT: ("sign-in",),
    Presence.AWAY: ("ready", "away", "sign-out"),
    Presence.READY: ("away", "sign-out"),
    Presence.WORKING: ("away", "sign-out"),
    Presence.OFFERED: ("take", "decline", "away"),
    Presence.TALKING: ("hold", "hang-up", "wrap-up", "away", "ready"),
    Presence.WRAPPING: ("wrap-up", "away", "ready"),
}


class Audience(Struct, frozen=True):
    """Who looks at which view: rows are encoded once for each audience that is there.
    `agent` is set for the desk's view alone, which is one person's own; `clients` and `teams`
    as in a Sight."""

    owner: Owner
    view: View
    agent: AgentId | None = None
    clients: frozenset[ClientId] | None = None
    teams: tuple[str, ...] = ()
    role: Role | None = None  # for alerts, which name the roles that get them

    def sees(self, client: ClientId) -> bool:
        if self.owner != OPERATOR:
            return client == self.owner
        return self.clients is None or client in self.clients

    def gets(self, to: tuple[str, ...], team: str, client: ClientId | None) -> bool:
        """An alert that names their role and is about what they see; an admin gets all."""
        if self.role is not Role.ADMIN and (self.role is None or self.role.value not in to):
            return False
        if team:
            return self.owner == OPERATOR and (not self.teams or team in self.teams)
        if client is not None:
            return self.sees(client)
        return self.owner == OPERATOR and self.clients is None

    def shows(self, alert: AlertRow) -> bool:
        """One that is raised now."""
        return self.gets(alert.to, alert.team, alert.client)

    def sees_agent(self, agent: AgentLive) -> bool:
        """Of their teams, or lent to one of them."""
        there = not self.teams or agent.team in self.teams or agent.lent in self.teams
        return self.owner == OPERATOR and there


def audience(view: View, sight: Sight, desk_of: AgentId | None, role: Role) -> Audience:
    """Of whoever has this sight. An agent's own reach bounds queues to the clients that they
    work for, whom others work for as well: so it's one audience for all of these."""
    match view:
        case View.DESK:
            return Audience(sight.owner, view, desk_of)
        case View.AGENTS:
            return Audience(sight.owner, view, None, None, sight.teams)
        case View.TOTALS:
            return Audience(sight.owner, view, None, sight.clients, sight.teams)
        case View.ALERTS:
            return Audience(sight.owner, view, None, sight.clients, sight.teams, role)
        case View.QUEUES | View.CONTACTS | View.MONEY | View.TASKS | View.MODES:
            return Audience(sight.owner, view, None, sight.clients)


def keys(live: Live, audience: Audience) -> Iterator[str]:
    """The keys of all rows that there are for an audience."""
    match audience.view:
        case View.QUEUES:
            yield from (q.id for q in live.queues.values() if audience.sees(q.client))
        case View.AGENTS:
            yield from (a.id for a in live.agents.values() if audience.sees_agent(a))
        case View.CONTACTS:
            yield from (c.ref for c in live.contacts.values() if audience.sees(c.client))
        case View.TOTALS:
            yield from (key for key in _scopes(live) if _scope(live, audience, key) is not None)
        case View.MONEY:
            yield from (client for client in live.earned if audience.sees(client))
        case View.TASKS:
            yield from (t.id for t in live.tasks.values() if audience.sees(t.client))
        case View.ALERTS:
            yield from (name for name, alert in live.alerts.items() if audience.shows(alert))
        case View.MODES:
            yield from (k for k, mode in live.modes.items() if audience.sees(mode.row.client))
        case View.DESK:
            if audience.agent is not None:
                yield audience.agent


def change(live: Live, audience: Audience, key: str, version: int) -> RowChanged:
    """A row as it is now for an audience; its row is None when there's none (for them)."""
    match audience.view:
        case View.QUEUES:
            queue = live.queues.get(QueueId(key))
            shown = queue is not None and audience.sees(queue.client)
            return QueueChanged(key, version, _queue(live, queue) if queue and shown else None)
        case View.AGENTS:
            agent = live.agents.get(AgentId(key))
            shown = agent is not None and audience.sees_agent(agent)
            return AgentChanged(key, version, _agent(live, agent) if agent and shown else None)
        case View.CONTACTS:
            contact = _contact_of(live, key)
            shown = contact is not None and audience.sees(contact.client)
            return ContactChanged(key, version, _contact(contact) if contact and shown else None)
        case View.TOTALS:
            scope = _scope(live, audience, key)
            return TotalsChanged(key, version, None if scope is None else _totals(live, scope))
        case View.MONEY:
            money = live.earned.get(ClientId(key)) if audience.sees(ClientId(key)) else None
            row = None if money is None else MoneyRow(ClientId(key), *money)
            return MoneyChanged(key, version, row)
        case View.TASKS:
            task = live.tasks.get(TaskId(key))
            shown = task is not None and audience.sees(task.client)
            return TaskChanged(key, version, task_row(task) if task and shown else None)
        case View.ALERTS:
            alert = live.alerts.get(key)
            shown = alert is not None and audience.shows(alert)
            return AlertChanged(key, version, alert if shown else None)
        case View.MODES:
            mode = live.modes.get(key)
            shown = mode is not None and audience.sees(mode.row.client)
            return ModeChanged(key, version, mode.row if mode and shown else None)
        case View.DESK:
            mine = key == audience.agent
            return DeskChanged(key, version, desk(live, AgentId(key)) if mine else None)


def desk(live: Live, id: AgentId) -> DeskRow | None:
    """An agent's own row; None for somebody who isn't in the definitions."""
    agent = live.agents.get(id)
    if agent is None:
        return None
    contact = None if agent.contact is None else live.contacts.get(agent.contact)
    client = None if agent.client is None else live.clients.get(agent.client)
    floor = live.floor
    row = DeskRow(
        _agent(live, agent),
        None if contact is None else _contact(contact),
        () if client is None else client.wrap_up_codes,
        () if floor is None else floor.away_reasons,
        _may(agent, contact),
        agent.segment,
        tuple(_to_complete(live, one) for one in agent.to_complete),
        max((one.at for one in told_to(live, agent)), default=None),
        watch=_watch(live, agent),
        unreached=_unreached(live, agent),
        definitions="" if floor is None else floor.version,
        task=agent.offered,
    )
    if contact is None:
        return row
    queue = None if agent.queue is None else live.queues.get(agent.queue)
    talk = contact.talk
    return replace(
        row,
        kind=agent.kind,
        talk=talk_row(talk, client),
        choices=tuple(talk.choices),
        answers=answers(talk, floor, contact.client),
        target_us=None if queue is None else queue.target_us,
        code_required=queue is not None and queue.code_required,
    )


def _unreached(live: Live, agent: AgentLive) -> UnreachedRow | None:
    contact = None if agent.unreached is None else live.contacts.get(agent.unreached)
    if contact is None or contact.ended is None or contact.ended_why is None:
        return None
    return UnreachedRow(contact.ref, contact.client, contact.ended_why, contact.ended)


def _may(agent: AgentLive, contact: ContactLive | None) -> tuple[str, ...]:
    if agent.watches is not None:
        return ("watch-mode", "stop-watching", "take-over", "raise-hand")
    if agent.presence is Presence.TALKING and contact is not None:
        return (*may_talking(contact.talk, agent.id, agent.held), "raise-hand")
    may = list(MAY[agent.presence])
    if agent.presence is Presence.WRAPPING and not agent.extended:
        may.append("extend-wrap-up")
    if agent.presence is not Presence.SIGNED_OUT:
        may.append("raise-hand")
    if agent.phone and agent.presence in (Presence.AWAY, Presence.READY, Presence.WORKING):
        may.append("call")
    if agent.phone and agent.presence is Presence.AWAY:
        may.append("watch")
    return tuple(may)


def _watch(live: Live, agent: AgentLive) -> WatchRow | None:
    watches = agent.watches
    if watches is None:
        return None
    contact = live.contacts.get(watches.contact)
    client = None if contact is None else live.clients.get(contact.client)
    return WatchRow(
        watches.of,
        watches.mode,
        None if contact is None else contact.ref,
        watches.since,
        None if contact is None else talk_row(contact.talk, client),
    )


def _to_complete(live: Live, one: UnwrittenLive) -> ToComplete:
    contact = live.contacts.get(one.contact)
    client = live.clients.get(one.client)
    return ToComplete(
        one.segment,
        None if contact is None else contact.ref,
        one.client,
        one.queue,
        one.closed,
        () if client is None else client.wrap_up_codes,
    )


def _contact_of(live: Live, ref: str) -> ContactLive | None:
    contact = live.by_ref.get(ref)
    return None if contact is None else live.contacts.get(contact)


def _queue(live: Live, queue: QueueLive) -> QueueRow:
    def of(id: str) -> int:
        return count(id, queue.sums)

    return QueueRow(
        queue.id,
        queue.client,
        len(queue.waiting),
        _longest((queue,)),
        of("offered"),
        of("answered"),
        of("abandoned"),
        of("short_abandoned"),
        of("overflowed"),
        of("to_voicemail"),
        of("ended_by_us"),
        value("service_level", queue.sums),
        queue.target_us,
        _length("asa", queue.sums),
        _length("aht", queue.sums),
        len(queue.promised),
        wait_us(live, queue.id),
        pace_row(live, queue.id),
        queue.boost_us,
        queue.boost_most,
    )


def _longest(queues: Iterable[QueueLive]) -> InstantUs | None:
    return min((min(one.waiting.values()) for one in queues if one.waiting), default=None)


def _length(id: str, sums: Sums) -> DurationUs | None:
    found = length_us(id, sums)
    return None if found is None else DurationUs(found)


def _agent(live: Live, agent: AgentLive) -> AgentRow:
    contact = None if agent.contact is None else live.contacts.get(agent.contact)
    return AgentRow(
        agent.id,
        agent.team,
        agent.presence,
        agent.reason,
        agent.since,
        agent.next,
        agent.phone,
        agent.held,
        None if contact is None else contact.ref,
        agent.client,
        agent.queue,
        agent.until,
        agent.extended,
        len(agent.to_complete),
        agent.hand,
        _limit(live, agent),
        None if agent.watches is None else agent.watches.of,
        agent.tasks,
        move_rows(agent),
    )


def _limit(live: Live, agent: AgentLive) -> DurationUs | None:
    if agent.presence is not Presence.AWAY or live.floor is None:
        return None
    return live.floor.away_limits.get(agent.reason) or None


def _contact(contact: ContactLive) -> ContactRow:
    return ContactRow(
        contact.ref,
        contact.client,
        contact.number,
        contact.state,
        contact.since,
        contact.arrived,
        contact.reason,
        contact.queue,
        contact.agent,
        contact.waited_us,
        contact.code,
        contact.ended,
        contact.ended_by,
        contact.ended_why,
        contact.outcome,
        contact.talk_us,
        contact.talk.outbound,
        *_waits(contact.wait, contact.callback),
    )


def _waits(
    wait: WaitLive | None, callback: bool
) -> tuple[int | None, int | None, InstantUs | None, AgentId | None, bool, InstantUs | None]:
    if wait is None:
        return None, None, None, None, callback, None
    return wait.asked.raised, wait.own, wait.since, wait.only, callback, wait.not_before


class _Of(Struct, frozen=True, gc=False):
    """What a row of totals adds up: these clients; and the agents of these teams (none named:
    of all) who work for `client`, where one is named. Without `staff` no agents at all."""

    clients: frozenset[ClientId]
    staff: bool
    teams: tuple[str, ...] = ()
    client: ClientId | None = None


def _scopes(live: Live) -> Iterator[str]:
    yield ALL
    yield from live.clients
    yield from sorted(live.staff.keys)


def _scope(live: Live, audience: Audience, key: str) -> _Of | None:
    """What a key of totals stands for to an audience; None: it's beyond what they see."""
    known = live.clients.keys() | {queue.client for queue in live.queues.values()}
    seen = frozenset(client for client in known if audience.sees(client))
    if audience.owner != OPERATOR:
        return _Of(seen, False) if key == audience.owner else None
    staff = audience.clients is None or bool(audience.teams)  # an agent isn't told of others
    if key == ALL:
        return _Of(seen, staff, audience.teams)
    if ClientId(key) in live.clients:
        client = ClientId(key)
        return _Of(frozenset((client,)), staff, audience.teams, client) if client in seen else None
    team, _, named = key.removeprefix(of_team("")).partition("/")
    served = seen & live.staff.clients.get(team, frozenset())
    shown = staff and (not audience.teams or team in audience.teams)
    if not shown or not served or (named and ClientId(named) not in served):
        return None
    client = ClientId(named) if named else None
    return _Of(served if client is None else frozenset((client,)), True, (team,), client)


def _totals(live: Live, of: _Of) -> TotalsRow:
    """Contacts as a whole: one that overflowed into a second queue counts once."""
    queues = [queue for queue in live.queues.values() if queue.client in of.clients]
    sums = together(one for client, one in live.sums.items() if client in of.clients)
    in_progress = sum(n for client, n in live.in_progress.items() if client in of.clients)
    return TotalsRow(
        sum(len(queue.waiting) for queue in queues),
        _longest(queues),
        in_progress,
        count("offered", sums),
        count("answered", sums),
        count("abandoned", sums),
        value("service_level", sums),
        _length("asa", sums),
        _length("aht", sums),
        _presences(live, of) if of.staff else None,
        sum(len(queue.promised) for queue in queues),
    )


def _presences(live: Live, of: _Of) -> dict[Presence, int]:
    counted = live.presences
    if of.teams or of.client is not None:
        there = live.presences_there()
        teams = of.teams or tuple(live.staff.clients)
        counted = Counter[Presence]()
        for team in teams:
            counted.update(there.get((team, of.client), {}))
    return {presence: counted[presence] for presence in Presence}
