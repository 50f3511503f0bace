"""RFC 4475 3.1.2: messages with broken syntax. Each gets the answer that the RFC expects, or
none; where it leaves a choice, ours is asserted."""

from typing import Final

import pytest

from roost.protocols.sip.answers import answer, answer_from_partial
from roost.protocols.sip.headers import expires_s, parse_contacts, parse_cseq, retry_after_s
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.parse import Malformed, StreamParser, parse
from roost.protocols.sip.uri import BadSyntax
from roost.protocols.sip.validate import Fault, validate_request, validate_response


def wire(text: str) -> bytes:
    """Lines as SIP has them: ended by CR LF."""
    return text.replace("\n", "\r\n").encode()


def sdp(host: str, times: str = "0 0") -> str:
    return (
        f"v=0\no=mhandley 29739 7272939 IN IP4 {host}\ns=-\nc=IN IP4 {host}\nt={times}\n"
        "m=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC\n"
    )


INVALID: Final[dict[str, bytes]] = {}

INVALID["badinv01"] = wire(
    """INVITE sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=134161461246
Max-Forwards: 7
Call-ID: badinv01.0ha0isndaksdjasdf3234nas
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;;,;,,
Contact: "Joe" <sip:joe@example.org>;;;;
Content-Length: 152
Content-Type: application/sdp

"""
    + sdp("192.0.2.15")
)
INVALID["clerr"] = wire(
    """INVITE sip:user@example.com SIP/2.0
Max-Forwards: 80
To: sip:j.user@example.com
From: sip:caller@example.net;tag=93942939o2
Contact: <sip:caller@hungry.example.net>
Call-ID: clerr.0ha0isndaksdjweiafasdk3
CSeq: 8 INVITE
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bK-39234-23523
Content-Type: application/sdp
Content-Length: 9999

"""
    + sdp("192.0.2.155")
)
INVALID["ncl"] = wire(
    """INVITE sip:user@example.com SIP/2.0
Max-Forwards: 254
To: sip:j.user@example.com
From: sip:caller@example.net;tag=32394234
Call-ID: ncl.0ha0isndaksdj2193423r542w35
CSeq: 0 INVITE
Via: SIP/2.0/UDP 192.0.2.53;branch=z9hG4bKkdjuw
Contact: <sip:caller@example53.example.net>
Content-Type: application/sdp
Content-Length: -999

"""
    + sdp("192.0.2.53")
)
INVALID["scalar02"] = wire(
    f"""REGISTER sip:example.com SIP/2.0
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bK342sdfoi3
To: <sip:user@example.com>
From: <sip:user@example.com>;tag=239232jh3
CSeq: 36893488147419103232 REGISTER
Call-ID: scalar02.23o0pd9vanlq3wnrlnewofjas9ui32
Max-Forwards: 300
Expires: 1{"0" * 100}
Contact: <sip:user@host129.example.com>
  ;expires=280297596632815
Content-Length: 0

"""
)
INVALID["scalarlg"] = wire(
    """SIP/2.0 503 Service Unavailable
Via: SIP/2.0/TCP host129.example.com;branch=z9hG4bKzzxdiwo34sw;received=192.0.2.129
To: <sip:user@example.com>
From: <sip:other@example.net>;tag=2easdjfejw
CSeq: 9292394834772304023312 OPTIONS
Call-ID: scalarlg.noase0of0234hn2qofoaf0232aewf2394r
Retry-After: 949302838503028349304023988
Warning: 1812 overture "In Progress"
Content-Length: 0

"""
)
INVALID["quotbal"] = wire(
    """INVITE sip:user@example.com SIP/2.0
To: "Mr. J. User <sip:j.user@example.com>
From: sip:caller@example.net;tag=93334
Max-Forwards: 10
Call-ID: quotbal.aksdj
Contact: <sip:caller@host59.example.net>
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.59:5050;branch=z9hG4bKkdjuw39234
Content-Type: application/sdp
Content-Length: 152

"""
    + sdp("192.0.2.15")
)
INVALID["ltgtruri"] = wire(
    """INVITE <sip:user@example.com> SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=39291
Max-Forwards: 23
Call-ID: ltgtruri.1@192.0.2.5
CSeq: 1 INVITE
Via: SIP/2.0/UDP 192.0.2.5
Contact: <sip:caller@host5.example.net>
Content-Type: application/sdp
Content-Length: 159

"""
    + sdp("192.0.2.5", "3149328700 0")
)
INVALID["lwsruri"] = wire(
    """INVITE sip:user@example.com; lr SIP/2.0
To: sip:user@example.com;tag=3xfe-9921883-z9f
From: sip:caller@example.net;tag=231413434
Max-Forwards: 5
Call-ID: lwsruri.asdfasdoeoi2323-asdfwrn23-asd834rk423
CSeq: 2130706432 INVITE
Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKkdjuw2395
Contact: <sip:caller@host1.example.net>
Content-Type: application/sdp
Content-Length: 159

"""
    + sdp("192.0.2.1", "3149328700 0")
)
INVALID["lwsstart"] = wire(
    """INVITE  sip:user@example.com  SIP/2.0
Max-Forwards: 8
To: sip:user@example.com
From: sip:caller@example.net;tag=8814
Call-ID: lwsstart.dfknq234oi243099adsdfnawe3@example.com
CSeq: 1893884 INVITE
Via: SIP/2.0/UDP host1.example.com;branch=z9hG4bKkdjuw3923
Contact: <sip:caller@host1.example.net>
Content-Type: application/sdp
Content-Length: 150

"""
    + sdp("192.0.2.1")
)
INVALID["trws"] = wire(
    "OPTIONS sip:remote-target@example.com SIP/2.0  \n"
    """Via: SIP/2.0/TCP host1.examle.com;branch=z9hG4bK299342093
To: <sip:remote-target@example.com>
From: <sip:local-resource@example.com>;tag=329429089
Call-ID: trws.oicu34958239neffasdhr2345r
Accept: application/sdp
CSeq: 238923 OPTIONS
Max-Forwards: 70
Content-Length: 0

"""
)
INVALID["escruri"] = wire(
    """INVITE sip:user@example.com?Route=%3Csip:example.com%3E SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=341518
Max-Forwards: 7
Contact: <sip:caller@host39923.example.net>
Call-ID: escruri.23940-asdfhj-aje3br-234q098w-fawerh2q-h4n5
CSeq: 149209342 INVITE
Via: SIP/2.0/UDP host-of-the-hour.example.com;branch=z9hG4bKkdjuw
Content-Type: application/sdp
Content-Length: 150

"""
    + sdp("192.0.2.1")
)
INVALID["baddate"] = wire(
    """INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:caller@example.net;tag=2234923
Max-Forwards: 70
Call-ID: baddate.239423mnsadf3j23lj42--sedfnm234
CSeq: 1392934 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw
Date: Fri, 01 Jan 2010 16:00:00 EST
Contact: <sip:caller@host5.example.net>
Content-Type: application/sdp
Content-Length: 150

"""
    + sdp("192.0.2.5")
)
INVALID["regbadct"] = wire(
    """REGISTER sip:example.com SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=998332
Max-Forwards: 70
Call-ID: regbadct.k345asrl3fdbv@10.0.0.1
CSeq: 1 REGISTER
Via: SIP/2.0/UDP 135.180.130.133:5060;branch=z9hG4bKkdjuw
Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E
l: 0

"""
)
INVALID["badaspec"] = wire(
    """OPTIONS sip:user@example.org SIP/2.0
Via: SIP/2.0/UDP host4.example.com:5060;branch=z9hG4bKkdju43234
Max-Forwards: 70
From: "Bell, Alexander" <sip:a.g.bell@example.com>;tag=433423
To: "Watson, Thomas" < sip:t.watson@example.org >
Call-ID: badaspec.sdf0234n2nds0a099u23h3hnnw009cdkne3
Accept: application/sdp
CSeq: 3923239 OPTIONS
l: 0

"""
)
INVALID["baddn"] = wire(
    """OPTIONS sip:t.watson@example.org SIP/2.0
Via:     SIP/2.0/UDP c.example.com:5060;branch=z9hG4bKkdjuw
Max-Forwards:      70
From:    Bell, Alexander <sip:a.g.bell@example.com>;tag=43
To:      Watson, Thomas <sip:t.watson@example.org>
Call-ID: baddn.31415@c.example.com
Accept: application/sdp
CSeq:    3923239 OPTIONS
l: 0

"""
)
INVALID["badvers"] = wire(
    """OPTIONS sip:t.watson@example.org SIP/7.0
Via:     SIP/7.0/UDP c.example.com;branch=z9hG4bKkdjuw
Max-Forwards:     70
From:    A. Bell <sip:a.g.bell@example.com>;tag=qweoiqpe
To:      T. Watson <sip:t.watson@example.org>
Call-ID: badvers.31417@c.example.com
CSeq:    1 OPTIONS
l: 0

"""
)
INVALID["mismatch01"] = wire(
    """OPTIONS sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=34525
Max-Forwards: 6
Call-ID: mismatch01.dj0234sxdfl3
CSeq: 8 INVITE
Via: SIP/2.0/UDP host.example.com;branch=z9hG4bKkdjuw
l: 0

"""
)
INVALID["mismatch02"] = wire(
    """NEWMETHOD sip:user@example.com SIP/2.0
To: sip:j.user@example.com
From: sip:caller@example.net;tag=34525
Max-Forwards: 6
Call-ID: mismatch02.dj0234sxdfl3
CSeq: 8 INVITE
Contact: <sip:caller@host.example.net>
Via: SIP/2.0/UDP host.example.net;branch=z9hG4bKkdjuw
Content-Type: application/sdp
l: 138

v=0
o=mhandley 29739 7272939 IN IP4 192.0.2.1
c=IN IP4 192.0.2.1
m=audio 49217 RTP/AVP 0 12
m=video 3227 RTP/AVP 31
a=rtpmap:31 LPC
"""
)
INVALID["bigcode"] = wire(
    """SIP/2.0 4294967301 better not break the receiver
Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: bigcode.asdof3uj203asdnf3429uasdhfas3ehjasdfas9i
CSeq: 353494 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>

"""
)


