"""The evaluator: what one contact adds to each of its contract's lines.

Quantities are integers (contacts, segments, microseconds), rates decimals; a product is an
exact fraction and is rounded once, at the invoice's line (BILLING, 1).
"""

from decimal import Decimal
from fractions import Fraction
from typing import Final

from msgspec import Struct

from roost.floor.parties import SegmentKind
from roost.kernel.calendar import local_day
from roost.kernel.time import MINUTE
from roost.office.contracts.measured import Measured, MeasuredSegment, connected_us
from roost.office.contracts.model import (
    TIMED,
    Contract,
    ContractVersion,
    Line,
    Measure,
    RoundPer,
)

EVALUATOR: Final = "contracts/2"
"""Its version, printed on every draft: a changed rule gets a new one."""


class Part(Struct, frozen=True, gc=False):
    """What a contact adds to one line. `quantity` is a count, or microseconds after rounding
    up to units; `version` the effective day of the contract's version; `events` where it
    comes from."""

    line: str
    version: int
    quantity: int
    events: tuple[int, ...]


class Unbilled(Struct, frozen=True, gc=False):
    """Why a contact has no line: one reason. "not_billable" is told with its kind."""

    reason: str


def version_at(contract: Contract, day: int) -> ContractVersion | None:
    """The version in force on a local day; None before the first."""
    found: ContractVersion | None = None
    for version in contract.versions:
        if version.effective_day <= day:
            found = version
    return found


def price(contract: Contract | None, measured: Measured) -> tuple[Part, ...] | Unbilled:
    """A contact's lines, or the one reason why it has none (BILLING, 1)."""
    if contract is None:
        return Unbilled("no_contract")
    version = version_at(contract, local_day(contract.zone, measured.at))
    if version is None:
        return Unbilled("before_contract")
    if measured.kind not in contract.billable:
        return Unbilled(str(measured.kind))
    parts = tuple(
        part for line in version.lines if (part := _part(version, line, measured)) is not None
    )
    return parts or Unbilled("no_line")


def _part(version: ContractVersion, line: Line, measured: Measured) -> Part | None:
    segments = measured.segments
    if line.queues:
        segments = tuple(segment for segment in segments if segment.queue in line.queues)
        if not segments and measured.queue not in line.queues:
            return None
    events = tuple(segment.event for segment in segments) or (measured.event,)
    quantity = _quantity(line, segments)
    return Part(line.name, version.effective_day, quantity, events)


def _quantity(line: Line, segments: tuple[MeasuredSegment, ...]) -> int:
    match line.measure:
        case Measure.CONTACTS:
            return 1
        case Measure.SEGMENTS:
            return sum(one.kind is not SegmentKind.CONSULT for one in segments)
        case Measure.CONNECTED_MINUTES:
            return _units(line, [connected_us(segments)])
        case Measure.HANDLED_MINUTES:
            return _units(line, [segment.handled_us for segment in segments])
        case _:
            raise AssertionError(f"no contact adds to {line.measure}")


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


def line_quantity(line: Line, total: int) -> int:
    """A line's sum, rounded up here if that's what its contract says."""
    if line.unit_us is not None and line.round_per is RoundPer.LINE:
        return started(total, line.unit_us)
    return total


def amount(line: Line, quantity: int) -> Fraction:
    """Quantity × rate, exact, in the currency's major unit."""
    rate = Fraction(Decimal(line.rate))
    if line.measure in TIMED:
        return rate * Fraction(quantity, MINUTE)
    return rate * quantity


def shown(line: Line, quantity: int) -> tuple[str, str]:
    """A quantity for reading, and its unit. Minutes to four places, for reading only."""
    if line.measure in TIMED:
        return decimal_text(Fraction(quantity, MINUTE), 4), "min"
    return str(quantity), "contact" if line.measure is Measure.CONTACTS else "segment"


def decimal_text(value: Fraction, places: int) -> str:
    """A fraction as a decimal, rounded half away from zero, without needless zeros."""
    scaled = value * 10**places
    whole, rest = divmod(abs(scaled.numerator), scaled.denominator)
    if 2 * rest >= scaled.denominator:
        whole += 1
    sign = "-" if value < 0 and whole else ""
    text = str(whole).rjust(places + 1, "0")
    tail = text[-places:].rstrip("0") if places else ""
    head = text[:-places] if places else text
    return sign + head + (f".{tail}" if tail else "")
