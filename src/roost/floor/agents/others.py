"""Agents in talks with others: calling out, consultations that become transfers, supervisors."""

from roost.floor.agents import messages as m
from roost.floor.agents.closing import WHY, as_before, close, having, offer_ended, segment_of
from roost.floor.agents.known import STALE
from roost.floor.agents.model import Agent, Agents, Presence, Watching
from roost.floor.parties import SegmentKind
from roost.kernel.messages import Decision, Refusal, Wake
from roost.kernel.time import DurationUs, InstantUs, after


def begin_call_out(state: Agents, now: InstantUs, command: m.BeginCallOut) -> Decision | Refusal:
    """The agent's own phone rings for the call that they make."""
    agent = state.agents.get(command.agent)
    at_rest = (Presence.AWAY, Presence.READY, Presence.WORKING)
    if agent is None or agent.presence not in at_rest:
        return STALE
    event = m.AgentOffered(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        queue=command.queue,
        client=command.client,
        ring_us=command.ring_us,
        kind=SegmentKind.OUTBOUND,
    )
    lapse = Wake(after(now, command.ring_us), m.OfferLapsed(agent.id, command.offer))
    return Decision((event,), (lapse,))


def end_call_out(state: Agents, now: InstantUs, command: m.EndCallOut) -> Decision | Refusal:
    """Nobody was reached: no wrap-up, and the state before is restored."""
    agent = having(state, command.agent, command.offer, Presence.OFFERED, Presence.TALKING)
    if agent is None or agent.handling is None:
        return STALE
    handling = agent.handling
    if agent.presence is Presence.OFFERED:
        ended = offer_ended(agent, handling, now, WHY.get(command.reason, "unreachable"))
        return Decision((ended, as_before(agent, handling)))
    then = as_before(agent, handling)
    return close(state, agent, handling, now, handling.code, then=then, left_at=now, bare=True)


def turn_segment(state: Agents, now: InstantUs, command: m.TurnSegment) -> Decision | Refusal:
    agent = having(state, command.agent, command.offer, Presence.OFFERED, Presence.TALKING)
    if agent is None or agent.handling is None or agent.handling.kind is command.kind:
        return STALE
    event = m.SegmentTurned(
        contact=agent.handling.contact,
        agent=agent.id,
        offer=command.offer,
        kind=command.kind,
        queue=command.queue or agent.handling.queue,
    )
    return Decision((event,))


def begin_segment(state: Agents, now: InstantUs, command: m.BeginSegment) -> Decision | Refusal:
    """Taken over, in one go with the end of watching."""
    agent = state.agents.get(command.agent)
    if agent is None or agent.watching is None or agent.watching.offer != command.offer:
        return STALE
    offered = m.AgentOffered(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        queue=command.queue,
        client=command.client,
        ring_us=DurationUs(0),
        kind=SegmentKind.TRANSFER,
    )
    taken = m.OfferTaken(
        contact=command.contact,
        agent=agent.id,
        offer=command.offer,
        segment=segment_of(command.contact, command.offer),
        queue=command.queue,
        client=command.client,
        rang_us=DurationUs(0),
        kind=SegmentKind.TRANSFER,
    )
    return Decision((_watch_ended(agent, agent.watching), offered, taken))


def end_watch(state: Agents, now: InstantUs, command: m.EndWatch) -> Decision | Refusal:
    agent = state.agents.get(command.agent)
    if agent is None or agent.watching is None or agent.watching.offer != command.offer:
        return STALE
    return Decision((_watch_ended(agent, agent.watching),))


def _watch_ended(agent: Agent, watching: Watching) -> m.WatchEnded:
    return m.WatchEnded(contact=watching.contact, agent=agent.id, offer=watching.offer)
