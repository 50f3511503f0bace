"""Virtual time: what happens next, and when. Equal instants keep the order they were set in."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from roost.kernel.time import InstantUs

Happening = Callable[[Any], None]


class Timeline:
    """A heap of (instant, order, what, with)."""

    __slots__ = ("count", "heap", "now")

    def __init__(self, start: InstantUs) -> None:
        self.now = start
        self.count = 0
        self.heap: list[tuple[int, int, Happening, Any]] = []

    def at(self, instant: int, what: Happening, about: Any = None) -> None:
        """Have `what(about)` happen at an instant; one that has passed means now."""
        self.count += 1
        heappush(self.heap, (max(instant, self.now), self.count, what, about))

    def after(self, length: int, what: Happening, about: Any = None) -> None:
        """Have `what(about)` happen after a length."""
        self.count += 1
        heappush(self.heap, (self.now + length, self.count, what, about))

    def run(self, until: int) -> None:
        """Let everything happen up to and including an instant."""
        heap = self.heap
        while heap and heap[0][0] <= until:
            instant, _, what, about = heappop(heap)
            self.now = InstantUs(instant)
            what(about)
        self.now = InstantUs(max(until, self.now))