def judged(name: str) -> Fault:
    """The refusal of a message that can be read but breaks a rule."""
    message = parse(INVALID[name])
    assert isinstance(message, Request)
    fault = validate_request(message)
    assert fault is not None
    return fault


def unreadable(name: str) -> Malformed:
    with pytest.raises(Malformed) as caught:
        parse(INVALID[name])
    return caught.value


# What's answered without reading on, and with what (3.1.2.2, 3, 7-10, 16).
UNREADABLE = [
    ("clerr", 400, "Content-Length longer than the message"),
    ("ncl", 400, "Bad Content-Length"),
    ("ltgtruri", 400, "Bad request line"),
    ("lwsruri", 400, "Bad request line"),
    ("lwsstart", 400, "Bad request line"),
    ("trws", 400, "Bad request line"),
    ("badvers", 505, "Version Not Supported"),
]


@pytest.mark.parametrize(("name", "status", "reason"), UNREADABLE)
def test_unreadable_requests_are_answered_from_what_could_be_read(
    name: str, status: int, reason: str
) -> None:
    trouble = unreadable(name)
    assert (trouble.status, trouble.reason) == (status, reason)
    response = answer_from_partial(trouble, "t1")
    assert response is not None
    assert response.status == status
    assert (response.headers.get("Call-ID") or "").startswith(f"{name}.")
    assert "tag=" in (response.headers.get("To") or "")
    assert (response.headers.get("Via") or "").startswith("SIP/")


