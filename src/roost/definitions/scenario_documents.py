"""The documents of the simulator: `scenarios/NAME.yaml`."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from roost.definitions.values import (
    Days,
    Dialled,
    Document,
    Duration,
    Name,
    Rate,
    Span,
    says,
)
from roost.floor.affected import ModeKind

Begin = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$",
        extra={"expects": "a local time: 2026-03-02 08:00"},
    ),
]
When = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2} )?([01][0-9]|2[0-3]):[0-5][0-9]$",
        extra={"expects": "a time in quotes, with its day if it isn't the first: 18:10"},
    ),
]
Calls = Annotated[int, Meta(ge=0, le=1_000_000)]
Weight = Annotated[int, Meta(ge=0, le=1000)]
Percent = Annotated[int, Meta(ge=0, le=100)]


class Interval(StrEnum):
    """How finely figures are shown."""

    QUARTER = "15m"
    HALF = "30m"
    HOUR = "1h"
    DAY = "day"
    WHOLE = "whole"


class Spread(StrEnum):
    """How lengths are spread about their mean."""

    EXPONENTIAL = "exponential"
    ERLANG = "erlang"
    CONSTANT = "constant"
    UNIFORM = "uniform"


class StreamDocument(Document, frozen=True, kw_only=True):
    """Calls of a client's number: as a list (`calls`), by the time of day (`rates`), or from a
    file (`csv`): one of the three."""

    client: Annotated[str, says("Whose number is called")]
    number: Annotated[Dialled, says("The number")]
    calls: Annotated[
        list[Calls],
        says("Calls expected in each `each` from the beginning; the last goes on"),
    ] = []
    each: Annotated[Duration, says("How long each of `calls` is")] = "30m"
    rates: Annotated[
        dict[Span, Calls],
        says('Calls an hour by the time of day: `"08:00-12:00": 120`; none outside'),
    ] = {}
    csv: Annotated[
        str | UnsetType,
        says("A file beside this one with the columns `from` and `calls` (and `to`): counts"),
    ] = UNSET
    keys: Annotated[
        dict[str, Weight],
        says("What callers press, by weight: keys, `invalid`, `silence`, `hang-up`"),
    ]
    wrap_up_codes: Annotated[dict[str, Weight], says("Codes given, by weight")] = {}
    callers: Annotated[list[str], says("The client's lists of callers on which they are")] = []


class Handling(Document, frozen=True, kw_only=True):
    """How long agents take: mean times."""

    talk: Annotated[Duration, says("Mean of talking")]
    wrap_up: Annotated[Duration, says("Mean of writing up")]
    talk_spread: Annotated[Spread, says("About that mean")] = Spread.ERLANG
    wrap_up_spread: Annotated[Spread, says("About that mean")] = Spread.EXPONENTIAL


class Work(Document, frozen=True, kw_only=True):
    """Some people's hours: named ones, or a team's first `most`."""

    agents: Annotated[list[str], says("Users")] = []
    team: Annotated[str | UnsetType, says("Or a team")] = UNSET
    most: Annotated[
        Annotated[int, Meta(ge=0, le=100_000)] | UnsetType,
        says("At most so many of them, in the order of agents.yaml; by default all"),
    ] = UNSET
    hours: Annotated[
        Span | UnsetType,
        says("From when to when; past midnight if it ends before; by default always"),
    ] = UNSET
    days: Annotated[Days, says("On which days")] = "mon-sun"


class TaskWork(Document, frozen=True, kw_only=True):
    """How people do the tasks that they're offered."""

    work: Annotated[Duration, says("Mean time at work on one, without the calls meanwhile")] = "2m"
    decline_percent: Annotated[Percent, says("Offers that agents decline, in a hundred")] = 5


class Learning(Document, frozen=True, kw_only=True):
    """Who is new takes longer, and less so with each contact."""

    agents: Annotated[list[str], says("Users")]
    slower_percent: Annotated[int, Meta(ge=1, le=400), says("So much longer at first")]
    contacts: Annotated[int, Meta(ge=1, le=100_000), says("As fast as others after so many")]


class ReturningDocument(Document, frozen=True, kw_only=True):
    """Some of those who were served call again."""

    percent: Annotated[Percent, says("So many of them in a hundred")]
    after: Annotated[Duration, says("So long later, on average")]
    shorter_percent: Annotated[
        Annotated[int, Meta(ge=0, le=90)],
        says("A talk with the agent whom they talked to last is so much shorter"),
    ] = 0


class CalledBack(Document, frozen=True, kw_only=True):
    """How callers take to being called back, where a flow offers it."""

    taken_percent: Annotated[Percent, says("Who takes the offer")] = 50
    reached_percent: Annotated[Percent, says("Calls to them that are answered")] = 80
    answer: Annotated[Duration, says("Mean time until they do")] = "8s"


