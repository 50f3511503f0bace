"""Whatever comes from the network: only Malformed and BadSyntax come out, and what was read
and written again stays as it is."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roost.protocols.sdp.session import BadSdp
from roost.protocols.sdp.session import encode as encode_sdp
from roost.protocols.sdp.session import parse as parse_sdp
from roost.protocols.sip.answers import answer, answer_from_partial, has_tag
from roost.protocols.sip.bodies import sdp_of, takes_sdp
from roost.protocols.sip.digest import read_challenge, read_credentials
from roost.protocols.sip.headers import (
    asserted_identity,
    encode_address,
    encode_params,
    expires_s,
    parse_address,
    parse_auth,
    parse_contacts,
    parse_content_type,
    parse_cseq,
    parse_min_se,
    parse_number,
    parse_params,
    parse_rack,
    parse_replaces,
    parse_routes,
    parse_session_expires,
    parse_via,
    privacy,
    quote,
    retry_after_s,
    tokens,
    unquote,
)
from roost.protocols.sip.message import Headers, Message, Request, encode, split_commas
from roost.protocols.sip.parse import MAX_MESSAGE_BYTES, Malformed, StreamParser, parse
from roost.protocols.sip.uri import (
    BadSyntax,
    encode_uri,
    equivalent,
    escape_user,
    parse_uri,
    sip_uri,
    unescape,
)
from roost.protocols.sip.validate import validate_request, validate_response

INVITE = b"""INVITE sip:95598@192.0.2.1;user=phone SIP/2.0
Via: SIP/2.0/UDP 192.0.2.7:5062;rport;branch=z9hG4bKabc, SIP/2.0/TCP [2001:db8::1];branch=z9hG4bK9
v: SIP/2.0/UDP a.example.com;branch=z9hG4bK7;received=192.0.2.9
Max-Forwards: 70
From: "A \\"quoted\\" name, with; all" <sip:+8613800000000@192.0.2.7;user=phone>;tag=a1
To: <sip:95598@192.0.2.1>
Call-ID: 17@192.0.2.7
CSeq: 1 INVITE
m: <sip:17@192.0.2.7:5062;transport=udp>;+sip.instance="<urn:uuid:1>"
Route: <sip:192.0.2.1;lr>
Record-Route: <sip:192.0.2.2;lr>, <sip:192.0.2.3;lr>
Supported: timer, 100rel
Require: timer
Session-Expires: 1800;refresher=uac
Min-SE: 90
RAck: 1 1 INVITE
Replaces: 1@2;to-tag=a;from-tag=b
P-Asserted-Identity: "X" <sip:+861380@carrier.example>, <tel:+861380>
Privacy: id;critical
Expires: 60
Authorization: Digest username="1001",realm="roost",nonce="n",uri="sip:roost",response="r",\
qop=auth,nc=00000001,cnonce="c"
Accept: application/sdp
Content-Type: application/sdp
Content-Length: 108

v=0
o=- 1 1 IN IP4 192.0.2.7
s=-
c=IN IP4 192.0.2.7
t=0 0
m=audio 4000 RTP/AVP 8
a=rtpmap:8 PCMA/8000
""".replace(b"\n", b"\r\n")

RESPONSE = b"""SIP/2.0 401 Unauthorized
Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bKabc;received=192.0.2.7;rport=5062
From: <sip:1001@roost>;tag=a1
To: <sip:1001@roost>;tag=b2
Call-ID: 17@192.0.2.7
CSeq: 1 REGISTER
Contact: <sip:1@192.0.2.7>;expires=60
WWW-Authenticate: Digest realm="roost",nonce="n",algorithm=SHA-256,qop="auth"
Retry-After: 30 (busy);duration=60
Content-Length: 0

