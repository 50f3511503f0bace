"""Calls: contacts with their legs, the matrix, tracks. Knows legs, not SIP."""

from roost.floor.effects import Route, TrackPurpose
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
from roost.kernel.messages import Command, Event
from roost.kernel.time import DurationUs

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


class LegRang(Command, frozen=True, gc=False):
    """An agent's phone rings."""

    leg: LegId


class LegAnswered(Command, frozen=True, gc=False):
    """An agent's phone answered, or the caller acknowledged our answer."""

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


# --- commands from media ---


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
    """The caller hears prompts."""

    contact: ContactId
    play: PlayId
    prompts: tuple[PromptId, ...]
    repeat: bool


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


class StopRinging(Command, frozen=True, gc=False):
    """The offer is over: the agent's phone must stop ringing."""

    contact: ContactId
    offer: OfferId
    reason: Reason


class Bridge(Command, frozen=True, gc=False):
    """Caller and agent hear each other."""

    contact: ContactId
    offer: OfferId


class HoldCaller(Command, frozen=True, gc=False):
    """The caller hears music, the agent nothing; or both each other again."""

    contact: ContactId
    held: bool
    music: tuple[PromptId, ...] = ()


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


# --- events ---


class CallArrived(Event, frozen=True, gc=False, kw_only=True):
    """A contact begins: somebody called one of the numbers. `count` is the client's own count
    of contacts; the caller's number lies in the vault."""

    leg: LegId
    trunk: TrunkId
    number: str
    caller: VaultId | None
    tags: tuple[str, ...]
    media: MediaId
    count: int  # the client's own contact number: 1, 2, 3…


class CallAnswered(Event, frozen=True, gc=False, kw_only=True):
    """We answered: charging begins."""


class MatrixChanged(Event, frozen=True, gc=False, kw_only=True):
    """Who hears what from now on."""

    version: int
    routes: tuple[Route, ...]


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
    """An agent's phone is being rung on a leg of its own."""

    leg: LegId
    agent: AgentId
    offer: OfferId


class LegConnected(Event, frozen=True, gc=False, kw_only=True):
    """An agent's leg is up."""

    leg: LegId
    offer: OfferId


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


class CallerHeld(Event, frozen=True, gc=False, kw_only=True):
    """The caller was put on hold, or taken back."""

    held: bool


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
    """What media counted on a leg: packets, loss, jitter, strangers."""

    leg: LegId
    received: int
    sent: int
    lost: int
    jitter_us: DurationUs
    strangers: int


class ContactEnded(Event, frozen=True, gc=False, kw_only=True):
    """The customer's matter on this call is over; exactly one per contact."""

    blame: Blame
    reason: Reason


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
