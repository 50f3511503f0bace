"""The audit trail as a chain: each entry carries an HMAC over itself and the entry before.

    mac(n) = HMAC-SHA256(key, mac(n-1) | number, type, version, owner, at, actor | body)

with the body as it's stored, its own mac as zeros. Whoever changes, removes or moves an entry
without the key breaks the chain at that place. Cutting off its end breaks nothing: that's seen by
a head (number and mac of an entry) that was kept elsewhere. The key is derived from the
operator's, which the master key wraps, and which no renewal changes.
"""

import hmac
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from msgspec import Struct

from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import StreamName
from roost.office.audit.messages import Noted
from roost.ports.log import LogReader

INFO: Final = b"roost audit trail"
EMPTY: Final = "0" * 64  # before the first, and in the place of an entry's own
AT_ONCE: Final = 2_000

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class _Mac(Struct):
    mac: str = ""


_mac_of: Final = msgspec.json.Decoder(_Mac).decode


class Head(Struct, frozen=True):
    """An entry by its number and mac: kept elsewhere, it proves all that stands before it."""

    number: int
    mac: str


class Verified(Struct, frozen=True):
    """`broken` is the number of the first entry that isn't as it was written, and `why`."""

    entries: int
    head: Head
    broken: int | None = None
    why: str = ""


class Chain:
    """One centre's. `key_of` gives the key that its own is derived from."""

    def __init__(self, stream: StreamName, reader: LogReader, key_of: Callable[[], bytes]) -> None:
        self._stream, self._reader, self._key_of = stream, reader, key_of
        self._key = b""

    def sealed(self, envelope: Envelope) -> Envelope:
        """The envelope with its mac, after the one that stands before it in the stream."""
        assert isinstance(envelope.body, Noted)
        before = self._mac_at(envelope.number - 1)
        plain = msgspec.structs.replace(envelope.body, mac=EMPTY)
        made = self._made(before, envelope, _encode(plain))
        return msgspec.structs.replace(
            envelope, body=msgspec.structs.replace(envelope.body, mac=made)
        )

    def head(self) -> Head:
        """The last entry's."""
        number = self._reader.last(self._stream)
        return Head(number, self._mac_at(number))

    def verify(self, known: Head | None = None) -> Verified:
        """The whole trail, and that an entry is there as a kept head says."""
        before, number = EMPTY, 0
        for row in self._rows():
            expected, number = number + 1, row.number
            if row.number != expected:
                why = f"entry {expected} isn't there any more"
                return Verified(expected - 1, Head(expected - 1, before), expected, why)
            own = _mac(row)
            if not own or not hmac.compare_digest(own, self._made(before, row, _zeroed(row, own))):
                why = "it was changed or moved, or what stood before it was"
                return Verified(number - 1, Head(number - 1, before), number, why)
            before = own
            if known is not None and known.number == number and known.mac != own:
                why = "it isn't the one whose head was kept: the trail was written anew"
                return Verified(number, Head(number, own), number, why)
        if known is not None and known.number > number:
            why = f"the trail ends with {number}: its end was cut off"
            return Verified(number, Head(number, before), number + 1, why)
        return Verified(number, Head(number, before))

    def _rows(self) -> Iterator[Stored]:
        after = 0
        while rows := self._reader.read(self._stream, after, AT_ONCE):
            after = rows[-1].number
            yield from rows

    def _mac_at(self, number: int) -> str:
        rows = self._reader.read(self._stream, number - 1, 1) if number else []
        return (_mac(rows[0]) if rows else "") or EMPTY

    def _made(self, before: str, one: Envelope | Stored, body: bytes) -> str:
        if not self._key:
            self._key = HKDF(SHA256(), 32, salt=None, info=INFO).derive(self._key_of())
        fields = (before, one.number, one.type, one.version, one.owner, one.at, one.actor)
        said = "\0".join(map(str, fields)).encode() + b"\0" + body
        return hmac.digest(self._key, said, "sha256").hex()


def _mac(row: Stored) -> str:
    try:
        return _mac_of(_raw(row)).mac
    except msgspec.DecodeError:
        return ""


def _zeroed(row: Stored, mac: str) -> bytes:
    return _raw(row).replace(mac.encode(), EMPTY.encode(), 1)


def _raw(row: Stored) -> bytes:
    """The body; as text, where somebody else wrote it."""
    body: object = row.body
    return body.encode() if isinstance(body, str) else row.body
