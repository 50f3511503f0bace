"""When a browser's line speaks Opus: where it loses packets, which Opus's in-band correction mends
(RFC 6716 2.1.7), and G.711 otherwise, which costs nothing to carry.

Loss is measured in either direction, over seconds. Twice in a row is a bad line; QUIET_S without
is a good one again: so a line on the edge of it doesn't change all the time.
"""

from enum import Enum, auto
from typing import Final

LOSSY_PERMILLE: Final = 30  # from here on a listener notices with G.711 (ITU-T G.113, appendix I)
QUIET_PERMILLE: Final = 10  # below it nobody does
TIMES: Final = 2  # lossy measurements in a row
QUIET_S: Final = 30.0
MOST_PERCENT: Final = 30  # what the encoder is told at most: beyond it redundancy eats the speech


class Way(Enum):
    """Which direction was measured."""

    IN = auto()  # what the browser sends, counted here
    OUT = auto()  # what it's sent, by its own reports


class Choosing:
    """One line's. Times are seconds of a monotonic clock."""

    __slots__ = ("_bad", "_lossy_s", "lossy", "percent")

    def __init__(self) -> None:
        self.lossy = False
        self.percent = 0  # of what it's sent, as it was lost lately
        self._bad = dict.fromkeys(Way, 0)
        self._lossy_s = 0.0

    def measured(self, way: Way, permille: int, now_s: float, times: int = 1) -> None:
        """A measurement over some seconds, which counts for so many."""
        if way is Way.OUT:
            self.percent = min(MOST_PERCENT, -(-permille // 10))
        if permille >= QUIET_PERMILLE:
            self._lossy_s = now_s
        self._bad[way] = self._bad[way] + times if permille >= LOSSY_PERMILLE else 0
        if self._bad[way] >= TIMES:
            self.lossy = True
        elif self.lossy and now_s - self._lossy_s >= QUIET_S:
            self.lossy = False
