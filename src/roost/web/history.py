"""What has happened: contacts, their records and recordings, and what they're worth."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Annotated, Final

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery, PathParameter, QueryParameter
from litestar.response import Stream
from msgspec import Struct
from msgspec.structs import replace

from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, Owner, QueueId, VaultId
from roost.kernel.money import Money
from roost.kernel.time import DurationUs, InstantUs
from roost.office.audit.messages import NumberShown
from roost.ports.recordings import Side
from roost.ports.records import (
    ContactFilter,
    ContactRecord,
    ContactSummary,
    InvoiceDraft,
    Place,
    Working,
)
from roost.web.audit import Notes
from roost.web.follow import Follower
from roost.web.limits import MOST_PAGE
from roost.web.masking import masked
from roost.web.parts import Parts
from roost.web.permissions import Caller, Scope, reaches
from roost.web.playing import played
from roost.web.problems import Trouble, not_found
from roost.web.rows import parse_ref, ref_of
from roost.web.sight import Sight
from roost.web.topics import CLIENT_SEES

MICROSECONDS: Final = "Microseconds since 1970, UTC"
NOBODY: Final = ClientId("")  # owns nothing
Ref = Annotated[
    str,
    PathParameter(max_length=120, min_length=1, description="A contact's name, as `power-grid-17`"),
]
ClientPath = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
PeriodPath = Annotated[
    str, PathParameter(pattern=r"^[0-9]{4}-[0-9]{2}$", description="As `2026-11`")
]
LinePath = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9._:-]{1,120}$")]
Instant = Annotated[int | None, QueryParameter(ge=0, le=2**53 - 1, description=MICROSECONDS)]
Word = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
After = Annotated[str | None, QueryParameter(max_length=400, pattern=r"^[A-Za-z0-9_-]+$")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_PAGE)]


class ContactLine(Struct, frozen=True):
    """A contact in a list. `caller` is the number that rang, all but its end hidden: see
    `POST /api/contacts/{ref}/reveal`."""

    ref: str
    client: ClientId
    number: str
    caller: str | None
    arrived: InstantUs
    ended: InstantUs | None
    queue: QueueId | None
    outcome: Outcome | None
    reason: str
    agents: tuple[AgentId, ...]
    waited_us: DurationUs
    talk_us: DurationUs
    codes: tuple[str, ...]
    ended_by: Blame | None
    ended_why: Reason | None
    recordings: int
    earned: Money | None


class Revealed(Struct, frozen=True):
    """The number that rang."""

    caller: str


class ContactPage(Struct, frozen=True):
    """`cursor` is null on the last page."""

    contacts: tuple[ContactLine, ...]
    cursor: str | None


class LegLine(Struct, frozen=True):
    agent: AgentId | None
    started: InstantUs
    connected: InstantUs | None
    ended: InstantUs | None
    ended_by: Blame | None
    ended_why: Reason | None
    packets_received: int
    packets_lost: int
    jitter_us: DurationUs


class SegmentLine(Struct, frozen=True):
    agent: AgentId
    queue: QueueId
    started: InstantUs
    closed: InstantUs | None
    rang_us: DurationUs
    talk_us: DurationUs
    hold_us: DurationUs
    wrap_up_us: DurationUs
    code: str
    note: str | None


class TrackLine(Struct, frozen=True):
    agent: AgentId | None
    purpose: str
    started: InstantUs
    length_us: DurationUs
    gap_us: DurationUs


class MoneyLine(Struct, frozen=True):
    line: str
    name: str
    quantity: str
    unit: str
    rate: str
    amount: Money


class Moment(Struct, frozen=True):
    at: InstantUs
    what: str
    detail: dict[str, str]


class Contact(Struct, frozen=True):
    """One contact's whole record. `lines` only for those who may see money."""

    summary: ContactLine
    legs: tuple[LegLine, ...]
    segments: tuple[SegmentLine, ...]
    tracks: tuple[TrackLine, ...]
    lines: tuple[MoneyLine, ...]
    history: tuple[Moment, ...]


class Part(Struct, frozen=True):
    """One part of an invoice's line: the contact that it comes from, what was measured, what
    it comes to before rounding, and by which rule."""

    ref: str | None
    at: InstantUs
    quantity: str
    amount: str
    rule: str


class Explanation(Struct, frozen=True):
    """`cursor` is null on the last page."""

    parts: tuple[Part, ...]
    cursor: str | None


