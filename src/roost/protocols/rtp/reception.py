"""What is counted of one source: loss by extended sequence, jitter (RFC 3550, 6.4.1, A.3, A.8).

A source that restarts (another SSRC, or a jump of its sequence) begins a new stretch; the
totals go on, so that a leg's record covers the whole of its life.
"""

from typing import Final

MAX_DROPOUT: Final = 3_000  # a minute of packets: beyond it the source has restarted
MAX_MISORDER: Final = 100


class Reception:
    """One leg's incoming line. Times are microseconds of a monotonic clock."""

    __slots__ = (
        "base",
        "before",
        "expected_prior",
        "highest",
        "jitter",
        "lost_before",
        "received",
        "received_prior",
        "ssrc",
        "stretch",
        "transit",
    )

    def __init__(self) -> None:
        self.ssrc = -1
        self.base = 0  # extended sequence of the stretch's first packet
        self.highest = -1  # extended sequence of the latest
        self.stretch = 0  # packets received in this stretch
        self.received = 0  # in the leg's life
        self.before = 0  # expected in earlier stretches
        self.lost_before = 0
        self.transit = 0.0
        self.jitter = 0.0  # in samples of the 8 kHz clock
        self.expected_prior = 0
        self.received_prior = 0

    def begin(self, ssrc: int, sequence: int, timestamp: int, now_us: int) -> None:
        """The first packet of a source, or of its restart."""
        if self.stretch:
            self.before += self.highest - self.base + 1
            self.lost_before += max(0, self.highest - self.base + 1 - self.stretch)
        self.ssrc = ssrc
        self.base = self.highest = sequence
        self.stretch = 1
        self.received += 1
        self.transit = now_us * 0.008 - timestamp

    def take(self, ssrc: int, sequence: int, timestamp: int, now_us: int) -> bool:
        """Counts a packet; False when it begins a new stretch (a restart, another source)."""
        if ssrc != self.ssrc:
            self.begin(ssrc, sequence, timestamp, now_us)
            return False
        ahead = ((sequence - self.highest + 0x8000) & 0xFFFF) - 0x8000
        if ahead > MAX_DROPOUT or ahead < -MAX_MISORDER:
            self.begin(ssrc, sequence, timestamp, now_us)
            return False
        if ahead > 0:
            self.highest += ahead
        self.stretch += 1
        self.received += 1
        transit = now_us * 0.008 - timestamp
        change = abs(transit - self.transit)
        self.transit = transit
        if change < 80_000:  # a wrapped timestamp isn't ten seconds of jitter
            self.jitter += (change - self.jitter) * 0.0625
        return True

    @property
    def expected(self) -> int:
        current = self.highest - self.base + 1 if self.stretch else 0
        return self.before + current

    @property
    def lost(self) -> int:
        """Packets lost in the leg's life; duplicates never make it negative."""
        if not self.stretch:
            return self.lost_before
        return self.lost_before + max(0, self.highest - self.base + 1 - self.stretch)

    @property
    def jitter_us(self) -> int:
        return int(self.jitter * 125)

    def fraction_lost(self) -> int:
        """Loss since the last report, in 256ths; begins a new interval."""
        expected, received = self.expected, self.received
        expected_now = expected - self.expected_prior
        lost_now = expected_now - (received - self.received_prior)
        self.expected_prior, self.received_prior = expected, received
        if expected_now <= 0 or lost_now <= 0:
            return 0
        return min(255, (lost_now << 8) // expected_now)
