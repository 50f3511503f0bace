"""The floor's one table of who reacts to what: an event of one area, the commands that follow
from it in others, within the same step and in this order.

Functions see the state as it is after the event; they look things up, and decide nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from roost.floor.agents import messages as agents
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as calls
from roost.floor.definition import CentreConfigured
from roost.floor.effects import TrackPurpose
from roost.floor.flows import messages as flows
from roost.floor.parties import Party
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs

NONE: Final[Sequence[Command]] = ()
WHY_RINGING_STOPS: Final = {
    "no_answer": Reason.NO_ANSWER,
    "declined": Reason.DECLINED,
    "unreachable": Reason.UNREACHABLE,
    "caller_left": Reason.CALLER_LEFT,
}


def _contact(event: Event) -> ContactId:
    assert event.contact is not None, event
    return event.contact


# --- calls ---


def call_arrived(state: CellState, event: calls.CallArrived) -> Sequence[Command]:
    contact = _contact(event)
    client = state.calls.calls[contact].client
    return (flows.StartFlow(contact, client, event.number, event.tags),)


def play_finished(state: CellState, event: calls.PlayFinished) -> Sequence[Command]:
    return (flows.PromptsDone(_contact(event), event.play),)


def collection_ended(state: CellState, event: calls.CollectionEnded) -> Sequence[Command]:
    return (
        flows.DigitsDone(
            _contact(event), event.collect, event.count, event.ended_by, event.digit, event.value
        ),
    )


def track_started(state: CellState, event: calls.TrackStarted) -> Sequence[Command]:
    """A voicemail is somebody's work. It's of the queue that was waited in last."""
    if event.purpose is not TrackPurpose.VOICEMAIL:
        return NONE
    contact = _contact(event)
    call = state.calls.calls[contact]
    waiter = state.routing.waiters.get(contact)
    if waiter is None:
        queue = state.flows.safe[call.client].queue
    else:
        queue = state.routing.classes[waiter.klass].queue
    return (tasks.ExpectMessage(contact, call.client, queue, call.caller),)


def track_over(state: CellState, event: calls.TrackEnded | calls.TrackLost) -> Sequence[Command]:
    if event.purpose is not TrackPurpose.VOICEMAIL:
        return NONE
    contact = _contact(event)
    length = event.length_us if isinstance(event, calls.TrackEnded) else DurationUs(0)
    left = tasks.MessageLeft(contact, length)
    return (flows.MessageDone(contact), left) if contact in state.flows.runs else (left,)


def leg_connected(state: CellState, event: calls.LegConnected) -> Sequence[Command]:
    leg = state.calls.calls[_contact(event)].legs[event.leg]
    if event.party is not Party.AGENT or leg.agent is None or event.offer is None:
        return NONE
    return (agents.AcceptOffer(leg.agent, event.offer),)


def leg_ended(state: CellState, event: calls.LegEnded) -> Sequence[Command]:
    """An agent's leg: the offer failed, or the talk is over, or it never became one."""
    if event.offer is None or event.agent is None:
        return NONE
    agent = state.agents.agents.get(event.agent)
    if agent is None or agent.handling is None or agent.handling.offer != event.offer:
        return NONE
    if agent.presence not in (Presence.OFFERED, Presence.TALKING):
        return NONE
    call = state.calls.calls.get(_contact(event))
    if call is None or call.ended_at is not None:
        return (_let_go(state, agent.id, event.offer),)
    if event.connected:
        return (agents.ReturnContact(agent.id, event.offer),)
    return (agents.OfferFailed(agent.id, event.offer, event.reason),)


def leg_asked(state: CellState, event: calls.LegAsked) -> Sequence[Command]:
    """The lease also finds a contact that waits in no queue, after two faults in one step."""
    contact = _contact(event)
    run = state.flows.runs.get(contact)
    if run is not None and run.waits == "queue" and contact not in state.queues.entries:
        return (flows.Rescue(contact),)
    return NONE


def party_held(state: CellState, event: calls.PartyHeld) -> Sequence[Command]:
    call = state.calls.calls[_contact(event)]
    return [agents.MarkHeld(leg.agent, event.held) for leg in call.legs.values() if leg.agent]


