"""Help on the floor: a raised hand, and what a supervisor tells a team or an agent."""

from roost.floor.agents import messages as m
from roost.floor.agents.known import known
from roost.floor.agents.model import (
    MOST_TOLD,
    MOST_TOLD_AT_ONCE,
    TOLD_SPAN_US,
    Agents,
    place_of,
)
from roost.kernel.messages import Decision, Refusal
from roost.kernel.time import InstantUs


def raise_hand(state: Agents, now: InstantUs, command: m.RaiseHand) -> Decision | Refusal:
    """By the agent; down again by the agent, by who answers it, or with the sign-out."""
    agent = known(state, command.agent)
    if isinstance(agent, Refusal):
        return agent
    if agent.hand == command.raised:
        return Refusal("already_so", {"agent": agent.id})
    contact = agent.handling.contact if agent.handling else None
    return Decision((m.HandRaised(contact=contact, agent=agent.id, raised=command.raised),))


def tell_team(state: Agents, now: InstantUs, command: m.TellTeam) -> Decision | Refusal:
    """Kept for whoever looks later; what falls out of the list leaves the vault."""
    if command.agent is not None and command.agent not in state.agents:
        return Refusal("unknown_agent", {"agent": command.agent})
    if command.agent is None and command.team not in state.teams:
        return Refusal("unknown_team", {"team": command.team})
    before = state.told.get(place_of(command.team, command.agent), [])
    recent = sum(now - one.at < TOLD_SPAN_US for one in before)
    if recent >= MOST_TOLD_AT_ONCE:
        return Refusal("too_many_messages", {"most": str(MOST_TOLD_AT_ONCE)})
    drops = (before[0].text,) if len(before) >= MOST_TOLD else ()
    event = m.TeamTold(team=command.team, agent=command.agent, text=command.text)
    return Decision((event,), drops=drops)
