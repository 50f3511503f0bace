"""What calls are asked to do, and what they're told."""

from roost.floor.parties import Party, Target
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    CollectId,
    ContactId,
    LegId,
    MediaId,
    OfferId,
    PlayId,
    PromptId,
    TrackId,
    TrunkId,
    VaultId,
)
from roost.kernel.messages import Command
from roost.kernel.time import DurationUs, InstantUs

# --- commands from signalling ---


class ReceiveCall(Command, frozen=True, gc=False):
    """A caller's INVITE. Its dialog is put into the vault with this command, so that it's
    committed before we answer anything. Refused: unknown_number, too_many_calls."""

    leg: LegId
    trunk: TrunkId
    number: str
    caller: VaultId | None
    tags: tuple[str, ...]  # the caller lists that the number is on
    media: MediaId
    person: str = ""  # the caller's token (`ports.persons`), where the client's queues ask for it
    may_call: bool = False  # the client lets this number be called: a callback may be offered


class LegRang(Command, frozen=True, gc=False):
    """An agent's phone rings, or a number that we called; `early`: what the network says of it
    (ringing, busy, an announcement) can be heard on the leg already."""

    leg: LegId
    early: bool = False


class LegAnswered(Command, frozen=True, gc=False):
    """Whom we dialled answered, or the caller acknowledged our answer."""

    leg: LegId


class LegFailed(Command, frozen=True, gc=False):
    """A leg that we dialled never came up."""

    leg: LegId
    blame: Blame
    reason: Reason
    status: int  # the SIP status, for the trace; 0: none


class LegClosed(Command, frozen=True, gc=False):
    """The other side ended a leg, or it's gone."""

    leg: LegId
    blame: Blame
    reason: Reason


class LegConfirmed(Command, frozen=True, gc=False):
    """A leg that was asked for is still there."""

    leg: LegId


class LegHeld(Command, frozen=True, gc=False):
    """The far end put us on hold, or took us back (re-INVITE)."""

    leg: LegId
    held: bool


class LegInterrupted(Command, frozen=True, gc=False):
    """A leg's line is lost (a desk's connection, a phone's network), and may come back."""

    leg: LegId


class LegResumed(Command, frozen=True, gc=False):
    """An interrupted leg's line is back: it's the same leg."""

    leg: LegId


class ReferAsked(Command, frozen=True, gc=False):
    """An agent's phone asks for a blind transfer by its own button (REFER). The adapter has
    made a target of Refer-To: an agent, a queue, or a number that's put into the vault with this
    command. Refused as agents.Transfer is; when it's taken, TellPhone says how it goes."""

    leg: LegId
    target: Target


class ReplacesAsked(Command, frozen=True, gc=False):
    """An agent's phone asks that what its legs reach be joined, without itself (REFER with
    Replaces, RFC 3891): completes the consultation of this contact. Refused as
    agents.CompleteTransfer is, and other_contact when `with_leg` isn't of the same contact."""

    leg: LegId
    with_leg: LegId


class LineAsked(Command, frozen=True, gc=False):
    """An agent's phone calls by its second line (an INVITE of its own): a consultation of the
    contact that `leg` is in. The second dialog is put into the vault with this command. Refused
    as agents.Consult is; when it's taken, AnswerLine or EndLine says how it goes."""

    leg: LegId
    target: Target


class LinesHeld(Command, frozen=True, gc=False):
    """What a phone with two lines holds: by the `first` it hears everybody but whom it consults,
    by the `second` whom it consults. Neither held: it has joined them."""

    leg: LegId
    first: bool
    second: bool


class LineClosed(Command, frozen=True, gc=False):
    """A phone's second line is over; `held` tells whether it holds its first."""

    leg: LegId
    held: bool


# --- commands from media ---


class MediaReady(Command, frozen=True, gc=False):
    """A media process serves: calls that we make ourselves are anchored on it from now on."""

    media: MediaId


class PlayEnded(Command, frozen=True, gc=False):
    """A list of prompts that was to be played once has been played."""

    contact: ContactId
    play: PlayId


class DigitsCollected(Command, frozen=True, gc=False):
    """`count` digits, ended by "enough", "terminator", "silence". `digit` is the single digit
    of a menu; longer values are put into the vault with this command as `value`, or with
    `mask` stay in the adapter's memory under the same id."""

    contact: ContactId
    collect: CollectId
    count: int
    ended_by: str
    digit: str = ""
    value: VaultId | None = None


