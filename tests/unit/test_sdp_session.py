"""Reading and writing session descriptions (RFC 8866)."""

import pytest

from roost.protocols.sdp.session import (
    MAX_MEDIA,
    MAX_SDP_BYTES,
    BadSdp,
    Connection,
    Line,
    encode,
    parse,
)

WHOLE = b"""v=0
o=jdoe 3724394400 3724394405 IN IP4 198.51.100.1
s=Call to the hotline
i=Everything at once
u=http://www.example.com/sdp
e=j.doe@example.com
p=+1 617 555-6011
c=IN IP4 198.51.100.1
b=AS:84
t=3724394400 3724398000
r=604800 3600 0 90000
k=clear:none
a=recvonly
a=tool:phone 1.2
m=audio 49170 RTP/AVP 0 8 101
i=Speech
b=TIAS:64000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-16
a=sendrecv
m=video 51372/2 RTP/AVP 99
c=IN IP6 2001:db8::2
a=rtpmap:99 h263-1998/90000
""".replace(b"\n", b"\r\n")


def lines(*added: str, start: str = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\n") -> bytes:
    return (start + "".join(f"{line}\n" for line in added)).encode()


def test_a_description_with_everything_comes_out_as_it_went_in() -> None:
    assert encode(parse(WHOLE)) == WHOLE


def test_what_each_line_says() -> None:
    session = parse(WHOLE)
    assert session.origin.session_id == "3724394400"
    assert session.origin.version == "3724394405"
    assert session.connection == Connection("IP4", "198.51.100.1")
    assert session.timing == (Line("t", "3724394400 3724398000"), Line("r", "604800 3600 0 90000"))
    audio, video = session.media
    assert (audio.kind, audio.port, audio.profile) == ("audio", 49170, "RTP/AVP")
    assert audio.formats == ("0", "8", "101")
    assert audio.values("fmtp") == ["101 0-16"]
    assert session.connection_of(audio) == session.connection
    assert session.connection_of(video) == Connection("IP6", "2001:db8::2")
    assert video.port_count == 2


def test_lines_may_end_in_a_line_feed_alone() -> None:
    assert parse(WHOLE.replace(b"\r\n", b"\n")) == parse(WHOLE)


def test_missing_time_and_name_are_read_as_usual_ones() -> None:
    session = parse(b"v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\nm=audio 9 RTP/AVP 0\n")
    assert session.timing == (Line("t", "0 0"),)
    assert session.name == "-"


def test_a_multicast_address_loses_its_reach() -> None:
    session = parse(lines("c=IN IP4 233.252.0.1/127", "t=0 0", "m=audio 9 RTP/AVP 0"))
    assert session.connection == Connection("IP4", "233.252.0.1")


def test_text_that_is_no_utf8_goes_out_as_it_came() -> None:
    data = lines("c=IN IP4 192.0.2.1", "t=0 0").replace(b"s=-", b"s=\xff\xfe caf\xc3\xa9")
    assert b"s=\xff\xfe caf\xc3\xa9\r\n" in encode(parse(data))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "v=0"),
        (b"v=1\no=- 1 1 IN IP4 192.0.2.1\n", "v=0"),
        (b"o=- 1 1 IN IP4 192.0.2.1\nv=0\n", "v=0"),
        (b"v=0\ns=-\n", "o= missing"),
        (b"v=0\no=- 1 1 IN IP4\ns=-\n", "o="),
        (b"v=0\no=- one 1 IN IP4 192.0.2.1\ns=-\n", "o="),
        (lines("o=- 1 1 IN IP4 192.0.2.1"), "o= twice"),
        (lines("c=IN IP4"), "c="),
        (lines("c=IN ATM 192.0.2.1"), "c="),
        (lines("t=0 0", "m=audio 9 RTP/AVP 0"), "c= missing"),
        (lines("c=IN IP4 192.0.2.1", "m=audio 70000 RTP/AVP 0"), "m="),
        (lines("c=IN IP4 192.0.2.1", "m=audio -1 RTP/AVP 0"), "m="),
        (lines("c=IN IP4 192.0.2.1", "m=audio 9 RTP/AVP"), "m="),
        (lines("c=IN IP4 192.0.2.1", "m=audio 9 RTP/AVP 0", "t=0 0"), "t= after m="),
        (lines("nonsense"), "without a type"),
        (lines("c=IN IP4 192.0.2.1", "a=x\r\ra=y"), "without a type"),
        (lines(*["c=IN IP4 192.0.2.1"], *["m=audio 9 RTP/AVP 0"] * (MAX_MEDIA + 1)), "too many"),
        (lines(*["a=x"] * 600), "too many lines"),
        (b"v" * (MAX_SDP_BYTES + 1), "too large"),
    ],
)
def test_what_is_no_description_is_refused_with_the_line(data: bytes, named: str) -> None:
    with pytest.raises(BadSdp, match=named.replace("(", r"\(")):
        parse(data)
