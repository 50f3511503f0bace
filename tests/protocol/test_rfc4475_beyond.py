"""RFC 4475 3.2 to 3.4: messages that are trouble for the layers above the parser."""

from typing import Final

import pytest

from roost.protocols.sdp.session import parse as parse_sdp
from roost.protocols.sip.answers import answer, answer_from_partial
from roost.protocols.sip.bodies import sdp_of, takes_sdp
from roost.protocols.sip.digest import read_credentials
from roost.protocols.sip.headers import parse_address, parse_contacts, parse_routes, top_via
from roost.protocols.sip.message import Request, Response, encode
from roost.protocols.sip.parse import Malformed, StreamParser, parse
from roost.protocols.sip.validate import Fault, validate_request, validate_response


def wire(text: str) -> bytes:
    """Lines as SIP has them: ended by CR LF."""
    return text.replace("\n", "\r\n").encode()


def sdp(host: str) -> str:
    return (
        f"v=0\no=mhandley 29739 7272939 IN IP4 {host}\ns=-\nc=IN IP4 {host}\nt=0 0\n"
        "m=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC\n"
    )


BEYOND: Final[dict[str, bytes]] = {}

BEYOND["badbranch"] = wire(
    """OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK
Accept: application/sdp
Call-ID: badbranch.sadonfo23i420jv0as0derf3j3n
CSeq: 8 OPTIONS
l: 0

"""
)
BEYOND["insuf"] = wire(
    """INVITE sip:user@example.com SIP/2.0
CSeq: 193942 INVITE
Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf
Content-Type: application/sdp
l: 152

"""
    + sdp("192.0.2.95")
)
BEYOND["unkscm"] = wire(
    """OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: unkscm.nasdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0

"""
)
BEYOND["novelsc"] = wire(
    """OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=384
Max-Forwards: 3
Call-ID: novelsc.asdfasser0q239nwsdfasdkl34
CSeq: 3923423 OPTIONS
Via: SIP/2.0/TCP host9.example.com;branch=z9hG4bKkdjuw39234
Content-Length: 0

"""
)
BEYOND["unksm2"] = wire(
    """REGISTER sip:example.com SIP/2.0
To: isbn:2983792873
From: <http://www.example.com>;tag=3234233
Call-ID: unksm2.daksdj@hyphenated-host.example.com
CSeq: 234902 REGISTER
Max-Forwards: 70
Via: SIP/2.0/UDP 192.0.2.21:5060;branch=z9hG4bKkdjuw
Contact: <name:John_Smith>
l: 0

"""
)
BEYOND["bext01"] = wire(
    """OPTIONS sip:user@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.net;tag=242etr
Max-Forwards: 6
Call-ID: bext01.0ha0isndaksdj
Require: nothingSupportsThis, nothingSupportsThisEither
Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis
CSeq: 8 OPTIONS
Via: SIP/2.0/TLS fold-and-staple.example.com;branch=z9hG4bKkdjuw
Content-Length: 0

"""
)
BEYOND["invut"] = wire(
    """INVITE sip:user@example.com SIP/2.0
Contact: <sip:caller@host5.example.net>
To: sip:j.user@example.com
From: sip:caller@example.net;tag=8392034
Max-Forwards: 70
Call-ID: invut.0ha0isndaksdjadsfij34n23d
CSeq: 235448 INVITE
Via: SIP/2.0/UDP somehost.example.com;branch=z9hG4bKkdjuw
Content-Type: application/unknownformat
Content-Length: 40

<audio>
 <pcmu port="443"/>
</audio>
"""
)
BEYOND["regaut01"] = wire(
    """REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=87321hj23128
Max-Forwards: 8
Call-ID: regaut01.0ha0isndaksdj
CSeq: 9338 REGISTER
Via: SIP/2.0/TCP 192.0.2.253;branch=z9hG4bKkdjuw
Authorization: NoOneKnowsThisScheme opaque-data=here
Content-Length:0

"""
)
BEYOND["multi01"] = wire(
    """INVITE sip:user@company.com SIP/2.0
Contact: <sip:caller@host25.example.net>
Via: SIP/2.0/UDP 192.0.2.25;branch=z9hG4bKkdjuw
Max-Forwards: 70
CSeq: 5 INVITE
Call-ID: multi01.98asdh@192.0.2.1
CSeq: 59 INVITE
Call-ID: multi01.98asdh@192.0.2.2
From: sip:caller@example.com;tag=3413415
To: sip:user@example.com
To: sip:other@example.net
From: sip:caller@example.net;tag=2923420123
Content-Type: application/sdp
l: 154
Contact: <sip:caller@host36.example.net>
Max-Forwards: 5

"""
    + sdp("192.0.2.25")
    + "\n"
)
BEYOND["mcl01"] = wire(
    """OPTIONS sip:user@example.com SIP/2.0
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bK293423
To: sip:user@example.com
From: sip:other@example.net;tag=3923942
Call-ID: mcl01.fhn2323orihawfdoa3o4r52o3irsdf
CSeq: 15932 OPTIONS
Content-Length: 13
Max-Forwards: 60
Content-Length: 5
Content-Type: text/plain

There's no way to know how many octets are supposed to be here.

"""
)
BEYOND["bcast"] = wire(
    """SIP/2.0 200 OK
Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23
Call-ID: bcast.0384840201234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 154
Content-Type: application/sdp
Contact: <sip:user@host28.example.com>

"""
    + sdp("192.0.2.198")
)
BEYOND["zeromf"] = wire(
    """OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=3ghsd41
Call-ID: zeromf.jfasdlfnm2o2l43r5u0asdfas
CSeq: 39234321 OPTIONS
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw2349i
Max-Forwards: 0
Content-Length: 0

"""
)
BEYOND["cparam01"] = wire(
    """REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=DkfVgjkrtMwaerKKpe
To: sip:watson@example.com
Call-ID: cparam01.70710@saturn.example.com
CSeq: 2 REGISTER
Contact: sip:+19725552222@gw1.example.net;unknownparam
l: 0

"""
)
BEYOND["cparam02"] = wire(
    """REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/UDP saturn.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards: 70
From: sip:watson@example.com;tag=838293
To: sip:watson@example.com
Call-ID: cparam02.70710@saturn.example.com
CSeq: 3 REGISTER
Contact: <sip:+19725552222@gw1.example.net;unknownparam>
l: 0

"""
)
BEYOND["regescrt"] = wire(
    """REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=8
Max-Forwards: 70
Call-ID: regescrt.k345asrl3fdbv@192.0.2.1
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
M: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>
L:0

"""
)
BEYOND["sdp01"] = wire(
    """INVITE sip:user@example.com SIP/2.0
To: sip:j_user@example.com
Contact: <sip:caller@host15.example.net>
From: sip:caller@example.net;tag=234
Max-Forwards: 5
Call-ID: sdp01.ndaksdj9342dasdd
Accept: text/nobodyKnowsThis
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw
Content-Length: 150
Content-Type: application/sdp

"""
    + sdp("192.0.2.5")
)
BEYOND["inv2543"] = wire(
    """INVITE sip:UserB@example.com SIP/2.0
Via: SIP/2.0/UDP iftgw.example.com
From: <sip:+13035551111@ift.client.example.net;user=phone>
Record-Route: <sip:UserB@example.com;maddr=ss1.example.com>
To: sip:+16505552222@ss1.example.net;user=phone
Call-ID: inv2543.1717@ift.client.example.com
CSeq: 56 INVITE
Content-Type: application/sdp

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.5
s=-
c=IN IP4 192.0.2.5
t=0 0
m=audio 49217 RTP/AVP 0
"""
)


