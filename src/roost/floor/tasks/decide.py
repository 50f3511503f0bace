"""Promising, taking, finishing: and what time makes of it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.definition import serves
from roost.floor.tasks import messages as m
from roost.floor.tasks import routed
from roost.floor.tasks.messages import TaskKind, TaskOutcome
from roost.floor.tasks.model import (
    BEFORE_US,
    FURTHEST_US,
    KEPT_US,
    LEAST_MESSAGE_US,
    MOST_TAKEN,
    MOST_TASKS,
    MOST_TRIES,
    Person,
    Task,
    Tasks,
    TaskState,
)
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, TaskId, VaultId, owner_of
from roost.kernel.messages import Command, Decision, Effect, Refusal, Wake
from roost.kernel.time import DurationUs, InstantUs, after, between

STALE: Final = Refusal("stale")
OF_PEOPLE: Final = frozenset(TaskOutcome) - {TaskOutcome.EXPIRED, TaskOutcome.NOTHING_LEFT}


# --- what people ask for ---


def promise_callback(
    state: Tasks, now: InstantUs, command: m.PromiseCallback
) -> Decision | Refusal:
    person = _here(state, command.agent)
    if isinstance(person, Refusal):
        return person
    line = state.queues.get(command.queue)
    if line is None:
        return Refusal("unknown_queue", {"queue": command.queue})
    if not now - BEFORE_US <= command.at <= now + FURTHEST_US:
        return Refusal("time_wrong")
    return _added(
        state,
        now,
        TaskKind.CALLBACK,
        line.client,
        command.queue,
        command.contact,
        command.number,
        note=command.note,
        by=command.agent,
        agent=command.agent if command.mine else None,
        at=command.at,
    )


def take_task(state: Tasks, now: InstantUs, command: m.TakeTask) -> Decision | Refusal:
    """Who takes it has the customer's number from now on: presence holds it."""
    person = _here(state, command.agent)
    if isinstance(person, Refusal):
        return person
    if not person.phone:
        return Refusal("no_phone", {"agent": command.agent})
    task = _shown(state, command.task)
    if task is None:
        return Refusal("unknown_task", {"task": command.task})
    with_whom = task.holder or task.offered
    if with_whom is not None and task.offered != command.agent:
        return Refusal("task_taken", {"task": task.id, "agent": with_whom})
    refused = None if task.offered else _not_theirs(state, command.agent, person, task)
    if refused is not None:
        return refused
    if person.taken >= MOST_TAKEN:
        return Refusal("too_many_taken", {"most": str(MOST_TAKEN)})
    event = m.TaskTaken(
        owner=owner_of(task.client),
        contact=task.contact,
        task=task.id,
        agent=command.agent,
        queue=task.queue,
        kind=task.kind,
        offer=task.offer,
        routed=task.queued,
        waited_us=between(task.since, now) if task.queued else DurationUs(0),
    )
    return Decision((event,))


def _not_theirs(state: Tasks, agent: AgentId, person: Person, task: Task) -> Refusal | None:
    """Why somebody can't take a task from the list. What's routed counts, as if it had been
    offered."""
    if not _can(state, person, task):
        return Refusal("not_served", {"agent": agent})
    if task.agent not in (None, agent) and not _left_alone(state, task):
        return Refusal("task_of_another", {"task": task.id, "agent": task.agent or ""})
    asked = person.routed + (person.offered is not None)
    if task.queued and asked >= person.most:
        return Refusal("no_room", {"most": str(person.most)})
    return None


def give_task_back(state: Tasks, now: InstantUs, command: m.GiveTaskBack) -> Decision | Refusal:
    task = _shown(state, command.task)
    if task is None:
        return Refusal("unknown_task", {"task": command.task})
    if task.holder is None or command.agent not in (None, task.holder):
        return Refusal("not_taken", {"task": task.id})
    why = "taken_back" if command.agent is None else "given_back"
    return Decision((_given_back(task, task.holder, why),))


