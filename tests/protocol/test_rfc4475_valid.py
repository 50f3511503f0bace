"""RFC 4475 3.1.1: messages that look odd and are right. Each must be read, and say what it
says; written again and read again it must say the same."""

import pytest

from roost.protocols.sip.bodies import part_of
from roost.protocols.sip.headers import (
    ContentType,
    param_of,
    parse_address,
    parse_contacts,
    parse_content_type,
    parse_cseq,
    parse_number,
    parse_routes,
    parse_via,
    top_via,
)
from roost.protocols.sip.message import Message, Request, Response, encode
from roost.protocols.sip.parse import Malformed, StreamParser, parse
from roost.protocols.sip.uri import parse_uri
from roost.protocols.sip.validate import validate_request, validate_response


def wire(text: str) -> bytes:
    """Lines as SIP has them: ended by CR LF."""
    return text.replace("\n", "\r\n").encode()


def sdp(host: str) -> str:
    return (
        f"v=0\no=mhandley 29739 7272939 IN IP4 {host}\ns=-\nc=IN IP4 {host}\nt=0 0\n"
        "m=audio 49217 RTP/AVP 0 12\nm=video 3227 RTP/AVP 31\na=rtpmap:31 LPC\n"
    )


WSINV = wire(
    r"""INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0
TO :
 sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n
from   : "J Rosenberg \\\""       <sip:jdrosen@example.com>
  ;
  tag = 98asjd8
MaX-fOrWaRdS: 0068
Call-ID: wsinv.ndaksdj@192.0.2.1
Content-Length   : 150
cseq: 0009
  INVITE
Via  : SIP  /   2.0
 /UDP
    192.0.2.2;branch=390skdjuw
s :
NewFangledHeader:   newfangled value
 continued newfangled value
UnknownHeaderWithUnusualValue: ;;,,;;,;
Content-Type: application/sdp
Route:
 <sip:services.example.com;lr;unknownwith=value;unknown-no-value>
v:  SIP  / 2.0  / TCP     spindle.example.com   ;
  branch  =   z9hG4bK9ikj8  ,
 SIP  /    2.0   / UDP  192.168.255.111   ; branch=
 z9hG4bK30239
m:"Quoted string \"\"" <sip:jdrosen@example.com> ; newparam =
      newvalue ;
  secondparam ; q = 0.33

"""
    + sdp("192.0.2.3").replace("c=IN IP4 192.0.2.3", "c=IN IP4 192.0.2.4")
)

INTMETH = (
    wire(
        "!interesting-Method0123456789_*+`.%indeed'~ "
        "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
        ":&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com SIP/2.0\n"
        "Via: SIP/2.0/TCP host1.example.com;branch=z9hG4bK-.!%66*_+`'~\n"
        'To: "BEL:\\\x07 NUL:\\\x00 DEL:\\\x7f" '
        "<sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*@example.com>\n"
        "From: token1~` token2'+_ token3*%!.- <sip:mundane@example.com>"
        ";fromParam''~+*_!.-%=\"работающий\";tag=_token~1'+`*%!-.\n"
        "Call-ID: intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{\n"
        "CSeq: 139122385 !interesting-Method0123456789_*+`.%indeed'~\n"
        "Max-Forwards: 255\n"
    )
    + b"extensionHeader-!.%*+_`'~:\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb\r\n"
    + wire("Content-Length: 0\n\n")
)

ESC01 = wire(
    """INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0
To: sip:%75se%72@example.com
From: <sip:I%20have%20spaces@example.net>;tag=938
Max-Forwards: 87
i: esc01.239409asdfakjkn23onasd0-3234
CSeq: 234234 INVITE
Via: SIP/2.0/UDP host5.example.net;branch=z9hG4bKkdjuw
C: application/sdp
Contact:
  <sip:cal%6Cer@host5.example.net;%6C%72;n%61me=v%61lue%25%34%31>
Content-Length: 150

"""
    + sdp("192.0.2.1")
)

ESCNULL = wire(
    """REGISTER sip:example.com SIP/2.0
To: sip:null-%00-null@example.com
From: sip:null-%00-null@example.com;tag=839923423
Max-Forwards: 70
Call-ID: escnull.39203ndfvkjdasfkq3w4otrq0adsfdfnavd
CSeq: 14398234 REGISTER
Via: SIP/2.0/UDP host5.example.com;branch=z9hG4bKkdjuw
Contact: <sip:%00@host5.example.com>
Contact: <sip:%00%00@host5.example.com>
L:0

"""
)

