"""Agents' time as the log tells it: how long each was in which state, quarter by quarter, and to
which team they belonged; and from it what each client's part is.

    spans of states ─ cut into quarters ─► Spent ┐
    CentreConfigured ─► Belongs                  ├─► shared ─► Worked
    BillingSet ─► pools, rules, reasons          ┘
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Final

from msgspec import Struct

from roost.floor.definition import CentreConfigured
from roost.kernel.calendar import local_day
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId
from roost.kernel.time import DAY, InstantUs
from roost.office.contracts.sellers import Billing, PoolRule
from roost.office.measures import presence
from roost.office.measures.intervals import QUARTER, cut
from roost.office.worktime.messages import Worked
from roost.office.worktime.sharing import Spent, shared

USUAL_RULE: Final = PoolRule(0, 0)  # of teams in no pool: by the time that they handled

#: (agent, state, reason, clients, quarter)
Key = tuple[AgentId, str, str, tuple[ClientId, ...], InstantUs]


class Belongs(Struct, frozen=True, gc=False):
    """An agent's team, and the clients whose queues their skills serve, from an instant on."""

    agent: AgentId
    since: InstantUs
    team: str
    clients: tuple[ClientId, ...]


class Times(Struct):
    """What is folded: spans that go on, sums of those that are over, and who belongs where."""

    going_on: dict[AgentId, presence.Span] = {}
    spent: dict[Key, int] = {}
    belongs: dict[AgentId, list[Belongs]] = {}


def fold(times: Times, envelope: Envelope) -> None:
    """Takes one event of the cell's stream in."""
    for one in belonging(envelope):
        known = times.belongs.setdefault(one.agent, [])
        if not known or changed(known[-1], one):
            known.append(one)
    for span in presence.fold(times.going_on, envelope):
        assert span.until is not None
        for begin, us in cut(span.since, span.until):
            key = (span.agent, span.state, span.reason, span.clients, begin)
            times.spent[key] = times.spent.get(key, 0) + us


def belonging(envelope: Envelope) -> tuple[Belongs, ...]:
    """Where everybody belongs from this event on; nothing if it says nothing of it."""
    body = envelope.body
    if not isinstance(body, CentreConfigured):
        return ()
    return tuple(Belongs(one.id, envelope.at, one.team, one.clients) for one in body.floor.agents)


def changed(before: Belongs, after: Belongs) -> bool:
    """Whether somebody belongs elsewhere now."""
    return (before.team, before.clients) != (after.team, after.clients)


def spent_between(times: Times, start: InstantUs, end: InstantUs) -> list[Spent]:
    """The quarters that begin from `start` on, before `end`."""
    return [
        Spent(at, agent, state, reason, clients, us)
        for (agent, state, reason, clients, at), us in times.spent.items()
        if start <= at < end
    ]


def worked(
    spent: Iterable[Spent], belongs: Mapping[AgentId, Sequence[Belongs]], billing: Billing
) -> list[Worked]:
    """Everybody's part, quarter by quarter, pool by pool. `belongs` of each agent, the earliest
    first."""
    pools = {team: pool for pool in billing.pools for team in pool.teams}
    placed = [(one, _at(belongs.get(one.agent, ()), one)) for one in spent]
    rows: list[tuple[InstantUs, str, Spent, Belongs | None]] = []
    for one, place in placed:
        pool = None if place is None else pools.get(place.team)
        rows.append((one.at, "" if pool is None else pool.id, one, place))
    rows.sort(key=lambda row: (row[0], row[1]))
    known = {pool.id: pool for pool in billing.pools}
    found: list[Worked] = []
    for (at, name), group in groupby(rows, key=lambda row: (row[0], row[1])):
        own = list(group)
        rules = known[name].rules if name else ()
        serves = {row[2].agent: row[3].clients for row in own if row[3] is not None}
        found += shared((row[2] for row in own), _rule(rules, billing, at), billing.away, serves)
    return found


def _at(known: Sequence[Belongs], one: Spent) -> Belongs | None:
    """Where an agent belonged as the quarter ended; the first place that's known, if earlier."""
    end = one.at + QUARTER
    found = known[0] if known else None
    for each in known:
        if each.since < end:
            found = each
    return found


def _rule(rules: Sequence[PoolRule], billing: Billing, at: InstantUs) -> PoolRule:
    day = int(at // DAY) if billing.zone is None else local_day(billing.zone, at)
    found = rules[0] if rules else USUAL_RULE
    for rule in rules:
        if rule.since_day <= day:
            found = rule
    return found
