"""What follows from a callback's events in other areas: a part of the floor's table
(`reactions.py`), whose rules hold here."""

from collections.abc import Sequence

from roost.floor.calls import messages as calls
from roost.floor.flows import messages as flows
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
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


def callback_closed(state: CellState, event: calls.CallbackClosed) -> Sequence[Command]:
    """What came to nothing is somebody's work, where the queue wants that."""
    line = state.tasks.queues.get(event.queue)
    if event.next is not None or event.outcome in ("reached", "ended"):
        return NONE
    if line is None or not line.call_back:
        return NONE
    client = ClientId(event.owner)
    later = tasks.CallBackLater(_contact(event), client, event.queue, event.number, event.since)
    return (later,)


def call_answered(state: CellState, event: calls.CallAnswered) -> Sequence[Command]:
    """A promised call reached its customer: with an agent, or to wait for one on the line."""
    contact = _contact(event)
    promise = state.callbacks.promises.get(contact)
    entry = state.queues.entries.get(contact)
    if promise is None or entry is None or entry.answered:
        return NONE
    if entry.offer is not None:
        return (queues.StopWaiting(contact, Outcome.ANSWERED, entry.agent),)
    play = PlayId(f"{contact}/p1")
    stand = queues.Stand(contact, entry.number, on_line=True)
    if not promise.waiting:
        return (stand,)
    return (calls.Speak(contact, play, promise.waiting, repeat=True), stand)


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
