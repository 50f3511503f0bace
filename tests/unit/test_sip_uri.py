"""URIs: reading, writing and comparing (RFC 3261 19.1, RFC 3966)."""

import pytest

from roost.protocols.sip.uri import (
    BadSyntax,
    Uri,
    encode_uri,
    equivalent,
    escape_user,
    parse_uri,
    sip_uri,
    unescape,
)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("sip:alice@atlanta.com", Uri("sip", "alice", "atlanta.com")),
        (
            "sip:alice:secretword@atlanta.com;transport=tcp",
            Uri(
                "sip",
                "alice",
                "atlanta.com",
                params=(("transport", "tcp"),),
                password="secretword",
            ),
        ),
        (
            "sips:alice@atlanta.com?subject=project%20x&priority=urgent",
            Uri(
                "sips",
                "alice",
                "atlanta.com",
                headers=(("subject", "project%20x"), ("priority", "urgent")),
            ),
        ),
        (
            "sip:+1-212-555-1212:1234@gateway.com;user=phone",
            Uri(
                "sip",
                "+1-212-555-1212",
                "gateway.com",
                params=(("user", "phone"),),
                password="1234",
            ),
        ),
        ("sips:1212@gateway.com", Uri("sips", "1212", "gateway.com")),
        ("SIP:alice@192.0.2.4:5062", Uri("sip", "alice", "192.0.2.4", 5062)),
        (
            "sip:atlanta.com;method=REGISTER?to=alice%40atlanta.com",
            Uri(
                "sip",
                None,
                "atlanta.com",
                params=(("method", "REGISTER"),),
                headers=(("to", "alice%40atlanta.com"),),
            ),
        ),
        (
            "sip:alice;day=tuesday@atlanta.com",
            Uri("sip", "alice;day=tuesday", "atlanta.com"),
        ),
        ("sip:[2001:db8::1]:5070;lr", Uri("sip", None, "[2001:db8::1]", 5070, (("lr", None),))),
        (
            "tel:+86-10-95598;phone-context=example.com",
            Uri("tel", "+86-10-95598", "", params=(("phone-context", "example.com"),)),
        ),
        ("tel:*21#", Uri("tel", "*21#", "")),
        ("urn:service:sos", Uri("urn", "service:sos", "")),
        ("http://www.example.com/a?b", Uri("http", "//www.example.com/a?b", "")),
    ],
)
def test_uris_as_the_standard_shows_them(text: str, uri: Uri) -> None:
    assert parse_uri(text) == uri
    assert parse_uri(encode_uri(uri)) == uri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sip:",
        "sip:@host",
        "sip:a@",
        "sip:a@b:99999",
        "sip:a@b:",
        "sip:a b@c",
        "sip:a@b c",
        "sip:a%4@b",
        "sip:a%zz@b",
        "sip:é@b",
        "sip:a@-b",
        "sip:a@b;x=1;x=2",
        "sip:a@b;;x",
        "sip:a@b?",
        "sip:a@b?x",
        "sip:a@[x]",
        "sip:2001:db8::1",
        "sip:a@b>",
        "sip:a@b\r\nX: y",
        " sip:a@b",
        "tel:",
        "tel:hello",
        "alice@atlanta.com",
        "1sip:a@b",
    ],
)
def test_what_is_no_uri(text: str) -> None:
    with pytest.raises(BadSyntax):
        parse_uri(text)


# RFC 3261 19.1.4's own examples, then what its rules say of the rest.
SAME = [
    ("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com;security=on"),
    ("sip:carol@chicago.com;newparam=5", "sip:carol@chicago.com;security=on"),
    (
        "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
        "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
    ),
    (
        "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
        "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
    ),
    ("sip:a%2fb@c", "sip:a%2Fb@c"),
    ("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0:0:0:0:0:1]"),
    ("tel:+86(10)9559-8", "tel:+86109559.8"),
    ("tel:95598;phone-context=cn", "tel:95598;PHONE-CONTEXT=CN"),
    ("urn:service:sos", "urn:service:sos"),
]
DIFFERENT = [
    ("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp"),
    ("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp"),
    ("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting"),
    ("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4"),
    ("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off"),
    ("sip:alice@atlanta.com", "sips:alice@atlanta.com"),
    ("sip:atlanta.com", "sip:alice@atlanta.com"),
    ("sip:a:b@c", "sip:a@c"),
    ("sip:a@c;user=phone", "sip:a@c"),
    ("sip:a@c;maddr=192.0.2.1", "sip:a@c"),
    ("sip:a@c;ttl=5", "sip:a@c"),
    ("sip:a%2Fb@c", "sip:a/b@c"),  # an escaped reserved character isn't the plain one
    ("tel:95598", "tel:+95598"),
    ("tel:95598;phone-context=cn", "tel:95598"),
    ("urn:service:sos", "urn:service:sos.fire"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_equivalent(one: str, other: str) -> None:
    assert equivalent(parse_uri(one), parse_uri(other))
    assert equivalent(parse_uri(other), parse_uri(one))


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_not_equivalent(one: str, other: str) -> None:
    assert not equivalent(parse_uri(one), parse_uri(other))
    assert not equivalent(parse_uri(other), parse_uri(one))


def test_made_from_plain_parts() -> None:
    assert str(sip_uri("话务员", "192.0.2.1", 5060, "TCP")) == (
        "sip:%E8%AF%9D%E5%8A%A1%E5%91%98@192.0.2.1:5060;transport=tcp"
    )
    assert str(sip_uri(None, "2001:db8::1")) == "sip:[2001:db8::1]"
    assert str(sip_uri("95598", "192.0.2.1", None, "udp")) == "sip:95598@192.0.2.1"
    assert str(sip_uri("a@b>", "c")) == "sip:a%40b%3E@c"


def test_escapes_that_are_no_utf8_are_kept_as_bytes() -> None:
    assert unescape("%ff").encode("utf-8", "surrogateescape") == b"\xff"
    assert escape_user(unescape("%FF")) == "%FF"
    assert unescape("100%") == "100%"


def test_what_a_uri_says() -> None:
    uri = parse_uri("sip:a%20b@[2001:db8::1];transport=TLS;lr;maddr=x")
    assert (uri.username, uri.address, uri.transport) == ("a b", "2001:db8::1", "tls")
    assert (uri.param("lr"), uri.param("maddr"), uri.param("ttl")) == ("", "x", None)
    assert parse_uri("sip:host").username == ""
