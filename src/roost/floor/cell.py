"""A cell: the floor's areas put together into one decide and one fold.

`ROOM` is what the engine, the simulator and the tests drive. Each command has one function
that decides it, by its type; each event one that folds it into every area that keeps something
of it, with plain arguments where the areas don't know one another's messages.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor import (
    announcing,
    calling_back,
    calling_out,
    estimating,
    mode_folds,
    moving,
    overflowing,
    task_folds,
    transferring,
    watching,
)
from roost.floor.agents import decide as agents_decide
from roost.floor.agents import messages as agents
from roost.floor.agents import model as agents_model
from roost.floor.callbacks import model as callbacks_model
from roost.floor.calls import decide as calls_decide
from roost.floor.calls import folds as calls_folds
from roost.floor.calls import messages as calls
from roost.floor.definition import CentreConfigured, Configure
from roost.floor.effects import dialog_of, line_of
from roost.floor.estimates import model as estimates_model
from roost.floor.familiar import model as familiar_model
from roost.floor.flows import decide as flows_decide
from roost.floor.flows import messages as flows
from roost.floor.flows import model as flows_model
from roost.floor.modes import decide as modes_decide
from roost.floor.modes import model as modes_model
from roost.floor.parties import Party, SegmentKind
from roost.floor.queues import decide as queues_decide
from roost.floor.queues import messages as queues
from roost.floor.queues import model as queues_model
from roost.floor.reactions import REACTIONS
from roost.floor.routing import decide as routing_decide
from roost.floor.routing import index as routing_index
from roost.floor.routing import messages as routing
from roost.floor.routing import promises as routing_promises
from roost.floor.routing import standing as routing_standing
from roost.floor.safe_path import rescue
from roost.floor.state import CellState
from roost.floor.tasks import decide as tasks_decide
from roost.floor.tasks import model as tasks_model
from roost.floor.unfinished import unfinished
from roost.kernel.ids import AgentId, ClientId, ContactId
from roost.kernel.messages import Command, Decision, Event, Refusal
from roost.kernel.room import Room
from roost.kernel.time import InstantUs

SIGNED_OUT: Final = agents_model.Presence.SIGNED_OUT

# --- deciding ---


def configure(state: CellState, now: InstantUs, command: Configure) -> Decision | Refusal:
    """Put definitions in force. Who is removed and free is signed out at once; who is ready
    and serves others from now on is told, so that ready time can be shared out."""
    if command.floor.version == state.configured:
        return Refusal("already_configured", {"version": command.floor.version})
    events: list[Event] = moving.ended_by(state, command.floor)
    events.append(CentreConfigured(floor=command.floor))
    new = {agent.id: agent for agent in command.floor.agents}
    for agent in state.agents.agents.values():
        there = new.get(agent.id)
        if there is None:
            if agent.handling is None and agent.presence is not SIGNED_OUT:
                events.append(agents.AgentSignedOut(agent=agent.id))
        elif agent.presence is agents_model.Presence.READY:
            able = moving.under(command.floor, agent, there)
            if able != agent.clients:
                events.append(agents.AgentChanged(agent=agent.id, ready_for=able))
    return Decision(tuple(events))


_Decide = Callable[[Any, InstantUs, Any], Decision | Refusal]


def _forgetting(decide: _Decide) -> _Decide:
    """A leg's dialog leaves the vault with the leg."""

    def decided(state: Any, now: InstantUs, command: Any) -> Decision | Refusal:
        decision = decide(state, now, command)
        if isinstance(decision, Refusal):
            return decision
        drops = decision.drops
        if type(command) is calls.LineClosed:
            drops = (*drops, line_of(command.leg))
        for event in decision.events:
            if type(event) is calls.LegEnded:
                drops = (*drops, dialog_of(event.leg))
                if event.party is Party.AGENT:
                    drops = (*drops, line_of(event.leg))
        return Decision(decision.events, decision.effects, drops)

    return decided


