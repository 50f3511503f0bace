"""Digest authentication (RFC 7616, with SIP's rules: RFC 3261 22 and RFC 8760).

    server    challenges(…) → WWW-Authenticate values for a 401
              read_credentials(headers, realm) → verify(…) → Verdict
    client    read_challenge(headers) → authorize(…) → the Authorization value

Everything is an argument: the nonce is the time it was made and an HMAC of that under the
centre's key, so that a challenge costs no memory and survives a restart; how often each nonce
was used is in `NonceCounts`, which is bounded. Only qop=auth is offered and taken; a peer's
challenge without qop (RFC 2069) is answered too.
"""

import hashlib
import hmac
import re
from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.protocols.sip.headers import AuthValue, parse_auth, quote
from roost.protocols.sip.message import Headers
from roost.protocols.sip.uri import BadSyntax

NONCE_LIFE: Final = DurationUs(300 * SECOND)
MAX_NONCES: Final = 10_000  # nonces whose use is remembered
NONCE_WINDOW: Final = 64  # how far behind the highest count a late request may be
_CLOCK_SLACK: Final = DurationUs(5 * SECOND)  # a nonce made before a restart, on a later clock

_NONCE: Final = re.compile(r"([0-9a-f]{14})([0-9a-f]{32})")
_COUNT: Final = re.compile(r"[0-9A-Fa-f]{8}")


class Algorithm(StrEnum):
    SHA_256 = "SHA-256"
    MD5 = "MD5"
    SHA_256_SESS = "SHA-256-sess"
    MD5_SESS = "MD5-sess"

    @property
    def session(self) -> bool:
        return self in (Algorithm.SHA_256_SESS, Algorithm.MD5_SESS)

    @property
    def sha256(self) -> bool:
        return self in (Algorithm.SHA_256, Algorithm.SHA_256_SESS)


_ALGORITHMS: Final = {one.value.lower(): one for one in Algorithm}
OFFERED: Final = (Algorithm.SHA_256, Algorithm.MD5)  # the better first (RFC 8760 2.3)


class Verdict(StrEnum):
    GOOD = "good"
    STALE = "stale"  # the secret was right, the nonce too old or used up: challenge again
    WRONG = "wrong"  # wrong secret, unknown user, or credentials that can't be taken


class Secret(Struct, frozen=True, gc=False):
    """What a user's secret is kept as: H(user:realm:password), in hex, for both hashes."""

    md5: str
    sha256: str


class Credentials(Struct, frozen=True, gc=False):
    """An Authorization of ours, read. Nothing in it is proved yet."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: Algorithm
    cnonce: str
    count: str  # nc, eight hex digits
    opaque: str


class Challenge(Struct, frozen=True, gc=False):
    """A peer's challenge, as far as we can meet it."""

    realm: str
    nonce: str
    algorithm: Algorithm | None  # None: not named (MD5, and not named in the answer)
    qop: bool
    opaque: str | None
    stale: bool
    proxy: bool  # answered in Proxy-Authorization


_NOBODY: Final = Secret("0" * 32, "0" * 64)


def secret_of(user: str, realm: str, password: str) -> Secret:
    """What to keep of a user's password."""
    text = f"{user}:{realm}:{password}"
    return Secret(_hash(Algorithm.MD5, text), _hash(Algorithm.SHA_256, text))


def _hash(algorithm: Algorithm, text: str) -> str:
    data = text.encode("utf-8", "surrogateescape")
    if algorithm.sha256:
        return hashlib.sha256(data).hexdigest()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def response_of(
    algorithm: Algorithm,
    secret: Secret,
    method: str,
    uri: str,
    nonce: str,
    cnonce: str = "",
    count: str = "",
) -> str:
    """The digest (RFC 7616 3.4.1): with `count` that of qop=auth, without that of RFC 2069."""
    first = secret.sha256 if algorithm.sha256 else secret.md5
    if algorithm.session:
        first = _hash(algorithm, f"{first}:{nonce}:{cnonce}")
    second = _hash(algorithm, f"{method}:{uri}")
    middle = f"{nonce}:{count}:{cnonce}:auth" if count else nonce
    return _hash(algorithm, f"{first}:{middle}:{second}")


