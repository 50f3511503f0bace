"""Virtual time: what happens next, and when. Equal instants keep the order they were set in."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush, heapreplace
from typing import Any, Final

from roost.kernel.messages import Command
from roost.kernel.time import InstantUs

MOST_LINES: Final = 64  # different lengths of timers; more of them stand in the heap

Happening = Callable[[Any], None]
Deliver = Callable[[Command, str], None]
Line = deque[tuple[int, int, Happening, Any, Any]]


class Timeline:
    """A heap of (instant, order, what, with, line), beside lines that are in order by themselves.

    Messages are most of what happens, and all of them take `network_us`: they arrive in the
    order in which they were sent, from a line of their own. Of the timers of each length, which
    are long and many, only the next one stands in the heap; so the heap stays small."""

    __slots__ = ("count", "deliver", "heap", "lines", "network", "network_us", "now")

    def __init__(self, start: InstantUs, network_us: int, deliver: Deliver) -> None:
        self.now: InstantUs = start
        self.network_us = network_us
        self.deliver = deliver
        self.count = 0
        self.heap: list[tuple[int, int, Happening, Any, Line | None]] = []
        self.lines: dict[int, Line] = {}
        self.network: deque[tuple[int, int, Command, str]] = deque()

    def after(self, length: int, what: Happening, about: Any = None) -> None:
        """Have `what(about)` happen after a length."""
        self.count = count = self.count + 1
        heappush(self.heap, (self.now + length, count, what, about, None))

    def timer(self, length: int, what: Happening, about: Any = None) -> None:
        """The same, for a length that many timers have."""
        line = self.lines.get(length)
        if line is None:
            if len(self.lines) >= MOST_LINES:
                self.after(length, what, about)
                return
            line = self.lines[length] = deque()
        self.count = count = self.count + 1
        entry = (self.now + length, count, what, about, line)
        if not line:
            heappush(self.heap, entry)
        line.append(entry)

    def send(self, command: Command, key: str) -> None:
        """Have `deliver(command, key)` happen when the network has carried it."""
        self.count = count = self.count + 1
        self.network.append((self.now + self.network_us, count, command, key))

    def run(self, until: int) -> None:
        """Let everything happen up to and including an instant."""
        heap, network, deliver = self.heap, self.network, self.deliver
        while True:
            if network:
                message = network[0]
                if not heap or message < heap[0]:  # pyright: ignore - orders differ
                    if message[0] > until:
                        break
                    network.popleft()
                    self.now = message[0]  # pyright: ignore
                    deliver(message[2], message[3])
                    continue
            elif not heap:
                break
            instant, _, what, about, line = heap[0]
            if instant > until:
                break
            if line is None:
                heappop(heap)
            else:
                line.popleft()
                if line:  # the next of its line takes its place
                    heapreplace(heap, line[0])
                else:
                    heappop(heap)
            self.now = instant  # pyright: ignore
            what(about)
        self.now = InstantUs(max(until, self.now))
