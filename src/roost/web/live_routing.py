"""The live view of what the router goes by: who is moved for now, who rests, who waits with what.

Also why nobody has a contact yet, asked of this view on demand.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from roost.floor import definition, moving
from roost.floor.agents import messages as agents
from roost.floor.agents.model import Move
from roost.floor.definition import Asked, Skill
from roost.floor.estimates import wait as estimate
from roost.floor.queues import messages as queues
from roost.floor.routing import messages as routing
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, QueueId
from roost.kernel.time import DurationUs, InstantUs
from roost.office.reasons import Free, Waiting
from roost.web import live_modes
from roost.web.rows import ContactState, MoveRow, Presence

if TYPE_CHECKING:
    from roost.web.live import AgentLive, ContactLive, Live

HELD: Final = -1
BUSY: Final = (Presence.WORKING, Presence.OFFERED, Presence.TALKING, Presence.WRAPPING)


class WaitLive(Struct):
    """What a contact waits with. `own`: its priority over its queue's, as its flow has it."""

    queue: QueueId
    since: InstantUs
    ring: int
    asked: Asked
    own: int
    only: AgentId | None = None
    only_until: InstantUs = InstantUs(0)
    not_before: InstantUs | None = None  # a promised call, whose time hasn't come


# --- folding ---


def moved(live: "Live", event: agents.AgentMoved, _at: Envelope) -> None:
    """For now, until its end."""
    agent = live.agents[event.agent]
    agent.moves.append(Move(event.move, event.gives, event.takes, event.team, event.until))
    _lent(live, agent)


def put_back(live: "Live", event: agents.AgentPutBack, _at: Envelope) -> None:
    """One of somebody's moves is over."""
    agent = live.agents[event.agent]
    agent.moves = [one for one in agent.moves if one.id != event.move]
    _lent(live, agent)


def _lent(live: "Live", agent: "AgentLive") -> None:
    teams = [one.team for one in agent.moves if one.team is not None]
    agent.lent = teams[-1] if teams and teams[-1] != agent.team else ""
    live.touch_agent(agent)


def rests(live: "Live", event: routing.AgentRests, _at: Envelope) -> None:
    """Ready to the world, and offered nothing."""
    live.agents[event.agent].rests = True


def rested(live: "Live", event: routing.AgentRested, _at: Envelope) -> None:
    """May be offered something again."""
    live.agents[event.agent].rests = False


def queued(contact: "ContactLive", event: queues.ContactQueued, at: InstantUs) -> None:
    """In a queue, with what it asks for."""
    contact.wait = WaitLive(
        event.queue,
        event.since,
        event.ring,
        event.asked,
        event.asked.raised,
        event.only,
        InstantUs(at + event.only_us),
        _not_before(event.callback, at),
    )


def _not_before(callback: queues.Callback | None, at: InstantUs) -> InstantUs | None:
    return callback.not_before if callback is not None and callback.not_before > at else None


def asks(live: "Live", event: queues.RingWidened | queues.PriorityChanged, _at: Envelope) -> None:
    """A wider ring, or another priority."""
    contact = live.contacts.get(event.contact) if event.contact else None
    if contact is None or contact.wait is None:
        return
    contact.wait.ring, contact.wait.asked = event.ring, event.asked
    if event.ring != HELD:
        contact.wait.only = None
    live.touch_contact(contact)


FOLDS: Final[dict[type[Any], Callable[["Live", Any, Envelope], None]]] = {
    **live_modes.FOLDS,
    agents.AgentMoved: moved,
    agents.AgentPutBack: put_back,
    routing.AgentRests: rests,
    routing.AgentRested: rested,
    queues.RingWidened: asks,
    queues.PriorityChanged: asks,
}
"""Which event is folded how."""


# --- rows ---


def move_rows(agent: "AgentLive") -> tuple[MoveRow, ...]:
    """What is changed about an agent for now."""
    return tuple(
        MoveRow(
            one.id,
            {skill.skill: skill.level for skill in one.gives},
            one.takes,
            one.team,
            one.until,
        )
        for one in agent.moves
    )


# --- why nobody has it yet ---


class _Asks(Struct, frozen=True, gc=False):
    """Who may serve a contact: whoever has these skills, in these teams (none named: any)."""

    skills: tuple[Skill, ...]
    teams: tuple[str, ...]

    def served_by(self, one: moving.Standing) -> bool:
        in_team = not self.teams or one.team in self.teams
        return in_team and definition.serves(one.skills, self.skills)


