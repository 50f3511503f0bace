"""A call's legs as signalling and media report them, its leases, and its end.

Late, doubled and reordered messages of the world are refused as `stale`.
"""

from typing import Final

from roost.floor.calls import messages as m
from roost.floor.calls.hearing import STALE, live, offered_leg
from roost.floor.calls.model import (
    ASK_US,
    CLEAR_US,
    HEARD_US,
    LEASE_US,
    MOST_ASKS,
    Call,
    Calls,
    Leg,
    LegState,
    leg_reason,
)
from roost.floor.calls.parties import Talk
from roost.floor.calls.second_line import hold_by_line
from roost.floor.calls.talks import hold, join, left, not_reached, pending, standing
from roost.floor.effects import (
    AskLeg,
    CloseMedia,
    EndLeg,
    FromLeg,
    FromPrompts,
    RefuseLeg,
    Route,
    StopTrack,
    TrackPurpose,
    dialog_of,
)
from roost.floor.parties import Party
from roost.kernel import prompts
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import LegId, PlayId, TrackId, owner_of
from roost.kernel.messages import NOTHING, Decision, Effect, Event, Refusal, Wake
from roost.kernel.time import InstantUs, after

RING_BACK: Final = prompts.built_in("ring-back")


def _leg(state: Calls, leg: LegId) -> tuple[Call, Leg] | None:
    contact = state.legs.get(leg)
    if contact is None:
        return None
    call = state.calls[contact]
    return call, call.legs[leg]


def leg_rang(state: Calls, now: InstantUs, command: m.LegRang) -> Decision | Refusal:
    """An agent's phone rings, as expected. Where a number outside rings, and nothing of it can
    be heard, who called it hears a ring-back tone instead."""
    found = _leg(state, command.leg)
    if found is None or found[1].state is not LegState.DIALLED:
        return STALE
    call, leg = found
    talk, heard = Talk(state, call), FromLeg(leg.id)
    if command.early:
        if not any(_rings(route) for route in call.routes):
            return NOTHING
        talk.matrix()
    elif any(route.source == heard for route in call.routes):
        tone = FromPrompts(PlayId(f"{call.id}/r{call.version + 1}"), (RING_BACK,), repeat=True)
        talk.matrix(
            tuple(Route(tone, one.listener) if one.source == heard else one for one in call.routes)
        )
    else:
        return NOTHING
    return talk.as_it_stands()


def _rings(route: Route) -> bool:
    return isinstance(route.source, FromPrompts) and route.source.prompts == (RING_BACK,)


def leg_answered(state: Calls, now: InstantUs, command: m.LegAnswered) -> Decision | Refusal:
    """A phone that we no longer want is let go at once."""
    found = _leg(state, command.leg)
    if found is None:
        return Decision(
            effects=(EndLeg(command.leg, Reason.CALLER_LEFT),), drops=(dialog_of(command.leg),)
        )
    call, leg = found
    if leg.state is LegState.DIALLED:
        return _connected(state, call, leg)
    if leg.state is LegState.ANSWERED:
        return Decision((m.CallAcknowledged(owner=call.owner, contact=call.id, leg=leg.id),))
    if leg.state is LegState.ENDING:
        return Decision(effects=(EndLeg(leg.id, leg.reason),))
    return STALE


def _connected(state: Calls, call: Call, leg: Leg) -> Decision:
    """An agent's phone is up when the agent has accepted; anybody else takes part at once."""
    event = m.LegConnected(
        owner=call.owner, contact=call.id, leg=leg.id, offer=leg.offer, party=leg.party
    )
    if leg.party is Party.AGENT:
        return Decision((event,))
    if leg.party is Party.WATCHER:
        watched = call.legs.get(leg.watches or "")
        wanted = watched is not None and watched.joined
    elif leg.party is Party.GUEST:
        wanted = call.transfer is not None and call.transfer.leg == leg.id
    else:
        wanted = True
    if wanted:
        return join(state, call, leg, event)
    talk = Talk(state, call)
    talk.tell(event)
    talk.let_go(leg, Reason.CALLER_LEFT)
    return talk.as_it_stands()


def leg_failed(state: Calls, now: InstantUs, command: m.LegFailed) -> Decision | Refusal:
    found = _leg(state, command.leg)
    if found is None or found[1].state not in (LegState.DIALLED, LegState.ENDING):
        return STALE
    return _closed(state, *found, now, command.blame, command.reason)


def leg_closed(state: Calls, now: InstantUs, command: m.LegClosed) -> Decision | Refusal:
    found = _leg(state, command.leg)
    if found is None:
        return STALE
    return _closed(state, *found, now, command.blame, command.reason)