def request(name: str) -> Request:
    message = parse(BEYOND[name])
    assert isinstance(message, Request)
    return message


def fault(name: str) -> tuple[int, str]:
    found = validate_request(request(name))
    assert isinstance(found, Fault)
    return found.status, found.reason


def test_all_are_here() -> None:
    assert len(BEYOND) == 17


@pytest.mark.parametrize("name", BEYOND)
def test_what_was_read_says_the_same_when_written_again(name: str) -> None:
    if name == "mcl01":
        return
    message = parse(BEYOND[name])
    assert encode(parse(encode(message))) == encode(message)


def test_3_2_1_a_branch_of_the_cookie_alone_is_no_identifier() -> None:
    options = request("badbranch")
    assert validate_request(options) is None
    assert top_via(options).branch == "z9hG4bK"
    assert not top_via(options).unique  # so it's matched as RFC 2543 did


def test_3_3_1_missing_headers() -> None:
    assert fault("insuf") == (400, "From missing")
    response = answer(request("insuf"), 400)
    assert list(response.headers.lines) == ["Via", "CSeq"]


def test_3_3_2_and_3_an_unknown_scheme() -> None:
    assert fault("unkscm") == (416, "Unsupported URI Scheme")
    assert fault("novelsc") == (416, "Unsupported URI Scheme")


