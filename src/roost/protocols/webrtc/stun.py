"""Connectivity checks as an ICE-lite agent answers them (RFC 8489, RFC 8445 2.5 and 7.3).

A lite agent never checks by itself: it answers a binding request whose integrity was made with
its own password, and whoever can make that has read our description. Everything else is
dropped without an answer, so that nobody can be hit with our packets.
"""

import hmac
import zlib
from hashlib import sha1
from ipaddress import ip_address
from struct import Struct as Layout
from struct import pack
from typing import Final

from msgspec import Struct

COOKIE: Final = 0x2112A442
BINDING_REQUEST: Final = 0x0001
BINDING_SUCCESS: Final = 0x0101
USERNAME: Final = 0x0006
MESSAGE_INTEGRITY: Final = 0x0008
XOR_MAPPED_ADDRESS: Final = 0x0020
USE_CANDIDATE: Final = 0x0025
FINGERPRINT: Final = 0x8028
FINGERPRINT_XOR: Final = 0x5354554E
INTEGRITY_BYTES: Final = 20
MAX_STUN_BYTES: Final = 548  # RFC 8489 6.1, over IPv4 without knowledge of the path

_HEADER: Final = Layout("!HHI12s")
_ATTRIBUTE: Final = Layout("!HH")


class Check(Struct, frozen=True, gc=False):
    """A binding request. `username` is `ours:theirs` (RFC 8445 7.2.2)."""

    transaction: bytes
    username: str
    nominates: bool  # USE-CANDIDATE
    covered: bytes  # what the integrity was made over, its length field as it was then
    integrity: bytes

    def ours(self) -> str:
        """Our own part of the user name: which session it's for."""
        return self.username.partition(":")[0]

    def made_with(self, password: str) -> bool:
        wanted = hmac.new(password.encode(), self.covered, sha1).digest()
        return hmac.compare_digest(wanted, self.integrity)


def read_check(data: bytes) -> Check | None:
    """A binding request with a user name and an integrity; None for anything else."""
    if not 20 <= len(data) <= MAX_STUN_BYTES or len(data) % 4:
        return None
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind != BINDING_REQUEST or cookie != COOKIE or length != len(data) - 20:
        return None
    username, nominates, covered, integrity = "", False, b"", b""
    at = 20
    while at + 4 <= len(data) and not integrity:
        name, size = _ATTRIBUTE.unpack_from(data, at)
        value = data[at + 4 : at + 4 + size]
        if len(value) != size:
            return None
        if name == USERNAME:
            username = value.decode("utf-8", "replace")
        elif name == USE_CANDIDATE:
            nominates = True
        elif name == MESSAGE_INTEGRITY:
            if size != INTEGRITY_BYTES:
                return None
            integrity = value
            # RFC 8489 14.5: the length as if the integrity were the last attribute
            covered = data[:2] + pack("!H", at + 24 - 20) + data[4:at]
        at += 4 + size + (-size % 4)
    if not username or not integrity:
        return None
    return Check(transaction, username, nominates, covered, integrity)


def success(check: Check, host: str, port: int, password: str) -> bytes:
    """The answer: where the check came from, with integrity and fingerprint."""
    address = ip_address(host).packed
    mask = pack("!I", COOKIE) + check.transaction
    mapped = pack("!xBH", 1 if len(address) == 4 else 2, port ^ (COOKIE >> 16)) + bytes(
        one ^ other for one, other in zip(address, mask, strict=False)
    )
    body = _ATTRIBUTE.pack(XOR_MAPPED_ADDRESS, len(mapped)) + mapped
    made = _HEADER.pack(BINDING_SUCCESS, len(body) + 24, COOKIE, check.transaction) + body
    integrity = hmac.new(password.encode(), made, sha1).digest()
    body += _ATTRIBUTE.pack(MESSAGE_INTEGRITY, INTEGRITY_BYTES) + integrity
    made = _HEADER.pack(BINDING_SUCCESS, len(body) + 8, COOKIE, check.transaction) + body
    print_ = zlib.crc32(made) ^ FINGERPRINT_XOR
    return made + _ATTRIBUTE.pack(FINGERPRINT, 4) + pack("!I", print_)


def request(transaction: bytes, username: str, password: str, nominates: bool = True) -> bytes:
    """A check as a full agent makes it: for tests, and tools that look whether an edge answers."""
    name = username.encode()
    body = _ATTRIBUTE.pack(USERNAME, len(name)) + name + b"\0" * (-len(name) % 4)
    if nominates:
        body += _ATTRIBUTE.pack(USE_CANDIDATE, 0)
    made = _HEADER.pack(BINDING_REQUEST, len(body) + 24, COOKIE, transaction) + body
    integrity = hmac.new(password.encode(), made, sha1).digest()
    body += _ATTRIBUTE.pack(MESSAGE_INTEGRITY, INTEGRITY_BYTES) + integrity
    made = _HEADER.pack(BINDING_REQUEST, len(body) + 8, COOKIE, transaction) + body
    print_ = zlib.crc32(made) ^ FINGERPRINT_XOR
    return made + _ATTRIBUTE.pack(FINGERPRINT, 4) + pack("!I", print_)
