"""What control and a media process say to one another: msgpack, each message behind its length.

Control speaks first (`Hello`); media answers `Welcome`, or `Deposed` when it has seen a newer
epoch. Every request has a number and gets its answer; effects get none, since they're
repeatable and their outcomes come by the outbox: an `Outcome` is sent again on every new
connection until control acknowledges its number.
"""

from struct import Struct as Layout
from typing import Final

import msgspec
from msgspec import Struct

from roost.adapters.media.bounds import MESSAGE_BYTES
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    PauseTrack,
    SendDigits,
    SetMatrix,
    StartTrack,
    StopCollecting,
    StopTrack,
)
from roost.kernel.ids import ContactId, LegId, MediaId, PlayId
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Anchored, LegState

MediaEffect = (
    SetMatrix
    | CollectDigits
    | StopCollecting
    | StartTrack
    | PauseTrack
    | StopTrack
    | SendDigits
    | CloseMedia
)


class Hello(Struct, frozen=True, gc=False, tag=True):
    epoch: int


class Open(Struct, frozen=True, gc=False, tag=True):
    number: int
    contact: ContactId
    leg: LegId
    agreed: Agreed | None


class Change(Struct, frozen=True, gc=False, tag=True):
    number: int
    leg: LegId
    agreed: Agreed


class Close(Struct, frozen=True, gc=False, tag=True):
    number: int
    leg: LegId


class Attach(Struct, frozen=True, gc=False, tag=True):
    number: int
    contact: ContactId
    leg: LegId
    standing: LegId


class List(Struct, frozen=True, gc=False, tag=True):
    number: int


class Drain(Struct, frozen=True, gc=False, tag=True):
    """No new legs from now on; the process ends when its last leg does."""

    number: int


class Perform(Struct, frozen=True, gc=False, tag=True):
    """`key` and `wrapped` come with StartTrack alone."""

    effect: MediaEffect
    key: bytes = b""
    wrapped: bytes = b""


class InfoDigit(Struct, frozen=True, gc=False, tag=True):
    leg: LegId
    digit: str


class Acknowledge(Struct, frozen=True, gc=False, tag=True):
    """These outcomes are in control's log (or refused there): forget them."""

    numbers: tuple[int, ...]


FromControl = (
    Hello | Open | Change | Close | Attach | List | Drain | Perform | InfoDigit | Acknowledge
)


class Welcome(Struct, frozen=True, gc=False, tag=True):
    """`boot` differs each time the process starts: legs of an earlier one are gone."""

    media: MediaId
    boot: str


class Deposed(Struct, frozen=True, gc=False, tag=True):
    epoch: int  # the newest seen


class Beat(Struct, frozen=True, gc=False, tag=True):
    """Every half second. `counts` are the process's counters by name."""

    legs: int
    most_legs: int
    draining: bool
    counts: dict[str, int]


class Opened(Struct, frozen=True, gc=False, tag=True):
    number: int
    anchored: Anchored


class Listing(Struct, frozen=True, gc=False, tag=True):
    number: int
    legs: list[LegState]


class Fine(Struct, frozen=True, gc=False, tag=True):
    number: int


class Refused(Struct, frozen=True, gc=False, tag=True):
    """`code` is one of: no_room, no_port, draining, unknown_leg, leg_taken, bad_address."""

    number: int
    code: str
    why: str


class PlayDone(Struct, frozen=True, gc=False, tag=True):
    contact: ContactId
    play: PlayId


class DigitsDone(Struct, frozen=True, gc=False, tag=True):
    """The effect comes back with what it collected: control may have forgotten it."""

    asked: CollectDigits
    digits: str
    ended_by: str  # enough, terminator, silence


class TrackDone(Struct, frozen=True, gc=False, tag=True):
    asked: StartTrack
    file: str
    length_us: DurationUs
    bytes: int
    gap_us: DurationUs


class Measured(Struct, frozen=True, gc=False, tag=True):
    contact: ContactId
    leg: LegId
    received: int
    sent: int
    lost: int
    jitter_us: DurationUs
    strangers: int
    far_lost: int = 0
    far_jitter_us: DurationUs = DurationUs(0)
    round_trip_us: DurationUs = DurationUs(0)


class Silent(Struct, frozen=True, gc=False, tag=True):
    leg: LegId
    times: int


class Interrupted(Struct, frozen=True, gc=False, tag=True):
    """A standing leg's packets stopped, or came `back`; `leg` is what's attached to it."""

    leg: LegId
    back: bool


OutcomeBody = PlayDone | DigitsDone | TrackDone | Measured | Silent | Interrupted


class Outcome(Struct, frozen=True, gc=False, tag=True):
    number: int
    body: OutcomeBody


FromMedia = Welcome | Deposed | Beat | Opened | Listing | Fine | Refused | Outcome

LENGTH: Final = Layout("!I")
encoder: Final = msgspec.msgpack.Encoder()
from_control: Final = msgspec.msgpack.Decoder(FromControl)
from_media: Final = msgspec.msgpack.Decoder(FromMedia)


class BadMessage(Exception):
    """The other side sent what isn't in this protocol."""


def frame(message: FromControl | FromMedia) -> bytes:
    body = encoder.encode(message)
    return LENGTH.pack(len(body)) + body


class Deframer:
    """Cuts a byte stream into messages' bodies."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """The bodies that are complete now. Raises BadMessage on a length out of bounds."""
        held = self._held
        held += data
        bodies: list[bytes] = []
        at = 0
        while len(held) - at >= LENGTH.size:
            (size,) = LENGTH.unpack_from(held, at)
            if size > MESSAGE_BYTES:
                raise BadMessage(f"a message of {size} bytes; at most {MESSAGE_BYTES}")
            end = at + LENGTH.size + size
            if len(held) < end:
                break
            bodies.append(bytes(held[at + LENGTH.size : end]))
            at = end
        if at:
            del held[:at]
        return bodies
