"""Typed header values: reading and writing, and what each refuses."""

import time
from collections.abc import Callable

import pytest

from roost.protocols.sip.headers import (
    MAX_DELTA_S,
    AuthValue,
    ContentType,
    CSeq,
    NameAddr,
    RAck,
    Replaces,
    SessionExpires,
    Via,
    asserted_identity,
    check_address,
    encode_address,
    encode_replaces,
    encode_session_expires,
    encode_via,
    expires_s,
    is_call_id,
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
    stamp_via,
    tokens,
    top_via,
)
from roost.protocols.sip.message import Headers, Request, split_commas
from roost.protocols.sip.uri import BadSyntax, Uri, parse_uri


@pytest.mark.parametrize(
    ("text", "via"),
    [
        (
            "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa;rport",
            Via("UDP", "192.0.2.1", 5060, (("branch", "z9hG4bKa"), ("rport", None))),
        ),
        ("sip/2.0/tls a.example", Via("TLS", "a.example", None)),
        (
            "SIP / 2.0 / TCP [2001:db8::1] : 5062 ; Branch = x",
            Via("TCP", "[2001:db8::1]", 5062, (("branch", "x"),)),
        ),
    ],
)
def test_via(text: str, via: Via) -> None:
    assert parse_via(text) == via
    assert parse_via(encode_via(via)) == via


def test_what_a_via_says() -> None:
    via = parse_via("SIP/2.0/UDP A.Example:5062;branch=z9hG4bK7;received=192.0.2.9;rport=1024")
    assert via.sent_by == "a.example:5062"
    assert (via.branch, via.received, via.rport, via.wants_rport) == (
        "z9hG4bK7",
        "192.0.2.9",
        1024,
        True,
    )
    bare = parse_via("SIP/2.0/UDP a;rport")
    assert (bare.branch, bare.received, bare.rport, bare.wants_rport) == ("", None, None, True)
    assert not parse_via("SIP/2.0/UDP a;branch=z9hG4bK").unique
    assert parse_via("SIP/2.0/UDP a;rport=x").rport is None


@pytest.mark.parametrize(
    ("via", "host", "port", "stamped"),
    [
        ("SIP/2.0/UDP 192.0.2.1;branch=b", "192.0.2.1", 5060, "SIP/2.0/UDP 192.0.2.1;branch=b"),
        (
            "SIP/2.0/UDP 192.0.2.1;branch=b",
            "192.0.2.2",
            5060,
            "SIP/2.0/UDP 192.0.2.1;branch=b;received=192.0.2.2",
        ),
        (
            "SIP/2.0/UDP a.example;rport;branch=b",
            "192.0.2.2",
            999,
            "SIP/2.0/UDP a.example;branch=b;received=192.0.2.2;rport=999",
        ),
        # What a peer wrote itself isn't believed.
        (
            "SIP/2.0/UDP 192.0.2.1;received=192.0.2.66;branch=b",
            "192.0.2.1",
            5060,
            "SIP/2.0/UDP 192.0.2.1;branch=b",
        ),
        (
            "SIP/2.0/TCP [2001:db8::1];branch=b",
            "2001:db8::1",
            5060,
            "SIP/2.0/TCP [2001:db8::1];branch=b",
        ),
    ],
)
def test_where_a_request_came_from_is_noted(via: str, host: str, port: int, stamped: str) -> None:
    headers = Headers()
    headers.set("Via", f"{via}, SIP/2.0/UDP next;branch=n")
    stamp_via(headers, host, port)
    assert headers.get_all("Via") == [stamped, "SIP/2.0/UDP next;branch=n"]


def test_the_top_via_among_several() -> None:
    message = Request("OPTIONS", "sip:a", Headers({"Via": "SIP/2.0/UDP a, SIP/2.0/UDP b"}))
    assert top_via(message).host == "a"
    for lines in ({}, {"Via": ""}, {"Via": ","}):
        with pytest.raises(BadSyntax):
            top_via(Request("OPTIONS", "sip:a", Headers(lines)))


