"""The documents that a centre's folder holds, as they are written: one struct a kind of file.

The published JSON Schemas (`roost schemas`) and docs/reference/definitions.md are made from
these; every field says what it is.
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, Struct, UnsetType, field


def _about(description: str, **more: object) -> Meta:
    return Meta(extra_json_schema={"description": description}, **more)  # type: ignore[arg-type]


NAME: Final = r"^[a-z][a-z0-9-]{0,39}$"

Name = Annotated[
    str,
    Meta(pattern=NAME, extra={"expects": "a name: small letters, digits and -, up to 40"}),
]
Duration = Annotated[
    str,
    Meta(
        pattern=r"^(0|([0-9]{1,5}h)?([0-9]{1,5}m)?([0-9]{1,5}(\.[0-9]{1,3})?s)?)$",
        min_length=1,
        max_length=24,
        extra={"expects": "a length of time with its unit: 20s, 5m, 1h30m"},
    ),
]
Span = Annotated[
    str,
    Meta(
        pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
        extra={"expects": "a span such as 08:00-12:30 (24:00 is the day's end)"},
    ),
]
Days = Annotated[
    str,
    Meta(
        pattern=r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$",
        extra={"expects": "a day or days: mon, sat-sun, mon-fri"},
    ),
]
Date = Annotated[
    str,
    Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", extra={"expects": "a day: 2026-10-01"}),
]
Rate = Annotated[
    str,
    Meta(
        pattern=r"^-?[0-9]{1,9}(\.[0-9]{1,6})?$",
        extra={"expects": "a decimal with up to six places: 0.85"},
    ),
]
Dialled = Annotated[
    str,
    Meta(
        pattern=r"^\+?[0-9]{2,20}$",
        extra={"expects": "a number as it's dialled: digits, perhaps a + before them"},
    ),
]
Language = Annotated[
    str,
    Meta(
        pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        extra={"expects": "a language code: zh, en, de"},
    ),
]
Title = Annotated[str, Meta(min_length=1, max_length=120)]
Text = Annotated[str, Meta(min_length=1, max_length=1000)]
Level = Annotated[int, Meta(ge=1, le=10)]
Priority = Annotated[int, Meta(ge=0, le=100)]
Attempts = Annotated[int, Meta(ge=1, le=10)]
Key = Annotated[
    str, Meta(pattern=r"^[0-9*#]$", extra={"expects": "a key of the phone: 0 to 9, * or #"})
]
Variable = Annotated[
    str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", extra={"expects": "a name: small letters and _"})
]


class _Document(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    pass


# --- centre.yaml ---


class Calendar(_Document, frozen=True, kw_only=True):
    """Opening hours: weekly spans, days that are closed, days with spans of their own."""

    zone: Annotated[str | UnsetType, _about("The time zone; by default the file's own")] = UNSET
    weekly: Annotated[
        dict[Days, list[Span]], _about('Spans by day or days: `mon-fri: ["08:00-18:00"]`')
    ]
    closed: Annotated[list[Date], _about("Days that are closed altogether")] = []
    special: Annotated[
        dict[Date, list[Span]], _about("Days whose spans replace the weekly ones")
    ] = {}


class Centre(_Document, frozen=True, kw_only=True):
    """`centre.yaml`: the operator and what its clients share."""

    name: Annotated[Title, _about("The operator's name")]
    zone: Annotated[str, _about("The centre's time zone (IANA): `Asia/Shanghai`")]
    skills: Annotated[dict[Name, Title], _about("What agents can do, by name, with words")]
    teams: Annotated[dict[Name, Title], _about("The agents' teams")] = {}
    calendars: Annotated[dict[Name, Calendar], _about("Hours that every client may name")] = {}
    away_reasons: Annotated[list[Name], _about("Why an agent may be away: `break`, `training`")] = (
        field(default_factory=lambda: ["break"])
    )


# --- agents.yaml ---


class AgentDocument(_Document, frozen=True, kw_only=True):
    """One agent."""

    name: Annotated[Title, _about("The person's name: kept in the vault, never in the log")]
    team: Annotated[str, _about("One of the centre's teams")] = ""
    skills: Annotated[dict[str, Level], _about("Skills with the level, 1 to 10")] = {}


class Agents(_Document, frozen=True, kw_only=True):
    """`agents.yaml`: the people, by their user (which is their SIP user too)."""

    agents: Annotated[
        dict[
            Annotated[
                str,
                Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$", extra={"expects": "a user: 1001"}),
            ],
            AgentDocument,
        ],
        _about("Agents by user"),
    ]


# --- prompts ---


class Music(StrEnum):
    SOFT = "soft"


class PromptDocument(_Document, frozen=True, kw_only=True):
    """One of `say` (with `language`), `recording`, `music`."""

    say: Annotated[Text | UnsetType, _about("A text to speak")] = UNSET
    language: Annotated[Language | UnsetType, _about("Its language, when it's another")] = UNSET
    recording: Annotated[Text | UnsetType, _about("A WAV file in the client's prompts/")] = UNSET
    music: Annotated[Music | UnsetType, _about("Built-in music")] = UNSET


Prompt = Text | PromptDocument
Prompts = Text | PromptDocument | list[Prompt]


# --- clients/NAME/client.yaml ---


class ServiceLevel(_Document, frozen=True, kw_only=True):
    """What counts as answered in time."""

    within: Annotated[Duration, _about("Answered within this time is in the service level")] = "20s"
    short: Annotated[Duration, _about("Abandoned sooner is a short abandon")] = "5s"


class QueueDocument(_Document, frozen=True, kw_only=True):
    """Where callers wait for an agent."""

    skills: Annotated[dict[str, Level], _about("Skills that an agent needs, with least level")]
    priority: Annotated[Priority, _about("Added to the flow's; higher goes first")] = 0
    ring: Annotated[Duration, _about("How long a phone rings for one agent")] = "20s"
    wrap_up: Annotated[Duration, _about("Limit of the time for writing up; 0: none")] = "60s"
    code_required: Annotated[bool, _about("The agent must give a wrap-up code")] = False
    most_waiting: Annotated[
        int, Meta(ge=1, le=100_000), _about("More callers take the flow's `otherwise` at once")
    ] = 500
    service_level: Annotated[ServiceLevel, _about("Thresholds")] = ServiceLevel()


class CodeDocument(_Document, frozen=True, kw_only=True):
    """A wrap-up code."""

    code: Annotated[Name, _about("What the log keeps")]
    label: Annotated[Title, _about("What the agent reads")]


class ClientDocument(_Document, frozen=True, kw_only=True):
    """`clients/NAME/client.yaml`: whom we answer for, and how."""

    name: Annotated[Title, _about("The client's name")]
    zone: Annotated[str | UnsetType, _about("Time zone; by default the centre's")] = UNSET
    language: Annotated[Language, _about("Language of prompts that name none")]
    numbers: Annotated[dict[Dialled, str], _about("Numbers with the flow that answers")]
    queues: Annotated[dict[Name, QueueDocument], _about("The client's queues")]
    default_queue: Annotated[str, _about("The safe path when something of ours failed")]
    sorry: Annotated[Prompts, _about("What callers hear when something of ours failed")]
    hold: Annotated[
        Prompts | UnsetType, _about("What a caller on hold hears; by default the built-in music")
    ] = UNSET
    record: Annotated[bool, _about("Record the conversations")] = False
    calendars: Annotated[dict[Name, Calendar], _about("The client's own hours")] = {}
    callers: Annotated[
        dict[Name, list[Dialled]], _about("Lists of callers' numbers, for flows (in the vault)")
    ] = {}
    wrap_up_codes: Annotated[list[CodeDocument], _about("How a contact can end, by the agent")] = []


# --- clients/NAME/flows/*.yaml ---


class ChoiceDocument(_Document, frozen=True, kw_only=True):
    """What a key leads to."""

    label: Annotated[Name, _about("The contact's reason, in records and reports")]
    then: Annotated[str, _about("The step to go to")]


class MenuStep(_Document, frozen=True, kw_only=True):
    """Asks for a key."""

    say: Annotated[Prompts, _about("What the caller hears; a key may be pressed meanwhile")]
    choices: Annotated[
        dict[Key, str | ChoiceDocument],
        _about("By key: a step (its name is the label too), or label and step"),
    ]
    invalid: Annotated[Prompts | UnsetType, _about("Said after a key that isn't offered")] = UNSET
    silence: Annotated[Prompts | UnsetType, _about("Said when no key came")] = UNSET
    attempts: Annotated[Attempts, _about("How often it's asked")] = 3
    first: Annotated[Duration, _about("How long the first key may take")] = "5s"
    otherwise: Annotated[str | UnsetType, _about("Where to go when all attempts failed")] = UNSET


class CollectStep(_Document, frozen=True, kw_only=True):
    """Asks for digits, into a variable."""

    say: Annotated[Prompts, _about("What the caller hears")]
    into: Annotated[Variable, _about("The variable")]
    least: Annotated[int, Meta(ge=1, le=64), _about("Least digits")] = 1
    most: Annotated[int, Meta(ge=1, le=64), _about("Most digits")] = 20
    terminators: Annotated[
        str,
        Meta(pattern=r"^[0-9*#]{0,12}$", extra={"expects": "keys"}),
        _about("Keys that end the input"),
    ] = "#"
    invalid: Annotated[Prompts | UnsetType, _about("Said after too few digits")] = UNSET
    first: Annotated[Duration, _about("How long the first digit may take")] = "6s"
    next: Annotated[Duration, _about("How long each further digit may take")] = "4s"
    mask: Annotated[bool, _about("Kept in memory only: card numbers, PINs")] = False
    attempts: Annotated[Attempts, _about("How often it's asked")] = 3
    otherwise: Annotated[str | UnsetType, _about("Where to go when all attempts failed")] = UNSET


class HoursStep(_Document, frozen=True, kw_only=True):
    """Branches by opening hours."""

    calendar: Annotated[str, _about("A calendar of the client or the centre")]
    open: Annotated[str | UnsetType, _about("The step while open")] = UNSET
    closed: Annotated[str | UnsetType, _about("The step while closed")] = UNSET


class VariableStep(_Document, frozen=True, kw_only=True):
    """Branches by a variable."""

    name: Annotated[Variable, _about("The variable")]
    cases: Annotated[dict[Title, str], _about("Steps by value")]
    otherwise: Annotated[str | UnsetType, _about("The step for any other value")] = UNSET


class CallerStep(_Document, frozen=True, kw_only=True):
    """Branches by the list that the caller's number is on."""

    lists: Annotated[dict[str, str], _about("Steps by caller list; the first that fits")]
    otherwise: Annotated[str | UnsetType, _about("The step for everybody else")] = UNSET


