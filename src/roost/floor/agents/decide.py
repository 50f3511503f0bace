"""What an agent does, what a phone does, and what follows for presence."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.agents import helping, writing_up
from roost.floor.agents import messages as m
from roost.floor.agents.known import STALE
from roost.floor.agents.known import known as _known
from roost.floor.agents.model import SHIFT_OVER, Agent, Agents, Handling, Presence
from roost.kernel.ends import Reason
from roost.kernel.ids import AgentId, OfferId, SegmentId, VaultId, owner_of
from roost.kernel.messages import NOTHING, Command, Decision, Event, Refusal, Wake
from roost.kernel.time import DurationUs, InstantUs, after, between

WHY: Final[Mapping[Reason, str]] = {
    Reason.NO_ANSWER: "no_answer",
    Reason.DECLINED: "declined",
    Reason.BUSY: "declined",
}
"""How a phone's failure reads as the agent's reason to be away; any other: unreachable."""


def _with(state: Agents, id: AgentId, offer: OfferId, *presences: Presence) -> Agent | None:
    """The agent, if this very offer is in hand, in one of these states."""
    agent = state.agents.get(id)
    if agent is None or agent.handling is None or agent.handling.offer != offer:
        return None
    return agent if agent.presence in presences else None


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
    return Decision((m.AgentSignedOut(agent=agent.id),))


def send_home(state: Agents, now: InstantUs, command: m.SendHome) -> Decision | Refusal:
    """Somebody who has gone home: what they were writing up is closed as it is."""
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    out = m.AgentSignedOut(agent=agent.id, sent_home=True)
    if agent.handling is None:
        return Decision((out,))
    if agent.presence is not Presence.WRAPPING:
        return Refusal("contact_open", {"contact": agent.handling.contact})
    return _close(state, agent, agent.handling, now, agent.handling.code, then=out)


def go_ready(state: Agents, now: InstantUs, command: m.GoReady | m.BringBack) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if not agent.phone:
        return Refusal("no_phone", {"agent": agent.id})
    if agent.presence is Presence.READY:
        return Refusal("already_ready", {"agent": agent.id})
    handling = agent.handling
    if handling is None:
        return Decision((_ready(agent),))
    if agent.presence is Presence.TALKING:
        return Decision((m.NextStateChosen(agent=agent.id, reason=""),))
    if agent.presence is Presence.OFFERED:
        return Refusal("contact_open", {"contact": handling.contact})
    own = isinstance(command, m.GoReady)
    if own and state.rules[handling.queue].code_required and not handling.code:
        return Refusal("code_missing", {"contact": handling.contact})
    return _close(state, agent, handling, now, handling.code, then=_free(agent, ""))


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


def hold(state: Agents, now: InstantUs, command: m.Hold) -> Decision | Refusal:
    agent = _known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    handling = agent.handling
    if handling is None or agent.presence is not Presence.TALKING:
        return Refusal("no_contact", {"agent": agent.id})
    if (handling.held_at is not None) == command.held:
        return Refusal("already_so", {"agent": agent.id})
    return Decision((m.HoldAsked(contact=handling.contact, agent=agent.id, held=command.held),))


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
    closed = _close(state, agent, handling, now, noted.code, note=noted.note)
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
    if agent.presence is Presence.READY:
        return Decision((gone, m.AgentAway(agent=agent.id, reason="unreachable")))
    return Decision((gone,))


# --- the offer ---


def offer(state: Agents, now: InstantUs, command: m.Offer) -> Decision | Refusal:
    agent = state.agents.get(command.agent)
    if agent is None or agent.presence is not Presence.READY:
        return STALE
    event = m.AgentOffered(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        queue=command.queue,
        client=command.client,
        ring_us=command.ring_us,
    )
    lapse = Wake(after(now, command.ring_us), m.OfferLapsed(agent.id, command.offer))
    return Decision((event,), (lapse,))


def offer_lapsed(state: Agents, now: InstantUs, command: m.OfferLapsed) -> Decision | Refusal:
    agent = _with(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    return _not_taken(agent, agent.handling, now, "no_answer")


def offer_failed(state: Agents, now: InstantUs, command: m.OfferFailed) -> Decision | Refusal:
    agent = _with(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    return _not_taken(agent, agent.handling, now, WHY.get(command.reason, "unreachable"))


def return_contact(state: Agents, now: InstantUs, command: m.ReturnContact) -> Decision | Refusal:
    """Accepted, but gone before anyone was heard: as if it had been declined."""
    agent = _with(state, command.agent, command.offer, Presence.TALKING)
    if agent is None or agent.handling is None:
        return STALE
    return _not_taken(agent, agent.handling, now, "declined")


def _not_taken(agent: Agent, handling: Handling, now: InstantUs, why: str) -> Decision:
    """The offer is over, and the agent is away until they say otherwise."""
    if agent.removed:
        then: Event = m.AgentSignedOut(agent=agent.id)
    else:
        then = m.AgentAway(agent=agent.id, reason=agent.next or why)
    drops = () if handling.note is None else (handling.note,)
    return Decision((_ended(agent, handling, now, why), then), drops=drops)


def _ended(agent: Agent, handling: Handling, now: InstantUs, why: str) -> m.OfferEnded:
    return m.OfferEnded(
        contact=handling.contact,
        agent=agent.id,
        offer=handling.offer,
        why=why,
        rang_us=handling.rang_us or between(handling.offered_at, now),
    )


def withdraw_offer(state: Agents, now: InstantUs, command: m.WithdrawOffer) -> Decision | Refusal:
    agent = _with(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    return Decision((_ended(agent, agent.handling, now, "caller_left"), _free(agent, agent.next)))


def undo_offer(state: Agents, now: InstantUs, command: m.UndoOffer) -> Decision | Refusal:
    """The agent never knew of it, and keeps the idle time."""
    agent = state.agents.get(command.agent)
    if agent is None or agent.presence is not Presence.READY:
        return STALE
    ended = m.OfferEnded(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        why="caller_left",
        rang_us=DurationUs(0),
    )
    return Decision((ended, _ready(agent)))


def accept_offer(state: Agents, now: InstantUs, command: m.AcceptOffer) -> Decision | Refusal:
    agent = _with(state, command.agent, command.offer, Presence.OFFERED)
    if agent is None or agent.handling is None:
        return STALE
    handling = agent.handling
    event = m.OfferTaken(
        contact=handling.contact,
        agent=agent.id,
        offer=handling.offer,
        segment=segment_of(handling),
        queue=handling.queue,
        client=handling.client,
        rang_us=between(handling.offered_at, now),
    )
    return Decision((event,))


def segment_of(handling: Handling) -> SegmentId:
    """An offer that's taken becomes the segment of the same number."""
    number = handling.offer.rpartition("/o")[2]
    return SegmentId(f"{handling.contact}/s{number}")


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
    """Wrap-up begins, unless the queue has none or its code is given already."""
    agent = _with(state, command.agent, command.offer, Presence.TALKING)
    if agent is None or agent.handling is None:
        return STALE
    handling = agent.handling
    limit = state.rules[handling.queue].limit_us
    if handling.code or not limit:
        return _close(state, agent, handling, now, handling.code, left_at=now)
    until = after(now, limit)
    event = m.WrapUpStarted(
        contact=handling.contact, agent=agent.id, offer=handling.offer, until=until
    )
    return Decision((event,), (Wake(until, m.WrapUpLapsed(agent.id, handling.offer)),))


