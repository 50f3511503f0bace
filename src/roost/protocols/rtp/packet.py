"""The RTP header (RFC 3550, section 5.1), and the numbers that wrap."""

from struct import Struct as Layout
from typing import Final, NamedTuple

HEADER: Final = Layout("!BBHII")  # V P X CC | M PT | sequence | timestamp | SSRC
HEADER_BYTES: Final = 12
PLAIN: Final = 0x80  # version 2, no padding, no extension, no CSRC
MARKER: Final = 0x80
CLOCK_HZ: Final = 8_000
FRAME_SAMPLES: Final = 160  # 20 ms of 8 kHz
FRAME_US: Final = 20_000
MAX_PACKET: Final = 1_500  # larger ones are nobody's G.711
MAX_PAYLOAD: Final = 960  # 120 ms, the longest packet that RFC 3551 lets a receiver expect


class Packet(NamedTuple):
    """One RTP packet, its extension, CSRC list and padding stripped."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes


def parse(data: bytes) -> Packet | None:
    """A packet, or None when the bytes aren't one of RTP version 2 (RFC 3550, A.1)."""
    if not HEADER_BYTES <= len(data) <= MAX_PACKET:
        return None
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    if first >> 6 != 2:
        return None
    start = HEADER_BYTES + 4 * (first & 0x0F)
    end = len(data)
    if first & 0x10:  # an extension: a profile word, then its length in words
        if start + 4 > end:
            return None
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    if first & 0x20:  # padding: its last byte counts it, itself included
        padding = data[-1]
        if padding == 0:
            return None
        end -= padding
    if start > end or end - start > MAX_PAYLOAD:
        return None
    return Packet(
        second & 0x7F, second >= MARKER, sequence, timestamp, ssrc, bytes(data[start:end])
    )


def build(
    payload_type: int,
    sequence: int,
    timestamp: int,
    ssrc: int,
    payload: bytes,
    marker: bool = False,
) -> bytes:
    """A plain packet; sequence and timestamp are taken modulo their widths."""
    second = payload_type | MARKER if marker else payload_type
    return HEADER.pack(PLAIN, second, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


def ahead16(later: int, earlier: int) -> int:
    """How far one sequence number stands after another: -32768 to 32767, wrapping."""
    return ((later - earlier + 0x8000) & 0xFFFF) - 0x8000


def ahead32(later: int, earlier: int) -> int:
    """How far one timestamp stands after another: -2^31 to 2^31 - 1, wrapping."""
    return ((later - earlier + 0x80000000) & 0xFFFFFFFF) - 0x80000000


def samples(length_us: int) -> int:
    """Microseconds as samples of the 8 kHz clock, rounded down."""
    return length_us * CLOCK_HZ // 1_000_000