class AskStep(_Document, frozen=True, kw_only=True):
    """Calls a web address."""

    url: Annotated[
        str,
        Meta(pattern=r"^https?://[^\s]+$", max_length=2000, extra={"expects": "a web address"}),
        _about("The address"),
    ]
    method: Annotated[
        str,
        Meta(pattern=r"^(GET|POST|PUT)$", extra={"expects": "GET, POST or PUT"}),
        _about("GET, POST or PUT"),
    ] = "POST"
    send: Annotated[list[Variable], _about("Variables to send")] = []
    choices: Annotated[
        dict[Variable, list[Title]],
        _about("Variables that may come back, with every value that's allowed"),
    ] = {}
    texts: Annotated[list[Variable], _about("Variables whose values go to the vault")] = []
    deadline: Annotated[Duration, _about("How long it may take")] = "3s"
    idempotent: Annotated[bool, _about("The receiver does the same request once")] = False
    otherwise: Annotated[str | UnsetType, _about("Where to go without an answer")] = UNSET


class QueueStep(_Document, frozen=True, kw_only=True):
    """Waits for an agent."""

    to: Annotated[str, _about("One of the client's queues")]
    priority: Annotated[Priority, _about("Higher goes first")] = 0
    skills: Annotated[dict[str, Level], _about("Skills beside the queue's own")] = {}
    waiting: Annotated[
        Prompts | UnsetType, _about("Played round and round; by default the built-in music")
    ] = UNSET
    most: Annotated[Duration, _about("Longest wait; then the flow goes on at `otherwise`")] = "10m"
    otherwise: Annotated[str | UnsetType, _about("Where to go after that, or if it's full")] = UNSET


