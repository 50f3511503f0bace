"""What follows from a callback's events in other areas: a part of the floor's table
(`reactions.py`), whose rules hold here."""

from collections.abc import Sequence

from roost.floor.calling_back import queue_or_default
from roost.floor.calls import messages as calls
from roost.floor.flows import messages as flows
from roost.floor.flows.in_modes import shut
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, ContactId, PlayId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs

NONE: Sequence[Command] = ()


def _contact(event: Event) -> ContactId:
    assert event.contact is not None, event
    return event.contact


def callback_promised(state: CellState, event: calls.CallbackPromised) -> Sequence[Command]:
    """The caller's wait ends, and the promise takes the place."""
    contact = _contact(event)
    place = queues.Callback(event.since, event.not_before, event.customer_first)
    most_us = DurationUs(event.until - state.calls.calls[contact].arrived_at)
    wait = queues.Wait(
        contact, event.queue, event.asked, most_us, Outcome.CALLED_BACK, callback=place
    )
    entry = state.queues.entries.get(event.first)
    if entry is None or entry.answered:
        return (wait,)
    return (queues.StopWaiting(event.first, Outcome.CALLED_BACK), wait)


def leave_line(state: CellState, contact: ContactId) -> Sequence[Command]:
    """Nobody answers in its queue any more: a promised call goes on elsewhere, or is somebody's
    work. A try that has begun goes on."""
    call = state.calls.calls.get(contact)
    if call is None or not call.own_phone:
        return NONE
    return (calls.EndContact(contact, Blame.CLIENT, Reason.CLOSED),)


def callback_closed(state: CellState, event: calls.CallbackClosed) -> Sequence[Command]:
    """What came to nothing is somebody's work where the queue wants that; what's owed always is."""
    if event.next is not None or event.outcome in ("reached", "ended"):
        return NONE
    client = ClientId(event.owner)
    queue = queue_or_default(state, client, event.queue)
    line = state.tasks.queues.get(queue)
    if not event.owed and (line is None or not line.call_back):
        return NONE
    contact, since = _contact(event), event.since
    return (tasks.CallBackLater(contact, client, queue, event.number, since, event.owed),)


def call_answered(state: CellState, event: calls.CallAnswered) -> Sequence[Command]:
    """A promised call reached its customer: with an agent, or to wait for one on the line."""
    contact = _contact(event)
    promise = state.callbacks.promises.get(contact)
    entry = state.queues.entries.get(contact)
    if promise is None or entry is None or entry.answered:
        return NONE
    if entry.offer is not None:
        return (queues.StopWaiting(contact, Outcome.ANSWERED, entry.agent),)
    commands: list[Command] = [queues.Stand(contact, entry.number, on_line=True)]
    if promise.waiting:
        play = PlayId(f"{contact}/p1")
        commands.insert(0, calls.Speak(contact, play, promise.waiting, repeat=True))
    closed = shut(state.flows.modes, promise.client, entry.queue)
    if closed is not None:  # since the phone began to ring
        commands.append(flows.MeetMode(contact, closed.mode))
    return commands


def callback_offered(state: CellState, event: flows.CallbackOffered) -> Sequence[Command]:
    contact, first = _contact(event), event.answer_us
    return (
        calls.Speak(contact, event.play, event.prompts, repeat=False),
        calls.Listen(contact, event.collect, 1, "", first, first, mask=False),
    )


def music_resumed(state: CellState, event: flows.MusicResumed) -> Sequence[Command]:
    contact, first = _contact(event), event.first
    return (calls.Speak(contact, event.play, event.prompts, repeat=True, first=first),)


def callback_stands(state: CellState, event: queues.CallbackStands) -> Sequence[Command]:
    return (routing.MatchContact(_contact(event)),)


def turn_came(state: CellState, event: routing.TurnCame) -> Sequence[Command]:
    """The customer is called, and the agent offered whoever is next."""
    return (calls.CallCustomer(_contact(event)), routing.MatchAgent(event.agent))
