"""What happened: the events of agents."""

from roost.floor.definition import Skill
from roost.floor.parties import SegmentKind, WatchMode
from roost.kernel.ids import (
    AgentId,
    ClientId,
    MoveId,
    OfferId,
    QueueId,
    SegmentId,
    SkillId,
    TaskId,
    VaultId,
)
from roost.kernel.messages import Event
from roost.kernel.time import DurationUs, InstantUs

# --- events. Each one that changes state, skills or queues says whom the agent was then
# ready for (`ready_for`): shared time can't be billed later without it (FOUNDATION, 5). ---


class AgentSignedIn(Event, frozen=True, gc=False, kw_only=True):
    """The agent is here, and away."""

    agent: AgentId
    ready_for: tuple[ClientId, ...] = ()


class AgentSignedOut(Event, frozen=True, gc=False, kw_only=True):
    """The agent has gone home. What was to be completed is over with the shift, unless somebody
    else signed them out (`sent_home`): then it waits for the next one."""

    agent: AgentId
    ready_for: tuple[ClientId, ...] = ()
    sent_home: bool = False


class AgentReady(Event, frozen=True, gc=False, kw_only=True):
    """The agent can be offered contacts of the clients in `ready_for`."""

    agent: AgentId
    ready_for: tuple[ClientId, ...]


class AgentAway(Event, frozen=True, gc=False, kw_only=True):
    """`reason` is one of the centre's away reasons, or "no_answer", "declined",
    "unreachable"."""

    agent: AgentId
    reason: str
    ready_for: tuple[ClientId, ...] = ()


class NextStateChosen(Event, frozen=True, gc=False, kw_only=True):
    """After this contact the agent will be away for this reason (empty: ready)."""

    agent: AgentId
    reason: str


class WorkBegan(Event, frozen=True, gc=False, kw_only=True):
    """The agent has a task in hand, which is measured from here: they work on it now, unless
    they're `aside` (in a talk, away). `ready_for` whom they may be rung meanwhile."""

    agent: AgentId
    task: TaskId
    queue: QueueId
    client: ClientId
    interruptible: bool
    aside: bool
    ready_for: tuple[ClientId, ...] = ()


class AgentWorks(Event, frozen=True, gc=False, kw_only=True):
    """Free for calls or not (`ready_for`), the agent is back at the task that they have in
    hand."""

    agent: AgentId
    task: TaskId
    queue: QueueId
    client: ClientId
    ready_for: tuple[ClientId, ...] = ()


class WorkEnded(Event, frozen=True, gc=False, kw_only=True):
    """A task's measured quantities with this agent: at work on it, and with it put aside (for a
    call, on a break). `why` is "done", "tried", or why it was given back. The owner is the
    client."""

    agent: AgentId
    task: TaskId
    queue: QueueId
    worked_us: DurationUs
    aside_us: DurationUs
    why: str


class AgentOffered(Event, frozen=True, gc=False, kw_only=True):
    """The agent's phone is to ring for a contact."""

    agent: AgentId
    offer: OfferId
    queue: QueueId
    client: ClientId
    ring_us: DurationUs
    ready_for: tuple[ClientId, ...] = ()
    kind: SegmentKind = SegmentKind.ANSWER


class OfferTaken(Event, frozen=True, gc=False, kw_only=True):
    """The agent talks: a segment begins."""

    agent: AgentId
    offer: OfferId
    segment: SegmentId
    queue: QueueId
    client: ClientId
    rang_us: DurationUs
    ready_for: tuple[ClientId, ...] = ()
    kind: SegmentKind = SegmentKind.ANSWER


class OfferEnded(Event, frozen=True, gc=False, kw_only=True):
    """Not taken: "no_answer", "declined", "unreachable", "caller_left"."""

    agent: AgentId
    offer: OfferId
    why: str
    rang_us: DurationUs
    ready_for: tuple[ClientId, ...] = ()
    kind: SegmentKind = SegmentKind.ANSWER


class PickUpAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent pressed "take": the phone is asked to go off hook."""

    agent: AgentId
    offer: OfferId


class HoldAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent asked for hold, or for the end of it."""

    agent: AgentId
    held: bool


class HangUpAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent pressed "hang up"."""

    agent: AgentId
    offer: OfferId


class WrapUpStarted(Event, frozen=True, gc=False, kw_only=True):
    """The conversation is over; the agent writes it up, until the limit at the latest."""

    agent: AgentId
    offer: OfferId
    ready_for: tuple[ClientId, ...] = ()
    until: InstantUs = InstantUs(0)


class SegmentClosed(Event, frozen=True, gc=False, kw_only=True):
    """A segment's measured quantities, at the end of its wrap-up: what bills are made of
    (FOUNDATION, 5). No prices. The owner is the client."""

    agent: AgentId
    segment: SegmentId
    queue: QueueId
    rang_us: DurationUs
    talk_us: DurationUs  # without hold
    hold_us: DurationUs
    wrap_up_us: DurationUs
    code: str  # "none" when the limit came first
    note: VaultId | None
    ready_for: tuple[ClientId, ...] = ()
    kind: SegmentKind = SegmentKind.ANSWER
    consult_us: DurationUs = DurationUs(0)  # before a consult became a transfer; not in talk
    to_complete: bool = False  # without a code, which the agent may still give


class WrapUpExtended(Event, frozen=True, gc=False, kw_only=True):
    """The agent has until then to write up."""

    agent: AgentId
    offer: OfferId
    until: InstantUs


class NoteDrafted(Event, frozen=True, gc=False, kw_only=True):
    """A note is being written: it lies in the vault, and is changed there without an event."""

    agent: AgentId
    segment: SegmentId
    note: VaultId


class SegmentCompleted(Event, frozen=True, gc=False, kw_only=True):
    """A closed segment's code, given later. Its measured quantities stay. The owner is the
    client."""

    agent: AgentId
    segment: SegmentId
    queue: QueueId
    code: str
    note: VaultId | None


class PauseAsked(Event, frozen=True, gc=False, kw_only=True):
    """The agent asked that nothing be recorded, or that it go on."""

    agent: AgentId
    paused: bool


class SegmentTurned(Event, frozen=True, gc=False, kw_only=True):
    """The agent has the contact from now on (or is rung for it), who was only consulted."""

    agent: AgentId
    offer: OfferId
    kind: SegmentKind
    queue: QueueId


class WatchStarted(Event, frozen=True, gc=False, kw_only=True):
    """A supervisor watches an agent; stays away for that long."""

    agent: AgentId
    of: AgentId
    offer: OfferId
    mode: WatchMode


class WatchEnded(Event, frozen=True, gc=False, kw_only=True):
    """The supervisor watches no more: hung up, took over, or the contact is over."""

    agent: AgentId
    offer: OfferId


class HandRaised(Event, frozen=True, gc=False, kw_only=True):
    """The agent asks for help, or the hand is down again."""

    agent: AgentId
    raised: bool


class TeamTold(Event, frozen=True, gc=False, kw_only=True):
    """A message to a team, or to one agent alone (`team` is empty then)."""

    team: str
    agent: AgentId | None
    text: VaultId


class PhoneKnown(Event, frozen=True, gc=False, kw_only=True):
    """The agent can be rung."""

    agent: AgentId


class PhoneGone(Event, frozen=True, gc=False, kw_only=True):
    """The agent can't be rung any more."""

    agent: AgentId


class AgentChanged(Event, frozen=True, gc=False, kw_only=True):
    """New definitions, or a move, changed whom an agent who is ready serves."""

    agent: AgentId
    ready_for: tuple[ClientId, ...]


class AgentMoved(Event, frozen=True, gc=False, kw_only=True):
    """For now, until then at the latest, this agent has other skills than the definitions say,
    or another team. Moves of one agent add up, the later over the earlier. `serves`: for whom the
    agent works meanwhile."""

    agent: AgentId
    move: MoveId
    gives: tuple[Skill, ...]
    takes: tuple[SkillId, ...]
    team: str | None
    until: InstantUs
    serves: tuple[ClientId, ...]


class AgentPutBack(Event, frozen=True, gc=False, kw_only=True):
    """A move is over for an agent: "undone", "over" (its time came), "definitions" (new ones
    don't know the agent, the team or a skill of it any more), "serves_nobody" (without another
    one, or under new definitions, it would leave the agent nobody to serve)."""

    agent: AgentId
    move: MoveId
    why: str
    serves: tuple[ClientId, ...]


class HoldMarked(Event, frozen=True, gc=False, kw_only=True):
    """The agent's customer is on hold, or back: hold time is counted from here."""

    agent: AgentId
    offer: OfferId
    held: bool


class WrapUpNoted(Event, frozen=True, gc=False, kw_only=True):
    """The code was given while still talking: the segment closes with the talk."""

    agent: AgentId
    offer: OfferId
    code: str
    note: VaultId | None
