"""Offer and answer (RFC 3264, RFC 6337) for a telephone call."""

import msgspec
import pytest

from roost.protocols.sdp.negotiate import (
    Answered,
    Direction,
    Law,
    Local,
    Refused,
    Stream,
    answer_offer,
    make_offer,
    read_answer,
    read_direction,
)
from roost.protocols.sdp.session import Session, encode, parse

HERE = Local("192.0.2.10", 30_000, 77)


def described(
    *media: str, c: str = "IN IP4 198.51.100.7", session: str = "", version: int = 1
) -> Session:
    text = f"v=0\no=phone 5 {version} IN IP4 198.51.100.7\ns=-\nc={c}\nt=0 0\n{session}"
    return parse((text + "\n".join(media) + "\n").encode())


def answered(
    offer: Session, local: Local = HERE, previous: Session | None = None
) -> tuple[Session, Stream]:
    outcome = answer_offer(offer, local, previous)
    assert isinstance(outcome, Answered)
    return outcome.answer, outcome.stream


PHONE = (
    "m=audio 4000 RTP/AVP 9 0 8 97",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:97 telephone-event/8000",
    "a=fmtp:97 0-15",
)


def test_an_answer_takes_the_trunks_law_and_the_offers_payload_numbers() -> None:
    answer, stream = answered(described(*PHONE))
    assert stream == Stream(
        "198.51.100.7", 4000, Law.PCMA, 8, 97, 20, True, True, 8, 97, "198.51.100.7", 4001
    )
    assert encode(answer) == (
        b"v=0\r\no=- 77 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
        b"m=audio 30000 RTP/AVP 8 97\r\na=rtpmap:8 PCMA/8000\r\n"
        b"a=rtpmap:97 telephone-event/8000\r\na=fmtp:97 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )


@pytest.mark.parametrize(
    ("laws", "chosen"),
    [((Law.PCMA, Law.PCMU), Law.PCMA), ((Law.PCMU, Law.PCMA), Law.PCMU), ((Law.PCMU,), Law.PCMU)],
)
def test_our_order_of_laws_decides(laws: tuple[Law, ...], chosen: Law) -> None:
    local = msgspec.structs.replace(HERE, laws=laws)
    assert answered(described(*PHONE), local)[1].law is chosen


@pytest.mark.parametrize(
    ("media", "law", "payload", "dtmf"),
    [
        (("m=audio 4 RTP/AVP 0",), Law.PCMU, 0, None),
        (("m=audio 4 RTP/AVP 96", "a=rtpmap:96 pcma/8000"), Law.PCMA, 96, None),
        (("m=audio 4 RTP/AVP 96", "a=rtpmap:96 PCMU/8000/1"), Law.PCMU, 96, None),
        (("m=audio 4 RTP/AVP 8 0", "a=rtpmap:8 G999/8000"), Law.PCMU, 0, None),
        (
            (
                "m=audio 4 RTP/AVP 8 100 101",
                "a=rtpmap:100 telephone-event/48000",
                "a=rtpmap:101 TELEPHONE-EVENT/8000",
            ),
            Law.PCMA,
            8,
            101,
        ),
        # Named but not in the list: not offered.
        (("m=audio 4 RTP/AVP 8", "a=rtpmap:101 telephone-event/8000"), Law.PCMA, 8, None),
    ],
)
def test_payload_numbers_are_the_offerers(
    media: tuple[str, ...], law: Law, payload: int, dtmf: int | None
) -> None:
    stream = answered(described(*media))[1]
    assert (stream.law, stream.payload, stream.dtmf_payload) == (law, payload, dtmf)


@pytest.mark.parametrize(
    ("offered", "far_sends", "far_hears", "ours"),
    [
        ("sendrecv", True, True, "sendrecv"),
        ("sendonly", True, False, "recvonly"),
        ("recvonly", False, True, "sendonly"),
        ("inactive", False, False, "inactive"),
    ],
)
def test_directions_are_mirrored(offered: str, far_sends: bool, far_hears: bool, ours: str) -> None:
    answer, stream = answered(described("m=audio 4000 RTP/AVP 8", f"a={offered}"))
    assert (stream.sends, stream.receives) == (far_sends, far_hears)
    assert stream.held is not far_hears
    assert read_direction(answer, answer.media[0]) == ours


def test_a_direction_of_the_session_holds_unless_the_line_has_its_own() -> None:
    assert answered(described("m=audio 4 RTP/AVP 8", session="a=sendonly\n"))[1].held
    own = described("m=audio 4 RTP/AVP 8", "a=sendrecv", session="a=sendonly\n")
    assert not answered(own)[1].held


@pytest.mark.parametrize(
    "hold",
    [
        described("m=audio 4 RTP/AVP 8", c="IN IP4 0.0.0.0"),
        described("m=audio 4 RTP/AVP 8", "c=IN IP4 0.0.0.0"),
        described("m=audio 4 RTP/AVP 8", "a=sendonly", c="IN IP4 0.0.0.0"),
    ],
)
def test_hold_by_the_null_address(hold: Session) -> None:
    answer, stream = answered(hold)
    assert stream.held
    assert read_direction(answer, answer.media[0]) is Direction.RECVONLY


def test_hold_by_the_null_address_of_ipv6_and_its_name() -> None:
    local = msgspec.structs.replace(HERE, host="2001:db8::10")
    assert answered(described("m=audio 4 RTP/AVP 8", c="IN IP6 ::"), local)[1].held
    assert answered(described("m=audio 4 RTP/AVP 8", c="IN IP6 held.invalid"), local)[1].held


def test_our_own_hold_limits_the_answer() -> None:
    local = msgspec.structs.replace(HERE, direction=Direction.SENDONLY)
    answer, _ = answered(described("m=audio 4 RTP/AVP 8"), local)
    assert read_direction(answer, answer.media[0]) is Direction.SENDONLY
    answer, _ = answered(described("m=audio 4 RTP/AVP 8", "a=sendonly"), local)
    assert read_direction(answer, answer.media[0]) is Direction.INACTIVE


def test_other_lines_are_refused_in_their_place() -> None:
    offer = described(
        "m=video 5000 RTP/AVP 31",
        "a=mid:v",
        "m=audio 4000 RTP/AVP 8",
        "a=mid:a",
        "m=audio 4002 RTP/AVP 0",
        "m=application 5002 UDP/BFCP *",
        "m=image 5004 udptl t38",
    )
    answer, stream = answered(offer)
    assert [(one.kind, one.port) for one in answer.media] == [
        ("video", 0),
        ("audio", 30_000),
        ("audio", 0),
        ("application", 0),
        ("image", 0),
    ]
    assert [one.formats for one in answer.media][0::4] == [("31",), ("t38",)]
    assert answer.media[0].values("mid") == ["v"]
    assert answer.media[1].values("mid") == ["a"]
    assert stream.port == 4000
    assert parse(encode(answer)) == answer


def test_the_first_line_that_can_be_served_is_taken() -> None:
    offer = described(
        "m=audio 4000 RTP/SAVP 8",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj",
        "m=audio 4002 RTP/AVP 8",
    )
    answer, stream = answered(offer)
    assert stream.port == 4002
    assert [one.port for one in answer.media] == [0, 30_000]
    assert answer.media[0].profile == "RTP/SAVP"


@pytest.mark.parametrize(
    ("offer", "warning"),
    [
        (described("m=audio 4000 RTP/AVP 18 97", "a=rtpmap:97 opus/48000/2"), 305),
        (described("m=audio 4000 RTP/SAVP 8"), 302),
        (described("m=audio 4000 UDP/TLS/RTP/SAVPF 8"), 302),
        (described("m=video 4000 RTP/AVP 31"), 304),
        (described("m=audio 0 RTP/AVP 8"), 304),
        (described(), 304),
        (described("m=audio 4000 RTP/AVP 8", c="IN IP6 2001:db8::1"), 301),
        (described("m=audio 4000 RTP/AVP 8", c="IN IP4 phone.example.com"), 301),
    ],
)
def test_what_cannot_be_served_is_refused_with_its_reason(offer: Session, warning: int) -> None:
    outcome = answer_offer(offer, HERE)
    assert isinstance(outcome, Refused)
    assert (outcome.status, outcome.warning) == (488, warning)


@pytest.mark.parametrize(
    ("lines", "ptime"),
    [
        ((), 20),
        (("a=ptime:30",), 30),
        (("a=ptime:10",), 10),
        (("a=ptime:25",), 20),
        (("a=ptime:200",), 60),
        (("a=ptime:0",), 10),
        (("a=ptime:soon",), 20),
        (("a=maxptime:10",), 10),
        (("a=ptime:40", "a=maxptime:30"), 30),
        (("a=ptime:20.0",), 20),
    ],
)
def test_packets_hold_what_the_far_end_wants(lines: tuple[str, ...], ptime: int) -> None:
    assert answered(described("m=audio 4000 RTP/AVP 8", *lines))[1].ptime_ms == ptime


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ("", ("198.51.100.7", 4001)),
        ("a=rtcp:4100", ("198.51.100.7", 4100)),
        ("a=rtcp:4100 IN IP4 198.51.100.9", ("198.51.100.9", 4100)),
        ("a=rtcp:99999", ("198.51.100.7", 4001)),
        ("a=rtcp:no", ("198.51.100.7", 4001)),
    ],
)
def test_rtcp_goes_to_the_next_port_unless_told_otherwise(
    value: str, where: tuple[str, int]
) -> None:
    lines = ("m=audio 4000 RTP/AVP 8", value) if value else ("m=audio 4000 RTP/AVP 8",)
    stream = answered(described(*lines))[1]
    assert (stream.rtcp_host, stream.rtcp_port) == where


