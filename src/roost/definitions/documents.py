"""The documents that a centre's folder holds, as they are written: one struct a kind of file.

The published JSON Schemas (`roost schemas`) and docs/reference/definitions.md are made from
these; every field says what it is.
"""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from roost.definitions.alert_documents import QueueAlert, TeamAlert
from roost.definitions.prompt_documents import Prompts
from roost.definitions.routing_documents import (
    BoostDocument,
    Choosing,
    Order,
    OwnOtherwise,
    RingDocument,
    RoutedTasksDocument,
    StickyDocument,
    TeamDocument,
)
from roost.definitions.values import (
    Colour,
    Date,
    Days,
    Dialled,
    Document,
    Duration,
    Language,
    Level,
    LongText,
    Name,
    Prefix,
    Priority,
    Span,
    Text,
    Title,
    says,
)

# --- centre.yaml ---


class Calendar(Document, frozen=True, kw_only=True):
    """Opening hours: weekly spans, days that are closed, days with spans of their own."""

    zone: Annotated[str | UnsetType, says("The time zone; by default the file's own")] = UNSET
    weekly: Annotated[
        dict[Days, list[Span]], says('Spans by day or days: `mon-fri: ["08:00-18:00"]`')
    ]
    closed: Annotated[list[Date], says("Days that are closed altogether")] = []
    special: Annotated[
        dict[Date, list[Span]], says("Days whose spans replace the weekly ones")
    ] = {}


class Centre(Document, frozen=True, kw_only=True):
    """`centre.yaml`: the operator and what its clients share."""

    name: Annotated[Title, says("The operator's name")]
    zone: Annotated[str, says("The centre's time zone (IANA): `Asia/Shanghai`")]
    skills: Annotated[dict[Name, Title], says("What agents can do, by name, with words")]
    teams: Annotated[
        dict[Name, Title | TeamDocument], says("The agents' teams: words, or words with rules")
    ] = {}
    order: Annotated[
        Order,
        says(
            "Who goes first: by `priority`, then time; or, among equals, by what a `contract` loses"
        ),
    ] = Order.PRIORITY
    calendars: Annotated[dict[Name, Calendar], says("Hours that every client may name")] = {}
    away_reasons: Annotated[list[Name], says("Why an agent may be away: `break`, `training`")] = (
        field(default_factory=lambda: ["break"])
    )
    away_limits: Annotated[
        dict[Name, Duration],
        says("How long each may take before the floor shows it: `break: 15m`"),
    ] = {}
    alerts: Annotated[
        dict[Name, TeamAlert], says("When somebody should look at the centre or a team")
    ] = {}


# --- agents.yaml ---


class AgentDocument(Document, frozen=True, kw_only=True):
    """One agent."""

    name: Annotated[Title, says("The person's name: kept in the vault, never in the log")]
    team: Annotated[str, says("One of the centre's teams")] = ""
    skills: Annotated[dict[str, Level], says("Skills with the level, 1 to 10")] = {}


class Agents(Document, frozen=True, kw_only=True):
    """`agents.yaml`: the people, by their user (which is their SIP user too)."""

    agents: Annotated[
        dict[
            Annotated[
                str,
                Meta(pattern=r"^[a-z0-9][a-z0-9._-]{0,31}$", extra={"expects": "a user: 1001"}),
            ],
            AgentDocument,
        ],
        says("Agents by user"),
    ]


# --- clients/NAME/client.yaml ---


class ServiceLevel(Document, frozen=True, kw_only=True):
    """What counts as answered in time."""

    within: Annotated[Duration, says("Answered within this time is in the service level")] = "20s"
    short: Annotated[Duration, says("Abandoned sooner is a short abandon")] = "5s"


class QueueDesk(Document, frozen=True, kw_only=True):
    """What agents read when a contact of this queue arrives, instead of the client's own."""

    greeting: Annotated[Text | UnsetType, says("What to say first")] = UNSET
    script: Annotated[LongText | UnsetType, says("How to go on")] = UNSET


class QueueDocument(Document, frozen=True, kw_only=True):
    """Where callers wait for an agent."""

    skills: Annotated[dict[str, Level], says("Skills that an agent needs, with least level")]
    prefer: Annotated[
        dict[str, Level], says("Whoever has more of these skills is chosen before the others")
    ] = {}
    teams: Annotated[list[str], says("Only these teams, before any ring; by default any")] = []
    rings: Annotated[
        list[RingDocument], Meta(max_length=8), says("Who else may, after which wait")
    ] = []
    agents: Annotated[Choosing, says("Which of those who may")] = Choosing.LONGEST_IDLE
    priority: Annotated[Priority, says("Added to the flow's; higher goes first")] = 0
    boost: Annotated[
        BoostDocument | UnsetType, says("How waiting raises the priority; by default not at all")
    ] = UNSET
    sticky: Annotated[
        StickyDocument | UnsetType,
        says("Whoever calls again waits a while for the agent who helped last; by default not"),
    ] = UNSET
    ring: Annotated[Duration, says("How long a phone rings for one agent")] = "20s"
    wrap_up: Annotated[Duration, says("Limit of the time for writing up; 0: none")] = "60s"
    code_required: Annotated[bool, says("The agent must give a wrap-up code")] = False
    most_waiting: Annotated[
        int,
        Meta(ge=1, le=100_000),
        says("More callers take the flow's `otherwise` at once; whom a phone rings for isn't one"),
    ] = 500
    service_level: Annotated[ServiceLevel, says("Thresholds")] = ServiceLevel()
    call_back_abandoned: Annotated[
        bool, says("Who gives up waiting (later than a short abandon) is to be called back")
    ] = False
    tasks: Annotated[
        RoutedTasksDocument | UnsetType, says("How its tasks are offered; by default they aren't")
    ] = UNSET
    whisper: Annotated[
        Prompts | UnsetType,
        says("What the agent alone hears before the caller, in at most 1.5 s: client and reason"),
    ] = UNSET
    desk: Annotated[QueueDesk | UnsetType, says("What agents read, where it's another")] = UNSET