def contact_ended(state: CellState, event: calls.ContactEnded) -> Sequence[Command]:
    """The queue, and the agents who ring or talk, learn that it's over."""
    contact = _contact(event)
    commands: list[Command] = []
    entry = state.queues.entries.get(contact)
    if entry is not None:
        left = event.blame in (Blame.CALLER, Blame.NETWORK)
        outcome = Outcome.ABANDONED if left else Outcome.ENDED_BY_US
        commands.append(queues.StopWaiting(contact, outcome))
        line = state.tasks.queues.get(entry.queue)
        if left and not entry.answered and line is not None and line.call_back and event.caller:
            client = ClientId(event.owner)
            commands.append(
                tasks.CallBackLater(contact, client, entry.queue, event.caller, entry.since)
            )
    call = state.calls.calls.get(contact)
    if call is not None:
        for leg in call.legs.values():
            if leg.agent is not None and leg.offer is not None:
                agent = state.agents.agents.get(leg.agent)
                if agent and agent.handling and agent.handling.offer == leg.offer:
                    commands.append(_let_go(state, leg.agent, leg.offer))
    return commands


def _let_go(state: CellState, agent: AgentId, offer: OfferId) -> Command:
    known = state.agents.agents.get(agent)
    if known is not None and known.presence is Presence.TALKING:
        return agents.LeaveContact(agent, offer)
    return agents.WithdrawOffer(agent, offer)


# --- flows ---


def flow_advanced(state: CellState, event: flows.FlowAdvanced) -> Sequence[Command]:
    contact = _contact(event)
    return [_act(contact, act) for act in event.acts]


def _act(contact: ContactId, act: flows.Act) -> Command:
    match act:
        case flows.AnswerNow():
            return calls.AnswerCaller(contact)
        case flows.SpeakNow():
            return calls.Speak(contact, act.play, act.prompts, act.repeat)
        case flows.QueueNow():
            lapse = Outcome.VOICEMAIL if act.voicemail else Outcome.OVERFLOWED
            return queues.Wait(contact, act.queue, act.priority, act.skills, act.most_us, lapse)
        case flows.ListenNow():
            return calls.Listen(
                contact,
                act.collect,
                act.most,
                act.terminators,
                act.first_us,
                act.next_us,
                act.mask,
            )
        case flows.TakeMessageNow():
            return calls.TakeMessage(contact, act.most_us)
        case flows.EndNow():
            return calls.EndContact(contact, act.blame, act.reason)


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
    return [*commands, *_out_of_queue(state, contact, Outcome.ENDED_BY_US)]


def _out_of_queue(state: CellState, contact: ContactId, outcome: Outcome) -> list[Command]:
    entry = state.queues.entries.get(contact)
    if entry is None or entry.answered:
        return []
    commands: list[Command] = []
    if entry.offer is not None and entry.agent is not None:
        commands.append(agents.WithdrawOffer(entry.agent, entry.offer))
    commands.append(queues.StopWaiting(contact, outcome))
    return commands


# --- queues and routing ---


def contact_queued(state: CellState, event: queues.ContactQueued) -> Sequence[Command]:
    return (routing.MatchContact(_contact(event)),)


def contact_dequeued(state: CellState, event: queues.ContactDequeued) -> Sequence[Command]:
    if event.outcome is Outcome.OVERFLOWED or event.outcome is Outcome.VOICEMAIL:
        return (flows.QueueLeft(_contact(event)),)
    return NONE


def turned_away(state: CellState, event: queues.ContactTurnedAway) -> Sequence[Command]:
    return (flows.QueueLeft(_contact(event), full=True),)


def assigned(state: CellState, event: routing.Assigned) -> Sequence[Command]:
    queue = state.routing.queues[event.queue]
    return (
        agents.Offer(
            event.agent, _contact(event), event.offer, queue.id, queue.client, queue.ring_us
        ),
    )


# --- agents ---


def agent_offered(state: CellState, event: agents.AgentOffered) -> Sequence[Command]:
    return (calls.RingAgent(_contact(event), event.agent, event.offer),)


def offer_taken(state: CellState, event: agents.OfferTaken) -> Sequence[Command]:
    contact = _contact(event)
    return (
        queues.StopWaiting(contact, Outcome.ANSWERED, event.agent),
        calls.Bridge(contact, event.offer),
    )


