"""What follows from a flow's events, and a mode's, in other areas: a part of the floor's table
(`reactions.py`), whose rules hold here."""

from collections.abc import Sequence

from roost.floor import keeping
from roost.floor.affected import ModeKind
from roost.floor.agents import messages as agents
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as calls
from roost.floor.flows import messages as flows
from roost.floor.modes import messages as modes
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.floor.reactions_to_callbacks import leave_line
from roost.floor.state import CellState
from roost.kernel.ends import Reason
from roost.kernel.ids import ContactId
from roost.kernel.messages import Command, Event


def _contact(event: Event) -> ContactId:
    assert event.contact is not None, event
    return event.contact


def flow_advanced(state: CellState, event: flows.FlowAdvanced) -> Sequence[Command]:
    """A rescue may come in the step in which its contact ended: nobody is there to wait."""
    contact = _contact(event)
    call = state.calls.calls.get(contact)
    if call is None or call.ended_at is not None:
        return ()
    return [one for act in event.acts for one in _act(state, contact, act, event.step)]


def _act(state: CellState, contact: ContactId, act: flows.Act, step: str) -> Sequence[Command]:
    match act:
        case flows.AnswerNow():
            return (calls.AnswerCaller(contact),)
        case flows.SpeakNow():
            return (calls.Speak(contact, act.play, act.prompts, act.repeat, act.first),)
        case flows.QueueNow():
            return (keeping.wait(state, contact, act, step),)
        case flows.LeaveQueueNow():
            return out_of_queue(state, contact, Outcome.OVERFLOWED)
        case flows.ListenNow():
            listen = calls.Listen(
                contact,
                act.collect,
                act.most,
                act.terminators,
                act.first_us,
                act.next_us,
                act.mask,
            )
            return (listen,)
        case flows.TakeMessageNow():
            return (calls.TakeMessage(contact, act.most_us),)
        case flows.EndNow():
            return (calls.EndContact(contact, act.blame, act.reason),)


def wait_announced(state: CellState, event: flows.WaitAnnounced) -> Sequence[Command]:
    return (calls.Speak(_contact(event), event.play, event.prompts, False),)


def flow_rescued(state: CellState, event: flows.FlowRescued) -> Sequence[Command]:
    """Whatever was under way for it stops, before it waits in the default queue."""
    contact = _contact(event)
    commands: list[Command] = []
    call = state.calls.calls.get(contact)
    for leg in call.legs.values() if call else ():
        if leg.agent is None or leg.offer is None:
            continue
        agent = state.agents.agents.get(leg.agent)
        if agent and agent.handling and agent.handling.offer == leg.offer:
            if agent.presence is Presence.TALKING:
                commands.append(agents.ReturnContact(leg.agent, leg.offer))
            commands.append(calls.StopRinging(contact, leg.offer, Reason.FAULT))
    return [*commands, *out_of_queue(state, contact, Outcome.ENDED_BY_US)]


def out_of_queue(state: CellState, contact: ContactId, outcome: Outcome) -> list[Command]:
    entry = state.queues.entries.get(contact)
    if entry is None or entry.answered:
        return []
    commands: list[Command] = []
    if entry.offer is not None and entry.agent is not None:
        commands.append(agents.WithdrawOffer(entry.agent, entry.offer))
    commands.append(queues.StopWaiting(contact, outcome))
    return commands


def mode_began(state: CellState, event: modes.ModeBegan) -> Sequence[Command]:
    """Whoever of the affected waits on the line, or has a phone ringing; nobody who talks. Where
    nobody answers any more, promised calls that nobody is on yet leave the line as well."""
    mode = state.flows.modes[event.mode]
    scope, closes = mode.scope, mode.kind is not ModeKind.SURGE
    commands: list[Command] = []
    for contact, run in state.flows.runs.items():
        if run.client != scope.client or run.waits != "queue":
            continue
        entry = state.queues.entries.get(contact)
        if entry is None or entry.answered or not scope.holds(entry.queue, run.tags, run.variables):
            continue
        call = state.calls.calls.get(contact)
        if call is None or call.answered or not call.callback:
            commands.append(flows.MeetMode(ContactId(contact), event.mode))
        elif closes:
            commands.extend(leave_line(state, ContactId(contact)))
    return commands
