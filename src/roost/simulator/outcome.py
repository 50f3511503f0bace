"""What one run came to, by interval, client and queue: the office's own folds, kept additive.

A cell has the dictionary's counts, time in µs, and money in major units; any larger interval is
the sum of its cells. Contacts count where they entered, segments and revenue where they were
finished (after the scenario's end: in its last interval), time and cost where it was spent.

An agent's paid time is the client's whose contact is in hand; ready and away time is shared, a
quarter of an hour at a time, by the time in hand (equally where there's none) among the clients
that the agent was ready for.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Final

from msgspec import Struct

from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId
from roost.kernel.messages import Event
from roost.kernel.time import DAY, NEVER, InstantUs, Zone
from roost.office.contracts.measured import Measured
from roost.office.contracts.model import Contract
from roost.office.contracts.pricing import Part
from roost.office.contracts.rates import worth
from roost.office.counting import Facts
from roost.office.measures import presence
from roost.office.measures.counts import add
from roost.office.measures.facts import What
from roost.office.measures.intervals import Grain, bounds, cut
from roost.simulator.figures import Ledger, Take
from roost.simulator.guesses import Guessed
from roost.simulator.judged import Judged, Judging
from roost.simulator.scenario import Scenario

#: Interval's start, client ("" for all), queue ("" for the client's contacts as a whole).
CellKey = tuple[int, str, str]
Amounts = dict[str, float]

MOST_CELLS: Final = 100_000
MOST_QUARTERS: Final = 400  # of agents' time, kept open: whoever is ready longer adds to them later
HOUR_US: Final = 3_600_000_000
BUSY: Final = {
    "offered": "ringing_us",
    "talking": "talking_us",
    "held": "holding_us",
    "wrapping": "wrapping_us",
    "working": "working_us",
}


class Cell(Struct, frozen=True):
    """One interval of a client or a queue."""

    start: InstantUs
    client: str
    queue: str
    amounts: Amounts


class Outcome(Struct, frozen=True):
    """One run. `lost` contacts and `incidents` are faults of ours: there should be none."""

    seed: int
    cells: tuple[Cell, ...]
    judged: tuple[Judged, ...]
    contacts: int
    events: int
    lost: int
    incidents: int
    digest: str
    seconds: float  # of the machine
    guessed: tuple[Guessed, ...] = ()


class Frame(Struct, frozen=True):
    """What figures are taken by: intervals on a zone's wall; an agent's hour costs so much."""

    zone: Zone
    grain: Grain
    contracts: tuple[Contract, ...]
    agent_hour: str = ""


class Twin(Ledger):
    """An observer: counts a run into cells."""

    def __init__(self, frame: Frame, scenario: Scenario) -> None:
        super().__init__(frame.contracts)
        self.frame = frame
        self.end = InstantUs(scenario.start + scenario.length_us)
        self.bounds = bounds(frame.zone, frame.grain, scenario.start, self.end, MOST_CELLS)
        self.cells: dict[CellKey, Amounts] = {}
        self.spans: dict[AgentId, presence.Span] = {}
        self.time = Time(self.end)
        self.judging = Judging(frame.contracts, scenario)
        self.quantities: dict[tuple[int, ClientId, str, int, str], int] = {}

    def takes(self, kind: type[Event]) -> Take | None:
        take = super().takes(kind)
        if kind not in presence.TOUCHING:
            return take
        return self.spanned if take is None else partial(self.both, take)

    def both(self, take: Take, envelope: Envelope) -> None:
        """An event of a contact that's one of an agent's day, too."""
        take(envelope)
        self.spanned(envelope)

    def spanned(self, envelope: Envelope) -> None:
        """An event of an agent's day."""
        for span in presence.fold(self.spans, envelope):
            self.time.take(span)
            if len(self.time.idle) > MOST_QUARTERS:
                self._spend(envelope.at - DAY)

    def interval(self, at: int) -> int:
        """Where the interval begins that an instant is counted in."""
        place = bisect_right(self.bounds, at) - 1
        return self.bounds[min(max(place, 0), len(self.bounds) - 2)]

    def cell(self, start: int, client: str, queue: str = "") -> Amounts:
        key = (start, client, queue)
        found = self.cells.get(key)
        if found is None:
            found = self.cells[key] = {}
        return found

    def counted(self, facts: Facts) -> None:
        for fact in facts:
            start = self.interval(fact.at)
            add(self.cell(start, fact.client, fact.queue), fact)  # type: ignore[arg-type]
            if fact.what is What.VISIT:
                self.judging.count(fact)
            elif fact.what in (What.SEGMENT, What.CALLBACK) and fact.queue:
                add(self.cell(start, fact.client), fact)  # type: ignore[arg-type]

    def priced(self, contract: Contract, measured: Measured, parts: tuple[Part, ...]) -> None:
        super().priced(contract, measured, parts)
        start = self.interval(measured.at)
        for part in parts:
            key = (start, measured.client, part.line, int(part.since), part.surcharge)
            self.quantities[key] = self.quantities.get(key, 0) + part.quantity
        self.judging.price(measured, parts)

    def outcome(self) -> tuple[tuple[Cell, ...], tuple[Judged, ...]]:
        """Every cell, and what the contracts say; whatever goes on is over now."""
        self.end_records()
        for span in self.spans.values():
            if span.since < self.end:
                self.time.take(presence.ended(span, self.end))
        self.spans.clear()
        self._spend()
        self._earn()
        judged = tuple(self._judge())
        self._everybody()
        made = tuple(
            Cell(InstantUs(start), client, queue, amounts)
            for (start, client, queue), amounts in sorted(self.cells.items())
        )
        return made, judged

    def _spend(self, until: int = NEVER) -> None:
        """Gives the quarters up to an instant to their clients; they're forgotten then."""
        rate = Fraction(Decimal(self.frame.agent_hour or "0"))
        for quarter, client, name, spent in self.time.shared(until):
            cell = self.cell(self.interval(quarter), client)
            cell[name] = cell.get(name, 0) + spent
            if rate:
                cell["cost"] = cell.get("cost", 0.0) + float(rate * spent / HOUR_US)

    def _earn(self) -> None:
        lines = {
            (client, one.name, int(one.since)): one.line
            for client, plan in self.plans.items()
            for own in plan.lines
            for one in own
        }
        for (start, client, line, since, surcharge), quantity in sorted(self.quantities.items()):
            cell = self.cell(start, client)
            earned = float(worth(lines[client, line, since], quantity, surcharge))
            cell["revenue"] = cell.get("revenue", 0.0) + earned

    def _judge(self) -> Iterator[Judged]:
        """Each term's verdicts; what's due is shown where it was missed (or won)."""
        for judged, where in self.judging.verdicts():
            yield judged
            whole = sum(where.values())
            for at, part in where.items():
                cell = self.cell(self.interval(at), judged.client)
                cell["penalty"] = cell.get("penalty", 0.0) + judged.due * part / whole

    def _everybody(self) -> None:
        """All clients together: an agent's time, the money, the contacts."""
        for (start, client, queue), amounts in list(self.cells.items()):
            if not client or queue:
                continue
            whole = self.cell(start, "")
            for name, value in amounts.items():
                if name != "longest_wait_us":
                    whole[name] = whole.get(name, 0) + value


