"""The file of one track: what one leg sent, encrypted from the first byte on.

    magic "ROOSTTRK" | version u16 | length u32 | head as JSON
    then chunks: last u8 | number u64 | length u32 | AES-256-GCM ciphertext with its tag

All integers are little-endian. A chunk's nonce is its number; a number is never used again,
also when its write failed or its writer died, so numbers may have gaps. A chunk authenticates
the sha256 of all that stands before the first chunk but the wrapped key, its number, its place in
the file (0, 1, 2…) and its `last` byte: it can't be moved, left out in the middle, or taken from
another track, and a file without a last chunk was interrupted. The data key is this track's alone;
the head holds it wrapped under its owner's key, and may come to hold it wrapped under another
(`rewrapping`). A chunk holds records: kind u8 | position u32 | length u16 | bytes.
Positions are samples (8 kHz) from the track's start, so silence takes no room, and what came
late or out of order is in its place when it's read.
"""

import base64
import hashlib
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from struct import Struct as Layout
from typing import BinaryIO, Final, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from roost.kernel.ids import Owner

MAGIC: Final = b"ROOSTTRK"
VERSION: Final = 2
OPENING: Final = Layout("<8sHI")
CHUNK: Final = Layout("<BQI")
RECORD: Final = Layout("<BIH")
MAX_HEAD: Final = 16_384
MAX_CHUNK: Final = 1 << 20

AUDIO_A: Final = 0
AUDIO_U: Final = 1
GAP: Final = 2  # its bytes: how many samples were dropped, u32
END: Final = 3  # its position is the track's length
PAUSE: Final = 4  # its byte: 1 where a pause begins, 0 where it ends


class BadTrack(Exception):
    """The file isn't a track, was changed, or the key isn't its key."""


class Head(Struct, frozen=True):
    """`started_us` is on the wall's clock; tracks of one media process share one mapping to
    it, so two tracks of a call align to the sample."""

    track: str
    contact: str
    leg: str
    owner: Owner
    purpose: str
    started_us: int
    wrapped: str  # the data key under its owner's key, base64


class TrackRecord(NamedTuple):
    kind: int
    position: int
    payload: bytes


class Track(Struct, frozen=True):
    """A whole track, read back. `complete` is False when its writer was interrupted."""

    head: Head
    records: list[TrackRecord]
    length: int  # samples
    gap: int  # samples dropped
    complete: bool
    pauses: tuple[tuple[int, int], ...] = ()  # from sample to sample: asked for, not lost


def _opening(head: Head) -> bytes:
    body = msgspec.json.encode(head)
    return OPENING.pack(MAGIC, VERSION, len(body)) + body


def _binding(head: Head) -> bytes:
    """What every chunk is bound to: the head, whichever key its own is wrapped under."""
    return hashlib.sha256(_opening(msgspec.structs.replace(head, wrapped=""))).digest()


def _nonce(number: int) -> bytes:
    return bytes(4) + number.to_bytes(8, "big")


def _bound(binding: bytes, number: int, place: int, last: bool) -> bytes:
    return binding + number.to_bytes(8, "big") + place.to_bytes(8, "big") + bytes([last])


class TrackWriter:
    """Writes one track's file, which is open without a buffer (what a full disk refused must
    not come again with the next chunk). Raises OSError; `size` tells what is safely there."""

    def __init__(
        self, file: BinaryIO, head: Head, key: bytes, number: int = 0, place: int = 0
    ) -> None:
        """With `number` and `place` an interrupted file goes on with the chunk after it."""
        opening = _opening(head)
        self._file = file
        self._cipher = AESGCM(key)
        self._binding = _binding(head)
        self._number = number
        self._place = place
        self._records = bytearray()
        self.size = file.tell()
        if self.size == 0:
            self._put(opening)

    @property
    def held(self) -> int:
        """Bytes of records not yet written."""
        return len(self._records)

    def add(self, kind: int, position: int, payload: bytes) -> None:
        self._records += RECORD.pack(kind, position & 0xFFFFFFFF, len(payload)) + payload

    def flush(self, last: bool = False) -> None:
        """Encrypts and writes what's held, as one chunk."""
        if not self._records and not last:
            return
        number = self._number
        secret = self._cipher.encrypt(
            _nonce(number),
            bytes(self._records),
            _bound(self._binding, number, self._place, last),
        )
        self._number += 1
        self._records.clear()
        self._put(CHUNK.pack(last, number, len(secret)) + secret)
        self._place += 1

    def _put(self, data: bytes) -> None:
        """All of it or nothing: half a chunk would make the rest unreadable."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self._file.write(rest) :]
        except OSError:
            self._file.seek(self.size)
            self._file.truncate()
            raise
        self.size += len(data)


def read_head(file: BinaryIO) -> tuple[Head, bytes]:
    """(head, all the bytes before the first chunk). Raises BadTrack."""
    opening = file.read(OPENING.size)
    if len(opening) < OPENING.size:
        raise BadTrack("shorter than a track's head")
    magic, version, length = OPENING.unpack(opening)
    if magic != MAGIC or version != VERSION or length > MAX_HEAD:
        raise BadTrack("not a track of a version that this program reads")
    body = file.read(length)
    try:
        return msgspec.json.decode(body, type=Head), opening + body
    except msgspec.DecodeError as error:
        raise BadTrack(f"its head can't be read: {error}") from None


def chunks(file: BinaryIO) -> Iterator[tuple[int, bytes, bool]]:
    """(number, ciphertext, last) of every whole chunk after the head."""
    while len(head := file.read(CHUNK.size)) == CHUNK.size:
        last, number, length = CHUNK.unpack(head)
        if length > MAX_CHUNK:
            raise BadTrack(f"chunk {number} claims {length} bytes")
        secret = file.read(length)
        if len(secret) < length:
            return
        yield number, secret, bool(last)


def wrapped_of(head: Head) -> bytes:
    """A track's data key as it lies in its head."""
    return base64.b64decode(head.wrapped)


