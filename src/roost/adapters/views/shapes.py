"""The office's records and drafts in the shapes that `ports.records` promises."""

from fractions import Fraction
from typing import Any, cast

import msgspec

from roost.kernel.calendar import local_day
from roost.kernel.ids import ClientId, StreamName
from roost.kernel.money import MINOR_DIGITS, Money, rounded
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.office import billing
from roost.office.contracts import pricing
from roost.office.contracts.model import TIMED, Contract, ContractVersion, Line, RoundPer
from roost.office.contracts.period import days_of, period_of, span_of
from roost.office.contracts.pricing import Part, Unbilled, price, version_at
from roost.office.invoices.messages import Draft
from roost.office.reactions import measured_of
from roost.office.records.chapters import chapters
from roost.office.records.model import Record
from roost.ports.log import LogReader
from roost.ports.records import (
    CallbackTry,
    CallInTurn,
    ContactRecord,
    ContactSummary,
    Happening,
    InvoiceDraft,
    InvoiceLine,
    LegRecord,
    PricedLine,
    SegmentRecord,
    TrackRecord,
    Working,
)


def _priced(
    in_force: dict[ClientId, Contract], record: Record
) -> tuple[Contract, ContractVersion, tuple[Part, ...]] | None:
    contract, measured = in_force.get(record.client), measured_of(record)
    if contract is None or measured is None:
        return None
    parts = price(contract, measured)
    version = version_at(contract, local_day(contract.zone, measured.at))
    if isinstance(parts, Unbilled) or version is None:
        return None
    return contract, version, parts


def _line(version: ContractVersion, name: str) -> Line:
    return next(line for line in version.lines if line.name == name)


def _earned(in_force: dict[ClientId, Contract], record: Record) -> Money | None:
    found = _priced(in_force, record)
    if found is None:
        return None
    contract, version, parts = found
    total = sum(
        (pricing.amount(_line(version, part.line), part.quantity) for part in parts), Fraction(0)
    )
    return rounded(total, contract.currency)


def summary(in_force: dict[ClientId, Contract], record: Record) -> ContactSummary:
    """A contact as a line of a list."""
    wait = record.waits[-1] if record.waits else None
    return ContactSummary(
        contact=record.contact,
        client=record.client,
        count=record.count,
        number=record.number,
        caller=record.caller,
        arrived=record.arrived,
        ended=record.ended,
        queue=None if wait is None else wait.queue,
        outcome=None if wait is None else wait.outcome,
        reason=record.choices[-1] if record.choices else "",
        agents=tuple(dict.fromkeys(segment.agent for segment in record.segments)),
        waited_us=DurationUs(sum(one.waited_us for one in record.waits)),
        talk_us=DurationUs(sum(one.talk_us for one in record.segments)),
        codes=tuple(segment.code for segment in record.segments if segment.code),
        ended_by=record.blame,
        ended_why=record.reason,
        recordings=sum(1 for track in record.tracks if track.closed),
        message=record.message,
        earned=_earned(in_force, record),
        outbound=record.outbound,
        tasks=tuple(record.tasks),
    )


def full(
    in_force: dict[ClientId, Contract], record: Record, happened: tuple[Happening, ...]
) -> ContactRecord:
    """A contact with everything that belongs to it."""
    return ContactRecord(
        summary=summary(in_force, record),
        legs=_legs(record),
        segments=tuple(
            SegmentRecord(
                segment=one.segment,
                agent=one.agent,
                queue=one.queue,
                started=one.began,
                closed=one.closed,
                rang_us=one.rang_us,
                talk_us=one.talk_us,
                hold_us=one.hold_us,
                wrap_up_us=one.wrap_up_us,
                code=one.code,
                note=one.note,
            )
            for one in record.segments
        ),
        tracks=_tracks(record),
        lines=_lines(in_force, record),
        history=happened,
        chapters=chapters(record),
    )


def in_turn(
    in_force: dict[ClientId, Contract], first: Record | None, tries: list[Record]
) -> CallInTurn | None:
    """A promised call, where there's one."""
    if not tries:
        return None
    return CallInTurn(
        None if first is None else summary(in_force, first),
        tuple(
            CallbackTry(
                one.contact,
                one.count,
                one.arrived,
                one.ended,
                tuple(dict.fromkeys(segment.agent for segment in one.segments)),
                one.callback,
            )
            for one in tries
        ),
    )