""".replace(b"\n", b"\r\n")


PIECES = [b"\r\n", b"\r", b"\n", b" ", b",", b";", b'"', b"<", b">", b"\0", b"%", b":", b"=", b"\\"]
PIECES += [b"@", b"[", b"*", b"?", b"\xff\xfe", b"\r\n\r\n", b"\r\n ", b"9" * 25, b"\r\n\r\n\r\n"]


def test_the_examples_are_right() -> None:
    invite, response = parse(INVITE), parse(RESPONSE)
    assert isinstance(invite, Request)
    assert validate_request(invite, frozenset({"timer"})) is None
    assert not isinstance(response, Request)
    assert validate_response(response) is None
    assert len(invite.body) == 108


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A valid message with some bytes changed, cut out, doubled or put in."""
    data = bytearray(draw(st.sampled_from([INVITE, RESPONSE])))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        length = draw(st.integers(0, 12))
        kind = draw(st.sampled_from("replace insert cut double".split()))  # noqa: SIM905
        if kind == "replace":
            data[place : place + length] = draw(st.binary(max_size=length))
        elif kind == "insert":
            data[place:place] = draw(st.sampled_from(PIECES))
        elif kind == "cut":
            del data[place : place + length]
        else:
            data[place:place] = data[place : place + length]
    return bytes(data)


def everything_readable(message: Message) -> None:
    """Reads every typed header there is a reader for; only BadSyntax may come out."""
    readers = {
        "Via": parse_via,
        "From": parse_address,
        "To": parse_address,
        "Contact": parse_address,
        "Route": parse_address,
        "CSeq": parse_cseq,
        "RAck": parse_rack,
        "Replaces": parse_replaces,
        "Session-Expires": parse_session_expires,
        "Min-SE": parse_min_se,
        "Content-Type": parse_content_type,
        "Authorization": parse_auth,
        "WWW-Authenticate": parse_auth,
        "Max-Forwards": lambda value: parse_number(value, "Max-Forwards"),
    }
    headers = message.headers
    for name, read in readers.items():
        for value in headers.get_all(name):
            try:
                read(value)
            except BadSyntax:
                continue
    for whole in (parse_contacts, parse_routes):
        try:
            whole(headers)
        except BadSyntax:
            continue
    expires_s(headers.get("Expires"))
    retry_after_s(headers)
    tokens(headers, "Supported")
    privacy(headers)
    asserted_identity(headers)
    read_credentials(headers, "roost")
    read_challenge(headers)
    sdp_of(message)


def stands_all(data: bytes) -> None:
    try:
        message = parse(data)
    except Malformed as trouble:
        response = answer_from_partial(trouble, "t1")
        if response is not None:
            assert parse(encode(response)) is not None
        return
    everything_readable(message)
    once = encode(message)
    again = parse(once)
    assert again.body == message.body
    assert encode(again) == once
    if isinstance(message, Request):
        takes_sdp(message)
        fault = validate_request(message)
        response = answer(message, fault.status if fault else 200, to_tag="t1")
        parse(encode(response))
        if fault is None:
            assert has_tag(response.headers.get("To") or "")
    else:
        validate_response(message)
    try:
        session = parse_sdp(message.body)
    except BadSdp:
        return
    assert encode_sdp(parse_sdp(encode_sdp(session))) == encode_sdp(session)


@given(mutated())
@settings(max_examples=600, deadline=None)
@example(INVITE.replace(b"70", b"9" * 5000))
@example(INVITE.replace(b"CSeq: 1 ", b"CSeq: " + b"9" * 5000 + b" "))
@example(INVITE.replace(b"Length: 108", b"Length: " + "٣".encode()))
@example(INVITE.replace(b"From:", b"From :\xff"))
def test_damaged_messages_do_no_harm(data: bytes) -> None:
    stands_all(data)


