"""The owners' keys: one random key each, in a file that only its owner may read.

    keys = KeyFile(data / "keys.json")
    keys.cipher(owner)        # makes the key when there's none
    keys.known_cipher(owner)  # None when there's none, or it was destroyed
    keys.destroy(owner)       # everything sealed for that owner is unreadable from now on

Several processes share the file: changes are made under a lock beside it, by replacing the
file, and each process looks whether it was replaced before it uses a key.
"""

import fcntl
import os
import secrets
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from roost.kernel.ids import Owner
from roost.ports.keys import TrackKey

NONCE_BYTES: Final = 12
INDEX: Final = b"roost index of callers"
TRACK: Final = b"roost track key"  # what a wrapped key is bound to: it's no vault value


class KeysExposed(PermissionError):
    """The key file can be read by others. The mend: `chmod 600` on it, and new secrets."""


class KeyFile:
    """Keys by owner. Thread-safe."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = RLock()
        self._keys: dict[Owner, bytes] = {}
        self._ciphers: dict[Owner, AESGCM] = {}
        self._seen: tuple[int, int] | None = None
        self._refresh()

    def cipher(self, owner: Owner) -> AESGCM:
        """The owner's cipher, with a new key when there's none. Raises OSError."""
        with self._guard:
            known = self.known_cipher(owner)
            if known is not None:
                return known
            with self._changing() as keys:
                keys.setdefault(owner, secrets.token_hex(32))
            return self._ciphers[owner]

    def known_cipher(self, owner: Owner) -> AESGCM | None:
        with self._guard:
            self._refresh()
            return self._ciphers.get(owner)

    def new(self, owner: Owner) -> TrackKey:
        """A track's own data key, and the same under the owner's (`ports.keys.TrackKeys`)."""
        data, nonce = secrets.token_bytes(32), secrets.token_bytes(NONCE_BYTES)
        return TrackKey(data, nonce + self.cipher(owner).encrypt(nonce, data, TRACK))

    def unwrap(self, owner: Owner, wrapped: bytes) -> bytes | None:
        """A track's data key; None when the owner's key doesn't open it, or is destroyed."""
        cipher = self.known_cipher(owner)
        if cipher is None or len(wrapped) <= NONCE_BYTES:
            return None
        try:
            return cipher.decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], TRACK)
        except InvalidTag:
            return None

    def index_key(self, owner: Owner) -> bytes | None:
        """The key of the owner's index of callers, derived from the owner's own (RFC 5869)."""
        with self._guard:
            self._refresh()
            own = self._keys.get(owner)
        if own is None:
            return None
        return HKDF(SHA256(), 32, salt=None, info=INDEX).derive(own)

    def destroy(self, owner: Owner) -> None:
        """Forget a key for ever. What it sealed can't be read again by anyone."""
        with self._guard, self._changing() as keys:
            keys.pop(owner, None)

    def _refresh(self) -> None:
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            self._keys, self._ciphers, self._seen = {}, {}, None
            return
        if (found.st_ino, found.st_ctime_ns) == self._seen:
            return
        if found.st_mode & 0o077:
            raise KeysExposed(f"{self._path} can be read by others: chmod 600 {self._path}")
        keys = self._read()
        self._keys = {Owner(owner): bytes.fromhex(key) for owner, key in keys.items()}
        self._ciphers = {owner: AESGCM(key) for owner, key in self._keys.items()}
        self._seen = (found.st_ino, found.st_ctime_ns)

    def _read(self) -> dict[str, str]:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, str])
        except FileNotFoundError:
            return {}

    @contextmanager
    def _changing(self) -> Generator[dict[str, str], None, None]:
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            keys = self._read()
            yield keys
            self._replace(keys)
            self._refresh()
        finally:
            os.close(lock)

    def _replace(self, keys: dict[str, str]) -> None:
        fresh = self._path.with_suffix(".new")
        file = os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        try:
            os.write(file, msgspec.json.format(msgspec.json.encode(keys)))
            os.fsync(file)
        finally:
            os.close(file)
        os.replace(fresh, self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
