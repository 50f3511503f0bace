"""What hangs on a forecast: a line that it can be of, and shares that make sense."""

from collections.abc import Iterator
from decimal import Decimal

from msgspec import UNSET

from roost.definitions.checks.sections import Section
from roost.definitions.contract_documents import ContractDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Source
from roost.office.contracts.model import Measure


def check_forecast(source: Source[ContractDocument], section: Section) -> Iterator[Problem]:
    """One section's."""
    for place, term in enumerate(section.service):
        if term.relief is not UNSET and term.queues:
            what = "a forecast is of all queues together: some of them have no relief"
            mend = "Leave relief out, or make a programme of these queues"
            path = (*section.path, "service", place, "relief")
            yield source.wrong(path, "relief-of-queues", what, mend)
    terms, where = section.forecast, (*section.path, "forecast")
    if terms is UNSET:
        for place, term in enumerate(section.service):
            if term.relief is not UNSET:
                what = "relief above a forecast that nobody gives: invoices won't have it"
                mend = "Say who gives one: forecast"
                path = (*section.path, "service", place, "relief")
                yield source.wrong(path, "no-forecast", what, mend, Severity.WARNING)
        return
    lines = {line.line: line for line in section.lines}
    line = lines.get(terms.line)
    if line is None:
        what, mend = f"unknown line {terms.line!r}", did_you_mean(terms.line, lines)
        yield source.wrong((*where, "line"), "unknown-line", what, mend)
    elif line.measure != Measure.CONTACTS or line.surcharges:
        what = f"the line {terms.line!r} isn't of contacts at one price"
        yield source.wrong((*where, "line"), "other-measure", what, "Name a line of contacts")
    if terms.floor is not UNSET and Decimal(terms.floor) > 100:
        what = f"a floor of {terms.floor} % is above the forecast"
        yield source.wrong((*where, "floor"), "no-share", what, "Write up to 100")
    if terms.ceiling is not UNSET and Decimal(terms.ceiling) < 100:
        what = f"a ceiling of {terms.ceiling} % is below the forecast"
        yield source.wrong((*where, "ceiling"), "no-share", what, "Write 100 or more: 110")
    if terms.surcharge is not UNSET and terms.ceiling is UNSET:
        what, mend = "a surcharge above which ceiling?", "Write it: ceiling"
        yield source.wrong((*where, "surcharge"), "no-ceiling", what, mend)