ESC02 = wire(
    """RE%47IST%45R sip:registrar.example.com SIP/2.0
To: "%Z%45" <sip:resource@example.com>
From: "%Z%45" <sip:resource@example.com>;tag=f232jadfj23
Call-ID: esc02.asdfnqwo34rq23i34jrjasdcnl23nrlknsdf
Via: SIP/2.0/TCP host.example.com;branch=z9hG4bK209%fzsnel234
CSeq: 29344 RE%47IST%45R
Max-Forwards: 70
Contact: <sip:alias1@host1.example.com>
C%6Fntact: <sip:alias2@host2.example.com>
Contact: <sip:alias3@host3.example.com>
l: 0

"""
)

LWSDISP = wire(
    """OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: caller<sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID: lwsdisp.1234abcd@funky.example.com
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP funky.example.com;branch=z9hG4bKkdjuw
l: 0

"""
)

# The spellings of Via on the lines sip33 down to sip1.
_SPELLINGS = [f"{name}: " for name in ("Via", "v", "V", "Via", "ViA", "VIa", "VIA", "via", "viA")]
_SPELLINGS += ["vIa: ", "vIA: ", "V :  ", "v :  ", "V  : ", "v  : ", "Via : ", "Via  : "]
_SPELLINGS += ["Via: "] * 16
_CALLER = "amazinglylongcallername" * 5
LONGREQ = wire(
    "INVITE sip:user@example.com SIP/2.0\n"
    f'To: "I have a user name of {"extreme" * 10} proportion"<sip:user@example.com:6000'
    f";unknownparam1=very{'long' * 20}value"
    f";longparam{'name' * 25}=shortvalue"
    f";very{'long' * 25}ParameterNameWithNoValue>\n"
    f"F: sip:{_CALLER}@example.net;tag=12{'982' * 50}424"
    f";unknownheaderparam{'name' * 20}=unknowheaderparam{'value' * 15}"
    f";unknownValueless{'paramname' * 10}\n"
    f"Call-ID: longreq.one{'really' * 20}longcallid\n"
    "CSeq: 3882340 INVITE\n"
    f"Unknown-{'Long' * 20}-Name: unknown-{'long' * 20}-value; "
    f"unknown-{'long' * 20}-parameter-name = unknown-{'long' * 20}-parameter-value\n"
    + "".join(
        f"{spelling}SIP/2.0/TCP sip{33 - index}.example.com\n"
        for index, spelling in enumerate(_SPELLINGS)
    )
    + f"Via: SIP/2.0/TCP host.example.com;received=192.0.2.5;branch=very{'long' * 50}branchvalue\n"
    "Max-Forwards: 70\n"
    f"Contact: <sip:{_CALLER}@host5.example.net>\n"
    "Content-Type: application/sdp\n"
    "l: 150\n\n" + sdp("192.0.2.1")
)

DBLREQ = wire(
    """REGISTER sip:example.com SIP/2.0
To: sip:j.user@example.com
From: sip:j.user@example.com;tag=43251j3j324
Max-Forwards: 8
I: dblreq.0ha0isndaksdj99sdfafnl3lk233412
Contact: sip:j.user@host.example.com
CSeq: 8 REGISTER
Via: SIP/2.0/UDP 192.0.2.125;branch=z9hG4bKkdjuw23492
Content-Length: 0


INVITE sip:joe@example.com SIP/2.0
t: sip:joe@example.com
From: sip:caller@example.net;tag=141334
Max-Forwards: 8
Call-ID: dblreq.0ha0isnda977644900765@192.0.2.15
CSeq: 8 INVITE
Via: SIP/2.0/UDP 192.0.2.15;branch=z9hG4bKkdjuw380234
Content-Type: application/sdp
Content-Length: 150

"""
    + sdp("192.0.2.15").replace("m=video", "m =video")
    + "\n"
)

SEMIURI = wire(
    """OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0
To: sip:j_user@example.com
From: sip:caller@example.org;tag=33242
Max-Forwards: 3
Call-ID: semiuri.0ha0isndaksdj
CSeq: 8 OPTIONS
Accept: application/sdp, application/pkcs7-mime,
        multipart/mixed, multipart/signed,
        message/sip, message/sipfrag
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKkdjuw
l: 0

"""
)

