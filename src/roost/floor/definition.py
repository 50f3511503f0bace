"""What the floor is configured by: the checked definitions, compiled to plain data.

`definitions/` compiles the YAML to this; `roost apply` puts it into the cell's stream as one
event (`agents, calls, flows, queues, routing` each fold their part). Nothing here is a name of
a person: those lie in the settings' vault.
"""

from typing import Final

from msgspec import Struct

from roost.floor.alert_rules import AlertRule
from roost.floor.parties import PAUSE_US
from roost.kernel.ids import (
    AgentId,
    ClientId,
    Digest,
    EntryId,
    FlowId,
    PromptId,
    QueueId,
    SkillId,
)
from roost.kernel.messages import Command, Event
from roost.kernel.time import SECOND, DurationUs, Hours, Zone


class Skill(Struct, frozen=True, gc=False):
    """A skill with the level that an agent has, or that a contact needs at least (1–10)."""

    skill: SkillId
    level: int = 1


def serves(agent: tuple[Skill, ...], needed: tuple[Skill, ...]) -> bool:
    """Whether these skills are enough: each at the level needed, or above."""
    levels = {skill.skill: skill.level for skill in agent}
    return all(levels.get(skill.skill, 0) >= skill.level for skill in needed)


class Asked(Struct, frozen=True, gc=False):
    """What a contact asks for beside its queue: the flow's skills and preferences, and by how
    much its priority is raised over the queue's."""

    skills: tuple[Skill, ...] = ()
    prefer: tuple[Skill, ...] = ()
    raised: int = 0


NOTHING_ASKED = Asked()


def together(own: tuple[Skill, ...], more: tuple[Skill, ...]) -> tuple[Skill, ...]:
    """Both lists' skills, each once with the higher level, in the order of their names."""
    if not more:
        return own
    levels = {skill.skill: skill.level for skill in own}
    for skill in more:
        levels[skill.skill] = max(skill.level, levels.get(skill.skill, 0))
    return tuple(Skill(skill, levels[skill]) for skill in sorted(levels))


# --- flows: named steps; `then` names the next one, "" ends the flow ---


class Answer(Struct, frozen=True, gc=False, tag=True):
    """Answer the call: charging begins. Before it, prompts are early media."""

    then: str


class Say(Struct, frozen=True, gc=False, tag=True):
    prompts: tuple[PromptId, ...]
    then: str


class Choice(Struct, frozen=True, gc=False):
    label: str
    then: str


class Menu(Struct, frozen=True, gc=False, tag=True):
    """Asks up to `attempts` times; a key that isn't offered is answered with `invalid`,
    silence with `silence`, each followed by the prompts again; then `otherwise`."""

    prompts: tuple[PromptId, ...]
    choices: dict[str, Choice]  # by key: 0-9 * #
    invalid: tuple[PromptId, ...]
    silence: tuple[PromptId, ...]
    attempts: int
    first_us: DurationUs
    otherwise: str


class Collect(Struct, frozen=True, gc=False, tag=True):
    """Collects digits into a variable: its value is a vault id (`mask`: only memory)."""

    prompts: tuple[PromptId, ...]
    invalid: tuple[PromptId, ...]
    variable: str
    least: int
    most: int
    terminators: str
    first_us: DurationUs
    next_us: DurationUs
    mask: bool
    attempts: int
    then: str
    otherwise: str


class ByHours(Struct, frozen=True, gc=False, tag=True):
    hours: Hours
    open: str
    closed: str


class ByVariable(Struct, frozen=True, gc=False, tag=True):
    variable: str
    cases: dict[str, str]
    otherwise: str


class ByCaller(Struct, frozen=True, gc=False, tag=True):
    """By the first caller list (`centre.yaml`, client's `callers`) that the number is on."""

    cases: tuple[tuple[str, str], ...]
    otherwise: str


class ByMode(Struct, frozen=True, gc=False, tag=True):
    """By the strongest mode in force for the caller (affected.ModeKind), after its announcement;
    `queue` None: one that goes for any of the client's queues."""

    cases: dict[str, str]
    otherwise: str
    queue: QueueId | None = None


class SetVariables(Struct, frozen=True, gc=False, tag=True):
    values: dict[str, str]
    then: str


class AskWebStep(Struct, frozen=True, gc=False, tag=True):
    url: str
    method: str
    send: tuple[str, ...]  # names of variables
    choices: dict[str, tuple[str, ...]]  # variable → values that may come back, in the log
    texts: tuple[str, ...]  # variables whose values go to the vault
    deadline_us: DurationUs
    idempotent: bool
    then: str
    otherwise: str


class Overflow(Struct, frozen=True, gc=False):
    """Into the queue `to` once the contact has waited so long in all, and `when` is so of the
    queue that it waits in: whoever may serve it is "signed_out", or "away" (or signed out)."""

    to: QueueId
    after_us: DurationUs = DurationUs(0)
    when: str = ""