A = Uri("sip", "a", "b")


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("<sip:a@b>", NameAddr(A)),
        ("sip:a@b", NameAddr(A)),
        ("sip:a@b;tag=x", NameAddr(A, "", (("tag", "x"),))),
        ("<sip:a@b;tag=x>", NameAddr(Uri("sip", "a", "b", params=(("tag", "x"),)))),
        ("Alice Smith <sip:a@b>", NameAddr(A, "Alice Smith")),
        (
            '"Smith, Alice" <sip:a@b> ; tag = x ; y',
            NameAddr(A, "Smith, Alice", (("tag", "x"), ("y", None))),
        ),
        ('""<sip:a@b>', NameAddr(A)),
        ('"a \\"b\\" \\\\"<sip:a@b>', NameAddr(A, 'a "b" \\')),
        ('"<sip:x@y>" <sip:a@b>', NameAddr(A, "<sip:x@y>")),
        ("李 <sip:a@b>", NameAddr(A, "李")),
        ('<sip:a@b>;p="x;y,z\\""', NameAddr(A, "", (("p", 'x;y,z"'),))),
        ("<sip:a@b>;host=[2001:db8::1]", NameAddr(A, "", (("host", "[2001:db8::1]"),))),
    ],
)
def test_addresses(text: str, address: NameAddr) -> None:
    assert parse_address(text) == address
    assert parse_address(encode_address(address)) == address
    check_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<>",
        "<sip:a@b",
        "sip:a@b>",
        '"open <sip:a@b>',
        '"x" y <sip:a@b>',
        '"x"',
        "a, b <sip:a@b>",
        "a;b <sip:a@b>",
        "sip:a@b?x=y",
        "sip:a@b,sip:c@d",
        "<sip:a@b> x",
        "<sip:a@b>;",
        "<sip:a@b>;;x",
        "<sip:a@b>;x=",
        "<sip:a@b>;tag=1;tag=2",
        "<sip:a@b>;=1",
        '<sip:a@b>;x="open',
        "<<sip:a@b>>",
        "< sip:a@b >",
    ],
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(BadSyntax):
        parse_address(text)
    with pytest.raises(BadSyntax):
        check_address(text)


def test_an_address_with_a_parameter_set() -> None:
    address = parse_address("<sip:a@b>;tag=x;y").with_param("tag", "z")
    assert str(address) == "<sip:a@b>;y;tag=z"
    assert address.tag == "z"
    assert parse_address("<sip:a@b>;tag").tag is None


