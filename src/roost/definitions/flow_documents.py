"""Flows, as they are written: what a caller hears and does, step by step."""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import UNSET, Meta, UnsetType

from roost.definitions.prompt_documents import Prompts
from roost.definitions.routing_documents import AnnounceDocument, OverflowDocument
from roost.definitions.values import (
    Attempts,
    Document,
    Duration,
    Key,
    Language,
    Level,
    Name,
    Priority,
    Title,
    Variable,
    says,
)
from roost.floor.affected import ModeKind


class ChoiceDocument(Document, frozen=True, kw_only=True):
    """What a key leads to."""

    label: Annotated[Name, says("The contact's reason, in records and reports")]
    then: Annotated[str, says("The step to go to")]


class MenuStep(Document, frozen=True, kw_only=True):
    """Asks for a key."""

    say: Annotated[Prompts, says("What the caller hears; a key may be pressed meanwhile")]
    choices: Annotated[
        dict[Key, str | ChoiceDocument],
        says("By key: a step (its name is the label too), or label and step"),
    ]
    invalid: Annotated[Prompts | UnsetType, says("Said after a key that isn't offered")] = UNSET
    silence: Annotated[Prompts | UnsetType, says("Said when no key came")] = UNSET
    attempts: Annotated[Attempts, says("How often it's asked")] = 3
    first: Annotated[Duration, says("How long the first key may take")] = "5s"
    otherwise: Annotated[str | UnsetType, says("Where to go when all attempts failed")] = UNSET


class CollectStep(Document, frozen=True, kw_only=True):
    """Asks for digits, into a variable."""

    say: Annotated[Prompts, says("What the caller hears")]
    into: Annotated[Variable, says("The variable")]
    least: Annotated[int, Meta(ge=1, le=64), says("Least digits")] = 1
    most: Annotated[int, Meta(ge=1, le=64), says("Most digits")] = 20
    terminators: Annotated[
        str,
        Meta(pattern=r"^[0-9*#]{0,12}$", extra={"expects": "keys"}),
        says("Keys that end the input"),
    ] = "#"
    invalid: Annotated[Prompts | UnsetType, says("Said after too few digits")] = UNSET
    first: Annotated[Duration, says("How long the first digit may take")] = "6s"
    next: Annotated[Duration, says("How long each further digit may take")] = "4s"
    mask: Annotated[bool, says("Kept in memory only: card numbers, PINs")] = False
    attempts: Annotated[Attempts, says("How often it's asked")] = 3
    otherwise: Annotated[str | UnsetType, says("Where to go when all attempts failed")] = UNSET


class HoursStep(Document, frozen=True, kw_only=True):
    """Branches by opening hours."""

    calendar: Annotated[str, says("A calendar of the client or the centre")]
    open: Annotated[str | UnsetType, says("The step while open")] = UNSET
    closed: Annotated[str | UnsetType, says("The step while closed")] = UNSET


class VariableStep(Document, frozen=True, kw_only=True):
    """Branches by a variable."""

    name: Annotated[Variable, says("The variable")]
    cases: Annotated[dict[Title, str], says("Steps by value")]
    otherwise: Annotated[str | UnsetType, says("The step for any other value")] = UNSET


class ModeStep(Document, frozen=True, kw_only=True):
    """Branches by what is declared for the caller at the moment, after its announcement; the
    strongest, if there are several."""

    queue: Annotated[
        str | UnsetType, says("What's declared for this queue as well; by default for all alone")
    ] = UNSET
    surge: Annotated[str | UnsetType, says("The step in a surge")] = UNSET
    closed: Annotated[str | UnsetType, says("The step when closed against the hours")] = UNSET
    emergency: Annotated[str | UnsetType, says("The step in an emergency")] = UNSET
    otherwise: Annotated[str | UnsetType, says("The step in no mode")] = UNSET


class CallerStep(Document, frozen=True, kw_only=True):
    """Branches by the list that the caller's number is on."""

    lists: Annotated[dict[str, str], says("Steps by caller list; the first that fits")]
    otherwise: Annotated[str | UnsetType, says("The step for everybody else")] = UNSET


class AskStep(Document, frozen=True, kw_only=True):
    """Calls a web address."""

    url: Annotated[
        str,
        Meta(pattern=r"^https?://[^\s]+$", max_length=2000, extra={"expects": "a web address"}),
        says("The address"),
    ]
    method: Annotated[
        str,
        Meta(pattern=r"^(GET|POST|PUT)$", extra={"expects": "GET, POST or PUT"}),
        says("GET, POST or PUT"),
    ] = "POST"
    send: Annotated[list[Variable], says("Variables to send")] = []
    choices: Annotated[
        dict[Variable, list[Title]],
        says("Variables that may come back, with every value that's allowed"),
    ] = {}
    texts: Annotated[list[Variable], says("Variables whose values go to the vault")] = []
    deadline: Annotated[Duration, says("How long it may take")] = "3s"
    idempotent: Annotated[bool, says("The receiver does the same request once")] = False
    otherwise: Annotated[str | UnsetType, says("Where to go without an answer")] = UNSET


class CallFirst(StrEnum):
    AGENT = "agent"
    CUSTOMER = "customer"


