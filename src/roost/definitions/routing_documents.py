"""What the documents say about routing: who may, who goes first, who is chosen, who rests."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, Meta, UnsetType

from roost.definitions.values import Document, Duration, Level, Title, says


class Order(StrEnum):
    """Who goes first."""

    PRIORITY = "priority"
    CONTRACT = "contract"


class Choosing(StrEnum):
    """Which of the agents who may."""

    LONGEST_IDLE = "longest_idle"
    MOST_SKILLED = "most_skilled"
    LEAST_SKILLED = "least_skilled"
    LEAST_OCCUPIED = "least_occupied"
    FAIR_SHARE = "fair_share"


class OwnOtherwise(StrEnum):
    """What becomes of a call of an agent's own number that the agent doesn't take."""

    VOICEMAIL = "voicemail"
    QUEUE = "queue"


class RingDocument(Document, frozen=True, kw_only=True):
    """From when on a contact is open to more people. A ring only ever adds people."""

    after: Annotated[Duration, says("The wait, from when the contact entered the queue")]
    skills: Annotated[
        dict[str, Level] | UnsetType, says("Instead of the queue's own; by default the same")
    ] = UNSET
    teams: Annotated[list[str], says("Only these teams; by default any")] = []


class BoostDocument(Document, frozen=True, kw_only=True):
    """Waiting raises the priority, so that nobody starves; the limit says who is never
    overtaken by patience."""

    every: Annotated[Duration, says("The priority rises by one for each")]
    most: Annotated[int, Meta(ge=1, le=100), says("By how much at most")]


class StickyDocument(Document, frozen=True, kw_only=True):
    """Whoever calls again waits a while for the agent who helped last: the one who had the last
    conversation with that number, for this client, and is here and may serve the queue."""

    within: Annotated[Duration, says("If that was within this time, at most `90d`")] = "7d"
    hold: Annotated[Duration, says("So long at most; then as everybody else")] = "10s"
    least: Annotated[Duration, says("A shorter talk was no help")] = "30s"


class TeamDocument(Document, frozen=True, kw_only=True):
    """A team, with its rules of rest."""

    name: Annotated[Title, says("What people read")]
    rest: Annotated[Duration, says("At least so long between a contact and the next offer")] = "0"
    most_busy_percent: Annotated[
        Annotated[int, Meta(ge=50, le=99)] | UnsetType,
        says("Of the last half hour at most so much with contacts; above it, a rest"),
    ] = UNSET
