"""What may be done with a client's month, and what it leads to. Who may ask at all is for the
permissions; here stands what the state allows, and that two persons are needed to issue."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.kernel.actor import Actor
from roost.kernel.calendar import day_number
from roost.kernel.ids import ClientId, Owner, owner_of
from roost.kernel.messages import Command, Decision, Event, Refusal
from roost.kernel.time import InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.documents import digest
from roost.office.accounts.issuing import carried_items, issue
from roost.office.accounts.messages import (
    DisputeId,
    ItemId,
    Verdict,
    client_of,
    forecast_id,
    statement_id,
)
from roost.office.accounts.model import MOST_COUNTS, Account, Ledger, Stage, person_of
from roost.office.contracts.one_off import OneOff

MOST_DISPUTES: Final = 100  # open at a time, of one statement
MOST_CONTACTS: Final = 1_000  # of one dispute
MOST_DOCUMENTS: Final = 100  # that one entry about fapiao names

Decided = Decision | Refusal


def decide(ledger: Ledger, now: InstantUs, actor: Actor, command: Command) -> Decided:
    """Nothing is changed here: the events are folded once they are in the log."""
    return _TABLE[type(command)](ledger, now, actor, command)


def _one(event: Event) -> Decision:
    return Decision((event,))


# --- statements ---


def _freeze(ledger: Ledger, now: InstantUs, _: Actor, ask: say.FreezeStatement) -> Decided:
    statement = statement_id(ask.client, ask.period)
    if now < ask.ends:
        return Refusal("month_not_over", {"period": ask.period})
    if ask.draft.gross is None:
        return Refusal("no_seller", {"client": ask.client})
    found, made = ledger.statements.get(statement), digest(ask.draft)
    if found is not None and found.stage is Stage.ISSUED:
        return _correct(found, statement, ask)
    if found is not None and found.digest == made and not found.stale:
        return Refusal("statement_unchanged", {"statement": statement})
    return _one(
        say.StatementFrozen(
            owner=owner_of(ask.client),
            statement=statement,
            period=ask.period,
            revision=1 if found is None else found.revision + 1,
            draft=ask.draft,
            digest=made,
            known=ask.known,
            confirm_by=ask.confirm_by,
            silence=ask.silence,
        )
    )


def _correct(found: Account, statement: say.StatementId, ask: say.FreezeStatement) -> Decided:
    made = digest(ask.draft)
    if made == found.digest or (found.correction is not None and made == found.correction.digest):
        return Refusal("nothing_to_correct", {"number": found.number})
    return _one(
        say.CorrectionFrozen(
            owner=owner_of(ask.client),
            statement=statement,
            draft=ask.draft,
            digest=made,
            known=ask.known,
        )
    )


def _confirm(ledger: Ledger, _: InstantUs, actor: Actor, ask: say.ConfirmStatement) -> Decided:
    found = ledger.statements.get(ask.statement)
    if found is None:
        return Refusal("unknown_statement", {"statement": ask.statement})
    if actor.owner != owner_of(client_of(ask.statement)):
        return Refusal("not_your_statement")
    refusal = _unconfirmed(found, ask.statement)
    if refusal is not None:
        return refusal
    if found.revision != ask.revision:
        return Refusal("statement_moved_on", {"revision": str(found.revision)})
    return _one(_confirmed(found, ask.statement, by_silence=False))


def _silence(ledger: Ledger, now: InstantUs, _: Actor, ask: say.LetSilenceConfirm) -> Decided:
    found = ledger.statements.get(ask.statement)
    if found is None:
        return Refusal("unknown_statement", {"statement": ask.statement})
    refusal = _unconfirmed(found, ask.statement)
    if refusal is not None:
        return refusal
    if not found.silence or now < found.confirm_by:
        return Refusal("silence_confirms_nothing", {"statement": ask.statement})
    return _one(_confirmed(found, ask.statement, by_silence=True))


def _unconfirmed(found: Account, statement: say.StatementId) -> Refusal | None:
    if found.stage is not Stage.FROZEN:
        return Refusal("confirmed_already", {"statement": statement})
    if found.blocking():
        return Refusal("disputes_open", {"statement": statement})
    return Refusal("freeze_again", {"statement": statement}) if found.stale else None


def _confirmed(
    found: Account, statement: say.StatementId, *, by_silence: bool
) -> say.StatementConfirmed:
    return say.StatementConfirmed(
        owner=owner_of(client_of(statement)),
        statement=statement,
        revision=found.revision,
        by_silence=by_silence,
    )


# --- disputes ---


def _dispute(ledger: Ledger, now: InstantUs, actor: Actor, ask: say.Dispute) -> Decided:
    found = ledger.statements.get(ask.statement)
    if found is None:
        return Refusal("unknown_statement", {"statement": ask.statement})
    if actor.owner != owner_of(client_of(ask.statement)):
        return Refusal("not_your_statement")
    if found.stage is Stage.CONFIRMED:
        return Refusal("confirmed_already", {"statement": ask.statement})
    if found.stage is Stage.FROZEN and found.silence and now >= found.confirm_by:
        return Refusal("too_late_to_dispute", {"statement": ask.statement})
    if not ask.lines and not ask.contacts:
        return Refusal("dispute_what")
    unknown = [name for name in ask.lines if name not in found.lines]
    if unknown:
        return Refusal("unknown_line", {"line": unknown[0], "lines": ", ".join(found.lines)})
    if len(found.disputes) >= MOST_DISPUTES or len(ask.contacts) > MOST_CONTACTS:
        return Refusal(
            "too_much_disputed", {"most": str(MOST_DISPUTES), "contacts": str(MOST_CONTACTS)}
        )
    taken = found.struck.union(*(one.contacts for one in found.disputes.values()))
    lines = {name for one in found.disputes.values() for name in one.lines}
    if taken & set(ask.contacts) or lines & set(ask.lines):
        return Refusal("disputed_already")
    return _one(
        say.StatementDisputed(
            owner=owner_of(client_of(ask.statement)),
            statement=ask.statement,
            dispute=DisputeId(f"{ask.statement}/d{found.disputed + 1}"),
            words=ask.words,
            lines=tuple(dict.fromkeys(ask.lines)),
            contacts=tuple(dict.fromkeys(ask.contacts)),
        )
    )


def _settle(ledger: Ledger, _: InstantUs, _actor: Actor, ask: say.SettleDispute) -> Decided:
    statement = say.StatementId(ask.dispute.rpartition("/")[0])
    account = ledger.statements.get(statement)
    found = None if account is None else account.disputes.get(ask.dispute)
    if account is None or found is None:
        return Refusal("unknown_dispute", {"dispute": ask.dispute})
    accept, split = ask.verdict is Verdict.ACCEPT, ask.verdict is Verdict.SPLIT
    if split and account.stage is Stage.ISSUED:
        return Refusal("nothing_to_split", {"dispute": ask.dispute})
    if split and found.split:
        return Refusal("split_already", {"dispute": ask.dispute})
    if ask.verdict is Verdict.REJECT and ask.words is None:
        return Refusal("reject_in_words")
    out = (accept or split) and not found.split
    if out and sorted(line for line, _ in ask.items) != sorted(found.lines):
        return Refusal("lines_changed", {"dispute": ask.dispute})
    client = client_of(statement)
    back = found.split and ask.verdict is Verdict.REJECT
    return _one(
        say.DisputeSettled(
            owner=owner_of(client),
            statement=statement,
            dispute=ask.dispute,
            verdict=ask.verdict,
            words=ask.words,
            struck=found.contacts if out else (),
            restored=found.contacts if back else (),
            items=_numbered(ledger, client, tuple(one for _, one in ask.items)) if out else (),
            dropped=found.items if back else (),
        )
    )


def _numbered(
    ledger: Ledger, client: ClientId, lines: tuple[OneOff, ...]
) -> tuple[tuple[ItemId, OneOff], ...]:
    first = ledger.counters.get(client, 0) + 1
    return tuple((ItemId(f"{client}/i{first + place}"), line) for place, line in enumerate(lines))


# --- documents ---


def _issue(ledger: Ledger, _: InstantUs, actor: Actor, ask: say.IssueInvoice) -> Decided:
    found = ledger.statements.get(ask.statement)
    if found is None:
        return Refusal("unknown_statement", {"statement": ask.statement})
    correction = found.correction
    by = found.frozen_by if correction is None else correction.frozen_by
    frozen = found.digest if correction is None else correction.digest
    if found.stage is Stage.FROZEN:
        return Refusal("not_confirmed", {"statement": ask.statement})
    if found.stage is Stage.ISSUED and correction is None:
        return Refusal("issued_already", {"number": found.number})
    if found.stale and correction is None:
        return Refusal("freeze_again", {"statement": ask.statement})
    if person_of(actor) == by:
        return Refusal("second_person")
    if digest(ask.draft) != frozen:
        return Refusal("statement_moved_on", {"revision": str(found.revision)})
    if correction is not None and (ask.standing is None or digest(ask.standing) != found.digest):
        return Refusal("statement_moved_on", {"revision": str(found.revision)})
    fapiao = ledger.documents[found.number].fapiao if found.number else ()
    made = issue(found, ask, ledger.places.get(ask.series, 0), fapiao)
    return Decision(made) if made else _one(_comes_to_nothing(ask))


def _comes_to_nothing(ask: say.IssueInvoice) -> say.CorrectionClosed:
    return say.CorrectionClosed(
        owner=owner_of(client_of(ask.statement)),
        statement=ask.statement,
        period="",
        digest=digest(ask.draft),
    )


def _carry(ledger: Ledger, _: InstantUs, actor: Actor, ask: say.CarryCorrection) -> Decided:
    found = ledger.statements.get(ask.statement)
    if found is None or found.correction is None:
        return Refusal("nothing_to_correct", {"number": "" if found is None else found.number})
    if person_of(actor) == found.correction.frozen_by:
        return Refusal("second_person")
    if digest(ask.draft) != found.correction.digest or digest(ask.standing) != found.digest:
        return Refusal("statement_moved_on", {"revision": str(found.revision)})
    client = client_of(ask.statement)
    next_ = ledger.statements.get(statement_id(client, ask.period))
    if next_ is not None and next_.stage is Stage.ISSUED:
        return Refusal("issued_already", {"number": next_.number})
    return Decision(_carried(ledger, found, ask))


def _carried(ledger: Ledger, found: Account, ask: say.CarryCorrection) -> tuple[Event, ...]:
    """The difference as items of a later month."""
    client = client_of(ask.statement)
    day = day_number(int(ask.period[:4]), int(ask.period[5:7]), 1)
    lines = carried_items(ask.standing, ask.draft, found.number, day, included=ask.included)
    items = _numbered(ledger, client, lines)
    return (
        say.CorrectionClosed(
            owner=owner_of(client),
            statement=ask.statement,
            period=ask.period,
            digest=digest(ask.draft),
        ),
        *(
            say.OneOffAdded(owner=owner_of(client), item=item, one_off=one_off)
            for item, one_off in items
        ),
    )


def _fapiao(ledger: Ledger, _: InstantUs, _actor: Actor, ask: say.RecordFapiao) -> Decided:
    if not ask.documents or not ask.fapiao or len(ask.documents) > MOST_DOCUMENTS:
        return Refusal("fapiao_of_what", {"most": str(MOST_DOCUMENTS)})
    unknown = [number for number in ask.documents if number not in ledger.documents]
    if unknown:
        return Refusal("unknown_document", {"number": unknown[0]})
    clients = {client_of(ledger.documents[number].statement) for number in ask.documents}
    if len(clients) > 1:
        return Refusal("fapiao_of_several_clients")
    return _one(
        say.FapiaoRecorded(
            owner=owner_of(clients.pop()), documents=ask.documents, fapiao=ask.fapiao
        )
    )


# --- what else the office is told ---


def _declare(ledger: Ledger, _: InstantUs, _actor: Actor, ask: say.DeclareExclusion) -> Decided:
    if ask.until <= ask.since:
        return Refusal("ends_before_it_begins")
    count = ledger.counters.get(ask.client, 0) + 1
    return _one(
        say.ExclusionDeclared(
            owner=owner_of(ask.client),
            exclusion=say.ExclusionId(f"{ask.client}/x{count}"),
            since=ask.since,
            until=ask.until,
            words=ask.words,
            queues=ask.queues,
            programme=ask.programme,
        )
    )


def _exclusion(ledger: Ledger, exclusion: say.ExclusionId) -> Owner | Refusal:
    if exclusion not in ledger.exclusions:
        return Refusal("unknown_exclusion", {"exclusion": exclusion})
    return Owner(exclusion.partition("/")[0])


def _answer(ledger: Ledger, _: InstantUs, actor: Actor, ask: say.AnswerExclusion) -> Decided:
    owner = _exclusion(ledger, ask.exclusion)
    if isinstance(owner, Refusal):
        return owner
    if actor.owner != owner:
        return Refusal("not_your_statement")
    if ledger.exclusions[ask.exclusion].answered:
        return Refusal("answered_already", {"exclusion": ask.exclusion})
    return _one(say.ExclusionAnswered(owner=owner, exclusion=ask.exclusion, accepted=ask.accepted))


def _withdraw(ledger: Ledger, _: InstantUs, _actor: Actor, ask: say.WithdrawExclusion) -> Decided:
    owner = _exclusion(ledger, ask.exclusion)
    if isinstance(owner, Refusal):
        return owner
    return _one(say.ExclusionWithdrawn(owner=owner, exclusion=ask.exclusion))


def _forecast(ledger: Ledger, now: InstantUs, _: Actor, ask: say.GiveForecast) -> Decided:
    known = ledger.forecasts.get(forecast_id(ask.client, ask.period, ask.programme))
    if now >= ask.locks_at or (known is not None and known.locked):
        return Refusal("forecast_locked", {"period": ask.period})
    if not ask.counts or len(ask.counts) > MOST_COUNTS or min(ask.counts) < 0:
        return Refusal("forecast_of_what", {"most": str(MOST_COUNTS)})
    return _one(
        say.ForecastGiven(
            owner=owner_of(ask.client),
            period=ask.period,
            first_day=ask.first_day,
            counts=ask.counts,
            locks_at=ask.locks_at,
            programme=ask.programme,
            interval_us=ask.interval_us,
        )
    )


def _lock(ledger: Ledger, _: InstantUs, _actor: Actor, ask: say.LockForecast) -> Decided:
    found = ledger.forecasts.get(forecast_id(ask.client, ask.period, ask.programme))
    if found is None:
        return Refusal("no_forecast", {"period": ask.period})
    if found.locked:
        return Refusal("forecast_locked", {"period": ask.period})
    return _one(
        say.ForecastLocked(owner=owner_of(ask.client), period=ask.period, programme=ask.programme)
    )


def _add(ledger: Ledger, _: InstantUs, _actor: Actor, ask: say.AddOneOff) -> Decided:
    month = statement_id(ask.client, say.period_of_item(ask.one_off))
    found = ledger.statements.get(month)
    if found is not None and found.stage is Stage.ISSUED:
        return Refusal("issued_already", {"number": found.number})
    ((item, one_off),) = _numbered(ledger, ask.client, (ask.one_off,))
    return _one(say.OneOffAdded(owner=owner_of(ask.client), item=item, one_off=one_off))


def _drop(ledger: Ledger, _now: InstantUs, _actor: Actor, ask: say.DropOneOff) -> Decided:
    item = ledger.items.get(ask.item)
    if item is None:
        return Refusal("unknown_item", {"item": ask.item})
    found = ledger.statements.get(item.statement)
    if found is not None and found.stage is Stage.ISSUED:
        return Refusal("issued_already", {"number": found.number})
    return _one(
        say.OneOffDropped(
            owner=owner_of(client_of(item.statement)),
            item=ask.item,
            period=item.statement.rpartition("/")[2],
        )
    )


def _code(_: Ledger, _now: InstantUs, _actor: Actor, ask: say.CorrectCode) -> Decided:
    return _one(
        say.CodeCorrected(
            owner=owner_of(ask.client),
            contact=ask.contact,
            segment=ask.segment,
            code=ask.code,
            words=ask.words,
        )
    )


_TABLE: Final[Mapping[type[Command], Callable[[Ledger, InstantUs, Actor, Any], Decided]]] = {
    say.FreezeStatement: _freeze,
    say.ConfirmStatement: _confirm,
    say.LetSilenceConfirm: _silence,
    say.Dispute: _dispute,
    say.SettleDispute: _settle,
    say.IssueInvoice: _issue,
    say.CarryCorrection: _carry,
    say.RecordFapiao: _fapiao,
    say.DeclareExclusion: _declare,
    say.AnswerExclusion: _answer,
    say.WithdrawExclusion: _withdraw,
    say.GiveForecast: _forecast,
    say.LockForecast: _lock,
    say.AddOneOff: _add,
    say.DropOneOff: _drop,
    say.CorrectCode: _code,
}
