"""`clients/NAME/contract.yaml`: versions in time, programmes, and what they all share."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.checks.agreements import check_agreements
from roost.definitions.checks.changes import check_changes
from roost.definitions.checks.forecasts import check_forecast
from roost.definitions.checks.hours import check_zone
from roost.definitions.checks.lines import check_lines
from roost.definitions.checks.sections import Section, sections
from roost.definitions.checks.service_terms import check_service
from roost.definitions.checks.surcharges import check_day_kinds, check_surcharges
from roost.definitions.contract_documents import ContractDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.kernel.money import MINOR_DIGITS
from roost.office.contracts.model import Kind


def check_contracts(draft: Draft) -> Iterator[Problem]:
    """Every client's contract."""
    for name in draft.folders:
        source = draft.contracts.get(name)
        if source is not None:
            yield from _contract(draft, name, source)
        elif name in draft.clients and not any(
            problem.file == f"clients/{name}/contract.yaml" for problem in draft.problems
        ):
            what, mend = "no contract: nothing is earned", "Add contract.yaml"
            file = f"clients/{name}/contract.yaml"
            yield Problem(file, 0, 0, "no-contract", what, mend, Severity.WARNING)


def _contract(draft: Draft, client: str, source: Source[ContractDocument]) -> Iterator[Problem]:
    contract = source.document
    if contract.currency not in MINOR_DIGITS:
        what = f"unknown currency {contract.currency!r}"
        mend = did_you_mean(contract.currency, MINOR_DIGITS)
        yield source.wrong(("currency",), "unknown-currency", what, mend)
    if contract.zone is not UNSET:
        yield from check_zone(source, contract.zone, "zone")
    kinds = [str(kind) for kind in Kind]
    for index, kind in enumerate(contract.billable):
        if kind not in kinds:
            what, mend = f"unknown kind of contact {kind!r}", did_you_mean(kind, kinds)
            yield source.wrong(("billable", index), "unknown-kind", what, mend)
    own = draft.clients.get(client)
    if own is not None:
        for index, name in enumerate(contract.test_callers):
            if name not in own.document.callers:
                what = f"unknown list of callers {name!r}"
                mend = did_you_mean(name, own.document.callers)
                yield source.wrong(("test_callers", index), "unknown-list", what, mend)
    yield from check_day_kinds(source, contract.days)
    yield from check_agreements(draft, client, source)
    yield from _versions(source)
    shared = {} if draft.billing is None else draft.billing.document.days
    for index, version in enumerate(contract.versions):
        taken: dict[str, str] = {}
        for section in sections(contract, index):
            yield from _section(draft, client, source, section, taken)
            calendars = {**shared, **contract.days}
            yield from check_surcharges(source, section, calendars, version.effective)
            yield from check_forecast(source, section)
            yield from check_service(draft, client, source, section)


def _versions(source: Source[ContractDocument]) -> Iterator[Problem]:
    """In time: each begins on a day that there is, and none twice."""
    contract = source.document
    if not contract.versions:
        mend = "Add the first version with its lines"
        yield source.wrong(("versions",), "no-version", "a contract without a version", mend)
        return
    days: set[str] = set()
    for index, version in enumerate(contract.versions):
        where = ("versions", index, "effective")
        if times.local_day(version.effective[:10]) is None:
            mend = "Write a day that exists: 2026-01-01"
            what = f"there's no day {version.effective[:10]}"
            yield source.wrong(where, "no-such-day", what, mend)
        elif version.effective.removesuffix("T00:00") in days:
            what = f"two versions begin on {version.effective}"
            yield source.wrong(where, "doubled-version", what, "Keep one")
        days.add(version.effective.removesuffix("T00:00"))
    yield from check_changes(source)
    last = contract.last_day
    if last is UNSET:
        return
    first = min(version.effective[:10] for version in contract.versions)
    if times.local_day(last) is None:
        mend = "Write a day that exists: 2026-12-31"
        yield source.wrong(("last_day",), "no-such-day", f"there's no day {last}", mend)
    elif last < first:
        what = f"the contract ends on {last}, before it begins on {first}"
        yield source.wrong(("last_day",), "ends-before", what, "Write the later day here")
    for index, version in enumerate(contract.versions):
        if first < version.effective and last < version.effective[:10]:
            what = f"a version that begins after the contract's last day, {last}"
            where = ("versions", index, "effective")
            yield source.wrong(where, "ends-before", what, "Move one of both")


def _section(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    section: Section,
    taken: dict[str, str],
) -> Iterator[Problem]:
    contract = source.document
    if Decimal(section.minimum) < 0:
        what = f"a negative minimum {section.minimum}"
        where = (*section.path, "minimum")
        yield source.wrong(where, "negative-rate", what, "Write it without the -")
    nothing = not section.lines and Decimal(section.minimum) <= 0
    others = not section.name and any(one.programmes for one in contract.versions)
    if nothing and not others:
        what, mend = "nothing is charged", "Add a line or a minimum"
        yield source.wrong(section.path, "no-lines", what, mend, Severity.WARNING)
    own = draft.clients.get(client)
    for place, queue in enumerate(section.queues or ()):
        where = (*section.path, "queues", place)
        if own is not None and queue not in own.document.queues:
            mend = did_you_mean(queue, own.document.queues)
            yield source.wrong(where, "unknown-queue", f"unknown queue {queue!r}", mend)
        elif queue in taken:
            what = f"the queue {queue!r} belongs to the programme {taken[queue]!r} already"
            yield source.wrong(where, "queue-taken", what, "Leave it with one programme")
        taken.setdefault(queue, section.name)
    yield from _caps(source, section)
    yield from check_lines(draft, client, source, section)


def _caps(source: Source[ContractDocument], section: Section) -> Iterator[Problem]:
    if section.caps is not UNSET and not section.service:
        what, mend = "caps of no terms", "Add terms: service, or leave the caps out"
        yield source.wrong((*section.path, "caps"), "no-terms", what, mend)
