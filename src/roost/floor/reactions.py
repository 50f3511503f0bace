"""The floor's one table of who reacts to what: an event of one area, the commands that follow
from it in others, within the same step and in this order.

Functions see the state as it is after the event; they look things up, and decide nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from roost.floor import keeping, moving, task_reactions
from roost.floor import reactions_to_callbacks as promised
from roost.floor import reactions_to_flows as flowing
from roost.floor.agents import messages as agents
from roost.floor.agents.model import Agent, Presence
from roost.floor.callbacks import messages as callbacks
from roost.floor.calls import messages as calls
from roost.floor.calls.model import Call
from roost.floor.definition import CentreConfigured
from roost.floor.flows import messages as flows
from roost.floor.modes import messages as modes
from roost.floor.overflowing import left_alone
from roost.floor.parties import RING_US, Party, SegmentKind
from roost.floor.queues import messages as queues
from roost.floor.queues.messages import Outcome
from roost.floor.routing import messages as routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId
from roost.kernel.messages import Command, Event

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
    contact = _contact(event)
    run = state.flows.runs.get(contact)
    if run is not None and run.offering == event.collect:
        return (flows.AnswerOffer(contact, event.collect, event.digit),)
    return (
        flows.DigitsDone(
            _contact(event), event.collect, event.count, event.ended_by, event.digit, event.value
        ),
    )


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
    if event.party is Party.WATCHER or agent is None or agent.handling is None:
        return (agents.EndWatch(event.agent, event.offer),)
    if agent.handling.offer != event.offer:
        return NONE
    if agent.presence not in (Presence.OFFERED, Presence.TALKING):
        return NONE
    call = state.calls.calls.get(_contact(event))
    if call is None or call.ended_at is not None:
        if call is not None and call.outbound and not call.answered:
            return (agents.EndCallOut(agent.id, event.offer, event.reason),)
        return (_let_go(state, agent.id, event.offer),)
    if event.heard:
        return (agents.LeaveContact(agent.id, event.offer),)
    if event.connected:
        return (agents.ReturnContact(agent.id, event.offer),)
    return (agents.OfferFailed(agent.id, event.offer, event.reason),)


def leg_ending(state: CellState, event: calls.LegEnding) -> Sequence[Command]:
    """We let a leg go: whose it is needn't wait for the phone's word."""
    call = state.calls.calls.get(_contact(event))
    leg = call.legs.get(event.leg) if call else None
    if leg is None or leg.agent is None or leg.offer is None:
        return NONE
    if leg.party is Party.WATCHER:
        return (agents.EndWatch(leg.agent, leg.offer),)
    agent = state.agents.agents.get(leg.agent)
    if agent is None or agent.handling is None or agent.handling.offer != leg.offer:
        return NONE
    return (_let_go(state, leg.agent, leg.offer),)


def leg_asked(state: CellState, event: calls.LegAsked) -> Sequence[Command]:
    """The lease also finds a contact that waits in no queue, after two faults in one step."""
    contact = _contact(event)
    run = state.flows.runs.get(contact)
    if run is not None and run.waits == "queue" and contact not in state.queues.entries:
        return (flows.Rescue(contact),)
    return NONE


def party_held(state: CellState, event: calls.PartyHeld) -> Sequence[Command]:
    """Hold time is the customer's, with the agent who carries the contact."""
    call = state.calls.calls[_contact(event)]
    host = call.legs.get(call.host) if call.host else None
    if event.party is not Party.CUSTOMER or host is None or host.agent is None:
        return NONE
    return (agents.MarkHeld(host.agent, event.held),)


def host_changed(state: CellState, event: calls.HostChanged) -> Sequence[Command]:
    """Whoever was only consulted has the contact now."""
    if event.agent is None or event.offer is None:
        return NONE
    return (agents.TurnSegment(event.agent, event.offer, SegmentKind.TRANSFER),)


def agent_invited(state: CellState, event: calls.AgentInvited) -> Sequence[Command]:
    contact = _contact(event)
    client = state.calls.calls[contact].client
    return (
        agents.Offer(
            event.agent,
            contact,
            event.offer,
            event.queue,
            client,
            event.ring_us,
            SegmentKind.CONSULT,
        ),
    )


