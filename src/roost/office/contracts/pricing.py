"""The evaluator: what one contact, or an agent's quarter of an hour, adds to each of its
contract's lines.

Quantities are integers (contacts, segments, microseconds); what they cost is for the month
(`rates`), and is rounded once, at the invoice's line (BILLING, 1).
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from roost.floor.parties import SegmentKind
from roost.kernel.calendar import local_day
from roost.kernel.time import InstantUs
from roost.office.contracts.measured import Measured, MeasuredSegment, conversations
from roost.office.contracts.model import (
    HOURS,
    TIMED,
    Contract,
    ContractVersion,
    Line,
    Measure,
    RoundPer,
)
from roost.office.contracts.plan import Plan, Planned
from roost.office.contracts.surcharges import split, surcharge_at

EVALUATOR: Final = "contracts/3"
"""Its version, printed on every draft: a changed rule gets a new one."""


class Part(Struct, frozen=True, gc=False):
    """What a contact adds to one line. `quantity` is a count, or microseconds after rounding up
    to units; `since` where the line's run began; `surcharge` the name of what it falls under; `at`
    the instant that names its period, on the local `day`; `events` where it comes from."""

    line: str
    since: InstantUs
    quantity: int
    at: InstantUs
    day: int
    events: tuple[int, ...] = ()
    surcharge: str = ""


class Unbilled(Struct, frozen=True, gc=False):
    """Why a contact has no line: one reason. "not_billable" is told with its kind."""

    reason: str


def price(contract: Contract | Plan | None, measured: Measured) -> tuple[Part, ...] | Unbilled:
    """A contact's lines, or the one reason why it has none (BILLING, 1)."""
    if contract is None:
        return Unbilled("no_contract")
    plan = contract if isinstance(contract, Plan) else Plan(contract)
    at = measured.at
    index = plan.index_at(at)
    if index < 0:
        return Unbilled("before_contract")
    if plan.ends is not None and at >= plan.ends:
        return Unbilled("after_contract")
    if any(tag in plan.contract.tests for tag in measured.tags):
        return Unbilled("test")
    if measured.kind not in plan.contract.billable:
        return Unbilled(str(measured.kind))
    day = local_day(plan.contract.zone, at)
    if not plan.opened(day):
        return Unbilled("no_calendar")
    parts: list[Part] = []
    for planned in plan.lines[index]:
        if planned.line.measure in CONTACTS:
            parts += _parts(plan, planned, measured, at, day)
    if plan.results:
        parts += _results(plan, measured)
    return tuple(parts) or Unbilled("no_line")


CONTACTS: Final = frozenset({Measure.CONTACTS, Measure.SEGMENTS, *TIMED})
"""What a contact adds to at its end."""


def worked(plan: Plan, at: InstantUs, production_us: int, paid_us: int) -> list[Part]:
    """What an agent's time in one quarter of an hour adds to the lines by the hour."""
    index = plan.index_at(at)
    if index < 0 or (plan.ends is not None and at >= plan.ends):
        return []
    zone = plan.contract.zone
    day = local_day(zone, at)
    found: list[Part] = []
    for planned in plan.lines[index]:
        measure = planned.line.measure
        if planned.line.fte is not None:
            if planned.line.fte.contracted:
                continue
            measure = planned.line.fte.of
        if measure not in HOURS:
            continue
        length = production_us if measure is Measure.PRODUCTION_HOURS else paid_us
        if length:
            under = surcharge_at(planned.line, zone, at)
            found.append(Part(planned.name, planned.since, length, at, day, (), under))
    return found


