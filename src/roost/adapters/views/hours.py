"""Agents' time in `views.db`: where everybody belongs, what pools share, and each client's hours.

Hours are worked out when a draft is asked for, from `times`: a client's part of a quarter needs
the whole pool's, so there's no sum by client to keep.
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from sqlalchemy import Connection, delete, select

from roost.adapters.views.counted import joined
from roost.adapters.views.schema import belongs, shared, times
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId
from roost.kernel.time import InstantUs
from roost.office.contracts.messages import BillingSet
from roost.office.contracts.model import Contract
from roost.office.contracts.sellers import Billing
from roost.office.hours import add_hours, by_the_hour
from roost.office.invoices.tally import Tally
from roost.office.worktime.messages import Worked
from roost.office.worktime.sharing import Spent
from roost.office.worktime.times import Belongs, belonging, changed, worked

encode: Final = msgspec.msgpack.Encoder().encode
decode_billing: Final = msgspec.msgpack.Decoder(Billing).decode


def keep_belonging(connection: Connection, events: Sequence[Envelope]) -> None:
    """Writes where agents belong from a batch's events on."""
    said = [one for envelope in events for one in belonging(envelope)]
    if not said:
        return
    last = {agent: known[-1] for agent, known in belongs_of(connection).items()}
    for one in said:
        before = last.get(one.agent)
        if before is not None and not changed(before, one):
            continue
        last[one.agent] = one
        key = (belongs.c.agent == one.agent, belongs.c.since == one.since)
        connection.execute(delete(belongs).where(*key))
        connection.execute(belongs.insert().values(**_row(one)))


def _row(one: Belongs) -> dict[str, object]:
    clients = joined(one.clients)
    return {"agent": one.agent, "since": one.since, "team": one.team, "clients": clients}


def belongs_of(connection: Connection) -> dict[AgentId, list[Belongs]]:
    """Everybody's places, the earliest first."""
    found: dict[AgentId, list[Belongs]] = {}
    rows = connection.execute(select(belongs).order_by(belongs.c.agent, belongs.c.since))
    for row in rows:
        agent = AgentId(row.agent)
        one = Belongs(agent, InstantUs(row.since), row.team, _clients(row.clients))
        found.setdefault(agent, []).append(one)
    return found


def keep_shared(connection: Connection, events: Sequence[Envelope]) -> None:
    """Writes what the operator's contracts share, where a batch says it anew."""
    said = [envelope.body for envelope in events if isinstance(envelope.body, BillingSet)]
    if said:
        connection.execute(delete(shared))
        connection.execute(shared.insert().values(one=1, billing=encode(said[-1].billing)))


def billing_of(connection: Connection) -> Billing:
    """What the operator's contracts share, as far as the projection has read."""
    body = connection.execute(select(shared.c.billing)).scalar()
    return Billing() if body is None else decode_billing(body)


def worked_between(connection: Connection, start: InstantUs, end: InstantUs) -> list[Worked]:
    """Everybody's time for everybody, of the quarters that begin from `start` on, before
    `end`."""
    rows = connection.execute(select(times).where(times.c.at >= start, times.c.at < end))
    spent = [
        Spent(
            InstantUs(row.at),
            AgentId(row.agent),
            row.state,
            row.reason,
            _clients(row.clients),
            row.us,
        )
        for row in rows
    ]
    return worked(spent, belongs_of(connection), billing_of(connection))


def take_hours(
    connection: Connection, contract: Contract, tally: Tally, span: tuple[InstantUs, InstantUs]
) -> None:
    """Adds a month's hours to its sums, where the contract has a line by the hour."""
    if by_the_hour(contract):
        add_hours(contract, tally, worked_between(connection, *span), *span)


def _clients(text: str) -> tuple[ClientId, ...]:
    return tuple(ClientId(one) for one in text.split("|") if one)
