"""A stream that several processes append to, by turns.

Whoever wants to append claims the stream and so deposes the one before, who claims it again for
its next events: compare and append, without a lock that a killed process could keep.
"""

from collections.abc import Callable
from typing import Final

from roost.kernel.ids import StreamName
from roost.ports.log import Batch, Deposed, LogFailed, LogWriter

TURNS: Final = 20  # claims before it's given up: others are appending all the time

Claim = Callable[[StreamName], LogWriter]


class Turns:
    """Not thread-safe: its owner holds a lock."""

    def __init__(self, stream: StreamName, claim: Claim) -> None:
        self._stream, self._claim = stream, claim
        self._writer: LogWriter | None = None

    def append(self, batch: Callable[[int], Batch]) -> None:
        """One commit of what `batch` makes of the stream's last number, with the stream claimed;
        nothing, where it makes no events. It may raise Deposed where it has read further than
        that number. Raises LogFailed."""
        for _ in range(TURNS):
            self._writer = self._writer or self._claim(self._stream)
            try:
                made = batch(self._writer.last)
                if made.events:
                    self._writer.append(made)
            except Deposed:
                self.let_go()
            except LogFailed:
                self.let_go()
                raise
            else:
                return
        raise LogFailed(f"{self._stream}: others appended {TURNS} times meanwhile")

    def let_go(self) -> None:
        """The next append claims the stream again."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None
