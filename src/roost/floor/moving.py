"""A supervisor moves agents for now: other skills, another team, until an instant or until undone.

The definitions stay as they are. What an agent is for now is folded from their moves, the later
over the earlier, and everybody who asks (the router, tasks, whom the agent works for) is told at
once; so whoever waits for the skill that's given is matched in the same step. What rings or is in
hand isn't disturbed. A move outlives sign-out and new definitions, but not what it names.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from roost.floor import definition, keeping
from roost.floor.agents import messages as agents
from roost.floor.agents import model as agents_model
from roost.floor.agents.model import Agent, Move, Presence
from roost.floor.definition import Skill
from roost.floor.routing import messages as routing
from roost.floor.routing import standing
from roost.floor.state import CellState
from roost.floor.tasks import model as tasks_model
from roost.kernel.ids import ClientId, SkillId
from roost.kernel.messages import Command, Decision, Event, Refusal, Wake
from roost.kernel.time import DAY, HOUR, DurationUs, InstantUs

LONGEST_US: Final = DurationUs(DAY)  # what should last longer belongs into the definitions
MOST_MOVES: Final = 10  # of one agent at a time
MOST_AT_ONCE: Final = 200  # agents of one move
LOWEST: Final = 1
HIGHEST: Final = 10
STALE: Final = Refusal("stale")


class Standing(Struct, frozen=True, gc=False):
    """What somebody is for now."""

    skills: tuple[Skill, ...]
    team: str


def now_of(own: definition.Agent, moves: Iterable[Move]) -> Standing:
    """The definitions' word, and every move's over it."""
    levels = {skill.skill: skill.level for skill in own.skills}
    team = own.team
    for move in moves:
        for gone in move.takes:
            levels.pop(gone, None)
        levels.update((skill.skill, skill.level) for skill in move.gives)
        team = team if move.team is None else move.team
    return Standing(tuple(Skill(name, levels[name]) for name in sorted(levels)), team)


def serves(queues: Iterable[definition.Queue], one: Standing) -> tuple[ClientId, ...]:
    """For whom somebody works who is this."""
    able = {queue.client for queue in queues if definition.may_serve(one.skills, one.team, queue)}
    return tuple(sorted(able))


def bearable(
    queues: Sequence[definition.Queue], own: definition.Agent, moves: Iterable[Move]
) -> list[Move]:
    """What is left of somebody's moves where one of them has gone: those that leave them nobody to
    serve end as well, as few as that takes, the latest first."""
    left = list(moves)
    while left and not serves(queues, now_of(own, left)):
        for one in reversed(left):
            if serves(queues, now_of(own, [other for other in left if other is not one])):
                break
        else:
            one = left[-1]
        left.remove(one)
    return left


# --- deciding ---


def move_agents(state: CellState, now: InstantUs, command: agents.MoveAgents) -> Decision | Refusal:
    refused = _refused(state, now, command)
    if refused is not None:
        return refused
    move = Move(command.move, command.gives, command.takes, command.team, command.until)
    events: list[Event] = []
    for one in dict.fromkeys(command.agents):
        agent = state.agents.agents[one]
        own = _own(state, agent)
        after = now_of(own, (*agent.moves, move))
        if after == now_of(own, agent.moves) and now_of(own, (move,)) == now_of(own, ()):
            continue  # it changes nothing about this one
        if len(agent.moves) >= MOST_MOVES:
            return Refusal("too_many_moves", {"agent": one, "most": str(MOST_MOVES)})
        able = serves(state.routing.queues.values(), after)
        if not able:
            return Refusal("serves_nobody", {"agent": one})
        event = agents.AgentMoved(
            agent=agent.id,
            move=move.id,
            gives=move.gives,
            takes=move.takes,
            team=move.team,
            until=move.until,
            serves=able,
        )
        events += [event, *_changed(agent, able)]
    if not events:
        return Refusal("already_so", {"agent": ", ".join(command.agents)})
    return Decision(tuple(events), (Wake(move.until, agents.MoveLapses(move.id)),))


def _refused(state: CellState, now: InstantUs, command: agents.MoveAgents) -> Refusal | None:
    if len(command.agents) > MOST_AT_ONCE:
        return Refusal("too_many_at_once", {"most": str(MOST_AT_ONCE)})
    for name in command.agents:
        agent = state.agents.agents.get(name)
        if agent is None or agent.removed:
            return Refusal("unknown_agent", {"agent": name})
        if any(made.id == command.move for made in agent.moves):
            return Refusal("already_so", {"agent": name})
    known = _asked_now(state)
    for name in (*(skill.skill for skill in command.gives), *command.takes):
        if name not in known:
            return Refusal("unknown_skill", {"skill": name})
    for skill in command.gives:
        if not LOWEST <= skill.level <= HIGHEST:
            return Refusal("level_out_of_range", {"most": str(HIGHEST)})
    if command.team is not None and command.team not in state.agents.teams:
        return Refusal("unknown_team", {"team": command.team})
    if not now < command.until <= now + LONGEST_US:
        return Refusal("until_wrong", {"hours": str(LONGEST_US // HOUR)})
    return None


def _asked_now(state: CellState) -> set[str]:
    """The skills that somebody asks for: others would change nothing."""
    return {
        skill.skill for klass in state.routing.classes for skill in (*klass.skills, *klass.prefer)
    }


def _own(state: CellState, agent: Agent) -> definition.Agent:
    """As the definitions have them."""
    if agent.own is not None:
        return agent.own
    seat = state.routing.seats[agent.id]
    return definition.Agent(agent.id, seat.skills, seat.team, agent.clients)


def _changed(agent: Agent, able: tuple[ClientId, ...]) -> Sequence[Event]:
    """Ready time is shared among whoever the agent is ready for."""
    if agent.presence is not Presence.READY or able == agent.clients:
        return ()
    return (agents.AgentChanged(agent=agent.id, ready_for=able),)


def put_back(state: CellState, now: InstantUs, command: agents.PutBack) -> Decision | Refusal:
    found = [
        agent
        for agent in _moved_by(state, command)
        if not command.agents or agent.id in command.agents
    ]
    if not found:
        return Refusal("not_moved")
    return _back(state, found, command, "undone")


def move_lapses(state: CellState, now: InstantUs, command: agents.MoveLapses) -> Decision | Refusal:
    found = _moved_by(state, command)
    return _back(state, found, command, "over") if found else STALE


def _moved_by(state: CellState, command: agents.PutBack | agents.MoveLapses) -> list[Agent]:
    return [
        agent
        for agent in state.agents.agents.values()
        if any(one.id == command.move for one in agent.moves)
    ]


def _back(
    state: CellState,
    found: Iterable[Agent],
    command: agents.PutBack | agents.MoveLapses,
    why: str,
) -> Decision:
    events: list[Event] = []
    for agent in found:
        own, queues = _own(state, agent), tuple(state.routing.queues.values())
        others = [one for one in agent.moves if one.id != command.move]
        left = bearable(queues, own, others)
        able = serves(queues, now_of(own, left)) if left else own.clients
        events.append(agents.AgentPutBack(agent=agent.id, move=command.move, why=why, serves=able))
        events += _with_it(agent, others, left, able)
        events += _changed(agent, able)
    return Decision(tuple(events))


def _with_it(
    agent: Agent, others: Iterable[Move], left: Collection[Move], able: tuple[ClientId, ...]
) -> Iterable[Event]:
    for one in others:
        if one not in left:
            why = "serves_nobody"
            yield agents.AgentPutBack(agent=agent.id, move=one.id, why=why, serves=able)


# --- new definitions ---


def under(floor: definition.Floor, agent: Agent, own: definition.Agent) -> tuple[ClientId, ...]:
    """For whom somebody works under new definitions, with the moves that are left of theirs."""
    left = bearable(floor.queues, own, known_moves(floor, agent))
    return serves(floor.queues, now_of(own, left)) if left else own.clients


def known_moves(floor: definition.Floor, agent: Agent) -> list[Move]:
    """Those of somebody's moves whose every name is in new definitions."""
    if not agent.moves:
        return []
    known, teams = asked_by(floor), {one.team for one in floor.agents}
    return [one for one in agent.moves if _holds(one, known, teams)]


