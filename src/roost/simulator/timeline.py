"""Virtual time: what happens next, and when. Equal instants keep the order they were set in."""

from collections import deque
from collections.abc import Callable
from heapq import heappop, heappush, heapreplace
from typing import Any, Final

from roost.kernel.messages import Command
from roost.kernel.time import InstantUs

MOST_LINES: Final = 64  # different lengths of timers; more of them stand in the heap
ORDER: Final = 1 << 40  # happenings that a run may have

Happening = Callable[[Any], None]
Deliver = Callable[[Command, str], None]
Line = deque[int]


class Timeline:
    """A heap beside lines that are in order by themselves. A place in them is one number, the
    instant times ORDER and the order of setting: a heap of numbers is sorted in half the time of
    one of tuples.

    Messages are most of what happens, and all of them take `network_us`: they arrive in the
    order in which they were sent, from a line of their own. Of the timers of each length, which
    are long and many, only the next one stands in the heap; so the heap stays small."""

    __slots__ = ("count", "deliver", "heap", "lines", "network", "network_us", "now", "set")

    def __init__(self, start: InstantUs, network_us: int, deliver: Deliver) -> None:
        self.now: InstantUs = start
        self.network_us = network_us
        self.deliver = deliver
        self.count = 0
        self.heap: list[int] = []
        self.set: dict[int, tuple[Happening, Any, Line | None]] = {}
        self.lines: dict[int, Line] = {}
        self.network: deque[tuple[int, Command, str]] = deque()

    def after(self, length: int, what: Happening, about: Any = None) -> None:
        """Have `what(about)` happen after a length."""
        self.count = count = self.count + 1
        place = (self.now + length) * ORDER + count
        self.set[place] = (what, about, None)
        heappush(self.heap, place)

    def timer(self, length: int, what: Happening, about: Any = None) -> None:
        """The same, for a length that many timers have."""
        line = self.lines.get(length)
        if line is None:
            if len(self.lines) >= MOST_LINES:
                self.after(length, what, about)
                return
            line = self.lines[length] = deque()
        self.count = count = self.count + 1
        place = (self.now + length) * ORDER + count
        self.set[place] = (what, about, line)
        if not line:
            heappush(self.heap, place)
        line.append(place)

    def send(self, command: Command, key: str) -> None:
        """Have `deliver(command, key)` happen when the network has carried it."""
        self.count = count = self.count + 1
        self.network.append(((self.now + self.network_us) * ORDER + count, command, key))

    def run(self, until: int) -> None:
        """Let everything happen up to and including an instant."""
        heap, network, deliver, happenings = self.heap, self.network, self.deliver, self.set
        end = (until + 1) * ORDER
        while True:
            if network and (not heap or network[0][0] < heap[0]):
                if network[0][0] >= end:
                    break
                place, command, key = network.popleft()
                self.now = InstantUs(place // ORDER)
                deliver(command, key)
                continue
            if not heap or heap[0] >= end:
                break
            place = heap[0]
            what, about, line = happenings.pop(place)
            if line is None:
                heappop(heap)
            else:
                line.popleft()
                if line:  # the next of its line takes its place
                    heapreplace(heap, line[0])
                else:
                    heappop(heap)
            self.now = InstantUs(place // ORDER)
            what(about)
        self.now = InstantUs(max(until, self.now))