def _results(plan: Plan, measured: Measured) -> list[Part]:
    """A result counts in the period in which its window closes."""
    found: list[Part] = []
    zone = plan.contract.zone
    for index, planned in plan.results:
        closes = InstantUs(measured.at + planned.line.window_us)
        if plan.index_at(closes) != index or (plan.ends is not None and closes >= plan.ends):
            continue
        events = tuple(
            one.event
            for one in measured.segments
            if one.code in planned.line.codes
            and one.kind is not SegmentKind.CONSULT
            and planned.has(one.queue)
        )
        if events:
            under = surcharge_at(planned.line, zone, _connected_at(measured))
            day = local_day(zone, closes)
            found.append(Part(planned.name, planned.since, 1, closes, day, events, under))
    return found


def _connected_at(measured: Measured) -> InstantUs:
    """The moment of connection: of the first agent, or (where there was none) the end."""
    return min((one.began for one in measured.segments), default=measured.at)


def _parts(plan: Plan, planned: Planned, measured: Measured, at: InstantUs, day: int) -> list[Part]:
    segments = measured.segments
    if planned.queues or planned.others:
        segments = tuple(one for one in segments if planned.has(one.queue))
        if not segments and (measured.segments or not planned.has(measured.queue)):
            return []
    events = tuple(one.event for one in segments) or (measured.event,)
    return [
        Part(planned.name, planned.since, quantity, at, day, events, under)
        for under, quantity in _quantities(plan, planned.line, measured, segments).items()
    ]


def _quantities(
    plan: Plan, line: Line, measured: Measured, segments: tuple[MeasuredSegment, ...]
) -> Mapping[str, int]:
    """Quantities by the surcharge that they fall under."""
    if line.surcharges:
        if line.split:
            return _split(plan, line, segments)
        if line.measure is Measure.SEGMENTS or line.round_per is RoundPer.SEGMENT:
            return _by_segment(plan, line, segments)
        under = surcharge_at(line, plan.contract.zone, _connected_at(measured))
        return {under: _quantity(line, segments)}
    return {"": _quantity(line, segments)}


def _split(plan: Plan, line: Line, segments: tuple[MeasuredSegment, ...]) -> Mapping[str, int]:
    if line.measure is Measure.CONNECTED_MINUTES:
        spans = conversations(segments)
    else:
        spans = [(one.began, InstantUs(one.began + one.handled_us)) for one in segments]
    found: dict[str, int] = {}
    for start, end in spans:
        for under, length in split(line, plan.contract.zone, start, end).items():
            found[under] = found.get(under, 0) + length
    return found or {"": 0}


def _by_segment(plan: Plan, line: Line, segments: tuple[MeasuredSegment, ...]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for one in segments:
        under = surcharge_at(line, plan.contract.zone, one.began)
        found[under] = found.get(under, 0) + _quantity(line, (one,))
    return found or {"": 0}


def _quantity(line: Line, segments: tuple[MeasuredSegment, ...]) -> int:
    match line.measure:
        case Measure.CONTACTS:
            return 1
        case Measure.SEGMENTS:
            return sum(one.kind is not SegmentKind.CONSULT for one in segments)
        case Measure.CONNECTED_MINUTES:
            lengths = [end - start for start, end in conversations(segments)]
            return _units(line, [sum(lengths)])
        case Measure.HANDLED_MINUTES:
            return _units(line, [segment.handled_us for segment in segments])
        case _:
            raise AssertionError(f"no contact adds to {line.measure} at its end")


def _units(line: Line, lengths: list[int]) -> int:
    """Microseconds, rounded up to the line's unit per contact or per segment; per line it's
    done when the line is summed."""
    if line.unit_us is None or line.round_per is RoundPer.LINE:
        return sum(lengths)
    if line.round_per is RoundPer.SEGMENT:
        return sum(started(length, line.unit_us) for length in lengths)
    return started(sum(lengths), line.unit_us)


def started(length_us: int, unit_us: int) -> int:
    """A length rounded up to started units."""
    return -(-length_us // unit_us) * unit_us


def version_at(contract: Contract, day: int) -> ContractVersion | None:
    """The version in force at a local day's end; None before the first."""
    found: ContractVersion | None = None
    for version in contract.versions:
        if version.effective_day <= day:
            found = version
    return found