def _holds(move: Move, known: Collection[str], teams: Collection[str]) -> bool:
    if move.team is not None and move.team not in teams:
        return False
    return all(skill.skill in known for skill in move.gives)


def asked_by(floor: definition.Floor) -> set[SkillId]:
    """Every skill that a queue or a flow asks for, or prefers."""
    asked = [
        *(part for queue in floor.queues for part in (queue.skills, queue.prefer)),
        *(ring.skills for queue in floor.queues for ring in queue.rings),
    ]
    for flow in floor.flows:
        for step in flow.steps.values():
            if isinstance(step, definition.Enqueue):
                asked += (step.skills, step.prefer)
    return {skill.skill for skills in asked for skill in skills}


def ended_by(state: CellState, floor: definition.Floor) -> list[Event]:
    """The moves that new definitions end: of who or what isn't in them any more."""
    named = {one.id: one for one in floor.agents}
    events: list[Event] = []
    for agent in state.agents.agents.values():
        if not agent.moves:
            continue
        own = named.get(agent.id)
        known = [] if own is None else known_moves(floor, agent)
        able = () if own is None else under(floor, agent, own)
        events += (
            agents.AgentPutBack(agent=agent.id, move=one.id, why="definitions", serves=able)
            for one in agent.moves
            if one not in known
        )
        if own is not None:
            events += _with_it(agent, known, bearable(floor.queues, own, known), able)
    return events