class Time:
    """Agents' time by quarter of an hour, until the scenario's end."""

    def __init__(self, end: InstantUs) -> None:
        self.end = end
        self.busy: dict[int, dict[tuple[str, str], int]] = {}
        self.idle: dict[int, dict[tuple[str, tuple[ClientId, ...]], int]] = {}
        self.known: dict[AgentId, tuple[ClientId, ...]] = {}

    def take(self, span: presence.Span) -> None:
        """A span that's over."""
        assert span.until is not None
        if span.state == "ready":
            self.known[span.agent] = span.clients
        for quarter, spent in cut(span.since, min(span.until, self.end)):
            name = BUSY.get(span.state)
            if name is not None and span.clients:
                by = self.busy.setdefault(quarter, {})
                key = (span.clients[0], name)
                by[key] = by.get(key, 0) + spent
            else:
                state = "ready_us" if span.state == "ready" else "away_us"
                idle = self.idle.setdefault(quarter, {})
                of = (state, span.clients or self.known.get(span.agent, ()))
                idle[of] = idle.get(of, 0) + spent

    def shared(self, until: int) -> Iterator[tuple[int, str, str, int]]:
        """Quarter, client, name and µs; all that's known of the quarters up to an instant, once."""
        for quarter in sorted(one for one in self.busy.keys() | self.idle.keys() if one < until):
            handled: dict[str, int] = {}
            for (client, name), spent in sorted(self.busy.pop(quarter, {}).items()):
                handled[client] = handled.get(client, 0) + spent
                yield quarter, client, name, spent
            for (name, clients), spent in sorted(self.idle.pop(quarter, {}).items()):
                for client, part in split(spent, clients, handled):
                    yield quarter, client, name, part


def split(
    spent: int, clients: tuple[ClientId, ...], handled: Mapping[str, int]
) -> Iterator[tuple[str, int]]:
    """Shared among clients by what was handled of each; the parts sum to the whole."""
    if not clients:
        yield "", spent
        return
    weights = [handled.get(client, 0) for client in clients]
    if not sum(weights):
        weights = [1] * len(clients)
    given = 0
    so_far = 0
    for client, weight in zip(clients, weights, strict=True):
        so_far += weight
        until = spent * so_far // sum(weights)
        yield client, until - given
        given = until
