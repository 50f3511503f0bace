"""Whatever is offered: an answer has the offer's lines in its order, agrees with itself when the
other side reads it, and nothing but BadSdp and Refused comes of nonsense."""

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from roost.protocols.sdp.session import (
    Attribute,
    BadSdp,
    Connection,
    MediaLine,
    Origin,
    Session,
    encode,
    parse,
)

LOCAL = Local("192.0.2.10", 30_000, 77)
FORMATS = st.lists(st.sampled_from(["0", "8", "9", "18", "96", "97", "101", "x"]), min_size=1)
MAPS = st.sampled_from(
    [
        "96 PCMA/8000",
        "97 pcmu/8000/1",
        "101 telephone-event/8000",
        "96 telephone-event/48000",
        "0 G722/8000",
        "8",
        "97 opus/48000/2",
    ]
)
DIRECTIONS = st.sampled_from([one.value for one in Direction])
HOSTS = st.sampled_from(["192.0.2.7", "0.0.0.0", "2001:db8::7", "::", "a.example", "x.invalid"])


@st.composite
def connections(draw: st.DrawFn) -> Connection:
    host = draw(HOSTS)
    return Connection("IP6" if ":" in host else "IP4", host)


@st.composite
def media_lines(draw: st.DrawFn) -> MediaLine:
    attributes = [Attribute("rtpmap", one) for one in draw(st.lists(MAPS, max_size=3))]
    attributes += [Attribute(draw(DIRECTIONS))] if draw(st.booleans()) else []
    attributes += [Attribute("ptime", draw(st.sampled_from(["20", "30", "0", "x", "999999"])))]
    return MediaLine(
        draw(st.sampled_from(["audio", "audio", "audio", "video", "image"])),
        draw(st.sampled_from([0, 4000, 65_535])),
        draw(st.sampled_from(["RTP/AVP", "RTP/AVP", "RTP/AVP", "RTP/SAVP", "UDPTL"])),
        tuple(draw(FORMATS)),
        tuple(attributes),
        draw(st.none() | connections()),
    )


@st.composite
def offers(draw: st.DrawFn) -> Session:
    return Session(
        Origin("-", "5", "1", "IP4", "192.0.2.7"),
        tuple(draw(st.lists(media_lines(), max_size=4))),
        draw(connections()),
    )


@given(offers(), st.sampled_from(list(Direction)), st.permutations(list(Law)))
@settings(max_examples=400, deadline=None)
def test_an_answer_keeps_the_offers_lines(
    offer: Session, direction: Direction, laws: list[Law]
) -> None:
    local = msgspec.structs.replace(LOCAL, direction=direction, laws=tuple(laws))
    outcome = answer_offer(parse(encode(offer)), local)
    if isinstance(outcome, Refused):
        assert outcome.status == 488
        return
    answer, stream = outcome.answer, outcome.stream
    assert parse(encode(answer)) == answer
    assert [(one.kind, one.profile) for one in answer.media] == [
        (one.kind, one.profile) for one in offer.media
    ]
    assert [place for place, one in enumerate(answer.media) if one.port] == [outcome.line]
    line = answer.media[outcome.line]
    assert set(line.formats) <= set(offer.media[outcome.line].formats)
    ours = read_direction(answer, line)
    assert not (ours.sends and not stream.receives)
    assert not (ours.receives and not stream.sends)
    assert not (ours.sends and not direction.sends)
    assert 10 <= stream.ptime_ms <= 60


@given(offers())
@settings(max_examples=200, deadline=None)
def test_answering_again_changes_no_version(offer: Session) -> None:
    first = answer_offer(offer, LOCAL)
    if isinstance(first, Answered):
        again = answer_offer(offer, LOCAL, first.answer)
        assert again == first
        assert make_offer(LOCAL, first.answer).origin.session_id == "77"


@given(
    st.permutations(list(Law)),
    st.permutations(list(Law)),
    st.none() | st.integers(96, 127),
    st.none() | st.integers(96, 127),
    st.sampled_from(list(Direction)),
    st.sampled_from(list(Direction)),
)
@settings(deadline=None)
def test_both_sides_agree(
    laws: list[Law],
    other_laws: list[Law],
    dtmf: int | None,
    other_dtmf: int | None,
    direction: Direction,
    other: Direction,
) -> None:
    caller = Local("192.0.2.10", 30_000, 1, tuple(laws), dtmf, direction=direction)
    called = Local("192.0.2.20", 40_000, 2, tuple(other_laws), other_dtmf, direction=other)
    offer = make_offer(caller)
    outcome = answer_offer(parse(encode(offer)), called)
    assert isinstance(outcome, Answered)
    theirs = outcome.stream
    ours = read_answer(offer, parse(encode(outcome.answer)))
    assert isinstance(ours, Stream)
    assert ours.law is theirs.law
    assert ours.payload == theirs.payload_in
    assert ours.dtmf_payload == theirs.dtmf_payload
    # The one sends what the other hears.
    assert theirs.sends is direction.sends
    assert theirs.receives is direction.receives
    assert ours.sends is (other.sends and direction.receives)
    assert ours.receives is (other.receives and direction.sends)


PIECES = [b"", b"9" * 5_000, b"\r\n", b"=", b":", b" ", b"/", b"-1", b"\xff", b"m=", b"c=", b"\0"]


@given(
    st.sampled_from([encode(make_offer(LOCAL)), encode(make_offer(LOCAL)).replace(b"IP4", b"IP6")]),
    st.lists(
        st.tuples(st.integers(0, 250), st.integers(0, 9), st.sampled_from(PIECES)), max_size=4
    ),
)
@settings(max_examples=500, deadline=None)
@example(encode(make_offer(LOCAL)).replace(b"AVP 8", b"AVP " + b"9" * 5_000), [])
@example(encode(make_offer(LOCAL)).replace(b"ptime:20", b"ptime:" + b"9" * 5_000), [])
@example(encode(make_offer(LOCAL)).replace(b"77 1 IN", b"77 " + b"9" * 20 + b" IN"), [])
def test_nonsense_does_no_harm(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    spoilt = bytearray(data)
    for place, length, put in changes:
        spoilt[place : place + length] = put
    try:
        session = parse(bytes(spoilt))
    except BadSdp:
        return
    outcome = answer_offer(session, LOCAL)
    if isinstance(outcome, Answered):
        assert parse(encode(outcome.answer)) == outcome.answer
    read_answer(make_offer(LOCAL), session)
