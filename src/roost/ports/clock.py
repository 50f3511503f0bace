"""The one clock. Only its adapter may read the machine's."""

from typing import Protocol

from roost.kernel.time import InstantUs


class Clock(Protocol):
    def now(self) -> InstantUs:
        """The cell's time: never goes back, driven by the monotonic clock."""
        ...
