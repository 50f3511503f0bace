"""An agent's presence on the floor, and the contact that's with the agent.

    signed_out ⇄ away ⇄ ready → offered → talking → wrapping → ready or away
                                   ├─ no answer, declined, unreachable ─→ away (with the reason)
                                   └─ the caller left ─→ ready

`working` is `ready` with a task in hand that the router gave. It's put aside for a break, and if
it's `interruptible` for a call, and taken up again afterwards (AgentWorks, not AgentReady).

Every state but `signed_out` and `away` is held by somebody (FOUNDATION, 1): `ready` by the
phone's registration (PhoneLapsed), `offered` by the ring's timer (OfferLapsed), `talking` by the
contact's own lease (its end brings LeaveContact), `wrapping` by its limit (WrapUpLapsed). So no
agent can stick.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from roost.floor import definition
from roost.floor.agents import messages as m
from roost.floor.definition import Skill
from roost.floor.parties import SegmentKind, WatchMode
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    MoveId,
    OfferId,
    QueueId,
    SegmentId,
    SkillId,
    TaskId,
    VaultId,
)
from roost.kernel.messages import Event
from roost.kernel.time import MINUTE, DurationUs, InstantUs

SHIFT_OVER: Final = "shift-over"  # a reason to be away that every centre has
MOST_TOLD: Final = 20  # messages kept for a team, or an agent; the oldest's text is dropped
TOLD_SPAN_US: Final = MINUTE
MOST_TOLD_AT_ONCE: Final = 10  # messages to one team, or agent, within TOLD_SPAN_US
MOST_TO_COMPLETE: Final = 50  # segments of one agent; beyond it the oldest stays without a code


class Presence(StrEnum):
    SIGNED_OUT = "signed_out"
    AWAY = "away"
    READY = "ready"
    WORKING = "working"
    OFFERED = "offered"
    TALKING = "talking"
    WRAPPING = "wrapping"

    __hash__ = str.__hash__  # type: ignore[assignment]  # Enum's own is a call in Python


MOVES: Final[dict[type[Event], tuple[tuple[Presence, ...], Presence]]] = {
    m.AgentSignedIn: ((Presence.SIGNED_OUT,), Presence.AWAY),
    m.AgentSignedOut: (
        (
            Presence.AWAY,
            Presence.READY,
            Presence.WORKING,
            Presence.OFFERED,
            Presence.TALKING,
            Presence.WRAPPING,
        ),
        Presence.SIGNED_OUT,
    ),
    m.AgentReady: (
        (
            Presence.AWAY,
            Presence.READY,
            Presence.WORKING,
            Presence.OFFERED,
            Presence.TALKING,
            Presence.WRAPPING,
        ),
        Presence.READY,
    ),
    m.AgentAway: (
        (
            Presence.AWAY,
            Presence.READY,
            Presence.WORKING,
            Presence.OFFERED,
            Presence.TALKING,
            Presence.WRAPPING,
        ),
        Presence.AWAY,
    ),
    m.WorkBegan: ((Presence.READY, Presence.WORKING), Presence.WORKING),
    m.AgentWorks: (
        (
            Presence.AWAY,
            Presence.READY,
            Presence.WORKING,
            Presence.OFFERED,
            Presence.TALKING,
            Presence.WRAPPING,
        ),
        Presence.WORKING,
    ),
    m.AgentOffered: ((Presence.READY, Presence.WORKING, Presence.AWAY), Presence.OFFERED),
    m.OfferTaken: ((Presence.OFFERED,), Presence.TALKING),
    m.WrapUpStarted: ((Presence.TALKING,), Presence.WRAPPING),
}
"""Which event leads from where to where; out of a contact only who was removed by new
definitions is signed out. The end of an offer or of a segment is always followed
by AgentReady, AgentAway or AgentSignedOut in the same decision."""


class Handling(Struct, gc=False):
    """The contact that's with an agent."""

    contact: ContactId
    offer: OfferId
    queue: QueueId
    client: ClientId
    offered_at: InstantUs
    ring_us: DurationUs
    segment: SegmentId | None = None
    rang_us: DurationUs = DurationUs(0)
    taken_at: InstantUs = InstantUs(0)
    held_at: InstantUs | None = None
    hold_us: DurationUs = DurationUs(0)
    left_at: InstantUs = InstantUs(0)  # wrap-up began
    until: InstantUs = InstantUs(0)  # its limit
    extended: bool = False
    code: str = ""
    note: VaultId | None = None
    kind: SegmentKind = SegmentKind.ANSWER
    consult_us: DurationUs = DurationUs(0)  # before a consult became a transfer
    before: str | None = None  # why the agent was away before; None: was ready


