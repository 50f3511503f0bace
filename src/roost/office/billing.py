"""From sums to a draft: the one place where contracts, terms and invoices meet.

The order of the sums (BILLING, 6): quantities → included volume → bands → line rounding → minimum
per programme → forecast floor → service-level terms → one-off items → tax.
"""

from fractions import Fraction
from typing import Final

from msgspec import structs

from roost.kernel.money import Money, largest_remainder, rounded
from roost.office.contracts.model import Contract, ForecastTerms, Programme
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.period import days_of, months
from roost.office.contracts.plan import Plan, Planned, full_name, held_days
from roost.office.contracts.pricing import EVALUATOR
from roost.office.contracts.rates import (
    NOTHING,
    Total,
    charges,
    decimal_text,
    number,
    worth,
)
from roost.office.contracts.terms import Period, Side, Treated
from roost.office.invoices.messages import Draft, DraftLine, LineKind
from roost.office.invoices.tally import Tally
from roost.office.invoices.tax import tax_sums
from roost.office.month import Month, Row
from roost.office.promises import expectation, settled
from roost.office.quantities import Quantities
from roost.office.service_terms.settling import Settled

MINIMUM: Final = "minimum"
FLOOR: Final = "floor"
SURGE: Final = "above-forecast"
TERM: Final = "term"
ITEM: Final = "item"


def draft(contract: Contract | Plan, period: str, quantities: Quantities) -> Draft:
    """A client's draft for a month. Raises ValueError for no month."""
    plan = contract if isinstance(contract, Plan) else Plan(contract)
    month = Month(plan, period, quantities)
    rows: list[Row] = []
    damages: list[Row] = []
    for programme in month.programmes:
        own, due = _section(month, programme)
        rows += own
        damages += due
    lines = tuple(row.line for row in rows)
    nothing = Money(month.contract.currency, 0)
    total = sum((line.amount for line in lines), nothing)
    seller = month.contract.seller
    taxes = () if seller is None else tax_sums(lines, month.rates, month.contract.currency)
    return Draft(
        client=month.contract.client,
        period=period,
        currency=month.contract.currency,
        evaluator=EVALUATOR,
        zones=month.contract.zone.source,
        contract=month.versions,
        lines=lines,
        usage=sum((line.amount for line in lines if line.kind is LineKind.USAGE), nothing),
        total=total,
        seller="" if seller is None else seller.id,
        taxes=taxes,
        gross=None if seller is None else sum((one.tax for one in taxes), total),
        damages=tuple(row.line for row in damages),
    )


def periods(contract: Contract, first: str, last: str) -> list[str]:
    """The months that have a draft: from the first contact's to the last one's, as far as the
    contract holds in them. One without a contact has its minimum."""
    plan = Plan(contract)
    found: list[str] = []
    for period in months(first, last):
        begin, following = days_of(period)
        held = held_days(contract, begin, following)
        if held[0] < held[1] and plan.opened(begin):
            found.append(period)
    return found


def earned(contract: Contract | Plan, tally: Tally) -> Money:
    """What the contacts of a tally come to by their lines, each line rounded once; without what
    no contact earns by itself: minimums, fixed sums, terms."""
    plan = contract if isinstance(contract, Plan) else Plan(contract)
    lines = {(one.name, int(one.since)): one.line for own in plan.lines for one in own}
    total = Money(plan.contract.currency, 0)
    for key, sums in sorted(tally.by_line().items()):
        line = lines.get(key)
        if line is not None:
            for surcharge, found in sorted(sums.items()):
                total += rounded(worth(line, found.quantity, surcharge), total.currency)
    return total


# --- a programme's section ---


def _section(month: Month, programme: Programme) -> tuple[list[Row], list[Row]]:
    """A programme's lines in the order of the sums, and its damages."""
    rows = rows_before_terms(month, programme)
    damages: list[Row] = []
    made: list[Row] = []
    for one in settled(month, programme, rows):
        own = _term(month, programme, one, rows)
        (made if one.term.treated is Treated.PRICE else damages).extend(own)
    return [*rows, *made, *_items(month, programme)], damages


def rows_before_terms(month: Month, programme: Programme) -> list[Row]:
    """A programme's lines up to the forecast's: what its terms are a part of."""
    rows = month.rows(programme)
    rows += _minimum(month, programme, rows)
    if programme.forecast is not None:
        rows += _forecast(month, programme, programme.forecast, rows)
    return rows


def _extra(
    month: Month, programme: Programme, rows: list[Row], kind: LineKind, name: str, text: str
) -> DraftLine:
    """A line that isn't a quantity by a rate, without its amount. It's taxed as the programme's
    lines are, where those are all alike."""
    alike = {row.line.tax for row in rows if row.nominal.minor}
    return DraftLine(
        name=full_name(programme.name, name),
        text=text,
        quantity="1",
        unit="month",
        rate="",
        contacts=0,
        amount=Money(month.contract.currency, 0),
        kind=kind,
        programme=programme.name,
        clause=month.clause(programme.name, name.replace(":", "/")),
        tax=alike.pop() if len(alike) == 1 else month.contract.tax,
    )


