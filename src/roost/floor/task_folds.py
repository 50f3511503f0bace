"""What becomes of tasks, folded into their own area and into the router's index: a part of the
cell's folds (cell.py)."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.routing import messages as routing
from roost.floor.routing import working as routing_working
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.floor.tasks import model as tasks_model
from roost.kernel.messages import Event
from roost.kernel.time import InstantUs

_t = tasks_model


def _task_queued(state: CellState, event: tasks.TaskQueued, at: InstantUs) -> None:
    tasks_model.queued(state.tasks, event)
    routing_working.task_queued(
        state.routing, event.task, event.contact, event.queue, event.ring, event.since
    )


def _task_widened(state: CellState, event: tasks.TaskWidened, at: InstantUs) -> None:
    tasks_model.widened(state.tasks, event)
    routing_working.task_widened(state.routing, event.task, event.ring)


def _task_unqueued(state: CellState, event: tasks.TaskUnqueued, at: InstantUs) -> None:
    tasks_model.unqueued(state.tasks, event)
    routing_working.task_gone(state.routing, event.task, None)


def _work_assigned(state: CellState, event: routing.WorkAssigned, at: InstantUs) -> None:
    routing_working.task_offered(state.routing, event.task, event.agent, event.offer)


def _task_offer_over(state: CellState, event: tasks.TaskOfferEnded, at: InstantUs) -> None:
    tasks_model.offer_over(state.tasks, event)
    routing_working.offer_over(state.routing, event.task, event.agent, event.offer)


def _task_taken(state: CellState, event: tasks.TaskTaken, at: InstantUs) -> None:
    tasks_model.taken(state.tasks, event)
    routing_working.task_taken(state.routing, event.task, event.agent, at)


def _task_given_back(state: CellState, event: tasks.TaskGivenBack, at: InstantUs) -> None:
    tasks_model.given_back(state.tasks, event, at)
    routing_working.task_given_back(state.routing, event.task, event.agent)


def _task_tried(state: CellState, event: tasks.TaskTried, at: InstantUs) -> None:
    tasks_model.tried(state.tasks, event, at)
    routing_working.task_gone(state.routing, event.task, event.agent)


def _task_done(state: CellState, event: tasks.TaskDone, at: InstantUs) -> None:
    tasks_model.done(state.tasks, event)
    routing_working.task_gone(state.routing, event.task, event.holder)


def _shut(state: CellState, event: routing.AgentShut | routing.AgentOpened, at: InstantUs) -> None:
    until = event.until if isinstance(event, routing.AgentShut) else InstantUs(0)
    routing_working.shut(state.routing, event.agent, until)


FOLDS: Final[Mapping[type[Event], Callable[[CellState, Any, InstantUs], None]]] = {
    routing.WorkAssigned: _work_assigned,
    routing.AgentShut: _shut,
    routing.AgentOpened: _shut,
    tasks.TaskAdded: lambda s, e, at: _t.added(s.tasks, e, at),
    tasks.TaskDue: lambda s, e, at: _t.due(s.tasks, e, at),
    tasks.TaskQueued: _task_queued,
    tasks.TaskWidened: _task_widened,
    tasks.TaskUnqueued: _task_unqueued,
    tasks.TaskOffered: lambda s, e, at: _t.offered(s.tasks, e),
    tasks.TaskOfferEnded: _task_offer_over,
    tasks.TaskTaken: _task_taken,
    tasks.TaskGivenBack: _task_given_back,
    tasks.TaskAssigned: lambda s, e, at: _t.assigned(s.tasks, e),
    tasks.TaskTried: _task_tried,
    tasks.TaskDone: _task_done,
}