def finish_task(state: Tasks, now: InstantUs, command: m.FinishTask) -> Decision | Refusal:
    task = _shown(state, command.task)
    if task is None:
        return Refusal("unknown_task", {"task": command.task})
    if task.holder != command.agent:
        return Refusal("not_taken", {"task": task.id})
    if command.outcome not in OF_PEOPLE:
        return Refusal("unknown_outcome", {"outcome": command.outcome})
    note = task.note if command.note is None else command.note
    drops = _replaced(task.note, command.note)
    if command.again is None:
        done = _done(task, command.outcome, command.agent, task.tries + 1, note)
        return Decision((done,), drops=drops)
    if not now <= command.again <= now + FURTHEST_US:
        return Refusal("time_wrong")
    if task.tries + 1 >= MOST_TRIES:
        return Refusal("tries_used", {"most": str(MOST_TRIES)})
    until = after(command.again, KEPT_US)
    event = m.TaskTried(
        owner=owner_of(task.client),
        contact=task.contact,
        task=task.id,
        agent=command.agent,
        outcome=command.outcome,
        tries=task.tries + 1,
        at=command.again,
        until=until,
        note=note,
    )
    return Decision((event,), timers(task.id, now, command.again, until), drops)


def assign_task(state: Tasks, now: InstantUs, command: m.AssignTask) -> Decision | Refusal:
    task = _shown(state, command.task)
    if task is None:
        return Refusal("unknown_task", {"task": command.task})
    with_whom = task.holder or task.offered
    if with_whom is not None:
        return Refusal("task_taken", {"task": task.id, "agent": with_whom})
    if command.agent is not None:
        person = state.people.get(command.agent)
        if person is None:
            return Refusal("unknown_agent", {"agent": command.agent})
        if not _can(state, person, task):
            return Refusal("not_served", {"agent": command.agent})
    event = m.TaskAssigned(
        owner=owner_of(task.client), contact=task.contact, task=task.id, agent=command.agent
    )
    return Decision((event,))


def close_task(state: Tasks, now: InstantUs, command: m.CloseTask) -> Decision | Refusal:
    task = _shown(state, command.task)
    if task is None:
        return Refusal("unknown_task", {"task": command.task})
    done = _done(task, TaskOutcome.NOT_NEEDED, None, task.tries, task.note)
    return Decision((*routed.withdrawn(task), done))


# --- what the floor and the clock say ---


def expect_message(state: Tasks, now: InstantUs, command: m.ExpectMessage) -> Decision | Refusal:
    """Made while everything about the caller is at hand; it's work when the message is left."""
    if command.contact in state.begun:
        return STALE
    return _added(
        state,
        now,
        TaskKind.VOICEMAIL,
        command.client,
        command.queue,
        command.contact,
        command.number,
        at=now,
        agent=command.agent if command.agent in state.people else None,
        begun=True,
    )


def message_left(state: Tasks, now: InstantUs, command: m.MessageLeft) -> Decision | Refusal:
    begun = state.begun.get(command.contact)
    if begun is None:
        return STALE
    task = state.tasks[begun]
    if command.length_us < LEAST_MESSAGE_US:
        return Decision((_done(task, TaskOutcome.NOTHING_LEFT, None, 0, None),))
    return Decision((_due(task),))


def call_back_later(state: Tasks, now: InstantUs, command: m.CallBackLater) -> Decision | Refusal:
    line = state.queues.get(command.queue)
    if not command.owed:
        if line is None or not line.call_back:
            return STALE
        if between(command.since, now) < line.short_us:
            return Refusal("short_abandon")
    return _added(
        state,
        now,
        TaskKind.CALLBACK if command.owed else TaskKind.ABANDONED,
        command.client,
        command.queue,
        command.contact,
        command.number,
        at=now,
    )


def give_tasks_back(state: Tasks, now: InstantUs, command: m.GiveTasksBack) -> Decision | Refusal:
    """Open again for everybody, at once."""
    held = [task for task in state.tasks.values() if task.holder == command.agent]
    return Decision(tuple(_given_back(task, command.agent, command.why) for task in held))


def task_falls_due(state: Tasks, now: InstantUs, command: m.TaskFallsDue) -> Decision | Refusal:
    task = state.tasks.get(command.task)
    if task is None or task.state is not TaskState.OPEN or task.at != command.at:
        return STALE
    return Decision((_due(task),))


def task_lapses(state: Tasks, now: InstantUs, command: m.TaskLapses) -> Decision | Refusal:
    task = state.tasks.get(command.task)
    if task is None or task.until != command.at:
        return STALE
    done = _done(task, TaskOutcome.EXPIRED, None, task.tries, task.note)
    return Decision((*routed.withdrawn(task), done))


# --- parts of decisions ---