def caller_returned(state: CellState, event: calls.CallerReturned) -> Sequence[Command]:
    """Back to the head of its queue, or into another; a call of ours was in none before."""
    contact = _contact(event)
    client = state.calls.calls[contact].client
    if event.queue is not None or contact not in state.flows.runs:
        return (flows.SendToQueue(contact, client, event.queue),)
    return (flows.ComeBack(contact),)


def watcher_joined(state: CellState, event: calls.WatcherJoined) -> Sequence[Command]:
    contact = _contact(event)
    client = state.calls.calls[contact].client
    return (agents.BeginSegment(event.agent, contact, event.offer, event.queue, client),)


def call_made(state: CellState, event: calls.CallMade) -> Sequence[Command]:
    """The client's default queue lends its rules for ringing and writing up."""
    contact = _contact(event)
    client = state.calls.calls[contact].client
    queue = state.flows.safe[client].queue
    known = state.routing.queues.get(queue)
    ring_us = known.ring_us if known else RING_US
    return (agents.BeginCallOut(event.agent, contact, event.offer, queue, client, ring_us),)


def contact_ended(state: CellState, event: calls.ContactEnded) -> Sequence[Command]:
    """The queue, and the agents who ring or talk, learn that it's over."""
    contact = _contact(event)
    commands: list[Command] = []
    call = state.calls.calls.get(contact)
    promise = state.callbacks.promises.get(contact)
    entry = state.queues.entries.get(contact)
    if entry is not None:
        left = event.blame in (Blame.CALLER, Blame.NETWORK)
        outcome = Outcome.ABANDONED if left else Outcome.ENDED_BY_US
        if promise is not None and not promise.reached:
            left, outcome = False, Outcome.CALLED_BACK
        commands.append(queues.StopWaiting(contact, outcome))
        line = state.tasks.queues.get(entry.queue)
        if left and not entry.answered and line is not None and line.call_back and event.caller:
            client = ClientId(event.owner)
            commands.append(
                tasks.CallBackLater(contact, client, entry.queue, event.caller, entry.since)
            )
    for leg in call.legs.values() if call is not None else ():
        if leg.agent is None or leg.offer is None or call is None:
            continue
        agent = state.agents.agents.get(leg.agent)
        if leg.party is Party.WATCHER:
            commands.append(agents.EndWatch(leg.agent, leg.offer))
        elif agent is None or agent.handling is None or agent.handling.offer != leg.offer:
            continue
        elif call.outbound and not call.answered and not _rings_only(agent, call):
            commands.append(agents.EndCallOut(leg.agent, leg.offer, event.reason))
        else:
            commands.append(_let_go(state, leg.agent, leg.offer))
    if promise is not None:
        commands.append(callbacks.CloseCallback(contact, event.blame, event.reason))
    return commands


def _rings_only(agent: Agent, call: Call) -> bool:
    """A callback's agent whose phone still rings: the offer is withdrawn, as any other."""
    return call.callback and agent.presence is Presence.OFFERED


def _let_go(state: CellState, agent: AgentId, offer: OfferId) -> Command:
    known = state.agents.agents.get(agent)
    if known is not None and known.presence is Presence.TALKING:
        return agents.LeaveContact(agent, offer)
    return agents.WithdrawOffer(agent, offer)


# --- queues and routing ---


def contact_queued(state: CellState, event: queues.ContactQueued) -> Sequence[Command]:
    contact = _contact(event)
    call = state.calls.calls.get(contact)
    if call is None:
        return (routing.MatchContact(contact),)
    return (routing.MatchContact(contact, call.direct, call.ringing),)


def ring_widened(state: CellState, event: queues.RingWidened) -> Sequence[Command]:
    return (routing.MatchContact(_contact(event)),)


def contact_dequeued(state: CellState, event: queues.ContactDequeued) -> Sequence[Command]:
    if event.outcome is Outcome.OVERFLOWED or event.outcome is Outcome.VOICEMAIL:
        return (flows.QueueLeft(_contact(event), to=event.to),)
    if event.callback and event.outcome is Outcome.CALLED_BACK:
        lapsed = calls.EndContact(_contact(event), Blame.US, Reason.CALLBACK_LAPSED)
        return (lapsed,)  # stale where the contact's end was the reason
    return NONE


