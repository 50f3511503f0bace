"""A line that loses packets speaks Opus: when, and that media hears one line of G.711 meanwhile."""

import pytest

from roost.adapters.edge.opus import Voice, library
from roost.adapters.edge.turning import Room, Turning
from roost.protocols.rtp import g711, rtcp
from roost.protocols.rtp.packet import Packet, build, parse
from roost.protocols.rtp.sound import tone, tone_level
from roost.protocols.webrtc.choosing import QUIET_S, Choosing, Way

OPUS, PCMA, SSRC = 111, 8, 77
SOUND = g711.encode(tone(700, -20.0, 8_000), True)
HAS_OPUS = pytest.mark.skipif(library() is None, reason="libopus isn't here")


def spoken(number: int) -> bytes:
    at = number * 160 % 8_000
    return SOUND[at : at + 160]


def heard(packets: list[Packet]) -> float:
    codes = b"".join(one.payload for one in packets)
    return tone_level(g711.decode(codes, True), 700)


def read(data: bytes) -> Packet:
    packet = parse(data)
    assert packet is not None
    return packet


def report(permille: int) -> bytes:
    """What the browser says of us."""
    block = rtcp.Block(SSRC, permille * 256 // 1_000, 9, 100, 48, 0, 0)
    return rtcp.build(5, None, (block,), b"browser")


def test_two_lossy_measurements_change_to_opus_and_half_a_minute_without_changes_back() -> None:
    choosing = Choosing()
    choosing.measured(Way.IN, 100, 2.0)
    choosing.measured(Way.OUT, 0, 3.0)
    assert not choosing.lossy  # one bad moment
    choosing.measured(Way.IN, 40, 4.0)
    assert choosing.lossy
    for second in range(6, 30, 2):
        choosing.measured(Way.IN, 12, float(second))  # neither bad nor quiet
    choosing.measured(Way.IN, 0, 28.0 + QUIET_S - 1)
    assert choosing.lossy
    choosing.measured(Way.IN, 0, 28.0 + QUIET_S + 1)
    assert not choosing.lossy


@HAS_OPUS
def test_media_hears_one_line_while_the_browser_changes_codec_and_loses_packets() -> None:
    turning = Turning(OPUS, PCMA, True, Room(1))
    voice = Voice(True)
    out: list[Packet] = []
    for number in range(300):
        opus = 50 <= number < 250
        if opus:
            stamp, codes = 9_000_000 + 960 * number, voice.encode(spoken(number), 20)
        else:
            stamp, codes = 160 * number, spoken(number)
        if number >= 100 and number % 10 in (3, 4):
            continue  # lost, two in a row
        sent = build(OPUS if opus else PCMA, 65_400 + number, stamp, SSRC, codes)
        out += [read(one) for one in turning.heard(sent, number * 0.02)]
    opus_part = out[:250]  # nothing is missing: it was mended
    assert [one.sequence for one in opus_part] == [(65_400 + n) & 0xFFFF for n in range(250)]
    assert [one.timestamp for one in opus_part] == [160 * number for number in range(250)]
    assert all(one.payload_type == PCMA for one in out)
    assert [(one.sequence - out[0].sequence) & 0xFFFF for one in out[250:]] == [
        number for number in range(250, 300) if number % 10 not in (3, 4)
    ]
    assert all(one.timestamp == 160 * ((one.sequence - 65_400) & 0xFFFF) for one in out[250:])
    assert heard(opus_part[200:250]) > -24
    said = rtcp.build(9, None, (rtcp.Block(SSRC, 0, 0, 300, 8, 0, 0),), b"media")
    told = rtcp.parse(turning.report_said(said))
    assert told is not None
    assert told.reports[0].blocks[0].lost == 40  # as the browser's own correction needs to know


@HAS_OPUS
def test_a_browser_that_loses_packets_is_sent_opus_as_long_as_there_is_room() -> None:
    room = Room(1)
    lossy, late = (Turning(OPUS, PCMA, True, room) for _ in range(2))
    before = build(PCMA, 1, 160, SSRC, spoken(1))
    assert lossy.said(before) == before
    lossy.report_heard(report(100), 1.0)
    late.report_heard(report(100), 1.0)
    assert (lossy.speaks, late.speaks, late.crowded) == (True, False, 1)
    voice, out = Voice(True), []
    for number in range(2, 52):
        packet = read(lossy.said(build(PCMA, number, 160 * number, SSRC, spoken(number))))
        assert (packet.payload_type, packet.sequence) == (OPUS, number)
        assert packet.timestamp == 320 + 960 * (number - 2)
        out.append(packet._replace(payload=voice.decode(packet.payload)))
    assert heard(out[10:]) > -24
    back = rtcp.parse(lossy.report_heard(report(0), 2.0))
    assert back is not None
    assert back.reports[0].blocks[0].jitter == 8  # in media's clock
    lossy.report_heard(report(0), 1.0 + QUIET_S)
    assert not lossy.speaks
    after = read(lossy.said(build(PCMA, 52, 160 * 52, SSRC, spoken(52))))
    assert (after.payload_type, after.payload) == (PCMA, spoken(52))
    late.report_heard(report(100), 3.0 + QUIET_S)
    assert late.speaks
    late.end()
    assert room.taken == 0
