"""Digits as telephone-events (RFC 4733): in and out."""

from roost.protocols.rtp.events import DIGITS, EVENT, MOST_QUEUED, EventReader, EventWriter


def event(digit: str, duration: int = 160, end: bool = False) -> bytes:
    return EVENT.pack(DIGITS.index(digit), 0x8A if end else 0x0A, duration)


def heard(*packets: tuple[int, bytes]) -> str:
    reader = EventReader()
    return "".join(reader.take(timestamp, payload) or "" for timestamp, payload in packets)


def test_a_digit_is_told_once_however_many_packets_it_has() -> None:
    packets = [(1_000, event("5", 160 * n)) for n in range(1, 6)]
    packets += [(1_000, event("5", 960, end=True))] * 3
    assert heard(*packets) == "5"


def test_the_same_digit_twice_is_two_digits() -> None:
    assert heard((1_000, event("5")), (2_600, event("5"))) == "55"


def test_a_lost_end_and_a_lost_beginning_change_nothing() -> None:
    assert heard((1_000, event("1")), (3_000, event("2", 800, end=True))) == "12"


def test_a_late_packet_of_the_digit_before_is_nothing_new() -> None:
    assert heard((1_000, event("1")), (3_000, event("2")), (1_000, event("1"))) == "12"


def test_every_digit_is_known_and_a_flash_isnt_one() -> None:
    packets = [(1_000 * (n + 1), event(digit)) for n, digit in enumerate(DIGITS)]
    assert heard(*packets) == "0123456789*#ABCD"
    assert heard((1_000, EVENT.pack(16, 0, 160))) == ""
    assert heard((1_000, b"\x01")) == ""


def test_a_digit_held_for_longer_than_its_field_is_one_digit() -> None:
    long = [(0, event("9", 0xFFFF)), (0xFFFF, event("9", 160)), (0xFFFF, event("9", 900, True))]
    assert heard(*long) == "9"


def test_timestamps_wrap() -> None:
    assert heard((2**32 - 10, event("1")), (1_500, event("1"))) == "11"


def test_a_restarted_source_begins_anew() -> None:
    reader = EventReader()
    assert reader.take(9_000, event("1")) == "1"
    reader.restart()
    assert reader.take(500, event("1")) == "1"


def sent(digits: str) -> list[tuple[bool, tuple[bytes, ...]]]:
    writer = EventWriter()
    assert writer.add(digits)
    frames = []
    while writer.busy:
        frames.append(writer.frame())
    return frames


def test_a_digit_is_sent_as_100_ms_with_its_end_three_times() -> None:
    frames = sent("7")
    assert frames[0][0]
    assert [len(payloads) for _, payloads in frames] == [1, 1, 1, 1, 3, 0, 0, 0, 0]
    assert all(EVENT.unpack(p)[0] == 7 for _, payloads in frames for p in payloads)
    assert [EVENT.unpack(p)[2] for _, payloads in frames for p in payloads][-1] == 800
    assert EVENT.unpack(frames[4][1][0])[1] & 0x80


def test_what_is_sent_is_heard() -> None:
    reader, timestamp, found = EventReader(), 0, ""
    for frame, (begins, payloads) in enumerate(sent("159#")):
        if begins:
            timestamp = 160 * frame + 1
        found += "".join(reader.take(timestamp, payload) or "" for payload in payloads)
    assert found == "159#"


def test_only_digits_and_not_too_many_are_taken() -> None:
    writer = EventWriter()
    assert not writer.add("1x")
    assert not writer.add("1" * (MOST_QUEUED + 1))
    assert not writer.busy
