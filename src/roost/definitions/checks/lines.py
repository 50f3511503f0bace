"""A contract's lines: a rate that makes sense, of something that's measured."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.checks.sections import Section, Where
from roost.definitions.contract_documents import (
    AnchorDocument,
    BandDocument,
    ContractDocument,
    LineDocument,
    StepDocument,
)
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.office.contracts.model import BY_CONTACT, HOURS, TIMED, Banding, Measure

RESERVED: Final = frozenset({"minimum", "floor", "above-forecast", "term", "item"})
COSTS: Final = ("agents", "trunks", "energy", "machine")
"""Kinds of cost that are known."""

Found = Iterator[Problem]


def check_lines(
    draft: Draft, client: str, source: Source[ContractDocument], section: Section
) -> Found:
    """All lines of one section."""
    names: set[str] = set()
    for place, line in enumerate(section.lines):
        where = (*section.path, "lines", place)
        if line.line in names:
            what = f"the line {line.line!r} stands twice"
            yield source.wrong((*where, "line"), "doubled-line", what, "Rename one")
        elif line.line in RESERVED:
            what = f"a line can't be called {line.line!r}: the invoice has one of that name"
            yield source.wrong((*where, "line"), "reserved-line", what, "Rename it")
        names.add(line.line)
        yield from _measure(source, where, line)
        yield from _rate(source, where, line)
        yield from _volume(source, where, line)
        yield from _of_measure(draft, client, source, where, line)
        yield from _queues(draft, client, source, where, section, line)


def _measure(source: Source[ContractDocument], where: Where, line: LineDocument) -> Found:
    measures = [str(measure) for measure in Measure]
    if line.measure not in measures:
        mend = did_you_mean(line.measure, measures)
        what = f"nothing measures {line.measure!r}"
        yield source.wrong((*where, "measure"), "unknown-measure", what, mend)
    elif line.unit is not UNSET and Measure(line.measure) not in TIMED:
        if Measure(line.measure) in HOURS:
            if line.round_per != "line":
                what = "agents' hours have no contacts: only the month's sum can be rounded"
                mend = "Write round_per: line"
                yield source.wrong((*where, "unit"), "round-per", what, mend)
            return
        mend = "Leave the unit out"
        what = f"{line.measure} have no unit of time"
        yield source.wrong((*where, "unit"), "unit", what, mend)
    elif line.round_per == "segment" and line.measure == Measure.CONNECTED_MINUTES:
        what = "connected time is the caller's, once: it has no segments"
        yield source.wrong((*where, "round_per"), "round-per", what, "Round per contact or line")
    if line.unit is not UNSET and times.length(line.unit) == 0:
        mend = "Write a unit such as 6s or 1m, or leave it out for exact time"
        yield source.wrong((*where, "unit"), "unit", "a unit of no length", mend)


def _rate(source: Source[ContractDocument], where: Where, line: LineDocument) -> Found:
    """One way of pricing, and no other."""
    ways = [
        name
        for name, there in (
            ("rate", line.rate is not UNSET),
            ("bands", bool(line.bands)),
            ("anchor", line.anchor is not UNSET),
            ("plus", line.plus is not UNSET),
        )
        if there
    ]
    if len(ways) > 1:
        what = f"the line {line.line!r} has {' and '.join(ways)}, which contradict each other"
        yield source.wrong((*where, ways[1]), "two-rates", what, f"Keep {' or '.join(ways)}")
    elif not ways and line.measure != Measure.COST:
        what, mend = f"the line {line.line!r} has no rate", "Write rate, bands or an anchor"
        yield source.wrong(where, "no-rate", what, mend)
    if line.rate is UNSET:
        return
    if Decimal(line.rate) < 0:
        mend = "Write it without the -"
        yield source.wrong((*where, "rate"), "negative-rate", f"a negative rate {line.rate}", mend)
    elif Decimal(line.rate) == 0:
        mend = "Write the rate, or remove the line"
        what = f"the line {line.line!r} costs nothing"
        yield source.wrong((*where, "rate"), "zero-rate", what, mend, Severity.WARNING)


def _volume(source: Source[ContractDocument], where: Where, line: LineDocument) -> Found:
    """Bands, included volume, anchors."""
    countable = line.measure in {str(one) for one in BY_CONTACT | HOURS}
    for key, there in (
        ("bands", bool(line.bands)),
        ("included", line.included is not UNSET),
        ("anchor", line.anchor is not UNSET),
    ):
        if there and not countable and line.measure in {str(one) for one in Measure}:
            what = f"{line.measure} has no volume"
            yield source.wrong((*where, key), "no-volume", what, "Leave it out")
        elif there and line.surcharges:
            what = f"a line can't have {key} and surcharges"
            mend = "Make two lines: one by volume, one for the night"
            yield source.wrong((*where, key), "two-rates", what, mend)
    if line.anchor is not UNSET and line.included is not UNSET:
        mend = "Leave it out: the base volume is what's included"
        what = "an anchored line has no included volume beside its base"
        yield source.wrong((*where, "included"), "two-rates", what, mend)
    yield from _bands(source, where, line)
    if line.anchor is not UNSET:
        yield from _anchor(source, (*where, "anchor"), line.anchor)


def _bands(source: Source[ContractDocument], where: Where, line: LineDocument) -> Found:
    """From zero on without a gap, without end."""
    low = Decimal(0)
    for place, band in enumerate(line.bands):
        here = (*where, "bands", place)
        last = place == len(line.bands) - 1
        if Decimal(band.rate) < 0:
            mend, what = "Write it without the -", f"a negative rate {band.rate}"
            yield source.wrong((*here, "rate"), "negative-rate", what, mend)
        if band.to is UNSET:
            if not last:
                what = "bands overlap: this one has no end, and another follows"
                yield source.wrong(here, "bands-overlap", what, "Write where it ends: `to`")
            continue
        if last:
            what = f"a gap: nothing says what costs more than {band.to}"
            yield source.wrong((*here, "to"), "bands-gap", what, "Leave the last band's `to` out")
        if Decimal(band.to) <= low:
            what = f"bands overlap: up to {band.to}, after up to {low}"
            yield source.wrong((*here, "to"), "bands-overlap", what, "Write the edges upwards")
        low = Decimal(band.to)
    if line.banding is Banding.WHOLE:
        yield from _cheaper(source, where, line.bands)


def _cheaper(source: Source[ContractDocument], where: Where, bands: list[BandDocument]) -> Found:
    """Whole bands: one contact more may cost less than one fewer."""
    for place, band in enumerate(bands[:-1]):
        following = bands[place + 1]
        if band.to is UNSET:
            continue
        edge = Decimal(band.to)
        here, beyond = edge * Decimal(band.rate), (edge + 1) * Decimal(following.rate)
        if beyond < here:
            what = f"more volume costs less: {edge} cost {here}, {edge + 1} cost {beyond}"
            mend = "Write banding: graduated, or mean it"
            path = (*where, "bands", place + 1, "rate")
            yield source.wrong(path, "cheaper-by-more", what, mend, Severity.WARNING)


def _anchor(source: Source[ContractDocument], where: Where, anchor: AnchorDocument) -> Found:
    if Decimal(anchor.volume) <= 0:
        what, mend = "a base volume of nothing", "Write the volume that the sum is for"
        yield source.wrong((*where, "volume"), "no-volume", what, mend)
    dead = Decimal(anchor.dead_band)
    yield from _steps(source, (*where, "up"), anchor.up, 100 + dead, 1)
    yield from _steps(source, (*where, "down"), anchor.down, 100 - dead, -1)
    if anchor.up and anchor.up[-1].to is not UNSET:
        what = f"above {anchor.up[-1].to} % of the base nothing more is charged"
        mend = "Leave the last step's `to` out, or mean it"
        path = (*where, "up", len(anchor.up) - 1, "to")
        yield source.wrong(path, "anchor-end", what, mend, Severity.WARNING)


def _steps(
    source: Source[ContractDocument],
    where: Where,
    steps: list[StepDocument],
    edge: Decimal,
    way: int,
) -> Found:
    """Away from the base, without a gap."""
    for place, step in enumerate(steps):
        here = (*where, place)
        if Decimal(step.rate) < 0:
            mend, what = "Write it without the -", f"a negative rate {step.rate}"
            yield source.wrong((*here, "rate"), "negative-rate", what, mend)
        if step.to is UNSET:
            if place < len(steps) - 1:
                what = "steps overlap: this one has no end, and another follows"
                yield source.wrong(here, "bands-overlap", what, "Write where it ends: `to`")
            continue
        to = Decimal(step.to)
        if (to - edge) * way <= 0:
            what = f"{step.to} % isn't beyond {edge} %"
            mend = "Write the steps away from the base, in a hundred of it"
            yield source.wrong((*here, "to"), "bands-overlap", what, mend)
        edge = to


def _of_measure(
    draft: Draft, client: str, source: Source[ContractDocument], where: Where, line: LineDocument
) -> Found:
    """What belongs to some measures only."""
    for key, there, measure in (
        ("codes", bool(line.codes), Measure.RESULTS),
        ("window", line.window != "0", Measure.RESULTS),
        ("fte", line.fte is not UNSET, Measure.FTE),
        ("plus", line.plus is not UNSET, Measure.COST),
        ("costs", bool(line.costs), Measure.COST),
    ):
        if there and line.measure != measure:
            what, mend = f"`{key}` is only for the measure {measure}", "Leave it out"
            yield source.wrong((*where, key), "other-measure", what, mend)
    if line.measure == Measure.RESULTS and not line.codes:
        what, mend = "which results?", "Name the wrap-up codes that count: codes"
        yield source.wrong(where, "no-codes", what, mend)
    own = draft.clients.get(client)
    if own is not None:
        known = [one.code for one in own.document.wrap_up_codes]
        for place, code in enumerate(line.codes):
            if code not in known:
                mend = did_you_mean(code, known)
                what = f"no contact ends with the wrap-up code {code!r}"
                yield source.wrong((*where, "codes", place), "unknown-code", what, mend)
    for place, kind in enumerate(line.costs):
        if kind not in COSTS:
            what, mend = f"nothing is known of a cost {kind!r}", did_you_mean(kind, COSTS)
            yield source.wrong((*where, "costs", place), "unknown-cost", what, mend)
    if line.measure == Measure.FTE:
        yield from _fte(source, where, line)


def _fte(source: Source[ContractDocument], where: Where, line: LineDocument) -> Found:
    fte = line.fte
    if fte is UNSET:
        what, mend = "equivalents of what?", "Write fte: {contracted: 12}, or {hours: 166}"
        yield source.wrong(where, "no-fte", what, mend)
    elif (fte.contracted is UNSET) == (fte.hours is UNSET):
        what = "equivalents are contracted, or delivered in hours, and one of both"
        mend = "Write contracted, or hours"
        yield source.wrong((*where, "fte"), "two-rates", what, mend)
    elif fte.hours is not UNSET and Decimal(fte.hours) <= 0:
        what, mend = "an equivalent of no hours", "Write the hours of a month: 166"
        yield source.wrong((*where, "fte", "hours"), "no-hours", what, mend)


def _queues(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    where: Where,
    section: Section,
    line: LineDocument,
) -> Found:
    own = draft.clients.get(client)
    if own is None:
        return
    for index, queue in enumerate(line.queues):
        place = (*where, "queues", index)
        if queue not in own.document.queues:
            mend = did_you_mean(queue, own.document.queues)
            yield source.wrong(place, "unknown-queue", f"unknown queue {queue!r}", mend)
        elif section.queues is not None and queue not in section.queues:
            mend = did_you_mean(queue, section.queues)
            what = f"the queue {queue!r} isn't one of the programme {section.name!r}"
            yield source.wrong(place, "other-programme", what, mend)
    hours = line.measure in {str(one) for one in HOURS} or (
        line.fte is not UNSET and line.fte.hours is not UNSET
    )
    if section.name and hours:
        what = "agents' hours are the client's, not a programme's"
        mend = "Write the line beside the programmes"
        yield source.wrong((*where, "measure"), "hours-of-programme", what, mend)