TRANSPORTS = wire(
    """OPTIONS sip:user@example.com SIP/2.0
To: sip:user@example.com
From: <sip:caller@example.com>;tag=323
Max-Forwards: 70
Call-ID:  transports.kijh4akdnaqjkwendsasfdj
Accept: application/sdp
CSeq: 60 OPTIONS
Via: SIP/2.0/UDP t1.example.com;branch=z9hG4bKkdjuw
Via: SIP/2.0/SCTP t2.example.com;branch=z9hG4bKklasjdhf
Via: SIP/2.0/TLS t3.example.com;branch=z9hG4bK2980unddj
Via: SIP/2.0/UNKNOWN t4.example.com;branch=z9hG4bKasd0f3en
Via: SIP/2.0/TCP t5.example.com;branch=z9hG4bK0a9idfnee
l: 0

"""
)

# A PKCS #7 signature; what matters is that it's binary, with NUL and bare CR in it.
_SIGNATURE = bytes.fromhex(
    """
    3082015206092a864886f70d010702a08201433082013f0201013109300706052b0e03021a300b06092a8648
    86f70d010701318201203082011c020101307c3070310b300906035504061302555331133011060355040813
    0a43616c69666f726e69613111300f0603550407130853616e204a6f7365310e300c060355040a1305736970
    697431293027060355040b13205369706974205465737420436572746966696361746520417574686f726974
    7902080195007102330113300706052b0e03021a300d06092a864886f70d01010105000481808ef466f948f0
    522dd2e5978e9d95aae9f2fe15a06659716292e8da2aa8d8350a68ceffae3cbd2bff1675ddd5648e593dd647
    28f26220f7e941749e330d9a15edabdb93d10c42102e7b7289d29cc0c9ae2efbc7c0cff9172f3b027e4fc027
    e1546de4b6aa3abb3e66cccb5dd6c64b8383149cb8e6ff182d944fe57b65bc99d005
    """
)
MPART01 = (
    wire(
        """MESSAGE sip:kumiko@example.org SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK-d87543-4dade06d0bdb11ee-1--d87543-;rport
Max-Forwards: 70
Route: <sip:127.0.0.1:5080>
"""
        "Identity: r5mwreLuyDRYBi/0TiPwEsY3rEVsk/G2WxhgTV1PF7hHuLIK0YWVKZhKv9Mj8UeXqkMVbnVq37CD+"
        "813gvYjcBUaZngQmXc9WNZSDNGCzA+fWl9MEUHWIZo1CeJebdY/XlgKeTa0Olvq0rt70Q5jiSfbqMJmQFteeivUh"
        """kMWYUA=
Contact: <sip:fluffy@127.0.0.1:5070>
To: <sip:kumiko@example.org>
From: <sip:fluffy@example.com>;tag=2fb0dcc9
Call-ID: 3d9485ad0c49859b@Zmx1ZmZ5LW1hYy0xNi5sb2NhbA..
CSeq: 1 MESSAGE
Content-Transfer-Encoding: binary
Content-Type: multipart/mixed;boundary=7a9cbec02ceef655
Date: Sat, 15 Oct 2005 04:44:56 GMT
User-Agent: SIPimp.org/0.2.5 (curses)
Content-Length: 553

--7a9cbec02ceef655
Content-Type: text/plain
Content-Transfer-Encoding: binary

Hello
--7a9cbec02ceef655
Content-Type: application/octet-stream
Content-Transfer-Encoding: binary

"""
    )
    + _SIGNATURE
    + wire("\n--7a9cbec02ceef655--\n")
)

UNREASON = wire(
    "SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое\n"
    """Via: SIP/2.0/UDP 192.0.2.198;branch=z9hG4bK1324923
Call-ID: unreason.1234ksdfak3j2erwedfsASdf
CSeq: 35 INVITE
From: sip:user@example.com;tag=11141343
To: sip:user@example.edu;tag=2229
Content-Length: 154
Content-Type: application/sdp
Contact: <sip:user@host198.example.com>

""" + sdp("192.0.2.198")
)

NOREASON = wire(
    "SIP/2.0 100 \n"
    """Via: SIP/2.0/UDP 192.0.2.105;branch=z9hG4bK2398ndaoe
Call-ID: noreason.asndj203insdf99223ndf
CSeq: 35 INVITE
From: <sip:user@example.com>;tag=39ansfi3
To: <sip:user@example.edu>;tag=902jndnke3
Content-Length: 0
Contact: <sip:user@host105.example.com>

"""
)

