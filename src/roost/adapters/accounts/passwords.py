"""Passwords: argon2id (RFC 9106) with the parameters that OWASP gives for logins.

19 MiB, two passes, one lane: about 20 ms of one core, so that a morning's shift of hundreds of
agents can log in within a minute. The parameters stand in each hash; a hash with older ones
goes on working and is made anew at the next login.
"""

from typing import Final

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from roost.kernel.messages import Refusal
from roost.ports.accounts import LONGEST_PASSWORD, SHORTEST_PASSWORD

_hasher: Final = PasswordHasher(
    time_cost=2, memory_cost=19 * 1024, parallelism=1, hash_len=32, salt_len=16, type=Type.ID
)
#: What the password of a name that doesn't exist is compared with: the work is the same.
NOBODY: Final = _hasher.hash("nobody has this password")


def hashed(password: str) -> str:
    """The hash to keep."""
    return _hasher.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether this is the password that the hash was made of."""
    try:
        return _hasher.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def weakness(name: str, password: str) -> Refusal | None:
    """Length is what counts; a rule about signs would only make worse passwords."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return Refusal("password_weak", {"least": str(SHORTEST_PASSWORD)})
    beside_the_name = password.lower().replace(name.lower(), "")
    if len(beside_the_name) < SHORTEST_PASSWORD // 2 or len(set(password)) < 4:
        return Refusal("password_weak", {"least": str(SHORTEST_PASSWORD)})
    return None
