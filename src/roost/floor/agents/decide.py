"""What an agent does, what a phone does, and what follows for presence."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.agents import helping, others, working, writing_up
from roost.floor.agents import messages as m
from roost.floor.agents.closing import (
    WHY,
    as_before,
    close,
    free,
    having,
    offer_ended,
    ready_now,
    segment_of,
)
from roost.floor.agents.known import STALE
from roost.floor.agents.known import known as _known
from roost.floor.agents.model import SHIFT_OVER, Agent, Agents, Handling, Presence
from roost.floor.parties import SegmentKind
from roost.kernel.messages import NOTHING, Command, Decision, Event, Refusal, Wake
from roost.kernel.time import DurationUs, InstantUs, after, between

# --- what an agent asks for ---


def sign_in(state: Agents, now: InstantUs, command: m.SignIn) -> Decision | Refusal:
    agent = state.agents.get(command.agent)
    if agent is None or agent.removed:
        return Refusal("unknown_agent", {"agent": command.agent})
    if agent.presence is not Presence.SIGNED_OUT:
        return Refusal("already_signed_in", {"agent": command.agent})
    return Decision((m.AgentSignedIn(agent=agent.id),))


def sign_out(state: Agents, now: InstantUs, command: m.SignOut) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if agent.handling is not None:
        return Refusal("contact_open", {"contact": agent.handling.contact})
    if agent.watching is not None:
        return Refusal("watching", {"agent": agent.watching.of})
    return Decision((m.AgentSignedOut(agent=agent.id),))


def send_home(state: Agents, now: InstantUs, command: m.SendHome) -> Decision | Refusal:
    """Somebody who has gone home: what they were writing up is closed as it is."""
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if agent.watching is not None:
        return Refusal("watching", {"agent": agent.watching.of})
    out = m.AgentSignedOut(agent=agent.id, sent_home=True)
    if agent.handling is None:
        return Decision((out,))
    if agent.presence is not Presence.WRAPPING:
        return Refusal("contact_open", {"contact": agent.handling.contact})
    return close(state, agent, agent.handling, now, agent.handling.code, then=out)


def go_ready(state: Agents, now: InstantUs, command: m.GoReady | m.BringBack) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if not agent.phone:
        return Refusal("no_phone", {"agent": agent.id})
    if agent.watching is not None:
        return Refusal("watching", {"agent": agent.watching.of})
    if agent.presence in (Presence.READY, Presence.WORKING):
        return Refusal("already_ready", {"agent": agent.id})
    handling = agent.handling
    if handling is None:
        return Decision((ready_now(agent),))
    if agent.presence is Presence.TALKING:
        return Decision((m.NextStateChosen(agent=agent.id, reason=""),))
    if agent.presence is Presence.OFFERED:
        return Refusal("contact_open", {"contact": handling.contact})
    own = isinstance(command, m.GoReady)
    if own and state.rules[handling.queue].code_required and not handling.code:
        return Refusal("code_missing", {"contact": handling.contact})
    return close(state, agent, handling, now, handling.code, then=free(agent, ""))


def go_away(state: Agents, now: InstantUs, command: m.GoAway) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if command.reason not in state.away_reasons and command.reason != SHIFT_OVER:
        return Refusal("unknown_reason", {"reason": command.reason})
    if agent.handling is not None:
        return Decision((m.NextStateChosen(agent=agent.id, reason=command.reason),))
    return Decision((m.AgentAway(agent=agent.id, reason=command.reason),))


def take_offer(state: Agents, now: InstantUs, command: m.TakeOffer) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if agent.handling is None or agent.presence is not Presence.OFFERED:
        return Refusal("no_offer", {"agent": agent.id})
    handling = agent.handling
    return Decision(
        (m.PickUpAsked(contact=handling.contact, agent=agent.id, offer=handling.offer),)
    )


def decline_offer(state: Agents, now: InstantUs, command: m.DeclineOffer) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if agent.handling is None or agent.presence is not Presence.OFFERED:
        return Refusal("no_offer", {"agent": agent.id})
    return _not_taken(agent, agent.handling, now, "declined")


def hang_up(state: Agents, now: InstantUs, command: m.HangUp) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    handling = agent.handling
    if handling is None or agent.presence is not Presence.TALKING:
        return Refusal("no_contact", {"agent": agent.id})
    return Decision(
        (m.HangUpAsked(contact=handling.contact, agent=agent.id, offer=handling.offer),)
    )


def wrap_up(state: Agents, now: InstantUs, command: m.WrapUp) -> Decision | Refusal:
    """Given while still talking, it's kept, and the segment closes with the talk."""
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    handling = agent.handling
    if handling is None or agent.presence not in (Presence.TALKING, Presence.WRAPPING):
        return Refusal("nothing_to_wrap_up", {"agent": agent.id})
    rule = state.rules[handling.queue]
    if command.code not in rule.codes and (command.code or rule.code_required):
        return Refusal("unknown_code", {"code": command.code})
    noted = m.WrapUpNoted(
        contact=handling.contact,
        agent=agent.id,
        offer=handling.offer,
        code=command.code or "none",
        note=handling.note if command.note is None else command.note,
    )
    drops = writing_up.replaced(handling.note, command.note)
    if agent.presence is Presence.TALKING:
        return Decision((noted,), drops=drops)
    closed = close(state, agent, handling, now, noted.code, note=noted.note)
    return Decision(closed.events, closed.effects, drops)


