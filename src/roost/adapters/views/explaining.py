"""What a line of a draft is made of: contacts with their places, days, or a clause."""

from fractions import Fraction
from math import ceil, floor
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, func, literal, select

from roost.adapters.views.schema import contacts, parts
from roost.kernel.calendar import start_of_day
from roost.kernel.time import SECOND, InstantUs
from roost.office import billing
from roost.office.contracts.model import BY_CONTACT, HOURS, TIMED, Contract, Line, RoundPer
from roost.office.contracts.plan import Planned, full_name
from roost.office.contracts.pricing import price
from roost.office.contracts.rates import (
    NOTHING,
    Charge,
    decimal_text,
    number,
    placed,
    reach,
    shown,
    text,
    unit_rate,
    volume,
    worth,
)
from roost.office.facts import Facts, corrected
from roost.office.invoices.messages import DraftLine
from roost.office.month import Month
from roost.office.promises import settled
from roost.office.reactions import measured_of
from roost.office.records.model import Record
from roost.office.service_terms.settling import Settled
from roost.ports.records import Working


def of_contacts(month: Month, planned: Planned, suffix: str) -> bool:
    """Whether a charge is made of contacts."""
    charged = any(one.suffix == suffix for one in month.charged(planned))
    return charged and planned.line.measure in BY_CONTACT and not suffix.startswith("reduced")


def statement(month: Month, planned: Planned, suffix: str) -> Select[Any, Any, Any]:
    """Records with their quantity and what came before them, by (end, contact id)."""
    line = planned.line
    own = [
        parts.c.client == month.contract.client,
        parts.c.line == planned.name,
        parts.c.since == planned.since,
        parts.c.day >= month.first,
        parts.c.day < month.following,
    ]
    order = (parts.c.counted, parts.c.contact)
    if not placed(line):
        own.append(parts.c.surcharge == suffix)
        return (
            select(contacts.c.record, parts.c.quantity, literal(0, Integer))
            .select_from(parts.join(contacts, _same(parts)))
            .where(*own)
            .order_by(*order)
        )
    until = func.sum(parts.c.quantity).over(order_by=order).label("until")
    inner = select(parts.c.client, *order, parts.c.quantity, until).where(*own).subquery()
    low, high = reach(line, suffix, month.part)
    before = inner.c.until - inner.c.quantity
    found = (
        select(contacts.c.record, inner.c.quantity, before)
        .select_from(inner.join(contacts, _same(inner)))
        .where(inner.c.until > floor(low))
        .order_by(inner.c.counted, inner.c.contact)
    )
    return found if high is None else found.where(before < ceil(high))


def _same(part: FromClause) -> ColumnElement[bool]:
    """A part's contact."""
    return and_(part.c.client == contacts.c.client, part.c.contact == contacts.c.contact)


def working(
    month: Month,
    planned: Planned,
    suffix: str,
    told: Facts,
    record: Record,
    quantity: int,
    before: int,
) -> Working:
    """One contact's part of a line, not rounded."""
    measured = measured_of(record)
    assert measured is not None, "only finished contacts have parts"
    priced = price(month.plan, corrected(told, measured))
    assert isinstance(priced, tuple), "only billed contacts have parts"
    part = next(one for one in priced if one.line == planned.name and one.since == planned.since)
    line = planned.line
    if placed(line):
        low, high = reach(line, suffix, month.part)
        inside = Fraction(before + quantity) if high is None else min(before + quantity, high)
        exact = volume(line, Fraction(inside) - max(before, low))
        charge = next(one for one in month.charged(planned) if one.suffix == suffix)
        amount = NOTHING if suffix == "base" else exact * number(charge.rate)
        words = _charge_rule(month.contract, charge)
    else:
        exact = volume(line, quantity)
        amount, words = worth(line, quantity, suffix), rule(month.contract, line, suffix)
    return Working(
        contact=record.contact,
        client=record.client,
        count=record.count,
        at=part.at,
        quantity=f"{text(exact)} {shown(line, quantity)[1]}",
        amount=decimal_text(amount, 6),
        rule=words,
        events=part.events,
    )