_ENDS_LEGS: Final = (calls.LegClosed, calls.LegFailed, calls.LineClosed, calls.CheckContact)
DECIDE: Final[Mapping[type[Command], tuple[str, _Decide]]] = {
    **{command: ("calls", decide) for command, decide in calls_decide.DECIDE.items()},
    **{command: ("flows", decide) for command, decide in flows_decide.DECIDE.items()},
    **{command: ("queues", decide) for command, decide in queues_decide.DECIDE.items()},
    **{command: ("agents", decide) for command, decide in agents_decide.DECIDE.items()},
    **{command: ("routing", decide) for command, decide in routing_decide.DECIDE.items()},
    **{command: ("tasks", decide) for command, decide in tasks_decide.DECIDE.items()},
    **{command: ("modes", decide) for command, decide in modes_decide.DECIDE.items()},
    **{ends: ("calls", _forgetting(calls_decide.DECIDE[ends])) for ends in _ENDS_LEGS},
}
ACROSS: Final[Mapping[type[Command], _Decide]] = {
    **transferring.DECIDE,
    **watching.DECIDE,
    **calling_out.DECIDE,
    **overflowing.DECIDE,
    **moving.DECIDE,
    **calling_back.DECIDE,
    **announcing.DECIDE,
}
"""What is decided on the whole cell, since it would be half done otherwise."""


def decide(state: CellState, now: InstantUs, command: Command) -> Decision | Refusal:
    """What a command leads to; changes nothing."""
    found = DECIDE.get(type(command))
    if found is not None:
        area, function = found
        return function(getattr(state, area), now, command)
    if isinstance(command, Configure):
        return configure(state, now, command)
    across = ACROSS.get(type(command))
    if across is not None:
        return across(state, now, command)
    return Refusal("unknown_command", {"command": type(command).__name__})


# --- folding ---


def _contact(event: Event) -> ContactId:
    assert event.contact is not None, event
    return event.contact


def _configured(state: CellState, event: CentreConfigured, at: InstantUs) -> None:
    floor = event.floor
    state.configured = floor.version
    calls_folds.configured(state.calls, floor)
    familiar_model.configured(state.familiar, floor)
    flows_model.configured(state.flows, floor)
    queues_model.configured(state.queues, floor)
    agents_model.configured(state.agents, floor)
    routing_index.configured(state.routing, floor)
    tasks_model.configured(state.tasks, floor)
    modes_model.configured(state.modes, floor)
    moving.configured(state, floor)
    seats = state.routing.seats
    estimates_model.configured(state.estimates, floor, seats, at)


def _arrived(state: CellState, event: calls.CallArrived, at: InstantUs) -> None:
    calls_folds.arrived(state.calls, event, at)
    if event.person:
        client = ClientId(event.owner)
        familiar_model.arrived(state.familiar, _contact(event), client, event.person, at)


def _contact_ended(state: CellState, event: calls.ContactEnded, at: InstantUs) -> None:
    contact = _contact(event)
    calls_folds.contact_ended(state.calls, event, at)
    familiar_model.ended(state.familiar, contact)
    flows_model.over(state.flows, contact)
    queues_model.contact_ended(state.queues, contact)
    routing_standing.contact_ended(state.routing, contact)


def _rescued(state: CellState, event: flows.FlowRescued, at: InstantUs) -> None:
    """A rescue may come in the step in which its contact ended: then there's nothing to save."""
    call = state.calls.calls.get(_contact(event))
    if call is not None and call.ended_at is None:
        flows_model.rescued(state.flows, event)
        calls_folds.rescued(call)


def _queued(state: CellState, event: queues.ContactQueued, at: InstantUs) -> None:
    queues_model.queued(state.queues, event, at)
    calls_folds.waits(state.calls, _contact(event))
    routing_standing.queued(
        state.routing,
        _contact(event),
        event.queue,
        event.ring,
        event.asked,
        event.since,
        event.only,
        stands=event.callback is None or event.callback.not_before <= at,
        calls_first=event.callback is not None and event.callback.customer_first,
    )


def _stands(state: CellState, event: queues.CallbackStands, at: InstantUs) -> None:
    queues_model.stands(state.queues, event, at)
    routing_standing.stands(state.routing, _contact(event), event.on_line)


def _asks(
    state: CellState, event: queues.RingWidened | queues.PriorityChanged, at: InstantUs
) -> None:
    queues_model.asks(state.queues, event)
    routing_standing.widened(state.routing, _contact(event), event.ring, event.asked)


def _dequeued(state: CellState, event: queues.ContactDequeued, at: InstantUs) -> None:
    queues_model.dequeued(state.queues, event)
    if not event.callback:
        entered = InstantUs(at - event.waited_us)
        routing_promises.counted(
            state.routing, event.queue, event.outcome, event.short, event.in_target, entered, at
        )
    routing_standing.dequeued(state.routing, _contact(event))