# --- phones ---


def phone_registered(
    state: Agents, now: InstantUs, command: m.PhoneRegistered
) -> Decision | Refusal:
    """A renewal stays in memory: only a phone that was not there is news."""
    agent = state.agents.get(command.agent)
    if agent is None:
        return Refusal("unknown_agent", {"agent": command.agent})
    return NOTHING if agent.phone else Decision((m.PhoneKnown(agent=agent.id),))


def phone_lapsed(state: Agents, now: InstantUs, command: m.PhoneLapsed) -> Decision | Refusal:
    """Who is ready without a phone can't be rung. A contact in hand is not disturbed."""
    agent = state.agents.get(command.agent)
    if agent is None or not agent.phone:
        return STALE
    gone = m.PhoneGone(agent=agent.id)
    if agent.presence in (Presence.READY, Presence.WORKING):
        return Decision((gone, m.AgentAway(agent=agent.id, reason="unreachable")))
    return Decision((gone,))


# --- the offer ---


def offer(state: Agents, now: InstantUs, command: m.Offer) -> Decision | Refusal:
    agent = state.agents.get(command.agent)
    if agent is None or not agent.reachable:
        return STALE
    event = m.AgentOffered(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        queue=command.queue,
        client=command.client,
        ring_us=command.ring_us,
        kind=command.kind,
    )
    lapse = Wake(after(now, command.ring_us), m.OfferLapsed(agent.id, command.offer))
    return Decision((event,), (lapse,))


