"""Contracts compiled to plain data: lines, and terms of service."""

from decimal import Decimal

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.documents import Centre, VersionDocument
from roost.definitions.load import ClientFolder, Loaded
from roost.definitions.service_documents import TermDocument
from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import Hours
from roost.office.contracts.model import Contract, ContractVersion, Line, Measure, RoundPer
from roost.office.contracts.terms import Term


def compile_contracts(loaded: Loaded) -> tuple[Contract, ...]:
    """The office's contracts, one a client that has one."""
    return tuple(
        _contract(loaded.centre.document, folder)
        for folder in loaded.clients.values()
        if folder.contract is not None
    )


def _contract(centre: Centre, folder: ClientFolder) -> Contract:
    assert folder.contract is not None
    document = folder.contract.document
    client = folder.client.document
    zone = next(z for z in (document.zone, client.zone, centre.zone) if z is not UNSET)
    versions = tuple(
        ContractVersion(
            effective_day=times.local_day(version.effective) or 0,
            minimum=version.minimum,
            service=_terms(centre, folder, version),
            lines=tuple(
                Line(
                    name=line.line,
                    text=line.text or line.line,
                    measure=Measure(line.measure),
                    rate=line.rate,
                    unit_us=None if line.unit is UNSET else times.length(line.unit),
                    round_per=RoundPer(line.round_per),
                    queues=tuple(QueueId(f"{folder.name}/{name}") for name in line.queues),
                )
                for line in version.lines
            ),
        )
        for version in sorted(document.versions, key=lambda one: one.effective)
    )
    return Contract(
        client=ClientId(folder.name),
        currency=document.currency,
        zone=times.zone(zone),
        billable=tuple(sorted(document.billable)),
        versions=versions,
    )


def _terms(centre: Centre, folder: ClientFolder, version: VersionDocument) -> tuple[Term, ...]:
    return tuple(_term(centre, folder, term) for term in version.service)


def _term(centre: Centre, folder: ClientFolder, term: TermDocument) -> Term:
    return Term(
        name=term.term,
        queues=tuple(QueueId(f"{folder.name}/{name}") for name in term.queues),
        measure=term.measure,
        version=term.version,
        target=_share(term.target),
        period=term.period,
        side=term.side,
        interval_us=None if term.each is UNSET else times.length(term.each),
        kept=_share(term.kept),
        hours=None if term.hours is UNSET else _hours(centre, folder, term.hours),
        step=term.step,
        point=term.point,
        percent=term.percent,
        amount=term.amount,
        lines=tuple(term.lines),
        cap_percent="" if term.cap_percent is UNSET else term.cap_percent,
        cap="" if term.cap is UNSET else term.cap,
        minimum=term.minimum,
        treated=term.treated,
        relief="" if term.relief is UNSET else term.relief,
    )


def _share(percent: str) -> str:
    """ "80" in a hundred as a part of one: "0.8"."""
    return str(Decimal(percent).scaleb(-2).normalize())


def _hours(centre: Centre, folder: ClientFolder, name: str) -> Hours:
    client = folder.client.document
    around = centre.zone if client.zone is UNSET else client.zone
    own = client.calendars.get(name)
    calendar = own or centre.calendars[name]
    zone = around if own else centre.zone
    return times.hours(calendar, zone if calendar.zone is UNSET else calendar.zone)