class VoicemailStep(_Document, frozen=True, kw_only=True):
    """Takes a message."""

    say: Annotated[Prompts, _about("What the caller hears before the tone")]
    most: Annotated[Duration, _about("Longest message")] = "2m"


class HangUpHow(StrEnum):
    DONE = "done"
    CLOSED = "closed"  # because it's outside opening hours


class StepDocument(_Document, frozen=True, kw_only=True):
    """One step: exactly one of the kinds, and `then` where the flow goes on (by default at the
    next step in the file; `end` ends the flow)."""

    answer: Annotated[bool | UnsetType, _about("`true`: answer the call; charging begins")] = UNSET
    say: Annotated[Prompts | UnsetType, _about("Say something, to its end")] = UNSET
    menu: Annotated[MenuStep | UnsetType, _about("Ask for a key")] = UNSET
    collect: Annotated[CollectStep | UnsetType, _about("Ask for digits")] = UNSET
    hours: Annotated[HoursStep | UnsetType, _about("Branch by opening hours")] = UNSET
    variable: Annotated[VariableStep | UnsetType, _about("Branch by a variable")] = UNSET
    caller: Annotated[CallerStep | UnsetType, _about("Branch by caller list")] = UNSET
    set: Annotated[dict[Variable, Title] | UnsetType, _about("Set variables")] = UNSET
    ask: Annotated[AskStep | UnsetType, _about("Call a web address")] = UNSET
    queue: Annotated[QueueStep | UnsetType, _about("Wait for an agent")] = UNSET
    voicemail: Annotated[VoicemailStep | UnsetType, _about("Take a message")] = UNSET
    hang_up: Annotated[HangUpHow | UnsetType, _about("End the call: `done` or `closed`")] = UNSET
    then: Annotated[str | UnsetType, _about("The next step")] = UNSET


