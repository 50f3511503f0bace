"""Who may ask for anything: somebody of the definitions who is signed in."""

from typing import Final

from roost.floor.agents.model import Agent, Agents, Presence
from roost.kernel.ids import AgentId
from roost.kernel.messages import Refusal

STALE: Final = Refusal("stale")


def known(state: Agents, id: AgentId) -> Agent | Refusal:
    """The agent who asks. Refused: unknown_agent, not_signed_in."""
    agent = state.agents.get(id)
    if agent is None:
        return Refusal("unknown_agent", {"agent": id})
    if agent.presence is Presence.SIGNED_OUT:
        return Refusal("not_signed_in", {"agent": id})
    return agent