# --- server ------------------------------------------------------------------------------


def make_nonce(key: bytes, now: InstantUs, realm: str) -> str:
    """A nonce that says when it was made, and that only we can have made."""
    when = f"{now:014x}"
    return when + _seal(key, when, realm)


def _seal(key: bytes, when: str, realm: str) -> str:
    text = f"nonce:{when}:{realm}".encode("utf-8", "surrogateescape")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]


def nonce_age(key: bytes, now: InstantUs, realm: str, nonce: str) -> DurationUs | None:
    """How old a nonce of ours is; None if it's none of ours."""
    match = _NONCE.fullmatch(nonce)
    if match is None or not hmac.compare_digest(_seal(key, match[1], realm), match[2]):
        return None
    return DurationUs(now - int(match[1], 16))


def challenges(
    key: bytes,
    now: InstantUs,
    realm: str,
    stale: bool = False,
    algorithms: tuple[Algorithm, ...] = OFFERED,
) -> list[str]:
    """The values of a 401's WWW-Authenticate lines (or a 407's), one an algorithm, in the
    order of our preference (RFC 8760 2.3)."""
    nonce = make_nonce(key, now, realm)
    tail = ",stale=true" if stale else ""
    return [
        f'Digest realm={quote(realm)},nonce="{nonce}",algorithm={one.value},qop="auth"{tail}'
        for one in algorithms
    ]


def read_credentials(headers: Headers, realm: str, proxy: bool = False) -> Credentials | None:
    """The credentials for our realm; None if there are none that can be read. Other schemes
    and other realms are passed over (RFC 3261 22.3)."""
    name = "Proxy-Authorization" if proxy else "Authorization"
    for line in headers.get_lines(name):
        try:
            value = parse_auth(line)
        except BadSyntax:
            continue
        if value.scheme == "digest" and value.params.get("realm") == realm:
            return _credentials(value)
    return None


def _credentials(value: AuthValue) -> Credentials | None:
    params = value.params
    algorithm = _ALGORITHMS.get(params.get("algorithm", "MD5").lower())
    count = params.get("nc", "")
    needed = ("username", "nonce", "uri", "response", "cnonce")
    if (
        algorithm is None
        or params.get("qop", "").lower() != "auth"
        or _COUNT.fullmatch(count) is None
        or any(not params.get(name) for name in needed)
    ):
        return None
    return Credentials(
        params["username"],
        params["realm"],
        params["nonce"],
        params["uri"],
        params["response"].lower(),
        algorithm,
        params["cnonce"],
        count,
        params.get("opaque", ""),
    )


class NonceCounts:
    """How far each nonce's count went, so that nothing is taken twice (RFC 7616 3.4.5).

    Counts may come out of order by NONCE_WINDOW. When the table is full the nonce that was
    first used longest ago is dropped, and everything as old as it counts as stale from then
    on, so a dropped nonce can't be replayed."""

    __slots__ = ("_capacity", "_oldest", "_seen")

    def __init__(self, capacity: int = MAX_NONCES) -> None:
        self._capacity = capacity
        self._oldest = ""  # nonces begin with their time: they compare by age
        self._seen: dict[str, tuple[int, int]] = {}  # nonce → highest count, window's bits

    def __len__(self) -> int:
        return len(self._seen)

    def take(self, nonce: str, count: int) -> bool:
        """Whether this count of this nonce is new; from now on it isn't."""
        seen = self._seen.get(nonce)
        if seen is None:
            if count < 1 or nonce <= self._oldest:
                return False
            if len(self._seen) >= self._capacity:
                self._drop_first()
            self._seen[nonce] = (count, 1)
            return True
        highest, bits = seen
        if count > highest:
            moved = count - highest
            bits = (bits << moved if moved < NONCE_WINDOW else 0) | 1
            self._seen[nonce] = (count, bits & (2**NONCE_WINDOW - 1))
            return True
        bit = 1 << (highest - count) if highest - count < NONCE_WINDOW else 0
        if not bit or bits & bit or count < 1:
            return False
        self._seen[nonce] = (highest, bits | bit)
        return True

    def expire(self, now: InstantUs, life: DurationUs = NONCE_LIFE) -> None:
        """Forgets nonces that `verify` would call stale by their age."""
        limit = f"{max(0, now - life):014x}"
        for nonce in [one for one in self._seen if one < limit]:
            del self._seen[nonce]

    def _drop_first(self) -> None:
        first = next(iter(self._seen))
        del self._seen[first]
        self._oldest = max(self._oldest, first)