def ways(rules: tuple[Overflow, ...], queue: QueueId | None) -> tuple[Overflow, ...]:
    """Those that are left in this queue: after the last one that leads here."""
    led = max((place for place, one in enumerate(rules) if one.to == queue), default=-1)
    return rules[led + 1 :]


class CallbackOffer(Struct, frozen=True, gc=False):
    """What's offered to a caller who has waited `after_us`, and again every `again_us` (0: once):
    to be called when it's their turn, in place of waiting on the line. Then the agent's phone
    rings first and the customer is called by it; or (`customer_first`) the customer is called
    when the turn comes, and waits for whoever is free next. Tried at most `tries` times,
    `retry_us` apart, until `within_us` after it was taken."""

    after_us: DurationUs
    again_us: DurationUs
    key: str  # that takes it
    prompts: tuple[PromptId, ...]
    answer_us: DurationUs  # for the key, after the words
    agreed: tuple[PromptId, ...]  # said to who took it, before we hang up
    customer_first: bool
    waiting: tuple[PromptId, ...]  # what a customer who was called first hears until an agent comes
    tries: int
    retry_us: DurationUs
    within_us: DurationUs


class SaidWait(Struct, frozen=True, gc=False):
    """What is said of a wait of at most so long."""

    us: DurationUs
    prompt: PromptId


class Announce(Struct, frozen=True, gc=False):
    """What a waiting caller is told. `positions`: of the next one, the second and so on, the last
    of all further on; `waits` by their length, then `longer`. Either may be left out."""

    first_us: DurationUs
    every_us: DurationUs
    positions: tuple[PromptId, ...] = ()
    waits: tuple[SaidWait, ...] = ()
    longer: PromptId | None = None


class Enqueue(Struct, frozen=True, gc=False, tag=True):
    """Wait for an agent. `waiting` is played round and round. After `most_us` the flow goes on
    at `otherwise`; in a mode (affected.ModeKind) at the step that `modes` names."""

    queue: QueueId
    priority: int
    skills: tuple[Skill, ...]  # beside the queue's own
    waiting: tuple[PromptId, ...]
    most_us: DurationUs
    otherwise: str
    prefer: tuple[Skill, ...] = ()  # beside the queue's own
    modes: dict[str, str] = {}
    overflow: tuple[Overflow, ...] = ()  # the first that is due; the wait goes on
    callback: CallbackOffer | None = None
    agent: AgentId | None = None  # held for this one first,
    hold_us: DurationUs = DurationUs(0)  # so long, if they're there;
    alone: bool = False  # or for nobody else ever: without them the flow goes on
    announce: Announce | None = None


class TakeVoicemail(Struct, frozen=True, gc=False, tag=True):
    prompts: tuple[PromptId, ...]
    most_us: DurationUs
    then: str


class HangUp(Struct, frozen=True, gc=False, tag=True):
    closed: bool = False  # because it's outside opening hours


Step = (
    Answer
    | Say
    | Menu
    | Collect
    | ByHours
    | ByVariable
    | ByCaller
    | ByMode
    | SetVariables
    | AskWebStep
    | Enqueue
    | TakeVoicemail
    | HangUp
)


class Flow(Struct, frozen=True, gc=False):
    """`version` is the hash of the flow's content; a contact keeps the version it began with."""

    id: FlowId
    client: ClientId
    version: Digest
    start: str
    steps: dict[str, Step]


def values_of(flow: Flow) -> list[tuple[str, str]]:
    """Every variable with each value that the flow may give it: those that the log may know."""
    found: list[tuple[str, str]] = []
    for step in flow.steps.values():
        if isinstance(step, SetVariables):
            found.extend(step.values.items())
        elif isinstance(step, AskWebStep):
            found.extend((name, value) for name, of in step.choices.items() for value in of)
    return found


# --- who and where ---


class Entry(Struct, frozen=True, gc=False):
    """An outside number that belongs to a firm or an office, not to a person."""

    id: EntryId
    number: str


class Client(Struct, frozen=True, gc=False):
    id: ClientId
    default_queue: QueueId  # the safe path when something of ours failed
    sorry: tuple[PromptId, ...]  # what a caller hears when something of ours failed
    record: bool
    wrap_up_codes: tuple[str, ...]
    hold_music: tuple[PromptId, ...] = ()
    directory: tuple[Entry, ...] = ()  # whom agents may call, consult and transfer to
    pause_us: DurationUs = PAUSE_US  # the longest pause of a recording; it resumes by itself
    calling_out: tuple[str, ...] = ()  # how numbers begin that agents may dial besides: dialling.py
    announcements: dict[str, tuple[PromptId, ...]] = {}  # what callers hear in a declared mode
    lists: tuple[str, ...] = ()  # of callers


class Number(Struct, frozen=True, gc=False):
    """A number that may be called, and the flow that answers it."""

    number: str
    client: ClientId
    flow: FlowId


