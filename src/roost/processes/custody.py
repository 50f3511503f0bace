"""What's done with owners' keys while a centre runs: renewing, sealing anew, destroying, proving.

Everything is noted in the audit trail before it happens. Each step can be stopped at any point and
asked for again: versions of a key stand side by side until nothing lies under the old one.
"""

import fcntl
import os
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from roost.adapters.media.rewrapping import Rewrapping, heads
from roost.adapters.media.track_file import wrapped_of
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.track_keys import FileTrackKeys
from roost.kernel.ids import OPERATOR, Owner, StreamName, VaultId
from roost.kernel.messages import Event
from roost.office.audit.messages import KeyDestroyed, KeyRenewed, MasterRotated
from roost.ports.log import Tried, VaultRows
from roost.processes.places import Places
from roost.processes.stores import store_of

ROWS: Final = 512  # of a vault looked at at once
PAUSE_S: Final = 0.02  # between these, so that a centre's own commits go first
GRACE_S: Final = 5.0  # what was being sealed under the old version has reached the disk by then


class Resealed(Struct, frozen=True):
    """How much was sealed under an owner's newest key."""

    values: int
    tracks: int


class Rotated(Struct, frozen=True):
    owner: Owner
    version: int
    fingerprint: str
    resealed: Resealed
    destroyed: tuple[str, ...]  # fingerprints


class Proof(Struct, frozen=True):
    """What an owner's keys open, of all that was ever sealed for it and is there."""

    owner: Owner
    standing: tuple[str, ...]  # fingerprints of the keys that there are
    destroyed: tuple[str, ...]
    values: Tried
    tracks: Tried
    index: bool  # a caller's number can still be looked for

    @property
    def sound(self) -> bool:
        """What a standing key sealed opens; without any key nothing does."""
        if self.values.broken or self.tracks.broken:
            return False
        return self.index if self.standing else not (self.index or self.opened)

    @property
    def opened(self) -> int:
        return self.values.opened + self.tracks.opened


class Custody:
    """One centre's. Blocking. Raises KeysUnusable, LogFailed, OSError."""

    def __init__(
        self,
        places: Places,
        note: Callable[[Event], None],
        pause: Callable[[float], None],
        grace_s: float = GRACE_S,
    ) -> None:
        self._places, self._note, self._pause = places, note, pause
        self._grace_s = grace_s
        self.keys = KeyFile(places.keys, places.master)
        self._tracks = FileTrackKeys(self.keys)
        self._store = store_of(places, self.keys)

    def rotate_master(self) -> str:
        """Its fingerprint."""
        self._note(MasterRotated(owner=OPERATOR, fingerprint=self.keys.master_fingerprint()))
        return self.keys.rotate_master()

    def rotate(self, owner: Owner) -> Rotated:
        """A new key, everything sealed under it, the old one destroyed; one that was stopped
        half-way is brought to its end, without another key."""
        own = self.keys.owners()[owner]
        if len(own.keys) < 2:
            kept = own.keys.get(own.last)
            before = "" if kept is None else kept.fingerprint
            self._note(KeyRenewed(owner=owner, fingerprint=before))
            self.keys.renew(owner)
        return self.finish(owner)

    def unfinished(self) -> list[Owner]:
        """Whose older keys still stand beside the newest."""
        return [owner for owner, own in self.keys.owners().items() if len(own.keys) > 1]

    def finish(self, owner: Owner) -> Rotated:
        """Seals anew what lies under the owner's older keys, and destroys these. A key that's
        renewed meanwhile is another one's to finish: only what was old at the beginning goes."""
        with self._alone():
            own = self.keys.owners()[owner]
            newest, kept = own.last, own.keys[own.last]
            old = tuple(one.fingerprint for version, one in own.keys.items() if version < newest)
            if not old:
                return Rotated(owner, newest, kept.fingerprint, Resealed(0, 0), ())
            first = self._reseal(owner)
            self._pause(self._grace_s)
            last = self._reseal(owner)
            self._note(KeyDestroyed(owner=owner, fingerprints=old, how="renewed"))
            self.keys.retire(owner, newest)
        resealed = Resealed(first.values + last.values, first.tracks + last.tracks)
        return Rotated(owner, newest, kept.fingerprint, resealed, old)

    def destroy(self, owner: Owner) -> Proof:
        """Every key of the owner is gone; the proof that nothing opens any more."""
        own = self.keys.owners()[owner]
        standing = tuple(kept.fingerprint for kept in own.keys.values())
        self._note(KeyDestroyed(owner=owner, fingerprints=standing, how="destroyed"))
        self.keys.destroy(owner)
        return self.prove(owner)

    def prove(self, owner: Owner) -> Proof:
        """Tries every value and every track of the owner's."""
        own = self.keys.owners()[owner]
        values = sum(self._tried(owner), Tried())
        tracks = Tried()
        for head, _, _ in heads(self._places.recordings):
            if head.owner == owner:
                tracks += self._tracks.tried(owner, wrapped_of(head))
        return Proof(
            owner,
            tuple(kept.fingerprint for kept in own.keys.values()),
            tuple(one.fingerprint for one in own.gone),
            values,
            tracks,
            self.keys.index_key(owner) is not None,
        )

    def _tried(self, owner: Owner) -> Iterator[Tried]:
        for rows in self._vaults():
            after: VaultId | None = VaultId("")
            while after is not None:
                after, tried = rows.tried(owner, after, ROWS)
                yield tried

    def _reseal(self, owner: Owner) -> Resealed:
        values = 0
        for rows in self._vaults():
            after: VaultId | None = VaultId("")
            while after is not None:
                after, anew = rows.reseal(owner, after, ROWS)
                values += anew
                if after is not None:
                    self._pause(PAUSE_S)
        return Resealed(values, Rewrapping(self._places.recordings, self._tracks.rewrap).run(owner))

    def _vaults(self) -> Generator[VaultRows, None, None]:
        for stream in self._store.streams():
            rows = self._store.vault_rows(StreamName(stream))
            try:
                yield rows
            finally:
                rows.close()

    @contextmanager
    def _alone(self) -> Generator[None, None, None]:
        """One process seals anew at a time; another waits."""
        lock = os.open(_lock(self._places), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _lock(places: Places) -> Path:
    return places.keys.with_name("custody.lock")