class CallbackDocument(Document, frozen=True, kw_only=True):
    """Offers those who wait to be called when it's their turn: they keep the place and the time
    without the line. Only to callers whose number is known."""

    say: Annotated[Prompts, says("The offer, with its key: *press 1 and we call you back*")]
    after: Annotated[Duration, says("Offered to who has waited so long")] = "1m"
    again: Annotated[
        Duration | UnsetType, says("Offered again so much later, and so on; by default once")
    ] = UNSET
    key: Annotated[Key, says("The key that takes it")] = "1"
    answer: Annotated[Duration, says("How long the key may take, after the words")] = "5s"
    agreed: Annotated[Prompts | UnsetType, says("Said to who took it, before we hang up")] = UNSET
    first: Annotated[
        CallFirst,
        says(
            "Whose phone rings first when the turn comes: an `agent`'s, by which the customer is"
            " called then; or the `customer`'s, who waits on the line for whoever is free next"
        ),
    ] = CallFirst.AGENT
    hello: Annotated[
        Prompts | UnsetType,
        says("What a customer who was called first hears, round and round, until an agent comes"),
    ] = UNSET
    tries: Annotated[int, Meta(ge=1, le=10), says("How often the customer is called at most")] = 3
    retry: Annotated[Duration, says("How long after a try in vain the next may be")] = "10m"
    within: Annotated[Duration, says("Given up so long after it was taken")] = "4h"


class QueueStep(Document, frozen=True, kw_only=True):
    """Waits for an agent."""

    to: Annotated[str, says("One of the client's queues")]
    priority: Annotated[Priority, says("Higher goes first")] = 0
    skills: Annotated[dict[str, Level], says("Skills beside the queue's own")] = {}
    prefer: Annotated[dict[str, Level], says("Skills that are welcome, beside the queue's")] = {}
    waiting: Annotated[
        Prompts | UnsetType, says("Played round and round; by default the built-in music")
    ] = UNSET
    announce: Annotated[
        AnnounceDocument | UnsetType, says("What the caller is told meanwhile; by default nothing")
    ] = UNSET
    most: Annotated[Duration, says("Longest wait; then the flow goes on at `otherwise`")] = "10m"
    overflow: Annotated[
        list[OverflowDocument],
        Meta(max_length=8),
        says("Other queues in which the wait goes on, each from a time or a reason on"),
    ] = []
    modes: Annotated[
        dict[ModeKind, str],
        says("Where to go in a mode; by default on waiting in a `surge`, else to `otherwise`"),
    ] = {}
    otherwise: Annotated[str | UnsetType, says("Where to go after that, or if it's full")] = UNSET
    callback: Annotated[
        CallbackDocument | UnsetType, says("A call in turn, offered to those who wait")
    ] = UNSET


class VoicemailStep(Document, frozen=True, kw_only=True):
    """Takes a message."""

    say: Annotated[Prompts, says("What the caller hears before the tone")]
    most: Annotated[Duration, says("Longest message")] = "2m"


class HangUpHow(StrEnum):
    DONE = "done"
    CLOSED = "closed"  # because it's outside opening hours


class StepDocument(Document, frozen=True, kw_only=True):
    """One step: exactly one of the kinds, and `then` where the flow goes on (by default at the
    next step in the file; `end` ends the flow)."""

    answer: Annotated[bool | UnsetType, says("`true`: answer the call; charging begins")] = UNSET
    say: Annotated[Prompts | UnsetType, says("Say something, to its end")] = UNSET
    menu: Annotated[MenuStep | UnsetType, says("Ask for a key")] = UNSET
    collect: Annotated[CollectStep | UnsetType, says("Ask for digits")] = UNSET
    hours: Annotated[HoursStep | UnsetType, says("Branch by opening hours")] = UNSET
    variable: Annotated[VariableStep | UnsetType, says("Branch by a variable")] = UNSET
    caller: Annotated[CallerStep | UnsetType, says("Branch by caller list")] = UNSET
    mode: Annotated[ModeStep | UnsetType, says("Tell what's declared, and branch by it")] = UNSET
    set: Annotated[dict[Variable, Title] | UnsetType, says("Set variables")] = UNSET
    ask: Annotated[AskStep | UnsetType, says("Call a web address")] = UNSET
    queue: Annotated[QueueStep | UnsetType, says("Wait for an agent")] = UNSET
    voicemail: Annotated[VoicemailStep | UnsetType, says("Take a message")] = UNSET
    hang_up: Annotated[HangUpHow | UnsetType, says("End the call: `done` or `closed`")] = UNSET
    then: Annotated[str | UnsetType, says("The next step")] = UNSET


KINDS: Final = (
    "answer",
    "say",
    "menu",
    "collect",
    "hours",
    "variable",
    "caller",
    "mode",
    "set",
    "ask",
    "queue",
    "voicemail",
    "hang_up",
)


class FlowDocument(Document, frozen=True, kw_only=True):
    """`clients/NAME/flows/FLOW.yaml`: what a caller hears and does, step by step. The first
    step is where it begins."""

    about: Annotated[Title, says("What this flow is for")] = ""
    language: Annotated[Language | UnsetType, says("By default the client's")] = UNSET
    steps: Annotated[dict[Name, StepDocument], says("The steps, by name, in order")]