def _minimum(month: Month, programme: Programme, rows: list[Row]) -> list[Row]:
    """Up to the least that was agreed, for as much of the month as the contract holds."""
    least = rounded(number(programme.minimum) * month.part, month.contract.currency)
    used = month.sum_of(rows)
    if least.minor <= used.minor:
        return []
    text = month.said("minimum", least=least)
    line = _extra(month, programme, rows, LineKind.MINIMUM, MINIMUM, text)
    line = structs.replace(line, rate=str(least))
    return [month.made(line, least.as_major() - used.as_major())]


def _forecast(
    month: Month, programme: Programme, terms: ForecastTerms, rows: list[Row]
) -> list[Row]:
    """Up to the share of the forecast that's paid anyway, or more for what was above it."""
    name = full_name(programme.name, terms.line)
    planned = next((one for one in month.lines if one.name == name), None)
    whole = sum(one.count for one in expectation(month, programme))
    if planned is None or not whole:
        return []
    used = sum(one.quantity for one in month.totals_of(planned).values())
    paid = _at(month, planned, Fraction(used))
    made: list[Row] = []
    floor = whole * number(terms.floor or "0") / 100
    missing = _at(month, planned, floor) - paid
    topped = sum((r.nominal.as_major() for r in rows if r.line.kind is LineKind.MINIMUM), NOTHING)
    if used < floor and missing > topped:
        text = month.said("floor", percent=terms.floor, count=whole)
        line = _extra(month, programme, rows, LineKind.FLOOR, FLOOR, text)
        made.append(month.made(line, missing - topped))
    ceiling = whole * number(terms.ceiling or "0") / 100
    if terms.surcharge and used > ceiling:
        text = month.said("above", percent=terms.ceiling, count=whole)
        line = _extra(month, programme, rows, LineKind.SURCHARGE, SURGE, text)
        above = paid - _at(month, planned, ceiling)
        made.append(month.made(line, above * number(terms.surcharge) / 100))
    return made


def _at(month: Month, planned: Planned, volume: Fraction) -> Fraction:
    """What a line would cost at another volume."""
    sums = {"": Total(0, volume)}
    return sum((one.amount for one in charges(planned.line, sums, month.part)), NOTHING)


def _term(month: Month, programme: Programme, one: Settled, rows: list[Row]) -> list[Row]:
    """A term's money: for each category of tax of its lines, in proportion."""
    term = one.term
    if not one.due.minor:
        return []
    own = {full_name(programme.name, name) for name in term.lines}
    of = [row for row in rows if not own or row.of in own]
    weights: dict[str, int] = {}
    for row in of:
        weights[row.line.tax] = weights.get(row.line.tax, 0) + max(0, row.nominal.minor)
    if not sum(weights.values()):
        weights = {month.contract.tax: 1}
    shares = largest_remainder(one.due.minor, list(weights.values()))
    line = _extra(month, programme, of, LineKind.TERM, f"{TERM}:{term.name}", _words(month, one))
    sign = -1 if term.side is Side.MALUS else 1
    made: list[Row] = []
    for tax, share in zip(weights, shares, strict=True):
        if not share:
            continue
        name = line.name if len(weights) == 1 else f"{line.name}:{tax}"
        under = of[0].line.name if len({row.line.name for row in of}) == 1 else ""
        untaxed = term.treated is Treated.DAMAGES
        due = Money(one.due.currency, sign * share)
        priced = structs.replace(
            line, name=name, rate=str(due), tax="" if untaxed else tax, under=under
        )
        made.append(month.made(priced, due.as_major()))
    return made


def _words(month: Month, one: Settled) -> str:
    """A term in words: what was reached of what, or how often it was missed."""
    term, name = one.term, one.term.text or one.term.name
    if term.period is Period.DAY:
        verb = "missed" if term.side is Side.MALUS else "won"
        text = month.said(verb, term=name, some=one.missed, all=len(one.spans))
    else:
        verdict = one.spans[-1].verdict
        reached = decimal_text((verdict.ratio or NOTHING) * 100, 4)
        target = decimal_text(verdict.target * 100, 4)
        text = month.said("reached", term=name, reached=reached, target=target)
    capped = one.capped or any(span.verdict.capped for span in one.spans)
    return month.said("capped", line=text) if capped else text


def _items(month: Month, programme: Programme) -> list[Row]:
    """What is paid once, of this month."""
    known = {one.name for one in month.programmes}
    own = [
        item
        for item in (*month.contract.one_off, *month.quantities.one_off)
        if month.first <= item.day < month.following
        and programme.name == (item.programme if item.programme in known else "")
    ]
    names: dict[str, int] = {}
    made: list[Row] = []
    for item in sorted(own, key=_order):
        names[item.item] = names.get(item.item, 0) + 1
        times = names[item.item]
        name = f"{ITEM}:{item.item}" + (f"-{times}" if times > 1 else "")
        line = _extra(month, programme, [], LineKind.ONE_OFF, name, item.text)
        line = structs.replace(
            line,
            quantity=item.quantity,
            unit=item.unit,
            rate=item.rate,
            clause="",
            tax=item.tax or month.contract.tax,
        )
        made.append(month.made(line, number(item.quantity) * number(item.rate)))
    return made


def _order(item: OneOff) -> tuple[int, str, str, str, str]:
    return item.day, item.item, item.text, item.rate, item.quantity