def verify(
    given: Credentials,
    secret: Secret | None,
    method: str,
    key: bytes,
    now: InstantUs,
    counts: NonceCounts,
    life: DurationUs = NONCE_LIFE,
) -> Verdict:
    """Judges credentials. `secret` is None for a user that doesn't exist: the same work is
    done, and the verdict is that of a wrong secret.

    The digest's URI isn't held against the Request-URI: a proxy in front may have rewritten
    that (RFC 3261 22.4), and a nonce's count already keeps a digest from being used twice."""
    expected = response_of(
        given.algorithm,
        secret or _NOBODY,
        method,
        given.uri,
        given.nonce,
        given.cnonce,
        given.count,
    )
    right = hmac.compare_digest(
        expected.encode(), given.response.encode("utf-8", "surrogateescape")
    )
    age = nonce_age(key, now, given.realm, given.nonce)
    if not right or secret is None or given.algorithm.session:
        return Verdict.WRONG
    if age is None or not -_CLOCK_SLACK <= age <= life:
        return Verdict.STALE
    return Verdict.GOOD if counts.take(given.nonce, int(given.count, 16)) else Verdict.STALE


# --- client ------------------------------------------------------------------------------


def read_challenge(headers: Headers) -> Challenge | None:
    """The first challenge of a 401 or 407 that we can meet (RFC 8760 2.4); None if there's
    none."""
    for name in ("WWW-Authenticate", "Proxy-Authenticate"):
        for line in headers.get_lines(name):
            challenge = _challenge(line, name == "Proxy-Authenticate")
            if challenge is not None:
                return challenge
    return None


def _challenge(line: str, proxy: bool) -> Challenge | None:
    try:
        value = parse_auth(line)
    except BadSyntax:
        return None
    params = value.params
    named = params.get("algorithm")
    algorithm = _ALGORITHMS.get(named.lower()) if named else None
    offered = [one.strip().lower() for one in params.get("qop", "").split(",") if one.strip()]
    if (
        value.scheme != "digest"
        or not params.get("nonce")
        or "realm" not in params
        or (named and algorithm is None)
        or (offered and "auth" not in offered)
    ):
        return None
    stale = params.get("stale", "").lower() == "true"
    return Challenge(
        params["realm"],
        params["nonce"],
        algorithm,
        bool(offered),
        params.get("opaque"),
        stale,
        proxy,
    )


def authorize(
    challenge: Challenge,
    user: str,
    password: str,
    method: str,
    uri: str,
    cnonce: str,
    count: int = 1,
) -> tuple[str, str]:
    """The header that meets a challenge, as (name, value). `count` grows with each request
    under one nonce; `cnonce` is any unforeseeable text."""
    algorithm = challenge.algorithm or Algorithm.MD5
    secret = secret_of(user, challenge.realm, password)
    written = f"{count:08x}" if challenge.qop else ""
    response = response_of(algorithm, secret, method, uri, challenge.nonce, cnonce, written)
    parts = [
        f"username={quote(user)}",
        f"realm={quote(challenge.realm)}",
        f"nonce={quote(challenge.nonce)}",
        f"uri={quote(uri)}",
        f'response="{response}"',
    ]
    if challenge.algorithm is not None:
        parts.append(f"algorithm={algorithm.value}")
    if challenge.opaque is not None:
        parts.append(f"opaque={quote(challenge.opaque)}")
    if challenge.qop or algorithm.session:
        parts.append(f"cnonce={quote(cnonce)}")
    if challenge.qop:
        parts += ["qop=auth", f"nc={written}"]
    name = "Proxy-Authorization" if challenge.proxy else "Authorization"
    return name, "Digest " + ",".join(parts)
