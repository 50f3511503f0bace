"""The list of contacts: searched by anything that one may see, and what a figure is made of."""

import asyncio
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Final

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct
from msgspec.structs import replace

from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, Owner, QueueId, TaskId, VaultId
from roost.kernel.money import Money
from roost.kernel.time import DurationUs, InstantUs
from roost.office.measures.dictionary import named
from roost.office.measures.intervals import QUARTER
from roost.ports.records import ContactFilter, ContactSummary, Counted, Place, Records
from roost.web.follow import Follower
from roost.web.limits import MOST_PAGE
from roost.web.live import Live
from roost.web.live_tasks import row
from roost.web.masking import masked
from roost.web.parts import Parts
from roost.web.permissions import Caller, Scope, reaches
from roost.web.problems import Trouble, not_found
from roost.web.report_rows import members
from roost.web.rows import ContactState, Presence, TaskRow, parse_ref, ref_of
from roost.web.sight import Sight

MICROSECONDS: Final = "Microseconds since 1970, UTC"
NOBODY: Final = ClientId("")  # owns nothing
Instant = Annotated[int | None, QueryParameter(ge=0, le=2**53 - 1, description=MICROSECONDS)]
Length = Annotated[int | None, QueryParameter(ge=0, le=2**53 - 1, description="Microseconds")]
Word = Annotated[str | None, QueryParameter(min_length=1, max_length=100)]
After = Annotated[str | None, QueryParameter(max_length=400, pattern=r"^[A-Za-z0-9_-]+$")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_PAGE)]
CALLER: Final = "The caller's whole number; needs a client, since a person is one client's"
WITH: Final = "A contact: its client's contacts with the same caller"
TASK: Final = "A task: the contact that it's about, and the calls made for it; the operator's alone"
SERVES: Final = "A team: contacts of the clients that it works for"
Serves = Annotated[str | None, QueryParameter(min_length=1, max_length=100, description=SERVES)]
MEASURE: Final = "A measure's id: exactly the contacts that its figure is made of, `from`–`to`"


class Standing(StrEnum):
    """What goes on with a contact now."""

    FLOW = "flow"  # hears prompts, chooses
    WAITING = "waiting"
    RINGING = "ringing"  # an agent's phone rings for it
    TALKING = "talking"
    HELD = "held"
    WRAPPING = "wrapping"  # the customer has gone, an agent writes it up
    ENDED = "ended"


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
    message: bool  # a voicemail was left
    earned: Money | None
    counted: int | None = None  # how often, where a measure's contacts are asked for
    task: TaskRow | None = None  # what's still to be done about it; for the operator's people
    state: Standing = Standing.ENDED
    outbound: bool = False  # an agent called
    tasks: tuple[TaskId, ...] = ()  # what it was about; for the operator's people
    erased: bool = False  # there was a number, and it's gone: erased, or kept long enough


class ContactPage(Struct, frozen=True):
    """`cursor` is null on the last page."""

    contacts: tuple[ContactLine, ...]
    cursor: str | None


def within(which: ContactFilter, sight: Sight) -> ContactFilter:
    """What's asked for; who sees only one agent's part gets that. The rest is the purview's."""
    if sight.agent is None:
        return which
    asked = which.agent in (None, sight.agent)
    return replace(which, agent=sight.agent, owner=which.owner if asked else NOBODY)


class Search(Struct, frozen=True):
    """What's searched for."""

    which: ContactFilter


def client_of(caller: Caller, named_: str | None) -> ClientId | None:
    """Whose contacts are asked for: a client's people always get their own."""
    if caller.client is not None:
        return caller.client if named_ in (None, caller.client) else NOBODY
    return None if named_ is None else ClientId(named_)


async def counted(
    follower: NamedDependency[Follower],
    measure: Annotated[str | None, QueryParameter(max_length=64, description=MEASURE)] = None,
    begin: Annotated[int | None, QueryParameter(name="from", ge=0, le=2**53 - 1)] = None,
    end: Annotated[int | None, QueryParameter(name="to", ge=0, le=2**53 - 1)] = None,
    queue: Word = None,
    agent: Word = None,
    team: Word = None,
    code: Word = None,
) -> Counted | None:
    """What a figure counts, as a report's row says it; None: no measure is asked for."""
    if measure is None:
        return None
    found = named(measure)
    if found is None or not found.opens or begin is None or end is None:
        raise Trouble(400, "unknown_measure", {"measure": measure})
    return Counted(
        found.opens,
        InstantUs(begin - begin % QUARTER),
        InstantUs(end),
        None if queue is None else QueueId(queue),
        members(follower, agent, team),
        code,
    )


async def searched(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    counted: NamedDependency[Counted | None],
    follower: NamedDependency[Follower],
    client: Word = None,
    serves: Serves = None,
    since: Instant = None,
    until: Instant = None,
    queue: Word = None,
    agent: Word = None,
    code: Word = None,
    outcome: FromQuery[Outcome | None] = None,
    reason: Word = None,
    task: Annotated[
        str | None, QueryParameter(pattern=r"^T[0-9]{1,15}$", max_length=16, description=TASK)
    ] = None,
    recorded: FromQuery[bool | None] = None,
    message: FromQuery[bool | None] = None,
    number: Word = None,
    who: Annotated[
        str | None, QueryParameter(name="caller", max_length=64, description=CALLER)
    ] = None,
    same: Annotated[
        str | None, QueryParameter(name="with", max_length=120, description=WITH)
    ] = None,
    ended_by: FromQuery[Blame | None] = None,
    ended_why: FromQuery[Reason | None] = None,
    least_wait_us: Length = None,
    least_talk_us: Length = None,
) -> Search:
    """The filters, which are combined. A measure's own are its facts', not the contact's."""
    owner = client_of(caller, client if task is None or caller.client is None else "")
    with_ = None if same is None else _known(caller, same)
    plain = counted is None
    return Search(
        ContactFilter(
            owner=owner if with_ is None or owner is not None else with_[0],
            since=None if since is None else InstantUs(since),
            until=None if until is None else InstantUs(until),
            queue=QueueId(queue) if queue is not None and plain else None,
            agent=AgentId(agent) if agent is not None and plain else None,
            outcome=outcome,
            reason=reason,
            code=code if plain else None,
            task=None if task is None else TaskId(task),
            recorded=recorded,
            counted=counted,
            message=message,
            number=number,
            person=None if who is None else await _person(caller, parts, owner, who),
            same_as=with_,
            ended_by=ended_by,
            ended_why=ended_why,
            least_wait_us=None if least_wait_us is None else DurationUs(least_wait_us),
            least_talk_us=None if least_talk_us is None else DurationUs(least_talk_us),
            clients=None if serves is None else _served(caller, follower, serves),
        )
    )


