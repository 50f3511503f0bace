"""What the contracts' terms of service come to in a run: by the office's one evaluator.

A term of a month is judged by what the scenario has of that month, and of what's earned in it:
a stormy evening shows what it costs by itself. Relief above the forecast takes the usual callers
of the scenario for the forecast, for terms of all of a client's queues.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import Final

from msgspec import Struct

from roost.kernel.calendar import day_number, day_text, local_day
from roost.kernel.ids import ClientId
from roost.kernel.money import Money, rounded
from roost.kernel.time import InstantUs
from roost.office.books import key_of
from roost.office.contracts.measured import Measured
from roost.office.contracts.messages import Exclusion
from roost.office.contracts.model import Contract, Programme
from roost.office.contracts.plan import Plan, full_name, programmes_of, promises
from roost.office.contracts.pricing import Part, version_at
from roost.office.contracts.rates import worth
from roost.office.contracts.terms import Period, Side, Term
from roost.office.invoices.tally import Tally
from roost.office.measures.counts import COUNTS, Sums, together
from roost.office.measures.facts import Fact
from roost.office.measures.formulas import terms_of, total
from roost.office.measures.intervals import QUARTER, begin_of, end_of, quarter_of
from roost.office.service_terms.judging import (
    Interval,
    Verdict,
    in_hours,
    judge,
    share_of,
)
from roost.simulator.scenario import Scenario

SURGE: Final = "surge"


class Judged(Struct, frozen=True):
    """One term in one period. `due` is what the operator loses, in major units (negative: a
    bonus); `kept` None without data."""

    client: str
    term: str
    period: str
    target: float
    reached: float | None
    kept: bool | None
    due: float
    capped: bool


class Judging:
    """Collects what verdicts need: counts by quarter, quantities by day."""

    def __init__(self, contracts: tuple[Contract, ...], scenario: Scenario) -> None:
        self.contracts = [one for one in contracts if any(promises(one))]
        self.clients = {one.client for one in self.contracts}
        self.plans = {one.client: Plan(one) for one in self.contracts}
        every = [
            (contract.client, programme, term)
            for contract in self.contracts
            for _, programme, term in promises(contract)
        ]
        named = {name for _, _, term in every for name in terms_of(share_of(term)[1])}
        self.queues = {
            (client, str(queue))
            for client, programme, term in every
            for queue in term.queues or programme.queues or ("",)
        }
        self.needed = [(name, COUNTS[name]) for name in sorted({*named, "offered"})]
        self.sums: dict[tuple[str, str], dict[int, dict[str, int]]] = {}
        self.tallies: dict[ClientId, Tally] = {}
        self.scenario = scenario
        self.exclusions = tuple(
            Exclusion(
                InstantUs(scenario.start + burst.from_us),
                InstantUs(scenario.start + burst.until_us),
                SURGE,
                accepted=True,
            )
            for burst in scenario.faults.bursts
            if burst.excused
        )

    def count(self, fact: Fact) -> None:
        """A visit to a queue, or to all of them."""
        if (fact.client, fact.queue) not in self.queues:
            return
        by = self.sums.setdefault((fact.client, fact.queue), {})
        sums = by.setdefault(quarter_of(fact.at), {})
        for name, count in self.needed:
            if count.takes(fact):
                value = getattr(fact, count.amount) if count.amount else 1
                sums[name] = sums.get(name, 0) + value

    def price(self, measured: Measured, parts: tuple[Part, ...]) -> None:
        """What a contact adds to the lines that a term is a part of."""
        if measured.client in self.clients:
            tally = self.tallies.setdefault(measured.client, Tally())
            for part in parts:
                tally.add(key_of(part), part.quantity)

    def verdicts(self) -> Iterator[tuple[Judged, dict[int, int]]]:
        """Each term's period, and where it was missed (or won): weights by quarter."""
        for contract in self.contracts:
            for period, first, following in self.periods(contract):
                version = version_at(contract, first) or contract.versions[0]
                for programme in programmes_of(version):
                    for term in programme.service:
                        if term.period is period:
                            yield self.judged(contract, programme, term, first, following)

    def periods(self, contract: Contract) -> Iterator[tuple[Period, int, int]]:
        """Days and months that the scenario touches, as day numbers, half-open."""
        end = InstantUs(self.scenario.start + self.scenario.length_us - 1)
        first, last = (local_day(contract.zone, at) for at in (self.scenario.start, end))
        for day in range(first, last + 1):
            yield Period.DAY, day, day + 1
        months = dict.fromkeys(day_text(day)[:7] for day in range(first, last + 1))
        for month in months:
            year, number = int(month[:4]), int(month[5:])
            following = (year + number // 12, number % 12 + 1, 1)
            yield Period.MONTH, day_number(year, number, 1), day_number(*following)

    def judged(
        self, contract: Contract, programme: Programme, term: Term, first: int, following: int
    ) -> tuple[Judged, dict[int, int]]:
        length = term.interval_us or QUARTER
        sums = self.intervals(contract, programme, term, first, following, length)
        forecast = (
            self.forecast(contract, length)
            if term.relief and not (term.queues or programme.queues)
            else {}
        )
        found = judge(
            term,
            [
                Interval(at, one, forecast.get(at), end_of(contract.zone, length, at))
                for at, one in sorted(sums.items())
            ],
            self.base(contract, programme, term, first, following),
            length_us=length,  # type: ignore[arg-type]
            exclusions=self.exclusions,
        )
        day = day_text(first)
        due = float(found.due.as_major())
        judged = Judged(
            client=contract.client,
            term=full_name(programme.name, term.name),
            period=day if term.period is Period.DAY else day[:7],
            target=float(found.target),
            reached=None if found.ratio is None else float(found.ratio),
            kept=found.kept,
            due=due if term.side is Side.MALUS else -due,
            capped=found.capped,
        )
        return judged, self.where(term, sums, found) if due else {}

    def intervals(
        self,
        contract: Contract,
        programme: Programme,
        term: Term,
        first: int,
        following: int,
        length: int,
    ) -> dict[InstantUs, Sums]:
        """The counts of a period by interval, of the term's queues together: what entered in the
        term's hours."""
        found: dict[InstantUs, list[Sums]] = {}
        for queue in term.queues or programme.queues or ("",):
            for quarter, sums in self.sums.get((contract.client, queue), {}).items():
                begin = InstantUs(quarter)
                if not first <= local_day(contract.zone, begin) < following:
                    continue
                if in_hours(term, begin, InstantUs(quarter + QUARTER)):
                    start = begin_of(contract.zone, length, begin)
                    found.setdefault(start, []).append(sums)
        return {at: together(some) for at, some in found.items()}

    def base(
        self, contract: Contract, programme: Programme, term: Term, first: int, following: int
    ) -> Money:
        """The lines that a term names, of a period, each rounded."""
        tally = self.tallies.get(contract.client, Tally())
        found: dict[tuple[str, int, str], int] = {}
        for (line, since, surcharge, day), one in tally.sums.items():
            if first <= day < following:
                key = (line, since, surcharge)
                found[key] = found.get(key, 0) + one.quantity
        named = {full_name(programme.name, name) for name in term.lines}
        lines = {
            (one.name, int(one.since)): one.line
            for own in self.plans[contract.client].lines
            for one in own
            if one.programme == programme.name and (not named or one.name in named)
        }
        sum_ = Money(contract.currency, 0)
        for (name, since, surcharge), quantity in sorted(found.items()):
            if (name, since) in lines:
                exact = worth(lines[name, since], quantity, surcharge)
                sum_ += rounded(exact, contract.currency)
        return sum_

    def forecast(self, contract: Contract, length: int) -> dict[int, int]:
        """The usual calls of a client, by interval."""
        exact: dict[int, Fraction] = {}
        for stream in self.scenario.streams:
            if stream.client != contract.client:
                continue
            for one in stream.expected:
                for quarter, part in _quarters(self.scenario.start, one.from_us, one.until_us):
                    start = begin_of(contract.zone, length, InstantUs(quarter))
                    exact[start] = exact.get(start, Fraction(0)) + Fraction(
                        one.calls * part, one.of_us
                    )
        return {at: round(calls) for at, calls in exact.items()}

    def where(self, term: Term, sums: dict[InstantUs, Sums], found: Verdict) -> dict[int, int]:
        """By how many contacts each interval missed (or, for a bonus, made) it."""
        _, formula = share_of(term)
        out = {start for start, _ in found.excluded}
        weights: dict[int, int] = {}
        for at, one in sums.items():
            if at in out:
                continue
            part, whole = total(formula.part, one), total(formula.whole, one)
            weights[at] = whole - part if term.side is Side.MALUS else part
        return {at: weight for at, weight in weights.items() if weight > 0} or dict.fromkeys(
            sums, 1
        )


def _quarters(start: int, from_us: int, until_us: int) -> Iterator[tuple[int, int]]:
    at = start + from_us
    while at < start + until_us:
        quarter = quarter_of(InstantUs(at))
        end = min(start + until_us, quarter + QUARTER)
        yield quarter, end - at
        at = end