def _call_answered(state: CellState, event: calls.CallAnswered, at: InstantUs) -> None:
    calls_folds.call_answered(state.calls, event)
    callbacks_model.answered(state.callbacks, _contact(event))


def _promised(state: CellState, event: calls.CallbackPromised, at: InstantUs) -> None:
    contact = _contact(event)
    calls_folds.promised(state.calls, event, at)
    state.callbacks.promises[contact] = callbacks_model.Promise(
        ClientId(event.owner),
        event.first,
        event.queue,
        event.number,
        event.asked,
        event.since,
        event.not_before,
        event.until,
        event.tries,
        event.retry_us,
        event.customer_first,
        event.waiting,
    )
    client = ClientId(event.owner)
    flows_model.promised(state.flows, contact, client, event.queue, event.since)


def _assigned(state: CellState, event: routing.Assigned, at: InstantUs) -> None:
    contact = _contact(event)
    calls_folds.assigned(state.calls, contact)
    queues_model.ringing(state.queues, contact, event.agent, event.offer)
    routing_standing.assigned(state.routing, contact, event.agent, event.offer, at)


def _offer_ended(state: CellState, event: agents.OfferEnded, at: InstantUs) -> None:
    contact = _contact(event)
    familiar_model.lost(state.familiar, contact, event.agent)
    queues_model.not_taken(state.queues, contact, event.offer)
    withdrawn = event.why == "caller_left"
    routing_standing.not_taken(state.routing, contact, event.agent, event.offer, withdrawn)


def _signed_in(state: CellState, event: agents.AgentSignedIn, at: InstantUs) -> None:
    agents_model.signed_in(state.agents, event, at)
    routing_standing.set_state(state.routing, event.agent, "away", at)
    tasks_model.here(state.tasks, event.agent, True)


def _signed_out(state: CellState, event: agents.AgentSignedOut, at: InstantUs) -> None:
    agents_model.signed_out(state.agents, event, at)
    routing_standing.set_state(state.routing, event.agent, "out", at)
    tasks_model.here(state.tasks, event.agent, False)


def _ready(state: CellState, event: agents.AgentReady | agents.AgentWorks, at: InstantUs) -> None:
    """To the router who works on a task is ready, with something in hand."""
    agents_model.ready(state.agents, event, at)
    routing_standing.set_state(state.routing, event.agent, "ready", at)
    if event.agent not in state.estimates.here:
        _serves(state, event.agent, at)


def _serves(state: CellState, agent: AgentId, at: InstantUs) -> None:
    """Estimates count on somebody, as routing sees them."""
    seat = state.routing.seats[agent]
    estimates_model.comes(state.estimates, agent, seat.skills, seat.team, at)


def _moved(state: CellState, event: agents.AgentMoved | agents.AgentPutBack, at: InstantUs) -> None:
    if isinstance(event, agents.AgentMoved):
        moving.moved(state, event)
    else:
        moving.back(state, event)
    if event.agent in state.estimates.here:
        _serves(state, event.agent, at)


def _away(state: CellState, event: agents.AgentAway, at: InstantUs) -> None:
    agents_model.away(state.agents, event, at)
    routing_standing.set_state(state.routing, event.agent, "away", at)


def _offered(state: CellState, event: agents.AgentOffered, at: InstantUs) -> None:
    """Routing knows of its own assignments; of a consultation it learns here."""
    agents_model.offered(state.agents, event, at)
    if event.kind is not SegmentKind.ANSWER:
        routing_standing.set_state(state.routing, event.agent, "busy", at)


def _taken(state: CellState, event: agents.OfferTaken, at: InstantUs) -> None:
    agents_model.taken(state.agents, event, at)
    familiar_model.taken(state.familiar, _contact(event), event.agent, event.queue, event.kind, at)


def _turned(state: CellState, event: agents.SegmentTurned, at: InstantUs) -> None:
    agents_model.turned(state.agents, event, at)
    familiar_model.turned(state.familiar, _contact(event), event.agent, event.kind)


def _wrap_up_started(state: CellState, event: agents.WrapUpStarted, at: InstantUs) -> None:
    agents_model.wrap_up_started(state.agents, event, at)
    familiar_model.talked(state.familiar, _contact(event), event.agent, at)