def read(path: Path, unwrap: Callable[[Owner, bytes], bytes | None]) -> Track:
    """The whole track. `unwrap` opens a data key with its owner's. Raises BadTrack, OSError."""
    with path.open("rb") as file:
        head, _ = read_head(file)
        key = unwrap(head.owner, wrapped_of(head))
        if key is None:
            raise BadTrack("its owner's key doesn't open it, or is destroyed")
        cipher, binding = AESGCM(key), _binding(head)
        records: list[TrackRecord] = []
        complete = False
        for place, (number, secret, last) in enumerate(chunks(file)):
            try:
                plain = cipher.decrypt(_nonce(number), secret, _bound(binding, number, place, last))
            except InvalidTag:
                raise BadTrack(f"chunk {number} was changed, or the key isn't its key") from None
            records += _records(plain)
            complete = last
    gap = sum(int.from_bytes(r.payload, "little") for r in records if r.kind == GAP)
    ends = [r.position for r in records if r.kind == END]
    heard = [r for r in records if r.kind in (AUDIO_A, AUDIO_U)]
    length = ends[-1] if ends else max((r.position + len(r.payload) for r in heard), default=0)
    return Track(head, heard, length, gap, complete, _pauses(records, length))


def _pauses(records: list[TrackRecord], length: int) -> tuple[tuple[int, int], ...]:
    pauses: list[tuple[int, int]] = []
    began: int | None = None
    for record in records:
        if record.kind != PAUSE:
            continue
        if record.payload[:1] == b"\1":
            began = record.position if began is None else began
        elif began is not None:
            pauses.append((began, record.position))
            began = None
    if began is not None:  # it ended paused
        pauses.append((began, max(began, length)))
    return tuple(pauses)


def _records(plain: bytes) -> Iterator[TrackRecord]:
    at = 0
    while at + RECORD.size <= len(plain):
        kind, position, length = RECORD.unpack_from(plain, at)
        at += RECORD.size
        yield TrackRecord(kind, position, plain[at : at + length])
        at += length


def file_name(track: str) -> str:
    """What a track's file is called, unless one of that name was there before: so the file of
    a track that was interrupted with its media process can be found without being told."""
    return (re.sub(r"[^A-Za-z0-9_-]+", ".", track).strip(".")[:120] or "track") + ".track"


def create(folder: Path, track: str) -> tuple[BinaryIO, str]:
    """A new file for a track, readable by its owner only, and its name: never over another."""
    for again in range(1_000):
        name = file_name(track)
        actual = name if again == 0 else name.replace(".track", f"-{again}.track")
        try:
            handle = os.open(folder / actual, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            continue
        return os.fdopen(handle, "r+b", buffering=0), actual
    raise FileExistsError(f"a thousand files for {track}")


def reopen(path: Path) -> tuple[BinaryIO, int, int]:
    """An interrupted file, cut after its last whole chunk; the next chunk's number and place.

    One number is left out: the interrupted writer may have encrypted something under it."""
    file = path.open("r+b", buffering=0)
    read_head(file)
    end, next_number, place = file.tell(), 0, 0
    for number, secret, _last in chunks(file):
        end += CHUNK.size + len(secret)
        next_number, place = number + 1, place + 1
    file.truncate(end)
    file.seek(end)
    return file, next_number + 1, place
