"""From where a leg's packets are taken: decided once, early (FOUNDATION, 2).

    open ──── a packet from the signalled address ──────────────► latched
      │ ───── three packets in a row of one other source, after the signalled
      │       address had its chance and within the window ─────► latched
      └ window over ─► strict: only the signalled address latches

A latched leg takes packets from that address alone; everybody else is a stranger, counted
and dropped, so that nobody can steal or poison a call by guessing its port. Only signalling
lifts a latch: when a re-INVITE names another address.
"""

from roost.adapters.media.bounds import (
    LATCH_PACKETS,
    LATCH_PATIENCE_US,
    LATCH_WINDOW_US,
    LEFT_US,
)
from roost.protocols.rtp.packet import ahead16

Address = tuple[str, int]


class Latch:
    """Times are microseconds of the process's monotonic clock."""

    __slots__ = (
        "_candidate", "_in_a_row", "_left", "_sequence", "_since", "_ssrc", "address", "signalled",
    )  # fmt: skip

    def __init__(self) -> None:
        self.signalled: Address | None = None
        self.address: Address | None = None
        self._left: Address | None = None  # where it came from before signalling named another
        self._since = 0
        self._forget()

    def _forget(self) -> None:
        self._candidate: Address | None = None
        self._in_a_row = 0
        self._sequence = 0
        self._ssrc = 0

    def signal(self, address: Address | None, now_us: int) -> bool:
        """Signalling names the far end; True when a latch was lifted by it."""
        if address == self.signalled:
            return False
        self.signalled = address
        self._since = now_us
        self._forget()
        lifted = self.address is not None and self.address != address
        if lifted:
            self._left, self.address = self.address, None
        return lifted

    def take(self, source: Address, ssrc: int, sequence: int, now_us: int) -> bool:
        """Whether a packet of this source is the leg's; may latch."""
        if self.address is not None:
            return source == self.address
        if self.signalled is None:
            return False
        if source == self.signalled:
            self.address = source
            return True
        passed = now_us - self._since
        if source == self._left and passed < LEFT_US:  # a line on hold may go on sending
            return False
        if passed > LATCH_WINDOW_US:
            return False
        follows = (
            source == self._candidate
            and ssrc == self._ssrc
            and 0 < ahead16(sequence, self._sequence) <= 2
        )
        self._in_a_row = self._in_a_row + 1 if follows else 1
        self._candidate, self._ssrc, self._sequence = source, ssrc, sequence
        if self._in_a_row >= LATCH_PACKETS and passed >= LATCH_PATIENCE_US:
            self.address = source
            return True
        return False