def offer_lapsed(state: Agents, now: InstantUs, command: m.OfferLapsed) -> Decision | Refusal:
    agent = having(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    return _not_taken(agent, agent.handling, now, "no_answer")


def offer_failed(state: Agents, now: InstantUs, command: m.OfferFailed) -> Decision | Refusal:
    agent = having(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    return _not_taken(agent, agent.handling, now, WHY.get(command.reason, "unreachable"))


def return_contact(state: Agents, now: InstantUs, command: m.ReturnContact) -> Decision | Refusal:
    """Accepted, but gone before anyone was heard: as if it had been declined."""
    agent = having(state, command.agent, command.offer, Presence.TALKING)
    if agent is None or agent.handling is None:
        return STALE
    return _not_taken(agent, agent.handling, now, "declined")


def _not_taken(agent: Agent, handling: Handling, now: InstantUs, why: str) -> Decision:
    """The offer is over, and the agent is away until they say otherwise."""
    then: Event
    if handling.kind is SegmentKind.OUTBOUND:  # their own wish: as they were before
        then = as_before(agent, handling)
    elif agent.removed:
        then = m.AgentSignedOut(agent=agent.id)
    else:
        then = m.AgentAway(agent=agent.id, reason=agent.next or why)
    drops = () if handling.note is None else (handling.note,)
    return Decision((offer_ended(agent, handling, now, why), then), drops=drops)


def withdraw_offer(state: Agents, now: InstantUs, command: m.WithdrawOffer) -> Decision | Refusal:
    agent = having(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    return Decision(
        (offer_ended(agent, agent.handling, now, "caller_left"), free(agent, agent.next))
    )


def undo_offer(state: Agents, now: InstantUs, command: m.UndoOffer) -> Decision | Refusal:
    """The agent never knew of it, and keeps the idle time."""
    agent = state.agents.get(command.agent)
    if agent is None or agent.presence not in (Presence.READY, Presence.WORKING):
        return STALE
    ended = m.OfferEnded(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        why="caller_left",
        rang_us=DurationUs(0),
    )
    return Decision((ended, ready_now(agent)))


def accept_offer(state: Agents, now: InstantUs, command: m.AcceptOffer) -> Decision | Refusal:
    agent = having(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    handling = agent.handling
    event = m.OfferTaken(
        contact=handling.contact,
        agent=agent.id,
        offer=handling.offer,
        segment=segment_of(handling.contact, handling.offer),
        queue=handling.queue,
        client=handling.client,
        rang_us=between(handling.offered_at, now),
        kind=handling.kind,
    )
    return Decision((event,))


# --- after the talk ---


def mark_held(state: Agents, now: InstantUs, command: m.MarkHeld) -> Decision | Refusal:
    agent = state.agents.get(command.agent)
    if agent is None or agent.handling is None or agent.presence is not Presence.TALKING:
        return STALE
    handling = agent.handling
    if (handling.held_at is not None) == command.held:
        return STALE
    event = m.HoldMarked(
        contact=handling.contact, agent=agent.id, offer=handling.offer, held=command.held
    )
    return Decision((event,))


def leave_contact(state: Agents, now: InstantUs, command: m.LeaveContact) -> Decision | Refusal:
    """Wrap-up begins, unless the queue has none or its code is given already; whoever was only
    consulted has nothing to write up."""
    agent = having(state, command.agent, command.offer, Presence.TALKING)
    if agent is None or agent.handling is None:
        return STALE
    handling = agent.handling
    limit = state.rules[handling.queue].limit_us
    if handling.kind is SegmentKind.CONSULT:
        return close(state, agent, handling, now, handling.code, left_at=now, bare=True)
    if handling.code or not limit:
        return close(state, agent, handling, now, handling.code, left_at=now)
    until = after(now, limit)
    event = m.WrapUpStarted(
        contact=handling.contact, agent=agent.id, offer=handling.offer, until=until
    )
    return Decision((event,), (Wake(until, m.WrapUpLapsed(agent.id, handling.offer)),))


def wrap_up_lapsed(state: Agents, now: InstantUs, command: m.WrapUpLapsed) -> Decision | Refusal:
    """The limit, unless it has been extended since."""
    agent = having(state, command.agent, command.offer, Presence.WRAPPING)
    if agent is None or agent.handling is None or now < agent.handling.until:
        return STALE
    return close(state, agent, agent.handling, now, agent.handling.code)


DECIDE: Final[Mapping[type[Command], Callable[[Agents, InstantUs, Any], Decision | Refusal]]] = {
    m.SignIn: sign_in,
    m.SignOut: sign_out,
    m.GoReady: go_ready,
    m.GoAway: go_away,
    m.TakeOffer: take_offer,
    m.DeclineOffer: decline_offer,
    m.HangUp: hang_up,
    m.WrapUp: wrap_up,
    m.ExtendWrapUp: writing_up.extend_wrap_up,
    m.DraftNote: writing_up.draft_note,
    m.CompleteSegment: writing_up.complete_segment,
    m.RaiseHand: helping.raise_hand,
    m.TellTeam: helping.tell_team,
    m.BringBack: go_ready,
    m.SendHome: send_home,
    m.PhoneRegistered: phone_registered,
    m.PhoneLapsed: phone_lapsed,
    m.Offer: offer,
    m.BeginWork: working.begin_work,
    m.EndWork: working.end_work,
    m.OfferLapsed: offer_lapsed,
    m.OfferFailed: offer_failed,
    m.WithdrawOffer: withdraw_offer,
    m.UndoOffer: undo_offer,
    m.AcceptOffer: accept_offer,
    m.LeaveContact: leave_contact,
    m.ReturnContact: return_contact,
    m.BeginCallOut: others.begin_call_out,
    m.EndCallOut: others.end_call_out,
    m.TurnSegment: others.turn_segment,
    m.BeginSegment: others.begin_segment,
    m.EndWatch: others.end_watch,
    m.MarkHeld: mark_held,
    m.WrapUpLapsed: wrap_up_lapsed,
}