class Work(Struct, gc=False):
    """A task in an agent's hands. `worked_us` so far, without what is `running`."""

    task: TaskId
    contact: ContactId | None
    queue: QueueId
    client: ClientId
    interruptible: bool
    since: InstantUs
    worked_us: DurationUs = DurationUs(0)
    running: InstantUs | None = None


class Unwritten(Struct, gc=False):
    """A segment that the limit closed: its code, and perhaps its note, may still be given."""

    segment: SegmentId
    contact: ContactId
    client: ClientId
    queue: QueueId
    note: VaultId | None


class Watching(Struct, gc=False, frozen=True):
    """Whom a supervisor, who is away meanwhile, listens to."""

    contact: ContactId
    offer: OfferId
    of: AgentId
    mode: WatchMode


class Move(Struct, gc=False, frozen=True):
    """What a supervisor changed about an agent for now."""

    id: MoveId
    gives: tuple[Skill, ...]
    takes: tuple[SkillId, ...]
    team: str | None
    until: InstantUs


class Agent(Struct, gc=False):
    id: AgentId
    clients: tuple[ClientId, ...]
    presence: Presence = Presence.SIGNED_OUT
    since: InstantUs = InstantUs(0)
    reason: str = ""  # to be away
    phone: bool = False
    next: str | None = None  # after the contact: a reason to be away, "" ready, None as usual
    removed: bool = False
    handling: Handling | None = None
    watching: Watching | None = None
    to_complete: list[Unwritten] = []
    hand: bool = False  # raised: asks for help
    works: list[Work] = []  # the oldest first
    moves: list[Move] = []  # for now, in the order in which they were made
    own: definition.Agent | None = None  # as the definitions have whoever is moved

    @property
    def reachable(self) -> bool:
        """Whether their phone may ring for a contact."""
        if self.presence is Presence.WORKING:
            return all(work.interruptible for work in self.works)
        return self.presence is Presence.READY


class Told(Struct, gc=False, frozen=True):
    """A message, whose text lies in the vault."""

    text: VaultId
    at: InstantUs


class WrapUpRule(Struct, gc=False, frozen=True):
    limit_us: DurationUs
    code_required: bool
    codes: tuple[str, ...]


class Agents(Struct, gc=False):
    agents: dict[str, Agent] = field(default_factory=dict[str, Agent])
    rules: dict[str, WrapUpRule] = field(default_factory=dict[str, WrapUpRule])  # by queue
    away_reasons: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    told: dict[str, list[Told]] = field(default_factory=dict[str, list[Told]])  # by `place_of`


def place_of(team: str, agent: AgentId | None) -> str:
    """Where messages to a team, or to one agent, are kept."""
    return f"agent/{agent}" if agent is not None else f"team/{team}"


