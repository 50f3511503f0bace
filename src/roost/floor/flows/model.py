"""Flows: where each contact is on its path, and how events move it on.

A run waits for one thing at a time, named by `waits`: a play's end, digits, the web, the queue,
a voicemail. Each wait has a `turn` and a lease (StepLapsed names the turn; the queue has a limit
of its own), so nothing that's lost can hold a caller for ever. A run keeps its flow's version;
versions that nobody uses any more leave the state.
"""

from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.affected import InForce
from roost.floor.flows import messages as m
from roost.kernel.ids import AgentId, ClientId, ContactId, FlowId, ModeId, PromptId, QueueId
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs

MOST_STEPS: Final = 200  # without a wait; beyond it the flow is taken for a loop
MOST_TURNED_AWAY: Final = 5  # in a row, by full queues; then the contact is ended
PLAY_LEASE_US: Final = DurationUs(10 * MINUTE)  # the longest that prompts may take
GRACE_US: Final = DurationUs(5 * SECOND)  # for an outcome that's on its way
RESCUE_WAIT_US: Final = DurationUs(60 * MINUTE)
UNDISTURBED_US: Final = DurationUs(MINUTE)  # no announcement of a mode should be longer
TRANSFER_WAIT_US: Final = DurationUs(30 * MINUTE)  # the most that a transferred one waits
RESCUED: Final = "(rescued)"  # the step of a contact on the safe path
TRANSFERRED: Final = "(transferred)"  # of one that an agent sent to a queue


class Told(Struct, gc=False, frozen=True):
    """What a waiting caller was told last; `us` of the wait that was said, 0 if none was."""

    position: int
    us: DurationUs


class Run(Struct, gc=False):
    """One contact's way through its flow."""

    contact: ContactId
    client: ClientId
    flow: str  # the key of its version
    tags: tuple[str, ...]
    variables: dict[str, str]
    step: str = ""
    turn: int = 0
    attempt: int = 1
    waits: str = ""  # play, digits, web, queue, message
    awaited: str = ""  # the id of the play, the collection, the request
    plays: int = 0
    collections: int = 0
    requests: int = 0
    answered: bool = False
    message: bool = False  # a voicemail has been taken
    turned_away: int = 0
    rescued: int = 0
    due: InstantUs = InstantUs(0)  # when the lease lapses
    queue: QueueId | None = None  # in which it waits, or waited last
    since: InstantUs = InstantUs(0)  # it waits there, or in one queue after the other
    moved: bool = False  # out of that queue, by a mode: the wait goes on in the next one
    heard: tuple[ModeId, ...] = ()  # modes whose announcement it has heard
    telling: bool = False  # hears one just now, before it goes on
    offering: str = ""  # the collection of a callback's offer that's heard just now
    offer_at: InstantUs = InstantUs(0)  # when the next offer is due; 0: never
    named: AgentId | None = None  # whom it was for then
    told: Told | None = None  # how it stood there, when it was announced last
    undisturbed: InstantUs = InstantUs(0)  # until then a mode's announcement may be heard


class Version(Struct, gc=False):
    flow: definition.Flow
    runs: int = 0
    current: bool = True


class SafePath(Struct, gc=False, frozen=True):
    """`waiting` is heard round and round: that we're sorry, and music; `music` alone by those
    whom an agent sent into a queue. `announcements` are what is said in a mode."""

    queue: QueueId
    waiting: tuple[PromptId, ...]
    music: tuple[PromptId, ...] = ()
    announcements: dict[str, tuple[PromptId, ...]] = {}


class Flows(Struct, gc=False):
    versions: dict[str, Version] = field(default_factory=dict[str, Version])
    numbers: dict[str, str] = field(default_factory=dict[str, str])  # number → version's key
    safe: dict[str, SafePath] = field(default_factory=dict[str, SafePath])
    runs: dict[str, Run] = field(default_factory=dict[str, Run])
    modes: dict[str, InForce] = field(default_factory=dict[str, InForce])  # in force now


def version_key(flow: FlowId, version: str) -> str:
    return f"{flow}@{version}"


def configured(state: Flows, floor: definition.Floor) -> None:
    """Runs keep their versions; new ones begin with today's."""
    versions: dict[str, Version] = {}
    today: dict[str, str] = {}
    for flow in floor.flows:
        key = today[flow.id] = version_key(flow.id, flow.version)
        old = state.versions.get(key)
        versions[key] = Version(flow, old.runs if old else 0)
    for key, old in state.versions.items():
        if key not in versions and old.runs:
            old.current = False
            versions[key] = old
    state.versions = versions
    state.numbers = {number.number: today[number.flow] for number in floor.numbers}
    safe: dict[str, SafePath] = {}
    for client in floor.clients:
        safe[client.id] = SafePath(
            client.default_queue,
            client.sorry + client.hold_music,
            client.hold_music,
            client.announcements,
        )
    for known, path in state.safe.items():
        safe.setdefault(known, path)
    state.safe = safe