def test_ipv6() -> None:
    local = msgspec.structs.replace(HERE, host="2001:db8::10")
    offer = described("m=audio 4000 RTP/AVP 8", c="IN IP6 2001:db8::7")
    answer, stream = answered(offer, local)
    assert stream.host == "2001:db8::7"
    assert b"c=IN IP6 2001:db8::10\r\n" in encode(answer)


def test_an_offer_and_its_answer() -> None:
    offer = make_offer(HERE)
    assert encode(offer) == (
        b"v=0\r\no=- 77 1 IN IP4 192.0.2.10\r\ns=-\r\nc=IN IP4 192.0.2.10\r\nt=0 0\r\n"
        b"m=audio 30000 RTP/AVP 8 0 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n"
        b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=sendrecv\r\n"
    )
    other = Local("198.51.100.7", 4000, 5, laws=(Law.PCMU,))
    answer, theirs = answered(offer, other)
    ours = read_answer(offer, answer)
    assert isinstance(ours, Stream)
    assert (ours.law, ours.payload, ours.dtmf_payload) == (Law.PCMU, 0, 101)
    assert (theirs.host, theirs.port) == ("192.0.2.10", 30_000)
    assert (ours.host, ours.port) == ("198.51.100.7", 4000)


def test_of_several_laws_in_an_answer_the_first_holds() -> None:
    stream = read_answer(make_offer(HERE), described("m=audio 4000 RTP/AVP 0 8"))
    assert isinstance(stream, Stream)
    assert stream.law is Law.PCMU


