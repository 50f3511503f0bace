"""Who works for whom, by the definitions in force: looked up at each change of an agent."""

from collections.abc import Mapping

from roost.floor.definition import Agent, Floor
from roost.kernel.ids import AgentId, ClientId


def of_team(team: str, client: str = "") -> str:
    """The key of a team's totals, or of those for one client: no client's name has a colon."""
    return f"team:{team}/{client}" if client else f"team:{team}"


class Staff:
    """`teams`: of each client, those with somebody who works for it; `clients` the other way
    round; `keys`: of the totals of all teams."""

    def __init__(self, floor: Floor | None = None) -> None:
        people = () if floor is None else floor.agents
        self._of: Mapping[AgentId, frozenset[ClientId]] = {
            one.id: frozenset(one.clients) for one in people
        }
        self._people = {one.id: one for one in people}
        self.teams: dict[ClientId, tuple[str, ...]] = {}
        self.clients: dict[str, frozenset[ClientId]] = {}
        for one in people:
            self.clients[one.team] = self.clients.get(one.team, frozenset()) | set(one.clients)
        for team, clients in sorted(self.clients.items()):
            for client in clients:
                self.teams[client] = (*self.teams.get(client, ()), team)

        self.keys = frozenset(
            of_team(team, client)
            for team, clients in self.clients.items()
            for client in ("", *clients)
        )

    def clients_of(self, agent: AgentId) -> frozenset[ClientId]:
        """For whom somebody works; nobody, if they aren't in the definitions any more."""
        return self._of.get(agent, frozenset())

    def person(self, agent: AgentId) -> Agent | None:
        """As the definitions have them."""
        return self._people.get(agent)
