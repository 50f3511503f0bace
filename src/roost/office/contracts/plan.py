"""A contract made ready for pricing: which lines hold when, and for which queues.

A line that stays word for word the same from one version to the next is one line: it's counted and
rounded as one. It's named by where that run began.
"""

from bisect import bisect_right
from collections.abc import Iterator

from msgspec import Struct

from roost.kernel.calendar import day_text, local_day, start_of_day
from roost.kernel.ids import QueueId
from roost.kernel.time import DAY, MINUTE, InstantUs
from roost.office.contracts.model import Contract, ContractVersion, Line, Measure, Programme
from roost.office.contracts.period import days_of
from roost.office.contracts.terms import Term


class Planned(Struct, frozen=True, gc=False):
    """A line in force from `since` on, unchanged. `name` is `line`, or `programme.line`. Of
    `queues` (empty: of all but `others`)."""

    name: str
    since: InstantUs
    line: Line
    programme: str
    queues: frozenset[QueueId]
    others: frozenset[QueueId]
    clause: str

    def has(self, queue: QueueId | None) -> bool:
        """Whether what belongs to a queue counts here."""
        return queue in self.queues if self.queues else queue not in self.others


class Plan:
    """A contract, ready for many contacts."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.begins = [begins(contract, version) for version in contract.versions]
        self.lines = _lines(contract, self.begins)
        self.results = [
            (index, one)
            for index, planned in enumerate(self.lines)
            for one in planned
            if one.line.measure is Measure.RESULTS
        ]
        self.calendars = [
            one.line.calendar
            for planned in self.lines
            for one in planned
            if one.line.calendar is not None
        ]
        self.ends = (
            None if contract.ends_day is None else start_of_day(contract.zone, contract.ends_day)
        )
        self._opened: dict[int, bool] = {}

    def index_at(self, at: InstantUs) -> int:
        """Which version holds at an instant; -1 before the first."""
        return bisect_right(self.begins, at) - 1

    def opened(self, day: int) -> bool:
        """Whether the month of a day is covered by every calendar that a line names."""
        if not self.calendars:
            return True
        found = self._opened.get(day)
        if found is None:
            first, following = days_of(day_text(day)[:7])
            first, following = held_days(self.contract, first, following)
            found = all(one.covers(first, following) for one in self.calendars)
            self._opened[day] = found
        return found

    def of_month(self, first: InstantUs, end: InstantUs) -> list[Planned]:
        """The lines that hold at any time of a span, each once, by version and as written."""
        start = max(0, self.index_at(first))
        found: dict[tuple[str, int], Planned] = {}
        for index in range(start, len(self.lines)):
            if self.begins[index] >= end:
                break
            for one in self.lines[index]:
                found.setdefault((one.name, one.since), one)
        return list(found.values())

    def moment_of(self, planned: Planned, first: InstantUs, end: InstantUs) -> str:
        """What sets a line apart from an earlier one of the same name in a span: where it began;
        empty where there's none."""
        for one in self.of_month(first, end):
            if one.name == planned.name:
                same = one.since == planned.since
                return "" if same else moment_text(self.contract, planned.since)
        return ""


def begins(contract: Contract, version: ContractVersion) -> InstantUs:
    """The first instant of a version."""
    if version.at is not None:
        return version.at
    return start_of_day(contract.zone, version.effective_day)


def held_days(contract: Contract, first: int, following: int) -> tuple[int, int]:
    """The days of a span on which the contract holds; the same day twice where on none."""
    begun = max(first, contract.versions[0].effective_day)
    over = following if contract.ends_day is None else min(following, contract.ends_day)
    return (begun, over) if begun < over else (first, first)


def programmes_of(version: ContractVersion) -> tuple[Programme, ...]:
    """A version's programmes: the one without a name, then those that have one."""
    own = Programme(
        "",
        lines=version.lines,
        minimum=version.minimum,
        service=version.service,
        order=version.order,
        caps=version.caps,
        forecast=version.forecast,
    )
    return (own, *version.programmes)


def promises(contract: Contract) -> Iterator[tuple[ContractVersion, Programme, Term]]:
    """Every term of service, with where it stands."""
    for version in contract.versions:
        for programme in programmes_of(version):
            for term in programme.service:
                yield version, programme, term


def full_name(programme: str, name: str) -> str:
    """How lines and terms are named on an invoice: with their programme, if it has a name."""
    return f"{programme}.{name}" if programme else name


def _lines(contract: Contract, starts: list[InstantUs]) -> list[tuple[Planned, ...]]:
    found: list[tuple[Planned, ...]] = []
    before: dict[str, Planned] = {}
    for version, since in zip(contract.versions, starts, strict=True):
        others = frozenset(queue for one in version.programmes for queue in one.queues)
        own: dict[str, Planned] = {}
        for programme in programmes_of(version):
            for line in programme.lines:
                made = _planned(contract, version, since, programme, line, others)
                earlier = before.get(made.name)
                own[made.name] = earlier if earlier and _same(earlier, made) else made
        found.append(tuple(own.values()))
        before = own
    return found


def _planned(
    contract: Contract,
    version: ContractVersion,
    since: InstantUs,
    programme: Programme,
    line: Line,
    others: frozenset[QueueId],
) -> Planned:
    place = f"programmes/{programme.name}/lines" if programme.name else "lines"
    return Planned(
        full_name(programme.name, line.name),
        since,
        line,
        programme.name,
        frozenset(line.queues or programme.queues),
        frozenset() if programme.name else others,
        f"{version_text(contract, version)}/{place}/{line.name}",
    )


def _same(earlier: Planned, later: Planned) -> bool:
    return (
        earlier.line == later.line
        and earlier.queues == later.queues
        and earlier.others == later.others
    )


def version_text(contract: Contract, version: ContractVersion) -> str:
    """How a version is named: "2026-11-16", or "2026-11-16T1400" for an instant within the day."""
    return moment_text(contract, begins(contract, version))


def moment_text(contract: Contract, at: InstantUs) -> str:
    """An instant on the contract's wall, as names have it."""
    local = contract.zone.local(at)
    day = local_day(contract.zone, at)
    minutes = local % DAY // MINUTE
    if at == start_of_day(contract.zone, day):
        return day_text(day)
    return f"{day_text(day)}T{minutes // 60:02}{minutes % 60:02}"