def test_3_3_4_unknown_schemes_in_headers_are_the_registrars_concern() -> None:
    register = request("unksm2")
    assert validate_request(register) is None
    assert parse_address(register.headers.get("To") or "").uri.scheme == "isbn"
    (contact,) = parse_contacts(register.headers) or []
    assert (contact.uri.scheme, contact.uri.user) == ("name", "John_Smith")


def test_3_3_5_extensions_that_nobody_has() -> None:
    found = validate_request(request("bext01"), frozenset({"timer", "replaces"}))
    assert found == Fault(
        420,
        "Bad Extension",
        (("Unsupported", "nothingSupportsThis, nothingSupportsThisEither"),),
    )
    ours = frozenset({"nothingsupportsthis", "nothingsupportsthiseither"})
    assert validate_request(request("bext01"), ours) is None


def test_3_3_6_an_unknown_content_type() -> None:
    assert validate_request(request("invut")) is None
    found = sdp_of(request("invut"))
    assert found == Fault(415, "Unsupported Media Type", (("Accept", "application/sdp"),))


def test_3_3_7_an_unknown_authorization_scheme_is_no_authorization() -> None:
    assert validate_request(request("regaut01")) is None
    assert read_credentials(request("regaut01").headers, "example.com") is None


def test_3_3_8_several_values_where_one_belongs() -> None:
    assert fault("multi01") == (400, "From twice")
    response = answer(request("multi01"), 400, "From twice", "t1")
    assert response.headers.get_lines("To") == ["sip:user@example.com;tag=t1"]
    assert response.headers.get_lines("CSeq") == ["5 INVITE"]


def test_3_3_9_several_content_lengths() -> None:
    with pytest.raises(Malformed) as caught:
        parse(BEYOND["mcl01"])
    response = answer_from_partial(caught.value, "t1")
    assert response is not None
    assert (response.status, response.reason) == (400, "Bad Content-Length")
    parser = StreamParser()
    (trouble,) = parser.feed(BEYOND["mcl01"])
    assert isinstance(trouble, Malformed)
    assert parser.closed


def test_3_3_10_a_response_that_was_not_for_us() -> None:
    response = parse(BEYOND["bcast"])
    assert isinstance(response, Response)
    assert validate_response(response) == "more than one Via"


def test_3_3_11_no_hops_left_is_enough_to_arrive() -> None:
    assert validate_request(request("zeromf")) is None


def test_a_call_with_no_hops_left_could_not_be_sent_on() -> None:
    call = BEYOND["sdp01"].replace(b"Max-Forwards: 5", b"Max-Forwards: 0")
    message = parse(call)
    assert isinstance(message, Request)
    found = validate_request(message)
    assert found is not None
    assert found.status == 483


def test_3_3_12_and_13_whose_parameter_it_is() -> None:
    (outside,) = parse_contacts(request("cparam01").headers) or []
    assert (outside.uri.params, outside.params) == ((), (("unknownparam", None),))
    (inside,) = parse_contacts(request("cparam02").headers) or []
    assert (inside.uri.params, inside.params) == ((("unknownparam", None),), ())


def test_3_3_14_a_contact_with_a_header_in_its_uri() -> None:
    assert validate_request(request("regescrt")) is None
    (contact,) = parse_contacts(request("regescrt").headers) or []
    assert contact.uri.headers == (("Route", "%3Csip:sip.example.com%3E"),)
    assert str(contact) == "<sip:user@example.com?Route=%3Csip:sip.example.com%3E>"


def test_3_3_15_a_caller_that_takes_no_description() -> None:
    invite = request("sdp01")
    assert validate_request(invite) is None
    assert isinstance(sdp_of(invite), bytes)
    assert not takes_sdp(invite)  # 406


def test_3_4_1_an_invite_of_rfc_2543() -> None:
    invite = request("inv2543")
    assert validate_request(invite) is None
    assert not top_via(invite).unique
    assert parse_address(invite.headers.get("From") or "").tag is None
    (route,) = parse_routes(invite.headers, "Record-Route")
    assert route.uri.param("maddr") == "ss1.example.com"
    body = sdp_of(invite)
    assert isinstance(body, bytes)
    assert parse_sdp(body).media[0].port == 49217
    # To's parameter stands outside the URI, and the answer's tag after it.
    response = answer(invite, 180, to_tag="t1")
    assert response.headers.get("To") == "sip:+16505552222@ss1.example.net;user=phone;tag=t1"
