"""What a month's draft takes in beside what was measured: exclusions, forecasts, one-off items,
and wrap-up codes put right."""

import asyncio
from typing import Annotated, Final

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from roost.kernel.ids import ClientId, QueueId, SegmentId, VaultId, owner_of
from roost.kernel.messages import Command, VaultPut
from roost.kernel.purview import Purview
from roost.kernel.time import DurationUs, InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.messages import ExclusionId, ItemId
from roost.office.contracts.one_off import OneOff
from roost.web.acting import Key
from roost.web.commands import Commands
from roost.web.follow import Follower
from roost.web.history import ClientPath, Ref, record_of
from roost.web.parts import Parts
from roost.web.permissions import Caller, reaches
from roost.web.problems import not_found
from roost.web.statements import MOST_WORDS, answered, office_of

Time = Annotated[int, Meta(ge=0, le=2**53 - 1, description="Microseconds since 1970, UTC")]
Name = Annotated[str, Meta(max_length=100)]
Decimal = Annotated[str, Meta(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,6})?$")]
Day = Annotated[int, Meta(ge=0, le=2_932_896, description="Days since 1970-01-01")]
Why = Annotated[str, Meta(min_length=1, max_length=MOST_WORDS)]
ExclusionPath = Annotated[str, PathParameter(pattern=r"^x[0-9]{1,9}$", description="As `x4`")]
ItemPath = Annotated[str, PathParameter(pattern=r"^i[0-9]{1,9}$", description="As `i5`")]


class ExclusionShown(Struct, frozen=True):
    """`accepted`: the client agreed, so service terms don't count the span's intervals."""

    exclusion: str
    start: InstantUs
    end: InstantUs
    queues: tuple[QueueId, ...]
    programme: str
    accepted: bool


class ForecastShown(Struct, frozen=True):
    """`counts`: a number for each local day from `first_day` on, or for each interval of each
    day. Given at `locked`: it holds for the days whose deadline, by the contract's lead, is
    later."""

    programme: str
    first_day: int
    counts: tuple[int, ...]
    interval_us: DurationUs | None
    locked: InstantUs


class ItemShown(Struct, frozen=True):
    """A sum of its own on the invoice of the month of its day."""

    item: str
    one_off: OneOff


class Told(Struct, frozen=True):
    """All that the office was told of a client; `struck`: how many contacts have no line any
    more by an accepted or split-off dispute."""

    exclusions: tuple[ExclusionShown, ...]
    forecasts: tuple[ForecastShown, ...]
    items: tuple[ItemShown, ...]
    struck: int


class Excluding(Struct, frozen=True, forbid_unknown_fields=True):
    """Whole intervals that the span touches don't count, once the client accepts it."""

    start: Time
    end: Time
    words: Why
    queues: Annotated[tuple[Name, ...], Meta(max_length=100)] = ()
    programme: Name = ""


class Answering(Struct, frozen=True, forbid_unknown_fields=True):
    accepted: bool


class Forecasting(Struct, frozen=True, forbid_unknown_fields=True):
    """A number for each local day of the month from `first_day` on; with `interval_us` for each
    interval of each day."""

    period: Annotated[str, Meta(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
    first_day: Day
    counts: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=10_000_000)], ...], Meta(min_length=1, max_length=2_976)
    ]
    programme: Name = ""
    interval_us: Annotated[int, Meta(ge=900_000_000, le=86_400_000_000)] | None = None


class Adding(Struct, frozen=True, forbid_unknown_fields=True):
    """What is paid once: on the invoice of the month of its day. A negative rate is in the
    client's favour."""

    item: Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,60}$")]
    text: Annotated[str, Meta(min_length=1, max_length=200)]
    day: Day
    rate: Decimal
    quantity: Decimal = "1"
    unit: Annotated[str, Meta(min_length=1, max_length=20)] = "item"
    programme: Name = ""
    tax: Name = ""


class Correcting(Struct, frozen=True, forbid_unknown_fields=True):
    segment: Annotated[str, Meta(min_length=1, max_length=64)]
    code: Annotated[str, Meta(min_length=1, max_length=64)]
    words: Why


@get("/api/invoices/told/{client:str}", summary="What a client's drafts take in")
async def told(
    client: ClientPath, caller: NamedDependency[Caller], parts: NamedDependency[Parts]
) -> Told:
    """Beside what was measured."""
    return await asyncio.to_thread(_told, parts, caller, client)


def _told(parts: Parts, caller: Caller, client: str) -> Told:
    """Raises Trouble: what isn't theirs is as if it weren't there."""
    office_of(parts)
    statements = parts.views.statements(Purview(caller.owner))
    known = statements.facts(ClientId(client))
    if statements.contract(ClientId(client)) is None or not reaches(caller, client):
        raise not_found()
    return Told(
        tuple(
            ExclusionShown(_last(name), one.start, one.end, one.queues, one.programme, one.accepted)
            for name, one in known.exclusions.items()
        ),
        tuple(
            ForecastShown(one.programme, one.first_day, one.counts, one.interval_us, one.locked)
            for one in known.forecasts.values()
        ),
        tuple(ItemShown(_last(name), one) for name, one in known.one_off.items()),
        len(known.struck),
    )


