"""What a programme's terms come to in a month: each judged, summed by side, capped together.

Maluses of a programme are summed, then capped; bonuses likewise; netted only if the contract says
so (BILLING, 4). What a cap leaves is shared among the terms in proportion, to the minor unit.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from msgspec import Struct, structs

from roost.kernel.calendar import start_of_day
from roost.kernel.ids import QueueId
from roost.kernel.money import Money, largest_remainder, rounded
from roost.kernel.time import DurationUs, InstantUs, Zone
from roost.office.contracts.messages import Exclusion
from roost.office.contracts.model import Caps
from roost.office.contracts.terms import Period, Side, Term
from roost.office.forecasts import Expected
from roost.office.measures.counts import Sums, together
from roost.office.measures.intervals import QUARTER, begin_of, end_of
from roost.office.service_terms.judging import Interval, Verdict, in_hours, judge

ABOVE_FORECAST = "above_forecast"


class Span(Struct, frozen=True, gc=False):
    """What was judged at a time: the days from `first` on, `following` excluded."""

    first: int
    following: int
    verdict: Verdict


class Settled(Struct, frozen=True, gc=False):
    """A term's month. `due` is what it comes to after all caps, positive; `capped` whether the
    programme's cap made it less."""

    term: Term
    spans: tuple[Span, ...]
    due: Money
    capped: bool = False

    @property
    def missed(self) -> int:
        """How many spans missed (or, for a bonus, won)."""
        return sum(one.verdict.due.minor > 0 for one in self.spans)


class Serving(Struct, frozen=True):
    """What terms are judged by. `sums`: counts by queue ("" for contacts as a whole) and quarter;
    `queues`: those of the programme, for terms that name none; `expected`: the locked forecast;
    `ceiling`: above so many per cent of it no term counts, whether or not it says so itself."""

    zone: Zone
    days: range
    queues: tuple[QueueId, ...]
    sums: Mapping[str, Mapping[InstantUs, Sums]]
    exclusions: Sequence[Exclusion] = ()
    expected: Sequence[Expected] = ()
    ceiling: str = ""


def judged(term: Term, serving: Serving, base: Callable[[int, int], Money]) -> tuple[Span, ...]:
    """A term's verdicts over the days of a month. `base` gives the lines' sum of a span."""
    days = serving.days
    if not days:
        return ()
    spans = [(days.start, days.stop)]
    if term.period is Period.DAY:
        spans = [(day, day + 1) for day in days]
    length = DurationUs(term.interval_us or QUARTER)
    above = tuple(_above(term, serving))
    of_queues = structs.replace(term, queues=term.queues or serving.queues)
    intervals = _intervals(term, serving, length)
    starts = [one.start for one in intervals]
    found: list[Span] = []
    for first, following in spans:
        bounds = (start_of_day(serving.zone, first), start_of_day(serving.zone, following))
        inside = slice(*(bisect_left(starts, bound) for bound in bounds))
        verdict = judge(
            of_queues,
            intervals[inside],
            base(first, following),
            length_us=length,
            exclusions=(*serving.exclusions, *above),
        )
        found.append(Span(first, following, verdict))
    return tuple(found)


def _intervals(term: Term, serving: Serving, length: int) -> list[Interval]:
    """What entered in the term's hours, by interval, of its queues together."""
    found: dict[InstantUs, list[Sums]] = {}
    for queue in term.queues or serving.queues or ("",):
        for quarter, sums in serving.sums.get(queue, {}).items():
            if in_hours(term, quarter, InstantUs(quarter + QUARTER)):
                start = begin_of(serving.zone, length, quarter)
                found.setdefault(start, []).append(sums)
    return [
        Interval(at, together(some), end=end_of(serving.zone, length, at))
        for at, some in sorted(found.items())
    ]


def _above(term: Term, serving: Serving) -> Iterable[Exclusion]:
    """What was above the locked forecast, day by day or interval by interval as it was given."""
    relief = term.relief or serving.ceiling
    if not relief or term.queues:
        return
    starts = [one.start for one in serving.expected]
    offered = [0] * len(starts)
    for queue in serving.queues or ("",):
        for quarter, sums in serving.sums.get(queue, {}).items():
            place = bisect_right(starts, quarter) - 1
            if place >= 0 and quarter < serving.expected[place].end:
                offered[place] += sums.get("offered", 0)
    for one, count in zip(serving.expected, offered, strict=True):
        if 100 * count > Fraction(Decimal(relief)) * one.count:
            yield Exclusion(one.start, one.end, ABOVE_FORECAST, by_numbers=True)


def settle(
    spans: Sequence[tuple[Term, tuple[Span, ...]]], caps: Caps | None, base: Money
) -> tuple[Settled, ...]:
    """The terms' sums, capped together. `base`: the programme's lines."""
    nothing = Money(base.currency, 0)
    found = [
        Settled(term, own, sum((one.verdict.due for one in own), nothing)) for term, own in spans
    ]
    if caps is None:
        return tuple(found)
    sums = {side: sum(one.due.minor for one in found if one.term.side is side) for side in Side}
    allowed = dict(sums)
    other = {Side.MALUS: Side.BONUS, Side.BONUS: Side.MALUS}
    for side, plain, percent in (
        (Side.MALUS, caps.malus, caps.malus_percent),
        (Side.BONUS, caps.bonus, caps.bonus_percent),
    ):
        most = _cap(plain, percent, base)
        if most is not None:
            against = sums[other[side]] if caps.netted else 0
            allowed[side] = min(sums[side], most + against)
    return tuple(_shared(found, sums, allowed))


def _cap(plain: str, percent: str, base: Money) -> int | None:
    of = max(Fraction(0), base.as_major())
    caps = [Fraction(Decimal(plain))] if plain else []
    caps += [Fraction(Decimal(percent)) / 100 * of] if percent else []
    return rounded(min(caps), base.currency).minor if caps else None


def _shared(
    found: Sequence[Settled], sums: Mapping[Side, int], allowed: Mapping[Side, int]
) -> Iterable[Settled]:
    made: dict[str, Settled] = {}
    for side in Side:
        own = [one for one in found if one.term.side is side]
        shares = largest_remainder(allowed[side], [one.due.minor for one in own])
        for one, share in zip(own, shares, strict=True):
            due = Money(one.due.currency, share)
            capped = allowed[side] < sums[side] and share < one.due.minor
            made[one.term.name] = Settled(one.term, one.spans, due, capped)
    return (made[one.term.name] for one in found)
