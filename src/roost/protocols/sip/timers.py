"""Timers as first-in-first-out lines, one for each distinct delay.

SIP has about a dozen delays. Timers of one delay expire in the order in which they were set,
so each line is a queue: setting, expiring and forgetting a timer cost the same however many
there are. Nothing is ever taken out of the middle: a timer that no longer fits its owner's
state is ignored when it comes up. An entry is a plain tuple of an instant and two strings, so
it forms no cycle with its owner and the collector need not look at it.

Source: RFC 3261, table 4; RFC 6026 (L, M).
"""

from collections import deque
from enum import StrEnum
from typing import Final

from roost.kernel.time import NEVER, DurationUs, InstantUs, seconds

T1: Final = seconds(0.5)  # an estimate of the round trip
T2: Final = seconds(4)  # the longest pause between retransmissions
T4: Final = seconds(5)  # how long a message stays in the network
PATIENCE: Final = DurationUs(64 * T1)  # B, F, H, J, L, M: 32 s
TIMER_C: Final = seconds(180)
TIMER_D: Final = seconds(32)


class Timer(StrEnum):
    """Which timer of its owner: A to M are a transaction's, the rest a dialog's."""

    A = "A"  # INVITE sent again
    B = "B"  # INVITE without any answer
    C = "C"  # INVITE answered provisionally, and nothing more
    D = "D"  # answers to an INVITE that failed
    E = "E"  # another request sent again
    F = "F"  # another request without a final answer
    G = "G"  # failure of an INVITE sent again
    H = "H"  # failure of an INVITE not acknowledged
    I = "I"  # noqa: E741 - RFC 3261's name; doubled ACKs
    J = "J"  # doubled requests
    K = "K"  # doubled answers
    L = "L"  # INVITE accepted: doubled INVITEs
    M = "M"  # INVITE accepted: doubled and forked 2xx
    GIVE_UP = "give-up"  # cancelled, and still no final answer (RFC 3261, 9.1)
    ACCEPTED = "accepted"  # our 2xx sent again until the ACK
    RELIABLE = "reliable"  # our reliable provisional answer sent again until the PRACK
    REFRESH = "refresh"  # half of the session's length: refresh it
    EXPIRY = "expiry"  # the session was not refreshed
    GLARE = "glare"  # after a 491: try the re-INVITE again
    CLOSING = "closing"  # waited long enough for the ACK before the BYE
    BINDING = "binding"  # a registration runs out


TRANSACTION_TIMERS: Final = frozenset(
    (
        *(Timer.A, Timer.B, Timer.C, Timer.D, Timer.E, Timer.F, Timer.G, Timer.H),
        *(Timer.I, Timer.J, Timer.K, Timer.L, Timer.M, Timer.GIVE_UP),
    )
)

Entry = tuple[InstantUs, str, Timer]


class TimerLines:
    """All timers of one endpoint."""

    __slots__ = ("_lines", "earliest")

    def __init__(self) -> None:
        self._lines: dict[int, deque[Entry]] = {}
        self.earliest = NEVER  # no timer is due before this instant

    def start(self, now: InstantUs, delay: DurationUs, owner: str, timer: Timer) -> InstantUs:
        """`delay` after now the entry (due, owner, timer) expires. Returns the instant."""
        due = InstantUs(now + delay)
        line = self._lines.get(delay)
        if line is None:
            line = self._lines[delay] = deque()
        line.append((due, owner, timer))
        if due < self.earliest:
            self.earliest = due
        return due

    def expire(self, now: InstantUs) -> list[Entry]:
        """Every entry that's due, in the order of their instants."""
        if now < self.earliest:
            return []
        expired: list[Entry] = []
        earliest = NEVER
        empty: list[int] = []
        for delay, line in self._lines.items():
            while line and line[0][0] <= now:
                expired.append(line.popleft())
            if not line:
                empty.append(delay)
            elif line[0][0] < earliest:
                earliest = line[0][0]
        for delay in empty:
            del self._lines[delay]
        self.earliest = earliest
        expired.sort(key=_instant)
        return expired

    def __len__(self) -> int:
        return sum(map(len, self._lines.values()))


def _instant(entry: Entry) -> InstantUs:
    return entry[0]


def coarse(length: DurationUs) -> DurationUs:
    """A long delay rounded up to five seconds, so that the number of lines stays small."""
    return DurationUs(-(-length // seconds(5)) * seconds(5))
