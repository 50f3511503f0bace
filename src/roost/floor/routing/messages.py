"""Routing: who gets whom, now. Its index is folded from the other areas' events."""

from msgspec import Struct

from roost.kernel.ids import AgentId, ContactId, OfferId, QueueId, TaskId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs, InstantUs


class MatchContact(Command, frozen=True, gc=False):
    """A contact waits (again, or for more people): is anybody free who can take it? `direct` is
    asked first, who was named by a transfer; with `offer` that agent's phone rings for it
    already."""

    contact: ContactId
    direct: AgentId | None = None
    offer: OfferId | None = None


class MatchAgent(Command, frozen=True, gc=False):
    """An agent is ready: does anybody wait whom they can take?"""

    agent: AgentId


class MatchTask(Command, frozen=True, gc=False):
    """A task stands in its line (again, or for more people): has anybody room for it?"""

    task: TaskId


class ShutAgent(Command, frozen=True, gc=False):
    """The agent said no to work that isn't a call: no more of it is offered for a while."""

    agent: AgentId


class OpenAgent(Command, frozen=True, gc=False):
    """The while is over; stale when there's a later one."""

    agent: AgentId
    until: InstantUs


class MatchAll(Command, frozen=True, gc=False):
    """The definitions changed: match whatever has become possible."""


class RestOver(Command, frozen=True, gc=False):
    """The end of an agent's rest; `number` says of which."""

    agent: AgentId
    number: int


class Candidate(Struct, frozen=True, gc=False):
    """An agent who could have had it, idle for so long."""

    agent: AgentId
    idle_us: DurationUs


class Assigned(Event, frozen=True, gc=False, kw_only=True):
    """One decision, with what explains it: the first five candidates in order (the first one
    won), how many there were, and a count for each reason of exclusion."""

    agent: AgentId
    offer: OfferId
    queue: QueueId
    waited_us: DurationUs
    policy: str  # which agent, by name and version: "longest_idle/1"
    candidates: tuple[Candidate, ...]
    eligible: int
    excluded: dict[str, int]
    ring: int = 0  # which of the queue's rings the contact had reached
    order: str = "priority/1"  # who goes first, by name and version


class WorkAssigned(Event, frozen=True, gc=False, kw_only=True):
    """The same for work that isn't a call: a task, whose contact was over before."""

    task: TaskId
    agent: AgentId
    offer: OfferId
    queue: QueueId
    waited_us: DurationUs
    policy: str  # which agent, by name and version: "longest_idle/1"
    candidates: tuple[Candidate, ...]
    eligible: int
    excluded: dict[str, int]
    ring: int = 0  # which of the queue's rings the contact had reached
    order: str = "priority/1"  # who goes first, by name and version


class AgentShut(Event, frozen=True, gc=False, kw_only=True):
    """Nothing but calls is offered to the agent until then."""

    agent: AgentId
    until: InstantUs


class AgentOpened(Event, frozen=True, gc=False, kw_only=True):
    """Other work is offered again."""

    agent: AgentId


class TurnCame(Event, frozen=True, gc=False, kw_only=True):
    """An agent is free for a promised call whose customer is to be called first: it leaves the
    line meanwhile, and comes back to its place when the customer is there. The `agent` is
    offered whoever is next."""

    queue: QueueId
    agent: AgentId
    waited_us: DurationUs


class AgentRests(Event, frozen=True, gc=False, kw_only=True):
    """Ready, but offered nothing until then, by the team's rules of rest."""

    agent: AgentId
    until: InstantUs


class AgentRested(Event, frozen=True, gc=False, kw_only=True):
    """The rest is over."""

    agent: AgentId
