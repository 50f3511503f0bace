"""What is asked of the office, and what its stream `office` says.

`owner` of every event is the client whose month it is about. Free words (why somebody disputes,
what they were answered) lie in the stream's vault; events carry their ids. What stands on an
invoice, a one-off item's text say, is in the event: invoices stay.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final, NewType

from roost.kernel.calendar import day_text
from roost.kernel.ids import ClientId, ContactId, Digest, QueueId, SegmentId, StreamName, VaultId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs, InstantUs
from roost.office.accounts.documents import Document, Fapiao, TaxWord
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.sellers import LegalEntity
from roost.office.invoices.messages import Draft

OFFICE: Final = StreamName("office")

StatementId = NewType("StatementId", str)  # "power-grid/2026-11": always CLIENT/PERIOD
DisputeId = NewType("DisputeId", str)  # "power-grid/2026-11/d3"
ExclusionId = NewType("ExclusionId", str)  # "power-grid/x4"
ForecastId = NewType("ForecastId", str)  # "power-grid/2026-11/sales": of a programme
ItemId = NewType("ItemId", str)  # "power-grid/i5": a one-off item

Known = dict[StreamName, int]
"""How much of each stream something was made from."""


class Verdict(StrEnum):
    """How a dispute ends."""

    ACCEPT = "accept"  # out of the statement; after issue a credit is due
    REJECT = "reject"  # it stays as it is
    SPLIT = "split"  # out for now, so that the rest can be issued; it goes on


# --- what is asked ---


class FreezeStatement(Command, frozen=True, gc=False):
    """Freeze a month's draft. Again: a new revision, to be confirmed anew; after issue: what
    would be credited or added. `ends`: the month's end; `confirm_by`: until when the client may
    dispute it; `silence`: whether saying nothing until then confirms it."""

    client: ClientId
    period: str
    draft: Draft
    known: Known
    ends: InstantUs
    confirm_by: InstantUs
    silence: bool = False


class ConfirmStatement(Command, frozen=True, gc=False):
    """The client agrees to the revision that they saw."""

    statement: StatementId
    revision: int


class LetSilenceConfirm(Command, frozen=True, gc=False):
    """The time to dispute is over; the contract says that this confirms."""

    statement: StatementId


class Dispute(Command, frozen=True, gc=False):
    """The client says what's wrong: some lines, some contacts, or both. `words`: why."""

    statement: StatementId
    words: VaultId
    lines: tuple[str, ...] = ()
    contacts: tuple[ContactId, ...] = ()


class SettleDispute(Command, frozen=True, gc=False):
    """Finance answers. `words` are needed to reject. `items`: each disputed
    line's name with the deduction that it's accepted or split off as."""

    dispute: DisputeId
    verdict: Verdict
    words: VaultId | None = None
    items: tuple[tuple[str, OneOff], ...] = ()


class IssueInvoice(Command, frozen=True, gc=False):
    """Issue a confirmed statement, or the correction that was frozen since; by somebody else
    than who froze it. `draft` is the frozen one and `standing` the one that was issued before,
    both proved by their digests; `series` is the beginning of the number, `moved` the client's
    own counts of the contacts that the correction is about."""

    statement: StatementId
    draft: Draft
    series: str
    day: str
    due: str
    seller: LegalEntity
    buyer: LegalEntity
    standing: Draft | None = None
    codes: tuple[TaxWord, ...] = ()
    order: str = ""
    moved: tuple[int, ...] = ()


class CarryCorrection(Command, frozen=True, gc=False):
    """The correction that was frozen asks for more, and the contract has that on the next
    month's invoice: as lines of `period`. `included`: prices of the contract include tax."""

    statement: StatementId
    draft: Draft
    standing: Draft
    period: str
    included: bool = False


class RecordFapiao(Command, frozen=True, gc=False):
    """What the tax system gave for some of a seller's documents: n to m."""

    documents: tuple[str, ...]
    fapiao: tuple[Fapiao, ...]


class DeclareExclusion(Command, frozen=True, gc=False):
    """These intervals aren't to count for service terms (BILLING, 5). No queue: all of the
    client's."""

    client: ClientId
    since: InstantUs
    until: InstantUs
    words: VaultId
    queues: tuple[QueueId, ...] = ()
    programme: str = ""


class AnswerExclusion(Command, frozen=True, gc=False):
    """The client accepts an exclusion, or doesn't."""

    exclusion: ExclusionId
    accepted: bool


class WithdrawExclusion(Command, frozen=True, gc=False):
    """Whoever declared it takes it back."""

    exclusion: ExclusionId


class GiveForecast(Command, frozen=True, gc=False):
    """How many contacts a programme expects: one number for each local day from `first_day` on,
    or, with `interval_us`, for each interval of each day. For a day the last one holds that was
    given before its deadline; `locks_at`: the last day's, by the contract."""

    client: ClientId
    period: str
    first_day: int
    counts: tuple[int, ...]
    locks_at: InstantUs
    programme: str = ""
    interval_us: DurationUs | None = None


class LockForecast(Command, frozen=True, gc=False):
    """From now on the month's forecast is what was given."""

    client: ClientId
    period: str
    programme: str = ""


class AddOneOff(Command, frozen=True, gc=False):
    """A sum that no contact makes: a set-up fee, a training day, a refund."""

    client: ClientId
    one_off: OneOff


class DropOneOff(Command, frozen=True, gc=False):
    """It was wrong, or isn't wanted any more."""

    item: ItemId


