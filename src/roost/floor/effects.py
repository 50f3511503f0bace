"""All that the floor asks of the world. Adapters carry these out; nothing else leaves.

A leg is named by its id everywhere: the telephony adapter knows which dialog it is, media
knows which port. Opening a leg in media is part of signalling (the SDP needs its port), so
the telephony adapter does that through the media port; the floor never sees an address.
"""

from enum import StrEnum
from typing import ClassVar

from msgspec import Struct

from roost.floor.parties import Party
from roost.kernel.ends import Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    CollectId,
    ContactId,
    LegId,
    MediaId,
    PlayId,
    PromptId,
    TrackId,
    TrunkId,
    VaultId,
)
from roost.kernel.messages import Effect
from roost.kernel.time import DurationUs


def dialog_of(leg: LegId) -> VaultId:
    """Where signalling keeps a leg's dialog. It's dropped in the commit that ends the leg."""
    return VaultId(f"dialog:{leg}")


def line_of(leg: LegId) -> VaultId:
    """The same of the second line of an agent's phone."""
    return VaultId(f"dialog:{leg}#line")


# --- signalling: rebuildable; the same bytes go out again after a crash ---


class RingLeg(Effect, frozen=True, gc=False):
    """Answer a caller's INVITE provisionally: 180, or 183 with SDP when `early_media`."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId
    early_media: bool = False


class AnswerLeg(Effect, frozen=True, gc=False):
    """Answer a caller's INVITE with 200. Outcome: LegAnswered when the ACK is in."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId


class RefuseLeg(Effect, frozen=True, gc=False):
    """Answer a caller's INVITE with a final failure that fits the reason."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId
    reason: Reason


class DialAgent(Effect, frozen=True, gc=False):
    """Ring an agent's registered phones with a new leg. `caller` is presented as From's
    display (vault id of the number), `client` as the alerting information. `again` after a
    restart: the INVITE may have gone out before, so it goes out even if an end is already
    wanted, and is cancelled then. `asked`: the agent wants it (listens to somebody, calls out),
    so that a desk's phone answers by itself. Outcomes: LegRang, LegAnswered, LegFailed."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId
    contact: ContactId
    agent: AgentId
    client: ClientId
    media: MediaId
    caller: VaultId | None
    again: bool = False
    party: Party = Party.AGENT  # or a watcher's
    asked: bool = False


class DialNumber(Effect, frozen=True, gc=False):
    """Call an outside number with a new leg, through `trunk` rather than any other that the
    centre calls out by. The number lies in the client's vault, or is `listed` in its directory;
    `shown` is the client's own, as caller. `again` as in DialAgent. Outcomes: LegRang,
    LegAnswered, LegFailed."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId
    contact: ContactId
    client: ClientId
    media: MediaId
    number: VaultId | None
    listed: str
    shown: str
    trunk: TrunkId = TrunkId("")
    again: bool = False


class SendDigits(Effect, frozen=True, gc=False):
    """Press keys towards a leg (RFC 4733): an agent's keypad. They're in no event, no vault and
    no trace; after a crash they're not sent again. No outcome."""

    KIND: ClassVar[str] = "once"
    media: MediaId
    contact: ContactId
    leg: LegId
    digits: str


class TellPhone(Effect, frozen=True, gc=False):
    """How the transfer goes that a phone asked for by REFER: a NOTIFY with this SIP status
    (RFC 3515, 2.4.5): 100 under way, 200 done, 480, 486, 503, 603 failed."""

    KIND: ClassVar[str] = "once"
    leg: LegId
    status: int


class AnswerLine(Effect, frozen=True, gc=False):
    """Whom an agent's phone called by its second line has answered. `leg` is the agent's, which
    is heard by the line that the phone doesn't hold. No outcome."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId


class EndLine(Effect, frozen=True, gc=False):
    """An agent's phone has no more use for its second line: a final failure, or BYE. Outcome:
    LineClosed."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId
    reason: Reason


