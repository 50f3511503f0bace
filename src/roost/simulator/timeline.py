"""Virtual time: what happens next, and when. Equal instants keep the order they were set in."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

from roost.kernel.messages import Command
from roost.kernel.time import InstantUs

Happening = Callable[[Any], None]
Deliver = Callable[[Command, str], None]


class Timeline:
    """A heap of (instant, order, what, with), and a line of the messages on the network.

    Messages are most of what happens, and all of them take `network_us`: so they arrive in the
    order in which they were sent, and a line does for them what the heap does for the rest."""

    __slots__ = ("count", "deliver", "heap", "line", "network_us", "now")

    def __init__(self, start: InstantUs, network_us: int, deliver: Deliver) -> None:
        self.now = start
        self.network_us = network_us
        self.deliver = deliver
        self.count = 0
        self.heap: list[tuple[int, int, Happening, Any]] = []
        self.line: deque[tuple[int, int, Command, str]] = deque()

    def at(self, instant: int, what: Happening, about: Any = None) -> None:
        """Have `what(about)` happen at an instant; one that has passed means now."""
        self.count = count = self.count + 1
        now = self.now
        heappush(self.heap, (instant if instant > now else now, count, what, about))  # noqa: FURB136

    def after(self, length: int, what: Happening, about: Any = None) -> None:
        """Have `what(about)` happen after a length."""
        self.count = count = self.count + 1
        heappush(self.heap, (self.now + length, count, what, about))

    def send(self, command: Command, key: str) -> None:
        """Have `deliver(command, key)` happen when the network has carried it."""
        self.count = count = self.count + 1
        self.line.append((self.now + self.network_us, count, command, key))

    def run(self, until: int) -> None:
        """Let everything happen up to and including an instant."""
        heap, line, deliver = self.heap, self.line, self.deliver
        while True:
            if line and (not heap or line[0] < heap[0]):  # pyright: ignore - orders differ
                if line[0][0] > until:
                    break
                instant, _, command, key = line.popleft()
                self.now = InstantUs(instant)
                deliver(command, key)
            elif heap and heap[0][0] <= until:
                instant, _, what, about = heappop(heap)
                self.now = InstantUs(instant)
                what(about)
            else:
                break
        self.now = InstantUs(max(until, self.now))
