"""Keys of tracks: each track has a data key of its own, wrapped under its owner's key."""

from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import Owner


class TrackKey(Struct, frozen=True, gc=False):
    """`data` is an AES-256 key, kept in memory only; `wrapped` is the same key under its
    owner's key, and stands in the track's file."""

    data: bytes
    wrapped: bytes


class TrackKeys(Protocol):
    """An owner's key opens only that owner's tracks; destroying it closes them for ever."""

    def new(self, owner: Owner) -> TrackKey: ...

    def unwrap(self, owner: Owner, wrapped: bytes) -> bytes | None:
        """The data key; None when the owner's key doesn't open it, or is destroyed."""
        ...
