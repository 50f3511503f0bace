"""What has happened: contacts, their records and recordings, and what they're worth."""

import asyncio
from collections.abc import Iterator
from typing import Annotated, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, Owner, QueueId
from roost.kernel.money import Money
from roost.kernel.purview import Purview
from roost.kernel.time import DurationUs, InstantUs
from roost.office.audit.messages import NumberShown
from roost.office.records.chapters import Chapter
from roost.ports.recordings import Side
from roost.ports.records import (
    ContactRecord,
    InvoiceDraft,
    Working,
)
from roost.web.audit import Notes
from roost.web.contacts import ContactLine, Standing, line, states_of, tasks_of, value_of
from roost.web.follow import Follower
from roost.web.limits import MOST_PAGE, MOST_PAIRS
from roost.web.live_tasks import in_hand
from roost.web.parts import Parts
from roost.web.permissions import Caller, Scope, reaches
from roost.web.playing import played
from roost.web.problems import Trouble, not_found
from roost.web.rows import TaskRow, parse_ref, ref_of
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
LinePath = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9._:@-]{1,120}$")]
Instant = Annotated[int | None, QueryParameter(ge=0, le=2**53 - 1, description=MICROSECONDS)]
Word = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
After = Annotated[str | None, QueryParameter(max_length=400, pattern=r"^[A-Za-z0-9_-]+$")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_PAGE)]


class Revealed(Struct, frozen=True):
    """The number that rang."""

    caller: str


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
    far_packets_lost: int
    """Of what was sent to it, as its own reports say."""
    round_trip_us: DurationUs | None
    """Null when no report told it."""
    mos_in: float | None
    """How it sounded here, 1.0 to 4.5 (ITU-T G.107); null when nothing came."""
    mos_out: float | None
    """How we sounded there; null when no report told it."""


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


class TryLine(Struct, frozen=True):
    """A promised call: the contact that stood in the queue for it. `outcome`: "waiting", then
    "reached"; "again" when another one followed; or "missed"."""

    ref: str
    promised: InstantUs
    ended: InstantUs | None
    outcome: str


class InTurn(Struct, frozen=True):
    """A call that was promised in the contact `first` (null: not seen), and its tries."""

    first: str | None
    tries: tuple[TryLine, ...]


class Contact(Struct, frozen=True):
    """One contact's whole record. `in_turn`: the call that it promised, or was made for. `lines`
    only for those who may see money; `names` of the agents in it, for the operator's people."""

    summary: ContactLine
    legs: tuple[LegLine, ...]
    segments: tuple[SegmentLine, ...]
    tracks: tuple[TrackLine, ...]
    lines: tuple[MoneyLine, ...]
    history: tuple[Moment, ...]
    chapters: tuple[Chapter, ...]
    names: dict[AgentId, str]
    in_turn: InTurn | None


class TrackOutline(Struct, frozen=True):
    """One track's pairs of lowest and highest sample, from -128 to 127, one after the other."""

    agent: AgentId | None
    purpose: str
    peaks: tuple[int, ...]


class Pause(Struct, frozen=True):
    """Nobody wanted it recorded from here to there, since the recording's beginning."""

    from_us: DurationUs
    to_us: DurationUs


class Outline(Struct, frozen=True):
    """What a player draws: a recording's beginning and length, and its tracks over all of it.
    The record's `chapters` are on the same clock."""

    since: InstantUs
    length_us: DurationUs
    tracks: tuple[TrackOutline, ...]
    pauses: tuple[Pause, ...]


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


