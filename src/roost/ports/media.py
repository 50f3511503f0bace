"""Media, as signalling and the engine's effects see it. A real one runs in `roost media`."""

from enum import StrEnum
from typing import Final, Protocol

from msgspec import Struct

from roost.kernel.ids import ContactId, LegId, MediaId
from roost.kernel.messages import Effect

STANDING: Final = "desk/"  # contacts of this kind own a standing leg, and nothing else


def stands(contact: ContactId) -> bool:
    """Whether it's no customer's matter but a desk's own: its leg stands between calls."""
    return contact.startswith(STANDING)


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
    """One leg that a media process holds, for reconciling after a restart. An attached leg is
    listed beside the one that it's attached to."""

    leg: LegId
    contact: ContactId
    anchored: Anchored
    version: int  # of the matrix in force
    idle_us: int  # since its last packet
    standing: LegId | None = None  # the leg that this one is attached to


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

    async def attach_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, standing: LegId
    ) -> None:
        """`leg` of this contact is from now on the standing leg, which was opened with a contact
        of its own (`stands`) and hears comfort silence between calls: matrices, tracks, digits
        and figures that name `leg` are about it. One at a time: what was attached is closed;
        a leg that was attached elsewhere moves. Closing `leg` leaves the standing one; closing
        the standing one closes both. While attached, LegInterrupted and LegResumed tell when
        the standing leg's packets stop for a second and come again. Raises MediaGone, also
        when there's no such standing leg."""
        ...

    async def legs(self, media: MediaId) -> list[LegState]: ...

    def perform(self, effect: Effect) -> None:
        """SetMatrix, CollectDigits, StopCollecting, StartTrack, PauseTrack, StopTrack,
        SendDigits, CloseMedia. Their outcomes come back as commands."""
        ...

    def info_digit(self, media: MediaId, leg: LegId, digit: str) -> None:
        """A digit that came by SIP INFO, as if it had come by RFC 4733."""
        ...