@given(st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_random_bytes_do_no_harm(data: bytes) -> None:
    stands_all(data)
    stands_all(b"INVITE sip:a@b SIP/2.0\r\n" + data + b"\r\n\r\n")


@given(st.lists(mutated(), min_size=1, max_size=3), st.data())
@settings(max_examples=60, deadline=None)
def test_a_stream_gives_the_same_however_it_is_cut(
    messages: list[bytes], data: st.DataObject
) -> None:
    pings = st.sampled_from([b"", b"\r\n", b"\r\n\r\n", b"\r\n\r\n\r\n\r\n"])
    whole = b"".join(data.draw(pings) + message for message in messages) + data.draw(pings)
    expected = StreamParser()
    found = expected.feed(whole)
    cut = StreamParser()
    pieces: list[object] = []
    rest = whole
    while rest:
        length = data.draw(st.integers(1, len(rest)))
        pieces += cut.feed(rest[:length])
        rest = rest[length:]
    assert [shape(one) for one in pieces] == [shape(one) for one in found]
    assert cut.closed == expected.closed
    assert cut.buffered == expected.buffered
    assert cut.take_pings() == expected.take_pings()


def shape(one: object) -> object:
    return (one.status, one.reason, one.fatal) if isinstance(one, Malformed) else one


@given(st.binary(max_size=200))
@settings(max_examples=200, deadline=None)
def test_a_stream_holds_no_more_than_its_limit(data: bytes) -> None:
    parser = StreamParser(limit=1_000)
    for _ in range(30):
        parser.feed(data)
        assert parser.buffered <= 1_000 + len(data)


@given(st.text(max_size=30))
def test_quoting_any_text_of_one_line_gives_it_back(text: str) -> None:
    line = text.replace("\r", " ").replace("\n", " ")
    if "\ud800" <= max(line, default=" ") <= "\udfff":
        return
    assert unquote(quote(text)) == line
    assert split_commas(f"{quote(text)}, b") == [quote(text), "b"]
    address = parse_address(f"{quote(text)} <sip:a@b>;p={quote(text)}")
    assert (address.display, address.param("p")) == (line, line)
    assert parse_address(encode_address(address)) == address


@given(st.text(max_size=20), st.sampled_from(["b.example", "192.0.2.1", "2001:db8::1"]))
def test_any_user_can_stand_in_a_uri(user: str, host: str) -> None:
    try:
        user.encode()
    except UnicodeEncodeError:
        return
    if user:
        uri = sip_uri(user, host, 5070, "TCP")
        assert parse_uri(encode_uri(uri)) == uri
        assert parse_uri(str(uri)).username == user
        assert uri.address == host
        assert equivalent(uri, parse_uri(str(uri)))


@given(st.text(max_size=60))
@settings(max_examples=300)
def test_any_text_is_a_uri_or_isnt(text: str) -> None:
    for prefix in ("", "sip:", "sips:a@", "tel:"):
        try:
            uri = parse_uri(prefix + text)
        except BadSyntax:
            continue
        assert parse_uri(encode_uri(uri)) == uri
        assert equivalent(uri, uri)
        unescape(escape_user(unescape(uri.user or "")))


@given(
    st.dictionaries(
        st.text("abcxyz-.", min_size=1, max_size=6), st.none() | st.text('az09"\\;, <>', min_size=1)
    )
)
def test_parameters_survive(params: dict[str, str | None]) -> None:
    pairs = tuple(params.items())
    assert parse_params(encode_params(pairs)) == pairs


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5), st.data())
def test_headers_keep_their_order(values: list[str], data: st.DataObject) -> None:
    headers = Headers()
    model: list[str] = []
    for value in values:
        if data.draw(st.booleans()):
            headers.add("via", value)
            model.append(value)
        else:
            headers.prepend("VIA", value)
            model.insert(0, value)
    assert headers.get_all("v") == model
    assert headers.remove_first("Via") == model[0]
    assert headers.get_all("Via") == model[1:]


def test_the_largest_message_is_taken_and_a_larger_one_is_not() -> None:
    head = b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: %d\r\n\r\n"
    size = MAX_MESSAGE_BYTES - len(head % 10_000)
    assert len(parse(head % size + b"x" * size).body) == size
    with pytest.raises(Malformed) as caught:
        parse(head % (size + 1) + b"x" * (size + 1))
    assert caught.value.status == 513


@pytest.mark.soak
@given(mutated())
@settings(max_examples=200_000, deadline=None)
def test_damaged_messages_do_no_harm_for_long(data: bytes) -> None:
    stands_all(data)