class Surge(Document, frozen=True, kw_only=True):
    """More calls than usual, or fewer."""

    stream: Annotated[str | UnsetType, says("Of one stream; by default of all")] = UNSET
    from_: Annotated[When, says("From when")] = field(name="from")
    to: Annotated[When, says("Until when")]
    percent: Annotated[int, Meta(ge=0, le=10_000), says("So many of the usual calls, in a hundred")]
    excused: Annotated[
        bool, says("Declared, and accepted: it doesn't count for terms of service")
    ] = False


class Outage(Document, frozen=True, kw_only=True):
    """From when until when."""

    from_: Annotated[When, says("From when")] = field(name="from")
    to: Annotated[When, says("Until when")]


class TeamDown(Document, frozen=True, kw_only=True):
    """A team's site without power or network: nobody is there, and nobody says so."""

    team: Annotated[str, says("Whose site")]
    from_: Annotated[When, says("From when")] = field(name="from")
    to: Annotated[When, says("Until when")]


class Late(Document, frozen=True, kw_only=True):
    """People who come late to the first shift that they have."""

    team: Annotated[str | UnsetType, says("Of one team; by default of all")] = UNSET
    agents: Annotated[Annotated[int, Meta(ge=1, le=100_000)], says("How many of them")]
    by: Annotated[Duration, says("How late they are")]


class Declared(Document, frozen=True, kw_only=True):
    """Somebody declares a mode: those whom it affects are told."""

    mode: Annotated[ModeKind, says("`surge`, `closed` or `emergency`")]
    client: Annotated[str, says("Whose callers")]
    queues: Annotated[list[str], says("Only these queues; by default all")] = []
    callers: Annotated[list[str], says("Only callers on these lists of the client")] = []
    announcement: Annotated[
        str | UnsetType, says("What they hear, of the client's announcements")
    ] = UNSET
    waits_in: Annotated[
        str | UnsetType, says("In an emergency: the queue in which they go on waiting")
    ] = UNSET
    from_: Annotated[When, says("From when")] = field(name="from")
    to: Annotated[When, says("Until when")]
    satisfied_percent: Annotated[
        Percent, says("Of those who hear it so many have no further question, and hang up")
    ] = 0


class Trouble(Document, frozen=True, kw_only=True):
    """What goes wrong."""

    surges: Annotated[list[Surge], says("A storm, a message to all customers, a quiet day")] = []
    trunk_lost: Annotated[list[Outage], says("The trunk is out")] = []
    teams_down: Annotated[list[TeamDown], says("A site is out")] = []
    late: Annotated[list[Late], says("People who come late")] = []
    declared: Annotated[list[Declared], says("What somebody tells callers meanwhile")] = []


class Scenario(Document, frozen=True, kw_only=True):
    """`scenarios/NAME.yaml`: what comes in, how people behave, who works, what goes wrong."""

    begins: Annotated[Begin, says("Local time in the centre's zone")]
    lasts: Annotated[Duration, says("How long callers come")]
    interval: Annotated[
        Interval | UnsetType, says("Figures by `15m`, `30m`, `1h`, `day` or `whole`")
    ] = UNSET
    streams: Annotated[dict[Name, StreamDocument], says("What comes in, by name")]
    patience: Annotated[
        dict[str, Duration],
        says(
            "Mean patience while waiting, by queue (`bills`, `water/bills`) or menu label, "
            "`any` for the rest"
        ),
    ]
    patience_spread: Annotated[Spread, says("About that mean")] = Spread.EXPONENTIAL
    handling: Annotated[
        dict[str, Handling], says("Times by queue or menu label, `any` for the rest")
    ]
    work: Annotated[list[Work], says("Who works when")]
    decline_percent: Annotated[
        Percent, says("Offers that agents decline or miss, in a hundred")
    ] = 2
    tasks: Annotated[TaskWork, says("Voicemails and the like, where a queue has them offered")] = (
        TaskWork()
    )
    no_show_percent: Annotated[Percent, says("Shifts for which nobody turns up")] = 0
    pace_percent: Annotated[
        dict[str, Annotated[int, Meta(ge=10, le=1000)]],
        says('How long somebody takes, of what others take: `"1003": 120`'),
    ] = {}
    learning: Annotated[list[Learning], says("Who is new")] = []
    returning: Annotated[
        ReturningDocument | UnsetType, says("Who calls again; by default nobody is known again")
    ] = UNSET
    callbacks: Annotated[CalledBack, says("Offers of a call in turn")] = CalledBack()
    trouble: Annotated[Trouble, says("What goes wrong")] = Trouble()
    agent_hour: Annotated[
        Rate | UnsetType, says("What an agent's hour costs, signed in; for `cost`")
    ] = UNSET
