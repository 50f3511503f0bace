"""Media, as signalling and the engine's effects see it. A real one runs in `roost media`."""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import ContactId, LegId, MediaId
from roost.kernel.messages import Effect


class Law(StrEnum):
    PCMA = "PCMA"
    PCMU = "PCMU"


class Agreed(Struct, frozen=True, gc=False):
    """What signalling has agreed with the far end of a leg (from its SDP)."""

    host: str  # "" while the far end's SDP is still to come (delayed offer)
    port: int
    law: Law
    payload: int  # RTP payload type of the audio
    dtmf_payload: int | None  # telephone-event, RFC 4733
    ptime_ms: int = 20
    sends: bool = True  # the far end sends (its direction is sendrecv or sendonly)
    receives: bool = True
    # What the far end sends with, where it isn't what we send with (RFC 3264, 5.1).
    payload_in: int | None = None
    dtmf_payload_in: int | None = None


class Anchored(Struct, frozen=True, gc=False):
    """Where a leg is anchored, for life: what our SDP says."""

    media: MediaId
    host: str
    port: int


class LegState(Struct, frozen=True, gc=False):
    """One leg that a media process holds, for reconciling after a restart."""

    leg: LegId
    contact: ContactId
    anchored: Anchored
    version: int  # of the matrix in force
    idle_us: int  # since its last packet


class MediaGone(Exception):
    """The media process doesn't answer (and its legs are gone with it, if it died)."""


class Media(Protocol):
    """All calls name a leg; a repeated call with the same arguments changes nothing.
    Each carries the writer's epoch: media refuses an older one than it has seen."""

    def least_loaded(self) -> MediaId:
        """A media process that takes new calls; raises MediaGone when there's none."""
        ...

    async def open_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, agreed: Agreed | None
    ) -> Anchored:
        """Raises MediaGone."""
        ...

    async def change_leg(self, media: MediaId, leg: LegId, agreed: Agreed) -> None: ...

    async def close_leg(self, media: MediaId, leg: LegId) -> None: ...

    async def legs(self, media: MediaId) -> list[LegState]: ...

    def perform(self, effect: Effect) -> None:
        """SetMatrix, CollectDigits, StopCollecting, StartTrack, StopTrack, CloseMedia. Their
        outcomes come back as commands."""
        ...

    def info_digit(self, media: MediaId, leg: LegId, digit: str) -> None:
        """A digit that came by SIP INFO, as if it had come by RFC 4733."""
        ...