@post("/api/invoices/told/{client:str}/exclusions", status_code=200, summary="Declare an exclusion")
async def exclude(
    client: ClientPath,
    data: JSONBody[Excluding],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """The contacts stay billed; reports show both figures."""
    id_ = commands.id_of(caller, key)
    place = VaultId(f"exclusion-{id_}")
    command = say.DeclareExclusion(
        ClientId(client),
        InstantUs(data.start),
        InstantUs(data.end),
        place,
        tuple(QueueId(one) for one in data.queues),
        data.programme,
    )
    put = VaultPut(place, owner_of(ClientId(client)), data.words.encode())
    return await _do(parts, caller, client, commands, key, command, (put,))


@post(
    "/api/invoices/told/{client:str}/exclusions/{exclusion:str}/answer",
    status_code=200,
    summary="Accept an exclusion, or don't",
)
async def answer(
    client: ClientPath,
    exclusion: ExclusionPath,
    data: JSONBody[Answering],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """By the client's own people."""
    named = ExclusionId(f"{client}/{exclusion}")
    command = say.AnswerExclusion(named, data.accepted)
    return await _do(parts, caller, client, commands, key, command)


@delete(
    "/api/invoices/told/{client:str}/exclusions/{exclusion:str}",
    status_code=200,
    summary="Withdraw an exclusion",
)
async def withdraw(
    client: ClientPath,
    exclusion: ExclusionPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """It doesn't count any more."""
    command = say.WithdrawExclusion(ExclusionId(f"{client}/{exclusion}"))
    return await _do(parts, caller, client, commands, key, command)


@post(
    "/api/invoices/told/{client:str}/forecasts", status_code=200, summary="Give a month's forecast"
)
async def forecast(
    client: ClientPath,
    data: JSONBody[Forecasting],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """Until it's locked, by the contract's lead time. By whom the contract says."""
    office, id_ = office_of(parts), commands.id_of(caller, key)
    interval = None if data.interval_us is None else DurationUs(data.interval_us)

    def given() -> Told:
        _told(parts, caller, client)
        answered(
            office.forecast(
                ClientId(client), data.period, data.programme, data.first_day, data.counts,
                interval, caller.actor, id_,
            )
        )  # fmt: skip

        return _told(parts, caller, client)

    return await asyncio.to_thread(given)


@post("/api/invoices/told/{client:str}/items", status_code=200, summary="Add a one-off item")
async def add(
    client: ClientPath,
    data: JSONBody[Adding],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """A set-up fee, a training day, a refund."""
    one_off = OneOff(
        data.item, data.text, data.day, data.rate, data.quantity, data.unit, data.programme,
        data.tax,
    )  # fmt: skip
    return await _do(parts, caller, client, commands, key, say.AddOneOff(ClientId(client), one_off))


@delete(
    "/api/invoices/told/{client:str}/items/{item:str}",
    status_code=200,
    summary="Drop a one-off item",
)
async def drop(
    client: ClientPath,
    item: ItemPath,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """Until the month is issued."""
    command = say.DropOneOff(ItemId(f"{client}/{item}"))
    return await _do(parts, caller, client, commands, key, command)


@post("/api/contacts/{ref:str}/code", status_code=200, summary="Put a wrap-up code right")
async def correct(
    ref: Ref,
    data: JSONBody[Correcting],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    commands: NamedDependency[Commands],
    key: Key = None,
) -> Told:
    """With a reason. Until the statement it changes the draft; later it makes a correction."""
    record = await record_of(ref, caller, parts, follower)
    if not any(one.segment == data.segment for one in record.segments):
        raise not_found()
    client = record.summary.client
    place = VaultId(f"code-{commands.id_of(caller, key)}")
    command = say.CorrectCode(
        client, record.summary.contact, SegmentId(data.segment), data.code, place
    )
    put = VaultPut(place, owner_of(client), data.words.encode())
    return await _do(parts, caller, client, commands, key, command, (put,))


async def _do(
    parts: Parts,
    caller: Caller,
    client: str,
    commands: Commands,
    key: str | None,
    command: Command,
    puts: tuple[VaultPut, ...] = (),
) -> Told:
    office, id_ = office_of(parts), commands.id_of(caller, key)

    def given() -> Told:
        _told(parts, caller, client)
        answered(office.give(command, caller.actor, id_, puts))
        return _told(parts, caller, client)

    return await asyncio.to_thread(given)


def _last(name: str) -> str:
    return name.rpartition("/")[2]


ROUTES: Final = (told, exclude, answer, withdraw, forecast, add, drop, correct)
