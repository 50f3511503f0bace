"""The owners' keys, each wrapped by the centre's master key, in a file that only its owner reads.

    keys = KeyFile(data / "keys.json", master)
    sealed = keys.seal(owner, plain, bound)   # makes the owner's key when there's none
    keys.open(owner, sealed, bound)           # None when no standing key of the owner opens it
    keys.renew(owner)                         # a new version for what's sealed from now on
    keys.retire(owner, version)               # the versions before it are gone for ever
    keys.destroy(owner)                       # everything sealed for that owner is unreadable

What's sealed begins with its key's version, so an owner's versions stand side by side while what
lies under the old one is sealed again. A version is never used twice: what a destroyed key sealed
no later one opens. The key of the owner's index of callers is a key of its own, since its tokens
stand in the log: it stays through every renewal and goes with the last key.

Several processes share the file: changes are made under a lock beside it, by replacing the file,
and each process looks whether it was replaced before it uses a key. Each change is one
replacement, but for the master's (`rotate_master`), which the next call goes on with.
"""

import fcntl
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from struct import Struct as Layout
from threading import RLock
from typing import Final

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from roost.adapters.store import durable
from roost.adapters.store.master import (
    KeysUnusable,
    MasterFile,
    MasterMissing,
    beside,
    fingerprint,
    guard,
)
from roost.kernel.ids import Owner
from roost.ports.log import Tried

NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32
VERSION: Final = Layout(">I")
LEAST: Final = VERSION.size + NONCE_BYTES + 16  # bytes of what's sealed, were it empty
TURNS: Final = 3  # readings of two files that another process is replacing
INDEX: Final = "index"


class Kept(Struct, frozen=True, forbid_unknown_fields=True):
    """One version of an owner's key as it lies in the file."""

    wrapped: str  # nonce and AES-256-GCM ciphertext under the master, base64
    fingerprint: str


class Gone(Struct, frozen=True, forbid_unknown_fields=True):
    """A version that was destroyed."""

    version: int
    fingerprint: str


class OwnersKeys(Struct, forbid_unknown_fields=True):
    """`last` is the newest version that ever was."""

    last: int = 0
    index: str = ""
    keys: dict[int, Kept] = {}
    gone: list[Gone] = []


class _File(Struct, forbid_unknown_fields=True):
    master: str = ""  # the fingerprint of the one that everything here is wrapped under
    owners: dict[Owner, OwnersKeys] = {}


class _Opened(Struct, frozen=True):
    last: int
    ciphers: dict[int, AESGCM]
    index: bytes | None


