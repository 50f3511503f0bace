"""`roost invoices verify`: every draft that was ever frozen, computed again from what was known
then, and compared byte for byte; every document against its draft. Nothing is written."""

from collections.abc import Iterator

from roost.kernel.envelope import Envelope
from roost.office.accounts.documents import digest
from roost.office.accounts.messages import OFFICE
from roost.office.books import Books, draft_for, fold
from roost.office.proving import Claim, claims_of, differing
from roost.ports.office import Verified
from roost.processes.places import SETTINGS
from roost.processes.replaying import Log


def verify_statements(log: Log, *, deep: bool = False) -> list[Verified]:
    """One pass over the cell's log, whatever there is to prove. `deep`: quantities are measured
    anew from raw events. Blocking."""
    found = claims_of(log.envelopes(OFFICE, log.reader.last(OFFICE)))
    proved: dict[int, Verified] = {}
    cell = _Cell(log)
    for claim in sorted(found.claims, key=lambda one: one.known.get(log.cell, 0)):
        books = _books(log, claim)
        by_then = cell.upto(claim.known.get(log.cell, 0))
        books.records, books.times = by_then.records, by_then.times
        proved[claim.event] = _proved(claim, books, deep)
    gaps = [Verified("numbers", 0, gap, False, "") for gap in found.gaps]
    return [*(proved[claim.event] for claim in found.claims), *gaps]


class _Cell:
    """The cell's records, folded on and on."""

    def __init__(self, log: Log) -> None:
        self._events: Iterator[Envelope] = log.envelopes(log.cell, log.reader.last(log.cell))
        self._books = Books()
        self._next: Envelope | None = next(self._events, None)

    def upto(self, number: int) -> Books:
        while self._next is not None and self._next.number <= number:
            fold(self._books, self._next)
            self._next = next(self._events, None)
        return self._books


def _books(log: Log, claim: Claim) -> Books:
    """What the office and the settings had said by then."""
    return log.books(claim.known.get(SETTINGS, 0), 0, claim.known.get(OFFICE, 0))


def _proved(claim: Claim, books: Books, deep: bool) -> Verified:
    period = claim.draft.period
    again = draft_for(books, claim.client, period, deep=deep)
    differs = (*claim.faults, *differing(claim.draft, again))
    return Verified(
        claim.statement,
        claim.revision,
        ", ".join(claim.numbers),
        not differs,
        claim.digest if again is None else digest(again),
        differs,
    )
