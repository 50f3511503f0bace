"""Who reacts to what happens to tasks: the part of the floor's table (reactions.py) that is about
work which the router gives beside calls.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from roost.floor.agents import messages as agents
from roost.floor.calls import messages as calls
from roost.floor.effects import TrackPurpose
from roost.floor.flows import messages as flows
from roost.floor.routing import messages as routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.kernel.ids import AgentId, ContactId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs

NONE: Final[Sequence[Command]] = ()


def _contact(event: Event) -> ContactId:
    assert event.contact is not None, event
    return event.contact


# --- where they come from, beside agents' promises ---


def track_started(state: CellState, event: calls.TrackStarted) -> Sequence[Command]:
    """A voicemail is somebody's work: of the queue that was waited in last, and of whom the
    caller waited for."""
    if event.purpose is not TrackPurpose.VOICEMAIL:
        return NONE
    contact = _contact(event)
    call = state.calls.calls[contact]
    run = state.flows.runs.get(contact)
    queue = run.queue if run and run.queue else state.flows.safe[call.client].queue
    named = run.named if run else None
    return (tasks.ExpectMessage(contact, call.client, queue, call.caller, named),)


def track_over(state: CellState, event: calls.TrackEnded | calls.TrackLost) -> Sequence[Command]:
    if event.purpose is not TrackPurpose.VOICEMAIL:
        return NONE
    contact = _contact(event)
    length = event.length_us if isinstance(event, calls.TrackEnded) else DurationUs(0)
    left = tasks.MessageLeft(contact, length)
    return (flows.MessageDone(contact), left) if contact in state.flows.runs else (left,)


# --- into a line, offered, in hand ---


def task_may_wait(
    state: CellState, event: tasks.TaskAdded | tasks.TaskDue | tasks.TaskAssigned
) -> Sequence[Command]:
    """It may be due, and anybody's."""
    return (tasks.RouteTask(event.task),)


def task_in_line(
    state: CellState, event: tasks.TaskQueued | tasks.TaskWidened
) -> Sequence[Command]:
    """Has anybody room for it?"""
    return (routing.MatchTask(event.task),)


def work_assigned(state: CellState, event: routing.WorkAssigned) -> Sequence[Command]:
    """They're asked."""
    return (tasks.OfferTask(event.task, event.agent, event.offer),)


def task_offer_ended(state: CellState, event: tasks.TaskOfferEnded) -> Sequence[Command]:
    """For somebody else now; whoever said no is asked for no more of it for a while."""
    shut = () if event.why == "withdrawn" else (routing.ShutAgent(event.agent),)
    again = (tasks.RouteTask(event.task), routing.MatchTask(event.task))
    return (*shut, *again, routing.MatchAgent(event.agent))


def task_taken(state: CellState, event: tasks.TaskTaken) -> Sequence[Command]:
    """In hand from now on, beside which there may be room for more."""
    if not event.routed:
        return NONE
    klass = state.routing.classes[state.routing.waiters[event.task].klass]
    begin = agents.BeginWork(
        event.agent, event.task, event.contact, event.queue, klass.client, klass.interruptible
    )
    return (begin, routing.MatchAgent(event.agent))


def task_given_back(state: CellState, event: tasks.TaskGivenBack) -> Sequence[Command]:
    """Back in its line, if it's routed; not to whoever wanted none of it."""
    commands: list[Command] = []
    if event.why in ("given_back", "taken_back"):
        commands.append(routing.ShutAgent(event.agent))
    commands.append(agents.EndWork(event.agent, event.task, event.why))
    return [*commands, tasks.RouteTask(event.task), routing.MatchTask(event.task)]


def task_tried(state: CellState, event: tasks.TaskTried) -> Sequence[Command]:
    """Not now, but again."""
    return (agents.EndWork(event.agent, event.task, "tried"), tasks.RouteTask(event.task))


def task_done(state: CellState, event: tasks.TaskDone) -> Sequence[Command]:
    """The agent is free for something else."""
    if event.holder is None:
        return NONE
    return (agents.EndWork(event.holder, event.task, "done"),)


# --- agents ---


def agent_signed_in(state: CellState, event: agents.AgentSignedIn) -> Sequence[Command]:
    """Their own promises are theirs again."""
    return own_tasks(state, event.agent)


def own_tasks(state: CellState, agent: AgentId) -> list[Command]:
    """Their own promises are theirs while they're here."""
    own = (task for task in state.tasks.tasks.values() if task.agent == agent)
    return [tasks.RouteTask(task.id) for task in own]


def withdraw(state: CellState, agent: AgentId) -> Sequence[Command]:
    """What's offered to them is for somebody else."""
    person = state.tasks.people.get(agent)
    if person is None or person.offered is None:
        return NONE
    return (tasks.WithdrawTask(agent),)


def give_back(state: CellState, agent: AgentId, why: str) -> Sequence[Command]:
    """The lease of an agent's tasks is over when they're gone."""
    person = state.tasks.people.get(agent)
    if person is not None and (not person.taken or (person.here and person.phone)):
        return NONE
    return (tasks.GiveTasksBack(agent, why),)


# --- definitions ---


def after_configuring(state: CellState) -> list[Command]:
    """A queue's tasks may be routed from now on, or no longer, or by other rings."""
    commands: list[Command] = []
    for task in state.tasks.tasks.values():
        commands.append(tasks.RouteTask(task.id))
        if task.queued:
            commands.append(tasks.WidenTask(task.id, task.since))
    return commands


REACTIONS: Final[Mapping[type[Event], Callable[[CellState, Any], Sequence[Command]]]] = {
    calls.TrackStarted: track_started,
    calls.TrackEnded: track_over,
    calls.TrackLost: track_over,
    agents.AgentSignedIn: agent_signed_in,
    routing.WorkAssigned: work_assigned,
    tasks.TaskAdded: task_may_wait,
    tasks.TaskDue: task_may_wait,
    tasks.TaskAssigned: task_may_wait,
    tasks.TaskQueued: task_in_line,
    tasks.TaskWidened: task_in_line,
    tasks.TaskOfferEnded: task_offer_ended,
    tasks.TaskTaken: task_taken,
    tasks.TaskGivenBack: task_given_back,
    tasks.TaskTried: task_tried,
    tasks.TaskDone: task_done,
}
