"""Contracts compiled to plain data: programmes, lines, terms; and what they share."""

from collections.abc import Iterable
from decimal import Decimal

from msgspec import UNSET, UnsetType

from roost.definitions import times
from roost.definitions.billing import company, day_kinds, sellers
from roost.definitions.contract_documents import (
    AnchorDocument,
    CapsDocument,
    ContractDocument,
    ForecastBy,
    ForecastDocument,
    FteDocument,
    ItemDocument,
    LineDocument,
    ProgrammeDocument,
    Silence,
    StatementDocument,
    StepDocument,
    SurchargeDocument,
    VersionDocument,
)
from roost.definitions.documents import Centre
from roost.definitions.load import ClientFolder, Loaded
from roost.definitions.service_documents import TermDocument
from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DAY, DurationUs, Hours, InstantUs, Zone
from roost.office.contracts.days import DayKinds
from roost.office.contracts.model import (
    Anchor,
    AnchorStep,
    Band,
    Caps,
    Contract,
    ContractVersion,
    ForecastTerms,
    Fte,
    Line,
    Measure,
    Programme,
    RoundPer,
    StatementRules,
    Surcharge,
)
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.terms import Term
from roost.office.contracts.words import language_of
from roost.office.measures.intervals import at_wall


def compile_contracts(loaded: Loaded) -> tuple[Contract, ...]:
    """The office's contracts, one a client that has one."""
    return tuple(
        _Compiler(loaded, folder, folder.contract.document).contract()
        for folder in loaded.clients.values()
        if folder.contract is not None
    )


class _Compiler:
    """One client's contract, with what its names mean."""

    def __init__(self, loaded: Loaded, folder: ClientFolder, document: ContractDocument) -> None:
        self.centre: Centre = loaded.centre.document
        self.folder, self.document = folder, document
        client = folder.client.document
        named = next(z for z in (document.zone, client.zone, self.centre.zone) if z is not UNSET)
        self.zone: Zone = times.zone(named)
        own = document.language
        self.language = client.language if own is UNSET else own
        shared = {} if loaded.billing is None else loaded.billing.document.days
        self.days = {name: day_kinds(name, one) for name, one in (shared | document.days).items()}
        self.sellers = {one.id: one for one in sellers(loaded.billing)}

    def contract(self) -> Contract:
        document = self.document
        last = "" if document.last_day is UNSET else document.last_day
        ends = times.local_day(last) if last else None
        return Contract(
            client=ClientId(self.folder.name),
            currency=document.currency,
            zone=self.zone,
            billable=tuple(sorted(document.billable)),
            versions=tuple(
                self.version(one)
                for one in sorted(document.versions, key=lambda one: one.effective)
            ),
            ends_day=None if ends is None else ends + 1,
            whole=document.part_periods == "whole",
            seller=None if document.seller is UNSET else self.sellers[document.seller],
            buyer=None if document.buyer is UNSET else company(document.buyer),
            tax=_text(document.tax),
            tax_included=document.tax_included,
            pools=tuple(sorted(document.pools.items())),
            one_off=tuple(_item(one) for one in document.one_off),
            statement=self.statement(document.statement),
            language=language_of(self.language),
            tests=tuple(document.test_callers),
        )

    def version(self, one: VersionDocument) -> ContractVersion:
        day = times.local_day(one.effective[:10]) or 0
        clock = one.effective[11:]
        at: InstantUs | None = None
        if clock:
            hour, minute = clock.split(":")
            at = at_wall(self.zone, day, int(hour) * 60 + int(minute))
        return ContractVersion(
            effective_day=day,
            lines=self.lines(one.lines),
            minimum=one.minimum,
            service=self.terms(one.service),
            at=at,
            order=one.order,
            caps=_caps(one.caps),
            forecast=_forecast(one.forecast),
            programmes=tuple(self.programme(name, it) for name, it in one.programmes.items()),
        )

    def programme(self, name: str, one: ProgrammeDocument) -> Programme:
        return Programme(
            name=name,
            text=one.text or name,
            queues=self.queues(one.queues),
            order=one.order,
            lines=self.lines(one.lines),
            minimum=one.minimum,
            service=self.terms(one.service),
            caps=_caps(one.caps),
            forecast=_forecast(one.forecast),
        )

    def queues(self, names: Iterable[str]) -> tuple[QueueId, ...]:
        return tuple(QueueId(f"{self.folder.name}/{name}") for name in names)

    def calendar(self, name: str | UnsetType) -> DayKinds | None:
        return None if name is UNSET else self.days[name]

    def lines(self, documents: Iterable[LineDocument]) -> tuple[Line, ...]:
        return tuple(
            Line(
                name=line.line,
                text=line.text or line.line,
                measure=Measure(line.measure),
                rate=_text(line.rate),
                unit_us=None if line.unit is UNSET else times.length(line.unit),
                round_per=RoundPer(line.round_per),
                queues=self.queues(line.queues),
                bands=tuple(Band(_text(one.to) or None, one.rate) for one in line.bands),
                banding=line.banding,
                included=_text(line.included),
                anchor=None if line.anchor is UNSET else _anchor(line.anchor),
                fte=None if line.fte is UNSET else _fte(line.fte),
                codes=tuple(line.codes),
                window_us=times.length(line.window),
                surcharges=tuple(_surcharge(one) for one in line.surcharges),
                calendar=self.calendar(line.calendar),
                split=line.split,
                plus=_text(line.plus),
                costs=tuple(line.costs),
                tax=_text(line.tax),
            )
            for line in documents
        )

    def statement(self, one: StatementDocument | UnsetType) -> StatementRules:
        if one is UNSET:
            return StatementRules()
        return StatementRules(
            cut_off=one.cut_off,
            answer_days=one.answer_days,
            silence_confirms=one.silence is Silence.CONFIRMS,
            raised=one.raised,
            payment_days=one.payment_days,
            calendar=self.calendar(one.calendar),
            working=tuple(one.working),
        )

    def terms(self, documents: Iterable[TermDocument]) -> tuple[Term, ...]:
        return tuple(self.term(one) for one in documents)

    def term(self, term: TermDocument) -> Term:
        return Term(
            name=term.term,
            queues=self.queues(term.queues),
            measure=term.measure,
            version=term.version,
            target=_share(term.target),
            period=term.period,
            side=term.side,
            interval_us=None if term.each is UNSET else times.length(term.each),
            kept=_share(term.kept),
            hours=None if term.hours is UNSET else self.hours(term.hours),
            step=term.step,
            point=term.point,
            percent=term.percent,
            amount=term.amount,
            lines=tuple(term.lines),
            cap_percent=_text(term.cap_percent),
            cap=_text(term.cap),
            minimum=term.minimum,
            treated=term.treated,
            relief=_text(term.relief),
            text=term.text,
        )

    def hours(self, name: str) -> Hours:
        client = self.folder.client.document
        around = self.centre.zone if client.zone is UNSET else client.zone
        own = client.calendars.get(name)
        calendar = own or self.centre.calendars[name]
        zone = around if own else self.centre.zone
        return times.hours(calendar, zone if calendar.zone is UNSET else calendar.zone)