def _asked_of(queue: definition.Queue, ring: int, asked: Asked) -> _Asks:
    ring = min(max(ring, 0), len(queue.rings))
    of = queue.rings[ring - 1] if ring else queue
    return _Asks(definition.together(of.skills, asked.skills), of.teams)


def _priority(queue: definition.Queue, wait: WaitLive, now: InstantUs) -> int:
    boost = (now - wait.since) // queue.boost_us if queue.boost_us else 0
    return queue.priority + wait.asked.raised + min(boost, queue.boost_most)


def why_waiting(live: "Live", contact: "ContactLive", now: InstantUs) -> Waiting | None:
    """None: it doesn't wait in a queue of the definitions in force."""
    floor, wait = live.floor, contact.wait
    if floor is None or wait is None:
        return None
    known = {queue.id: queue for queue in floor.queues}
    queue = known.get(wait.queue)
    if queue is None:
        return None
    people = _people(live, floor)
    asks_now = _asked_of(queue, wait.ring, wait.asked)
    able = {
        agent: one
        for agent, one in people.items()
        if asks_now.served_by(one) and wait.only in (None, agent)
    }
    higher, older = _before(live, contact, known, _there(live, able), now)
    more, more_us = _next_ring(queue, wait, people, len(able), now)
    ahead = estimate.of(live.estimates, contact.id, now)
    return Waiting(
        free=_free(live, able),
        higher=higher,
        older=older,
        more=more,
        more_us=more_us,
        only=wait.only,
        only_us=DurationUs(max(0, wait.only_until - now)),
        by_contract=floor.order == "contract",
        position=None if ahead is None else ahead.position,
        wait_us=None if ahead is None else ahead.wait_us,
    )


def _people(live: "Live", floor: definition.Floor) -> dict[AgentId, moving.Standing]:
    """What everybody is for now."""
    nobody: list[Move] = []
    moves = {name: agent.moves for name, agent in live.agents.items() if agent.moves}
    return {one.id: moving.now_of(one, moves.get(one.id, nobody)) for one in floor.agents}


def _there(live: "Live", able: dict[AgentId, moving.Standing]) -> list[moving.Standing]:
    out = (Presence.SIGNED_OUT, None)
    return [one for name, one in able.items() if _presence(live, name) not in out]


def _presence(live: "Live", name: AgentId) -> Presence | None:
    agent = live.agents.get(name)
    return None if agent is None else agent.presence


def _free(live: "Live", able: Iterable[AgentId]) -> Free:
    found = {"ready": 0, "busy": 0, "resting": 0, "away": 0, "out": 0}
    for name in able:
        agent = live.agents.get(name)
        if agent is None or agent.presence is Presence.SIGNED_OUT:
            found["out"] += 1
        elif agent.presence in BUSY:
            found["busy"] += 1
        elif agent.presence is Presence.READY:
            found["resting" if agent.rests else "ready"] += 1
        else:
            found["away"] += 1
    return Free(**found)


def _before(
    live: "Live",
    contact: "ContactLive",
    known: dict[QueueId, definition.Queue],
    able: list[moving.Standing],
    now: InstantUs,
) -> tuple[int, int]:
    """Contacts that one of those who may serve this one would take first: of a higher priority,
    and of the same that wait longer. What's asked for is looked at once for all who ask it."""
    assert contact.wait is not None
    mine = _priority(known[contact.wait.queue], contact.wait, now)
    rivals: dict[_Asks, bool] = {}
    higher = older = 0
    for other in live.contacts.values():
        wait = other.wait
        if wait is None or other is contact or other.state is not ContactState.WAITING:
            continue
        queue = known.get(wait.queue)
        if queue is None or wait.only is not None:
            continue
        theirs = _priority(queue, wait, now)
        if theirs < mine or (theirs == mine and wait.since >= contact.wait.since):
            continue
        asked = _asked_of(queue, wait.ring, wait.asked)
        if asked not in rivals:
            rivals[asked] = any(asked.served_by(one) for one in able)
        if rivals[asked]:
            higher += theirs > mine
            older += theirs == mine
    return higher, older


def _next_ring(
    queue: definition.Queue,
    wait: WaitLive,
    people: dict[AgentId, moving.Standing],
    able: int,
    now: InstantUs,
) -> tuple[int, DurationUs | None]:
    if wait.ring == HELD or wait.ring >= len(queue.rings):
        return 0, None
    wider = _asked_of(queue, wait.ring + 1, wait.asked)
    more = sum(1 for one in people.values() if wider.served_by(one)) - able
    due = wait.since + queue.rings[wait.ring].after_us
    return more, DurationUs(max(0, due - now))