class TrackClosed(Command, frozen=True, gc=False):
    """A leg's recording is complete: what lies in the recordings folder."""

    contact: ContactId
    leg: LegId
    track: TrackId
    file: str  # name inside the centre's recordings folder
    length_us: DurationUs
    bytes: int
    gap_us: DurationUs  # dropped because the ring was full


class LegMeasured(Command, frozen=True, gc=False):
    """What media counted on a leg, when it closed."""

    contact: ContactId
    leg: LegId
    received: int
    sent: int
    lost: int
    jitter_us: DurationUs
    strangers: int  # packets dropped because they came from elsewhere
    far_lost: int = 0  # of what we sent, by the far end's reports (RTCP), as are the next two
    far_jitter_us: DurationUs = DurationUs(0)
    round_trip_us: DurationUs = DurationUs(0)  # 0: no report told it


class LegSilent(Command, frozen=True, gc=False):
    """Media has had no packet of this leg for a while; asked first, mended then."""

    leg: LegId


class MediaLost(Command, frozen=True, gc=False):
    """A media process is gone, and its legs with it."""

    media: MediaId


# --- commands from the reactions ---


class AnswerCaller(Command, frozen=True, gc=False):
    """Answer the caller's call: charging begins."""

    contact: ContactId


class Speak(Command, frozen=True, gc=False):
    """The caller hears prompts; of those that repeat, so many of the `first` once only."""

    contact: ContactId
    play: PlayId
    prompts: tuple[PromptId, ...]
    repeat: bool
    first: int = 0


class Listen(Command, frozen=True, gc=False):
    """Collect digits of the caller."""

    contact: ContactId
    collect: CollectId
    most: int
    terminators: str
    first_us: DurationUs
    next_us: DurationUs
    mask: bool


class TakeMessage(Command, frozen=True, gc=False):
    """Record a voicemail of the caller."""

    contact: ContactId
    most_us: DurationUs


class RingAgent(Command, frozen=True, gc=False):
    """Ring an agent's phone for this contact."""

    contact: ContactId
    agent: AgentId
    offer: OfferId
    party: Party = Party.AGENT


class StopRinging(Command, frozen=True, gc=False):
    """The offer is over: the agent's phone must stop ringing."""

    contact: ContactId
    offer: OfferId
    reason: Reason


class Bridge(Command, frozen=True, gc=False):
    """The agent joins the talk; before it, the agent alone hears the `whisper`, if there is
    one, for at most WHISPER_US. An outbound contact's customer is dialled now."""

    contact: ContactId
    offer: OfferId
    whisper: tuple[PromptId, ...] = ()


class CallCustomer(Command, frozen=True, gc=False):
    """The customer of a promised callback is called, before any agent."""

    contact: ContactId


class HoldCaller(Command, frozen=True, gc=False):
    """Everybody but the host hears music, the host nothing; or all each other again."""

    contact: ContactId
    held: bool


class LeaveCall(Command, frozen=True, gc=False):
    """The agent hangs up at the desk. Others go on; alone with the customer it's the end."""

    contact: ContactId
    offer: OfferId


class LineLapsed(Command, frozen=True, gc=False):
    """An interrupted leg's time to come back is over: it counts as ended. `since` names the
    interruption."""

    leg: LegId
    since: InstantUs


class RingLapsed(Command, frozen=True, gc=False):
    """The ring's limit of a leg that has no offer's: a guest's, a watcher's, a customer's whom
    we call."""

    leg: LegId


class PauseTracks(Command, frozen=True, gc=False):
    """Pause the contact's recording, or go on. With `pause` it's the limit of that pause, and
    stale if it's no longer the one."""

    contact: ContactId
    paused: bool
    pause: int = 0
    agent: AgentId | None = None


class EndContact(Command, frozen=True, gc=False):
    """End the contact and all its legs."""

    contact: ContactId
    blame: Blame
    reason: Reason


class CheckContact(Command, frozen=True, gc=False):
    """A contact's lease: ask for its caller's leg, and end the contact if nobody answers."""

    contact: ContactId
    asked: bool = False


class NudgeAgent(Command, frozen=True, gc=False):
    """Ask the agent's ringing phone to go off hook."""

    contact: ContactId
    offer: OfferId