def turned_away(state: CellState, event: queues.ContactTurnedAway) -> Sequence[Command]:
    return (flows.QueueLeft(_contact(event), full=True),)


def assigned(state: CellState, event: routing.Assigned) -> Sequence[Command]:
    queue = state.routing.queues[event.queue]
    contact = _contact(event)
    agent = state.agents.agents.get(event.agent)
    if agent is not None and agent.handling is not None and agent.handling.offer == event.offer:
        turn = agents.TurnSegment(event.agent, event.offer, SegmentKind.TRANSFER, queue.id)
        return (turn,)  # a colleague's phone, that rings for a consultation
    call = state.calls.calls.get(contact)
    transferred = call is not None and call.transfer is not None
    kind = SegmentKind.TRANSFER if transferred else SegmentKind.ANSWER
    if call is not None and call.callback and not call.answered:
        kind = SegmentKind.CALLBACK
    return (
        agents.Offer(
            event.agent, contact, event.offer, queue.id, queue.client, queue.ring_us, kind
        ),
    )


# --- agents ---


def agent_offered(state: CellState, event: agents.AgentOffered) -> Sequence[Command]:
    """A call takes precedence of a task that's offered only."""
    ring = calls.RingAgent(_contact(event), event.agent, event.offer)
    return (ring, *task_reactions.withdraw(state, event.agent))


def offer_taken(state: CellState, event: agents.OfferTaken) -> Sequence[Command]:
    contact = _contact(event)
    entry = state.queues.entries.get(contact)
    if entry is None or entry.answered or entry.offer != event.offer:
        return (calls.Bridge(contact, event.offer),)  # a consultation, a call of ours
    call = state.calls.calls.get(contact)
    if call is not None and call.own_phone:  # a callback: it waits until its customer is reached
        return (calls.Bridge(contact, event.offer),)
    queue = state.routing.queues.get(event.queue)
    whisper = queue.whisper if queue else ()
    return (
        queues.StopWaiting(contact, Outcome.ANSWERED, event.agent),
        calls.Bridge(contact, event.offer, whisper),
    )


def offer_ended(state: CellState, event: agents.OfferEnded) -> Sequence[Command]:
    """The phone stops ringing; the contact is offered to somebody else, or waits again (also
    when it had been answered, and the agent was gone at once)."""
    contact = _contact(event)
    call = state.calls.calls.get(contact)
    if call is None or call.ended_at is not None:
        return NONE
    stop = calls.StopRinging(contact, event.offer, WHY_RINGING_STOPS[event.why])
    if event.kind is SegmentKind.CONSULT:
        return (stop,)
    if event.kind is SegmentKind.OUTBOUND:
        if call.answered:
            return NONE  # the customer is there, and waits for somebody else
        reason = WHY_RINGING_STOPS[event.why]
        return (calls.EndContact(contact, Blame.AGENT, reason),)
    entry = state.queues.entries.get(contact)
    if entry is None or not entry.answered:
        return (stop, routing.MatchContact(contact))
    if call.returning or call.talking:
        return NONE
    return (flows.ComeBack(contact),)


def pick_up_asked(state: CellState, event: agents.PickUpAsked) -> Sequence[Command]:
    return (calls.NudgeAgent(_contact(event), event.offer),)


def hold_asked(state: CellState, event: agents.HoldAsked) -> Sequence[Command]:
    return (calls.HoldCaller(_contact(event), event.held),)


def hang_up_asked(state: CellState, event: agents.HangUpAsked) -> Sequence[Command]:
    return (calls.LeaveCall(_contact(event), event.offer),)


def pause_asked(state: CellState, event: agents.PauseAsked) -> Sequence[Command]:
    return (calls.PauseTracks(_contact(event), event.paused, agent=event.agent),)


def agent_ready(
    state: CellState, event: agents.AgentReady | agents.AgentWorks
) -> Sequence[Command]:
    return (routing.MatchAgent(event.agent),)


def agent_rested(
    state: CellState, event: routing.AgentRested | routing.AgentOpened
) -> Sequence[Command]:
    return (routing.MatchAgent(event.agent),)


