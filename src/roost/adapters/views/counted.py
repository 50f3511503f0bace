"""What is counted, in tables: facts, their sums by quarter, and agents' time.

    facts   one row a fact: which contacts a figure is made of
    cells   the counts by quarter × client × queue × agent × code: what reports sum up
    spans   an agent's states from–to; `going_on` holds the one that isn't over
    times   the spans cut where quarters end, by agent, state, reason and clients

A batch adds differences, so any batches come to the same sums; it all commits with the
projection's position.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection, case, delete, select

from roost.adapters.views.place import insert
from roost.adapters.views.schema import KEPT, cells, facts, going_on, spans, times
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId, ContactId
from roost.kernel.time import InstantUs
from roost.office.counting import CHANGING, Facts, cell_of, differences, facts_of
from roost.office.measures.counts import COUNTS, CellKey, add
from roost.office.measures.facts import Fact
from roost.office.measures.intervals import cut
from roost.office.measures.presence import Span, fold
from roost.office.records.model import Record

AT_ONCE: Final = 500
KEYS: Final = ("at", "client", "queue", "agent", "code")
TIME_KEYS: Final = ("at", "agent", "state", "reason", "clients")


class Before:
    """The facts of the contacts of one batch, as they were before it."""

    def __init__(self) -> None:
        self._facts: dict[ContactId, Facts] = {}

    def note(self, envelope: Envelope, record: Record | None) -> None:
        """To be called before an event is folded."""
        contact = envelope.contact
        if contact is None or envelope.body.__class__ not in CHANGING or contact in self._facts:
            return
        self._facts[contact] = () if record is None else facts_of(record)

    def write(self, connection: Connection, after: Mapping[ContactId, Record]) -> None:
        """Writes what has changed since."""
        deltas: dict[CellKey, dict[str, int]] = {}
        changed: dict[ContactId, Facts] = {}
        for contact, before in self._facts.items():
            record = after.get(contact)
            now = () if record is None else facts_of(record)
            if now == before:
                continue
            changed[contact] = now
            for fact, sign in differences(before, now):
                add(deltas.setdefault(cell_of(fact), {}), fact, sign)
        _write_facts(connection, changed)
        _write_cells(connection, deltas)


def _write_facts(connection: Connection, changed: Mapping[ContactId, Facts]) -> None:
    ids = list(changed)
    for start in range(0, len(ids), AT_ONCE):
        connection.execute(delete(facts).where(facts.c.contact.in_(ids[start : start + AT_ONCE])))
    rows = [_fact_row(contact, fact) for contact, own in changed.items() for fact in own]
    if rows:
        connection.execute(facts.insert(), rows)


def _fact_row(contact: ContactId, fact: Fact) -> dict[str, Any]:
    return {
        "contact": contact,
        "what": fact.what.value,
        "at": fact.at,
        "client": fact.client,
        "queue": fact.queue,
        "agent": fact.agent,
        "code": fact.code,
        "word": fact.word,
        "marks": fact.marks,
    }


def _write_cells(connection: Connection, deltas: Mapping[CellKey, Mapping[str, int]]) -> None:
    rows = [
        {**dict(zip(KEYS, key, strict=True)), **dict.fromkeys(KEPT, 0), **sums}
        for key, sums in sorted(deltas.items())
        if any(sums.values())
    ]
    if not rows:
        return
    statement = insert(connection, cells)
    fresh = statement.excluded
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(KEYS),
            set_={
                name: case((fresh[name] > cells.c[name], fresh[name]), else_=cells.c[name])
                if COUNTS[name].most
                else cells.c[name] + fresh[name]
                for name in KEPT
            },
        ),
        rows,
    )


class Presences:
    """The agents' spans that go on, between batches."""

    def __init__(self) -> None:
        self._open: dict[AgentId, Span] | None = None

    def forget(self) -> None:
        """What's in memory may be ahead of the file."""
        self._open = None

    def take(self, connection: Connection, events: Iterable[Envelope]) -> None:
        """Folds a batch."""
        open_ = self._open = read_open(connection) if self._open is None else self._open
        before = dict(open_)
        over: list[Span] = []
        for envelope in events:
            over += fold(open_, envelope)
        changed = [agent for agent in {**before, **open_} if before.get(agent) != open_.get(agent)]
        for start in range(0, len(changed), AT_ONCE):
            some = changed[start : start + AT_ONCE]
            connection.execute(delete(going_on).where(going_on.c.agent.in_(some)))
        standing = [_span_row(open_[agent]) for agent in changed if agent in open_]
        if standing:
            connection.execute(going_on.insert(), standing)
        if over:
            connection.execute(spans.insert(), [_span_row(span) for span in over])
            _write_times(connection, over)


def _write_times(connection: Connection, over: Iterable[Span]) -> None:
    sums: dict[tuple[Any, ...], int] = {}
    for span in over:
        assert span.until is not None
        for begin, part in cut(span.since, span.until):
            key = (begin, span.agent, span.state, span.reason, joined(span.clients))
            sums[key] = sums.get(key, 0) + part
    statement = insert(connection, times)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=list(TIME_KEYS), set_={"us": times.c.us + statement.excluded.us}
        ),
        [{**dict(zip(TIME_KEYS, key, strict=True)), "us": us} for key, us in sorted(sums.items())],
    )


def joined(clients: Iterable[str]) -> str:
    """Clients as one text: "|power-grid|water|"; empty for none."""
    named = "|".join(clients)
    return f"|{named}|" if named else ""


def _span_row(span: Span) -> dict[str, Any]:
    row = {
        "agent": span.agent,
        "since": span.since,
        "state": span.state,
        "reason": span.reason,
        "clients": joined(span.clients),
        "contact": span.contact,
    }
    return row if span.until is None else {**row, "until": span.until}


def span_of(row: Any, until: int | None) -> Span:
    """A row of `spans` or `going_on` as a span."""
    return Span(
        AgentId(row.agent),
        InstantUs(row.since),
        row.state,
        row.reason,
        tuple(ClientId(one) for one in row.clients.split("|") if one),
        None if row.contact is None else ContactId(row.contact),
        None if until is None else InstantUs(until),
    )


def read_open(connection: Connection) -> dict[AgentId, Span]:
    """What goes on, by agent."""
    rows = connection.execute(select(going_on)).fetchall()
    return {AgentId(row.agent): span_of(row, None) for row in rows}
