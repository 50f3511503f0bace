"""The engine's timers: commands to be given at an instant.

Nothing is ever cancelled: a command that no longer fits is refused as stale (kernel.messages,
`Wake`). So a timer is added in O(log n) and forgotten when it's due. The live driver asks
`next_at` when to wake up; a simulator jumps there. Equal instants keep the order of adding, so
the order is the same in every run.
"""

from heapq import heappop, heappush
from typing import Final

from roost.kernel.messages import Command, Wake
from roost.kernel.time import NEVER, InstantUs

MOST_TIMERS: Final = 5_000_000  # far beyond a cell: a leak, not a load


class TooManyTimers(Exception):
    """MOST_TIMERS are set: some rule sets timers without end, which is our bug."""


class Timers:
    """Timers by instant, then by order of adding."""

    def __init__(self) -> None:
        self._heap: list[tuple[InstantUs, int, Command]] = []
        self._added = 0

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, at: InstantUs, command: Command) -> None:
        if len(self._heap) >= MOST_TIMERS:
            raise TooManyTimers
        self._added += 1
        heappush(self._heap, (at, self._added, command))

    def wake(self, effect: Wake) -> None:
        """Set the timer that a room asked for."""
        self.add(effect.at, effect.command)

    def next_at(self) -> InstantUs:
        """When the first one is due; NEVER when there's none."""
        return self._heap[0][0] if self._heap else NEVER

    def due(self, now: InstantUs, most: int = 2**31) -> list[Command]:
        """Take up to `most` commands whose instant has come, the earliest first."""
        heap = self._heap
        commands: list[Command] = []
        while heap and heap[0][0] <= now and len(commands) < most:
            commands.append(heappop(heap)[2])
        return commands

    def clear(self) -> None:
        """Forget all: a restart begins with what the room's `unfinished` gives."""
        self._heap.clear()
