"""Sender and receiver reports with SDES and BYE (RFC 3550, section 6), built and parsed."""

from collections.abc import Callable
from struct import Struct as Layout
from typing import Final, NamedTuple

SENDER: Final = 200
RECEIVER: Final = 201
DESCRIPTION: Final = 202
BYE: Final = 203
INTERVAL_US: Final = 5_000_000  # RFC 3550, 6.2: five seconds at least
MAX_COMPOUND: Final = 1_500
NTP_OFFSET_S: Final = 2_208_988_800  # from 1900 to 1970

_HEAD: Final = Layout("!BBH")
_INFO: Final = Layout("!IIIII")  # NTP high, NTP low, RTP timestamp, packets, octets
_BLOCK: Final = Layout("!IIIIII")
_WORD: Final = Layout("!I")


class Block(NamedTuple):
    """A report block: what one end heard of a source."""

    ssrc: int
    fraction_lost: int  # 256ths since the last report
    lost: int  # -2^23 to 2^23 - 1
    highest: int  # extended sequence
    jitter: int  # samples
    last_sr: int  # middle 32 bits of the NTP time of the source's last SR; 0: none
    delay: int  # since that SR, in 65536ths of a second


class Sent(NamedTuple):
    """A sender's information."""

    ntp: int  # 64 bits
    timestamp: int
    packets: int
    octets: int


class Report(NamedTuple):
    """One SR or RR. `sent` is None in a receiver report."""

    ssrc: int
    sent: Sent | None
    blocks: tuple[Block, ...]


class Compound(NamedTuple):
    reports: tuple[Report, ...]
    goodbye: tuple[int, ...]  # SSRCs that left


def ntp(wall_us: int) -> int:
    """Microseconds since 1970 as a 64-bit NTP timestamp."""
    whole, part = divmod(wall_us, 1_000_000)
    return ((whole + NTP_OFFSET_S) << 32 | (part << 32) // 1_000_000) & 0xFFFFFFFFFFFFFFFF


def middle(ntp64: int) -> int:
    """The middle 32 bits, as in a block's `last_sr`."""
    return (ntp64 >> 16) & 0xFFFFFFFF


def round_trip_us(now_ntp: int, block: Block) -> int | None:
    """The round trip that a block tells of (RFC 3550, 6.4.1); None when it tells of none."""
    if block.last_sr == 0:
        return None
    units = (middle(now_ntp) - block.last_sr - block.delay) & 0xFFFFFFFF
    return None if units & 0x80000000 else units * 1_000_000 >> 16


def build(
    ssrc: int, sent: Sent | None, blocks: tuple[Block, ...], cname: bytes, goodbye: bool = False
) -> bytes:
    """A compound packet: SR or RR, SDES with the CNAME, and BYE where asked."""
    assert len(blocks) <= 31, "more blocks than a report holds"
    body = bytearray(ssrc.to_bytes(4, "big"))
    if sent is not None:
        body += _INFO.pack(
            sent.ntp >> 32,
            sent.ntp & 0xFFFFFFFF,
            sent.timestamp & 0xFFFFFFFF,
            sent.packets & 0xFFFFFFFF,
            sent.octets & 0xFFFFFFFF,
        )
    for block in blocks:
        body += bytes(_BLOCK.size)
        _pack(body, len(body) - _BLOCK.size, block)
    packet = _framed(SENDER if sent is not None else RECEIVER, len(blocks), bytes(body))
    chunk = ssrc.to_bytes(4, "big") + bytes([1, len(cname)]) + cname + b"\0"
    packet += _framed(DESCRIPTION, 1, chunk + b"\0" * (-len(chunk) % 4))
    if goodbye:
        packet += _framed(BYE, 1, ssrc.to_bytes(4, "big"))
    return packet


def _framed(kind: int, count: int, body: bytes) -> bytes:
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body


def parse(data: bytes) -> Compound | None:
    """The reports of a compound packet; None when it isn't one. Kinds we don't use are
    skipped (RFC 3550, 6.1: unknown ones must be)."""
    if not 8 <= len(data) <= MAX_COMPOUND:
        return None
    reports: list[Report] = []
    goodbye: list[int] = []
    at = 0
    while at < len(data):
        if at + 4 > len(data):
            return None
        first, kind, words = _HEAD.unpack_from(data, at)
        end = at + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            return None
        if at == 0 and kind not in (SENDER, RECEIVER):
            return None
        count = first & 0x1F
        body = data[at + 4 : end]
        if kind in (SENDER, RECEIVER):
            report = _report(kind, count, body)
            if report is None:
                return None
            reports.append(report)
        elif kind == BYE:
            if len(body) < 4 * count:
                return None
            goodbye += [int.from_bytes(body[4 * i : 4 * i + 4], "big") for i in range(count)]
        at = end
    return Compound(tuple(reports), tuple(goodbye))


def _report(kind: int, count: int, body: bytes) -> Report | None:
    start = 24 if kind == SENDER else 4
    if len(body) < start + count * _BLOCK.size:
        return None
    sent = None
    if kind == SENDER:
        high, low, timestamp, packets, octets = _INFO.unpack_from(body, 4)
        sent = Sent(high << 32 | low, timestamp, packets, octets)
    blocks: list[Block] = []
    for index in range(count):
        ssrc, loss, highest, jitter, last, delay = _BLOCK.unpack_from(
            body, start + index * _BLOCK.size
        )
        lost = loss & 0xFFFFFF
        blocks.append(
            Block(ssrc, loss >> 24, lost - 0x1000000 if lost & 0x800000 else lost, highest,
                  jitter, last, delay)
        )  # fmt: skip
    return Report(int.from_bytes(body[:4], "big"), sent, tuple(blocks))


def changed(
    data: bytes, timestamp: Callable[[int], int] | None, block: Callable[[Block], Block]
) -> bytes:
    """A compound that `parse` took, with other RTP timestamps of its senders and other blocks."""
    made = bytearray(data)
    at = 0
    while at < len(data):
        first, kind, words = _HEAD.unpack_from(data, at)
        if kind in (SENDER, RECEIVER):
            report = _report(kind, first & 0x1F, data[at + 4 : at + 4 + 4 * words])
            assert report is not None, "parse took it"
            if report.sent is not None and timestamp is not None:
                _WORD.pack_into(made, at + 16, timestamp(report.sent.timestamp) & 0xFFFFFFFF)
            start = at + 4 + (24 if kind == SENDER else 4)
            for index, one in enumerate(report.blocks):
                _pack(made, start + index * _BLOCK.size, block(one))
        at += 4 + 4 * words
    return bytes(made)


def _pack(made: bytearray, at: int, block: Block) -> None:
    lost = max(-0x800000, min(0x7FFFFF, block.lost)) & 0xFFFFFF
    _BLOCK.pack_into(
        made,
        at,
        block.ssrc,
        (block.fraction_lost & 0xFF) << 24 | lost,
        block.highest & 0xFFFFFFFF,
        block.jitter & 0xFFFFFFFF,
        block.last_sr,
        block.delay & 0xFFFFFFFF,
    )
