"""Calls: arrivals, agents' legs, and the table of who decides what.

The legs' own fate is in `lines.py`, what is heard in `hearing.py`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.calls import hearing, lines, second_line, talks
from roost.floor.calls import messages as m
from roost.floor.calls.hearing import STALE, live, offered_leg
from roost.floor.calls.model import (
    LEASE_US,
    MOST_CALLS,
    Calls,
    LegState,
)
from roost.floor.calls.parties import Talk
from roost.floor.calls.talks import fails, left, not_reached
from roost.floor.effects import (
    DialAgent,
    NudgePhone,
    RingLeg,
)
from roost.kernel.ends import Reason
from roost.kernel.ids import ContactId, LegId, owner_of
from roost.kernel.messages import NOTHING, Command, Decision, Refusal, Wake
from roost.kernel.time import InstantUs, after


def receive_call(state: Calls, now: InstantUs, command: m.ReceiveCall) -> Decision | Refusal:
    """A caller's INVITE: a contact is made, and rings."""
    known = state.legs.get(command.leg)
    if known is not None:
        return Refusal("known_leg", {"contact": known})
    client = state.numbers.get(command.number)
    if client is None:
        return Refusal("unknown_number", {"number": command.number})
    if len(state.calls) >= MOST_CALLS:
        return Refusal("too_many_calls", {"most": str(MOST_CALLS)})
    contact = ContactId(f"C{state.made + 1}")
    event = m.CallArrived(
        owner=owner_of(client),
        contact=contact,
        leg=command.leg,
        trunk=command.trunk,
        number=command.number,
        caller=command.caller,
        tags=command.tags,
        media=command.media,
        may_call=command.may_call,
        count=state.accounts[client].count + 1,
        person=command.person,
    )
    return Decision(
        (event,), (RingLeg(command.leg), Wake(after(now, LEASE_US), m.CheckContact(contact)))
    )


def ring_agent(state: Calls, now: InstantUs, command: m.RingAgent) -> Decision | Refusal:
    call = live(state, command.contact)
    if call is None:
        return STALE
    leg = LegId(f"{call.id}/a{call.legs_made + 1}")
    event = m.LegDialled(
        owner=call.owner,
        contact=call.id,
        leg=leg,
        agent=command.agent,
        offer=command.offer,
        party=command.party,
    )
    dial = DialAgent(
        leg,
        call.id,
        command.agent,
        call.client,
        call.media,
        call.caller,
        asked=call.own_phone and not call.callback,
    )
    return Decision((event,), (dial,))


def stop_ringing(state: Calls, now: InstantUs, command: m.StopRinging) -> Decision | Refusal:
    """Whatever the phone did meanwhile: this leg isn't wanted."""
    call = live(state, command.contact)
    leg = offered_leg(call, command.offer) if call else None
    if call is not None and leg is None and call.transfer and call.transfer.offer == command.offer:
        talk = Talk(state, call)  # it was never dialled
        fails(talk, command.reason)
        return talk.as_it_stands()
    if call is None or leg is None or leg.state is LegState.ENDING:
        return STALE
    if leg.joined:  # only a rescue takes somebody out of a talk
        rescued = command.reason is Reason.FAULT
        gone = left(state, call, leg, now, None, command.reason, lapsed=True) if rescued else None
        return gone or STALE
    return not_reached(state, call, leg, None, command.reason) or STALE


def media_ready(state: Calls, now: InstantUs, command: m.MediaReady) -> Decision | Refusal:
    if state.media == command.media:
        return NOTHING
    return Decision((m.MediaServing(media=command.media),))


def nudge_agent(state: Calls, now: InstantUs, command: m.NudgeAgent) -> Decision | Refusal:
    call = live(state, command.contact)
    leg = offered_leg(call, command.offer) if call else None
    if leg is None or leg.state is not LegState.DIALLED:
        return STALE
    return Decision(effects=(NudgePhone(leg.id),))


DECIDE: Final[Mapping[type[Command], Callable[[Calls, InstantUs, Any], Decision | Refusal]]] = {
    m.ReceiveCall: receive_call,
    m.LegRang: lines.leg_rang,
    m.LegAnswered: lines.leg_answered,
    m.LegFailed: lines.leg_failed,
    m.LegClosed: lines.leg_closed,
    m.LegConfirmed: lines.leg_confirmed,
    m.LegHeld: lines.leg_held,
    m.LinesHeld: second_line.lines_held,
    m.LineClosed: second_line.line_closed,
    m.LegSilent: lines.leg_silent,
    m.LegInterrupted: talks.leg_interrupted,
    m.LegResumed: talks.leg_resumed,
    m.LineLapsed: lines.line_lapsed,
    m.RingLapsed: lines.ring_lapsed,
    m.MediaLost: lines.media_lost,
    m.MediaReady: media_ready,
    m.LeaveCall: lines.leave_call,
    m.PauseTracks: talks.pause_tracks,
    m.PlayEnded: talks.play_ended,
    m.DigitsCollected: hearing.digits_collected,
    m.TrackClosed: hearing.track_closed,
    m.LegMeasured: lines.leg_measured,
    m.AnswerCaller: hearing.answer_caller,
    m.Speak: hearing.speak,
    m.Listen: hearing.listen,
    m.TakeMessage: hearing.take_message,
    m.RingAgent: ring_agent,
    m.StopRinging: stop_ringing,
    m.NudgeAgent: nudge_agent,
    m.Bridge: talks.bridge,
    m.CallCustomer: talks.call_customer,
    m.HoldCaller: talks.hold_caller,
    m.EndContact: lines.end_contact,
    m.CheckContact: lines.check_contact,
}