def test_contacts_and_routes() -> None:
    assert parse_contacts(Headers({"Contact": "*"})) is None
    assert parse_contacts(Headers()) == []
    assert [
        str(one)
        for one in parse_contacts(Headers({"Contact": "<sip:a@b>;q=1, sip:c@d;q=0.5"})) or []
    ] == ["<sip:a@b>;q=1", "<sip:c@d>;q=0.5"]
    with pytest.raises(BadSyntax):
        parse_contacts(Headers({"Contact": "*, <sip:a@b>"}))
    routes = parse_routes(Headers({"Path": "<sip:p1;lr>\n<sip:p2;lr>,<sip:p3>"}), "Path")
    assert [route.uri.host for route in routes] == ["p1", "p2", "p3"]


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (parse_cseq, "1 INVITE", CSeq(1, "INVITE")),
        (parse_cseq, " 0004711\tBYE ", CSeq(4711, "BYE")),
        (parse_cseq, "2147483647 X", CSeq(2**31 - 1, "X")),
        (parse_rack, "776656 1 INVITE", RAck(776656, 1, "INVITE")),
        (parse_session_expires, "1800", SessionExpires(1800)),
        (parse_session_expires, "4000;refresher=UAC;x", SessionExpires(4000, "uac")),
        (parse_min_se, "90;lr", 90),
        (
            parse_replaces,
            "98732@sip.example.com ; from-tag=r33th4x0r ; to-tag=ff87ff",
            Replaces("98732@sip.example.com", "ff87ff", "r33th4x0r"),
        ),
        (
            parse_replaces,
            "12@x;to-tag=1;from-tag=2;early-only",
            Replaces("12@x", "1", "2", early_only=True),
        ),
        (parse_content_type, "Application / SDP", ContentType("application/sdp")),
        (
            parse_content_type,
            'multipart/mixed;boundary="a b"',
            ContentType("multipart/mixed", (("boundary", "a b"),)),
        ),
        (
            parse_auth,
            'DIGEST Realm="a, \\"b\\"", qop=auth ,nc=00000001',
            AuthValue("digest", {"realm": 'a, "b"', "qop": "auth", "nc": "00000001"}),
        ),
    ],
)
def test_values(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (parse_cseq, "INVITE 1"),
        (parse_cseq, "1"),
        (parse_cseq, "-1 INVITE"),
        (parse_cseq, "2147483648 INVITE"),
        (parse_cseq, "1 IN VITE"),
        (parse_cseq, "١ INVITE"),
        (parse_rack, "1 INVITE"),
        (parse_session_expires, "soon"),
        (parse_session_expires, "90;refresher=both"),
        (parse_min_se, ""),
        (parse_replaces, "1@x;to-tag=1"),
        (parse_replaces, ";to-tag=1;from-tag=1"),
        (parse_content_type, "sdp"),
        (parse_content_type, "a/b/c"),
        (parse_auth, "Digest"),
        (parse_auth, 'Digest realm="x'),
        (parse_auth, "Digest a=1, a=2"),
        (parse_via, "SIP/2.0/UDP a:99999"),
        (parse_via, "SIP/2.0/UDP 2001:db8::1"),
        (parse_via, "SIP/2.0/UDP"),
        (parse_params, ";a=b;"),
        (parse_params, "a=b"),
        (parse_params, "".join(f";p{number}" for number in range(100))),
    ],
)
def test_values_that_are_none(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(BadSyntax):
        read(text)


def test_writing_session_timers_and_replaces() -> None:
    assert encode_session_expires(SessionExpires(90, "uas")) == "90;refresher=uas"
    assert encode_session_expires(SessionExpires(90)) == "90"
    value = Replaces("a@b", "1", "2", early_only=True)
    assert parse_replaces(encode_replaces(value)) == value


def test_numbers_have_an_end() -> None:
    assert parse_number("0070", "Max-Forwards") == 70
    assert parse_number("9" * 5_000, "Expires") == MAX_DELTA_S
    assert expires_s("9" * 5_000) == MAX_DELTA_S
    assert expires_s(None) is expires_s("soon") is expires_s("-1") is None
    with pytest.raises(BadSyntax):
        parse_number("7 0", "Max-Forwards")


def test_lists_of_tokens() -> None:
    headers = Headers(
        {"Supported": "Timer, 100rel\nreplaces", "Allow": "INVITE, ack", "Privacy": "id; User"}
    )
    assert tokens(headers, "Supported") == {"timer", "100rel", "replaces"}
    assert tokens(headers, "Allow") == {"INVITE", "ack"}
    assert tokens(headers, "Require") == frozenset()
    assert privacy(headers) == {"id", "user"}
    assert privacy(Headers()) == frozenset()


def test_retry_after() -> None:
    assert retry_after_s(Headers({"Retry-After": "120 (in a meeting)"})) == 120
    assert retry_after_s(Headers({"Retry-After": "18000;duration=3600"})) == 18000
    assert retry_after_s(Headers({"Retry-After": "tomorrow"})) is None
    assert retry_after_s(Headers()) is None


def test_the_asserted_identity() -> None:
    headers = Headers({"P-Asserted-Identity": 'broken>, "A" <sip:+86@carrier>\n<tel:+86>'})
    found = asserted_identity(headers)
    assert found is not None
    assert (found.display, found.uri) == ("A", parse_uri("sip:+86@carrier"))
    assert asserted_identity(Headers()) is None


def test_splitting_at_commas() -> None:
    assert split_commas('a, "b,c" <sip:x,y>,, d;p="\\",";q') == [
        "a",
        '"b,c" <sip:x,y>',
        'd;p="\\",";q',
    ]
    assert split_commas(" , ,") == []


def test_quoting() -> None:
    assert quote('a"b\\c') == '"a\\"b\\\\c"'
    assert quote("a\r\nb") == '"a  b"'


def test_call_ids() -> None:
    assert is_call_id("f81d4fae@foo.bar.com")
    assert is_call_id(" f81d4fae ")
    assert not is_call_id("")
    assert not is_call_id("a b")
    assert not is_call_id("a@b@c")


@pytest.mark.parametrize(
    "text",
    [
        " " * 8_000,
        "a" + " " * 8_000 + "b",
        '"' + "\\" * 8_000,
        "<" * 8_000,
        ";a" * 4_000,
        "a," * 4_000,
        "<" + ",<" * 4_000,
        "sip:" + "a:" * 4_000,
        "sip:" + "%41" * 2_600 + "!",
        "SIP/2.0/UDP a" + " " * 8_000 + "!",
        "Digest " + "a=b," * 2_000 + "!",
    ],
)
def test_no_value_holds_us_up(text: str) -> None:
    readers = (
        parse_address,
        parse_via,
        parse_params,
        parse_cseq,
        parse_auth,
        parse_uri,
        split_commas,
    )
    started = time.process_time()
    for read in readers:
        try:
            read(text)
        except BadSyntax:
            continue
    assert time.process_time() - started < 0.5
