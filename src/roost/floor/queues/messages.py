"""Queues: who waits where, since when, and how the waiting ended."""

from enum import StrEnum

from roost.floor.definition import Skill
from roost.kernel.ids import AgentId, ContactId, QueueId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs, InstantUs


class Outcome(StrEnum):
    """How waiting ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"  # by the customer
    OVERFLOWED = "overflowed"  # the limit was reached and the flow went on
    CALLED_BACK = "called_back"
    VOICEMAIL = "voicemail"
    ENDED_BY_US = "ended_by_us"


class Wait(Command, frozen=True, gc=False):
    """Refused: queue_full, unknown_queue, already_waiting."""

    contact: ContactId
    queue: QueueId
    priority: int
    skills: tuple[Skill, ...]
    most_us: DurationUs
    lapse: Outcome = Outcome.OVERFLOWED  # how the limit ends the wait


class StopWaiting(Command, frozen=True, gc=False):
    """The contact leaves the queue, with this outcome."""

    contact: ContactId
    outcome: Outcome
    agent: AgentId | None = None


class WaitLapsed(Command, frozen=True, gc=False):
    """The limit of waiting; only while nobody is being rung for this contact."""

    contact: ContactId
    entry: int


class ContactQueued(Event, frozen=True, gc=False, kw_only=True):
    """Entered the queue: `at` of the envelope is the instant that waiting counts from.
    `skills` are the queue's and the flow's together, `priority` their sum; `entry` counts the
    contact's own entries."""

    queue: QueueId
    priority: int
    skills: tuple[Skill, ...]
    entry: int
    since: InstantUs  # waiting counts from here: earlier than `at` for one who comes back
    most_us: DurationUs
    lapse: Outcome = Outcome.OVERFLOWED


class ContactDequeued(Event, frozen=True, gc=False, kw_only=True):
    """The contact left the queue: how, and after how long."""

    queue: QueueId
    outcome: Outcome
    agent: AgentId | None
    waited_us: DurationUs
    short: bool  # abandoned within the queue's threshold
    in_target: bool  # left within the service-level threshold
    entry: int


class ContactTurnedAway(Event, frozen=True, gc=False, kw_only=True):
    """The queue was full (or unknown by now): the flow goes on."""

    queue: QueueId