def client_of(caller: Caller, named: str | None) -> ClientId | None:
    """Whose contacts are asked for: a client's people always get their own."""
    if caller.client is not None:
        return caller.client if named in (None, caller.client) else NOBODY
    return None if named is None else ClientId(named)


def within(which: ContactFilter, sight: Sight) -> ContactFilter:
    """What's asked for, as far as it's seen."""
    if sight.agent is not None:
        asked = which.agent in (None, sight.agent)
        which = replace(which, agent=sight.agent, owner=which.owner if asked else NOBODY)
    return replace(which, clients=sight.clients)


@get("/api/contacts", summary="Contacts, the newest first")
async def contacts(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    client: Word = None,
    since: Instant = None,
    until: Instant = None,
    queue: Word = None,
    agent: Word = None,
    outcome: FromQuery[Outcome | None] = None,
    reason: Word = None,
    code: Word = None,
    recorded: FromQuery[bool | None] = None,
    after: After = None,
    limit: Limit = 50,
) -> ContactPage:
    """Filters are combined; a client's people see their own client's alone."""
    which = ContactFilter(
        owner=client_of(caller, client),
        since=None if since is None else InstantUs(since),
        until=None if until is None else InstantUs(until),
        queue=None if queue is None else QueueId(queue),
        agent=None if agent is None else AgentId(agent),
        outcome=outcome,
        reason=reason,
        code=code,
        recorded=recorded,
    )
    which = within(which, follower.sights.of(caller.horizon))
    place: Place | None = None
    if after is not None:
        opened = follower.cursors.open(caller.owner, "contacts", after)
        if opened is None:
            raise Trouble(400, "bad_cursor")
        place = Place(InstantUs(opened[0]), ClientId(opened[2]), opened[1])
    found = await asyncio.to_thread(parts.records.contacts, which, place, limit + 1)
    page, more = found[:limit], len(found) > limit
    cursor = None
    if more:
        last = page[-1]
        cursor = follower.cursors.seal(
            caller.owner, "contacts", last.arrived, last.count, last.client
        )
    return ContactPage(await asyncio.to_thread(_lines, parts, caller, page), cursor)