def _here(state: Tasks, agent: AgentId) -> Person | Refusal:
    person = state.people.get(agent)
    if person is None:
        return Refusal("unknown_agent", {"agent": agent})
    if not person.here:
        return Refusal("not_signed_in", {"agent": agent})
    return person


def _shown(state: Tasks, id: TaskId) -> Task | None:
    """A message that's only begun is no task yet."""
    task = state.tasks.get(id)
    return None if task is None or task.state is TaskState.BEGUN else task


def _can(state: Tasks, person: Person, task: Task) -> bool:
    """Whether a person's skills are enough for the task's queue, or for another one of its
    client where that one is gone."""
    line = state.queues.get(task.queue)
    if line is not None:
        return serves(person.skills, line.skills)
    others = (one for one in state.queues.values() if one.client == task.client)
    return any(serves(person.skills, one.skills) for one in others)


def _left_alone(state: Tasks, task: Task) -> bool:
    """It's due, and whose own it is isn't there."""
    own = state.people.get(task.agent or "")
    return task.state is TaskState.DUE and (own is None or not own.here)


def _added(
    state: Tasks,
    now: InstantUs,
    kind: TaskKind,
    client: ClientId,
    queue: QueueId,
    contact: ContactId | None,
    number: VaultId | None,
    *,
    at: InstantUs,
    note: VaultId | None = None,
    by: AgentId | None = None,
    agent: AgentId | None = None,
    begun: bool = False,
) -> Decision | Refusal:
    if len(state.tasks) >= MOST_TASKS:
        return Refusal("too_many_tasks", {"most": str(MOST_TASKS)})
    until = after(max(at, now), KEPT_US)
    event = m.TaskAdded(
        owner=owner_of(client),
        contact=contact,
        task=TaskId(f"T{state.made + 1}"),
        kind=kind,
        queue=queue,
        number=number,
        note=note,
        by=by,
        agent=agent,
        at=at,
        until=until,
        begun=begun,
    )
    return Decision((event,), timers(event.task, now, at, until))


def timers(task: TaskId, now: InstantUs, at: InstantUs, until: InstantUs) -> tuple[Effect, ...]:
    """What wakes a task up: its time, unless it has come, and its end."""
    lapse = Wake(max(now, until), m.TaskLapses(task, until))
    return (lapse,) if at <= now else (Wake(at, m.TaskFallsDue(task, at)), lapse)


def _due(task: Task) -> m.TaskDue:
    return m.TaskDue(owner=owner_of(task.client), contact=task.contact, task=task.id)


def _given_back(task: Task, agent: AgentId, why: str) -> m.TaskGivenBack:
    return m.TaskGivenBack(
        owner=owner_of(task.client), contact=task.contact, task=task.id, agent=agent, why=why
    )


def _done(
    task: Task, outcome: TaskOutcome, agent: AgentId | None, tries: int, note: VaultId | None
) -> m.TaskDone:
    return m.TaskDone(
        owner=owner_of(task.client),
        contact=task.contact,
        task=task.id,
        kind=task.kind,
        queue=task.queue,
        agent=agent,
        outcome=outcome,
        tries=tries,
        note=note,
        holder=task.holder,
    )


def _replaced(old: VaultId | None, new: VaultId | None) -> tuple[VaultId, ...]:
    """A note that another one has taken the place of leaves the vault."""
    return () if old is None or new is None or old == new else (old,)


DECIDE: Final[Mapping[type[Command], Callable[[Tasks, InstantUs, Any], Decision | Refusal]]] = {
    m.PromiseCallback: promise_callback,
    m.TakeTask: take_task,
    m.DeclineTask: routed.decline_task,
    m.RouteTask: routed.route_task,
    m.WidenTask: routed.widen_task,
    m.OfferTask: routed.offer_task,
    m.UndoTaskOffer: routed.undo_task_offer,
    m.WithdrawTask: routed.withdraw_task,
    m.TaskOfferLapsed: routed.task_offer_lapsed,
    m.GiveTaskBack: give_task_back,
    m.FinishTask: finish_task,
    m.AssignTask: assign_task,
    m.CloseTask: close_task,
    m.ExpectMessage: expect_message,
    m.MessageLeft: message_left,
    m.CallBackLater: call_back_later,
    m.GiveTasksBack: give_tasks_back,
    m.TaskFallsDue: task_falls_due,
    m.TaskLapses: task_lapses,
}