class NudgePhone(Effect, frozen=True, gc=False):
    """Ask the ringing phone to go off hook (NOTIFY Event: talk), where it can."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId


class EndLeg(Effect, frozen=True, gc=False):
    """End a leg whatever its state: CANCEL, a final failure, or BYE. Outcome: LegClosed."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId
    reason: Reason


class AskLeg(Effect, frozen=True, gc=False):
    """Is this leg still there? OPTIONS in the dialog, and a query to media.
    Outcome: LegConfirmed, or LegClosed."""

    KIND: ClassVar[str] = "rebuildable"
    leg: LegId


# --- media: repeatable; media remembers the ids and ignores an older version or epoch ---


class FromLeg(Struct, frozen=True, gc=False, tag="leg"):
    """What a leg sends."""

    leg: LegId


class FromPrompts(Struct, frozen=True, gc=False, tag="prompts"):
    """A list of prompts, once or for ever. Outcome when played once: PlayEnded(play). Of a list
    that repeats, so many of the `first` are heard in the first round only."""

    play: PlayId
    prompts: tuple[PromptId, ...]
    repeat: bool = False
    first: int = 0


class Route(Struct, frozen=True, gc=False):
    """`listener` hears `source` with a gain in decibels."""

    source: FromLeg | FromPrompts
    listener: LegId
    gain_db: int = 0


class SetMatrix(Effect, frozen=True, gc=False):
    """Who hears what in this call from now on; the only way to change it. A play that stands
    in both the old and the new matrix goes on where it is."""

    contact: ContactId
    media: MediaId
    version: int
    routes: tuple[Route, ...]


class CollectDigits(Effect, frozen=True, gc=False):
    """Collect digits of a leg. A digit stops an interruptible prompt (`barge_in`) and starts
    the `next_us` clock; `first_us` runs from the end of the play, or from now if none plays.
    Outcome: DigitsCollected, once."""

    contact: ContactId
    media: MediaId
    leg: LegId
    collect: CollectId
    most: int
    terminators: str
    first_us: DurationUs
    next_us: DurationUs
    barge_in: bool
    mask: bool  # the digits go nowhere but to the process's own memory
    client: ClientId = ClientId("")  # whose vault the digits go into; empty: the operator's


class StopCollecting(Effect, frozen=True, gc=False):
    """The digits are no longer wanted; no outcome follows."""

    media: MediaId
    leg: LegId
    collect: CollectId


class TrackPurpose(StrEnum):
    RECORDING = "recording"
    VOICEMAIL = "voicemail"


class StartTrack(Effect, frozen=True, gc=False):
    """Record what a leg sends, encrypted under its client's key from the first byte.
    A voicemail ends by itself after `most_us`, or on `#`. Outcome: TrackClosed, once."""

    contact: ContactId
    client: ClientId
    media: MediaId
    leg: LegId
    track: TrackId
    purpose: TrackPurpose
    most_us: DurationUs


class StopTrack(Effect, frozen=True, gc=False):
    """The recording is over. Outcome: TrackClosed."""

    media: MediaId
    leg: LegId
    track: TrackId


class PauseTrack(Effect, frozen=True, gc=False):
    """Record nothing of this leg for now, or go on; the gap stays in the file as silence."""

    media: MediaId
    leg: LegId
    track: TrackId
    paused: bool


class CloseMedia(Effect, frozen=True, gc=False):
    """The call is over: close what media still holds of it. Outcome: LegMeasured per leg."""

    contact: ContactId
    media: MediaId
    legs: tuple[LegId, ...]


# --- the outside: once; after a crash the outcome is unknown and the flow takes its fallback ---


class AskWeb(Effect, frozen=True, gc=False):
    """Call a web address for a flow. `send` are variables by name (texts, or vault ids as
    `vault:ID`); `choices` and `texts` declare what may come back. Outcome: WebAnswered."""

    KIND: ClassVar[str] = "once"
    contact: ContactId
    client: ClientId
    request: str  # the idempotency key
    url: str
    method: str
    send: dict[str, str]
    choices: dict[str, tuple[str, ...]]
    texts: tuple[str, ...]
    deadline_us: DurationUs
    idempotent: bool
