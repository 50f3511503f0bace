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


class Gone(StrEnum):
    """How those are gone who could serve a queue."""

    SIGNED_OUT = "signed_out"
    AWAY = "away"  # or signed out


class OverflowDocument(Document, frozen=True, kw_only=True):
    """When a contact goes on waiting in another queue. It keeps its time; when its queue is
    full it goes at once."""

    to: Annotated[str, says("One of the client's queues")]
    after: Annotated[Duration, says("At the earliest after so long a wait, in all")] = "0"
    when: Annotated[
        Gone | UnsetType,
        says("Only when all who may serve it are `signed_out`, or `away` (or signed out)"),
    ] = UNSET


class BoostDocument(Document, frozen=True, kw_only=True):
    """Waiting raises the priority, so that nobody starves; the limit says who is never
    overtaken by patience."""

    every: Annotated[Duration, says("The priority rises by one for each")]
    most: Annotated[int, Meta(ge=1, le=100), says("By how much at most")]


class AnnounceDocument(Document, frozen=True, kw_only=True):
    """What a waiting caller is told, between the music: the place in the queue, and how long it
    may still take, rounded up and in words."""

    first: Annotated[Duration, says("After so much waiting")] = "20s"
    every: Annotated[Duration, says("And again after so much, at least `15s`")] = "1m"
    position: Annotated[bool, says("The place: how many go first, and oneself")] = True
    wait: Annotated[bool, says("The estimated wait, while somebody is there who could help")] = True


class StickyDocument(Document, frozen=True, kw_only=True):
    """Whoever calls again waits a while for the agent who helped last: the one who had the last
    conversation with that number, for this client, and is here and may serve the queue."""

    within: Annotated[Duration, says("If that was within this time, at most `90d`")] = "7d"
    hold: Annotated[Duration, says("So long at most; then as everybody else")] = "10s"
    least: Annotated[Duration, says("A shorter talk was no help")] = "30s"


class RoutedTasksDocument(Document, frozen=True, kw_only=True):
    """The queue's tasks (voicemails, promised calls, callers to be called back) are offered to its
    agents when they're due, by the queue's skills and rings, instead of only lying in the list."""

    routed: Annotated[bool, says("Offered; no: whoever wants one takes it from the list")] = True
    priority: Annotated[
        int, Meta(ge=-100, le=100), says("Added to the queue's; higher goes first")
    ] = 0
    offer: Annotated[Duration, says("How long one is offered to an agent, 5s to 5m")] = "30s"
    interruptible: Annotated[
        bool,
        says(
            "Whoever works on one may be rung: it's put aside meanwhile, and comes after every call"
        ),
    ] = True


class Channel(StrEnum):
    """What agents are given beside calls."""

    TASK = "task"


class ShareDocument(Document, frozen=True, kw_only=True):
    """How much of one channel fits beside what else is in hand: 100 in all, which is what a call
    weighs."""

    most: Annotated[int, Meta(ge=0, le=5), says("At a time; 0: none of it")]
    weight: Annotated[
        Annotated[int, Meta(ge=1, le=100)] | UnsetType,
        says("What one weighs; by default 100 divided by `most`"),
    ] = UNSET


class TeamDocument(Document, frozen=True, kw_only=True):
    """A team, with its rules of rest."""

    name: Annotated[Title, says("What people read")]
    rest: Annotated[Duration, says("At least so long between a contact and the next offer")] = "0"
    most_busy_percent: Annotated[
        Annotated[int, Meta(ge=50, le=99)] | UnsetType,
        says("Of the last half hour at most so much with contacts; above it, a rest"),
    ] = UNSET
    capacity: Annotated[
        dict[Channel, Annotated[int, Meta(ge=0, le=5)] | ShareDocument],
        says("By channel, how many an agent has at a time; one, unless it stands here"),
    ] = {}


def shared(share: int | ShareDocument) -> tuple[int, int]:
    """How many at most, and what each weighs."""
    most = share if isinstance(share, int) else share.most
    weight = UNSET if isinstance(share, int) else share.weight
    return most, (100 // max(most, 1) if weight is UNSET else weight)