@get("/api/contacts/{ref:str}", summary="One contact's record")
async def contact(
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> Contact:
    """Legs, segments, tracks, what it's worth, and its history."""
    record = await record_of(ref, caller, parts, follower)
    summary = record.summary
    state = states_of(follower.live, [summary])[summary.contact]
    todo = tasks_of(follower.live, [summary.contact]).get(summary.contact)
    sight = follower.sights.of(caller.horizon)
    return await asyncio.to_thread(_contact, parts, caller, record, state, todo, sight)


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
    client, sides = record.summary.client, _sides(record)
    return await played(request, client, ref, sides, caller, parts, notes)


def _sides(record: ContactRecord) -> list[Side]:
    heard = [track for track in record.tracks if track.file]
    return [Side(track.file, track.started, track.agent is None) for track in heard]


@get("/api/contacts/{ref:str}/waveform", summary="The outline of one contact's recording")
async def waveform(
    ref: Ref,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    pairs: Annotated[int, QueryParameter(ge=10, le=MOST_PAIRS)] = 800,
) -> Outline:
    """Made from the tracks each time: nothing of it is kept."""
    record = await record_of(ref, caller, parts, follower)
    sides, client = _sides(record), record.summary.client
    found = await asyncio.to_thread(parts.recordings.waveform, client, sides, pairs)
    if found is None:
        raise Trouble(404, "no_recording")
    heard = [track for track in record.tracks if track.file]
    tracks = (
        TrackOutline(track.agent, track.purpose, peaks)
        for track, peaks in zip(heard, found.peaks, strict=True)
    )
    pauses = tuple(Pause(since, until) for since, until in found.pauses)
    return Outline(found.started, found.length_us, tuple(tracks), pauses)


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
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[InvoiceDraft]:
    """What each client would be billed if its period closed now."""
    records = parts.views.records(follower.sights.of(caller.horizon).purview)
    return await asyncio.to_thread(records.drafts, caller.client)


@get("/api/invoices/drafts/{client:str}/{period:str}", summary="One invoice draft")
async def draft(
    client: ClientPath,
    period: PeriodPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> InvoiceDraft:
    """A period's lines so far."""
    records = parts.views.records(follower.sights.of(caller.horizon).purview)
    found = await asyncio.to_thread(records.draft, ClientId(client), period)
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
    records = parts.views.records(follower.sights.of(caller.horizon).purview)
    found = await asyncio.to_thread(
        records.explain, ClientId(client), period, line, begin, limit + 1
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
    records = parts.views.records(Purview(caller.owner))
    record = await asyncio.to_thread(records.contact, *named)
    sight = follower.sights.of(caller.horizon)
    seen = record is not None and sight.sees_contact(named[0], record.summary.agents)
    if record is None or not (seen or in_hand(follower.live, caller.account.agent, ref)):
        raise not_found()
    return record


def _contact(
    parts: Parts,
    caller: Caller,
    record: ContactRecord,
    state: Standing,
    todo: TaskRow | None,
    sight: Sight,
) -> Contact:
    client = record.summary.client
    money = Scope.INVOICES_READ in caller.scopes
    return Contact(
        line(parts, caller, record.summary, state, task=todo),
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
                leg.far_lost,
                leg.round_trip_us,
                leg.mos_in,
                leg.mos_out,
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
                value_of(parts, caller, client, segment.note),
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
        record.chapters,
        _names(parts, record) if caller.client is None else {},
        _in_turn(record, sight),
    )


def _in_turn(record: ContactRecord, sight: Sight) -> InTurn | None:
    """What of it is seen; of who sees their own contacts alone, this one always is."""
    found, one = record.in_turn, record.summary
    if found is None:
        return None
    client, first = one.client, found.first
    seen = first is not None and sight.sees_contact(client, first.agents)
    tries = tuple(
        TryLine(ref_of(client, each.count), each.promised, each.ended, each.outcome)
        for each in found.tries
        if each.count == one.count or sight.sees_contact(client, each.agents)
    )
    here = first is not None and first.count == one.count
    return InTurn(ref_of(client, first.count) if first and (seen or here) else None, tries)


def _names(parts: Parts, record: ContactRecord) -> dict[AgentId, str]:
    """Of everybody whom the record names, down to those who could have taken it."""
    there = {leg.agent for leg in record.legs} | set(record.summary.agents)
    for one in record.history:
        there.add(AgentId(one.detail["agent"]) if one.detail.get("agent") else None)
        there |= set(_candidates(one.detail.get("candidates", "[]")))
    found = {agent: parts.name_of(agent) for agent in sorted(there - {None}, key=str) if agent}
    return {agent: name for agent, name in found.items() if name is not None}


class _Candidate(Struct):
    agent: AgentId


def _candidates(text: str) -> list[AgentId]:
    try:
        return [one.agent for one in msgspec.json.decode(text, type=list[_Candidate])]
    except msgspec.DecodeError:
        return []


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


ROUTES: Final = (contact, recording, waveform, reveal, drafts, draft, explain)
