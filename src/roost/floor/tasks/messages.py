"""Tasks: promised callbacks, voicemails, and abandoned contacts to be called back."""

from enum import StrEnum

from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId, QueueId, TaskId, VaultId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs, InstantUs


class TaskKind(StrEnum):
    """What the work is."""

    CALLBACK = "callback"  # promised by an agent, or in turn where nobody can answer any more
    VOICEMAIL = "voicemail"  # a caller has left a message
    ABANDONED = "abandoned"  # a caller gave up waiting, whose client wants them called back


class TaskOutcome(StrEnum):
    """What came of it."""

    REACHED = "reached"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"
    NOT_NEEDED = "not_needed"
    EXPIRED = "expired"  # nobody got to it in KEPT_US after it was due
    NOTHING_LEFT = "nothing_left"  # the message that was begun came to nothing


# --- commands of people ---


class PromiseCallback(Command, frozen=True, gc=False):
    """The agent promises a customer a call at an instant: to make it themselves (`mine`) or to
    be made by whoever serves the queue. Number and note lie in the client's vault. Refused:
    unknown_agent, not_signed_in, unknown_queue, time_wrong, too_many_tasks."""

    agent: AgentId
    queue: QueueId
    contact: ContactId | None
    number: VaultId
    at: InstantUs
    mine: bool = False
    note: VaultId | None = None


class TakeTask(Command, frozen=True, gc=False):
    """The agent works on it from now on: what was offered to them, or from the list. One's own
    promise is kept for its agent, as long as they are there when it's due. Refused:
    not_signed_in, no_phone, unknown_task, task_taken, task_of_another, not_served,
    too_many_taken, no_room."""

    agent: AgentId
    task: TaskId


class DeclineTask(Command, frozen=True, gc=False):
    """The agent doesn't want what's offered. Refused: unknown_task, not_offered."""

    agent: AgentId
    task: TaskId


class GiveTaskBack(Command, frozen=True, gc=False):
    """Nobody works on it any more. Without `agent` it's a supervisor who takes it back. Refused:
    unknown_task, not_taken."""

    task: TaskId
    agent: AgentId | None = None


class FinishTask(Command, frozen=True, gc=False):
    """What came of it; with `again` it's to be tried once more then, at most MOST_TRIES times.
    Refused: unknown_task, not_taken, unknown_outcome, time_wrong, tries_used."""

    agent: AgentId
    task: TaskId
    outcome: TaskOutcome
    again: InstantUs | None = None
    note: VaultId | None = None


class AssignTask(Command, frozen=True, gc=False):
    """A supervisor makes it somebody's own, or anybody's. Refused: unknown_task, unknown_agent,
    not_served, task_taken."""

    task: TaskId
    agent: AgentId | None


class CloseTask(Command, frozen=True, gc=False):
    """A supervisor: it isn't needed any more. Refused: unknown_task."""

    task: TaskId


# --- commands of the reactions and of the clock ---


class ExpectMessage(Command, frozen=True, gc=False):
    """A caller begins to leave a voicemail, perhaps for one agent. Refused: too_many_tasks."""

    contact: ContactId
    client: ClientId
    queue: QueueId
    number: VaultId | None
    agent: AgentId | None = None


class MessageLeft(Command, frozen=True, gc=False):
    """The voicemail has ended: shorter than LEAST_MESSAGE_US, or lost (0), it's none."""

    contact: ContactId
    length_us: DurationUs


class CallBackLater(Command, frozen=True, gc=False):
    """A caller gave up waiting, after more than a short abandon's time; or a call that was promised
    in turn is `owed` still. Refused: short_abandon, too_many_tasks."""

    contact: ContactId
    client: ClientId
    queue: QueueId
    number: VaultId
    since: InstantUs  # when waiting began
    owed: bool = False


class GiveTasksBack(Command, frozen=True, gc=False):
    """The agent is there no more (`why`: "signed_out", "unreachable"): the lease of all that
    they hold is over."""

    agent: AgentId
    why: str


class RouteTask(Command, frozen=True, gc=False):
    """Whether it stands in its queue's line may have changed: it's due, its own agent came or
    went, the definitions changed."""

    task: TaskId


class WidenTask(Command, frozen=True, gc=False):
    """It has waited until a further ring, or the rings changed; stale when it stands in line
    anew."""

    task: TaskId
    since: InstantUs