def _closed(
    state: Calls, call: Call, leg: Leg, now: InstantUs, blame: Blame, reason: Reason
) -> Decision:
    ended = _leg_ended(call, leg, blame, reason, now)
    if leg.state is LegState.ENDING or call.ended_at is not None:
        return Decision((ended,))
    if leg.id == call.caller_leg:
        return _end(call, now, blame, _caller_reason(call, reason), ended)
    if leg.joined:
        lapsed = blame is Blame.NETWORK and leg.party is not Party.CUSTOMER
        decision = left(state, call, leg, now, ended, reason, lapsed)
    else:
        decision = not_reached(state, call, leg, ended, reason)
    if decision is not None:
        return decision
    if blame is Blame.CALLER:  # signalling names whoever is at the other end of this leg
        blame = Blame.AGENT
    return _end(call, now, blame, reason, ended)


def leave_call(state: Calls, now: InstantUs, command: m.LeaveCall) -> Decision | Refusal:
    """The agent hangs up at the desk: as the phone's own BYE, but that we send it."""
    call = live(state, command.contact)
    leg = offered_leg(call, command.offer) if call else None
    if call is None or leg is None or leg.state is LegState.ENDING:
        return STALE
    decision = left(state, call, leg, now, None, Reason.HUNG_UP) if leg.joined else None
    return decision or _end(call, now, Blame.AGENT, Reason.HUNG_UP, None)


def ring_lapsed(state: Calls, now: InstantUs, command: m.RingLapsed) -> Decision | Refusal:
    """Nobody took it. A customer whom we called in vain: that's the contact's end."""
    found = _leg(state, command.leg)
    if found is None or found[0].ended_at is not None or found[1].state is not LegState.DIALLED:
        return STALE
    call, leg = found
    decision = not_reached(state, call, leg, None, Reason.NO_ANSWER)
    return decision or _end(call, now, Blame.CALLER, Reason.NO_ANSWER, None)


def line_lapsed(state: Calls, now: InstantUs, command: m.LineLapsed) -> Decision | Refusal:
    """It didn't come back: the leg counts as gone, and its customer waits again."""
    found = standing(state, command.leg)
    if found is None or found[1].lost_at != command.since:
        return STALE
    call, leg = found
    why = Reason.MEDIA_SILENT
    if leg.joined and leg.party is not Party.CUSTOMER:
        decision = left(state, call, leg, now, None, why, lapsed=True)
    else:
        decision = not_reached(state, call, leg, None, why)
    return decision or _end(call, now, Blame.NETWORK, why, None)


def _caller_reason(call: Call, reason: Reason) -> Reason:
    """A caller who hangs up while leaving a message has left it."""
    if reason is Reason.HUNG_UP:
        if not call.answered:
            return Reason.CANCELLED
        if any(track.purpose is TrackPurpose.VOICEMAIL for track in call.tracks.values()):
            return Reason.VOICEMAIL_TAKEN
    return reason


def _leg_ended(
    call: Call, leg: Leg, blame: Blame, reason: Reason, now: InstantUs | None = None
) -> m.LegEnded:
    """`now`, where it's to be told whether the leg was heard in the talk."""
    return m.LegEnded(
        owner=call.owner,
        contact=call.id,
        leg=leg.id,
        agent=leg.agent,
        offer=leg.offer,
        connected=leg.connected,
        blame=blame,
        reason=reason,
        party=leg.party,
        heard=now is not None and leg.joined and now - leg.since >= HEARD_US,
    )


def leg_confirmed(state: Calls, now: InstantUs, command: m.LegConfirmed) -> Decision | Refusal:
    found = _leg(state, command.leg)
    if found is None or not found[1].asks:
        return STALE
    call, leg = found
    return Decision((m.LegFound(owner=call.owner, contact=call.id, leg=leg.id),))


def leg_held(state: Calls, now: InstantUs, command: m.LegHeld) -> Decision | Refusal:
    """The agent's phone has a hold key of its own. A caller's phone may hold us, too: nothing
    of ours changes by that. Back from hold nobody who is consulted is let in on the customer."""
    found = _leg(state, command.leg)
    if found is None:
        return STALE
    call, leg = found
    if leg.id != call.host:
        return NOTHING
    if call.transfer is not None and pending(call) is None and not command.held:
        return hold_by_line(Talk(state, call), leg.id, first=True, second=False)
    return hold(state, call, command.held)


def leg_silent(state: Calls, now: InstantUs, command: m.LegSilent) -> Decision | Refusal:
    """Ask first: a leg may be silent because it's on hold, or suppresses silence."""
    found = _leg(state, command.leg)
    if found is None or found[1].asks or found[1].state is LegState.ENDING:
        return STALE
    call, leg = found
    return _ask(call, [leg], now)


def _ask(call: Call, legs: list[Leg], now: InstantUs) -> Decision:
    owner = owner_of(call.client)
    check = Wake(after(now, ASK_US), m.CheckContact(call.id, asked=True))
    return Decision(
        tuple(
            m.LegAsked(owner=owner, contact=call.id, leg=leg.id, times=leg.asks + 1) for leg in legs
        ),
        (*(AskLeg(leg.id) for leg in legs), check),
    )