def _served(caller: Caller, follower: Follower, team: str) -> frozenset[ClientId]:
    """The clients that a team works for; none for who doesn't see the team."""
    seen = follower.sights.of(caller.horizon).sees_team(team)
    return follower.live.staff.clients.get(team, frozenset()) if seen else frozenset()


def _known(caller: Caller, ref: str) -> tuple[ClientId, int]:
    """A contact that's there for this caller. Raises Trouble: not_found."""
    found = parse_ref(ref)
    if found is None or not reaches(caller, found[0]):
        raise not_found()
    return found


async def _person(caller: Caller, parts: Parts, owner: ClientId | None, number: str) -> str:
    """How a client's index knows a number. Raises Trouble."""
    if Scope.PERSONAL_READ not in caller.scopes:
        raise Trouble(403, "not_permitted")
    if owner is None:
        raise Trouble(400, "client_missing")
    if parts.persons is None:
        return ""
    return await asyncio.to_thread(parts.persons.token, owner, number) or ""


@get(
    "/api/contacts",
    summary="Contacts, the newest first",
    dependencies={"counted": Provide(counted), "searched": Provide(searched)},
)
async def contacts(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    searched: NamedDependency[Search],
    after: After = None,
    limit: Limit = 50,
) -> ContactPage:
    """Filters are combined; a client's people see their own client's alone."""
    sight = follower.sights.of(caller.horizon)
    which, records = within(searched.which, sight), parts.views.records(sight.purview)
    place: Place | None = None
    if after is not None:
        opened = follower.cursors.open(caller.owner, "contacts", after)
        if opened is None:
            raise Trouble(400, "bad_cursor")
        place = Place(InstantUs(opened[0]), ClientId(opened[2]), opened[1])
    found = await asyncio.to_thread(records.contacts, which, place, limit + 1)
    page, more = found[:limit], len(found) > limit
    cursor = None
    if more:
        last = page[-1]
        cursor = follower.cursors.seal(
            caller.owner, "contacts", last.arrived, last.count, last.client
        )
    ids = [one.contact for one in page]
    todo, states = tasks_of(follower.live, ids), states_of(follower.live, page)
    lines = await asyncio.to_thread(_lines, parts, caller, records, which, page, todo, states)
    return ContactPage(lines, cursor)


def tasks_of(live: Live, wanted: Sequence[ContactId]) -> dict[ContactId, TaskRow]:
    """What's still to be done about these contacts."""
    some = frozenset(wanted)
    found: dict[ContactId, TaskRow] = {}
    for task in live.tasks.values():
        shown = row(task)
        if task.contact in some and task.contact is not None and shown is not None:
            found[task.contact] = shown
    return found


def states_of(live: Live, page: Sequence[ContactSummary]) -> dict[ContactId, Standing]:
    """What goes on with these contacts. Records follow a moment behind, so the live view says it
    while it knows the contact."""
    writing = {
        agent.contact for agent in live.agents.values() if agent.presence is Presence.WRAPPING
    }
    found: dict[ContactId, Standing] = {}
    for one in page:
        known = live.contacts.get(one.contact)
        over = one.ended is not None if known is None else known.state is ContactState.ENDED
        if over:
            found[one.contact] = Standing.WRAPPING if one.contact in writing else Standing.ENDED
        else:
            found[one.contact] = Standing.FLOW if known is None else Standing(known.state.value)
    return found


def _lines(
    parts: Parts,
    caller: Caller,
    records: Records,
    which: ContactFilter,
    page: Sequence[ContactSummary],
    todo: Mapping[ContactId, TaskRow],
    states: Mapping[ContactId, Standing],
) -> tuple[ContactLine, ...]:
    ids = [one.contact for one in page]
    times = {} if which.counted is None else records.times_counted(which.counted, ids)
    return tuple(
        line(
            parts,
            caller,
            one,
            states[one.contact],
            times.get(one.contact),
            todo.get(one.contact),
        )
        for one in page
    )


def value_of(parts: Parts, caller: Caller, client: ClientId, id: VaultId | None) -> str | None:
    """A personal value, for those who may see it. Blocking."""
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


def line(
    parts: Parts,
    caller: Caller,
    one: ContactSummary,
    state: Standing,
    times: int | None = None,
    task: TaskRow | None = None,
) -> ContactLine:
    """A contact as this caller may see it. Blocking."""
    number = _masked(parts, one)
    return ContactLine(
        ref_of(one.client, one.count),
        one.client,
        one.number,
        number,
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
        one.message,
        one.earned if Scope.INVOICES_READ in caller.scopes else None,
        times,
        task if caller.client is None else None,
        state,
        one.outbound,
        one.tasks if caller.client is None else (),
        number is None and one.caller is not None,
    )


ROUTES: Final = (contacts,)
