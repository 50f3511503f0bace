"""What of the log the feed shows, to whom, by topic.

The operator's people get an event's body as it's stored: it holds no personal data, only ids
of the vault. A client gets the events that it owns, and of those the fields of CLIENT_SEES
alone; what counts across clients (ids of contacts, legs, offers, positions) isn't among them.
"""

from enum import StrEnum
from typing import Final, Literal

import msgspec
from msgspec import Struct

from roost.kernel.envelope import Stored
from roost.kernel.ids import AgentId, Owner
from roost.kernel.time import InstantUs


class Topic(StrEnum):
    CONTACTS = "contacts"
    QUEUES = "queues"
    AGENTS = "agents"
    ROUTING = "routing"  # the operator's only
    SETTINGS = "settings"  # the operator's only


TOPIC_OF: Final = {
    "calls": Topic.CONTACTS,
    "flows": Topic.CONTACTS,
    "queues": Topic.QUEUES,
    "agents": Topic.AGENTS,
    "routing": Topic.ROUTING,
    "tasks": Topic.AGENTS,
    "modes": Topic.QUEUES,
}
"""By the event's area; anything else is SETTINGS."""

CLIENT_SEES: Final[dict[str, tuple[str, ...]]] = {
    "calls.CallArrived": ("number",),
    "calls.CallMade": ("shown",),
    "calls.CallbackPromised": ("shown", "queue", "since"),
    "calls.CallbackClosed": ("outcome",),
    "calls.CallAnswered": (),
    "calls.TransferStarted": ("how", "kind"),
    "calls.TransferCompleted": ("how", "kind"),
    "calls.PartyHeld": ("party", "held"),
    "calls.ContactEnded": ("blame", "reason"),
    "flows.FlowStarted": ("flow", "version"),
    "flows.FlowAdvanced": ("step", "passed", "choice"),
    "queues.ContactQueued": ("queue", "priority"),
    "queues.ContactDequeued": ("queue", "outcome", "agent", "waited_us", "short", "in_target"),
    "queues.ContactTurnedAway": ("queue",),
    "modes.ModeDeclared": ("kind", "begins", "ends", "announcement"),
    "agents.OfferTaken": ("agent", "queue", "rang_us"),
    "agents.SegmentClosed": (
        "agent",
        "queue",
        "rang_us",
        "talk_us",
        "hold_us",
        "wrap_up_us",
        "code",
    ),
    "agents.SegmentCompleted": ("agent", "queue", "code"),
}
"""A client's part of its own events; an event that isn't here isn't shown to it."""


class FeedEvent(Struct, frozen=True, tag="event", tag_field="kind"):
    """One event. `number` counts what this audience may see, 1, 2, 3… without gaps; `cursor`
    is where to resume so that the next one comes next. `contact` is its outside name."""

    cursor: str
    number: int
    topic: Topic
    type: str
    at: InstantUs
    client: str | None
    contact: str | None
    body: msgspec.Raw


def topic_of(type: str) -> Topic:
    return TOPIC_OF.get(type.partition(".")[0], Topic.SETTINGS)


def is_for_client(type: str, owner: Owner, client: Owner) -> bool:
    """Whether a client sees this event at all."""
    return owner == client and type in CLIENT_SEES


def body_for_client(stored: Stored) -> msgspec.Raw:
    """The fields of an event that its client sees."""
    fields: dict[str, msgspec.Raw] = msgspec.json.decode(stored.body, type=dict[str, msgspec.Raw])
    shown = {name: fields[name] for name in CLIENT_SEES[stored.type] if name in fields}
    return msgspec.Raw(msgspec.json.encode(shown))


class _OfAgent(Struct):
    agent: AgentId | None = None


_of_agent: Final = msgspec.json.Decoder(_OfAgent).decode


def agent_of(stored: Stored) -> AgentId | None:
    """Whom an event of the operator's concerns; None: the whole centre."""
    return _of_agent(stored.body).agent


def body_for_operator(stored: Stored) -> msgspec.Raw:
    """An event's body as it's stored; empty where it would be too large."""
    large = stored.type.rpartition(".")[2] == "CentreConfigured"
    return msgspec.Raw(b"{}" if large else stored.body)


# --- the websocket's other messages ---


class Hello(Struct, frozen=True, tag="hello", tag_field="kind"):
    """First message: the protocol's version, and how soon a heartbeat comes when there's
    nothing else."""

    at: InstantUs
    heartbeat_us: int
    protocol: Literal[1] = 1


class Heartbeat(Struct, frozen=True, tag="heartbeat", tag_field="kind"):
    """Nothing new; `cursor` is where this feed stands, `at` the centre's time."""

    at: InstantUs
    cursor: str


class Rows(Struct, frozen=True, tag="rows", tag_field="kind"):
    """Changed rows of a view; with `whole` they replace all of it. Each is a RowChanged."""

    view: str
    whole: bool
    rows: tuple[msgspec.Raw, ...]


class Bye(Struct, frozen=True, tag="bye", tag_field="kind"):
    """Last message: why, and where to resume. Codes: `too_slow`, `logged_out`,
    `too_large`, `invalid_input`, `too_many_messages`."""

    code: str
    cursor: str


class Alive(Struct, frozen=True, forbid_unknown_fields=True):
    """A client's only message: it's still there. Nobody has to send it: the protocol's own
    pings tell."""

    kind: Literal["alive"]