def agent_away(state: CellState, event: agents.AgentAway) -> Sequence[Command]:
    """Who can't be reached holds no tasks, and nobody waits for them."""
    return (
        *keeping.release(state, event.agent),
        *task_reactions.withdraw(state, event.agent),
        *task_reactions.give_back(state, event.agent, "unreachable"),
        *left_alone(state),
    )


def phone_gone(state: CellState, event: agents.PhoneGone) -> Sequence[Command]:
    """A contact in hand isn't disturbed, nor is what it's for."""
    agent = state.agents.agents.get(event.agent)
    if agent is not None and agent.handling is not None:
        return NONE
    return task_reactions.give_back(state, event.agent, "unreachable")


def agent_signed_out(state: CellState, event: agents.AgentSignedOut) -> Sequence[Command]:
    return (
        *keeping.release(state, event.agent),
        *task_reactions.withdraw(state, event.agent),
        *task_reactions.give_back(state, event.agent, "signed_out"),
        *task_reactions.own_tasks(state, event.agent),
        *left_alone(state),
    )


# --- definitions ---


def centre_configured(state: CellState, event: CentreConfigured) -> Sequence[Command]:
    """Who waits in a queue that's gone goes on; what has become possible is matched."""
    commands: list[Command] = []
    for contact, entry in state.queues.entries.items():
        if not entry.answered and state.queues.lines[entry.queue].removed:
            if entry.callback is None:
                commands.extend(flowing.out_of_queue(state, ContactId(contact), entry.lapse))
            else:
                commands.extend(promised.leave_line(state, ContactId(contact)))
        elif not entry.answered and (state.queues.lines[entry.queue].rings or entry.ring):
            commands.append(keeping.widen(state, ContactId(contact), entry))
    commands.extend(task_reactions.after_configuring(state))
    commands.append(routing.MatchAll())
    return commands


Reaction = Callable[[CellState, Any], Sequence[Command]]
REACTIONS: Final[Mapping[type[Event], Reaction]] = {
    calls.CallArrived: call_arrived,
    calls.PlayFinished: play_finished,
    calls.CollectionEnded: collection_ended,
    calls.LegConnected: leg_connected,
    calls.LegEnded: leg_ended,
    calls.LegEnding: leg_ending,
    calls.HostChanged: host_changed,
    calls.AgentInvited: agent_invited,
    calls.CallerReturned: caller_returned,
    calls.WatcherJoined: watcher_joined,
    calls.CallMade: call_made,
    calls.CallbackPromised: promised.callback_promised,
    calls.CallbackClosed: promised.callback_closed,
    calls.CallAnswered: promised.call_answered,
    calls.LegAsked: leg_asked,
    calls.PartyHeld: party_held,
    calls.ContactEnded: contact_ended,
    flows.FlowAdvanced: flowing.flow_advanced,
    flows.FlowRescued: flowing.flow_rescued,
    flows.WaitAnnounced: flowing.wait_announced,
    flows.CallbackOffered: promised.callback_offered,
    flows.MusicResumed: promised.music_resumed,
    queues.CallbackStands: promised.callback_stands,
    routing.TurnCame: promised.turn_came,
    queues.ContactQueued: contact_queued,
    queues.RingWidened: ring_widened,
    queues.ContactDequeued: contact_dequeued,
    queues.ContactTurnedAway: turned_away,
    routing.Assigned: assigned,
    agents.AgentOffered: agent_offered,
    agents.OfferTaken: offer_taken,
    agents.OfferEnded: offer_ended,
    agents.PickUpAsked: pick_up_asked,
    agents.HoldAsked: hold_asked,
    agents.HangUpAsked: hang_up_asked,
    agents.PauseAsked: pause_asked,
    agents.AgentReady: agent_ready,
    agents.AgentWorks: agent_ready,
    routing.AgentRested: agent_rested,
    routing.AgentOpened: agent_rested,
    **task_reactions.REACTIONS,
    agents.AgentAway: agent_away,
    agents.PhoneGone: phone_gone,
    agents.AgentSignedOut: agent_signed_out,
    modes.ModeBegan: flowing.mode_began,
    **moving.REACTIONS,
    CentreConfigured: centre_configured,
}