def test_an_answer_may_number_digits_otherwise() -> None:
    answer = described("m=audio 4000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000")
    stream = read_answer(make_offer(HERE), answer)
    assert isinstance(stream, Stream)
    assert (stream.dtmf_payload, stream.dtmf_payload_in) == (96, 101)


def test_an_answer_without_digits() -> None:
    stream = read_answer(make_offer(HERE), described("m=audio 4000 RTP/AVP 8"))
    assert isinstance(stream, Stream)
    assert (stream.dtmf_payload, stream.dtmf_payload_in) == (None, None)


def test_digits_that_we_did_not_offer_are_not_agreed() -> None:
    offer = make_offer(msgspec.structs.replace(HERE, dtmf_payload=None))
    answer = described("m=audio 4000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000")
    stream = read_answer(offer, answer)
    assert isinstance(stream, Stream)
    assert stream.dtmf_payload is None


@pytest.mark.parametrize(
    "answer",
    [
        described("m=audio 0 RTP/AVP 8"),
        described("m=audio 4000 RTP/AVP 18"),
        described("m=audio 4000 RTP/AVP 8", "m=video 0 RTP/AVP 31"),
        described(),
        described("m=video 4000 RTP/AVP 31"),
        described("m=audio 4000 RTP/SAVP 8"),
        described("m=audio 4000 RTP/AVP 8", c="IN IP6 2001:db8::7"),
    ],
)
def test_answers_that_agree_on_nothing(answer: Session) -> None:
    assert isinstance(read_answer(make_offer(HERE), answer), Refused)


def test_a_law_that_we_did_not_offer_is_not_agreed() -> None:
    offer = make_offer(msgspec.structs.replace(HERE, laws=(Law.PCMA,)))
    assert isinstance(read_answer(offer, described("m=audio 4000 RTP/AVP 0")), Refused)


def test_the_version_grows_with_a_change_and_only_then() -> None:
    first, _ = answered(described(*PHONE))
    again, _ = answered(described(*PHONE, version=2), previous=first)
    assert again is first
    held, _ = answered(described(*PHONE, "a=sendonly", version=3), previous=again)
    assert held.origin == msgspec.structs.replace(first.origin, version="2")
    resumed, _ = answered(described(*PHONE, version=4), previous=held)
    assert resumed.origin.version == "3"
    assert resumed.origin.session_id == first.origin.session_id


def test_a_further_offer_of_ours_keeps_lines_and_numbers() -> None:
    first, _ = answered(described("m=video 5000 RTP/AVP 31", *PHONE))
    refresh = make_offer(HERE, first)
    assert refresh is first
    hold = make_offer(msgspec.structs.replace(HERE, direction=Direction.SENDONLY), first)
    assert [one.port for one in hold.media] == [0, 30_000]
    assert hold.media[1].formats == ("8", "97")
    assert read_direction(hold, hold.media[1]) is Direction.SENDONLY
    assert hold.origin.version == "2"


def test_after_our_offer_the_far_end_may_offer_more_lines() -> None:
    offer = make_offer(HERE)
    more = described(*PHONE, "m=video 5000 RTP/AVP 31", version=2)
    answer, _ = answered(more, previous=offer)
    assert [one.port for one in answer.media] == [30_000, 0]
    assert answer.origin.version == "2"
