"""When deciding a command failed with an assertion of ours: the commands that bring its contact
onto the safe path (FOUNDATION, 1: trouble inside), and let nobody else stick because of it.

The contact goes to its client's default queue, once; a conversation is left alone, since audio
flows. What only tidies up after a contact is tried once more.
"""

from collections.abc import Sequence
from typing import Final

from roost.floor.agents import messages as agents
from roost.floor.callbacks import messages as callbacks
from roost.floor.calls import messages as calls
from roost.floor.calls.model import LegState
from roost.floor.flows import messages as flows
from roost.floor.queues import messages as queues
from roost.floor.routing import messages as routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ContactId
from roost.kernel.messages import Command

TIDYING: Final = (
    agents.LeaveContact,
    agents.WithdrawOffer,
    agents.OfferLapsed,
    agents.WrapUpLapsed,
    agents.EndWatch,
    agents.EndCallOut,
    agents.TurnSegment,
    agents.BeginSegment,
    callbacks.CloseCallback,
    calls.CheckContact,
    calls.StopRinging,
    queues.StopWaiting,
    tasks.ExpectMessage,
    tasks.MessageLeft,
    tasks.CallBackLater,
    tasks.GiveTasksBack,
    tasks.RouteTask,
    tasks.WidenTask,
    tasks.WithdrawTask,
    tasks.UndoTaskOffer,
    tasks.TaskOfferLapsed,
    tasks.TaskFallsDue,
    tasks.TaskLapses,
)
TASKS: Final = frozenset(
    {
        tasks.PromiseCallback,
        tasks.TakeTask,
        tasks.DeclineTask,
        tasks.GiveTaskBack,
        tasks.FinishTask,
        tasks.AssignTask,
        tasks.CloseTask,
        *(command for command in TIDYING if command.__module__ == tasks.__name__),
    }
)


def rescue(state: CellState, command: Command) -> Sequence[Command]:
    """What follows in place of a command that couldn't be decided."""
    if isinstance(command, flows.Rescue):
        return (calls.EndContact(command.contact, Blame.US, Reason.FAULT),)
    if isinstance(command, routing.MatchAgent):
        seat = state.routing.seats.get(command.agent)
        resting = seat is not None and seat.state == "resting"  # whose end nobody waits for yet
        return (command,) if resting else (routing.MatchAll(),)
    if isinstance(command, routing.MatchTask | routing.OpenAgent):
        return (routing.MatchAll(),)
    if isinstance(command, tasks.OfferTask):
        return (tasks.UndoTaskOffer(command.task, command.agent, command.offer),)
    if isinstance(command, agents.BeginWork | agents.EndWork | routing.ShutAgent):
        return (command,)  # the task's contact was over before
    if isinstance(command, agents.ReturnContact):  # the leg is gone: only this frees the agent
        return (command,)
    if type(command) in TASKS:  # a note of ours: the contact itself goes on
        return (command,) if isinstance(command, TIDYING) else ()
    contact = _contact_of(state, command)
    call = state.calls.calls.get(contact) if contact else None
    lost = call is None or call.ended_at is not None
    if call is not None and not lost and _in_conversation(state, call.id):
        return _beside_a_talk(command)
    if call is None or lost:
        return (command,) if isinstance(command, TIDYING) else ()
    if call.outbound and not call.answered:  # nobody waits yet
        return (calls.EndContact(call.id, Blame.US, Reason.FAULT),)
    safe = flows.Rescue(call.id, call.client)
    if isinstance(command, agents.Offer):
        return (safe, agents.UndoOffer(command.agent, command.contact, command.offer))
    return (safe,)


def _beside_a_talk(command: Command) -> Sequence[Command]:
    """The talk itself is left alone; whoever was to join it is free again."""
    match command:
        case agents.Offer():
            return (calls.StopRinging(command.contact, command.offer, Reason.FAULT),)
        case calls.Bridge():
            return (calls.StopRinging(command.contact, command.offer, Reason.FAULT),)
        case flows.ComeBack() | flows.SendToQueue():
            return (flows.Rescue(command.contact),)
        case _:
            return (command,) if isinstance(command, TIDYING) else ()


def _in_conversation(state: CellState, contact: ContactId) -> bool:
    legs = state.calls.calls[contact].legs.values()
    return any(leg.state is LegState.BRIDGED for leg in legs)


def _contact_of(state: CellState, command: Command) -> ContactId | None:
    contact = getattr(command, "contact", None)
    if contact is not None:
        return contact
    leg = getattr(command, "leg", None)
    if leg is not None:
        return state.calls.legs.get(leg)
    agent = state.agents.agents.get(getattr(command, "agent", ""))
    return agent.handling.contact if agent and agent.handling else None