def _legs(record: Record) -> tuple[LegRecord, ...]:
    return tuple(
        LegRecord(
            leg=leg.leg,
            agent=leg.agent,
            started=leg.started,
            connected=leg.connected,
            ended=leg.ended,
            blame=leg.blame,
            reason=leg.reason,
            received=leg.received,
            sent=leg.sent,
            lost=leg.lost,
            jitter_us=leg.jitter_us,
            far_lost=leg.far_lost,
            round_trip_us=leg.round_trip_us or None,
            mos_in=leg.mos_in,
            mos_out=leg.mos_out,
        )
        for leg in record.legs
    )


def _tracks(record: Record) -> tuple[TrackRecord, ...]:
    agents = {leg.leg: leg.agent for leg in record.legs}
    return tuple(
        TrackRecord(
            leg=track.leg,
            agent=agents.get(track.leg),
            purpose=track.purpose,
            file=track.file,
            started=track.started,
            length_us=track.length_us,
            gap_us=track.gap_us,
        )
        for track in record.tracks
        if track.closed
    )


def _lines(in_force: dict[ClientId, Contract], record: Record) -> tuple[PricedLine, ...]:
    found = _priced(in_force, record)
    if found is None:
        return ()
    contract, version, parts = found
    measured = measured_of(record)
    assert measured is not None
    first = days_of(period_of(contract.zone, measured.at))[0]
    made: list[PricedLine] = []
    for part in parts:
        line = _line(version, part.line)
        quantity, unit = pricing.shown(line, part.quantity)
        made.append(
            PricedLine(
                line=billing.line_name(line.name, version.effective_day, first),
                name=line.text,
                quantity=quantity,
                unit=unit,
                rate=line.rate,
                amount=rounded(pricing.amount(line, part.quantity), contract.currency),
                events=part.events,
            )
        )
    return tuple(made)


def working(contract: Contract, version: ContractVersion, line: Line, record: Record) -> Working:
    """One contact's part of a line, not rounded."""
    measured = measured_of(record)
    assert measured is not None, "only finished contacts have parts"
    parts = price(contract, measured)
    assert not isinstance(parts, Unbilled), "only billed contacts have parts"
    part = next(one for one in parts if one.line == line.name)
    assert part.version == version.effective_day
    quantity, unit = pricing.shown(line, part.quantity)
    return Working(
        contact=record.contact,
        client=record.client,
        count=record.count,
        at=measured.at,
        quantity=f"{quantity} {unit}",
        amount=pricing.decimal_text(pricing.amount(line, part.quantity), 6),
        rule=rule(contract, line),
        events=part.events,
    )


def rule(contract: Contract, line: Line) -> str:
    """How a line is priced, in words."""
    if line.measure not in TIMED:
        return f"{line.rate} {contract.currency} for each"
    exact = f"{line.rate} {contract.currency} a minute"
    if line.unit_us is None:
        return f"{exact}, exact"
    unit = pricing.decimal_text(Fraction(line.unit_us, SECOND), 3)
    per = "the line's sum" if line.round_per is RoundPer.LINE else f"each {line.round_per}"
    return f"{exact}, {per} up to started {unit} s"


def minimum_working(contract: Contract, made: Draft, until: InstantUs) -> list[Working]:
    """The month's minimum: one part, without a contact. Empty when usage passes it."""
    digits = MINOR_DIGITS[contract.currency]
    return [
        Working(
            contact=None,
            client=contract.client,
            count=None,
            at=until,
            quantity="1 month",
            amount=pricing.decimal_text(Fraction(line.amount.minor, 10**digits), digits),
            rule=f"{line.text}; usage came to {made.usage}",
            events=(),
        )
        for line in made.lines
        if line.name == billing.MINIMUM
    ]


def draft(contract: Contract, made: Draft) -> InvoiceDraft:
    """A draft as it's asked for."""
    since, until = span_of(contract.zone, made.period)
    return InvoiceDraft(
        client=made.client,
        period=made.period,
        since=since,
        until=until,
        lines=tuple(
            InvoiceLine(line.name, line.text, line.quantity, line.unit, line.rate, line.amount)
            for line in made.lines
        ),
        total=made.total,
        contract=f"{made.contract} ({made.evaluator}, {made.zones})",
    )


def history(reader: LogReader | None, stream: StreamName, record: Record) -> tuple[Happening, ...]:
    """A contact's events, read from the log by their numbers."""
    if reader is None:
        return ()
    found: list[Happening] = []
    for number in record.numbers:
        for row in reader.read(stream, number - 1, 1):
            body = cast("dict[str, Any]", msgspec.json.decode(row.body))
            detail = {
                name: value if isinstance(value, str) else msgspec.json.encode(value).decode()
                for name, value in body.items()
                if name not in ("owner", "contact") and value not in (None, "", [], {})
            }
            found.append(Happening(row.at, row.number, row.type, detail))
    return tuple(found)
