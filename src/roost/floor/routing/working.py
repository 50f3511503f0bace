"""Tasks in the index: in their lines, offered, in hand; and who'd rather have none for now."""

from roost.floor.definition import NOTHING_ASKED, TASK, share
from roost.floor.routing import capacity, resting
from roost.floor.routing.model import Class, Routing, Work
from roost.floor.routing.standing import (
    comes_back,
    contact_ended,
    dequeued,
    offered,
    queued,
    stand_anew,
    widened,
)
from roost.kernel.ids import AgentId, ContactId, OfferId, QueueId, TaskId
from roost.kernel.time import InstantUs


def task_queued(
    state: Routing,
    task: TaskId,
    about: ContactId | None,
    queue: QueueId,
    ring: int,
    since: InstantUs,
) -> None:
    """Into its line."""
    queued(state, ContactId(task), queue, ring, NOTHING_ASKED, since, None, TASK)
    state.waiters[task].about = about


def task_widened(state: Routing, task: TaskId, ring: int) -> None:
    """Open to more people."""
    widened(state, ContactId(task), ring, NOTHING_ASKED)


def task_offered(state: Routing, task: TaskId, agent: AgentId, offer: OfferId) -> None:
    """In the agent's hands, if they like."""
    klass = offered(state, task, agent, offer)
    _in_hand(state, agent, task, klass, taken=False)


def _in_hand(state: Routing, agent: AgentId, task: TaskId, klass: Class, *, taken: bool) -> None:
    seat = state.seats[agent]
    weight = share(seat.capacity, klass.channel).weight
    seat.works[task] = Work(klass.channel, weight, klass.interruptible, taken)
    capacity.weigh(state, seat)
    stand_anew(state, agent)


def task_taken(state: Routing, task: TaskId, agent: AgentId, at: InstantUs) -> None:
    """By who was offered it, or from the list. Only what stood in a line is of interest."""
    waiter = state.waiters.get(task)
    if waiter is None:
        return
    dequeued(state, ContactId(task))
    _in_hand(state, agent, task, state.classes[waiter.klass], taken=True)
    seat = state.seats[agent]
    if seat.state == "ready":
        resting.begins(seat.load, at)


def offer_over(state: Routing, task: TaskId, agent: AgentId, offer: OfferId) -> None:
    """Not taken: it's back at its old place."""
    comes_back(state, ContactId(task), offer)
    _out_of_hand(state, task, agent)


def task_given_back(state: Routing, task: TaskId, agent: AgentId) -> None:
    """At its old place, with its time."""
    if task not in state.waiters:
        return
    waiter = state.waiters[task]
    waiter.offer = OfferId("")
    comes_back(state, ContactId(task), OfferId(""))
    _out_of_hand(state, task, agent)


def task_gone(state: Routing, task: TaskId, agent: AgentId | None) -> None:
    """Done, tried, or nobody's to offer any more."""
    contact_ended(state, ContactId(task))
    if agent is not None:
        _out_of_hand(state, task, agent)


def _out_of_hand(state: Routing, task: TaskId, agent: AgentId) -> None:
    """Who finished something rests when they're ready again, as after a call."""
    seat = state.seats.get(agent)
    work = None if seat is None else seat.works.pop(task, None)
    if seat is None or work is None:
        return
    seat.worked = seat.worked or work.taken
    capacity.weigh(state, seat)
    stand_anew(state, agent)


def shut(state: Routing, agent: AgentId, until: InstantUs) -> None:
    """Nothing but calls until then; 0: anything again."""
    seat = state.seats.get(agent)
    if seat is not None:
        seat.shut_until = until
        stand_anew(state, agent)
