"""`ports.keys.TrackKeys` on the key file: each track's own key, sealed under its owner's."""

import os
from typing import Final

from roost.adapters.store.keys import KeyFile, version_of
from roost.kernel.ids import Owner
from roost.ports.keys import TrackKey
from roost.ports.log import Tried

KEY_BYTES: Final = 32


class FileTrackKeys:
    """Thread-safe, as the key file is."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys

    def new(self, owner: Owner) -> TrackKey:
        """Raises OSError when the owner's first key can't be kept."""
        data = os.urandom(KEY_BYTES)
        return TrackKey(data, self._keys.seal(owner, data, _bound_to(owner)))

    def unwrap(self, owner: Owner, wrapped: bytes) -> bytes | None:
        """The data key; None when no key of the owner opens it, or it's destroyed."""
        return self._keys.open(owner, wrapped, _bound_to(owner))

    def tried(self, owner: Owner, wrapped: bytes) -> Tried:
        """Whether it opens, and if it doesn't, whether it should."""
        return self._keys.tried(owner, wrapped, _bound_to(owner))

    def rewrap(self, owner: Owner, wrapped: bytes) -> bytes | None:
        """The same data key under the owner's newest; None where it is already, or doesn't open."""
        data = self.unwrap(owner, wrapped)
        if data is None or version_of(wrapped) == self._keys.newest(owner):
            return None
        return self._keys.seal(owner, data, _bound_to(owner))


def _bound_to(owner: Owner) -> bytes:
    """What a wrapped key is bound to: it never passes for a vault value."""
    return b"track\0" + owner.encode()
