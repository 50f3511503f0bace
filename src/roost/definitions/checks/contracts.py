"""`clients/NAME/contract.yaml`: rates that make sense and name what is measured."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.checks.hours import check_zone
from roost.definitions.checks.service_terms import check_service
from roost.definitions.documents import ContractDocument, LineDocument, VersionDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.kernel.money import MINOR_DIGITS
from roost.office.contracts.model import BY_CONTACT, TIMED, Kind, Measure


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
    if not contract.versions:
        mend = "Add the first version with its lines"
        yield source.wrong(("versions",), "no-version", "a contract without a version", mend)
    days: set[str] = set()
    minimums: list[str] = [
        version.minimum for version in sorted(contract.versions, key=lambda one: one.effective)
    ]
    for index, version in enumerate(contract.versions):
        where = ("versions", index, "effective")
        if times.local_day(version.effective) is None:
            mend = "Write a day that exists: 2026-01-01"
            what = f"there's no day {version.effective}"
            yield source.wrong(where, "no-such-day", what, mend)
        elif version.effective in days:
            what = f"two versions begin on {version.effective}"
            yield source.wrong(where, "doubled-version", what, "Keep one")
        elif not version.effective.endswith("-01") and len(set(minimums)) > 1:
            what = "the minimum may change only at a month's start"
            mend = "Begin the version on the first of a month"
            yield source.wrong(where, "minimum-inside-month", what, mend)
        days.add(version.effective)
        yield from _version(draft, client, source, index, version)
        yield from check_service(draft, client, source, index)


def _version(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    index: int,
    version: VersionDocument,
) -> Iterator[Problem]:
    path: tuple[str | int, ...] = ("versions", index)
    if Decimal(version.minimum) < 0:
        what = f"a negative minimum {version.minimum}"
        yield source.wrong((*path, "minimum"), "negative-rate", what, "Write it without the -")
    if not version.lines and Decimal(version.minimum) <= 0:
        what, mend = "nothing is charged", "Add a line or a minimum"
        yield source.wrong(path, "no-lines", what, mend, Severity.WARNING)
    names: set[str] = set()
    for place, line in enumerate(version.lines):
        where = (*path, "lines", place)
        if line.line in names:
            what = f"the line {line.line!r} stands twice"
            yield source.wrong((*where, "line"), "doubled-line", what, "Rename one")
        names.add(line.line)
        yield from _line(draft, client, source, where, line)


def _line(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    where: tuple[str | int, ...],
    line: LineDocument,
) -> Iterator[Problem]:
    measures = [str(measure) for measure in Measure if measure in BY_CONTACT - {Measure.RESULTS}]
    if line.measure not in measures:
        mend = did_you_mean(line.measure, measures)
        what = f"nothing measures {line.measure!r}"
        yield source.wrong((*where, "measure"), "unknown-measure", what, mend)
    elif line.unit is not UNSET and Measure(line.measure) not in TIMED:
        mend = "Leave the unit out"
        what = f"{line.measure} have no unit of time"
        yield source.wrong((*where, "unit"), "unit", what, mend)
    elif line.round_per == "segment" and line.measure == Measure.CONNECTED_MINUTES:
        what = "connected time is the caller's, once: it has no segments"
        yield source.wrong((*where, "round_per"), "round-per", what, "Round per contact or line")
    if line.unit is not UNSET and times.length(line.unit) == 0:
        mend = "Write a unit such as 6s or 1m, or leave it out for exact time"
        yield source.wrong((*where, "unit"), "unit", "a unit of no length", mend)
    if Decimal(line.rate) < 0:
        mend = "Write it without the -"
        yield source.wrong((*where, "rate"), "negative-rate", f"a negative rate {line.rate}", mend)
    elif Decimal(line.rate) == 0:
        mend = "Write the rate, or remove the line"
        what = f"the line {line.line!r} costs nothing"
        yield source.wrong((*where, "rate"), "zero-rate", what, mend, Severity.WARNING)
    own = draft.clients.get(client)
    if own is not None:
        for index, queue in enumerate(line.queues):
            if queue not in own.document.queues:
                mend = did_you_mean(queue, own.document.queues)
                place = (*where, "queues", index)
                yield source.wrong(place, "unknown-queue", f"unknown queue {queue!r}", mend)
