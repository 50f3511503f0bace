"""What a month's quantity of one line costs: included volume, bands, anchors, equivalents.

Everything is an exact fraction of the currency's major unit; rounding is the invoice line's.
Volumes are in the line's unit: contacts, segments, minutes, hours. `part` is how much of the month
the contract holds: fixed sums, base and included volumes and bands shrink with it (BILLING, 6).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Final

from msgspec import Struct

from roost.kernel.time import HOUR, MINUTE
from roost.office.contracts.model import (
    HOURS,
    TIMED,
    Anchor,
    AnchorFrom,
    AnchorStep,
    Band,
    Banding,
    Line,
    Measure,
    RoundPer,
)
from roost.office.contracts.pricing import started
from roost.office.contracts.surcharges import rate_of

NOTHING: Final = Fraction(0)
RENEGOTIATE: Final = "renegotiate"


class Charged(StrEnum):
    """What a charge is, for the invoice's kinds of lines."""

    USAGE = "usage"
    INCLUDED = "included"
    FIXED = "fixed"


class Charge(Struct, frozen=True, gc=False):
    """One line of a draft, not rounded. `suffix` goes on the line's name: "night", "band-2";
    `note` is a word that the page tells."""

    suffix: str
    quantity: Fraction
    unit: str
    rate: str
    amount: Fraction
    contacts: int = 0
    kind: Charged = Charged.USAGE
    note: str = ""


class Total(Struct, frozen=True, gc=False):
    """A line's month under one surcharge: contacts, and what they come to (a count, or µs)."""

    contacts: int
    quantity: int | Fraction  # a fraction only of what a forecast promised


#: By surcharge; "" is without.
Sums = Mapping[str, Total]


def number(text: str) -> Fraction:
    """A decimal, exactly."""
    return Fraction(Decimal(text))


def volume(line: Line, quantity: int | Fraction) -> Fraction:
    """A measured quantity in the line's unit, rounded up to started units where the contract
    rounds the sum."""
    if line.unit_us is not None and line.round_per is RoundPer.LINE:
        quantity = started(int(quantity), line.unit_us)
    if line.measure in TIMED:
        return Fraction(quantity) / MINUTE
    if line.measure in HOURS or line.measure is Measure.FTE:
        return Fraction(quantity) / HOUR
    return Fraction(quantity)


UNITS: Final = {
    Measure.CONTACTS: "contact",
    Measure.SEGMENTS: "segment",
    Measure.CONNECTED_MINUTES: "min",
    Measure.HANDLED_MINUTES: "min",
    Measure.RESULTS: "result",
    Measure.PRODUCTION_HOURS: "h",
    Measure.PAID_HOURS: "h",
    Measure.FTE: "FTE",
    Measure.FIXED: "month",
    Measure.COST: "cost",
}


def charges(line: Line, sums: Sums, part: Fraction, cost: Fraction = NOTHING) -> list[Charge]:
    """A line's charges for a month. `cost`: what the month cost, for a line of that measure."""
    match line.measure:
        case Measure.FIXED:
            return [_fixed(line, part)]
        case Measure.COST:
            rate = 1 + number(line.plus or "0") / 100
            return [Charge("", cost, UNITS[line.measure], text(rate), cost * rate)]
        case Measure.FTE:
            return list(_fte(line, sums, part))
        case _:
            pass
    if line.surcharges:
        order = ["", *(one.name for one in line.surcharges)]
        return [
            _plain(line, name, sums[name].quantity, sums[name].contacts, rate_of(line, name))
            for name in order
            if name in sums
        ]
    if not sums and line.anchor is None:
        return []
    found = sums.get("", Total(0, 0))
    if line.anchor is not None:
        return list(_anchored(line, line.anchor, found, part))
    if line.bands or line.included:
        return list(_banded(line, found, part))
    return [_plain(line, "", found.quantity, found.contacts, line.rate)]