# What can be read but breaks a rule (3.1.2.1, 4, 6, 11, 13-15, 17, 18).
RULES = [
    ("badinv01", 400, "Bad Via: parameters"),
    ("scalar02", 400, "Bad CSeq"),
    ("quotbal", 400, "Bad To: display name"),
    ("escruri", 400, "Bad Request-URI: headers in it"),
    ("regbadct", 400, "Bad Contact: angle brackets missing"),
    ("badaspec", 400, "Bad To: not a URI"),
    ("baddn", 400, "Bad From: display name"),
    ("mismatch01", 400, "CSeq: another method"),
    ("mismatch02", 400, "CSeq: another method"),
]


@pytest.mark.parametrize(("name", "status", "reason"), RULES)
def test_requests_that_break_a_rule_are_answered_with_it(
    name: str, status: int, reason: str
) -> None:
    fault = judged(name)
    assert (fault.status, fault.reason) == (status, reason)
    message = parse(INVALID[name])
    assert isinstance(message, Request)
    response = answer(message, fault.status, fault.reason, "t1")
    assert response.headers.get_lines("Via") == message.headers.get_lines("Via")


def test_every_case_has_its_test() -> None:
    elsewhere = {"scalarlg", "bigcode", "baddate"}
    assert {name for name, *_ in UNREADABLE + RULES} | elsewhere == set(INVALID)
    assert len(INVALID) == 19


def test_3_1_2_4_overlarge_expiries_are_the_greatest_there_are() -> None:
    register = parse(INVALID["scalar02"])
    assert expires_s(register.headers.get("Expires")) == 2**32 - 1
    (contact,) = parse_contacts(register.headers) or []
    assert expires_s(contact.param("expires")) == 2**32 - 1


def test_3_1_2_5_a_response_with_overlarge_numbers_is_dropped() -> None:
    response = parse(INVALID["scalarlg"])
    assert isinstance(response, Response)
    with pytest.raises(BadSyntax):
        parse_cseq(response.headers.get("CSeq") or "")
    assert validate_response(response) == "Bad CSeq"
    assert retry_after_s(response.headers) is None


def test_3_1_2_12_a_date_in_another_zone_is_not_our_concern() -> None:
    invite = parse(INVALID["baddate"])
    assert isinstance(invite, Request)
    assert validate_request(invite) is None


def test_3_1_2_19_an_overlarge_status_is_dropped() -> None:
    trouble = unreadable("bigcode")
    assert not trouble.answerable
    assert answer_from_partial(trouble, "t1") is None


@pytest.mark.parametrize("name", ["clerr", "ncl", "mcl"])
def test_on_a_stream_a_bad_length_ends_the_connection(name: str) -> None:
    data = INVALID.get(name) or wire(
        "OPTIONS sip:a@b SIP/2.0\nContent-Length: 1\nContent-Length: 2\n\nxx"
    )
    parser = StreamParser()
    found = parser.feed(data)
    if name == "clerr":  # the rest may still come
        assert found == []
        assert not parser.closed
    else:
        (trouble,) = found
        assert isinstance(trouble, Malformed)
        assert trouble.fatal
        assert parser.closed


@pytest.mark.parametrize("name", ["ltgtruri", "lwsruri", "lwsstart", "trws", "badvers"])
def test_on_a_stream_other_faults_leave_the_next_message_whole(name: str) -> None:
    good = wire("OPTIONS sip:a@b SIP/2.0\nl: 0\n\n")
    parser = StreamParser()
    trouble, message = parser.feed(INVALID[name] + good)
    assert isinstance(trouble, Malformed)
    assert not trouble.fatal
    assert message == parse(good)
