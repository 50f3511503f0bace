"""What the office's stream claims, held against what it was made from: every frozen draft computed
again from what was known then, every document against its draft, every series without a gap."""

from collections.abc import Iterable

from msgspec import Struct

from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, Digest
from roost.office.accounts import messages as say
from roost.office.accounts.difference import difference
from roost.office.accounts.documents import Document, DocumentKind, digest
from roost.office.accounts.messages import Known, StatementId, client_of
from roost.office.invoices.messages import Draft


class Claim(Struct):
    """A draft that was frozen: `revision` 0 for a correction; `numbers` of the documents that it
    became. `faults`: what of them isn't what the draft says."""

    event: int
    statement: StatementId
    revision: int
    draft: Draft
    digest: Digest
    known: Known
    numbers: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def client(self) -> ClientId:
        return client_of(self.statement)


class Claims(Struct):
    """All of the stream's, in their order. `gaps`: numbers that don't follow the one before."""

    claims: list[Claim] = []
    gaps: list[str] = []


def claims_of(events: Iterable[Envelope]) -> Claims:
    """Everything that was frozen, with what became of it."""
    made = Claims()
    last: dict[StatementId, Claim] = {}
    standing: dict[StatementId, Draft] = {}
    places: dict[str, int] = {}
    for event in events:
        match event.body:
            case say.StatementFrozen() | say.CorrectionFrozen() as body:
                revision = body.revision if isinstance(body, say.StatementFrozen) else 0
                claim = Claim(
                    event.number, body.statement, revision, body.draft, body.digest, body.known
                )
                if digest(body.draft) != body.digest:
                    claim.faults = ("the draft isn't what its digest says",)
                last[body.statement] = claim
                made.claims.append(claim)
            case say.DocumentIssued() as body:
                claim = last[body.statement]
                claim.numbers += (body.document.number,)
                claim.faults += _faults(body, claim.draft, standing.get(body.statement))
                if body.place != places.get(body.series, 0) + 1:
                    made.gaps.append(f"{body.document.number} follows {places.get(body.series, 0)}")
                places[body.series] = body.place
                if body.document.kind is not DocumentKind.DAMAGES:
                    standing[body.statement] = claim.draft
            case say.CorrectionClosed(statement=statement):
                standing[statement] = last[statement].draft
            case _:
                pass
    return made


def _faults(issued: say.DocumentIssued, draft: Draft, before: Draft | None) -> tuple[str, ...]:
    """How a document differs from what its draft makes it."""
    document = issued.document
    found: list[str] = []
    if digest(document) != issued.hash:
        found.append(f"{document.number}: the document isn't what its hash says")
    if not _is_the_drafts(document, draft, before):
        found.append(f"{document.number}: its lines aren't the draft's")
    return tuple(found)


def _is_the_drafts(document: Document, draft: Draft, before: Draft | None) -> bool:
    match document.kind:
        case DocumentKind.INVOICE:
            same = (document.lines, document.taxes, document.net)
            return same == (draft.lines, draft.taxes, draft.total)
        case DocumentKind.CREDIT_NOTE | DocumentKind.ADJUSTMENT:
            if before is None:
                return False
            moved = difference(before, draft)
            same = (document.lines, document.taxes, document.net)
            return same == (moved.lines, moved.taxes, moved.net)
        case DocumentKind.DAMAGES:
            return sum(line.amount.minor for line in document.lines) == document.net.minor


def differing(claimed: Draft, again: Draft | None) -> tuple[str, ...]:
    """The lines that came out differently; empty where it's byte for byte the same."""
    if again is None:
        return ("no draft",)
    if digest(claimed) == digest(again):
        return ()
    old = {line.name: line for line in (*claimed.lines, *claimed.damages)}
    new = {line.name: line for line in (*again.lines, *again.damages)}
    found = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    return tuple(found) or ("what it was made by",)