VALID = {
    "wsinv": WSINV,
    "intmeth": INTMETH,
    "esc01": ESC01,
    "escnull": ESCNULL,
    "esc02": ESC02,
    "lwsdisp": LWSDISP,
    "longreq": LONGREQ,
    "dblreq": DBLREQ,
    "semiuri": SEMIURI,
    "transports": TRANSPORTS,
    "mpart01": MPART01,
    "unreason": UNREASON,
    "noreason": NOREASON,
}


def request(data: bytes) -> Request:
    message = parse(data)
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize("name", VALID)
def test_all_are_taken_and_say_the_same_when_written_again(name: str) -> None:
    message: Message = parse(VALID[name])
    trouble = (
        validate_request(message) if isinstance(message, Request) else validate_response(message)
    )
    assert trouble is None
    again = encode(message)
    assert parse(again) == parse(encode(parse(again)))
    assert encode(parse(again)) == again
    assert parse(again).body == message.body


@pytest.mark.parametrize("name", VALID)
def test_all_come_whole_out_of_a_stream_in_single_bytes(name: str) -> None:
    parser = StreamParser()
    found = [message for byte in VALID[name] for message in parser.feed(bytes((byte,)))]
    assert found[0] == parse(VALID[name])
    if name == "dblreq":  # its second message is a byte longer than it says
        assert [type(message) for message in found] == [Request, Request, Malformed]
    else:
        assert len(found) == 1


def test_3_1_1_1_a_short_tortuous_invite() -> None:
    invite = request(WSINV)
    headers = invite.headers
    to, sender = parse_address(headers.get("To") or ""), parse_address(headers.get("From") or "")
    assert (to.uri.user, to.tag, to.display) == ("vivekg", "1918181833n", "")
    assert (sender.display, sender.tag) == ('J Rosenberg \\"', "98asjd8")
    assert parse_number(headers.get("max-forwards") or "", "Max-Forwards") == 68
    cseq = parse_cseq(headers.get("CSeq") or "")
    assert (cseq.number, cseq.method) == (9, "INVITE")
    vias = [parse_via(value) for value in headers.get_all("Via")]
    assert [(via.transport, via.host, via.branch, via.unique) for via in vias] == [
        ("UDP", "192.0.2.2", "390skdjuw", False),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8", True),
        ("UDP", "192.168.255.111", "z9hG4bK30239", True),
    ]
    assert top_via(invite) == vias[0]
    assert headers.get("Subject") == ""
    assert headers.get("newfangledheader") == "newfangled value continued newfangled value"
    assert headers.get("UnknownHeaderWithUnusualValue") == ";;,,;;,;"
    (route,) = parse_routes(headers)
    assert route.uri.params == (
        ("lr", None),
        ("unknownwith", "value"),
        ("unknown-no-value", None),
    )
    (contact,) = parse_contacts(headers) or []
    assert contact.display == 'Quoted string ""'
    assert contact.params == (("newparam", "newvalue"), ("secondparam", None), ("q", "0.33"))
    assert parse_uri(invite.uri).param("unknownparam") == ""
    assert len(invite.body) == 150


def test_3_1_1_2_wide_range_of_valid_characters() -> None:
    odd = request(INTMETH)
    assert odd.method == "!interesting-Method0123456789_*+`.%indeed'~"
    uri = parse_uri(odd.uri)
    assert uri.user == "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*"
    assert uri.password == "&it+has=1,weird!*pas$wo~d_too.(doesn't-it)"
    assert uri.host == "example.com"
    assert top_via(odd).branch == "z9hG4bK-.!%66*_+`'~"
    assert parse_address(odd.headers.get("To") or "").display == "BEL:\x07 NUL:\x00 DEL:\x7f"
    sender = parse_address(odd.headers.get("From") or "")
    assert sender.display == "token1~` token2'+_ token3*%!.-"
    assert sender.param("fromparam''~+*_!.-%") == "работающий"
    assert sender.tag == "_token~1'+`*%!-."
    assert odd.headers.get("Call-ID") == "intmeth.word%ZK-!.*_+'@word`~)(><:\\/\"][?}{"
    assert odd.headers.get("EXTENSIONHEADER-!.%*+_`'~") == "\ufeff大停電"
    assert b"\xef\xbb\xbf\xe5\xa4\xa7\xe5\x81\x9c\xe9\x9b\xbb\r\n" in encode(odd)