class OfferTask(Command, frozen=True, gc=False):
    """The router's decision: to this agent."""

    task: TaskId
    agent: AgentId
    offer: OfferId


class UndoTaskOffer(Command, frozen=True, gc=False):
    """It was decided, and couldn't be made."""

    task: TaskId
    agent: AgentId
    offer: OfferId


class WithdrawTask(Command, frozen=True, gc=False):
    """The agent has something else in hand, or isn't ready any more: what's offered to them is
    offered to somebody else."""

    agent: AgentId


class TaskOfferLapsed(Command, frozen=True, gc=False):
    """The limit of an offer."""

    task: TaskId
    offer: OfferId


class TaskFallsDue(Command, frozen=True, gc=False):
    """The instant of a task; stale when it has another one by now."""

    task: TaskId
    at: InstantUs


class TaskLapses(Command, frozen=True, gc=False):
    """The end of a task that nobody got to; stale when it has another one by now."""

    task: TaskId
    at: InstantUs


# --- events; the owner is the client ---


class TaskAdded(Event, frozen=True, gc=False, kw_only=True):
    """There's something to do. `by` has promised it, and it's `agent`'s own, if anybody's; it's
    due `at`, and given up at `until`. A message that's only `begun` isn't work yet."""

    task: TaskId
    kind: TaskKind
    queue: QueueId
    number: VaultId | None
    note: VaultId | None
    by: AgentId | None
    agent: AgentId | None
    at: InstantUs
    until: InstantUs
    begun: bool = False


class TaskDue(Event, frozen=True, gc=False, kw_only=True):
    """It's time for it."""

    task: TaskId


class TaskQueued(Event, frozen=True, gc=False, kw_only=True):
    """It stands in its queue's line, to be offered: since it was due, in this ring."""

    task: TaskId
    queue: QueueId
    since: InstantUs
    ring: int


class TaskWidened(Event, frozen=True, gc=False, kw_only=True):
    """Open to more people from now on: those of this ring of its queue."""

    task: TaskId
    ring: int


class TaskUnqueued(Event, frozen=True, gc=False, kw_only=True):
    """It isn't offered any more: it's somebody's own, or its queue isn't routed by now."""

    task: TaskId


class TaskOffered(Event, frozen=True, gc=False, kw_only=True):
    """An agent is asked whether they take it, until then."""

    task: TaskId
    agent: AgentId
    offer: OfferId
    until: InstantUs


class TaskOfferEnded(Event, frozen=True, gc=False, kw_only=True):
    """Not taken: "declined", "no_answer", or "withdrawn" (a call came, the agent went, the task is
    over)."""

    task: TaskId
    agent: AgentId
    offer: OfferId
    why: str


class TaskTaken(Event, frozen=True, gc=False, kw_only=True):
    """An agent works on it. `offer`: it was offered; else it's from the list. `routed`: it stood
    in line, and `waited_us` is how long it had been due."""

    task: TaskId
    agent: AgentId
    queue: QueueId = QueueId("")
    kind: TaskKind = TaskKind.CALLBACK
    offer: OfferId | None = None
    routed: bool = False
    waited_us: DurationUs = DurationUs(0)


class TaskGivenBack(Event, frozen=True, gc=False, kw_only=True):
    """The agent works on it no more: "given_back", "taken_back" (by a supervisor),
    "signed_out", "unreachable"."""

    task: TaskId
    agent: AgentId
    why: str


class TaskAssigned(Event, frozen=True, gc=False, kw_only=True):
    """It's this agent's own from now on, or anybody's."""

    task: TaskId
    agent: AgentId | None


class TaskTried(Event, frozen=True, gc=False, kw_only=True):
    """It came to nothing for now, and is due again `at`. `tries` counts them."""

    task: TaskId
    agent: AgentId
    outcome: TaskOutcome
    tries: int
    at: InstantUs
    until: InstantUs
    note: VaultId | None


class TaskDone(Event, frozen=True, gc=False, kw_only=True):
    """It's done, or given up. `agent`: who did it; None: a supervisor, or nobody. `holder` had it
    in hand."""

    task: TaskId
    kind: TaskKind
    queue: QueueId
    agent: AgentId | None
    outcome: TaskOutcome
    tries: int
    note: VaultId | None
    holder: AgentId | None = None