def check_contact(state: Calls, now: InstantUs, command: m.CheckContact) -> Decision | Refusal:
    """The contact's lease: its far ends are asked for; who didn't answer three times is gone."""
    call = state.calls.get(command.contact)
    if call is None:
        return STALE
    if call.ended_at is not None:
        return _clear(call, now)
    if not command.asked:
        return _lease(call, now, command)
    late = [leg for leg in call.legs.values() if leg.asks and leg.state is not LegState.ENDING]
    for leg in late:
        if leg.asks >= MOST_ASKS:
            why = Reason.MEDIA_SILENT
            closed = _closed(state, call, leg, now, Blame.NETWORK, why)
            return Decision(closed.events, (EndLeg(leg.id, why), *closed.effects))
    return _ask(call, late, now) if late else STALE


def _lease(call: Call, now: InstantUs, command: m.CheckContact) -> Decision:
    """Whoever hasn't been heard of is asked for; a leg whose end was never reported is over.
    A leg that's being dialled is held by its offer's ring."""
    legs = [
        leg
        for leg in call.legs.values()
        if leg.state not in (LegState.DIALLED, LegState.ENDING) and not leg.asks
    ]
    over = tuple(
        _leg_ended(call, leg, Blame.NETWORK, leg.reason)
        for leg in call.legs.values()
        if leg.state is LegState.ENDING and now - leg.since >= CLEAR_US
    )
    again = Wake(after(now, LEASE_US), command)
    if not legs:
        return Decision(over, (again,))
    asked = _ask(call, legs, now)
    return Decision((*over, *asked.events), (*asked.effects, again))


def _clear(call: Call, now: InstantUs) -> Decision | Refusal:
    """What an ended call is still owed is given up; the world's late words will be stale."""
    assert call.ended_at is not None
    due = after(call.ended_at, CLEAR_US)
    if now < due:
        return Decision(effects=(Wake(due, m.CheckContact(call.id, asked=True)),))
    events: list[Event] = [
        _leg_ended(call, leg, Blame.NETWORK, leg.reason) for leg in call.legs.values()
    ]
    events.extend(_lost(call))
    if call.unmeasured:
        events.append(m.CallCleared(owner=call.owner, contact=call.id))
    return Decision(tuple(events))


def _lost(call: Call) -> list[Event]:
    return [
        m.TrackLost(
            owner=call.owner,
            contact=call.id,
            leg=track.leg,
            track=TrackId(name),
            purpose=track.purpose,
        )
        for name, track in call.tracks.items()
    ]


def media_lost(state: Calls, now: InstantUs, command: m.MediaLost) -> Decision | Refusal:
    """Its calls end with that reason; nobody else's do."""
    events: list[Event] = []
    effects: list[Effect] = []
    for call in state.calls.values():
        if call.media != command.media or (call.callback and not call.legs_made):
            continue
        events.extend(_lost(call))
        if call.ended_at is None:
            ended = _end(call, now, Blame.US, Reason.MEDIA_LOST, None, media=False)
            events.extend(ended.events)
            effects.extend(ended.effects)
    return Decision(tuple(events), tuple(effects))


def _end(
    call: Call,
    now: InstantUs,
    blame: Blame,
    reason: Reason,
    closed: m.LegEnded | None,
    media: bool = True,
) -> Decision:
    """The contact's one end. `closed` is the leg whose end led to it."""
    effects: list[Effect] = []
    for leg in call.legs.values():
        if closed is not None and leg.id == closed.leg:
            continue
        if leg.state is LegState.RINGING:
            effects.append(RefuseLeg(leg.id, reason))
        elif leg.state is not LegState.ENDING:
            effects.append(EndLeg(leg.id, leg_reason(leg, blame, reason)))
    if media:
        effects.extend(
            StopTrack(call.media, track.leg, TrackId(name)) for name, track in call.tracks.items()
        )
        if call.answered or call.early or call.outbound:
            effects.append(CloseMedia(call.id, call.media, tuple(call.unmeasured)))
    effects.append(Wake(after(now, CLEAR_US), m.CheckContact(call.id, asked=True)))
    ended = m.ContactEnded(
        owner=call.owner, contact=call.id, blame=blame, reason=reason, caller=call.caller
    )
    return Decision((ended,) if closed is None else (ended, closed), tuple(effects))


def end_contact(state: Calls, now: InstantUs, command: m.EndContact) -> Decision | Refusal:
    call = live(state, command.contact)
    if call is None:
        return STALE
    return _end(call, now, command.blame, command.reason, None)


def leg_measured(state: Calls, now: InstantUs, command: m.LegMeasured) -> Decision | Refusal:
    call = state.calls.get(command.contact)
    if call is None or command.leg not in call.unmeasured:
        return STALE
    event = m.LegQuality(
        owner=call.owner,
        contact=call.id,
        leg=command.leg,
        received=command.received,
        sent=command.sent,
        lost=command.lost,
        jitter_us=command.jitter_us,
        strangers=command.strangers,
        far_lost=command.far_lost,
        far_jitter_us=command.far_jitter_us,
        round_trip_us=command.round_trip_us,
    )
    return Decision((event,))
