"""Flows: the path of a caller before, between and instead of agents; data, not code."""

from msgspec import Struct

from roost.floor.definition import Asked, Overflow
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    CollectId,
    ContactId,
    Digest,
    FlowId,
    ModeId,
    PlayId,
    PromptId,
    QueueId,
    VaultId,
)
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs, InstantUs

# --- commands ---


class StartFlow(Command, frozen=True, gc=False):
    """A call arrived: its number's flow begins."""

    contact: ContactId
    client: ClientId
    number: str
    tags: tuple[str, ...]


class PromptsDone(Command, frozen=True, gc=False):
    """What the flow said has been said."""

    contact: ContactId
    play: PlayId


class DigitsDone(Command, frozen=True, gc=False):
    """The digits that the flow asked for."""

    contact: ContactId
    collect: CollectId
    count: int
    ended_by: str
    digit: str
    value: VaultId | None


class WebAnswered(Command, frozen=True, gc=False):
    """`choices` were checked against the declared values, `texts` are vault ids put with this
    command. `outcome`: "answered", "refused", "late", "unknown"."""

    contact: ContactId
    request: str
    outcome: str
    choices: dict[str, str] = {}
    texts: dict[str, VaultId] = {}


class MessageDone(Command, frozen=True, gc=False):
    """The voicemail is taken."""

    contact: ContactId


class QueueLeft(Command, frozen=True, gc=False):
    """The queue's limit was reached: the flow goes on. `to`: into another queue, where the wait
    goes on."""

    contact: ContactId
    full: bool = False  # never waited: the queue was full, or gone
    absent: bool = False  # nor here: whom it was for alone isn't there
    to: QueueId | None = None


class MeetMode(Command, frozen=True, gc=False):
    """A mode came into force for a contact that waits."""

    contact: ContactId
    mode: ModeId


class OfferCallback(Command, frozen=True, gc=False):
    """A caller has waited until a callback is offered. `turn` names the very wait. Stale where
    it's over; put off while a phone rings; left out where the caller's number isn't known, or
    may not be called."""

    contact: ContactId
    turn: int


class AnswerOffer(Command, frozen=True, gc=False):
    """What the caller said to the offer: a key, or nothing."""

    contact: ContactId
    collect: CollectId
    digit: str


class OfferOver(Command, frozen=True, gc=False):
    """The lease of an offer that's heard while waiting: no key ever came."""

    contact: ContactId
    collect: CollectId


class StepLapsed(Command, frozen=True, gc=False):
    """A step's lease: whatever it waited for never came. `turn` names the very wait."""

    contact: ContactId
    turn: int


class AnnounceWait(Command, frozen=True, gc=False):
    """Time to tell a waiting caller how it stands. `turn` names the very wait."""

    contact: ContactId
    turn: int


class Rescue(Command, frozen=True, gc=False):
    """Something of ours failed for this contact: the client's default queue."""

    contact: ContactId
    client: ClientId | None = None  # for a contact whose flow hasn't started


class ComeBack(Command, frozen=True, gc=False):
    """The contact is without an agent: wait again, in the queue that it came from."""

    contact: ContactId


class SendToQueue(Command, frozen=True, gc=False):
    """The contact is transferred to a queue, or was never in one (`queue` None: the client's
    default)."""

    contact: ContactId
    client: ClientId
    queue: QueueId | None = None


# --- what a flow asks of the other areas, in its events ---


class AnswerNow(Struct, frozen=True, gc=False, tag=True):
    pass


class SpeakNow(Struct, frozen=True, gc=False, tag=True):
    play: PlayId
    prompts: tuple[PromptId, ...]
    repeat: bool = False
    first: int = 0  # so many of them are heard once only


class ListenNow(Struct, frozen=True, gc=False, tag=True):
    collect: CollectId
    most: int
    terminators: str
    first_us: DurationUs
    next_us: DurationUs
    mask: bool


class QueueNow(Struct, frozen=True, gc=False, tag=True):
    queue: QueueId
    asked: Asked
    most_us: DurationUs
    voicemail: bool = False  # the limit leads to a voicemail
    agent: AgentId | None = None  # held for this one first, so long; or for nobody else ever
    hold_us: DurationUs = DurationUs(0)
    alone: bool = False
    overflow: tuple[Overflow, ...] = ()
    since: InstantUs | None = None  # waits since then, in another queue before
    before: QueueId | None = None  # in that one


class LeaveQueueNow(Struct, frozen=True, gc=False, tag=True):
    """Nobody can answer it there: the flow goes on, as if the limit were reached."""


class TakeMessageNow(Struct, frozen=True, gc=False, tag=True):
    most_us: DurationUs


class EndNow(Struct, frozen=True, gc=False, tag=True):
    blame: Blame
    reason: Reason


Act = AnswerNow | SpeakNow | ListenNow | QueueNow | LeaveQueueNow | TakeMessageNow | EndNow

# --- events ---


class FlowStarted(Event, frozen=True, gc=False, kw_only=True):
    """A contact began this version of a flow, and keeps it."""

    flow: FlowId
    version: Digest
    tags: tuple[str, ...] = ()  # the caller lists that the number is on


class FlowAdvanced(Event, frozen=True, gc=False, kw_only=True):
    """The flow came to `step` and waits there (or ended, `step` empty), having set
    variables and asked for `acts`. `passed` names what led here ("1", "silence", "closed"…),
    so that a report can count choices."""

    step: str
    turn: int  # counts the waits of this contact
    attempt: int
    variables: dict[str, str]
    acts: tuple[Act, ...]
    passed: str = ""
    choice: str = ""  # the label chosen in a menu: the contact's reason
    request: str = ""  # the web request that is waited for
    announced: tuple[ModeId, ...] = ()  # modes whose announcement is heard now
    lease_us: DurationUs = DurationUs(0)  # how long the wait may take; 0: others hold it


class CallbackOffered(Event, frozen=True, gc=False, kw_only=True):
    """A caller who waits hears that we would call back, and which key takes it. `next_us`: when
    it's offered again; 0: not again."""

    play: PlayId
    prompts: tuple[PromptId, ...]
    collect: CollectId
    key: str
    answer_us: DurationUs
    lease_us: DurationUs
    next_us: DurationUs


class MusicResumed(Event, frozen=True, gc=False, kw_only=True):
    """The offer wasn't taken ("silence", "other", "busy": a phone rings already), or what was
    announced has been said ("announced"), or a "mode" was declared: the caller hears again what
    those hear who wait, before that so many of the `first` prompts."""

    play: PlayId
    prompts: tuple[PromptId, ...]
    passed: str
    first: int = 0
    announced: tuple[ModeId, ...] = ()


class FlowRescued(Event, frozen=True, gc=False, kw_only=True):
    """Taken off its path to the client's default queue, by our fault."""


class WaitAnnounced(Event, frozen=True, gc=False, kw_only=True):
    """A waiting caller is told its position, and how long it may still take. `wait_us` is what
    was estimated (None: nobody is there who could answer), `said_us` the length that was said (0:
    none, or longer than any), in `prompts`."""

    queue: QueueId
    position: int
    wait_us: DurationUs | None
    said_us: DurationUs
    play: PlayId
    prompts: tuple[PromptId, ...]
