"""A client's month from draft to credit: its statement, what the client says to it, its issue.

Finance freezes and issues (two persons), the client's people confirm or dispute. What the operator
alone may know, who of its people did what, isn't in what a client gets.
"""

import asyncio
from collections.abc import Callable
from typing import Annotated, Final

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta, Struct

from roost.kernel.ids import ClientId, ContactId
from roost.kernel.money import Money
from roost.kernel.purview import Purview
from roost.kernel.time import InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.messages import DisputeId, Verdict, statement_id
from roost.office.accounts.model import Stage
from roost.office.accounts.views import (
    Answered,
    DisputeView,
    DocumentShort,
    Frozen,
    StatementView,
)
from roost.office.invoices.messages import Draft
from roost.ports.commands import Answer, Done, Refused
from roost.ports.office import Office
from roost.web.acting import Key
from roost.web.commands import Commands
from roost.web.history import ClientPath, Limit, PeriodPath
from roost.web.parts import Parts
from roost.web.permissions import Caller, reaches
from roost.web.problems import Trouble, not_found, refused
from roost.web.rows import parse_ref, ref_of

MOST_WORDS: Final = 2_000  # characters
DisputePath = Annotated[str, PathParameter(pattern=r"^d[0-9]{1,9}$", description="As `d3`")]
PeriodAsked = Annotated[str | None, QueryParameter(name="period", pattern=r"^[0-9]{4}-[0-9]{2}$")]
Words = Annotated[str, Meta(max_length=MOST_WORDS)]
Line = Annotated[str, Meta(min_length=1, max_length=200)]
ContactRef = Annotated[str, Meta(min_length=1, max_length=120)]


class StatementShort(Struct, frozen=True):
    """A month in a list. `confirm_by`: until when the client may answer, and whether saying
    nothing confirms it (`silence`). `stale`: what was settled or added since isn't in it; after
    issue: a correction is due. `correction_due`: frozen, and to be issued."""

    client: ClientId
    period: str
    stage: Stage
    revision: int
    total: Money
    gross: Money | None
    confirm_by: InstantUs
    silence: bool
    stale: bool
    correction_due: bool
    open_disputes: int
    documents: tuple[DocumentShort, ...]


class DisputeShown(Struct, frozen=True):
    """`by` and `answered_by` are accounts; whoever answered is the operator's to know."""

    dispute: str
    status: Answered
    at: InstantUs
    by: str | None
    lines: tuple[str, ...]
    contacts: tuple[str, ...]
    words: str
    answered_at: InstantUs | None
    answered_by: str | None
    answer: str


class FrozenShown(Struct, frozen=True):
    """A draft as it was frozen; `digest` is the SHA-256 of its canonical JSON."""

    at: InstantUs
    by: str | None
    digest: str
    draft: Draft


class StatementShown(Struct, frozen=True):
    """`frozen` is what's confirmed or disputed; `standing` what was issued, or corrected, last;
    `correction` what it would be now, to be issued by a second person."""

    summary: StatementShort
    confirmed_at: InstantUs | None
    confirmed_by: str | None
    by_silence: bool
    frozen: FrozenShown
    standing: FrozenShown | None
    correction: FrozenShown | None
    disputes: tuple[DisputeShown, ...]


class Confirming(Struct, frozen=True, forbid_unknown_fields=True):
    """The revision that was looked at."""

    revision: Annotated[int, Meta(ge=1, le=1_000_000)]


class Disputing(Struct, frozen=True, forbid_unknown_fields=True):
    """Which lines, by name, and which contacts, as `power-grid-17`; and why."""

    words: Annotated[str, Meta(min_length=1, max_length=MOST_WORDS)]
    lines: Annotated[tuple[Line, ...], Meta(max_length=200)] = ()
    contacts: Annotated[tuple[ContactRef, ...], Meta(max_length=1_000)] = ()