class OwnNumberDocument(Document, frozen=True, kw_only=True):
    """A number that is one agent's own: whoever calls it waits for that agent, as long as they
    are at work."""

    agent: Annotated[str, says("Whose: a user of agents.yaml, who may serve the queue")]
    queue: Annotated[str, says("One of the client's queues: its rules hold for these calls")]
    hold: Annotated[Duration, says("How long to wait for the agent; if they're away, not at all")]
    otherwise: Annotated[OwnOtherwise, says("Then: `voicemail`, or `queue` for anybody of it")]
    say: Annotated[
        Prompts | UnsetType,
        says("What the caller hears before the voicemail's tone; it's the agent's own message"),
    ] = UNSET
    waiting: Annotated[
        Prompts | UnsetType, says("Played round and round; by default the built-in music")
    ] = UNSET
    most: Annotated[
        Duration, says("Longest wait in the queue; then a voicemail, if it has words to `say`")
    ] = "10m"


class CodeDocument(Document, frozen=True, kw_only=True):
    """A wrap-up code."""

    code: Annotated[Name, says("What the log keeps")]
    label: Annotated[Title, says("What the agent reads")]


class EntryDocument(Document, frozen=True, kw_only=True):
    """A number of the directory: of a firm or an office, not of a person."""

    name: Annotated[Title, says("What agents read")]
    number: Annotated[Dialled, says("The number, as the trunk dials it")]


class CallingOut(StrEnum):
    """Whom agents may call for a client."""

    NONE = "none"
    DIRECTORY = "directory"


class ClientDesk(Document, frozen=True, kw_only=True):
    """How the client looks on an agent's desk."""

    colour: Annotated[Colour | UnsetType, says("The client's colour, as `#rrggbb`")] = UNSET
    logo: Annotated[
        Text | UnsetType, says("A picture in the client's folder: PNG, JPEG or WebP, to 64 KiB")
    ] = UNSET
    greeting: Annotated[Text | UnsetType, says("What to say first")] = UNSET
    script: Annotated[LongText | UnsetType, says("How to go on, in lines")] = UNSET


class ClientDocument(Document, frozen=True, kw_only=True):
    """`clients/NAME/client.yaml`: whom we answer for, and how."""

    name: Annotated[Title, says("The client's name")]
    zone: Annotated[str | UnsetType, says("Time zone; by default the centre's")] = UNSET
    language: Annotated[Language, says("Language of prompts that name none")]
    numbers: Annotated[dict[Dialled, str], says("Numbers with the flow that answers")]
    own_numbers: Annotated[
        dict[Dialled, OwnNumberDocument], says("Numbers that are one agent's own")
    ] = {}
    queues: Annotated[dict[Name, QueueDocument], says("The client's queues")]
    default_queue: Annotated[str, says("The safe path when something of ours failed")]
    sorry: Annotated[Prompts, says("What callers hear when something of ours failed")]
    hold: Annotated[
        Prompts | UnsetType, says("What a caller on hold hears; by default the built-in music")
    ] = UNSET
    record: Annotated[bool, says("Record the conversations")] = False
    calendars: Annotated[dict[Name, Calendar], says("The client's own hours")] = {}
    callers: Annotated[
        dict[Name, list[Dialled]], says("Lists of callers' numbers, for flows (in the vault)")
    ] = {}
    wrap_up_codes: Annotated[list[CodeDocument], says("How a contact can end, by the agent")] = []
    directory: Annotated[
        dict[Name, EntryDocument], says("Whom agents may call, consult and transfer to, by name")
    ] = {}
    calling_out: Annotated[
        CallingOut | list[Prefix],
        says(
            "Whom agents may dial: `none`; the `directory`; or that and numbers that begin so, as"
            " a list. An emergency number must stand there in full"
        ),
    ] = CallingOut.DIRECTORY
    recording_pause: Annotated[
        Duration, says("The longest pause of a recording; it goes on by itself then")
    ] = "3m"
    announcements: Annotated[
        dict[Name, Prompts],
        Meta(max_length=50),
        says("What callers hear in a mode that somebody declares, by name"),
    ] = {}
    desk: Annotated[ClientDesk | UnsetType, says("How the client looks to agents")] = UNSET
    alerts: Annotated[
        dict[Name, QueueAlert], says("When somebody should look at the client or a queue")
    ] = {}
