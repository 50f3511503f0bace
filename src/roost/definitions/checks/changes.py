"""What may change inside a month: the rates of plain lines, and nothing else (BILLING, 2)."""

from collections.abc import Iterator
from itertools import pairwise

from roost.definitions import times
from roost.definitions.checks.sections import Section, plain, sections
from roost.definitions.contract_documents import ContractDocument, LineDocument
from roost.definitions.problems import Problem
from roost.definitions.reading import Source

MEND = "Begin the version on the first of a month"


def check_changes(source: Source[ContractDocument]) -> Iterator[Problem]:
    """Compares each version that begins inside a month with the one before."""
    contract = source.document
    known = [
        index
        for index, version in enumerate(contract.versions)
        if times.local_day(version.effective[:10]) is not None
    ]
    order = sorted(known, key=lambda index: contract.versions[index].effective)
    for earlier, later in pairwise(order):
        effective = contract.versions[later].effective
        if effective[8:] in ("01", "01T00:00"):
            continue
        before = {one.name: one for one in sections(contract, earlier)}
        after = {one.name: one for one in sections(contract, later)}
        where = ("versions", later, "effective")
        for name in [*before, *(name for name in after if name not in before)]:
            for code, word in _changed(before.get(name), after.get(name)):
                of = f" of the programme {name!r}" if name else ""
                what = f"{word}{of} may change only at a month's start"
                yield source.wrong(where, code, what, MEND)


def _changed(before: Section | None, after: Section | None) -> Iterator[tuple[str, str]]:
    """What is another, with a word for each."""
    if before is None or after is None:
        yield "programmes-inside-month", "the queues"
        return
    if before.minimum != after.minimum:
        yield "minimum-inside-month", "the minimum"
    if before.service != after.service or before.caps != after.caps:
        yield "terms-inside-month", "the terms of service"
    if before.forecast != after.forecast:
        yield "forecast-inside-month", "what hangs on the forecast"
    if before.queues != after.queues:
        yield "programmes-inside-month", "the queues"
    old, new = _monthly(before.lines), _monthly(after.lines)
    other = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    if other:
        shown = ", ".join(repr(name) for name in other[:3]) + (", …" if len(other) > 3 else "")
        word = "the line" if len(other) == 1 else "the lines"
        yield "line-inside-month", f"{word} {shown} (bands, fixed and included sums)"


def _monthly(lines: list[LineDocument]) -> dict[str, LineDocument]:
    return {line.line: line for line in lines if not plain(line)}
