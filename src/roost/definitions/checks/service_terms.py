"""A contract's terms of service: a promise that can be measured, on queues that are there, with
money that adds up."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import chain
from typing import Final

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.checks.sections import Section, Where
from roost.definitions.contract_documents import ContractDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.service_documents import TermDocument
from roost.kernel.time import MINUTE
from roost.office.contracts.terms import Side
from roost.office.measures.dictionary import MEASURES, named
from roost.office.measures.facts import What
from roost.office.measures.formulas import Share
from roost.office.measures.intervals import QUARTER

EACH: Final = frozenset({15 * MINUTE, 30 * MINUTE, 60 * MINUTE})


def check_service(
    draft: Draft, client: str, source: Source[ContractDocument], section: Section
) -> Iterator[Problem]:
    """All terms of one section."""
    names: set[str] = set()
    for place, term in enumerate(section.service):
        where = (*section.path, "service", place)
        if term.term in names:
            what = f"the term {term.term!r} stands twice"
            yield source.wrong((*where, "term"), "doubled-term", what, "Rename one")
        names.add(term.term)
        yield from _measure(source, where, term)
        yield from _money(source, where, section, term)
        yield from _queues(draft, client, source, where, section, term)
        yield from _hours(draft, client, source, where, term)


def _measure(
    source: Source[ContractDocument], where: Where, term: TermDocument
) -> Iterator[Problem]:
    measure = named(term.measure, term.version)
    fits = measure is not None and isinstance(measure.formula, Share)
    if measure is None or not fits or measure.what is not What.VISIT:
        shares = [
            one.id
            for one in MEASURES.values()
            if isinstance(one.formula, Share) and one.what is What.VISIT
        ]
        what = f"{term.measure!r}, version {term.version}, isn't a share of contacts"
        mend = did_you_mean(term.measure, shares)
        yield source.wrong((*where, "measure"), "unknown-measure", what, mend)
    for key, text in (("target", term.target), ("kept", term.kept)):
        if not 0 < Decimal(text) <= 100:
            what = f"{text} in a hundred can't be promised"
            mend = "Write a number above 0 and up to 100: 80"
            yield source.wrong((*where, key), "no-share", what, mend)
    if Decimal(term.target) == 100 and term.each is UNSET:
        what = "every single contact in time: one that's late misses it"
        mend = "Promise a little less, or mean it"
        yield source.wrong((*where, "target"), "hard-target", what, mend, Severity.WARNING)
    if term.each is not UNSET and times.length(term.each) not in EACH:
        what = f"there are no intervals of {term.each}"
        yield source.wrong((*where, "each"), "interval", what, "Write 15m, 30m or 1h")
    if term.each is UNSET and term.kept != "100":
        mend = "Say with `each` how long an interval is, or leave `kept` out"
        yield source.wrong((*where, "kept"), "kept", "a share of which intervals?", mend)


def _money(
    source: Source[ContractDocument], where: Where, section: Section, term: TermDocument
) -> Iterator[Problem]:
    percent, amount = Decimal(term.percent), Decimal(term.amount)
    if (percent > 0) == (amount > 0):
        what = "a step moves a part of the lines or a plain sum, and one of both"
        yield source.wrong(where, "step-money", what, "Write `percent`, or `amount`")
    if Decimal(term.point) <= 0:
        yield source.wrong((*where, "point"), "point", "a step of no points", "Write 1")
    together = section.caps is not UNSET and any(
        one is not UNSET
        for one in (
            (section.caps.malus, section.caps.malus_percent)
            if term.side is Side.MALUS
            else (section.caps.bonus, section.caps.bonus_percent)
        )
    )
    if term.cap is UNSET and term.cap_percent is UNSET and not together:
        what, mend = f"nothing caps the term {term.term!r}", "Write cap_percent, or cap"
        yield source.wrong(where, "no-cap", what, mend, Severity.WARNING)
    known = [line.line for line in section.lines]
    for place, line in enumerate(term.lines):
        if line not in known:
            what, mend = f"unknown line {line!r}", did_you_mean(line, known)
            yield source.wrong((*where, "lines", place), "unknown-line", what, mend)


def _queues(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    where: Where,
    section: Section,
    term: TermDocument,
) -> Iterator[Problem]:
    own = draft.clients.get(client)
    if own is None:
        return
    queues = own.document.queues
    its = section.queues or list(queues)
    for place, queue in enumerate(term.queues):
        if queue not in queues:
            mend = did_you_mean(queue, queues)
            what = f"unknown queue {queue!r}"
            yield source.wrong((*where, "queues", place), "unknown-queue", what, mend)
        elif queue not in its:
            what = f"the queue {queue!r} isn't one of the programme {section.name!r}"
            mend = did_you_mean(queue, its)
            yield source.wrong((*where, "queues", place), "other-programme", what, mend)
    if term.within is UNSET:
        return
    for name in term.queues or its:
        threshold = queues[name].service_level.within if name in queues else term.within
        if times.length(threshold) != times.length(term.within):
            what = f"promised within {term.within}, but the queue {name!r} counts {threshold}"
            mend = "Make both the same, or name only the queues that the term is about"
            yield source.wrong((*where, "within"), "other-threshold", what, mend)


def _hours(
    draft: Draft,
    client: str,
    source: Source[ContractDocument],
    where: Where,
    term: TermDocument,
) -> Iterator[Problem]:
    own, centre = draft.clients.get(client), draft.centre
    if term.hours is UNSET or own is None or centre is None:
        return
    known = [*own.document.calendars, *centre.document.calendars]
    if term.hours not in known:
        what, mend = f"unknown calendar {term.hours!r}", did_you_mean(term.hours, known)
        yield source.wrong((*where, "hours"), "unknown-calendar", what, mend)
        return
    calendar = own.document.calendars.get(term.hours) or centre.document.calendars[term.hours]
    for text in chain(*calendar.weekly.values(), *calendar.special.values()):
        if any(at % QUARTER for at in times.span(text)):
            what = f"{text} of the calendar {term.hours!r}: counts are kept by quarters of an hour"
            mend = "Name a calendar that begins and ends with quarters: 08:15-17:00"
            yield source.wrong((*where, "hours"), "hours-quarter", what, mend)
            return
