"""What somebody sees, worked out from who they are and the definitions in force.

A `Horizon` names teams or an agent; a `Sight` names the clients and teams that follow from it
now. People with the same sight see the same bytes: it's what rows and events are encoded for.
"""

from typing import Final

from msgspec import Struct

from roost.floor.definition import Floor
from roost.kernel.ids import OPERATOR, AgentId, ClientId, Owner
from roost.kernel.purview import Purview
from roost.web.live import AgentLive, Live
from roost.web.permissions import NOBODY, Horizon


class Sight(Struct, frozen=True, gc=False):
    """`clients`: of these alone (None: all that the owner has). `teams`: agents of these
    alone (none named: all). `agent`: only what is this one's."""

    owner: Owner
    clients: frozenset[ClientId] | None = None
    teams: tuple[str, ...] = ()
    agent: AgentId | None = None

    @property
    def purview(self) -> Purview:
        """The rows that are there for them."""
        return Purview(self.owner, self.clients)

    def sees(self, client: str) -> bool:
        """Whether what this client has exists at all for them."""
        if self.owner != OPERATOR:
            return client == self.owner
        return self.clients is None or client in self.clients

    def sees_agent(self, agent: AgentId, team: str, lent: str = "") -> bool:
        """Agents are the operator's: a client's people see none. `lent`: to which team for now."""
        if self.owner != OPERATOR:
            return False
        if self.agent is not None:
            return agent == self.agent
        return not self.teams or team in self.teams or lent in self.teams

    def sees_team(self, team: str) -> bool:
        return self.owner == OPERATOR and (not self.teams or team in self.teams)

    def sees_contact(self, client: str, agents: tuple[AgentId, ...]) -> bool:
        """A contact, by its client and who had it."""
        return self.sees(client) and (self.agent is None or self.agent in agents)


def sight_of(horizon: Horizon, floor: Floor | None) -> Sight:
    """By the definitions in force; without any, whoever is bounded sees nothing."""
    if horizon.owner != OPERATOR or horizon.whole:
        return Sight(horizon.owner)
    staff = () if floor is None else floor.agents
    if horizon.agent is not None:
        mine = [one for one in staff if one.id == horizon.agent != NOBODY]
    else:
        mine = [one for one in staff if one.team in horizon.teams]
    clients = frozenset(client for one in mine for client in one.clients)
    return Sight(OPERATOR, clients, horizon.teams, horizon.agent)


class Sights:
    """Sights by horizon, remembered until other definitions are in force."""

    def __init__(self, live: Live) -> None:
        self._live: Final = live
        self._floor: Floor | None = None
        self._known: dict[Horizon, Sight] = {}

    def of(self, horizon: Horizon) -> Sight:
        """Who has this horizon sees this now."""
        if self._live.floor is not self._floor:
            self._floor = self._live.floor
            self._known.clear()
        sight = self._known.get(horizon)
        if sight is None:
            sight = self._known[horizon] = sight_of(horizon, self._floor)
        return sight

    def agent(self, horizon: Horizon, id: AgentId) -> AgentLive | None:
        """An agent of the floor, if these people see them."""
        agent = self._live.agents.get(id)
        if agent is None or not self.of(horizon).sees_agent(id, agent.team, agent.lent):
            return None
        return agent

    def has_team(self, horizon: Horizon, team: str) -> bool:
        """Whether there's such a team that these people see."""
        teams = (one.team for one in self._live.agents.values())
        return team in teams and self.of(horizon).sees_team(team)