class Settling(Struct, frozen=True, forbid_unknown_fields=True):
    """Accept: out of the statement, or a credit after issue. Reject: in words. Split: out for
    now, so that the rest can be issued."""

    verdict: Verdict
    words: Words = ""


@get("/api/invoices/statements", summary="Statements")
async def statements(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    period: PeriodAsked = None,
    limit: Limit = 100,
) -> list[StatementShort]:
    """The latest month first."""
    office_of(parts)
    months = parts.views.statements(Purview(caller.owner))
    found = await asyncio.to_thread(months.statements, caller.client, period, limit)
    return [short(view) for view in found]


@get("/api/invoices/statements/{client:str}/{period:str}", summary="One statement")
async def statement(
    client: ClientPath,
    period: PeriodPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
) -> StatementShown:
    """With its lines, its disputes and what became of them."""
    return await asyncio.to_thread(_shown, parts, caller, client, period)


@post(
    "/api/invoices/statements/{client:str}/{period:str}/freeze",
    status_code=200,
    summary="Freeze a statement, or a correction",
)
async def freeze(
    client: ClientPath,
    period: PeriodPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> StatementShown:
    """The month's draft as it is now. Again: a new revision; after issue: what differs."""
    id_ = commands.id_of(caller, key)
    return await _do(
        parts, caller, client, period,
        lambda office: office.freeze(ClientId(client), period, caller.actor, id_),
    )  # fmt: skip


@post(
    "/api/invoices/statements/{client:str}/{period:str}/confirm",
    status_code=200,
    summary="Confirm a statement",
)
async def confirm(
    client: ClientPath,
    period: PeriodPath,
    data: JSONBody[Confirming],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> StatementShown:
    """By the client's own people."""
    command = say.ConfirmStatement(statement_id(ClientId(client), period), data.revision)
    id_ = commands.id_of(caller, key)
    return await _do(
        parts, caller, client, period, lambda office: office.give(command, caller.actor, id_)
    )


@post(
    "/api/invoices/statements/{client:str}/{period:str}/disputes",
    status_code=200,
    summary="Dispute lines or contacts",
)
async def dispute(
    client: ClientPath,
    period: PeriodPath,
    data: JSONBody[Disputing],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> StatementShown:
    """By the client's own people, in words."""
    counts: list[int] = []
    for ref in data.contacts:
        named = parse_ref(ref)
        if named is None or named[0] != client:
            raise Trouble(409, "unknown_contact", {"contact": ref})
        counts.append(named[1])
    id_ = commands.id_of(caller, key)
    return await _do(
        parts, caller, client, period,
        lambda office: office.dispute(
            ClientId(client), period, data.lines, tuple(counts), data.words, caller.actor, id_
        ),
    )  # fmt: skip


@post(
    "/api/invoices/statements/{client:str}/{period:str}/disputes/{dispute:str}/settle",
    status_code=200,
    summary="Settle a dispute",
)
async def settle(
    client: ClientPath,
    period: PeriodPath,
    dispute: DisputePath,
    data: JSONBody[Settling],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> StatementShown:
    """Accept, reject in words, or split off. What's accepted or split off changes the month: it's
    to be frozen again then."""
    named = DisputeId(f"{statement_id(ClientId(client), period)}/{dispute}")
    id_ = commands.id_of(caller, key)
    return await _do(
        parts, caller, client, period,
        lambda office: office.settle(named, data.verdict, data.words, caller.actor, id_),
    )  # fmt: skip


@post(
    "/api/invoices/statements/{client:str}/{period:str}/issue",
    status_code=200,
    summary="Issue an invoice, or a correction",
)
async def issue(
    client: ClientPath,
    period: PeriodPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> StatementShown:
    """By somebody else than who froze it. It takes the seller's next number of the year."""
    id_ = commands.id_of(caller, key)
    return await _do(
        parts, caller, client, period,
        lambda office: office.issue(ClientId(client), period, caller.actor, id_),
    )  # fmt: skip


def office_of(parts: Parts) -> Office:
    """Raises Trouble where this web process has no office."""
    if parts.office is None:
        raise Trouble(503, "unavailable")
    return parts.office


def answered(answer: Answer) -> int:
    """The stream's position. Raises Trouble for a refusal (409) and when it couldn't be decided
    (503)."""
    match answer:
        case Done(number):
            return number
        case Refused(refusal):
            raise refused(refusal)
        case _:
            raise Trouble(503, "unavailable", headers={"Retry-After": "2"})


async def _do(
    parts: Parts, caller: Caller, client: str, period: str, act: Callable[[Office], Answer]
) -> StatementShown:
    """Raises Trouble: what isn't theirs is as if it weren't there."""
    office = office_of(parts)

    def whole() -> StatementShown:
        known = (
            parts.views.records(Purview(caller.owner)).draft(ClientId(client), period) is not None
        )
        if not reaches(caller, client) or not known:
            raise not_found()
        answered(act(office))
        return _shown(parts, caller, client, period)

    return await asyncio.to_thread(whole)


def _shown(parts: Parts, caller: Caller, client: str, period: str) -> StatementShown:
    office = office_of(parts)
    purview = Purview(caller.owner)
    view = parts.views.statements(purview).statement(ClientId(client), period)
    if view is None or not reaches(caller, client):
        raise not_found()
    ours = caller.client is None
    wanted = [one for dispute in view.disputes.values() for one in dispute.contacts]
    counts = parts.views.records(purview).counts(wanted)
    return StatementShown(
        short(view),
        view.confirmed_at,
        None if view.confirmed_at is None else shown_of(parts, caller, view.confirmed_by),
        view.by_silence,
        _frozen(view.frozen, ours),
        None if view.standing is None else _frozen(view.standing, ours),
        None if view.correction is None else _frozen(view.correction, ours),
        tuple(
            _dispute(office, one, counts, view, shown_of(parts, caller, one.by), ours)
            for one in view.disputes.values()
        ),
    )


def short(view: StatementView) -> StatementShort:
    """A month as a line of a list: what stands, or else what's frozen."""
    draft = (view.standing or view.frozen).draft
    return StatementShort(
        view.client,
        view.period,
        view.stage,
        view.revision,
        draft.total,
        draft.gross,
        view.confirm_by,
        view.silence,
        view.stale,
        view.correction is not None,
        sum(one.status in (Answered.OPEN, Answered.SPLIT) for one in view.disputes.values()),
        view.documents,
    )


def account_of(actor: str) -> str | None:
    """The account of an envelope's actor; None where nobody did it, but time."""
    kind, _, id_ = actor.partition(":")
    return id_.partition("/")[0] if kind in ("person", "token") else None


def shown_of(parts: Parts, caller: Caller, actor: str) -> str | None:
    """Who did something: the operator's people are told the account, a client's the name of their
    own (numbers of accounts count across clients). Blocking."""
    account = account_of(actor)
    if account is None or caller.client is None:
        return account
    own = (one for one in parts.accounts.listing(caller.owner) if one.id == account)
    return next((one.name for one in own), None)


def _frozen(frozen: Frozen, ours: bool) -> FrozenShown:
    by = account_of(frozen.by) if ours else None
    return FrozenShown(frozen.at, by, frozen.digest, frozen.draft)


def _dispute(
    office: Office,
    one: DisputeView,
    counts: dict[ContactId, int],
    view: StatementView,
    by: str | None,
    ours: bool,
) -> DisputeShown:
    return DisputeShown(
        one.dispute.rpartition("/")[2],
        one.status,
        one.at,
        by,
        one.lines,
        tuple(ref_of(view.client, counts[each]) for each in one.contacts if each in counts),
        office.words(view.client, one.words),
        one.answered_at,
        account_of(one.answered_by) if ours else None,
        "" if one.answer is None else office.words(view.client, one.answer),
    )


ROUTES: Final = (statements, statement, freeze, confirm, dispute, settle, issue)
