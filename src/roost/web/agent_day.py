"""An agent's day: every state from–to, and what they sum to."""

from msgspec import Struct

from roost.kernel.calendar import day_text, local_day, start_of_day
from roost.kernel.ids import AgentId, ClientId, ContactId
from roost.kernel.purview import WHOLE
from roost.kernel.time import InstantUs
from roost.office.measures.dictionary import By, of_report
from roost.office.measures.formulas import shown
from roost.office.measures.intervals import Grain
from roost.office.measures.presence import Span
from roost.ports.reports import Cut
from roost.web.parts import Parts
from roost.web.report_rows import Asked, Table
from roost.web.rows import ref_of
from roost.web.spans import day_of, zone_of


class Spent(Struct, frozen=True):
    """One state. `until` is null while it goes on; `clients` are those that the agent was ready
    for, or the one of the contact in hand."""

    state: str
    reason: str
    since: InstantUs
    until: InstantUs | None
    length_us: int  # as far as it lies in the day, and is over
    clients: tuple[ClientId, ...]
    contact: str | None


class AgentDay(Struct, frozen=True):
    """`states` and `away` (by reason) are sums in µs of the day's part of each span; `figures`
    the measures of the day (`GET /api/measures`), whose contacts `opens` leads to."""

    agent: AgentId
    name: str | None
    day: str
    zone: str
    since: InstantUs
    until: InstantUs
    spans: tuple[Spent, ...]
    states: dict[str, int]
    away: dict[str, int]
    figures: dict[str, float | None]
    opens: str


def agent_day(parts: Parts, agent: AgentId, day: str | None, zone: str | None) -> AgentDay:
    """Blocking. Raises Trouble."""
    there, now = zone_of(parts, zone, None), parts.clock.now()
    number = local_day(there, now) if day is None else day_of(day)
    since, until = start_of_day(there, number), start_of_day(there, number + 1)
    reports = parts.views.reports(WHOLE)
    found = reports.spans(agent, since, until, now)
    counts = parts.views.records(WHOLE).counts(
        [one.contact for one in found if one.contact is not None]
    )
    spans = tuple(_spent(one, counts, since, until, now) for one in found)
    states: dict[str, int] = {}
    away: dict[str, int] = {}
    for one in spans:
        states[one.state] = states.get(one.state, 0) + one.length_us
        if one.state == "away":
            away[one.reason] = away.get(one.reason, 0) + one.length_us
    asked = Asked(there, Grain.DAY, since, until, Cut(agents=(agent,)))
    rows = [row for _, some in Table(By.AGENTS, asked, [since, until], now).rows(reports)
            for row in some]  # fmt: skip
    nothing = {one.id: shown(one.formula, {}) for one in of_report(By.AGENTS)}
    return AgentDay(
        agent,
        parts.name_of(agent),
        day_text(number),
        there.name,
        since,
        until,
        spans,
        states,
        away,
        rows[0].figures if rows else nothing,
        f"agent={agent}&from={since}&to={until}",
    )


def _spent(
    span: Span, counts: dict[ContactId, int], since: InstantUs, until: InstantUs, now: InstantUs
) -> Spent:
    count = None if span.contact is None else counts.get(span.contact)
    ref = None if count is None or not span.clients else ref_of(span.clients[0], count)
    end = min(span.until if span.until is not None else now, until)
    return Spent(
        span.state,
        span.reason,
        span.since,
        span.until,
        max(0, end - max(span.since, since)),
        span.clients,
        ref,
    )
