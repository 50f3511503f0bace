"""Tasks that the router offers: into their queue's line and out of it, asked and answered."""

from typing import Final

from roost.floor.tasks import messages as m
from roost.floor.tasks.model import Line, Task, Tasks, TaskState
from roost.kernel.ids import OPERATOR, owner_of
from roost.kernel.messages import NOTHING, Decision, Effect, Refusal, Wake
from roost.kernel.time import InstantUs, after

STALE: Final = Refusal("stale")


def route_task(state: Tasks, now: InstantUs, command: m.RouteTask) -> Decision | Refusal:
    """What's offered, or taken, stays so; it's looked at again when it comes back."""
    task = state.tasks.get(command.task)
    if task is None or task.state is not TaskState.DUE:
        return STALE
    line = state.queues.get(task.queue)
    own = state.people.get(task.agent or "")
    wanted = line is not None and line.routed is not None and (own is None or not own.here)
    if wanted == task.queued:
        return NOTHING
    if line is None or not wanted:
        event = m.TaskUnqueued(owner=owner_of(task.client), contact=task.contact, task=task.id)
        return Decision((event,))
    ring = _ring_at(line, task, now)
    queued = m.TaskQueued(
        owner=owner_of(task.client),
        contact=task.contact,
        task=task.id,
        queue=task.queue,
        since=task.since,
        ring=ring,
    )
    return Decision((queued,), widening(line, task, ring, now))


def widen_task(state: Tasks, now: InstantUs, command: m.WidenTask) -> Decision | Refusal:
    """Also while it's offered, or taken: it may come back."""
    task = state.tasks.get(command.task)
    line = None if task is None else state.queues.get(task.queue)
    if task is None or line is None or not task.queued or task.since != command.since:
        return STALE
    ring = _ring_at(line, task, now)
    wakes = widening(line, task, ring, now)
    if ring == task.ring:
        return Decision(effects=wakes)
    event = m.TaskWidened(
        owner=owner_of(task.client), contact=task.contact, task=task.id, ring=ring
    )
    return Decision((event,), wakes)


def _ring_at(line: Line, task: Task, now: InstantUs) -> int:
    waited = now - task.since
    return sum(1 for after_us in line.rings if after_us <= waited)


def widening(line: Line, task: Task, ring: int, now: InstantUs) -> tuple[Effect, ...]:
    """When the next ring begins."""
    if ring >= len(line.rings):
        return ()
    at = max(now, after(task.since, line.rings[ring]))
    return (Wake(at, m.WidenTask(task.id, task.since)),)


def offer_task(state: Tasks, now: InstantUs, command: m.OfferTask) -> Decision | Refusal:
    """By now, in the same step, it may be over, or nobody's to offer."""
    task = state.tasks.get(command.task)
    person = state.people.get(command.agent)
    line = None if task is None else state.queues.get(task.queue)
    if task is None or task.state is not TaskState.DUE or not task.queued:
        return _undone(task, command)
    if person is None or person.offered is not None or line is None or line.routed is None:
        return _undone(task, command)
    until = after(now, line.routed.offer_us)
    event = m.TaskOffered(
        owner=owner_of(task.client),
        contact=task.contact,
        task=task.id,
        agent=command.agent,
        offer=command.offer,
        until=until,
    )
    return Decision((event,), (Wake(until, m.TaskOfferLapsed(task.id, command.offer)),))


def undo_task_offer(state: Tasks, now: InstantUs, command: m.UndoTaskOffer) -> Decision | Refusal:
    return _undone(state.tasks.get(command.task), command)


def _undone(task: Task | None, command: m.OfferTask | m.UndoTaskOffer) -> Decision:
    event = m.TaskOfferEnded(
        owner=OPERATOR if task is None else owner_of(task.client),
        contact=None if task is None else task.contact,
        task=command.task,
        agent=command.agent,
        offer=command.offer,
        why="withdrawn",
    )
    return Decision((event,))


def decline_task(state: Tasks, now: InstantUs, command: m.DeclineTask) -> Decision | Refusal:
    task = state.tasks.get(command.task)
    if task is None or task.state is TaskState.BEGUN:
        return Refusal("unknown_task", {"task": command.task})
    if task.offered != command.agent:
        return Refusal("not_offered", {"task": task.id})
    return Decision(_over(task, "declined"))


def task_offer_lapsed(
    state: Tasks, now: InstantUs, command: m.TaskOfferLapsed
) -> Decision | Refusal:
    task = state.tasks.get(command.task)
    if task is None or task.offer != command.offer:
        return STALE
    return Decision(_over(task, "no_answer"))


def withdraw_task(state: Tasks, now: InstantUs, command: m.WithdrawTask) -> Decision | Refusal:
    """The agent couldn't help it."""
    person = state.people.get(command.agent)
    if person is None or person.offered is None:
        return STALE
    return Decision(withdrawn(state.tasks[person.offered]))


def withdrawn(task: Task) -> tuple[m.TaskOfferEnded, ...]:
    """The end of its offer, if there's one."""
    return () if task.offered is None else _over(task, "withdrawn")


def _over(task: Task, why: str) -> tuple[m.TaskOfferEnded, ...]:
    assert task.offered is not None
    assert task.offer is not None
    event = m.TaskOfferEnded(
        owner=owner_of(task.client),
        contact=task.contact,
        task=task.id,
        agent=task.offered,
        offer=task.offer,
        why=why,
    )
    return (event,)