def _plain(line: Line, suffix: str, quantity: int | Fraction, contacts: int, rate: str) -> Charge:
    exact = volume(line, quantity)
    return Charge(suffix, exact, UNITS[line.measure], rate, exact * number(rate), contacts)


def _fixed(line: Line, part: Fraction) -> Charge:
    return Charge("", part, "month", line.rate, number(line.rate) * part, kind=Charged.FIXED)


def _fte(line: Line, sums: Sums, part: Fraction) -> Iterator[Charge]:
    assert line.fte is not None
    if line.fte.contracted:
        count = number(line.fte.contracted) * part
        yield Charge("", count, "FTE", line.rate, count * number(line.rate), kind=Charged.FIXED)
        return
    hours = sum((volume(line, one.quantity) for one in sums.values()), NOTHING)
    count = hours / number(line.fte.hours)
    note = ""
    if line.fte.ceiling and count > (ceiling := number(line.fte.ceiling) * part):
        count, note = ceiling, "ceiling"
    yield Charge("", count, "FTE", line.rate, count * number(line.rate), note=note)


def _banded(line: Line, found: Total, part: Fraction) -> Iterator[Charge]:
    """Included volume first, then bands over what's left."""
    whole = volume(line, found.quantity)
    used = min(whole, number(line.included or "0") * part)
    unit = UNITS[line.measure]
    counted = line.measure not in TIMED and line.measure not in HOURS
    if used:
        yield Charge("included", used, unit, "0", NOTHING, kind=Charged.INCLUDED)
    rest = whole - used
    if not line.bands:
        contacts = int(rest) if counted else found.contacts
        yield Charge("", rest, unit, line.rate, rest * number(line.rate), contacts)
        return
    if line.banding is Banding.WHOLE:
        place, rate = band_of(line.bands, rest, part)
        contacts = int(rest) if counted else found.contacts
        yield Charge(f"band-{place}", rest, unit, rate, rest * number(rate), contacts)
        return
    for place, (low, high, rate) in enumerate(edges(line.bands, part), 1):
        inside = (rest if high is None else min(rest, high)) - low
        if inside > 0:
            contacts = int(inside) if counted else (found.contacts if place == 1 else 0)
            yield Charge(f"band-{place}", inside, unit, rate, inside * number(rate), contacts)


def edges(
    bands: tuple[Band, ...], part: Fraction
) -> Iterator[tuple[Fraction, Fraction | None, str]]:
    """Each band's lower and upper edge with its rate."""
    low = NOTHING
    for band in bands:
        high = None if band.upto is None else number(band.upto) * part
        yield low, high, band.rate
        if high is not None:
            low = high


def band_of(bands: tuple[Band, ...], exact: Fraction, part: Fraction) -> tuple[int, str]:
    """The band that a volume is in, from 1 on, and its rate."""
    for place, (_, high, rate) in enumerate(edges(bands, part), 1):
        if high is None or exact <= high:
            return place, rate
    return len(bands), bands[-1].rate


def _anchored(line: Line, anchor: Anchor, found: Total, part: Fraction) -> Iterator[Charge]:
    exact, unit = volume(line, found.quantity), UNITS[line.measure]
    base = number(anchor.volume) * part
    dead = base * number(anchor.dead_band) / 100
    amount = number(anchor.amount) * part
    steps = [*_beyond(anchor, base, dead, exact)]
    far = _far(anchor, base, exact)
    note = RENEGOTIATE if far else ""
    yield Charge("base", part, "month", anchor.amount, amount, found.contacts, Charged.FIXED, note)
    for suffix, rate, inside in steps:
        yield Charge(suffix, inside, unit, rate, inside * number(rate))


def _beyond(
    anchor: Anchor, base: Fraction, dead: Fraction, exact: Fraction
) -> Iterator[tuple[str, str, Fraction]]:
    """What lies beyond the dead band: name, rate and volume, step by step."""
    from_base = anchor.start is AnchorFrom.BASE
    if exact > base + dead:
        low = base if from_base else base + dead
        for place, (step, inside) in enumerate(_up(anchor.up, base, low, exact), 1):
            yield f"additional-{place}", step.rate, inside
    elif exact < base - dead:
        high = base if from_base else base - dead
        for place, (step, inside) in enumerate(_down(anchor.down, base, high, exact), 1):
            yield f"reduced-{place}", f"-{step.rate}", inside


