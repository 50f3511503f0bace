"""A browser's description and our answer to it."""

import pytest
from msgspec import structs

from roost.protocols.sdp.session import parse
from roost.protocols.webrtc.description import BadOffer, Offer, Ours, answer, read_offer

PRINT = ":".join(["AB"] * 32)
# What Chromium 156 offers for one audio line, shortened to what anybody reads.
CHROMIUM = f"""v=0
o=- 8361471246470398413 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 8 0 111 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:7kQa
a=ice-pwd:Ue0XNgRj9GKmqqmZ3VX3F3rD
a=ice-options:trickle
a=fingerprint:sha-256 {PRINT}
a=setup:actpass
a=mid:0
a=sendrecv
a=msid:- 6c9d4c1c-60b0-4bd5-9c37-91d1d2a6b4c9
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:8 PCMA/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:111 opus/48000/2
a=rtpmap:126 telephone-event/8000
a=ssrc:1234 cname:x
""".replace("\n", "\r\n")
OURS = Ours("192.0.2.7", 40_000, "ours", "a password of ours", PRINT, 7)


def changed(before: str, after: str) -> str:
    assert before in CHROMIUM
    return CHROMIUM.replace(before, after)


def test_what_we_take_of_chromiums_offer() -> None:
    offer = read_offer(CHROMIUM, "PCMA")
    wanted = Offer("0", "7kQa", (("sha-256", PRINT),), "PCMA", 8, 126, True, True, 111)
    assert offer == wanted
    assert read_offer(CHROMIUM, "PCMU").law == "PCMU"


def test_the_other_law_is_better_than_none() -> None:
    only = changed("SAVPF 8 0 111 126", "SAVPF 0 111 126")
    assert read_offer(only, "PCMA").law == "PCMU"


def test_our_answer_is_lite_active_and_bundled() -> None:
    text = answer(read_offer(CHROMIUM, "PCMA"), OURS)
    session = parse(text.encode())
    line = session.media[0]
    assert session.values("group") == ["BUNDLE 0"]
    assert session.values("ice-lite") == [""]
    assert line.formats == ("8", "126")
    assert line.values("mid") == ["0"]
    assert line.values("setup") == ["active"]
    assert line.values("rtcp-mux") == [""]
    assert line.values("ice-ufrag") == ["ours"]
    assert line.values("candidate") == ["1 1 udp 2130706431 192.0.2.7 40000 typ host"]
    assert line.values("sendrecv") == [""]


def test_an_answer_for_one_who_only_sends() -> None:
    offer = read_offer(changed("a=sendrecv", "a=sendonly"), "PCMA")
    assert not offer.receives
    assert parse(answer(offer, OURS).encode()).media[0].values("recvonly") == [""]


def test_an_ipv6_edge() -> None:
    text = answer(read_offer(CHROMIUM, "PCMA"), Ours("2001:db8::7", 40_000, "ours", "pw", PRINT, 7))
    assert "c=IN IP6 2001:db8::7" in text


@pytest.mark.parametrize(
    ("before", "after", "why"),
    [
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=setup:actpass", "a=setup:active", "actpass"),
        ("a=ice-ufrag:7kQa\r\n", "", "ice-ufrag"),
        ("a=ice-ufrag:7kQa", "a=ice-ufrag:7", "ice-ufrag"),
        (f"a=fingerprint:sha-256 {PRINT}\r\n", "", "fingerprint"),
        (f"sha-256 {PRINT}", "sha-1 " + ":".join(["AB"] * 20), "fingerprint"),
        ("SAVPF 8 0 111 126", "SAVPF 111", "G.711"),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", "DTLS-SRTP"),
        ("m=audio", "m=video", "one audio line"),
        ("a=mid:0", "a=mid:" + 40 * "0", "mid"),
    ],
)
def test_offers_that_cannot_be_served_say_why(before: str, after: str, why: str) -> None:
    with pytest.raises(BadOffer, match=why):
        read_offer(changed(before, after), "PCMA")


def test_two_lines_are_one_too_many() -> None:
    with pytest.raises(BadOffer, match="one audio line"):
        read_offer(CHROMIUM + CHROMIUM[CHROMIUM.index("m=audio") :], "PCMA")


@pytest.mark.parametrize("text", ["", "v=0", "\0\0", "m=audio", "x" * 20_000])
def test_what_is_no_description_says_so(text: str) -> None:
    with pytest.raises(BadOffer):
        read_offer(text, "PCMA")


def test_opus_comes_after_g711_where_the_edge_can_turn_it() -> None:
    offer = read_offer(CHROMIUM, "PCMA")
    ours = Ours("192.0.2.7", 4_000, "ours", "secret", PRINT, 1, opus=True)
    line = parse(answer(offer, ours).encode()).media[0]
    assert line.formats == ("8", "111", "126")
    assert "111 opus/48000/2" in line.values("rtpmap")
    assert any("useinbandfec=1" in one for one in line.values("fmtp"))
    without = structs.replace(offer, opus_payload=None)
    assert parse(answer(without, ours).encode()).media[0].formats == ("8", "126")
