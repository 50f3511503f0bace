"""One leg's outgoing line: one SSRC, one sequence, one clock for life.

Whatever the leg hears (prompt, relay, music, digits) leaves on this line. A source's own
numbers are mapped by constant offsets, so that its losses and its order stay visible to the
far end; when the source changes, or restarts, the offsets are laid anew: the sequence goes on
without a gap, and the timestamp by the time that passed (RFC 3550, 5.1: the timestamp follows
the sampling instant, also over silence).
"""

from typing import Final

from roost.protocols.rtp.packet import FRAME_SAMPLES, HEADER, MARKER, PLAIN, samples

MAX_PAUSE_US: Final = 3_600_000_000  # an hour: longer pauses don't fit a comparison of clocks


class Line:
    """`sequence` and `timestamp` are those of the latest packet sent."""

    __slots__ = ("at_us", "octets", "sent", "sequence", "ssrc", "started", "timestamp")

    def __init__(self, ssrc: int, sequence: int, timestamp: int) -> None:
        self.ssrc = ssrc
        self.sequence = sequence & 0xFFFF
        self.timestamp = timestamp & 0xFFFFFFFF
        self.at_us = 0  # when the latest packet was sent
        self.sent = 0
        self.octets = 0  # of payload, for sender reports
        self.started = False

    def clock(self, now_us: int) -> int:
        """The timestamp of now on this line, at least a frame after the latest packet."""
        if not self.started:
            return self.timestamp
        passed = samples(min(now_us - self.at_us, MAX_PAUSE_US))
        return (self.timestamp + max(passed, FRAME_SAMPLES)) & 0xFFFFFFFF

    def next(self, payload_type: int, payload: bytes, now_us: int, fresh: bool) -> bytes:
        """A packet of our own making, a frame after the one before. `fresh` marks the first
        of a talkspurt: its clock follows the time that passed."""
        if fresh or not self.started:
            self.timestamp = self.clock(now_us)
            payload_type |= MARKER
        else:
            self.timestamp = (self.timestamp + FRAME_SAMPLES) & 0xFFFFFFFF
        self.started = True
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.at_us = now_us
        self.sent += 1
        self.octets += len(payload)
        return HEADER.pack(PLAIN, payload_type, self.sequence, self.timestamp, self.ssrc) + payload

    def begin_event(self, now_us: int) -> None:
        """The timestamp of now becomes that of an event, which all its packets share; the
        clock goes on from here."""
        self.timestamp = self.clock(now_us)
        self.at_us = now_us
        self.started = True

    def event(self, payload_type: int, payload: bytes, marker: bool) -> bytes:
        """One packet of the event begun last (RFC 4733)."""
        if marker:
            payload_type |= MARKER
        self.sequence = (self.sequence + 1) & 0xFFFF
        self.sent += 1
        self.octets += len(payload)
        return HEADER.pack(PLAIN, payload_type, self.sequence, self.timestamp, self.ssrc) + payload


class Splice:
    """The offsets that map one source's numbers onto a line."""

    __slots__ = ("laid", "sequence", "timestamp")

    def __init__(self) -> None:
        self.laid = False
        self.sequence = 0
        self.timestamp = 0

    def lay(self, line: Line, sequence: int, timestamp: int, now_us: int) -> None:
        """So that this packet of the source is the line's next."""
        self.sequence = (line.sequence + 1 - sequence) & 0xFFFF
        self.timestamp = (line.clock(now_us) - timestamp) & 0xFFFFFFFF
        self.laid = True

    def skip(self) -> None:
        """A packet of the source that isn't sent on leaves no gap behind."""
        self.sequence = (self.sequence - 1) & 0xFFFF