class CorrectCode(Command, frozen=True, gc=False):
    """Quality puts a wrap-up code right. `words`: why. Until the statement it changes the
    draft; later it makes a correction."""

    client: ClientId
    contact: ContactId
    segment: SegmentId
    code: str
    words: VaultId


# --- what happened ---


class StatementFrozen(Event, frozen=True, gc=False, kw_only=True):
    """A month's draft stands still, made from `known`; `revision` counts from 1."""

    statement: StatementId
    period: str
    revision: int
    draft: Draft
    digest: Digest
    known: Known
    confirm_by: InstantUs
    silence: bool


class CorrectionFrozen(Event, frozen=True, gc=False, kw_only=True):
    """An issued month as it would be now: what differs is to be credited or added."""

    statement: StatementId
    draft: Draft
    digest: Digest
    known: Known


class StatementConfirmed(Event, frozen=True, gc=False, kw_only=True):
    """The client agreed to this revision, or said nothing in time."""

    statement: StatementId
    revision: int
    by_silence: bool = False


class StatementDisputed(Event, frozen=True, gc=False, kw_only=True):
    """The client disputes lines or contacts; `words`: why."""

    statement: StatementId
    dispute: DisputeId
    words: VaultId
    lines: tuple[str, ...] = ()
    contacts: tuple[ContactId, ...] = ()


class DisputeSettled(Event, frozen=True, gc=False, kw_only=True):
    """Finance answered. `struck`: contacts that have no line any more, with this reason;
    `restored`: those that were split off and have their lines again."""

    statement: StatementId
    dispute: DisputeId
    verdict: Verdict
    words: VaultId | None = None
    struck: tuple[ContactId, ...] = ()
    restored: tuple[ContactId, ...] = ()
    items: tuple[tuple[ItemId, OneOff], ...] = ()
    dropped: tuple[ItemId, ...] = ()


class DocumentIssued(Event, frozen=True, gc=False, kw_only=True):
    """A document took the next number of its seller's series for the year, which is
    `series` and `place`. `hash`: of its canonical JSON."""

    statement: StatementId
    series: str
    place: int
    document: Document
    hash: Digest


class CorrectionClosed(Event, frozen=True, gc=False, kw_only=True):
    """An issued month's difference stands on the invoice of `period`, as items; or it comes to
    nothing, and `period` is empty."""

    statement: StatementId
    period: str
    digest: Digest


class DocumentKept(Event, frozen=True, gc=False, kw_only=True):
    """What it looks like as issued, by language: the SHA-256 of the PDF that was kept."""

    number: str
    language: str
    digest: Digest


class FapiaoRecorded(Event, frozen=True, gc=False, kw_only=True):
    """What the tax system gave for some documents."""

    documents: tuple[str, ...]
    fapiao: tuple[Fapiao, ...]


class ExclusionDeclared(Event, frozen=True, gc=False, kw_only=True):
    """Somebody asks that a span not count for service terms."""

    exclusion: ExclusionId
    since: InstantUs
    until: InstantUs
    words: VaultId
    queues: tuple[QueueId, ...] = ()
    programme: str = ""


class ExclusionAnswered(Event, frozen=True, gc=False, kw_only=True):
    """The client accepted it, or didn't."""

    exclusion: ExclusionId
    accepted: bool


class ExclusionWithdrawn(Event, frozen=True, gc=False, kw_only=True):
    """It doesn't count any more."""

    exclusion: ExclusionId


class ForecastGiven(Event, frozen=True, gc=False, kw_only=True):
    """What a programme expects from a day on. It's locked as it is: a later one holds for the
    days whose deadline hasn't come; `locks_at` is the last day's."""

    period: str
    first_day: int
    counts: tuple[int, ...]
    locks_at: InstantUs
    programme: str = ""
    interval_us: DurationUs | None = None


class ForecastLocked(Event, frozen=True, gc=False, kw_only=True):
    """Nobody changes the month's forecast any more."""

    period: str
    programme: str = ""


class OneOffAdded(Event, frozen=True, gc=False, kw_only=True):
    """A sum of its own on a month's invoice."""

    item: ItemId
    one_off: OneOff


class OneOffDropped(Event, frozen=True, gc=False, kw_only=True):
    """It's off the month's invoice again."""

    item: ItemId
    period: str


class CodeCorrected(Event, frozen=True, gc=False, kw_only=True):
    """A segment's wrap-up code is this one, for whatever counts results."""

    segment: SegmentId
    code: str
    words: VaultId


_EVENTS: Final = (
    StatementFrozen,
    CorrectionFrozen,
    StatementConfirmed,
    StatementDisputed,
    DisputeSettled,
    DocumentIssued,
    CorrectionClosed,
    DocumentKept,
    FapiaoRecorded,
    ExclusionDeclared,
    ExclusionAnswered,
    ExclusionWithdrawn,
    ForecastGiven,
    ForecastLocked,
    OneOffAdded,
    OneOffDropped,
    CodeCorrected,
)
OFFICE_EVENTS: Final[Mapping[str, type[Event]]] = {
    f"accounts.{one.__name__}": one for one in _EVENTS
}
"""Every event of the stream, by its type in the envelope."""


def statement_id(client: ClientId, period: str) -> StatementId:
    """A month has one statement."""
    return StatementId(f"{client}/{period}")


def forecast_id(client: ClientId, period: str, programme: str) -> ForecastId:
    """A programme's month has one forecast."""
    return ForecastId(f"{client}/{period}/{programme}")


def client_of(statement: StatementId) -> ClientId:
    """Whose."""
    return ClientId(statement.partition("/")[0])


def period_of_item(one_off: OneOff) -> str:
    """The month whose invoice it's on."""
    return day_text(one_off.day)[:7]