class ServiceTarget(Struct, frozen=True, gc=False):
    """A promise as the router sees it, made from a contract's term (office/service_terms):
    `promised` of the contacts in time (millionths), judged over a day or a month of `zone`, or
    by intervals of their own. `worth`: one contact more in time, in thousandths of a minor unit.
    `hours`: what enters then counts, and nothing else.
    `abandoned` contacts are `missed`, left `out`, left `out_in_time` (those alone who gave up
    within the threshold), or `good_in_time`."""

    id: str  # client/term
    queues: tuple[QueueId, ...]
    promised: int
    worth: int
    zone: Zone
    by_day: bool = False
    interval_us: DurationUs = DurationUs(0)
    abandoned: str = "missed"
    short_out: bool = True
    hours: Hours | None = None


class Ring(Struct, frozen=True, gc=False):
    """After this wait a contact is open to more people: whoever has these skills (instead of
    the queue's own), in one of these teams (any, if none is named)."""

    after_us: DurationUs
    skills: tuple[Skill, ...]
    teams: tuple[str, ...] = ()


class RoutedTasks(Struct, frozen=True, gc=False):
    """A queue's tasks are offered to its agents when they're due, by the queue's skills and rings.
    `priority` is added to the queue's. Who works on an `interruptible` one may still be rung; so
    it comes after every call, whatever the priorities."""

    priority: int = 0
    offer_us: DurationUs = DurationUs(30 * SECOND)  # how long one is offered
    interruptible: bool = True


class Share(Struct, frozen=True, gc=False):
    """Of one channel an agent has at most so many at a time, each so heavy: whatever is in hand
    weighs 100 together at most. A call weighs 100."""

    channel: str
    most: int = 1
    weight: int = 100


VOICE: Final = "voice"
TASK: Final = "task"


def share(capacity: tuple[Share, ...], channel: str) -> Share:
    """What an agent may have of a channel."""
    return next((one for one in capacity if one.channel == channel), Share(channel))


class Sticky(Struct, frozen=True, gc=False):
    """Whoever calls again is held for the agent who helped last: if that was within this time,
    in a talk of at least this length; for so long at most."""

    within_us: DurationUs
    hold_us: DurationUs
    least_us: DurationUs


class Queue(Struct, frozen=True, gc=False):
    id: QueueId
    client: ClientId
    skills: tuple[Skill, ...]
    priority: int  # added to the flow's; higher goes first
    ring_us: DurationUs
    wrap_up_us: DurationUs  # the limit; 0: none at all, straight back to ready
    code_required: bool
    most_waiting: int  # beyond it the flow takes `otherwise` at once
    target_us: DurationUs  # answered within: service level
    short_us: DurationUs  # abandoned sooner is a short abandon
    whisper: tuple[PromptId, ...] = ()  # what the agent alone hears before the customer
    call_back_abandoned: bool = False  # who gave up waiting becomes a task
    teams: tuple[str, ...] = ()  # of the first ring; none named: any
    prefer: tuple[Skill, ...] = ()  # whoever has more of these comes first
    agents: str = "longest_idle"  # which agent: routing/ranks.py
    rings: tuple[Ring, ...] = ()  # in order of their wait
    boost_us: DurationUs = DurationUs(0)  # waiting raises the priority by one for each; 0: never
    boost_most: int = 0
    sticky: Sticky | None = None
    earns: int = 0  # an answered contact, in thousandths of a minor unit; 0: not known
    tasks: RoutedTasks | None = None  # None: they lie in the list, for whoever takes them


def may_serve(skills: tuple[Skill, ...], team: str, queue: Queue) -> bool:
    """Whether these skills, in this team, do for a queue, if only in a later ring."""
    rings = ((queue.skills, queue.teams), *((ring.skills, ring.teams) for ring in queue.rings))
    return any(serves(skills, needed) and (not teams or team in teams) for needed, teams in rings)


class Agent(Struct, frozen=True, gc=False):
    id: AgentId
    skills: tuple[Skill, ...]
    team: str
    clients: tuple[ClientId, ...]  # whose queues these skills serve: `ready_for`
    rest_us: DurationUs = DurationUs(0)  # at least, after each contact
    most_busy: int = 0  # of the last half hour, per mille; 0: no limit
    capacity: tuple[Share, ...] = ()  # beside calls; a channel not named: one, that weighs 100


class Floor(Struct, frozen=True, gc=False):
    """One cell's definitions."""

    version: Digest
    clients: tuple[Client, ...]
    numbers: tuple[Number, ...]
    flows: tuple[Flow, ...]
    queues: tuple[Queue, ...]
    agents: tuple[Agent, ...]
    away_reasons: tuple[str, ...]
    away_limits: dict[str, DurationUs] = {}  # by reason: how long is usual, for the floor's eyes
    order: str = "priority"  # who goes first: routing/order.py
    targets: tuple[ServiceTarget, ...] = ()
    alerts: tuple[AlertRule, ...] = ()  # judged by whoever shows the floor, not by the cell


class Configure(Command, frozen=True, gc=False):
    """Put checked definitions in force. Calls in progress keep their flow's version."""

    floor: Floor


class CentreConfigured(Event, frozen=True, gc=False, kw_only=True):
    floor: Floor
