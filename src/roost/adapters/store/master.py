"""The master key: it wraps the owners' keys, and lies in a file apart from the data.

The file holds one key as 64 hex digits, under a few words on what it is. While the master is
being changed it holds two, the new one first: `keys.json` names the one that it's wrapped under.
"""

import os
import re
import secrets
from hashlib import sha256
from pathlib import Path
from typing import Final

from roost.adapters.store import durable

KEY: Final = re.compile(r"[0-9a-f]{64}")
MOST: Final = 4_096  # bytes of the file
WORDS: Final = """\
# Roost's master key. It opens keys.json in the centre's data folder, and with it every number,
# note and recording. Keep a copy where the backups of the data don't lie: without this key they
# open nothing, for you either; with it, whoever has them reads all.
"""


class KeysUnusable(OSError):
    """`keys.json` or the master key can't be used; the message names the mend."""


class KeysExposed(KeysUnusable):
    """A key file can be read by others. The mend: `chmod 600` on it, and new keys."""


class MasterMissing(KeysUnusable):
    """The master key's file isn't there, or holds another centre's."""


def beside(data: Path) -> Path:
    """Where the key lies unless it's said otherwise: beside the data folder, not in it."""
    return data.with_name(f"{data.name}.key")


def fingerprint(key: bytes) -> str:
    """Which key it is, without telling it: 16 hex digits."""
    return sha256(b"roost key fingerprint\0" + key).hexdigest()[:16]


def guard(path: Path, mode: int) -> None:
    """Raises KeysExposed where a file's mode lets others in."""
    if mode & 0o077:
        raise KeysExposed(f"{path} can be read by others: chmod 600 {path}")


class MasterFile:
    """Whoever changes it holds the lock of `keys.json`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> list[bytes]:
        """The keys, the newest first; none when there's no file. Raises KeysUnusable."""
        try:
            with self.path.open("rb") as file:
                guard(self.path, os.fstat(file.fileno()).st_mode)
                text = file.read(MOST).decode("ascii", errors="replace")
        except FileNotFoundError:
            return []
        lines = [line.strip() for line in text.splitlines()]
        keys = [line for line in lines if line and not line.startswith("#")]
        if not 1 <= len(keys) <= 2 or not all(KEY.fullmatch(key) for key in keys):
            raise MasterMissing(
                f"{self.path} is no master key (64 hex digits on a line): put back your copy of it."
            )
        return [bytes.fromhex(key) for key in keys]

    def make(self) -> list[bytes]:
        """A new key, where there's none."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.put([secrets.token_bytes(32)])
        return self.read()

    def put(self, keys: list[bytes]) -> None:
        """Raises OSError; then the file is as it was."""
        text = WORDS + "".join(f"{key.hex()}\n" for key in keys)
        durable.replace(self.path.resolve(), text.encode("ascii"))