def started(state: Flows, event: m.FlowStarted) -> None:
    assert event.contact is not None
    key = version_key(event.flow, event.version)
    state.versions[key].runs += 1
    state.runs[event.contact] = Run(event.contact, ClientId(event.owner), key, event.tags, {})


def advanced(state: Flows, event: m.FlowAdvanced, at: InstantUs) -> None:
    assert event.contact is not None
    run = state.runs.get(event.contact)
    if run is None and event.step == TRANSFERRED:  # a call of ours has no flow before
        run = Run(event.contact, ClientId(event.owner), "", (), {}, answered=True)
        state.runs[event.contact] = run
    if run is None:
        return  # rescued too late: the contact had ended
    if not event.step:
        over(state, event.contact)
        return
    run.step = event.step
    anew = event.turn != run.turn  # else the same wait goes on
    run.turn = event.turn
    run.attempt = event.attempt
    if event.variables:
        run.variables.update(event.variables)
    run.turned_away = run.turned_away + 1 if event.passed == "full" else 0
    run.waits = run.offering = ""
    run.offer_at = InstantUs(0)
    if event.request:
        run.requests += 1
        run.waits = "web"
        run.awaited = event.request
    since = run.since if event.passed == "returned" else at
    for act in event.acts:
        _acted(run, act, since)
        if isinstance(act, m.SpeakNow) and act.repeat and act.first:
            run.undisturbed = InstantUs(at + UNDISTURBED_US)
    run.heard = (*run.heard, *event.announced)
    run.telling = bool(event.announced)
    run.due = InstantUs(at + event.lease_us)
    offer = callback_of(state, run)
    if anew:
        run.offering = ""
    if anew and offer is not None:
        run.offer_at = InstantUs(at + offer.after_us)


def callback_of(state: Flows, run: Run) -> definition.CallbackOffer | None:
    """What's offered where this run waits."""
    version = state.versions.get(run.flow)
    if run.waits != "queue" or version is None:
        return None
    step = version.flow.steps.get(run.step)
    return step.callback if isinstance(step, definition.Enqueue) else None


def offered(state: Flows, event: m.CallbackOffered, at: InstantUs) -> None:
    assert event.contact is not None
    run = state.runs[event.contact]
    run.plays += 1
    run.collections += 1
    run.offering = event.collect
    run.due = InstantUs(at + event.lease_us)
    run.offer_at = InstantUs(at + event.next_us) if event.next_us else InstantUs(0)


def announced(state: Flows, event: m.WaitAnnounced) -> None:
    assert event.contact is not None
    run = state.runs[event.contact]
    run.plays += 1
    run.awaited = event.play
    run.told = Told(event.position, event.said_us)


def resumed(state: Flows, event: m.MusicResumed, at: InstantUs) -> None:
    assert event.contact is not None
    run = state.runs[event.contact]
    run.plays += 1
    run.offering = ""
    run.heard = (*run.heard, *event.announced)
    if event.first:
        run.undisturbed = InstantUs(at + UNDISTURBED_US)


def promised(
    state: Flows, contact: ContactId, client: ClientId, queue: QueueId, since: InstantUs
) -> None:
    """Whom we call back waits as one who was transferred does: with no step of a flow."""
    run = Run(contact, client, "", (), {}, step=TRANSFERRED, waits="queue", answered=True)
    run.queue, run.since = queue, since
    state.runs[contact] = run


def _acted(run: Run, act: m.Act, since: InstantUs) -> None:
    match act:
        case m.SpeakNow():
            run.plays += 1
            run.waits = "play"
            run.awaited = act.play
        case m.LeaveQueueNow():
            run.waits = "queue"
            run.moved = True
        case m.QueueNow():
            run.waits = "queue"
            run.queue = act.queue
            run.moved = False
            run.since = since if act.since is None else act.since
            run.named = act.agent
            run.awaited = ""
            run.told = None
        case m.ListenNow():
            run.collections += 1
            run.waits = "digits"
            run.awaited = act.collect
        case m.TakeMessageNow():
            run.waits = "message"
            run.message = True
        case m.AnswerNow():
            run.answered = True
        case m.EndNow():
            pass


def rescued(state: Flows, event: m.FlowRescued) -> None:
    assert event.contact is not None
    run = state.runs.get(event.contact)
    if run is None:
        run = state.runs[event.contact] = Run(event.contact, ClientId(event.owner), "", (), {})
    run.rescued += 1


def over(state: Flows, contact: ContactId) -> None:
    """The path has ended, or the contact has."""
    run = state.runs.pop(contact, None)
    if run is None or not run.flow:
        return
    version = state.versions[run.flow]
    version.runs -= 1
    if not version.runs and not version.current:
        del state.versions[run.flow]