def offer_ended(state: CellState, event: agents.OfferEnded) -> Sequence[Command]:
    """The phone stops ringing; the contact is offered to somebody else, or waits again (also
    when it had been answered, and the agent was gone at once)."""
    contact = _contact(event)
    call = state.calls.calls.get(contact)
    if call is None or call.ended_at is not None:
        return NONE
    entry = state.queues.entries.get(contact)
    if entry is not None and entry.answered:
        return (flows.ComeBack(contact),)
    return (
        calls.StopRinging(contact, event.offer, WHY_RINGING_STOPS[event.why]),
        routing.MatchContact(contact),
    )


def pick_up_asked(state: CellState, event: agents.PickUpAsked) -> Sequence[Command]:
    return (calls.NudgeAgent(_contact(event), event.offer),)


def hold_asked(state: CellState, event: agents.HoldAsked) -> Sequence[Command]:
    return (calls.HoldCaller(_contact(event), event.held),)


def hang_up_asked(state: CellState, event: agents.HangUpAsked) -> Sequence[Command]:
    return (calls.EndContact(_contact(event), Blame.AGENT, Reason.HUNG_UP),)


def agent_ready(state: CellState, event: agents.AgentReady) -> Sequence[Command]:
    return (routing.MatchAgent(event.agent),)


def agent_away(state: CellState, event: agents.AgentAway) -> Sequence[Command]:
    """Who can't be reached holds no tasks."""
    return _give_back(state, event.agent, "unreachable")


def phone_gone(state: CellState, event: agents.PhoneGone) -> Sequence[Command]:
    """A contact in hand isn't disturbed, nor is what it's for."""
    agent = state.agents.agents.get(event.agent)
    if agent is not None and agent.handling is not None:
        return NONE
    return _give_back(state, event.agent, "unreachable")


def agent_signed_out(state: CellState, event: agents.AgentSignedOut) -> Sequence[Command]:
    return _give_back(state, event.agent, "signed_out")


def _give_back(state: CellState, agent: AgentId, why: str) -> Sequence[Command]:
    """The lease of an agent's tasks is over when they're gone."""
    person = state.tasks.people.get(agent)
    if person is not None and (not person.taken or (person.here and person.phone)):
        return NONE
    return (tasks.GiveTasksBack(agent, why),)


# --- definitions ---


def centre_configured(state: CellState, event: CentreConfigured) -> Sequence[Command]:
    """Who waits in a queue that's gone goes on; what has become possible is matched."""
    commands: list[Command] = []
    for contact, entry in state.queues.entries.items():
        if not entry.answered and state.queues.lines[entry.queue].removed:
            commands.extend(_out_of_queue(state, ContactId(contact), entry.lapse))
    commands.append(routing.MatchAll())
    return commands


Reaction = Callable[[CellState, Any], Sequence[Command]]
REACTIONS: Final[Mapping[type[Event], Reaction]] = {
    calls.CallArrived: call_arrived,
    calls.PlayFinished: play_finished,
    calls.CollectionEnded: collection_ended,
    calls.TrackStarted: track_started,
    calls.TrackEnded: track_over,
    calls.TrackLost: track_over,
    calls.LegConnected: leg_connected,
    calls.LegEnded: leg_ended,
    calls.LegAsked: leg_asked,
    calls.PartyHeld: party_held,
    calls.ContactEnded: contact_ended,
    flows.FlowAdvanced: flow_advanced,
    flows.FlowRescued: flow_rescued,
    queues.ContactQueued: contact_queued,
    queues.ContactDequeued: contact_dequeued,
    queues.ContactTurnedAway: turned_away,
    routing.Assigned: assigned,
    agents.AgentOffered: agent_offered,
    agents.OfferTaken: offer_taken,
    agents.OfferEnded: offer_ended,
    agents.PickUpAsked: pick_up_asked,
    agents.HoldAsked: hold_asked,
    agents.HangUpAsked: hang_up_asked,
    agents.AgentReady: agent_ready,
    agents.AgentAway: agent_away,
    agents.PhoneGone: phone_gone,
    agents.AgentSignedOut: agent_signed_out,
    CentreConfigured: centre_configured,
}


def react(state: CellState, event: Event) -> Sequence[Command]:
    """The commands that follow from an event."""
    reaction: Callable[..., Sequence[Command]] | None = REACTIONS.get(type(event))
    return NONE if reaction is None else reaction(state, event)
