"""SIP messages: read, checked, answered and written, a second on one core.

The yardstick is the standard library's reader of headers (`email.parser`) on the same bytes in
the same run; the figures that end in `_ratio` are how many times faster ours is.
"""

import gc
import time
from collections.abc import Callable
from email.parser import BytesHeaderParser

from roost.kernel.time import InstantUs
from roost.protocols.sdp.negotiate import Local, answer_offer
from roost.protocols.sdp.session import encode as encode_sdp
from roost.protocols.sdp.session import parse as parse_sdp
from roost.protocols.sip.answers import answer
from roost.protocols.sip.digest import (
    NonceCounts,
    authorize,
    challenges,
    read_challenge,
    read_credentials,
    secret_of,
    verify,
)
from roost.protocols.sip.message import Headers, Request, encode
from roost.protocols.sip.parse import StreamParser, parse
from roost.protocols.sip.validate import validate_request

ROUNDS = 5
ROUND_S = 0.2

INVITE = b"""INVITE sip:95598@192.0.2.1:5060 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK-12345-1-0;rport
From: "caller" <sip:13800000000@192.0.2.7:5062>;tag=12345tag001
To: <sip:95598@192.0.2.1:5060>
Call-ID: 1-12345@192.0.2.7
CSeq: 1 INVITE
Contact: <sip:13800000000@192.0.2.7:5062>
Max-Forwards: 70
Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE
Supported: timer, replaces
User-Agent: phone 1.0
Subject: performance
Content-Type: application/sdp
Content-Length: 197

v=0
o=user1 53655765 2353687637 IN IP4 192.0.2.7
s=-
c=IN IP4 192.0.2.7
t=0 0
m=audio 6000 RTP/AVP 8 101
a=rtpmap:8 PCMA/8000
a=rtpmap:101 telephone-event/8000
a=fmtp:101 0-15
a=ptime:20
""".replace(b"\n", b"\r\n")


def a_second(work: Callable[[], object]) -> float:
    """How often a piece of work can be done in a second of CPU time: the best of some rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        count = 0
        started = time.process_time()
        elapsed = 0.0
        while elapsed < ROUND_S:
            for _ in range(500):
                work()
            count += 500
            elapsed = time.process_time() - started
        best = max(best, count / elapsed)
    return best


def run() -> dict[str, float | str]:
    """The figures; takes about ten seconds."""
    gc.collect()
    gc.freeze()
    invite = parse(INVITE)
    assert isinstance(invite, Request)
    assert validate_request(invite) is None
    ringing = encode(answer(invite, 180, to_tag="t1"))
    stream = StreamParser()
    local = Local("192.0.2.1", 30_000, 7)
    yardstick = BytesHeaderParser()
    head = INVITE.partition(b"\r\n")[2]
    parsed = a_second(lambda: parse(INVITE))
    headers_only = a_second(lambda: yardstick.parsebytes(head))
    figures: dict[str, float | str] = {
        "invites_parsed_per_s": parsed,
        "parse_to_email_parser_ratio": parsed / headers_only,
        "responses_parsed_per_s": a_second(lambda: parse(ringing)),
        "invites_from_a_stream_per_s": a_second(lambda: stream.feed(INVITE)),
        "invites_checked_per_s": a_second(lambda: validate_request(invite)),
        "invites_encoded_per_s": a_second(lambda: encode(invite)),
        "answers_made_and_encoded_per_s": a_second(
            lambda: encode(answer(invite, 180, to_tag="t1"))
        ),
        "offers_answered_per_s": a_second(lambda: _described(invite.body, local)),
        "digests_verified_per_s": a_second(_digest()),
    }
    gc.unfreeze()
    return figures


def _described(body: bytes, local: Local) -> bytes:
    outcome = answer_offer(parse_sdp(body), local)
    return encode_sdp(outcome.answer)  # type: ignore[union-attr]


def _digest() -> Callable[[], object]:
    key, now, counts = b"key", InstantUs(1_700_000_000_000_000), NonceCounts()
    secret = secret_of("1001", "roost", "secret")
    challenge = read_challenge(
        Headers({"WWW-Authenticate": "\n".join(challenges(key, now, "roost"))})
    )
    assert challenge is not None
    name, value = authorize(challenge, "1001", "secret", "REGISTER", "sip:roost", "c", 1)
    headers = Headers({name: value})

    def work() -> object:
        given = read_credentials(headers, "roost")
        assert given is not None
        return verify(given, secret, "REGISTER", key, now, counts)

    return work
