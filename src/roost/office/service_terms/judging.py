"""The one evaluator of service terms: for router, twin, floor and invoice alike.

A verdict is a fold of intervals: sums of the measure's counts, by entry. Whole intervals are
excluded, or not (BILLING, 5); a pooled ratio is sum by sum, never a mean of ratios; no data is
neither kept nor missed.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Final

from msgspec import Struct

from roost.kernel.money import Money, rounded
from roost.kernel.time import DurationUs, InstantUs
from roost.office.contracts.messages import Exclusion
from roost.office.contracts.terms import Side, Step, Term
from roost.office.measures.counts import Sums
from roost.office.measures.dictionary import Measure, named
from roost.office.measures.formulas import Share, total
from roost.office.measures.intervals import QUARTER

EVALUATOR: Final = "service/1"
"""Its version, printed with every verdict: a changed rule gets a new one."""


class Interval(Struct, frozen=True, gc=False):
    """What entered in one interval, for the term's queues together; of one that's longer than a
    quarter of an hour, what entered in the term's hours. `forecast` is the locked number of
    contacts, where there's one; `end` where clocks were changed before its usual length."""

    start: InstantUs
    sums: Sums
    forecast: int | None = None
    end: InstantUs | None = None


class Verdict(Struct, frozen=True, gc=False):
    """`part` of `whole` against the target. `kept` is None without data, or below the term's
    minimum. `points` is the gap in points, a positive number of what's missing (or, for a bonus,
    of what's over); `due` what it comes to after the cap, positive."""

    term: str
    part: int
    whole: int
    target: Fraction
    kept: bool | None
    points: Fraction
    due: Money
    capped: bool
    counted: int  # intervals
    excluded: tuple[tuple[InstantUs, str], ...]  # start and reason

    @property
    def ratio(self) -> Fraction | None:
        """What was reached; None without data."""
        return Fraction(self.part, self.whole) if self.whole else None


def share_of(term: Term) -> tuple[Measure, Share]:
    """The measure that a term names. Raises ValueError if it's no share of the dictionary's."""
    measure = named(term.measure, term.version)
    if measure is None or not isinstance(measure.formula, Share):
        raise ValueError(f"{term.measure}/{term.version} is no share of contacts")
    return measure, measure.formula


def judge(
    term: Term,
    intervals: Iterable[Interval],
    base: Money,
    *,
    length_us: DurationUs,
    exclusions: Sequence[Exclusion] = (),
) -> Verdict:
    """One period of one term. `intervals`, each `length_us` long, are those of the period; `base`
    is the sum of the lines that the term names, after their rounding."""
    _, formula = share_of(term)
    target = _fraction(term.target)
    part = whole = counted = volume = 0
    left_out: list[tuple[InstantUs, str]] = []
    for interval in intervals:
        end = InstantUs(interval.start + length_us) if interval.end is None else interval.end
        if not in_hours(term, interval.start, end):
            continue
        offered = interval.sums.get("offered", 0)
        why = _excluded(term, interval, end, exclusions, offered)
        if why:
            left_out.append((interval.start, why))
            continue
        good, of = total(formula.part, interval.sums), total(formula.whole, interval.sums)
        volume += offered
        counted += 1
        if term.interval_us is None:
            part, whole = part + good, whole + of
        elif of:  # an interval without data is neither kept nor missed
            part, whole = part + (Fraction(good, of) >= target), whole + 1
    promised = target if term.interval_us is None else _fraction(term.kept)
    return _verdict(term, part, whole, promised, base, volume, counted, tuple(left_out))


def _verdict(
    term: Term,
    part: int,
    whole: int,
    promised: Fraction,
    base: Money,
    volume: int,
    counted: int,
    left_out: tuple[tuple[InstantUs, str], ...],
) -> Verdict:
    nothing = Money(base.currency, 0)
    if not whole or volume < term.minimum:
        return Verdict(
            term.name, part, whole, promised, None, Fraction(0), nothing, False, counted, left_out
        )
    ratio = Fraction(part, whole)
    gap = promised - ratio if term.side is Side.MALUS else ratio - promised
    points = max(Fraction(0), gap * 100)
    due, capped = money(term, points, base)
    return Verdict(
        term.name, part, whole, promised, ratio >= promised, points, due, capped, counted, left_out
    )


def in_hours(term: Term, start: InstantUs, end: InstantUs) -> bool:
    """Whether any of the time counts. Hours begin and end with quarters of an hour."""
    hours = term.hours
    return hours is None or any(hours.open_at(InstantUs(at)) for at in range(start, end, QUARTER))


def steps(term: Term, points: Fraction) -> Fraction:
    """How many steps a gap of points comes to."""
    exact = points / _fraction(term.point)
    match term.step:
        case Step.LINEAR:
            return exact
        case Step.FULL:
            return Fraction(exact.numerator // exact.denominator)
        case Step.STARTED:
            return Fraction(-(-exact.numerator // exact.denominator))


def money(term: Term, points: Fraction, base: Money) -> tuple[Money, bool]:
    """What a gap of points is worth, at most the cap; and whether the cap was reached."""
    of = base.as_major()
    due = steps(term, points) * (_fraction(term.percent) / 100 * of + _fraction(term.amount))
    caps = [_fraction(term.cap_percent) / 100 * of] if term.cap_percent else []
    caps += [_fraction(term.cap)] if term.cap else []
    capped = any(due > cap for cap in caps)
    return rounded(min([due, *caps]), base.currency), capped


def _excluded(
    term: Term,
    interval: Interval,
    end: InstantUs,
    exclusions: Sequence[Exclusion],
    offered: int,
) -> str:
    """Why an interval doesn't count; empty if it does."""
    for one in exclusions:
        touches = one.start < end and interval.start < one.end
        ours = not one.queues or not term.queues or set(one.queues) & set(term.queues)
        if one.holds and touches and ours:
            return one.reason
    locked = interval.forecast
    if term.relief and locked is not None and 100 * offered > _fraction(term.relief) * locked:
        return "above_forecast"
    return ""


def _fraction(text: str) -> Fraction:
    return Fraction(Decimal(text))
