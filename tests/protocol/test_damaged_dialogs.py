"""A peer within a call of ours that writes nonsense: answers, requests and bodies with damage.
Nothing makes the user agent stumble, and whatever it sends can be read."""

from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from roost.kernel.time import InstantUs
from roost.protocols.sip.answers import answer
from roost.protocols.sip.calling import Call
from roost.protocols.sip.core import Identity
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.message import Headers, Request, Response, encode
from roost.protocols.sip.parse import parse
from roost.protocols.sip.routing import Peer

NOW: Final = InstantUs(1_700_000_000_000_000)
PEER: Final = Peer("UDP", "192.0.2.7", 5060)
SDP: Final = (
    b"v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nc=IN IP4 192.0.2.7\r\nt=0 0\r\n"
    b"m=audio 4000 RTP/AVP 8\r\n"
)
PIECES: Final = [b"", b"9" * 5000, b"\r\n", b",", b";", b'"', b"<", b">", b" ", b"\t", b"\xff"]
PIECES += [b"*", b"-1", b"0", b":", b"=", b"\xd9\xa3", b"\xc2\xb2", b"SIP/2.0", b"z9hG4bK", b"%0"]

Damage = tuple[int, int, bytes]
damage = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 4), st.sampled_from(PIECES)), max_size=2
)


class Everybody:
    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        return True

    def trusts(self, source: Peer) -> bool:
        return True


def damaged(data: bytes, changes: list[Damage]) -> bytes:
    spoilt = bytearray(data)
    for place, length, put in changes:
        place = min(place, len(spoilt))
        spoilt[place : place + length] = put
    return bytes(spoilt)


def readable(endpoint: Endpoint) -> list[Request | Response]:
    sent, _ = endpoint.take()
    return [parse(send.data) for send in sent]


def called() -> tuple[Endpoint, Request]:
    """A user agent that has just sent an INVITE, and the INVITE."""
    endpoint = Endpoint(Identity("192.0.2.1", 5060, b"key"), Everybody())
    endpoint.invite(
        Call(
            "L1", "sip:1001@192.0.2.7", "<sip:95598@192.0.2.1>", "<sip:1001@192.0.2.7>", PEER, SDP
        ),
        NOW,
    )
    (invite,) = readable(endpoint)
    assert isinstance(invite, Request)
    return endpoint, invite


def replied(invite: Request, status: int) -> bytes:
    response = answer(invite, status, to_tag="t1")
    response.headers.set("Contact", "<sip:1001@192.0.2.7:5060>")
    if status == 401:
        response.headers.set("WWW-Authenticate", 'Digest realm="r",nonce="n",qop="auth"')
    if status in (180, 183):
        response.headers.set("Require", "100rel")
        response.headers.set("RSeq", "17")
    if status in (183, 200):
        response.headers.set("Content-Type", "application/sdp")
        response.headers.set("Session-Expires", "1800;refresher=uac")
        response.body = SDP
    return encode(response)


def within(invite: Request, method: str) -> bytes:
    """A request of the peer's within the call."""
    headers = Headers()
    headers.set("Via", f"SIP/2.0/UDP 192.0.2.7:5060;branch=z9hG4bKp{method};rport")
    headers.set("From", f"{invite.headers.get('To')};tag=t1")
    headers.set("To", invite.headers.get("From") or "")
    headers.set("Call-ID", invite.headers.get("Call-ID") or "")
    headers.set("CSeq", f"1 {method}")
    headers.set("Max-Forwards", "70")
    headers.set("Contact", "<sip:1001@192.0.2.7:5060>")
    body = b""
    if method in ("INVITE", "UPDATE"):
        headers.set("Content-Type", "application/sdp")
        headers.set("Session-Expires", "90;refresher=uas")
        headers.set("Min-SE", "90")
        body = SDP
    elif method == "INFO":
        headers.set("Content-Type", "application/dtmf-relay")
        body = b"Signal=5\r\nDuration=160\r\n"
    elif method == "PRACK":
        headers.set("RAck", "1 1 INVITE")
    return encode(Request(method, "sip:192.0.2.1:5060", headers, body))


def feed(endpoint: Endpoint, data: bytes) -> list[Request | Response]:
    endpoint.datagram(data, PEER, NOW)
    return readable(endpoint)


@given(
    st.lists(st.tuples(st.sampled_from([100, 180, 183, 200, 401, 422, 486]), damage), max_size=4)
)
@settings(max_examples=400, deadline=None)
@example([(200, [(6, 0, b"")])])
def test_damaged_answers_to_our_call(answers: list[tuple[int, list[Damage]]]) -> None:
    endpoint, invite = called()
    for status, changes in answers:
        feed(endpoint, damaged(replied(invite, status), changes))
    endpoint.acknowledge("L1", NOW)
    endpoint.hang_up("L1", NOW)
    readable(endpoint)
    for seconds in (1, 40, 400, 4_000):
        endpoint.expire(InstantUs(NOW + seconds * 1_000_000))
        readable(endpoint)


METHODS = st.sampled_from(["INVITE", "UPDATE", "INFO", "PRACK", "NOTIFY", "OPTIONS", "ACK", "BYE"])


@given(st.lists(st.tuples(METHODS, damage), max_size=4))
@settings(max_examples=400, deadline=None)
def test_damaged_requests_within_a_call(requests: list[tuple[str, list[Damage]]]) -> None:
    endpoint, invite = called()
    feed(endpoint, replied(invite, 200))
    endpoint.acknowledge("L1", NOW)
    readable(endpoint)
    for method, changes in requests:
        feed(endpoint, damaged(within(invite, method), changes))
    endpoint.hang_up("L1", NOW)
    readable(endpoint)
    for seconds in (1, 40, 400, 4_000):
        endpoint.expire(InstantUs(NOW + seconds * 1_000_000))
        readable(endpoint)


def test_numbers_without_end_in_an_answer() -> None:
    endpoint, invite = called()
    response = replied(invite, 200)
    numbers = (b"9" * 5_000, "٣".encode(), "²".encode(), b"1\t", b" 1")
    for number in (*numbers, b"1", *numbers):
        feed(endpoint, response.replace(b"CSeq: 1 ", b"CSeq: " + number + b" "))
        feed(endpoint, replied(invite, 183).replace(b"RSeq: 17", b"RSeq: " + number))
        feed(endpoint, response.replace(b"1800;", number + b";"))


@pytest.mark.soak
@given(
    st.lists(st.tuples(st.sampled_from([100, 183, 200, 401, 422]), damage), max_size=4),
    st.lists(st.tuples(METHODS, damage), max_size=6),
)
@settings(max_examples=50_000, deadline=None)
def test_damage_from_both_sides_for_long(
    answers: list[tuple[int, list[Damage]]], requests: list[tuple[str, list[Damage]]]
) -> None:
    endpoint, invite = called()
    for status, changes in answers:
        feed(endpoint, damaged(replied(invite, status), changes))
    feed(endpoint, replied(invite, 200))
    endpoint.acknowledge("L1", NOW)
    readable(endpoint)
    for method, changes in requests:
        feed(endpoint, damaged(within(invite, method), changes))
    for seconds in (1, 40, 400, 4_000):
        endpoint.expire(InstantUs(NOW + seconds * 1_000_000))
        readable(endpoint)