# --- folding ---


def moved(state: CellState, event: agents.AgentMoved) -> None:
    agent = state.agents.agents[event.agent]
    agents_model.moved(state.agents, event, _own(state, agent))
    _place(state, agent)


def back(state: CellState, event: agents.AgentPutBack) -> None:
    agents_model.put_back(state.agents, event)
    _place(state, state.agents.agents[event.agent])


def configured(state: CellState, floor: definition.Floor) -> None:
    """Everybody is what the definitions say by now; whoever is moved goes where they were."""
    for agent in state.agents.agents.values():
        if agent.own is not None:
            agent.clients = serves(floor.queues, now_of(agent.own, agent.moves))
            _place(state, agent)


def _place(state: CellState, agent: Agent) -> None:
    own = agent.own
    assert own is not None
    one = now_of(own, agent.moves) if agent.moves else Standing(own.skills, own.team)
    if not agent.moves:
        agent.own = None
    standing.moved(state.routing, agent.id, one.skills, one.team)
    tasks_model.skilled(state.tasks, agent.id, one.skills)


# --- what follows ---


def follows(state: CellState, event: agents.AgentMoved | agents.AgentPutBack) -> Sequence[Command]:
    """Whoever is ready may have become able to serve somebody who waits, and whom something was
    held for may not serve it any more."""
    commands = keeping.unserved(state, event.agent)
    seat = state.routing.seats.get(event.agent)
    if seat is not None and seat.state == "ready":
        commands.append(routing.MatchAgent(event.agent))
    return commands


def timers(state: CellState, now: InstantUs) -> list[Wake]:
    """The end of each move."""
    ends = {move.id: move.until for agent in state.agents.agents.values() for move in agent.moves}
    return [Wake(max(now, until), agents.MoveLapses(move)) for move, until in ends.items()]


REACTIONS: Final = {agents.AgentMoved: follows, agents.AgentPutBack: follows}
DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    agents.MoveAgents: move_agents,
    agents.PutBack: put_back,
    agents.MoveLapses: move_lapses,
}