KINDS: Final = (
    "answer",
    "say",
    "menu",
    "collect",
    "hours",
    "variable",
    "caller",
    "set",
    "ask",
    "queue",
    "voicemail",
    "hang_up",
)


class FlowDocument(_Document, frozen=True, kw_only=True):
    """`clients/NAME/flows/FLOW.yaml`: what a caller hears and does, step by step. The first
    step is where it begins."""

    about: Annotated[Title, _about("What this flow is for")] = ""
    language: Annotated[Language | UnsetType, _about("By default the client's")] = UNSET
    steps: Annotated[dict[Name, StepDocument], _about("The steps, by name, in order")]


# --- clients/NAME/contract.yaml ---


class LineDocument(_Document, frozen=True, kw_only=True):
    """One priced line."""

    line: Annotated[Name, _about("Its name on the invoice and in `explain`")]
    text: Annotated[Title, _about("Its words on the invoice")] = ""
    measure: Annotated[str, _about("The measured quantity: see below")]
    rate: Annotated[Rate, _about("Price of one unit (a contact, a minute)")]
    unit: Annotated[
        Duration | UnsetType,
        _about("Time is charged per started unit of this length; exact if unset"),
    ] = UNSET
    round_per: Annotated[
        str,
        Meta(pattern=r"^(contact|segment|line)$", extra={"expects": "contact, segment or line"}),
        _about("What is rounded up to units"),
    ] = "contact"
    queues: Annotated[list[str], _about("Only contacts of these queues")] = []


class VersionDocument(_Document, frozen=True, kw_only=True):
    """What holds from a day on."""

    effective: Annotated[Date, _about("The first day, in the contract's zone")]
    lines: Annotated[list[LineDocument], _about("The priced lines")]
    minimum: Annotated[Rate, _about("The least that a month costs")] = "0"


class ContractDocument(_Document, frozen=True, kw_only=True):
    """`clients/NAME/contract.yaml`: what the client pays."""

    currency: Annotated[
        str,
        Meta(pattern=r"^[A-Z]{3}$", extra={"expects": "a currency code: CNY"}),
        _about("ISO 4217: CNY"),
    ]
    zone: Annotated[str | UnsetType, _about("Whose months count; by default the client's")] = UNSET
    billable: Annotated[
        list[str], _about("Kinds of contacts that are paid for: answered, voicemail, solved")
    ] = field(default_factory=lambda: ["answered"])
    versions: Annotated[list[VersionDocument], _about("Versions, by the day they begin")]


# --- scenarios/*.yaml ---


class Arrivals(_Document, frozen=True, kw_only=True):
    """How many callers, and when."""

    per_half_hour: Annotated[
        list[Annotated[int, Meta(ge=0, le=1_000_000)]],
        _about("Expected calls in each half hour from the start, repeated"),
    ]
    keys: Annotated[
        dict[str, Annotated[int, Meta(ge=0, le=1000)]],
        _about("What callers press, by weight: keys, `invalid`, `silence`, `hang-up`"),
    ]


class Handling(_Document, frozen=True, kw_only=True):
    """How long agents take, by menu label (`any` for the rest): mean times."""

    talk: Annotated[Duration, _about("Mean of talking")]
    wrap_up: Annotated[Duration, _about("Mean of writing up")]


class Scenario(_Document, frozen=True, kw_only=True):
    """`scenarios/NAME.yaml`: callers and agents for the simulator."""

    client: Annotated[str, _about("Whose number is called")]
    number: Annotated[Dialled, _about("The number")]
    begins: Annotated[
        str,
        Meta(
            pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}$",
            extra={"expects": "a local time: 2026-03-02 08:00"},
        ),
        _about("Local time in the centre's zone"),
    ]
    lasts: Annotated[Duration, _about("How long callers come")]
    arrivals: Annotated[Arrivals, _about("The callers")]
    patience: Annotated[Duration, _about("Mean patience while waiting (exponential)")]
    handling: Annotated[dict[str, Handling], _about("Times by menu label, or `any`")]
    agents: Annotated[
        dict[str, str] | list[str],
        _about("Who works: users, or users with a span such as 08:00-17:00"),
    ]
    decline_percent: Annotated[
        int, Meta(ge=0, le=100), _about("Offers that agents decline or miss, in a hundred")
    ] = 2
    wrap_up_codes: Annotated[
        dict[str, Annotated[int, Meta(ge=0, le=1000)]], _about("Codes given, by weight")
    ] = {}
