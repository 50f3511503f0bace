"""RFC 5118: IPv6 in SIP messages. The lengths of three bodies are wrong in the RFC; here they
are those of the lines as they're sent."""

from typing import Final

import msgspec
import pytest

from roost.protocols.sdp.negotiate import Answered, Local, answer_offer
from roost.protocols.sdp.session import parse as parse_sdp
from roost.protocols.sip.headers import parse_address, parse_contacts, parse_via, top_via
from roost.protocols.sip.message import Request, encode
from roost.protocols.sip.parse import parse
from roost.protocols.sip.uri import equivalent, parse_uri
from roost.protocols.sip.validate import validate_request


def wire(text: str, body: str = "") -> bytes:
    """Lines as SIP has them: ended by CR LF; the length of the body filled in."""
    body = body.replace("\n", "\r\n")
    return (text.replace("LENGTH", str(len(body))).replace("\n", "\r\n") + body).encode()


_REGISTER = """REGISTER {uri} SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::1]>
CSeq: 98176 REGISTER
Content-Length: 0

"""
_OPTIONS = """OPTIONS {uri} SIP/2.0
To: {uri}
From: sip:user@example.com;tag=810x2
Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
Call-ID: G9559905523997077@hlau_4100
CSeq: 689 OPTIONS
Max-Forwards: 70
Content-Length: 0

"""

MESSAGES: Final[dict[str, bytes]] = {
    "ipv6-good": wire(_REGISTER.format(uri="sip:[2001:db8::10]")),
    "ipv6-bad": wire(_REGISTER.format(uri="sip:2001:db8::10")),
    "port-ambiguous": wire(_REGISTER.format(uri="sip:[2001:db8::10:5070]")),
    "port-unambiguous": wire(_REGISTER.format(uri="sip:[2001:db8::10]:5070")),
    "via-received-param-with-delim": wire(
        """BYE sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com;tag=bd76ya
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
CSeq: 321 BYE
Content-Length: 0

"""
    ),
    "via-received-param-no-delim": wire(
        """OPTIONS sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3
Call-ID: SSG95523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
CSeq: 921 OPTIONS
Content-Length: 0

"""
    ),
    "ipv6-in-sdp": wire(
        """INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::20]>
CSeq: 8612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: LENGTH

""",
        """v=0
o=assistant 971731711378798081 0 IN IP6 2001:db8::20
s=Live video feed for today's meeting
c=IN IP6 2001:db8::20
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
""",
    ),
    "mult-ip-in-header": wire(
        """BYE sip:user@host.example.net SIP/2.0
Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
Call-ID: 997077@lau_4100
Max-Forwards: 70
CSeq: 89187 BYE
To: sip:user@example.net;tag=9817--94
From: sip:user@example.com;tag=81x2
Content-Length: 0

"""
    ),
    "mult-ip-in-sdp": wire(
        """INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
Max-Forwards: 70
CSeq: 8912 INVITE
Content-Type: application/sdp
Content-Length: LENGTH

""",
        """v=0
o=bob 280744730 28977631 IN IP4 host.example.com
s=
t=0 0
m=audio 22334 RTP/AVP 0
c=IN IP4 192.0.2.1
m=video 6024 RTP/AVP 107
c=IN IP6 2001:db8::1
a=rtpmap:107 H263-1998/90000
""",
    ),
    "ipv4-mapped-ipv6": wire(
        """INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:user@east.example.com;tag=81x2
Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19
Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>
CSeq: 612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
Content-Length: LENGTH

""",
        """v=0
o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2
s=Call me soon, please!
c=IN IP6 ::ffff:192.0.2.2
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
""",
    ),
    "ipv6-bug-abnf-3-colons": wire(_OPTIONS.format(uri="sip:user@[2001:db8:::192.0.2.1]")),
    "ipv6-correct-abnf-2-colons": wire(_OPTIONS.format(uri="sip:user@[2001:db8::192.0.2.1]")),
}


