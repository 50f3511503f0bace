"""One month of one contract: what holds in it, and its quantities by line.

Sums stand twice: as the contract says them (`nominal`), and net of tax, where prices include it.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property

from msgspec import Struct, structs

from roost.kernel.calendar import start_of_day
from roost.kernel.money import Money, rounded
from roost.office.contracts.model import BY_CONTACT, HOURS, Contract, ContractVersion, Programme
from roost.office.contracts.period import days_of
from roost.office.contracts.plan import (
    Plan,
    Planned,
    held_days,
    programmes_of,
    version_text,
)
from roost.office.contracts.rates import (
    NOTHING,
    Charge,
    Charged,
    Total,
    charges,
    decimal_text,
    number,
    worth,
)
from roost.office.contracts.taxes import rates_on
from roost.office.contracts.words import said
from roost.office.invoices.messages import DraftLine, LineKind
from roost.office.quantities import Quantities

KINDS = {
    Charged.USAGE: LineKind.USAGE,
    Charged.INCLUDED: LineKind.INCLUDED,
    Charged.FIXED: LineKind.FIXED,
}


class Row(Struct, frozen=True):
    """A draft's line with its sum as the contract says it; `of` is the contract's line."""

    line: DraftLine
    nominal: Money
    of: str = ""


class Month:
    """A contract's month. Raises ValueError for no month."""

    def __init__(self, plan: Plan, period: str, quantities: Quantities) -> None:
        self.plan, self.contract, self.period = plan, plan.contract, period
        self.quantities = quantities
        self.first, self.following = days_of(period)
        zone = self.contract.zone
        self.start = start_of_day(zone, self.first)
        self.end = start_of_day(zone, self.following)
        self.held = held_days(self.contract, self.first, self.following)
        whole = self.contract.whole and self.held[0] < self.held[1]
        days = self.following - self.first
        self.part = Fraction(1 if whole else self.held[1] - self.held[0]) / (1 if whole else days)
        self.version = month_version(plan, self.first, self.following)
        self.lines = plan.of_month(self.start, self.end) if self.version is not None else []
        seller = self.contract.seller
        self.rates: Mapping[str, str] = (
            {} if seller is None else rates_on(seller, self.following - 1)
        )

    @property
    def days(self) -> range:
        return range(*self.held)

    @cached_property
    def programmes(self) -> tuple[Programme, ...]:
        """Those of the month's version, and any whose lines began later in it."""
        if self.version is None:
            return ()
        found = {one.name: one for one in programmes_of(self.version)}
        for planned in self.lines:
            found.setdefault(planned.programme, Programme(planned.programme))
        return tuple(found.values())

    @cached_property
    def totals(self) -> Mapping[tuple[str, int], Mapping[str, Total]]:
        """The month's quantities by line and surcharge."""
        return {
            key: {name: Total(one.contacts, one.quantity) for name, one in sums.items()}
            for key, sums in self.quantities.tally.by_line().items()
        }

    @cached_property
    def daily(self) -> Mapping[tuple[str, int], Mapping[int, Mapping[str, int]]]:
        """The same by day."""
        found: dict[tuple[str, int], dict[int, dict[str, int]]] = {}
        for (line, since, surcharge, day), one in self.quantities.tally.sums.items():
            days = found.setdefault((line, since), {})
            days.setdefault(day, {})[surcharge] = one.quantity
        return found

    def charged(self, planned: Planned) -> list[Charge]:
        """A line's charges."""
        cost = NOTHING
        for one in self.quantities.costs:
            named = not planned.line.costs or one.kind in planned.line.costs
            if named and one.programme == planned.programme:
                assert one.amount.currency == self.contract.currency, f"{one.kind} in another"
                cost += one.amount.as_major()
        return charges(planned.line, self.totals_of(planned), self.part, cost)

    def totals_of(self, planned: Planned) -> Mapping[str, Total]:
        """A line's quantities by surcharge."""
        return self.totals.get((planned.name, planned.since), {})

    def rows(self, programme: Programme) -> list[Row]:
        """A programme's lines by quantity, and its fixed sums."""
        return [
            self.row(planned, charge)
            for planned in self.lines
            if planned.programme == programme.name
            for charge in self.charged(planned)
        ]

    def sum_of(self, rows: Iterable[Row]) -> Money:
        """What rows come to, as the contract says them."""
        return sum((row.nominal for row in rows), Money(self.contract.currency, 0))

    def row(self, planned: Planned, charge: Charge) -> Row:
        """A charge as a line of the draft: rounded here, once."""
        return self.made(
            DraftLine(
                name=self.name_of(planned, charge.suffix),
                text=self.text_of(planned, charge),
                quantity=decimal_text(charge.quantity, 4),
                unit=charge.unit,
                rate=charge.rate,
                contacts=charge.contacts,
                amount=Money(self.contract.currency, 0),
                kind=KINDS[charge.kind],
                programme=planned.programme,
                clause=planned.clause,
                tax=planned.line.tax or self.contract.tax,
            ),
            charge.amount,
            planned.name,
        )

    def made(self, line: DraftLine, exact: Fraction, of: str = "") -> Row:
        """A line with its amount, net of tax, and what the contract says it comes to."""
        currency = self.contract.currency
        net = exact
        if self.contract.tax_included and line.tax in self.rates:
            net = exact / (1 + number(self.rates[line.tax]) / 100)
        return Row(
            structs.replace(line, amount=rounded(net, currency)), rounded(exact, currency), of
        )

    def name_of(self, planned: Planned, suffix: str) -> str:
        """A line's name: with the surcharge or band, and with its beginning where another of the
        month came before, so that two rates of one line are two lines."""
        named = f"{planned.name}:{suffix}" if suffix else planned.name
        moment = self.plan.moment_of(planned, self.start, self.end)
        return f"{named}@{moment}" if moment else named

    def text_of(self, planned: Planned, charge: Charge) -> str:
        """A line's words: the contract's, with what sets this charge apart."""
        line, words = planned.line, planned.line.text
        surcharges = {one.name: one.text for one in line.surcharges}
        if charge.suffix in surcharges:
            words = self.said("surcharge", line=words, surcharge=surcharges[charge.suffix])
        elif charge.suffix:
            kind, _, place = charge.suffix.partition("-")
            words = self.said(kind, line=words, place=place)
        return self.said(charge.note, line=words) if charge.note else words

    def said(self, key: str, **values: object) -> str:
        """Words in the contract's language."""
        return said(self.contract.language, key, **values)

    def planned(self, name: str) -> tuple[Planned, str] | None:
        """The line that a draft's line name means, with its surcharge or band."""
        for one in self.lines:
            rest = name.removeprefix(one.name)
            if rest == name and name != one.name:
                continue
            began = self.plan.moment_of(one, self.start, self.end)
            suffix, _, moment = rest.partition("@")
            if moment == began and (not suffix or suffix.startswith(":")):
                return one, suffix[1:]
        return None

    def worth_of(self, planned: Planned, first: int, following: int) -> Fraction:
        """What a line comes to in some days of the month. What isn't a plain rate is shared by
        quantity; what isn't by quantity, by days."""
        line, days = planned.line, self.daily.get((planned.name, planned.since), {})
        some = [sums for day, sums in days.items() if first <= day < following]
        if line.plain:
            sums: dict[str, int] = {}
            for one in some:
                for name, quantity in one.items():
                    sums[name] = sums.get(name, 0) + quantity
            return sum((worth(line, one, name) for name, one in sums.items()), NOTHING)
        exact = sum((one.amount for one in self.charged(planned)), NOTHING)
        whole = sum(sum(sums.values()) for sums in days.values())
        if whole and line.measure in BY_CONTACT | HOURS:
            return exact * Fraction(sum(sum(sums.values()) for sums in some), whole)
        inside = max(0, min(following, self.held[1]) - max(first, self.held[0]))
        return exact * Fraction(inside, max(1, self.held[1] - self.held[0]))

    def clause(self, programme: str, name: str) -> str:
        """Where in the contract something of a programme stands."""
        assert self.version is not None
        place = f"programmes/{programme}/{name}" if programme else name
        return f"{version_text(self.contract, self.version)}/{place}"

    @property
    def versions(self) -> str:
        """The versions that hold in the month, as text."""
        found = [
            version_text(self.contract, version)
            for version, begin, over in zip(
                self.contract.versions,
                self.plan.begins,
                [*self.plan.begins[1:], self.end],
                strict=True,
            )
            if begin < self.end and over > self.start
        ]
        return ", ".join(found)


def month_version(plan: Plan, first: int, following: int) -> ContractVersion | None:
    """The version whose minimum and terms hold for a month: the one in force at its beginning,
    or the first that begins in it; None where the contract doesn't hold at all."""
    contract: Contract = plan.contract
    held = held_days(contract, first, following)
    if held[0] == held[1]:
        return None
    index = plan.index_at(start_of_day(contract.zone, first))
    return contract.versions[max(0, index)]