class KeyFile:
    """Keys by owner. Thread-safe. Whatever reads or changes a file raises KeysUnusable when it
    can't be used, OSError when the disk fails; then nothing has changed. Nothing is read before
    a key is wanted: the log folds, and invoices add up, without one.

    Without a `master` its file lies where a centre's does that names none.
    """

    def __init__(self, path: Path, master: Path | None = None) -> None:
        self._path = path
        self.master = MasterFile(beside(path.parent) if master is None else master)
        self._guard = RLock()
        self._file = _File()
        self._opened: dict[Owner, _Opened] = {}
        self._seen: tuple[int, int] | None = None

    # --- sealing ---

    def seal(self, owner: Owner, plain: bytes, bound: bytes) -> bytes:
        """Under the owner's newest key, made when there's none: version, nonce, ciphertext."""
        with self._guard:
            self._refresh()
            known = self._opened.get(owner)
            if known is None or known.last not in known.ciphers:
                self._renew(owner, only_without=True)
                known = self._opened[owner]
            version, cipher = known.last, known.ciphers[known.last]
        nonce = os.urandom(NONCE_BYTES)
        return VERSION.pack(version) + nonce + cipher.encrypt(nonce, plain, bound)

    def open(self, owner: Owner, sealed: bytes, bound: bytes) -> bytes | None:
        """None when its key is destroyed, isn't this owner's, or it was sealed as another thing."""
        if len(sealed) < LEAST:
            return None
        with self._guard:
            self._refresh()
            known = self._opened.get(owner)
        cipher = None if known is None else known.ciphers.get(version_of(sealed))
        if cipher is None:
            return None
        nonce = sealed[VERSION.size : VERSION.size + NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, sealed[VERSION.size + NONCE_BYTES :], bound)
        except InvalidTag:
            return None

    def tried(self, owner: Owner, sealed: bytes, bound: bytes) -> Tried:
        """Whether it opens, or its key is destroyed, or neither, as it should."""
        if self.open(owner, sealed, bound) is not None:
            return Tried(opened=1)
        own = self._file.owners.get(owner)
        stands = len(sealed) < LEAST or (own is not None and version_of(sealed) in own.keys)
        return Tried(broken=1) if stands else Tried(gone=1)

    def index_key(self, owner: Owner) -> bytes | None:
        """The key of the owner's index of callers."""
        with self._guard:
            self._refresh()
            known = self._opened.get(owner)
        return None if known is None else known.index

    def ensured_index_key(self, owner: Owner) -> bytes:
        """The same, made where there was none."""
        self.ensure(owner)
        key = self.index_key(owner)
        assert key is not None, "keys of one owner are made together"
        return key

    # --- looking ---

    def owners(self) -> dict[Owner, OwnersKeys]:
        """Every owner that ever had a key, by what stands in the file."""
        with self._guard:
            self._refresh()
            return dict(sorted(self._file.owners.items()))

    def newest(self, owner: Owner) -> int:
        """The version that seals now; 0 when the owner has no key."""
        with self._guard:
            self._refresh()
            own = self._file.owners.get(owner)
        return own.last if own is not None and own.last in own.keys else 0

    def master_fingerprint(self) -> str:
        """Which master everything is wrapped under; empty while there's nothing."""
        with self._guard:
            self._refresh()
            return self._file.master

    def half_rotated(self) -> bool:
        """Whether a change of the master was stopped half-way: `rotate_master` goes on with it."""
        return len(self.master.read()) > 1

    # --- changing ---

    def ensure_master(self) -> bool:
        """Whether the master key was made now. Raises KeysUnusable where it's gone."""
        with self._guard, self._changing() as file:
            if file.master:
                _named(self.master, self.master.read(), file.master)
                return False
            known = self.master.read()
            file.master = fingerprint((known or self.master.make())[0])
            return not known

    def ensure(self, owner: Owner) -> None:
        """Makes the owner's keys when there are none."""
        with self._guard:
            if not self.newest(owner):
                self._renew(owner, only_without=True)

    def renew(self, owner: Owner) -> int:
        """A new version, which seals from now on; the ones before still open. Its number."""
        with self._guard:
            return self._renew(owner, only_without=False)

    def retire(self, owner: Owner, below: int) -> tuple[Gone, ...]:
        """Destroys the versions before this one. What lay under them must be sealed anew by now."""
        with self._guard, self._changing() as file:
            own = file.owners.get(owner) or OwnersKeys()
            return _destroyed(own, [version for version in own.keys if version < below])

    def destroy(self, owner: Owner) -> tuple[Gone, ...]:
        """Every key of the owner is gone, the index's too. What was sealed nobody reads again."""
        with self._guard, self._changing() as file:
            own = file.owners.get(owner)
            if own is None:
                return ()
            own.index = ""
            return _destroyed(own, list(own.keys))

    def rotate_master(self) -> str:
        """A new master; everything is wrapped anew, and the old one is gone. Its fingerprint.

        Three replacements: the master's file holds both, `keys.json` is wrapped under the new
        one, the master's file holds the new one alone. Stopped after any of them everything
        opens, and the next call goes on from there."""
        with self._guard:
            with self._changing() as file:
                masters = self.master.read() if file.master else self.master.make()
                if not file.master:
                    file.master = fingerprint(masters[0])
                old = _named(self.master, masters, file.master)
                if len(masters) == 1:
                    self.master.put(masters := [secrets.token_bytes(KEY_BYTES), old])
                for owner, own in file.owners.items():
                    _rewrap(owner, own, old, masters[0])
                file.master = fingerprint(masters[0])
                self._replace(file)
                self.master.put(masters[:1])
            return file.master

    def _renew(self, owner: Owner, only_without: bool) -> int:
        with self._changing() as file:
            if not file.master:
                file.master = fingerprint((self.master.read() or self.master.make())[0])
            master = _named(self.master, self.master.read(), file.master)
            own = file.owners.setdefault(owner, OwnersKeys())
            if only_without and own.last in own.keys:
                return own.last  # another process was faster
            own.last += 1
            key = secrets.token_bytes(KEY_BYTES)
            own.keys[own.last] = Kept(
                _wrapped(master, key, _place(owner, own.last)), fingerprint(key)
            )
            if not own.index:
                own.index = _wrapped(master, secrets.token_bytes(KEY_BYTES), _place(owner, INDEX))
            return own.last

    # --- the files ---

    def _refresh(self) -> None:
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            self._file, self._opened, self._seen = _File(), {}, None
            return
        if (found.st_ino, found.st_ctime_ns) == self._seen:
            return
        guard(self._path, found.st_mode)
        for turn in range(TURNS):
            file = self._read()
            try:
                self._opened = self._all_opened(file)
            except MasterMissing:
                if turn == TURNS - 1:
                    raise
            else:
                self._file, self._seen = file, (found.st_ino, found.st_ctime_ns)
                return

    def _all_opened(self, file: _File) -> dict[Owner, _Opened]:
        if not file.owners:
            return {}
        master = _named(self.master, self.master.read(), file.master)
        return {owner: _opened(master, owner, own) for owner, own in file.owners.items()}

    def _read(self) -> _File:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_File)
        except FileNotFoundError:
            return _File()
        except msgspec.DecodeError as error:
            raise KeysUnusable(
                f"{self._path} can't be read ({error}): put back your copy of it."
            ) from None

    @contextmanager
    def _changing(self) -> Generator[_File, None, None]:
        lock = os.open(self._path.with_suffix(".lock"), os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            file = self._read()
            before = msgspec.json.encode(file)
            yield file
            if msgspec.json.encode(file) != before:
                self._replace(file)
            self._refresh()
        finally:
            os.close(lock)

    def _replace(self, file: _File) -> None:
        durable.replace(self._path, msgspec.json.format(msgspec.json.encode(file)))


def version_of(sealed: bytes) -> int:
    """Under which version of its owner's key something was sealed."""
    return int(VERSION.unpack_from(sealed)[0])


def _named(master: MasterFile, keys: list[bytes], wanted: str) -> bytes:
    for key in keys:
        if fingerprint(key) == wanted:
            return key
    why = "holds another one" if keys else "isn't there"
    raise MasterMissing(
        f"keys.json is wrapped under the master key {wanted}, and {master.path} {why}: put back"
        " your copy of it, or name its place as `master_key` in roost.toml. Without it no number,"
        " note or recording can be opened."
    )


def _place(owner: Owner, what: int | str) -> bytes:
    """What a wrapped key is bound to: it never passes for another owner's, or another version."""
    return f"roost owner key\0{owner}\0{what}".encode()


def _wrapped(master: bytes, key: bytes, place: bytes) -> str:
    nonce = os.urandom(NONCE_BYTES)
    return b64encode(nonce + AESGCM(master).encrypt(nonce, key, place)).decode("ascii")


def _unwrapped(master: bytes, wrapped: str, place: bytes) -> bytes:
    raw = b64decode(wrapped)
    try:
        return AESGCM(master).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place)
    except InvalidTag:
        raise KeysUnusable(
            f"{place.decode(errors='replace')!r} in keys.json was changed: put back your copy."
        ) from None


def _opened(master: bytes, owner: Owner, own: OwnersKeys) -> _Opened:
    ciphers = {
        version: AESGCM(_unwrapped(master, kept.wrapped, _place(owner, version)))
        for version, kept in own.keys.items()
    }
    index = _unwrapped(master, own.index, _place(owner, INDEX)) if own.index else None
    return _Opened(own.last, ciphers, index)


def _rewrap(owner: Owner, own: OwnersKeys, old: bytes, new: bytes) -> None:
    def again(wrapped: str, what: int | str) -> str:
        place = _place(owner, what)
        return _wrapped(new, _unwrapped(old, wrapped, place), place)

    for version, kept in own.keys.items():
        own.keys[version] = Kept(again(kept.wrapped, version), kept.fingerprint)
    own.index = again(own.index, INDEX) if own.index else ""


def _destroyed(own: OwnersKeys, versions: list[int]) -> tuple[Gone, ...]:
    gone = tuple(Gone(version, own.keys.pop(version).fingerprint) for version in sorted(versions))
    own.gone.extend(gone)
    return gone