@get("/api/contacts/{ref:str}", summary="One contact's record")
async def contact(
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> Contact:
    """Legs, segments, tracks, what it's worth, and its history."""
    record = await record_of(ref, caller, parts, follower)
    return await asyncio.to_thread(_contact, parts, caller, record)


@get(
    "/api/contacts/{ref:str}/recording",
    summary="One contact's recording",
    media_type="audio/wav",
)
async def recording(
    request: Request[object, object, object],  # pyright: ignore[reportInvalidTypeArguments]
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Response[bytes] | Stream:
    """A WAV file: the caller left, agents right. Parts of it by Range (RFC 9110, 14). Noted
    in the audit trail."""
    record = await record_of(ref, caller, parts, follower)
    sides = [
        Side(track.file, track.started, track.agent is None)
        for track in record.tracks
        if track.file
    ]
    return await played(request, record.summary.client, ref, sides, caller, parts, notes)


@post("/api/contacts/{ref:str}/reveal", status_code=200, summary="One contact's number in full")
async def reveal(
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
) -> Revealed:
    """Noted in the audit trail before it's shown."""
    record = await record_of(ref, caller, parts, follower)
    one = record.summary
    client = Owner(one.client)
    if one.caller is None:
        raise Trouble(404, "no_number")
    await notes.note(caller, NumberShown(owner=client, ref=ref))
    value = await asyncio.to_thread(parts.vault.reveal, client, one.caller)
    if value is None:
        raise Trouble(404, "no_number")
    return Revealed(value.decode(errors="replace"))


@get("/api/invoices/drafts", summary="Invoice drafts")
async def drafts(
    caller: NamedDependency[Caller], parts: NamedDependency[Parts]
) -> list[InvoiceDraft]:
    """What each client would be billed if its period closed now."""
    return await asyncio.to_thread(parts.records.drafts, caller.client)


@get("/api/invoices/drafts/{client:str}/{period:str}", summary="One invoice draft")
async def draft(
    client: ClientPath,
    period: PeriodPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
) -> InvoiceDraft:
    """A period's lines so far."""
    found = await asyncio.to_thread(parts.records.draft, ClientId(client), period)
    if found is None or not reaches(caller, client):
        raise not_found()
    return found


@get(
    "/api/invoices/drafts/{client:str}/{period:str}/lines/{line:str}",
    summary="What a line is made of",
)
async def explain(
    client: ClientPath,
    period: PeriodPath,
    line: LinePath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    after: After = None,
    limit: Limit = 100,
) -> Explanation:
    """The parts of an invoice's line, each with its contact."""
    begin = 0
    if after is not None:
        opened = follower.cursors.open(caller.owner, "explain", after)
        if opened is None:
            raise Trouble(400, "bad_cursor")
        begin = opened[0]
    found = await asyncio.to_thread(
        parts.records.explain, ClientId(client), period, line, begin, limit + 1
    )
    if found is None or not reaches(caller, client):
        raise not_found()
    cursor = None
    if len(found) > limit:
        cursor = follower.cursors.seal(caller.owner, "explain", begin + limit, 0)
    return Explanation(tuple(_part(working) for working in found[:limit]), cursor)


async def record_of(ref: str, caller: Caller, parts: Parts, follower: Follower) -> ContactRecord:
    """A contact's record; not found, by the same path, whether it's another's or nobody's."""
    named = parse_ref(ref)
    if named is None:
        raise not_found()
    record = await asyncio.to_thread(parts.records.contact, *named)
    sight = follower.sights.of(caller.horizon)
    if record is None or not sight.sees_contact(named[0], record.summary.agents):
        raise not_found()
    return record


def _reveal(parts: Parts, caller: Caller, client: ClientId, id: VaultId | None) -> str | None:
    if id is None or Scope.PERSONAL_READ not in caller.scopes:
        return None
    value = parts.vault.reveal(Owner(client), id)
    return None if value is None else value.decode(errors="replace")


def _masked(parts: Parts, one: ContactSummary) -> str | None:
    """The caller's number, all but its end hidden."""
    if one.caller is None:
        return None
    value = parts.vault.reveal(Owner(one.client), one.caller)
    return None if value is None else masked(value.decode(errors="replace"))


def _lines(
    parts: Parts, caller: Caller, summaries: Sequence[ContactSummary]
) -> tuple[ContactLine, ...]:
    return tuple(_line(parts, caller, summary) for summary in summaries)


def _line(parts: Parts, caller: Caller, one: ContactSummary) -> ContactLine:
    return ContactLine(
        ref_of(one.client, one.count),
        one.client,
        one.number,
        _masked(parts, one),
        one.arrived,
        one.ended,
        one.queue,
        one.outcome,
        one.reason,
        one.agents,
        one.waited_us,
        one.talk_us,
        one.codes,
        one.ended_by,
        one.ended_why,
        one.recordings,
        one.earned if Scope.INVOICES_READ in caller.scopes else None,
    )


def _contact(parts: Parts, caller: Caller, record: ContactRecord) -> Contact:
    client = record.summary.client
    money = Scope.INVOICES_READ in caller.scopes
    return Contact(
        _line(parts, caller, record.summary),
        tuple(
            LegLine(
                leg.agent,
                leg.started,
                leg.connected,
                leg.ended,
                leg.blame,
                leg.reason,
                leg.received,
                leg.lost,
                leg.jitter_us,
            )
            for leg in record.legs
        ),
        tuple(
            SegmentLine(
                segment.agent,
                segment.queue,
                segment.started,
                segment.closed,
                segment.rang_us,
                segment.talk_us,
                segment.hold_us,
                segment.wrap_up_us,
                segment.code,
                _reveal(parts, caller, client, segment.note),
            )
            for segment in record.segments
        ),
        tuple(
            TrackLine(track.agent, track.purpose, track.started, track.length_us, track.gap_us)
            for track in record.tracks
        ),
        tuple(
            MoneyLine(line.line, line.name, line.quantity, line.unit, line.rate, line.amount)
            for line in record.lines
            if money
        ),
        tuple(_moments(caller, record)),
    )


def _moments(caller: Caller, record: ContactRecord) -> Iterator[Moment]:
    """A contact's history; for a client the part of it that the feed shows too."""
    for one in record.history:
        if caller.client is None:
            yield Moment(one.at, one.what, one.detail)
        elif one.what in CLIENT_SEES:
            shown = CLIENT_SEES[one.what]
            detail = {name: value for name, value in one.detail.items() if name in shown}
            yield Moment(one.at, one.what, detail)


def _part(working: Working) -> Part:
    ref = None if working.count is None else ref_of(working.client, working.count)
    return Part(ref, working.at, working.quantity, working.amount, working.rule)


ROUTES: Final = (contacts, contact, recording, reveal, drafts, draft, explain)