def _text(value: str | UnsetType) -> str:
    return "" if value is UNSET else value


def _share(percent: str) -> str:
    """ "80" in a hundred as a part of one: "0.8"."""
    return str(Decimal(percent).scaleb(-2).normalize())


def _anchor(one: AnchorDocument) -> Anchor:
    return Anchor(
        one.volume, one.amount, one.dead_band, _steps(one.up), _steps(one.down), one.start
    )


def _steps(steps: Iterable[StepDocument]) -> tuple[AnchorStep, ...]:
    return tuple(AnchorStep(_text(one.to) or None, one.rate) for one in steps)


def _fte(one: FteDocument) -> Fte:
    return Fte(_text(one.contracted), Measure(one.of), _text(one.hours), _text(one.ceiling))


def _surcharge(one: SurchargeDocument) -> Surcharge:
    start, until = clock(one.start), clock(one.until)
    whole = start == 0 and until == DAY
    return Surcharge(
        one.surcharge,
        one.text or one.surcharge,
        one.percent,
        DurationUs(0 if whole else start),
        DurationUs(0 if whole else until % DAY),
        tuple(one.days),
    )


def clock(text: str) -> int:
    """ "22:00" as microseconds of the day."""
    hour, minute = text.split(":")
    return (int(hour) * 60 + int(minute)) * 60_000_000


def _caps(one: CapsDocument | UnsetType) -> Caps | None:
    if one is UNSET:
        return None
    return Caps(
        _text(one.malus),
        _text(one.malus_percent),
        _text(one.bonus),
        _text(one.bonus_percent),
        one.netted,
    )


def _forecast(one: ForecastDocument | UnsetType) -> ForecastTerms | None:
    if one is UNSET:
        return None
    return ForecastTerms(
        line=one.line,
        lead_days=one.lead_days,
        by_client=one.by is ForecastBy.CLIENT,
        floor=_text(one.floor),
        ceiling=_text(one.ceiling),
        surcharge=_text(one.surcharge),
        otherwise=one.otherwise,
    )


def _item(one: ItemDocument) -> OneOff:
    day = times.local_day(one.on) or 0
    tax = _text(one.tax)
    return OneOff(one.item, one.text, day, one.rate, one.quantity, one.unit, one.programme, tax)
