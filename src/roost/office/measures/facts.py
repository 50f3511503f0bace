"""Facts: what counts count. One fact stands for one thing that happened, at one instant.

| kind | one for each | its instant (the time rule) | word |
|---|---|---|---|
| arrival | contact | it arrived | how it ended for its client, or "open" |
| visit | contact and queue; the contact as a whole (no queue) | entry | outcome, or "waiting" |
| ring | agent's phone that rang | the ringing was over | "taken", or why not |
| segment | agent's part of a contact, finished | its wrap-up was over | the segment's kind |
| time | stretch of an agent's time within a quarter | the quarter | the state |

A contact that comes back to a queue it was in is still the same visit there: it counts once for
each queue, however often it's transferred. Its visit as a whole is what its client is told.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.time import InstantUs


class What(StrEnum):
    ARRIVAL = "arrival"
    VISIT = "visit"
    CALLBACK = "callback"
    RING = "ring"
    SEGMENT = "segment"
    TIME = "time"

    __hash__ = str.__hash__  # type: ignore[assignment]  # Enum's own is a call in Python


class Mark:
    """What else is true of a fact: bits of `marks`."""

    SHORT: Final = 1  # a visit: abandoned within the queue's threshold
    IN_TARGET: Final = 2  # a visit: every wait within its queue's target
    MESSAGE: Final = 4  # an arrival: a voicemail was left
    TURNED_AWAY: Final = 8  # an arrival: a queue was full
    HELD: Final = 16  # a segment: the customer was on hold
    BLIND: Final = 32  # a segment: ended by a blind transfer
    CONSULTED: Final = 64  # a segment: ended by a transfer after a consultation
    TOLD: Final = 128  # a visit: the wait that was told can be held against the one that was
    KEPT: Final = 256  # a visit: and it wasn't longer


class Fact(Struct, frozen=True, gc=False):
    """See the table above. What doesn't belong to a kind is empty, or 0. Lengths in µs."""

    what: What
    at: InstantUs
    client: str
    word: str
    queue: str = ""
    agent: str = ""
    code: str = ""
    marks: int = 0
    waited_us: int = 0
    rang_us: int = 0
    talk_us: int = 0
    hold_us: int = 0
    wrap_up_us: int = 0
    holds: int = 0
    spent_us: int = 0
    off_us: int = 0
