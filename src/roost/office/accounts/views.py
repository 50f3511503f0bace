"""A client's month as it's asked for: its stage, disputes and documents, folded from the stream."""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId, ContactId, Digest, VaultId
from roost.kernel.money import Money
from roost.kernel.time import InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.documents import Document, DocumentKind, Fapiao
from roost.office.accounts.messages import DisputeId, Known, StatementId, Verdict
from roost.office.accounts.model import Stage
from roost.office.invoices.messages import Draft


class Answered(StrEnum):
    OPEN = "open"
    SPLIT = "split"  # out of the statement for now, and still open
    ACCEPTED = "accepted"
    REJECTED = "rejected"


_ANSWERS = {
    Verdict.ACCEPT: Answered.ACCEPTED,
    Verdict.REJECT: Answered.REJECTED,
    Verdict.SPLIT: Answered.SPLIT,
}


class DisputeView(Struct):
    """`words` and `answer` lie in the office's vault under the client's key."""

    dispute: DisputeId
    at: InstantUs
    by: str
    lines: tuple[str, ...]
    contacts: tuple[ContactId, ...]
    words: VaultId
    status: Answered = Answered.OPEN
    answered_at: InstantUs | None = None
    answered_by: str = ""
    answer: VaultId | None = None


class Frozen(Struct):
    """A draft that was frozen: by which event, when and by whom."""

    event: int
    at: InstantUs
    by: str
    draft: Draft
    digest: Digest
    known: Known


class DocumentView(Struct):
    """A document as issued. `event` is its number in the stream; `kept` the digests of the PDFs
    by language."""

    event: int
    at: InstantUs
    by: str
    document: Document
    hash: Digest
    statement: StatementId
    kept: dict[str, Digest] = {}
    fapiao: tuple[Fapiao, ...] = ()


class DocumentShort(Struct, frozen=True, gc=False):
    """One in a list."""

    number: str
    kind: DocumentKind
    day: str
    gross: Money


class StatementView(Struct):
    """`standing`: what was issued, or corrected, last; `correction`: what it would be now, frozen
    and not issued. `stale`: what was settled since isn't in it (after issue: a correction is
    due)."""

    statement: StatementId
    client: ClientId
    period: str
    stage: Stage
    revision: int
    frozen: Frozen
    confirm_by: InstantUs
    silence: bool
    stale: bool = False
    confirmed_at: InstantUs | None = None
    confirmed_by: str = ""
    by_silence: bool = False
    standing: Frozen | None = None
    correction: Frozen | None = None
    disputes: dict[DisputeId, DisputeView] = {}
    documents: tuple[DocumentShort, ...] = ()


def statement_of(event: Envelope) -> StatementId | None:
    """The statement that an event is about."""
    match event.body:
        case (
            say.StatementFrozen()
            | say.CorrectionFrozen()
            | say.StatementConfirmed()
            | say.StatementDisputed()
            | say.DisputeSettled()
            | say.DocumentIssued()
            | say.CorrectionClosed()
        ) as body:
            return body.statement
        case say.OneOffAdded(one_off=one_off):
            return say.statement_id(ClientId(event.owner), say.period_of_item(one_off))
        case say.OneOffDropped(period=period):
            return say.statement_id(ClientId(event.owner), period)
        case _:
            return None


def fold_view(view: StatementView | None, event: Envelope) -> StatementView | None:
    """A month after an event that's about it; None while nothing was frozen."""
    body = event.body
    if isinstance(body, say.StatementFrozen):
        return _frozen(view, event, body)
    if view is None:
        return None
    match body:
        case say.CorrectionFrozen(draft=draft, digest=digest, known=known):
            view.correction = Frozen(event.number, event.at, event.actor, draft, digest, known)
        case say.StatementConfirmed(by_silence=by_silence):
            view.stage = Stage.CONFIRMED
            view.confirmed_at, view.confirmed_by = event.at, event.actor
            view.by_silence = by_silence
        case say.StatementDisputed():
            view.disputes[body.dispute] = DisputeView(
                body.dispute, event.at, event.actor, body.lines, body.contacts, body.words
            )
        case say.DisputeSettled():
            _settled(view, event, body)
        case say.DocumentIssued(document=document):
            _issued(view, document)
        case say.CorrectionClosed():
            view.standing, view.correction, view.stale = view.correction, None, False
        case say.OneOffAdded() | say.OneOffDropped():
            view.stale = True
        case _:
            pass
    return view


def _frozen(
    before: StatementView | None, event: Envelope, body: say.StatementFrozen
) -> StatementView:
    frozen = Frozen(event.number, event.at, event.actor, body.draft, body.digest, body.known)
    return StatementView(
        body.statement,
        body.draft.client,
        body.period,
        Stage.FROZEN,
        body.revision,
        frozen,
        body.confirm_by,
        body.silence,
        disputes={} if before is None else before.disputes,
    )


def _settled(view: StatementView, event: Envelope, body: say.DisputeSettled) -> None:
    dispute = view.disputes[body.dispute]
    dispute.status = _ANSWERS[body.verdict]
    dispute.answered_at, dispute.answered_by = event.at, event.actor
    dispute.answer = body.words
    if body.struck or body.restored or body.items or body.dropped:
        view.stale = True


def _issued(view: StatementView, document: Document) -> None:
    short = DocumentShort(document.number, document.kind, document.day, document.gross)
    view.documents = (*view.documents, short)
    view.stage, view.stale = Stage.ISSUED, False
    if view.correction is not None:
        view.standing, view.correction = view.correction, None
    elif view.standing is None:
        view.standing = view.frozen