def configured(state: Agents, floor: definition.Floor) -> None:
    """A removed agent stays until the contact in hand is finished."""
    codes = {client.id: client.wrap_up_codes for client in floor.clients}
    agents: dict[str, Agent] = {}
    for one in floor.agents:
        old = state.agents.get(one.id)
        if old is None:
            agents[one.id] = Agent(one.id, one.clients)
        else:
            old.clients = one.clients
            old.removed = False
            old.own = one if old.moves else None
            agents[one.id] = old
    for gone, old in state.agents.items():
        if gone not in agents and old.presence is not Presence.SIGNED_OUT:
            old.removed = True
            agents[gone] = old
    state.agents = agents
    rules: dict[str, WrapUpRule] = {
        queue.id: WrapUpRule(queue.wrap_up_us, queue.code_required, codes.get(queue.client, ()))
        for queue in floor.queues
    }
    for agent in agents.values():
        if agent.handling and agent.handling.queue not in rules:
            rules[agent.handling.queue] = state.rules[agent.handling.queue]
        for segment in agent.to_complete:
            if segment.queue not in rules:
                rules[segment.queue] = state.rules[segment.queue]
    state.rules = rules
    state.away_reasons = floor.away_reasons
    state.teams = tuple(sorted({one.team for one in floor.agents if one.team}))


def moved(state: Agents, event: m.AgentMoved, own: definition.Agent) -> None:
    """`own`: as the definitions have them."""
    agent = state.agents[event.agent]
    agent.own = own
    agent.clients = event.serves
    agent.moves.append(Move(event.move, event.gives, event.takes, event.team, event.until))


def put_back(state: Agents, event: m.AgentPutBack) -> None:
    agent = state.agents[event.agent]
    agent.clients = event.serves
    agent.moves = [one for one in agent.moves if one.id != event.move]


def _move(agent: Agent, event: Event, at: InstantUs) -> None:
    agent.presence = MOVES[type(event)][1]
    agent.since = at
    for work in agent.works:
        if agent.presence is Presence.WORKING:
            work.running = at if work.running is None else work.running
        elif work.running is not None:
            work.worked_us = DurationUs(work.worked_us + at - work.running)
            work.running = None


def signed_in(state: Agents, event: m.AgentSignedIn, at: InstantUs) -> None:
    agent = state.agents[event.agent]
    _move(agent, event, at)
    agent.reason = ""


def signed_out(state: Agents, event: m.AgentSignedOut, at: InstantUs) -> None:
    agent = state.agents[event.agent]
    _move(agent, event, at)
    agent.handling = None
    agent.watching = None
    agent.next = None
    agent.hand = False
    if not event.sent_home:
        agent.to_complete = []
    if agent.removed:
        del state.agents[event.agent]


def work_began(state: Agents, event: m.WorkBegan, at: InstantUs) -> None:
    agent = state.agents[event.agent]
    agent.works.append(
        Work(event.task, event.contact, event.queue, event.client, event.interruptible, at)
    )
    if not event.aside:
        since = agent.since if agent.presence is Presence.WORKING else at
        _move(agent, event, at)
        agent.since = since


def work_ended(state: Agents, event: m.WorkEnded) -> None:
    agent = state.agents[event.agent]
    agent.works = [work for work in agent.works if work.task != event.task]


def ready(state: Agents, event: m.AgentReady | m.AgentWorks, at: InstantUs) -> None:
    agent = state.agents[event.agent]
    _move(agent, event, at)
    agent.handling = None
    agent.next = None


def away(state: Agents, event: m.AgentAway, at: InstantUs) -> None:
    agent = state.agents[event.agent]
    _move(agent, event, at)
    agent.reason = event.reason
    agent.handling = None
    agent.next = None


def offered(state: Agents, event: m.AgentOffered, at: InstantUs) -> None:
    agent = state.agents[event.agent]
    assert event.contact is not None
    before = agent.reason if agent.presence is Presence.AWAY else None
    _move(agent, event, at)
    agent.handling = Handling(
        event.contact,
        event.offer,
        event.queue,
        event.client,
        at,
        event.ring_us,
        kind=event.kind,
        before=before,
    )


def _handling(state: Agents, id: AgentId) -> tuple[Agent, Handling]:
    agent = state.agents[id]
    assert agent.handling is not None
    return agent, agent.handling


