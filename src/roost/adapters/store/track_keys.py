"""`ports.keys.TrackKeys` on the owners' key file: each track's own key, wrapped by AES-GCM."""

import os
from typing import Final

from cryptography.exceptions import InvalidTag

from roost.adapters.store.keys import KeyFile
from roost.kernel.ids import Owner
from roost.ports.keys import TrackKey

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
BOUND: Final = b"track\0"  # a wrapped key never passes for a vault value


class FileTrackKeys:
    """Thread-safe, as the key file is."""

    def __init__(self, keys: KeyFile) -> None:
        self._keys = keys

    def new(self, owner: Owner) -> TrackKey:
        """Raises OSError when the owner's first key can't be kept."""
        data, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
        cipher = self._keys.cipher(owner)
        return TrackKey(data, nonce + cipher.encrypt(nonce, data, BOUND + owner.encode()))

    def unwrap(self, owner: Owner, wrapped: bytes) -> bytes | None:
        """The data key; None when the owner's key doesn't open it, or is destroyed."""
        cipher = self._keys.known_cipher(owner)
        if cipher is None or len(wrapped) <= NONCE_BYTES:
            return None
        nonce, sealed = wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, sealed, BOUND + owner.encode())
        except InvalidTag:
            return None
