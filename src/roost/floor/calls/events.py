"""What happened: the events of calls."""

from roost.floor.definition import Asked
from roost.floor.effects import Route, TrackPurpose
from roost.floor.parties import Party, WatchMode
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    CollectId,
    ContactId,
    EntryId,
    LegId,
    MediaId,
    OfferId,
    PlayId,
    PromptId,
    QueueId,
    TaskId,
    TrackId,
    TrunkId,
    VaultId,
)
from roost.kernel.messages import Event
from roost.kernel.time import DurationUs, InstantUs


class CallArrived(Event, frozen=True, gc=False, kw_only=True):
    """A contact begins: somebody called one of the numbers. `count` is the client's own count
    of contacts; the caller's number lies in the vault. `person` is who calls, as a token of the
    client's (`ports.persons`): only where its queues ask who helped them last."""

    leg: LegId
    trunk: TrunkId
    number: str
    caller: VaultId | None
    tags: tuple[str, ...]
    media: MediaId
    count: int  # the client's own contact number: 1, 2, 3…
    person: str = ""
    may_call: bool = False  # the client lets this number be called


class CallAnswered(Event, frozen=True, gc=False, kw_only=True):
    """We answered: charging begins."""


class MatrixChanged(Event, frozen=True, gc=False, kw_only=True):
    """Who hears what from now on. `joined`: this leg is a part of it from now on."""

    version: int
    routes: tuple[Route, ...]
    joined: LegId | None = None


class CallAcknowledged(Event, frozen=True, gc=False, kw_only=True):
    """The caller's side has confirmed our answer."""

    leg: LegId


class PlayFinished(Event, frozen=True, gc=False, kw_only=True):
    """The prompts that somebody waits for have been played to their end."""

    play: PlayId


class CollectionStarted(Event, frozen=True, gc=False, kw_only=True):
    """Digits of the caller are being collected; with all that a restart needs to ask again."""

    collect: CollectId
    leg: LegId
    most: int
    terminators: str
    first_us: DurationUs
    next_us: DurationUs
    mask: bool


class CollectionEnded(Event, frozen=True, gc=False, kw_only=True):
    """The digits are in, or nobody waits for them any more ("dropped"). `digit` is the key of a
    menu; longer ones lie in the vault."""

    collect: CollectId
    count: int
    ended_by: str
    digit: str
    value: VaultId | None


class LegDialled(Event, frozen=True, gc=False, kw_only=True):
    """A leg of ours is being rung: an agent's, a guest's, a watcher's, or the customer's whom
    an agent calls. `agent` and `offer` are an agent's and a watcher's; `number` (in the vault)
    or `entry` (of the directory) are of a leg that goes outside; a watcher's watches `watches`."""

    leg: LegId
    agent: AgentId | None
    offer: OfferId | None
    party: Party = Party.AGENT
    number: VaultId | None = None
    entry: EntryId | None = None
    watches: LegId | None = None
    mode: WatchMode | None = None


class LegConnected(Event, frozen=True, gc=False, kw_only=True):
    """A leg that we rang is up."""

    leg: LegId
    offer: OfferId | None
    party: Party = Party.AGENT


class LegEnding(Event, frozen=True, gc=False, kw_only=True):
    """A leg is no longer wanted, while its contact goes on: signalling is asked to end it."""

    leg: LegId
    reason: Reason


class LegEnded(Event, frozen=True, gc=False, kw_only=True):
    """A leg is over. `offer` is empty on the caller's leg; `connected` tells whether an
    agent's leg was ever up."""

    leg: LegId
    agent: AgentId | None
    offer: OfferId | None
    connected: bool
    blame: Blame
    reason: Reason
    party: Party = Party.AGENT
    heard: bool = False  # in the talk, and long enough to have been heard


class PartyHeld(Event, frozen=True, gc=False, kw_only=True):
    """A party was put on hold, or taken back into the talk."""

    leg: LegId
    party: Party
    held: bool


class PartiesMerged(Event, frozen=True, gc=False, kw_only=True):
    """Everybody was taken into one talk: the consultation is over."""


class HostChanged(Event, frozen=True, gc=False, kw_only=True):
    """Another agent carries the contact from now on, or nobody (a guest alone)."""

    leg: LegId | None
    agent: AgentId | None
    offer: OfferId | None


class AgentInvited(Event, frozen=True, gc=False, kw_only=True):
    """A colleague is to be rung for a consultation."""

    agent: AgentId
    offer: OfferId
    by: AgentId
    queue: QueueId  # of the segment that asks: its rules hold for the new one, too
    ring_us: DurationUs


class CallerReturned(Event, frozen=True, gc=False, kw_only=True):
    """The customer waits for an agent again: transferred, or left alone by one who was gone.
    `queue`: a transfer's; None: the queue that the contact came from. `direct` is offered it
    first, who may be `ringing` for it already."""

    queue: QueueId | None = None
    direct: AgentId | None = None
    ringing: OfferId | None = None
    transferred: bool = False


class TransferStarted(Event, frozen=True, gc=False, kw_only=True):
    """`how`: "blind" or "consult"; `kind`: to an "agent", a "queue" or a "number"; `agent` is
    the one who transfers, `to` the colleague, if it's one. `line`: dialled on the second line of
    the agent's own phone."""

    how: str
    kind: str
    agent: AgentId
    to: AgentId | None = None
    queue: QueueId | None = None
    line: bool = False


