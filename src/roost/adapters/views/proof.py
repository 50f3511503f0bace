"""Proofs that the projections are what the log says: for `invoices verify` and
`replay --verify`."""

import hashlib
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from roost.adapters.views.projection import encode
from roost.adapters.views.records import Held
from roost.kernel.ids import ContactId
from roost.office.books import Books, drafts
from roost.office.counting import sums_of
from roost.office.measures.counts import CellKey
from roost.office.records.deep import disagreements


class Proof(Struct, frozen=True):
    """One thing proved, or not: `name` is a word for scripts, `says` the sentence."""

    name: str
    ok: bool
    says: str


def prove(books: Books, held: Held) -> tuple[Proof, ...]:
    """Compares what the log folds to (`books`, up to the projections' positions) with what the
    projections hold: every record byte by byte, every count of every quarter, and every draft; and
    the measured quantities with the raw events that they come from."""
    differing: list[ContactId] = []
    seen = 0
    for record in held.records:
        seen += 1
        own = books.records.get(record.contact)
        if own is None or encode(own) != encode(record):
            differing.append(record.contact)
    missing = len(books.records) - seen
    wrong = f"; {len(differing)} differ: {', '.join(differing[:5])}" if differing else ""
    lacking = f"; {missing} are missing" if missing else ""
    kept, folded = held.drafts, list(drafts(books))
    digest = hashlib.sha256(msgspec.json.encode(folded, order="deterministic")).hexdigest()
    sums = "; ".join(f"{draft.client} {draft.period} {draft.total}" for draft in folded)
    deep = [one for record in books.records.values() for one in disagreements(record)]
    segments = sum(len(record.segments) for record in books.records.values())
    unlike = f"; {len(deep)} differ: {deep[0]}" if deep else ""
    return (
        Proof(
            "quantities",
            not deep,
            f"{segments} segments measured what their events say{unlike}",
        ),
        Proof(
            "records",
            not differing and not missing,
            f"{len(books.records)} records are what the log folds to{wrong}{lacking}",
        ),
        _counts(books, held),
        Proof(
            "invoices",
            _bytes(kept) == _bytes(folded),
            f"{len(folded)} drafts come out the same ({sums or 'none yet'}), {digest[:12]}",
        ),
    )


def _counts(books: Books, held: Held) -> Proof:
    folded = sums_of(books.records.values())
    wrong = [
        key for key in {*folded, *held.cells} if _plain(folded, key) != _plain(held.cells, key)
    ]
    unlike = f"; {len(wrong)} differ: {min(wrong)}" if wrong else ""
    says = f"{len(folded)} cells of counts are what the records come to{unlike}"
    return Proof("counts", not wrong, says)


def _plain(cells: Mapping[CellKey, Mapping[str, int]], key: CellKey) -> dict[str, int]:
    """A cell without zeros: whose contact's code was put right is left with nothing."""
    return {name: value for name, value in cells.get(key, {}).items() if value}


def _bytes(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")
