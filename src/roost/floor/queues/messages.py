"""Queues: who waits where, since when, and how the waiting ended."""

from enum import StrEnum

from msgspec import Struct

from roost.floor.definition import NOTHING_ASKED, Asked, Overflow, Skill
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


class Callback(Struct, frozen=True, gc=False):
    """Nobody is on the line: a promised call waits in a caller's place. It stands there from
    `not_before` on; with `customer_first` its turn is that the customer is called."""

    since: InstantUs
    not_before: InstantUs
    customer_first: bool


class Kept(StrEnum):
    """Why a contact is held for one agent."""

    NO = ""
    HELPED_LAST = "helped_last"  # the agent had the last conversation with the caller
    NAMED = "named"  # the flow, or the number called, names the agent


class Wait(Command, frozen=True, gc=False):
    """Refused: queue_full, unknown_queue, already_waiting."""

    contact: ContactId
    queue: QueueId
    asked: Asked
    most_us: DurationUs
    lapse: Outcome = Outcome.OVERFLOWED  # how the limit ends the wait
    only: AgentId | None = None  # held for this one first
    only_us: DurationUs = DurationUs(0)  # so long
    kept: Kept = Kept.NO  # why
    only_from: InstantUs = InstantUs(0)  # that agent can't have it sooner: not held in vain
    alone: bool = False  # for nobody else: without the agent, or after the limit, it leaves
    overflow: tuple[Overflow, ...] = ()  # where it may go on waiting
    since: InstantUs | None = None  # it waits since then, in another queue before:
    before: QueueId | None = None
    callback: Callback | None = None


class StopWaiting(Command, frozen=True, gc=False):
    """The contact leaves the queue, with this outcome."""

    contact: ContactId
    outcome: Outcome
    agent: AgentId | None = None


class Widen(Command, frozen=True, gc=False):
    """The contact has waited until a further ring; or the definitions changed, or the agent
    whom it was held for has gone (`released`)."""

    contact: ContactId
    entry: int
    released: bool = False


class Stand(Command, frozen=True, gc=False):
    """A callback stands in its place from now on: its time has come, or the customer who was
    called first is on the line."""

    contact: ContactId
    entry: int
    on_line: bool = False


class ChangePriority(Command, frozen=True, gc=False):
    """Somebody raises (or lowers) a waiting contact's priority over its queue's. Refused:
    not_waiting, priority_out_of_range."""

    contact: ContactId
    raised: int


class WaitLapsed(Command, frozen=True, gc=False):
    """The limit of waiting; only while nobody is being rung for this contact."""

    contact: ContactId
    entry: int


class OverflowDue(Command, frozen=True, gc=False):
    """The contact has waited until it may go into another queue, or whoever could serve it has
    gone: decided on the whole floor."""

    contact: ContactId
    entry: int


class ContactQueued(Event, frozen=True, gc=False, kw_only=True):
    """Entered the queue: `at` of the envelope is the instant that waiting counts from.
    `skills` are the queue's and the flow's together, `priority` their sum, `asked` the flow's
    part of both; `entry` counts the contact's own entries. With `only` it's held for one agent
    (ring -1), and `kept` says why; `alone`: it's never anybody else's."""

    queue: QueueId
    priority: int
    skills: tuple[Skill, ...]
    entry: int
    since: InstantUs  # waiting counts from here: earlier than `at` for one who comes back
    most_us: DurationUs
    lapse: Outcome = Outcome.OVERFLOWED
    asked: Asked = NOTHING_ASKED
    ring: int = 0
    only: AgentId | None = None
    only_us: DurationUs = DurationUs(0)
    overflow: tuple[Overflow, ...] = ()
    before: QueueId | None = None  # the queue in which it has waited since `since`
    kept: Kept = Kept.NO
    alone: bool = False
    callback: Callback | None = None


class CallbackStands(Event, frozen=True, gc=False, kw_only=True):
    """A promised call stands in the queue, in the place of the caller who hung up. `on_line`: the
    customer, who was called first, waits on the line."""

    queue: QueueId
    entry: int
    on_line: bool


class RingWidened(Event, frozen=True, gc=False, kw_only=True):
    """The contact is open to more people from now on: those of this ring of its queue."""

    queue: QueueId
    entry: int
    ring: int
    asked: Asked


class PriorityChanged(Event, frozen=True, gc=False, kw_only=True):
    """Somebody changed a waiting contact's priority; it keeps its ring."""

    queue: QueueId
    entry: int
    ring: int
    asked: Asked


class ContactDequeued(Event, frozen=True, gc=False, kw_only=True):
    """The contact left the queue: how, and after how long. `waited_us` is the time in this
    queue; `short` and `in_target` go by the whole wait, also of one who came from another."""

    queue: QueueId
    outcome: Outcome
    agent: AgentId | None
    waited_us: DurationUs
    short: bool  # abandoned within the queue's threshold
    in_target: bool  # left within the service-level threshold
    entry: int
    to: QueueId | None = None  # the wait goes on there
    callback: bool = False  # a promised call's: the caller's own waiting ended when it was promised


class ContactTurnedAway(Event, frozen=True, gc=False, kw_only=True):
    """The queue was full (or unknown by now): the flow goes on."""

    queue: QueueId
