"""Promises: what has been kept so far, and so what one second more of waiting costs.

A target's counts run over its period, and over its interval where intervals are judged by
themselves. What a contact in time is worth follows from what is still needed: little where the
promise is safe, nothing where an interval is lost, the whole of it where it hangs in the balance.
Where a contract names hours, what enters outside of them neither counts nor costs, and what's still
to come is what may come in them.
Counted when a wait ends, in the period in which it ends: a contact that crosses a bound is
counted a moment late, which an order can bear (verdicts are the office's, by entry).
"""

from bisect import bisect_right
from typing import Final

from roost.floor.definition import ServiceTarget
from roost.floor.routing.model import Promise, Routing, Span
from roost.kernel.calendar import civil, day_number, local_day, start_of_day
from roost.kernel.ids import QueueId
from roost.kernel.time import HOUR, MINUTE, SECOND, InstantUs

MILLION: Final = 1_000_000
SAFE: Final = 10  # a promise that is kept already is worth a tenth
LOST: Final = 4  # one that can't be kept any more still costs by the point: a quarter
SOONEST_US: Final = SECOND  # nobody is nearer to the threshold than that
QUARTER_US: Final = 15 * MINUTE  # hours begin and end with one
PATIENCE_S: Final = 180  # by how fast people give up: what a second costs of an answer's worth


def begin(state: Routing, targets: tuple[ServiceTarget, ...]) -> None:
    """Targets of new definitions; what was counted for a target of the same name stays."""
    before = {promise.target.id: promise for promise in state.promises}
    state.promises = [before.get(target.id) or Promise(target) for target in targets]
    state.promised = {}
    for place, (promise, target) in enumerate(zip(state.promises, targets, strict=True)):
        changed = promise.target.hours != target.hours
        promise.target = target
        if changed:
            _hours(promise)
        for queue in target.queues:
            state.promised.setdefault(queue, []).append(place)


def counted(
    state: Routing,
    queue: QueueId,
    outcome: str,
    short: bool,
    in_target: bool,
    entered: InstantUs,
    at: InstantUs,
) -> None:
    """A wait has ended."""
    for place in state.promised.get(queue, ()):
        promise = state.promises[place]
        if not _concerns(promise.target, entered):
            continue
        _turn(promise, at)
        good, of = _counts(promise.target, outcome, short, in_target)
        for span in (promise.period, promise.interval):
            span.good += good
            span.all += of
        promise.weight = _weight(promise, at)


def _concerns(target: ServiceTarget, entered: InstantUs) -> bool:
    """Whether the promise is about what entered then."""
    return target.hours is None or target.hours.open_at(entered)


def _counts(target: ServiceTarget, outcome: str, short: bool, in_target: bool) -> tuple[int, int]:
    """What a wait adds to the promise's part and whole."""
    if outcome == "answered":
        return int(in_target), 1
    if outcome != "abandoned" or target.abandoned == "out" or (short and target.short_out):
        return 0, 0
    if in_target and target.abandoned != "missed":
        return (1, 1) if target.abandoned == "good_in_time" else (0, 0)
    return 0, 1


def _turn(promise: Promise, at: InstantUs) -> None:
    """Into the period, and the interval, that an instant lies in."""
    target = promise.target
    if at >= promise.period.until:
        promise.period = Span(*_period(target, at))
        _hours(promise)
    if target.interval_us and at >= promise.interval.until:
        begin_at = at - at % target.interval_us
        promise.interval = Span(InstantUs(begin_at), InstantUs(begin_at + target.interval_us))


def _period(target: ServiceTarget, at: InstantUs) -> tuple[InstantUs, InstantUs]:
    """The day, or the month, around an instant, in the contract's zone."""
    day = local_day(target.zone, at)
    if target.by_day:
        first, following = day, day + 1
    else:
        year, month, _ = civil(day)
        first = day_number(year, month, 1)
        following = day_number(year + month // 12, month % 12 + 1, 1)
    return start_of_day(target.zone, first), start_of_day(target.zone, following)


def _hours(promise: Promise) -> None:
    """The spans of the running period that count."""
    promise.opens, promise.closes, promise.before = [], [], []
    hours, period = promise.target.hours, promise.period
    if hours is None:
        return
    sum_us = 0
    for at in range(period.begin, period.until, QUARTER_US):
        if not hours.open_at(InstantUs(at)):
            continue
        if not promise.closes or promise.closes[-1] != at:
            promise.opens.append(at)
            promise.closes.append(at)
            promise.before.append(sum_us)
        promise.closes[-1] += QUARTER_US
        sum_us += QUARTER_US


def _counting(promise: Promise, begin: InstantUs, end: InstantUs) -> int:
    """How much of this part of the period counts."""
    if promise.target.hours is None:
        return end - begin
    return _counting_before(promise, end) - _counting_before(promise, begin)


def _counting_before(promise: Promise, at: InstantUs) -> int:
    place = bisect_right(promise.opens, at) - 1
    if place < 0:
        return 0
    return promise.before[place] + min(at, promise.closes[place]) - promise.opens[place]


def _weight(promise: Promise, at: InstantUs) -> int:
    """What one contact more in time is worth now, in thousandths of a minor unit."""
    target = promise.target
    span = promise.interval if target.interval_us else promise.period
    passed, left = _counting(promise, span.begin, at), _counting(promise, at, span.until)
    expected = span.all * left // max(1, passed, min(HOUR, passed + left))
    needed = -(-target.promised * (span.all + expected) // MILLION) - span.good
    rest = expected + 1
    if needed <= 0:
        return target.worth // SAFE
    if needed > rest:
        return 0 if target.interval_us else target.worth // LOST
    share = MILLION * needed // rest
    return target.worth * min(MILLION, MILLION * share // max(1, target.promised)) // MILLION


def cost(state: Routing, queue: QueueId, since: int, now: InstantUs) -> int:
    """What one second more of a wait costs that began at `since`, in millionths of a minor unit:
    the chance that the customer gives up, and the worth of a promise over the time that is left to
    keep it."""
    known = state.queues[queue]
    costs = 1000 * known.earns // PATIENCE_S
    left = known.target_us - (now - since)
    if left > 0:
        for place in state.promised.get(queue, ()):
            promise = state.promises[place]
            if not _concerns(promise.target, InstantUs(since)):
                continue
            weight = promise.weight if promise.period.until else promise.target.worth
            costs += 1000 * weight * SECOND // max(left, SOONEST_US)
    return costs