def _charge_rule(contract: Contract, charge: Charge) -> str:
    if charge.suffix == "base":
        return "within the base's sum"
    words = charge.suffix.replace("-", " ")
    return f"{charge.rate} {contract.currency} for each {charge.unit}{', ' * bool(words)}{words}"


def rule(contract: Contract, line: Line, suffix: str = "") -> str:
    """How a line is priced, in words."""
    rate = unit_rate(line, suffix)
    if line.measure not in TIMED:
        return f"{rate} {contract.currency} for each"
    exact = f"{rate} {contract.currency} a minute"
    if line.unit_us is None:
        return f"{exact}, exact"
    unit = decimal_text(Fraction(line.unit_us, SECOND), 3)
    per = "the line's sum" if line.round_per is RoundPer.LINE else f"each {line.round_per}"
    return f"{exact}, {per} up to started {unit} s"


def sums(month: Month, name: str) -> list[Working] | None:
    """A line that isn't made of contacts: by days for hours, by verdicts for a term, else one
    part. None when the draft has no such line."""
    made = billing.draft(month.plan, month.period, month.quantities)
    line = next((one for one in (*made.lines, *made.damages) if one.name == name), None)
    if line is None:
        return [] if _may_be(month, name) else None
    found = month.planned(name)
    if found is not None and found[0].line.measure in HOURS:
        return _days(month, *found)
    for programme in month.programmes:
        rows = billing.rows_before_terms(month, programme)
        for one in settled(month, programme, rows):
            term = full_name(programme.name, f"{billing.TERM}:{one.term.name}")
            if name == term or name.startswith(f"{term}:"):
                return _verdicts(month, one)
    amount = decimal_text(line.amount.as_major(), 6)
    words = line.text
    if line.name.endswith(billing.MINIMUM):
        words = f"{line.text}; usage came to {made.usage}"
    return [_one(month, month.end, f"{line.quantity} {line.unit}", amount, words, line)]


def _may_be(month: Month, name: str) -> bool:
    """A line that the month could have: it has nothing on it."""
    found = month.planned(name)
    if found is not None:
        return found[1] in ("", *(one.name for one in found[0].line.surcharges))
    extra = {full_name(one.name, billing.MINIMUM) for one in month.programmes}
    return name in extra


def _one(
    month: Month, at: InstantUs, quantity: str, amount: str, words: str, line: DraftLine | None
) -> Working:
    clause = f" ({line.clause})" if line is not None and line.clause else ""
    return Working(None, month.contract.client, None, at, quantity, amount, words + clause, ())


def _days(month: Month, planned: Planned, suffix: str) -> list[Working]:
    days = month.daily.get((planned.name, planned.since), {})
    made: list[Working] = []
    for day, some in sorted(days.items()):
        quantity = some.get(suffix, 0)
        if quantity:
            at = start_of_day(month.contract.zone, day)
            exact = decimal_text(worth(planned.line, quantity, suffix), 6)
            words = f"{unit_rate(planned.line, suffix)} {month.contract.currency} an hour"
            made.append(
                _one(month, at, " ".join(shown(planned.line, quantity)), exact, words, None)
            )
    return made


def _verdicts(month: Month, one: Settled) -> list[Working]:
    """A term's spans: part of whole, what it comes to, and why."""
    made: list[Working] = []
    for span in one.spans:
        verdict = span.verdict
        at = start_of_day(month.contract.zone, span.first)
        words = f"target {decimal_text(verdict.target * 100, 4)} %"
        if verdict.points:
            words += f", {decimal_text(verdict.points, 4)} points"
        if verdict.capped:
            words += ", capped"
        if verdict.excluded:
            words += f", {len(verdict.excluded)} intervals excluded"
        amount = decimal_text(verdict.due.as_major(), 6)
        made.append(_one(month, at, f"{verdict.part} of {verdict.whole}", amount, words, None))
    return made
