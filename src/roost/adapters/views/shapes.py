"""The office's records and drafts in the shapes that `ports.records` promises."""

from fractions import Fraction
from typing import Any, cast

import msgspec

from roost.adapters.views.projection import InForce
from roost.kernel.ids import StreamName
from roost.kernel.money import Money, rounded
from roost.kernel.time import DurationUs
from roost.office.contracts.model import Contract
from roost.office.contracts.period import period_of, span_of
from roost.office.contracts.plan import Plan, Planned
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.contracts.rates import shown, unit_rate, worth
from roost.office.facts import NOTHING_TOLD, corrected, out_of_the_bill
from roost.office.invoices.messages import Draft, DraftLine
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
    InvoiceTax,
    LegRecord,
    PricedLine,
    SegmentRecord,
    TrackRecord,
)


def _priced(in_force: InForce, record: Record) -> tuple[Plan, tuple[Part, ...]] | None:
    contract, measured = in_force.contracts.get(record.client), measured_of(record)
    told = in_force.told.get(record.client, NOTHING_TOLD)
    if contract is None or measured is None:
        return None
    plan = Plan(contract)
    parts = out_of_the_bill(told, measured) or price(plan, corrected(told, measured))
    return None if isinstance(parts, Unbilled) else (plan, parts)


def _line(plan: Plan, part: Part) -> Planned:
    return next(
        one
        for own in plan.lines
        for one in own
        if one.name == part.line and one.since == part.since
    )


def _earned(in_force: InForce, record: Record) -> Money | None:
    found = _priced(in_force, record)
    if found is None:
        return None
    plan, parts = found
    total = sum(
        (worth(_line(plan, part).line, part.quantity, part.surcharge) for part in parts),
        Fraction(0),
    )
    return rounded(total, plan.contract.currency)


def summary(in_force: InForce, record: Record) -> ContactSummary:
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


def full(in_force: InForce, record: Record, happened: tuple[Happening, ...]) -> ContactRecord:
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


def in_turn(in_force: InForce, first: Record | None, tries: list[Record]) -> CallInTurn | None:
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


def _lines(in_force: InForce, record: Record) -> tuple[PricedLine, ...]:
    """A contact's lines, each by itself: what it comes to in a band shows in its draft."""
    found = _priced(in_force, record)
    if found is None:
        return ()
    plan, parts = found
    made: list[PricedLine] = []
    for part in parts:
        planned = _line(plan, part)
        quantity, unit = shown(planned.line, part.quantity)
        exact = worth(planned.line, part.quantity, part.surcharge)
        made.append(
            PricedLine(
                line=name_in(plan, planned, part),
                name=planned.line.text,
                quantity=quantity,
                unit=unit,
                rate=unit_rate(planned.line, part.surcharge),
                amount=rounded(exact, plan.contract.currency),
                events=part.events,
            )
        )
    return tuple(made)


def name_in(plan: Plan, planned: Planned, part: Part) -> str:
    """The name that a part's line has on its month's draft."""
    span = span_of(plan.contract.zone, period_of(plan.contract.zone, part.at))
    named = f"{planned.name}:{part.surcharge}" if part.surcharge else planned.name
    moment = plan.moment_of(planned, *span)
    return f"{named}@{moment}" if moment else named


def draft(contract: Contract, made: Draft) -> InvoiceDraft:
    """A draft as it's asked for."""
    since, until = span_of(contract.zone, made.period)
    return InvoiceDraft(
        client=made.client,
        period=made.period,
        since=since,
        until=until,
        lines=tuple(_invoiced(line) for line in made.lines),
        total=made.total,
        contract=f"{made.contract} ({made.evaluator}, {made.zones})",
        taxes=tuple(InvoiceTax(one.category, one.rate, one.net, one.tax) for one in made.taxes),
        gross=made.gross,
        damages=tuple(_invoiced(line) for line in made.damages),
    )


def _invoiced(line: DraftLine) -> InvoiceLine:
    return InvoiceLine(
        line.name,
        line.text,
        line.quantity,
        line.unit,
        line.rate,
        line.amount,
        str(line.kind),
        line.programme,
        line.clause,
        line.tax,
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