def taken(state: Agents, event: m.OfferTaken, at: InstantUs) -> None:
    agent, handling = _handling(state, event.agent)
    _move(agent, event, at)
    handling.segment = event.segment
    handling.rang_us = event.rang_us
    handling.taken_at = at


def turned(state: Agents, event: m.SegmentTurned, at: InstantUs) -> None:
    """What was talked and held before was the consultation's."""
    agent, handling = _handling(state, event.agent)
    handling.kind = event.kind
    handling.queue = event.queue
    if agent.presence is Presence.TALKING:
        handling.consult_us = DurationUs(at - handling.taken_at)
        handling.taken_at = at


def watch_started(state: Agents, event: m.WatchStarted) -> None:
    assert event.contact is not None
    state.agents[event.agent].watching = Watching(event.contact, event.offer, event.of, event.mode)


def watch_set(state: Agents, id: AgentId, mode: WatchMode) -> None:
    agent = state.agents[id]
    if agent.watching is not None:
        agent.watching = replace(agent.watching, mode=mode)


def watch_ended(state: Agents, event: m.WatchEnded) -> None:
    state.agents[event.agent].watching = None


def hold_marked(state: Agents, event: m.HoldMarked, at: InstantUs) -> None:
    _, handling = _handling(state, event.agent)
    if event.held:
        handling.held_at = at
    elif handling.held_at is not None:
        handling.hold_us = DurationUs(handling.hold_us + at - handling.held_at)
        handling.held_at = None


def wrap_up_started(state: Agents, event: m.WrapUpStarted, at: InstantUs) -> None:
    agent, handling = _handling(state, event.agent)
    _move(agent, event, at)
    handling.left_at = at
    handling.until = event.until
    if handling.held_at is not None:
        handling.hold_us = DurationUs(handling.hold_us + at - handling.held_at)
        handling.held_at = None


def wrap_up_noted(state: Agents, event: m.WrapUpNoted) -> None:
    _, handling = _handling(state, event.agent)
    handling.code = event.code
    handling.note = event.note


def wrap_up_extended(state: Agents, event: m.WrapUpExtended) -> None:
    _, handling = _handling(state, event.agent)
    handling.until = event.until
    handling.extended = True


def note_drafted(state: Agents, event: m.NoteDrafted) -> None:
    agent = state.agents[event.agent]
    handling = agent.handling
    if handling is not None and handling.segment == event.segment:
        handling.note = event.note
    for one in agent.to_complete:
        if one.segment == event.segment:
            one.note = event.note


def segment_closed(state: Agents, event: m.SegmentClosed) -> None:
    """What has no code stays with the agent until it has, or the shift is over."""
    if not event.to_complete:
        return
    assert event.contact is not None
    agent = state.agents[event.agent]
    client = ClientId(event.owner)
    agent.to_complete.append(
        Unwritten(event.segment, event.contact, client, event.queue, event.note)
    )
    del agent.to_complete[:-MOST_TO_COMPLETE]


def segment_completed(state: Agents, event: m.SegmentCompleted) -> None:
    agent = state.agents[event.agent]
    agent.to_complete = [one for one in agent.to_complete if one.segment != event.segment]


def hand_raised(state: Agents, event: m.HandRaised) -> None:
    state.agents[event.agent].hand = event.raised


def told(state: Agents, event: m.TeamTold, at: InstantUs) -> None:
    place = state.told.setdefault(place_of(event.team, event.agent), [])
    place.append(Told(event.text, at))
    del place[:-MOST_TOLD]


def next_chosen(state: Agents, event: m.NextStateChosen) -> None:
    state.agents[event.agent].next = event.reason


def phone_known(state: Agents, event: m.PhoneKnown) -> None:
    state.agents[event.agent].phone = True


def phone_gone(state: Agents, event: m.PhoneGone) -> None:
    agent = state.agents.get(event.agent)
    if agent is not None:
        agent.phone = False


def changed(state: Agents, event: m.AgentChanged) -> None:
    """`configured` has told already; the event is for who counts ready time."""