def request(name: str) -> Request:
    message = parse(MESSAGES[name])
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize("name", [name for name in MESSAGES if name != "ipv6-bad"])
def test_all_but_one_are_taken(name: str) -> None:
    message = request(name)
    assert validate_request(message) is None
    assert encode(parse(encode(message))) == encode(message)


def test_4_1_a_reference() -> None:
    register = request("ipv6-good")
    uri = parse_uri(register.uri)
    assert (uri.host, uri.address, uri.port) == ("[2001:db8::10]", "2001:db8::10", None)
    via = top_via(register)
    assert (via.host, via.port) == ("[2001:db8::9:1]", None)
    (contact,) = parse_contacts(register.headers) or []
    assert (contact.display, contact.uri.address) == ("Caller", "2001:db8::1")


def test_4_2_an_address_without_brackets() -> None:
    fault = validate_request(request("ipv6-bad"))
    assert fault is not None
    assert (fault.status, fault.reason) == (400, "Bad Request-URI")


def test_4_3_and_4_4_a_port_is_outside_the_brackets() -> None:
    within = parse_uri(request("port-ambiguous").uri)
    assert (within.address, within.port) == ("2001:db8::10:5070", None)
    outside = parse_uri(request("port-unambiguous").uri)
    assert (outside.address, outside.port) == ("2001:db8::10", 5070)


def test_4_5_received_with_and_without_brackets() -> None:
    for name in ("via-received-param-with-delim", "via-received-param-no-delim"):
        assert top_via(request(name)).received == "2001:db8::9:255"


def test_4_6_addresses_in_a_description() -> None:
    session = parse_sdp(request("ipv6-in-sdp").body)
    assert (session.origin.address_type, session.origin.address) == ("IP6", "2001:db8::20")
    assert session.connection is not None
    assert session.connection.address == "2001:db8::20"


def test_4_7_addresses_of_both_kinds_in_one_header() -> None:
    vias = [parse_via(value) for value in request("mult-ip-in-header").headers.get_all("Via")]
    assert [(via.host, via.port, via.received) for via in vias] == [
        ("[2001:db8::9:1]", 6050, None),
        ("192.0.2.1", None, None),
        ("[2001:db8::9:255]", None, "192.0.2.200"),
    ]


def test_4_8_addresses_of_both_kinds_in_one_description() -> None:
    session = parse_sdp(request("mult-ip-in-sdp").body)
    found = [session.connection_of(one) for one in session.media]
    assert [one.address for one in found if one] == ["192.0.2.1", "2001:db8::1"]
    ours = Local("192.0.2.10", 30_000, 1)
    outcome = answer_offer(session, ours)
    assert isinstance(outcome, Answered)
    assert (outcome.stream.host, [one.port for one in outcome.answer.media]) == (
        "192.0.2.1",
        [30_000, 0],
    )
    other = msgspec.structs.replace(ours, host="2001:db8::10")
    assert not isinstance(answer_offer(session, other), Answered)


def test_4_9_mapped_addresses() -> None:
    invite = request("ipv4-mapped-ipv6")
    via = top_via(invite)
    assert (via.host, via.port) == ("[::ffff:192.0.2.10]", 19823)
    (contact,) = parse_contacts(invite.headers) or []
    assert contact.uri.address == "::ffff:192.0.2.2"
    session = parse_sdp(invite.body)
    assert session.connection is not None
    assert session.connection.address == "::ffff:192.0.2.2"


def test_4_10_the_third_colon_of_the_old_grammar_is_borne() -> None:
    odd = parse_address(request("ipv6-bug-abnf-3-colons").headers.get("To") or "").uri
    right = parse_address(request("ipv6-correct-abnf-2-colons").headers.get("To") or "").uri
    assert equivalent(odd, right)
    assert odd.address == right.address == "2001:db8::192.0.2.1"
