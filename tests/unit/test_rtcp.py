"""Reports as RFC 3550, section 6, lays them out."""

from roost.protocols.rtp import rtcp

BLOCK = rtcp.Block(7, 12, -3, 70_000, 88, 0x12345678, 65_536)
SENT = rtcp.Sent(rtcp.ntp(1_700_000_000_000_000), 160, 10, 1_600)


def test_a_senders_report_is_read_as_it_was_built() -> None:
    data = rtcp.build(99, SENT, (BLOCK,), b"cell", goodbye=True)
    assert len(data) % 4 == 0
    found = rtcp.parse(data)
    assert found == rtcp.Compound((rtcp.Report(99, SENT, (BLOCK,)),), (99,))


def test_a_receivers_report_has_no_senders_part() -> None:
    found = rtcp.parse(rtcp.build(99, None, (BLOCK,), b"c"))
    assert found is not None
    assert found.reports == (rtcp.Report(99, None, (BLOCK,)),)


def test_the_bytes_are_those_of_the_rfc() -> None:
    data = rtcp.build(0x01020304, None, (), b"ab")
    assert data == bytes.fromhex("80c90001 01020304 81ca0003 01020304 01026162 00000000")


def test_what_isnt_a_compound_is_none() -> None:
    good = rtcp.build(99, SENT, (BLOCK,), b"cell")
    assert rtcp.parse(b"") is None
    assert rtcp.parse(good[:-1]) is None
    assert rtcp.parse(b"\x40" + good[1:]) is None
    assert rtcp.parse(b"\x80\xca" + good[2:]) is None  # SDES may not come first
    assert rtcp.parse(b"\x9f" + good[1:]) is None  # more blocks than there are


def test_the_round_trip_is_what_is_left_of_the_delay() -> None:
    sent = rtcp.ntp(1_000_000_000)
    heard_back = rtcp.ntp(1_000_250_000)
    block = rtcp.Block(7, 0, 0, 0, 0, rtcp.middle(sent), 65_536 // 10)
    trip = rtcp.round_trip_us(heard_back, block)
    assert trip is not None
    assert abs(trip - 150_000) < 50
    assert rtcp.round_trip_us(heard_back, BLOCK._replace(last_sr=0)) is None