def wrap_up_lapsed(state: Agents, now: InstantUs, command: m.WrapUpLapsed) -> Decision | Refusal:
    """The limit, unless it has been extended since."""
    agent = _with(state, command.agent, command.offer, Presence.WRAPPING)
    if agent is None or agent.handling is None or now < agent.handling.until:
        return STALE
    return _close(state, agent, agent.handling, now, agent.handling.code)


def _close(
    state: Agents,
    agent: Agent,
    handling: Handling,
    now: InstantUs,
    code: str,
    note: VaultId | None = None,
    then: m.AgentReady | m.AgentAway | m.AgentSignedOut | None = None,
    left_at: InstantUs | None = None,
) -> Decision:
    """The segment's measured quantities, and the agent's next state. A code that nobody chose
    to leave out may be given later."""
    assert handling.segment is not None
    rule = state.rules[handling.queue]
    asked = rule.code_required or (now >= handling.until and left_at is None)
    left = handling.left_at if left_at is None else left_at
    held = handling.hold_us
    if left_at is not None and handling.held_at is not None:
        held = DurationUs(held + left_at - handling.held_at)
    if then is None:
        then = _free(agent, agent.next)
    segment = m.SegmentClosed(
        owner=owner_of(handling.client),
        contact=handling.contact,
        agent=agent.id,
        segment=handling.segment,
        queue=handling.queue,
        rang_us=handling.rang_us,
        talk_us=DurationUs(left - handling.taken_at - held),
        hold_us=held,
        wrap_up_us=between(left, now),
        code=code or "none",
        note=handling.note if note is None else note,
        ready_for=then.ready_for,
        to_complete=not code and asked and bool(rule.codes),
    )
    return Decision((segment, then))


def _free(agent: Agent, next_reason: str | None) -> m.AgentReady | m.AgentAway | m.AgentSignedOut:
    """What an agent is, whose contact is finished."""
    if agent.removed:
        return m.AgentSignedOut(agent=agent.id)
    if next_reason:
        return m.AgentAway(agent=agent.id, reason=next_reason)
    if not agent.phone:
        return m.AgentAway(agent=agent.id, reason="unreachable")
    return _ready(agent)


def _ready(agent: Agent) -> m.AgentReady:
    return m.AgentReady(agent=agent.id, ready_for=agent.clients)


DECIDE: Final[Mapping[type[Command], Callable[[Agents, InstantUs, Any], Decision | Refusal]]] = {
    m.SignIn: sign_in,
    m.SignOut: sign_out,
    m.GoReady: go_ready,
    m.GoAway: go_away,
    m.TakeOffer: take_offer,
    m.DeclineOffer: decline_offer,
    m.Hold: hold,
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
    m.OfferLapsed: offer_lapsed,
    m.OfferFailed: offer_failed,
    m.WithdrawOffer: withdraw_offer,
    m.UndoOffer: undo_offer,
    m.AcceptOffer: accept_offer,
    m.LeaveContact: leave_contact,
    m.ReturnContact: return_contact,
    m.MarkHeld: mark_held,
    m.WrapUpLapsed: wrap_up_lapsed,
}
