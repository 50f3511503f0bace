"""A far end that numbers its payloads otherwise than our offer does (RFC 3264, 5.1)."""

from roost.adapters.telephony.legs import agreed_of
from roost.ports.media import Agreed, Law
from roost.protocols.sdp.negotiate import Local, Stream, make_offer, read_answer
from roost.protocols.sdp.session import parse


def agreed(*lines: str) -> Agreed:
    text = "v=0\no=- 1 1 IN IP4 192.0.2.7\ns=-\nc=IN IP4 192.0.2.7\nt=0 0\n" + "\n".join(lines)
    stream = read_answer(make_offer(Local("192.0.2.1", 30_000, 1)), parse(text.encode()))
    assert isinstance(stream, Stream)
    return agreed_of(stream)


def test_media_is_told_both_numbers_where_they_differ() -> None:
    told = agreed("m=audio 4000 RTP/AVP 8 96", "a=rtpmap:96 telephone-event/8000", "")
    assert told == Agreed("192.0.2.7", 4000, Law.PCMA, 8, 96, dtmf_payload_in=101)


def test_and_one_where_they_do_not() -> None:
    told = agreed("m=audio 4000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000", "")
    assert told == Agreed("192.0.2.7", 4000, Law.PCMU, 0, 101)
