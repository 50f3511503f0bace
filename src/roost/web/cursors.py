"""Cursors: places in the log or in a list, sealed for one owner.

A client must not learn from a place how much the others do, nor try another's: so a cursor is
opaque (AES-SIV, RFC 5297: the same place gives the same cursor, no nonce to keep), of one
length, and opens for the owner alone that it was made for.
"""

import base64
import binascii
import struct
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from roost.kernel.ids import Owner

LENGTH: Final = 43  # characters of a sealed pair of numbers
MOST_TEXT: Final = 400  # characters of a cursor with text in it


class Cursors:
    """Seals and opens places under the centre's key (any length of at least 16 bytes)."""

    def __init__(self, key: bytes) -> None:
        derived = HKDF(SHA512(), 64, salt=None, info=b"roost web cursors").derive(key)
        self._siv: Final = AESSIV(derived)

    def seal(self, owner: Owner, kind: str, first: int, second: int, text: str = "") -> str:
        """Two numbers, and a text that both sides of the wall may see the length of."""
        plain = struct.pack(">QQ", first, second) + text.encode()
        sealed = self._siv.encrypt(plain, [kind.encode(), owner.encode()])
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()

    def open(self, owner: Owner, kind: str, cursor: str) -> tuple[int, int, str] | None:
        """The place; None for anything that wasn't sealed for this owner and kind."""
        if len(cursor) > MOST_TEXT:
            return None
        try:
            padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
            sealed = base64.b64decode(padded, altchars=b"-_", validate=True)
            plain = self._siv.decrypt(sealed, [kind.encode(), owner.encode()])
        except (UnicodeError, binascii.Error, ValueError, InvalidTag):
            return None
        first, second = struct.unpack(">QQ", plain[:16])
        return first, second, plain[16:].decode()