def _far(anchor: Anchor, base: Fraction, exact: Fraction) -> bool:
    """Whether the volume is beyond every step: nothing more is charged or credited there."""
    lowest = anchor.down[-1].to if anchor.down else None
    highest = anchor.up[-1].to if anchor.up else None
    below = lowest is not None and exact < base * number(lowest) / 100
    return below or (highest is not None and exact > base * number(highest) / 100)


def _up(
    steps: tuple[AnchorStep, ...], base: Fraction, low: Fraction, exact: Fraction
) -> Iterator[tuple[AnchorStep, Fraction]]:
    for step in steps:
        high = exact if step.to is None else min(exact, base * number(step.to) / 100)
        if high > low:
            yield step, high - low
            low = high


def _down(
    steps: tuple[AnchorStep, ...], base: Fraction, high: Fraction, exact: Fraction
) -> Iterator[tuple[AnchorStep, Fraction]]:
    for step in steps:
        low = exact if step.to is None else max(exact, base * number(step.to) / 100)
        if low < high:
            yield step, high - low
            high = low


def placed(line: Line) -> bool:
    """Whether what a contact costs hangs on its place: by (end, contact id) (BILLING, 2)."""
    return bool(line.bands or line.included or line.anchor)


def reach(line: Line, suffix: str, part: Fraction) -> tuple[Fraction, Fraction | None]:
    """From where to where a charge's contacts are placed, in measured quantities (a count, µs);
    None: without end."""
    unit = MINUTE if line.measure in TIMED else HOUR if line.measure in HOURS else 1
    low, high = _reach(line, suffix, part)
    return low * unit, None if high is None else high * unit


def _reach(line: Line, suffix: str, part: Fraction) -> tuple[Fraction, Fraction | None]:
    word, _, place = suffix.rpartition("-")
    if line.anchor is not None:
        if word != "additional":
            return NOTHING, None
        base = number(line.anchor.volume) * part
        edge = 0 if line.anchor.start is AnchorFrom.BASE else number(line.anchor.dead_band)
        tos = [edge, *(None if one.to is None else number(one.to) - 100 for one in line.anchor.up)]
        low, high = tos[int(place) - 1], tos[int(place)]
        return base * (100 + (low or 0)) / 100, None if high is None else base * (100 + high) / 100
    included = number(line.included or "0") * part
    if suffix == "included":
        return NOTHING, included
    if not line.bands or line.banding is Banding.WHOLE:
        return included, None
    low, high, _ = list(edges(line.bands, part))[int(place) - 1]
    return included + low, None if high is None else included + high


def worth(line: Line, quantity: int, surcharge: str = "") -> Fraction:
    """What a quantity brings by itself: at its rate, at the first band's, or at the average of an
    anchored base. Nothing for lines of the month."""
    if line.anchor is not None:
        return volume(line, quantity) * number(line.anchor.amount) / number(line.anchor.volume)
    rate = line.bands[0].rate if line.bands else rate_of(line, surcharge)
    if line.measure in (Measure.FIXED, Measure.COST, Measure.FTE):
        return NOTHING
    return volume(line, quantity) * number(rate)


def unit_rate(line: Line, surcharge: str = "") -> str:
    """The rate of one unit by itself, for reading."""
    return line.bands[0].rate if line.bands else rate_of(line, surcharge)


def shown(line: Line, quantity: int) -> tuple[str, str]:
    """A quantity for reading, and its unit. Times to four places, for reading only."""
    return text(volume(line, quantity)), UNITS[line.measure]


def text(value: Fraction) -> str:
    """A volume for reading, to four places."""
    return decimal_text(value, 4)


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
