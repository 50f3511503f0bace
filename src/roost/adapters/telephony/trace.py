"""The last SIP messages, for whoever asks why a call went wrong. A bounded ring in memory;
secrets are masked when it's read."""

import re
from collections import deque
from typing import Final

from msgspec import Struct

from roost.kernel.time import InstantUs
from roost.protocols.sip.routing import Peer

MOST_MESSAGES: Final = 20_000
_CALL_ID: Final = re.compile(rb"(?im)^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]+)")
_SECRETS: Final = re.compile(
    rb"(?im)^((?:proxy-)?authorization[ \t]*:.*?response=\")[0-9a-f]+"
    rb"|^(Signal[ \t]*=[ \t]*)[0-9*#A-D]+"
    rb"|^(a=(?:crypto|key-mgmt):)[^\r\n]+"
    rb"|(\r\n\r\n)\s*[0-9*#A-D]{1,2}\s*\Z"
)


class Traced(Struct, frozen=True, gc=False):
    at: InstantUs
    received: bool
    peer: Peer
    text: str


class Trace:
    """Messages of all calls, the oldest dropped first."""

    def __init__(self, most: int = MOST_MESSAGES) -> None:
        self._ring: deque[tuple[InstantUs, bool, Peer, bytes]] = deque(maxlen=most)

    def add(self, at: InstantUs, received: bool, peer: Peer, data: bytes) -> None:
        self._ring.append((at, received, peer, data))

    def of(self, call_ids: frozenset[str]) -> list[Traced]:
        """The messages of some Call-IDs, in order."""
        found: list[Traced] = []
        for at, received, peer, data in self._ring:
            match = _CALL_ID.search(data)
            if match and match[1].strip().decode("utf-8", "replace") in call_ids:
                found.append(Traced(at, received, peer, masked(data)))
        return found


def masked(data: bytes) -> str:
    """A message without its secrets: digests, digits, keys."""

    def one(match: re.Match[bytes]) -> bytes:
        return next(group for group in match.groups() if group is not None) + b"***"

    return _SECRETS.sub(one, data).decode("utf-8", "replace")
