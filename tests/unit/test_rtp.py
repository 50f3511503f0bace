"""RTP's numbers: headers, wrapping, one line for life, what's counted."""

from roost.protocols.rtp import packet
from roost.protocols.rtp.line import Line, Splice
from roost.protocols.rtp.packet import ahead16, ahead32, build, parse
from roost.protocols.rtp.quality import mos
from roost.protocols.rtp.reception import Reception

SECOND = 1_000_000


def test_a_packet_is_read_as_it_was_built() -> None:
    data = build(8, 65_535, 4_294_967_295, 7, b"abc", marker=True)
    assert data[:2] == b"\x80\x88"
    assert parse(data) == packet.Packet(8, True, 65_535, 4_294_967_295, 7, b"abc")


def test_extension_sources_and_padding_are_stripped() -> None:
    plain = build(0, 1, 2, 3, b"")
    full = bytes([0x80 | 0x20 | 0x10 | 2]) + plain[1:] + bytes(8)  # two CSRCs
    full += b"\xbe\xde\x00\x01" + b"ext!" + b"sound" + b"\x00\x00\x03"
    found = parse(full)
    assert found is not None
    assert found.payload == b"sound"


def test_what_isnt_rtp_is_none() -> None:
    good = build(0, 1, 2, 3, b"sound")
    assert parse(b"") is None
    assert parse(good[:11]) is None
    assert parse(b"\x40" + good[1:]) is None  # version 1
    assert parse(bytes([0x8F]) + good[1:]) is None  # fifteen CSRCs that aren't there
    assert parse(bytes([0x90]) + good[1:12]) is None  # an extension that isn't there
    assert parse(bytes([0xA0]) + good[1:12] + b"\x00") is None  # padding of no bytes
    assert parse(bytes([0xA0]) + good[1:12] + b"\xff") is None  # more padding than packet
    assert parse(good[:12] + bytes(packet.MAX_PAYLOAD + 1)) is None


def test_numbers_wrap() -> None:
    assert ahead16(2, 65_534) == 4
    assert ahead16(65_534, 2) == -4
    assert ahead32(160, 2**32 - 160) == 320


def test_a_line_goes_on_from_prompt_to_relay_to_prompt() -> None:
    line = Line(ssrc=7, sequence=65_534, timestamp=2**32 - 200)
    first = parse(line.next(8, bytes(160), 0, fresh=True))
    second = parse(line.next(8, bytes(160), 20_000, fresh=False))
    assert first is not None
    assert second is not None
    assert (first.sequence, second.sequence) == (65_535, 0)
    assert first.marker
    assert not second.marker
    assert ahead32(second.timestamp, first.timestamp) == 160

    splice = Splice()
    splice.lay(line, sequence=500, timestamp=9_000, now_us=1_020_000)  # a second later
    assert (500 + splice.sequence) & 0xFFFF == 1
    assert ahead32(9_000 + splice.timestamp, second.timestamp) == 8_000

    line.sequence, line.timestamp = 1, (9_000 + splice.timestamp) & 0xFFFFFFFF
    line.at_us = 1_020_000
    third = parse(line.next(8, bytes(160), 1_025_000, fresh=True))
    assert third is not None
    assert third.sequence == 2
    assert ahead32(third.timestamp, line.timestamp) == 0
    assert third.marker


def test_a_packet_not_passed_on_leaves_no_gap() -> None:
    line, splice = Line(1, 10, 0), Splice()
    splice.lay(line, 100, 0, 0)
    splice.skip()  # packet 100 was a digit that the listener can't take
    assert (101 + splice.sequence) & 0xFFFF == 11


def test_loss_is_counted_over_the_wrap_and_a_restart() -> None:
    reception = Reception()
    assert not reception.take(1, 65_534, 0, 0)
    assert reception.take(1, 65_535, 160, 20_000)
    assert reception.take(1, 1, 480, 60_000)  # 0 is missing
    assert (reception.received, reception.expected, reception.lost) == (3, 4, 1)
    assert reception.fraction_lost() == 64
    assert not reception.take(2, 30_000, 0, 80_000)  # another source
    assert reception.take(2, 30_001, 160, 100_000)
    assert (reception.received, reception.expected, reception.lost) == (5, 6, 1)
    assert reception.fraction_lost() == 0


def test_a_late_and_a_doubled_packet_arent_lost_ones() -> None:
    reception = Reception()
    for sequence in (10, 12, 11, 11, 13):
        reception.take(1, sequence, sequence * 160, sequence * 20_000)
    assert (reception.highest, reception.lost) == (13, 0)


def test_jitter_is_that_of_the_rfc() -> None:
    reception = Reception()
    for number in range(200):
        late = 4_000 if number % 2 else 0  # every other packet 4 ms late
        reception.take(1, number, 160 * number, 20_000 * number + late)
    assert 3_900 < reception.jitter_us <= 4_000


def test_the_score_falls_with_loss_and_jitter() -> None:
    clean, lossy = mos(1_000, 0, 0), mos(950, 50, 0)
    assert 4.3 < clean <= 4.5
    assert lossy < clean - 0.5
    assert mos(1_000, 0, 150_000) < clean
    assert mos(0, 0, 0) == 0.0
    assert mos(1, 1_000, 0) >= 1.0
