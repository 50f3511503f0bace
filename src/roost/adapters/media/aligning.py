"""Where a packet belongs on a track's clock, from its timestamp and its arrival.

The first packet stands where it arrived; those after it where their timestamps say, so that
silence suppression, loss and late packets leave exactly their own gaps, and jitter none. When
timestamps and arrival drift apart (the source restarted, or its clock jumped) the packet
stands where it arrived, and the timestamps count from there.
"""

from typing import Final

from roost.protocols.rtp.packet import ahead32, samples

MAX_DRIFT: Final = 3_200  # samples, 400 ms: more than any jitter that can be listened to


class Placer:
    """Positions are samples from the track's start, never negative."""

    __slots__ = ("_anchor", "_position", "_started_us", "end")

    def __init__(self, started_us: int) -> None:
        self._started_us = started_us
        self._anchor: int | None = None  # a timestamp …
        self._position = 0  # … and its place
        self.end = 0  # behind the last sample placed

    def at(self, arrival_us: int) -> int:
        """Where something stands that happened then."""
        return max(0, samples(arrival_us - self._started_us))

    def place(self, arrival_us: int, timestamp: int, length: int) -> int:
        arrived = self.at(arrival_us)
        if self._anchor is None:
            position = arrived
        else:
            position = self._position + ahead32(timestamp, self._anchor)
            if position < 0 or abs(position - arrived) > MAX_DRIFT:
                position = max(arrived, self.end)
        self._anchor, self._position = timestamp, position
        self.end = max(self.end, position + length)
        return position
