"""The office's state, folded from its stream. An event that doesn't fit is a bug, not a refusal."""

from roost.kernel.envelope import Envelope
from roost.kernel.ids import ClientId
from roost.kernel.messages import Event
from roost.office.accounts import messages as say
from roost.office.accounts.documents import DocumentKind
from roost.office.accounts.messages import Verdict, statement_id
from roost.office.accounts.model import (
    Account,
    Correction,
    Exclusion,
    Forecast,
    Issued,
    Item,
    Ledger,
    OpenDispute,
    Stage,
)
from roost.office.invoices.messages import Draft


def fold(ledger: Ledger, envelope: Envelope) -> None:
    """Takes one event in."""
    apply(ledger, envelope.actor.partition(":")[2].partition("/")[0], envelope.body)


def apply(ledger: Ledger, person: str, event: Event) -> None:
    """Takes in what somebody led to."""
    match event:
        case say.StatementFrozen():
            _frozen(ledger, person, event)
        case say.CorrectionFrozen(statement=statement, digest=digest):
            ledger.statements[statement].correction = Correction(digest, person)
        case say.StatementConfirmed(statement=statement):
            ledger.statements[statement].stage = Stage.CONFIRMED
        case say.StatementDisputed():
            account = ledger.statements[event.statement]
            account.disputed += 1
            account.disputes[event.dispute] = OpenDispute(event.lines, event.contacts)
        case say.DisputeSettled():
            _settled(ledger, event)
        case say.DocumentIssued():
            _issued(ledger, event)
        case say.CorrectionClosed(statement=statement, digest=digest):
            account = ledger.statements[statement]
            account.digest, account.correction, account.stale = digest, None, False
        case say.FapiaoRecorded(documents=documents, fapiao=fapiao):
            for number in documents:
                ledger.documents[number].fapiao = fapiao
        case _:
            _around(ledger, event)


def _around(ledger: Ledger, event: Event) -> None:
    """What isn't about a statement."""
    match event:
        case say.ExclusionDeclared(exclusion=exclusion):
            _count(ledger, ClientId(event.owner))
            ledger.exclusions[exclusion] = Exclusion()
        case say.ExclusionAnswered(exclusion=exclusion):
            ledger.exclusions[exclusion].answered = True
        case say.ExclusionWithdrawn(exclusion=exclusion):
            del ledger.exclusions[exclusion]
        case say.ForecastGiven():
            ledger.forecasts[_forecast(event)] = Forecast(event.locks_at)
        case say.ForecastLocked():
            ledger.forecasts[_forecast(event)].locked = True
        case say.OneOffAdded(item=item, one_off=one_off):
            _count(ledger, ClientId(event.owner))
            month = statement_id(ClientId(event.owner), say.period_of_item(one_off))
            ledger.items[item] = Item(month)
            _out_of_date(ledger, month)
        case say.OneOffDropped(item=item):
            _out_of_date(ledger, ledger.items.pop(item).statement)
        case say.CodeCorrected() | say.DocumentKept():
            pass
        case _:
            raise AssertionError(f"no event of the office: {type(event).__name__}")


def _forecast(event: say.ForecastGiven | say.ForecastLocked) -> say.ForecastId:
    return say.forecast_id(ClientId(event.owner), event.period, event.programme)


def _count(ledger: Ledger, client: ClientId) -> None:
    ledger.counters[client] = ledger.counters.get(client, 0) + 1


def _out_of_date(ledger: Ledger, month: say.StatementId) -> None:
    account = ledger.statements.get(month)
    if account is not None:
        account.stale = True


def line_names(draft: Draft) -> tuple[str, ...]:
    """What may be disputed of a draft, by name."""
    return tuple(line.name for line in draft.lines)


def _frozen(ledger: Ledger, person: str, event: say.StatementFrozen) -> None:
    before = ledger.statements.get(event.statement)
    account = Account(
        Stage.FROZEN,
        event.revision,
        event.digest,
        line_names(event.draft),
        person,
        event.confirm_by,
        event.silence,
    )
    if before is not None:
        account.disputes, account.struck = before.disputes, before.struck
        account.disputed = before.disputed
    ledger.statements[event.statement] = account


def _settled(ledger: Ledger, event: say.DisputeSettled) -> None:
    account = ledger.statements[event.statement]
    dispute = account.disputes[event.dispute]
    account.struck |= set(event.struck)
    account.struck -= set(event.restored)
    for item, _ in event.items:
        _count(ledger, ClientId(event.owner))
        ledger.items[item] = Item(event.statement)
    for item in event.dropped:
        del ledger.items[item]
    if event.struck or event.restored or event.items or event.dropped:
        account.stale = True
    if event.verdict is Verdict.SPLIT:
        dispute.split = True
        dispute.items = tuple(item for item, _ in event.items)
    else:
        del account.disputes[event.dispute]


def _issued(ledger: Ledger, event: say.DocumentIssued) -> None:
    ledger.places[event.series] = event.place
    ledger.documents[event.document.number] = Issued(event.statement)
    account = ledger.statements[event.statement]
    if event.document.kind is DocumentKind.INVOICE:
        account.stage = Stage.ISSUED
        account.number, account.day = event.document.number, event.document.day
    account.stale = False
    if account.correction is not None:
        account.digest, account.correction = account.correction.digest, None