def _segment_closed(state: CellState, event: agents.SegmentClosed, at: InstantUs) -> None:
    agents_model.segment_closed(state.agents, event)
    familiar_model.talked(state.familiar, _contact(event), event.agent, at)


def _watch_set(state: CellState, event: calls.WatchSet, at: InstantUs) -> None:
    calls_folds.watch_set(state.calls, event)
    agents_model.watch_set(state.agents, event.agent, event.mode)


def _phone_known(state: CellState, event: agents.PhoneKnown, at: InstantUs) -> None:
    agents_model.phone_known(state.agents, event)
    tasks_model.phone(state.tasks, event.agent, True)


def _phone_gone(state: CellState, event: agents.PhoneGone, at: InstantUs) -> None:
    agents_model.phone_gone(state.agents, event)
    tasks_model.phone(state.tasks, event.agent, False)


_Fold = Callable[[CellState, Any, InstantUs], None]
_c, _a, _f = calls_folds, agents_model, flows_model


def _nothing(state: CellState, event: Event, at: InstantUs) -> None:
    """An event that reports follow, and no state."""


_FOLDS: Final[Mapping[type[Event], _Fold]] = {
    CentreConfigured: _configured,
    calls.CallArrived: _arrived,
    calls.CallAnswered: _call_answered,
    calls.CallAcknowledged: lambda s, e, at: _c.acknowledged(s.calls, e),
    calls.MatrixChanged: lambda s, e, at: _c.matrix_changed(s.calls, e, at),
    calls.PlayFinished: lambda s, e, at: _c.play_finished(s.calls, e),
    calls.CollectionStarted: lambda s, e, at: _c.collection_started(s.calls, e),
    calls.CollectionEnded: lambda s, e, at: _c.collection_ended(s.calls, e),
    calls.LegDialled: lambda s, e, at: _c.leg_dialled(s.calls, e, at),
    calls.LegConnected: lambda s, e, at: _c.leg_connected(s.calls, e, at),
    calls.LegEnding: lambda s, e, at: _c.leg_ending(s.calls, e, at),
    calls.LegEnded: lambda s, e, at: _c.leg_ended(s.calls, e),
    calls.LegAsked: lambda s, e, at: _c.asked(s.calls, e),
    calls.LegFound: lambda s, e, at: _c.found(s.calls, e),
    calls.PartyHeld: lambda s, e, at: _c.held(s.calls, e),
    calls.PartiesMerged: lambda s, e, at: _c.merged(s.calls, e),
    calls.HostChanged: lambda s, e, at: _c.host_changed(s.calls, e),
    calls.AgentInvited: lambda s, e, at: _c.invited(s.calls, e),
    calls.CallerReturned: lambda s, e, at: _c.returned(s.calls, e),
    calls.TransferStarted: lambda s, e, at: _c.transfer_started(s.calls, e),
    calls.TransferCompleted: lambda s, e, at: _c.transfer_over(s.calls, e),
    calls.TransferFailed: lambda s, e, at: _c.transfer_over(s.calls, e),
    calls.WatchSet: _watch_set,
    calls.WatcherJoined: lambda s, e, at: _c.watcher_joined(s.calls, e),
    calls.AgentWhispered: lambda s, e, at: _c.whispered(s.calls, e),
    calls.LineInterrupted: lambda s, e, at: _c.interrupted(s.calls, e, at),
    calls.RecordingPaused: lambda s, e, at: _c.paused(s.calls, e),
    calls.CallMade: lambda s, e, at: _c.made(s.calls, e, at),
    calls.CallbackPromised: _promised,
    calls.CallbackClosed: lambda s, e, at: callbacks_model.closed(s.callbacks, _contact(e)),
    calls.MediaServing: lambda s, e, at: _c.serving(s.calls, e),
    calls.TrackStarted: lambda s, e, at: _c.track_started(s.calls, e),
    calls.TrackEnded: lambda s, e, at: _c.track_over(s.calls, e),
    calls.TrackLost: lambda s, e, at: _c.track_over(s.calls, e),
    calls.LegQuality: lambda s, e, at: _c.measured(s.calls, e),
    calls.CallCleared: lambda s, e, at: _c.cleared(s.calls, e),
    calls.ContactEnded: _contact_ended,
    flows.FlowStarted: lambda s, e, at: _f.started(s.flows, e),
    flows.FlowAdvanced: lambda s, e, at: _f.advanced(s.flows, e, at),
    flows.CallbackOffered: lambda s, e, at: _f.offered(s.flows, e, at),
    flows.MusicResumed: lambda s, e, at: _f.resumed(s.flows, e, at),
    flows.FlowRescued: _rescued,
    flows.WaitAnnounced: lambda s, e, at: _f.announced(s.flows, e),
    queues.ContactQueued: _queued,
    queues.CallbackStands: _stands,
    queues.RingWidened: _asks,
    queues.PriorityChanged: _asks,
    queues.ContactDequeued: _dequeued,
    queues.ContactTurnedAway: _nothing,
    routing.Assigned: _assigned,
    routing.TurnCame: lambda s, e, at: routing_standing.turn_came(s.routing, _contact(e)),
    routing.AgentRests: _nothing,
    routing.AgentRested: lambda s, e, at: routing_standing.rested(s.routing, e.agent, at),
    agents.AgentSignedIn: _signed_in,
    agents.AgentSignedOut: _signed_out,
    agents.AgentReady: _ready,
    agents.AgentWorks: _ready,
    agents.WorkBegan: lambda s, e, at: _a.work_began(s.agents, e, at),
    agents.WorkEnded: lambda s, e, at: _a.work_ended(s.agents, e),
    agents.AgentAway: _away,
    agents.AgentOffered: _offered,
    agents.OfferTaken: _taken,
    agents.OfferEnded: _offer_ended,
    agents.SegmentTurned: _turned,
    agents.WatchStarted: lambda s, e, at: _a.watch_started(s.agents, e),
    agents.WatchEnded: lambda s, e, at: _a.watch_ended(s.agents, e),
    agents.PauseAsked: _nothing,
    agents.PickUpAsked: _nothing,
    agents.HoldAsked: _nothing,
    agents.HangUpAsked: _nothing,
    agents.HoldMarked: lambda s, e, at: _a.hold_marked(s.agents, e, at),
    agents.WrapUpStarted: _wrap_up_started,
    agents.WrapUpNoted: lambda s, e, at: _a.wrap_up_noted(s.agents, e),
    agents.NextStateChosen: lambda s, e, at: _a.next_chosen(s.agents, e),
    agents.WrapUpExtended: lambda s, e, at: _a.wrap_up_extended(s.agents, e),
    agents.NoteDrafted: lambda s, e, at: _a.note_drafted(s.agents, e),
    agents.SegmentClosed: _segment_closed,
    agents.SegmentCompleted: lambda s, e, at: _a.segment_completed(s.agents, e),
    agents.AgentChanged: _nothing,
    agents.AgentMoved: _moved,
    agents.AgentPutBack: _moved,
    agents.HandRaised: lambda s, e, at: _a.hand_raised(s.agents, e),
    agents.TeamTold: lambda s, e, at: _a.told(s.agents, e, at),
    agents.PhoneKnown: _phone_known,
    agents.PhoneGone: _phone_gone,
    **mode_folds.FOLDS,
    **task_folds.FOLDS,
}


def _estimated(kind: type[Event], fold: _Fold) -> _Fold:
    """Estimates are folded from what other areas know as well."""
    also = estimating.FOLDS.get(kind)
    if also is None:
        return fold

    def folded(state: CellState, event: Event, at: InstantUs) -> None:
        fold(state, event, at)
        also(state.estimates, event, at)

    return folded


FOLDS: Final[Mapping[type[Event], _Fold]] = {
    kind: _estimated(kind, fold) for kind, fold in _FOLDS.items()
}


# --- the registry ---


def _registered(event: type[Event]) -> str:
    area = event.__module__.split(".")[-2]  # roost.floor.calls.messages → calls
    return f"{area}.{event.__name__}"


EVENTS: Final[Mapping[str, type[Event]]] = {_registered(event): event for event in FOLDS}


ROOM: Final = Room(
    name="floor",
    state_type=CellState,
    initial=CellState,
    decide=decide,
    folds=FOLDS,
    reactions=REACTIONS,
    unfinished=unfinished,
    rescue=rescue,
    events=EVENTS,
    upcasters={},
)
