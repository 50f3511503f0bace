"""Tracks' keys wrapped anew, in their files' heads, while others read and write the files.

A head's wrapped key is replaced in its place, as long as before: a copy of the file would cost
an hour of sound, and lose what is being recorded. So that a power cut in the middle of those bytes
costs no recording, what will be written stands in a journal first; `finish` writes it again.
"""

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from roost.adapters.media import track_file
from roost.kernel.ids import Owner

AT_ONCE: Final = 100  # files of one journal
JOURNAL: Final = "rewrapping.json"

Rewrap = Callable[[Owner, bytes], bytes | None]


class Patch(Struct, frozen=True):
    """These bytes at this place of a file."""

    file: str
    place: int
    wrapped: str


class Rewrapping:
    """One at a time in a folder: who calls it holds a lock. Blocking. Raises OSError."""

    def __init__(self, folder: Path, rewrap: Rewrap) -> None:
        self._folder, self._rewrap = folder, rewrap
        self._journal = folder / JOURNAL

    def run(self, owner: Owner) -> int:
        """Wraps anew what lies under an older key of the owner's: how many tracks."""
        self.finish()
        done, patches = 0, list[Patch]()
        for head, place, file in heads(self._folder):
            if head.owner != owner:
                continue
            wrapped = self._rewrap(owner, base64.b64decode(head.wrapped))
            if wrapped is None:
                continue
            patches.append(Patch(file, place, base64.b64encode(wrapped).decode("ascii")))
            if len(patches) == AT_ONCE:
                done += self._write(patches)
                patches = []
        return done + self._write(patches)

    def finish(self) -> None:
        """What a stopped run was about to write."""
        if self._journal.exists():
            try:
                left = msgspec.json.decode(self._journal.read_bytes(), type=list[Patch])
            except msgspec.DecodeError:
                left = []  # it was stopped before the journal was whole, and so before any file
            self._patch(left)
            self._journal.unlink()

    def _write(self, patches: list[Patch]) -> int:
        if patches:
            with open(self._journal, "wb", opener=_private) as file:
                file.write(msgspec.json.encode(patches))
                file.flush()
                os.fsync(file.fileno())
            self._patch(patches)
            self._journal.unlink()
        return len(patches)

    def _patch(self, patches: list[Patch]) -> None:
        for one in patches:
            try:
                file = os.open(self._folder / one.file, os.O_WRONLY)
            except FileNotFoundError:
                continue  # erased meanwhile
            try:
                os.pwrite(file, one.wrapped.encode("ascii"), one.place)
                os.fsync(file)
            finally:
                os.close(file)


def heads(folder: Path) -> Iterator[tuple[track_file.Head, int, str]]:
    """Every track of a folder: its head, where the wrapped key stands in the file, the file's
    name. What is no track is left out."""
    if not folder.exists():
        return
    for entry in os.scandir(folder):
        if not entry.name.endswith(".track"):
            continue
        try:
            with open(entry.path, "rb") as file:
                head, opening = track_file.read_head(file)
        except (FileNotFoundError, track_file.BadTrack):
            continue
        place = opening.rfind(head.wrapped.encode("ascii"))
        yield head, place, entry.name


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