class TransferCompleted(Event, frozen=True, gc=False, kw_only=True):
    """Whom the transfer was for has the contact; `agent` is the one who has it now (None: an
    outside number)."""

    how: str
    kind: str
    agent: AgentId | None


class TransferFailed(Event, frozen=True, gc=False, kw_only=True):
    """It came to nothing: the host, or the queue, has the contact as before."""

    how: str
    kind: str
    why: Reason


class WatchSet(Event, frozen=True, gc=False, kw_only=True):
    """A watcher listens, whispers or barges from now on."""

    leg: LegId
    agent: AgentId
    mode: WatchMode


class WatcherJoined(Event, frozen=True, gc=False, kw_only=True):
    """A watcher has taken the contact over, and is an agent's leg from now on."""

    leg: LegId
    agent: AgentId
    offer: OfferId
    queue: QueueId


class AgentWhispered(Event, frozen=True, gc=False, kw_only=True):
    """The agent hears what it's about, before the customer."""

    leg: LegId
    play: PlayId


class LineInterrupted(Event, frozen=True, gc=False, kw_only=True):
    """A leg's line is lost for now, or back."""

    leg: LegId
    lost: bool


class RecordingPaused(Event, frozen=True, gc=False, kw_only=True):
    """Nothing is recorded for now, or again. `pause` counts the contact's pauses."""

    paused: bool
    pause: int
    agent: AgentId | None = None  # who asked; None: the pause's limit


class CallMade(Event, frozen=True, gc=False, kw_only=True):
    """An agent calls somebody for a client: a contact is made. `leg` will be the customer's,
    dialled when the agent's is up; `number` is the one that's called, `shown` the client's own
    that the customer sees, `task` what it's for."""

    leg: LegId
    number: VaultId | None
    entry: EntryId | None
    shown: str
    agent: AgentId
    offer: OfferId
    media: MediaId
    count: int  # of the client's contacts
    task: TaskId | None = None


class CallbackPromised(Event, frozen=True, gc=False, kw_only=True):
    """A contact is made that waits in a queue for a caller who has hung up: the call that was
    promised in the contact `first`, or a further try of it. `leg` will be the customer's;
    `number` is theirs, `shown` the client's own that they see. It stands in the queue with the
    time `since`, but not before `not_before`; given up at `until`. `tries` are left after it."""

    first: ContactId
    leg: LegId
    number: VaultId
    shown: str
    media: MediaId
    count: int  # of the client's contacts
    queue: QueueId
    asked: Asked
    since: InstantUs
    not_before: InstantUs
    until: InstantUs
    tries: int
    retry_us: DurationUs
    customer_first: bool
    waiting: tuple[PromptId, ...] = ()  # what a customer who is called first hears, until an agent


class CallbackClosed(Event, frozen=True, gc=False, kw_only=True):
    """How a promised call came out: "reached"; "busy", "no_answer" and the like; "lapsed", when
    its turn never came in time, "closed" when nobody could answer in its queue any more. `next`:
    the contact of the next try. `owed`: there'll be none, though it's neither the customer's doing
    nor the time's; it's somebody's work, whatever the queue says."""

    first: ContactId
    queue: QueueId
    since: InstantUs
    number: VaultId
    outcome: str
    next: ContactId | None = None
    owed: bool = False


class MediaServing(Event, frozen=True, gc=False, kw_only=True):
    """Calls that we make are anchored on this media process from now on."""

    media: MediaId


class TrackStarted(Event, frozen=True, gc=False, kw_only=True):
    """A leg is being recorded from now on."""

    leg: LegId
    track: TrackId
    purpose: TrackPurpose
    most_us: DurationUs


class TrackEnded(Event, frozen=True, gc=False, kw_only=True):
    """A leg's recording is complete."""

    leg: LegId
    track: TrackId
    purpose: TrackPurpose
    file: str
    length_us: DurationUs
    bytes: int
    gap_us: DurationUs


class LegQuality(Event, frozen=True, gc=False, kw_only=True):
    """What media counted on a leg: packets, loss, jitter, strangers; and what the far end's
    reports (RTCP) said of what was sent to it. A round trip of 0: no report came."""

    leg: LegId
    received: int
    sent: int
    lost: int
    jitter_us: DurationUs
    strangers: int
    far_lost: int = 0
    far_jitter_us: DurationUs = DurationUs(0)
    round_trip_us: DurationUs = DurationUs(0)


class ContactEnded(Event, frozen=True, gc=False, kw_only=True):
    """The customer's matter on this call is over; exactly one per contact. `caller` is the
    customer's number."""

    blame: Blame
    reason: Reason
    caller: VaultId | None = None


class LegAsked(Event, frozen=True, gc=False, kw_only=True):
    """A lease has lapsed: the far end is asked whether it's still there, for the `times`th
    time in a row."""

    leg: LegId
    times: int


class LegFound(Event, frozen=True, gc=False, kw_only=True):
    """The leg that was asked for is still there."""

    leg: LegId


class TrackLost(Event, frozen=True, gc=False, kw_only=True):
    """A recording's end was never reported: its media process is gone, or silent."""

    leg: LegId
    track: TrackId
    purpose: TrackPurpose


class CallCleared(Event, frozen=True, gc=False, kw_only=True):
    """What was still owed about an ended call never came; it isn't waited for any longer."""
