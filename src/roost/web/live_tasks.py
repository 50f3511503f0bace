"""The live view of tasks: what's to be done that isn't a call now. What's done leaves it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from roost.floor.agents import messages as agents
from roost.floor.tasks import messages as tasks
from roost.floor.tasks.messages import TaskKind, TaskOutcome
from roost.floor.tasks.model import TaskState
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, TaskId, VaultId
from roost.kernel.time import InstantUs
from roost.web.permissions import View
from roost.web.rows import Presence, TaskRow, ref_of

if TYPE_CHECKING:
    from roost.web.live import Live


class TaskLive(Struct):
    """A task, with the client's own count of its contact, if that's known."""

    id: TaskId
    kind: TaskKind
    client: ClientId
    queue: QueueId
    contact: ContactId | None
    count: int | None
    number: VaultId | None
    note: VaultId | None
    by: AgentId | None
    agent: AgentId | None
    made: InstantUs
    at: InstantUs
    until: InstantUs
    state: TaskState
    since: InstantUs
    holder: AgentId | None = None
    tries: int = 0
    outcome: TaskOutcome | None = None
    offered: AgentId | None = None
    lapses: InstantUs | None = None  # the offer

    @property
    def ref(self) -> str | None:
        return None if self.count is None else ref_of(self.client, self.count)


def resume(live: "Live", found: dict[TaskId, TaskLive]) -> None:
    """Go on from where another follower stood."""
    live.tasks = found
    live.dirty |= {(View.TASKS, str(task)) for task in found}


def _touch(live: "Live", task: TaskLive, state: TaskState, at: InstantUs) -> None:
    task.state, task.since = state, at
    live.dirty.add((View.TASKS, task.id))


def added(live: "Live", event: tasks.TaskAdded, envelope: Envelope) -> None:
    """A message that's only begun is kept, and not shown."""
    begun = TaskState.BEGUN if event.begun else None
    state = TaskState.DUE if event.at <= envelope.at else TaskState.OPEN
    task = live.tasks[event.task] = TaskLive(
        event.task,
        event.kind,
        ClientId(event.owner),
        event.queue,
        event.contact,
        live.counts.get(event.contact) if event.contact else None,
        event.number,
        event.note,
        event.by,
        event.agent,
        envelope.at,
        event.at,
        event.until,
        begun or state,
        envelope.at,
    )
    _touch(live, task, task.state, envelope.at)


def offered(live: "Live", event: tasks.TaskOffered, envelope: Envelope) -> None:
    """Somebody is asked."""
    task = live.tasks[event.task]
    task.offered, task.lapses = event.agent, event.until
    _touch(live, task, TaskState.OFFERED, envelope.at)
    agent = live.agents[event.agent]
    agent.offered = task.id
    live.touch_agent(agent)


def offer_over(live: "Live", event: tasks.TaskOfferEnded, envelope: Envelope) -> None:
    """They don't take it; or it had come to no offer."""
    task = live.tasks.get(event.task)
    if task is not None and task.offered == event.agent:
        _asked_no_more(live, task)
        _touch(live, task, TaskState.DUE, envelope.at)


def _asked_no_more(live: "Live", task: TaskLive) -> None:
    agent = live.agents.get(task.offered) if task.offered is not None else None
    if agent is not None:
        agent.offered = None
        live.touch_agent(agent)
    task.offered = task.lapses = None


def due(live: "Live", event: tasks.TaskDue, envelope: Envelope) -> None:
    """It's time."""
    _touch(live, live.tasks[event.task], TaskState.DUE, envelope.at)


def taken(live: "Live", event: tasks.TaskTaken, envelope: Envelope) -> None:
    """Somebody works on it."""
    task = live.tasks[event.task]
    _asked_no_more(live, task)
    task.holder = event.agent
    _touch(live, task, TaskState.TAKEN, envelope.at)


def given_back(live: "Live", event: tasks.TaskGivenBack, envelope: Envelope) -> None:
    """Nobody does any more."""
    task = live.tasks[event.task]
    task.holder = None
    _touch(live, task, _waiting(task, envelope.at), envelope.at)


def assigned(live: "Live", event: tasks.TaskAssigned, _at: Envelope) -> None:
    """It's somebody's own, or anybody's."""
    task = live.tasks[event.task]
    task.agent = event.agent
    _touch(live, task, task.state, task.since)


def tried(live: "Live", event: tasks.TaskTried, envelope: Envelope) -> None:
    """Once more, later."""
    task = live.tasks[event.task]
    task.holder = None
    task.tries, task.outcome, task.note = event.tries, event.outcome, event.note
    task.at, task.until = event.at, event.until
    _touch(live, task, _waiting(task, envelope.at), envelope.at)


def done(live: "Live", event: tasks.TaskDone, _at: Envelope) -> None:
    """It leaves the view."""
    if live.tasks.pop(event.task, None) is not None:
        live.dirty.add((View.TASKS, event.task))


def _waiting(task: TaskLive, at: InstantUs) -> TaskState:
    return TaskState.DUE if task.at <= at else TaskState.OPEN


def works(live: "Live", event: agents.AgentWorks, envelope: Envelope) -> None:
    """Back at a task."""
    agent = live.move(event.agent, Presence.WORKING, envelope.at)
    agent.client, agent.queue = event.client, event.queue


def work_began(live: "Live", event: agents.WorkBegan, envelope: Envelope) -> None:
    """One more in hand."""
    agent = live.agents[event.agent]
    if not event.aside and agent.presence is not Presence.WORKING:
        live.move(event.agent, Presence.WORKING, envelope.at)
        agent.client, agent.queue = event.client, event.queue
    agent.tasks = (*agent.tasks, event.task)
    live.touch_agent(agent)


def work_ended(live: "Live", event: agents.WorkEnded, _at: Envelope) -> None:
    """One less."""
    agent = live.agents[event.agent]
    agent.tasks = tuple(task for task in agent.tasks if task != event.task)
    live.touch_agent(agent)


def row(task: TaskLive) -> TaskRow | None:
    """A task as it's shown; None for a message that's only begun."""
    if task.state is TaskState.BEGUN:
        return None
    return TaskRow(
        task.id,
        task.kind,
        task.state,
        task.since,
        task.client,
        task.queue,
        task.ref,
        task.by,
        task.agent,
        task.holder,
        task.made,
        task.at,
        task.until,
        task.tries,
        task.outcome,
        task.number is not None,
        task.note is not None,
        task.offered,
        task.lapses,
    )


def in_hand(live: "Live", agent: AgentId | None, ref: str) -> bool:
    """Whether it's what the agent's task is about: a voicemail is heard by who has taken it."""
    return agent is not None and any(
        task.holder == agent and task.ref == ref for task in live.tasks.values()
    )


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    tasks.TaskAdded: added,
    tasks.TaskDue: due,
    agents.AgentWorks: works,
    agents.WorkBegan: work_began,
    agents.WorkEnded: work_ended,
    tasks.TaskOffered: offered,
    tasks.TaskOfferEnded: offer_over,
    tasks.TaskTaken: taken,
    tasks.TaskGivenBack: given_back,
    tasks.TaskAssigned: assigned,
    tasks.TaskTried: tried,
    tasks.TaskDone: done,
}
"""Which event is folded how."""
