"""The live view of help on the floor: raised hands, and what teams and agents were told."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from roost.floor.agents import messages as agents
from roost.floor.agents.model import MOST_TOLD, place_of
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, VaultId
from roost.kernel.time import HOUR, DurationUs, InstantUs

if TYPE_CHECKING:
    from roost.web.live import AgentLive, Live

TOLD_US: Final = DurationUs(12 * HOUR)  # how long a message is shown


class ToldLive(Struct):
    """A message; the text lies in the vault."""

    text: VaultId
    at: InstantUs
    agent: AgentId | None  # to one agent alone


def hand_raised(live: "Live", event: agents.HandRaised, envelope: Envelope) -> None:
    """Up or down."""
    agent = live.agents[event.agent]
    agent.hand = envelope.at if event.raised else None
    live.touch_agent(agent)


def told(live: "Live", event: agents.TeamTold, envelope: Envelope) -> None:
    """Whoever it's for has something new to read."""
    place = live.told.setdefault(place_of(event.team, event.agent), [])
    place.append(ToldLive(event.text, envelope.at, event.agent))
    del place[:-MOST_TOLD]
    for agent in live.agents.values():
        ours = event.agent is None and event.team in (agent.team, agent.lent)
        if agent.id == event.agent or ours:
            live.touch_agent(agent)


def told_to(live: "Live", agent: "AgentLive") -> list[ToldLive]:
    """What an agent was told, alone or with the team (the one lent to, too); the oldest
    first."""
    own = live.told.get(place_of("", agent.id), [])
    teams = [team for team in (agent.team, agent.lent) if team]
    together = [one for team in teams for one in live.told.get(place_of(team, None), [])]
    return sorted((*own, *together), key=lambda one: one.at)


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    agents.HandRaised: hand_raised,
    agents.TeamTold: told,
}
"""Which event is folded how."""
