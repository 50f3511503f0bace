"""The cell's clock: never back, driven by the monotonic clock.

    clock = CellClock(last, on_jump)

It starts at max(the last event's instant, the wall) and from there goes with the machine's
monotonic clock. When the wall comes to stand more than a second away from that, `on_jump` is
told by how much; the cell follows a wall that went forward, and lets one that went back catch
up: it goes on by itself until the wall has reached it again.
"""

import time
from collections.abc import Callable
from typing import Final

from roost.kernel.time import BEGINNING, SECOND, DurationUs, InstantUs

JUMP: Final = SECOND
LOOK_EVERY: Final = SECOND  # how often the wall is compared


def _wall() -> int:
    return time.time_ns() // 1_000


def _monotonic() -> int:
    return time.monotonic_ns() // 1_000


class CellClock:
    """`ports.clock.Clock`. `wall` and `monotonic` give microseconds."""

    def __init__(
        self,
        last: InstantUs = BEGINNING,
        on_jump: Callable[[DurationUs], None] = lambda _: None,
        *,
        wall: Callable[[], int] = _wall,
        monotonic: Callable[[], int] = _monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._on_jump = on_jump
        self._ticks = monotonic()
        self._base = wall()  # the wall's time when `_ticks` was taken
        self._last: int = max(last, self._base)
        self._looked = self._ticks

    def now(self) -> InstantUs:
        ticks = self._monotonic()
        if ticks - self._looked >= LOOK_EVERY:
            self._looked = ticks
            self._compare(ticks)
        self._last = max(self._last, self._base + ticks - self._ticks)
        return InstantUs(self._last)

    def _compare(self, ticks: int) -> None:
        wall = self._wall()
        away = wall - (self._base + ticks - self._ticks)
        if abs(away) > JUMP:
            self._on_jump(DurationUs(away))
        # Small differences (the wall is steered by NTP) are followed too.
        self._base, self._ticks = wall, ticks