def test_3_1_1_3_valid_use_of_the_escaping_mechanism() -> None:
    invite = request(ESC01)
    assert parse_uri(invite.uri).username == "sips:user@example.com"
    assert parse_uri(invite.uri).host == "example.net"
    assert parse_address(invite.headers.get("To") or "").uri.username == "user"
    assert parse_address(invite.headers.get("From") or "").uri.username == "I have spaces"
    (contact,) = parse_contacts(invite.headers) or []
    assert contact.uri.username == "caller"
    # %25 gives a per cent sign, which doesn't begin another escape.
    assert contact.uri.params == (("%6c%72", None), ("n%61me", "v%61lue%25%34%31"))


def test_3_1_1_4_escaped_nulls_in_uris() -> None:
    register = request(ESCNULL)
    assert parse_address(register.headers.get("To") or "").uri.username == "null-\0-null"
    contacts = parse_contacts(register.headers) or []
    assert [contact.uri.username for contact in contacts] == ["\0", "\0\0"]


def test_3_1_1_5_a_per_cent_sign_that_is_no_escape() -> None:
    odd = request(ESC02)
    assert odd.method == "RE%47IST%45R"  # not REGISTER
    assert parse_address(odd.headers.get("To") or "").display == "%Z%45"
    assert len(odd.headers.get_all("Contact")) == 2
    assert odd.headers.get("C%6Fntact") == "<sip:alias2@host2.example.com>"
    assert top_via(odd).branch == "z9hG4bK209%fzsnel234"


def test_3_1_1_6_no_blank_between_display_name_and_bracket() -> None:
    sender = parse_address(request(LWSDISP).headers.get("From") or "")
    assert (sender.display, sender.uri.user, sender.tag) == ("caller", "caller", "323")


def test_3_1_1_7_long_values() -> None:
    invite = request(LONGREQ)
    to = parse_address(invite.headers.get("To") or "")
    assert to.uri.port == 6000
    assert to.uri.param("unknownparam1") == f"very{'long' * 20}value"
    assert len(invite.headers.get_all("Via")) == 34
    assert [parse_via(value).host for value in invite.headers.get_all("Via")][:33] == [
        f"sip{number}.example.com" for number in range(33, 0, -1)
    ]
    last = parse_via(invite.headers.get_all("Via")[-1])
    assert (last.received, last.branch) == ("192.0.2.5", f"very{'long' * 50}branchvalue")
    assert len(invite.headers.get("Call-ID") or "") == 141


def test_3_1_1_8_extra_octets_after_a_datagrams_message() -> None:
    register = request(DBLREQ)
    assert (register.method, register.body) == ("REGISTER", b"")
    assert register.headers.get("Call-ID") == "dblreq.0ha0isndaksdj99sdfafnl3lk233412"


def test_3_1_1_9_semicolons_in_the_user_part() -> None:
    options = request(SEMIURI)
    uri = parse_uri(options.uri)
    assert (uri.user, uri.username) == ("user;par=u%40example.net", "user;par=u@example.net")
    assert uri.host == "example.com"
    assert uri.params == ()
    assert options.headers.get_all("Accept")[1:3] == ["application/pkcs7-mime", "multipart/mixed"]


def test_3_1_1_10_varied_and_unknown_transports() -> None:
    vias = [parse_via(value) for value in request(TRANSPORTS).headers.get_all("Via")]
    assert [via.transport for via in vias] == ["UDP", "SCTP", "TLS", "UNKNOWN", "TCP"]


def test_3_1_1_11_a_multipart_body() -> None:
    message = request(MPART01)
    kind = parse_content_type(message.headers.get("Content-Type") or "")
    assert kind == ContentType("multipart/mixed", (("boundary", "7a9cbec02ceef655"),))
    boundary = param_of(kind.params, "boundary") or ""
    assert part_of(message.body, boundary, "text/plain") == b"Hello"
    assert part_of(message.body, boundary, "application/octet-stream") == _SIGNATURE
    assert part_of(message.body, boundary, "application/sdp") is None
    assert len(message.body) == 553


def test_3_1_1_12_an_unusual_reason_phrase() -> None:
    response = parse(UNREASON)
    assert isinstance(response, Response)
    assert response.status == 200
    assert response.reason == "= 2**3 * 5**2 но сто девяносто девять - простое"


def test_3_1_1_13_an_empty_reason_phrase() -> None:
    response = parse(NOREASON)
    assert isinstance(response, Response)
    assert (response.status, response.reason) == (100, "")
    assert encode(response).startswith(b"SIP/2.0 100 \r\n")
