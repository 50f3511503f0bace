"""Too much to do: new calls are refused from the raw bytes, calls that stand are served first."""

import pytest

from roost.adapters.telephony.admission import Gate
from roost.adapters.telephony.arrivals import ARRIVALS_A_TURN, LONGEST, MOST_ARRIVALS, Arrivals
from roost.adapters.telephony.settings import Trunks, TrunkSettings
from roost.kernel.ids import TrunkId
from roost.kernel.time import InstantUs
from roost.protocols.sip.answers import answer
from roost.protocols.sip.brief import TAG, is_ack_of_refusal, is_new_invite, refusal
from roost.protocols.sip.core import Identity
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.headers import stamp_via, top_via
from roost.protocols.sip.message import Request, Response, encode
from roost.protocols.sip.parse import parse
from roost.protocols.sip.routing import UDP, Peer, answers_go
from roost.protocols.sip.transactions import Send, server_key

NOW = InstantUs(1_700_000_000_000_000)
TRUNK = Peer(UDP, "192.0.2.10", 5071)
STRANGER = Peer(UDP, "203.0.113.5", 5060)


def invite(
    number: int = 1,
    via: str = "SIP/2.0/UDP 192.0.2.10:5062;branch=z9hG4bKb{0};rport",
    to: str = "<sip:95598@roost>",
) -> bytes:
    return (
        "INVITE sip:95598@roost SIP/2.0\r\n"
        f"Via: {via.format(number)}\r\n"
        "Via: SIP/2.0/UDP 198.51.100.1;branch=z9hG4bKfar, SIP/2.0/TCP farther;branch=z9hG4bKo\r\n"
        "Max-Forwards: 70\r\n"
        "f: Caller <sip:05711@192.0.2.10>;tag=t1\r\n"
        f"To: {to}\r\n"
        f"Call-ID: call-{number}\r\n"
        "CSeq: 1 INVITE\r\n"
        "Contact: <sip:caller@192.0.2.10:5062>\r\n"
        "Content-Length: 0\r\n\r\n"
    ).encode()


class House:
    """A gate, an endpoint and the line of new calls."""

    def __init__(self) -> None:
        self.load = 0.0
        trunks = Trunks((TrunkSettings(TrunkId("city"), ("192.0.2.0/24",)),))
        self.gate = Gate(
            *(b"key", "roost", trunks, {}, 1_000),
            lambda: 0,
            lambda _: False,
            lambda: self.load,
        )
        self.endpoint = Endpoint(Identity("192.0.2.1", 5060, b"key"), self.gate)
        self.arrivals = Arrivals(self.gate, self.endpoint)


@pytest.mark.parametrize(
    "via",
    [
        "SIP/2.0/UDP 192.0.2.10:5062;branch=z9hG4bKb{0};rport",
        "SIP/2.0/UDP 192.0.2.10:5062;branch=z9hG4bKb{0}",
        "SIP/2.0/UDP 192.0.2.10;rport;branch=z9hG4bKb{0};x=1",
        "SIP/2.0/UDP Edge.Example:5071;branch=z9hG4bKb{0}",
    ],
)
def test_the_brief_answer_says_what_the_whole_one_says(via: str) -> None:
    data = invite(via=via)
    brief = refusal(data, TRUNK, 5)
    assert brief is not None
    request = parse(data)
    assert isinstance(request, Request)
    assert brief.key == server_key(request, top_via(request))
    assert brief.to == answers_go(top_via(request), TRUNK)
    stamp_via(request.headers, TRUNK.host, TRUNK.port)
    whole = answer(request, 503, to_tag=TAG)
    told = parse(brief.data)
    assert isinstance(told, Response)
    assert told.status == 503
    assert told.headers.get("Retry-After") == "5"
    for name in ("From", "To", "Call-ID", "CSeq"):
        assert told.headers.get(name) == whole.headers.get(name)
    expected = parse(encode(whole))
    assert top_via(told).sent_by == top_via(expected).sent_by
    assert set(top_via(told).params) == set(top_via(expected).params)
    assert told.headers.get_all("Via")[1:] == expected.headers.get_all("Via")[1:]


@pytest.mark.parametrize(
    "data",
    [
        invite(via="SIP/2.0/TCP 192.0.2.10:5062;branch=z9hG4bKb{0}"),
        invite(via="SIP/2.0/UDP 192.0.2.10:5062;branch=old{0}"),
        invite(via="SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKb{0};maddr=192.0.2.99"),
        invite(via="SIP/2.0/UDP 192.0.2.10\r\n ;branch=z9hG4bKb{0}"),
        invite().replace(b"Call-ID: call-1\r\n", b""),
        invite().replace(b"CSeq: 1", b"t: <sip:b@roost>\r\nCSeq: 1"),
        invite()[:-4],
    ],
)
def test_what_is_not_plain_is_read_in_the_usual_way(data: bytes) -> None:
    assert refusal(data, TRUNK, 5) is None


def test_an_invite_within_a_dialog_is_no_new_one() -> None:
    assert is_new_invite(invite())
    assert not is_new_invite(invite(to="<sip:95598@roost>;tag=ours"))
    assert not is_new_invite(invite(to="Roost <sip:95598@roost> ; Tag = ours"))


def test_the_ack_of_a_refusal_is_known_by_its_tag() -> None:
    ack = invite(to=f"<sip:95598@roost>;tag={TAG}").replace(b"INVITE sip", b"ACK sip")
    assert is_ack_of_refusal(ack)
    assert not is_ack_of_refusal(ack.replace(b"tag=busy", b"tag=busybody"))
    assert House().arrivals.holds(ack, TRUNK, NOW) is True


def test_new_calls_wait_and_everything_else_is_read_at_once() -> None:
    arrivals = House().arrivals
    for number in range(ARRIVALS_A_TURN + 1):
        assert arrivals.holds(invite(number), TRUNK, NOW) is True
    assert arrivals.holds(invite(9, to="<sip:95598@roost>;tag=ours"), TRUNK, NOW) is False
    assert arrivals.holds(b"SIP/2.0 200 OK\r\n\r\n", TRUNK, NOW) is False
    assert [data for data, _ in arrivals.take()] == [invite(n) for n in range(ARRIVALS_A_TURN)]
    assert len(arrivals) == 1


def test_an_invite_that_is_sent_again_waits_once_and_its_cancel_comes_after_it() -> None:
    arrivals = House().arrivals
    cancel = invite().replace(b"INVITE sip", b"CANCEL sip").replace(b"1 INVITE", b"1 CANCEL")
    assert arrivals.holds(cancel, TRUNK, NOW) is False  # nothing waits: read at once
    assert [arrivals.holds(data, TRUNK, NOW) for data in (invite(), invite(), cancel)] == [True] * 3
    assert [data for data, _ in arrivals.take()] == [invite(), cancel]


def test_under_load_a_trunk_hears_503_and_a_stranger_nothing_new() -> None:
    house = House()
    house.load = 0.8
    told = house.arrivals.holds(invite(), TRUNK, NOW)
    assert isinstance(told, Send)
    assert told.to == TRUNK
    assert b"503 Service Unavailable" in told.data
    assert house.arrivals.holds(invite(), STRANGER, NOW) is False  # the gate says what all hear
    assert house.gate.counts == {"overloaded": 1}
    assert not house.endpoint.transactions.servers


def test_a_call_that_was_let_in_is_never_refused_when_its_invite_comes_again() -> None:
    house = House()
    house.endpoint.datagram(invite(), TRUNK, NOW)
    house.load = 1.0
    assert house.arrivals.holds(invite(), TRUNK, NOW) is True
    before = len(house.endpoint.transactions.servers)
    house.endpoint.datagram(*house.arrivals.take()[0], NOW)
    assert len(house.endpoint.transactions.servers) == before
    assert house.gate.counts.get("overloaded") is None


def test_the_line_of_new_calls_is_bounded() -> None:
    house = House()
    answers = [house.arrivals.holds(invite(number), TRUNK, NOW) for number in range(MOST_ARRIVALS)]
    assert sum(isinstance(one, Send) for one in answers) == MOST_ARRIVALS // 5
    assert len(house.arrivals) == MOST_ARRIVALS - MOST_ARRIVALS // 5


def test_strangers_take_nobodys_place_in_line() -> None:
    house = House()
    for number in range(2 * MOST_ARRIVALS):
        assert house.arrivals.holds(invite(number), STRANGER, NOW) is False
    assert house.arrivals.holds(invite(), TRUNK, NOW) is True
    assert len(house.arrivals) == 1


def test_cancels_wait_for_their_own_invite_only_and_not_without_end() -> None:
    house = House()
    assert house.arrivals.holds(invite(1), TRUNK, NOW) is True
    other, own = (invite(number).replace(b"INVITE", b"CANCEL") for number in (2, 1))
    assert house.arrivals.holds(other, TRUNK, NOW) is False
    for _ in range(3 * MOST_ARRIVALS):
        assert house.arrivals.holds(own, TRUNK, NOW) is True
    assert len(house.arrivals) == 2 * MOST_ARRIVALS


def test_whoever_waits_long_keeps_others_out_and_stays_in_line() -> None:
    house = House()
    assert house.arrivals.holds(invite(1), TRUNK, NOW) is True
    late = InstantUs(NOW + LONGEST)
    assert isinstance(house.arrivals.holds(invite(2), TRUNK, late), Send)
    assert [data for data, _ in house.arrivals.take()] == [invite(1)]
    assert house.arrivals.holds(invite(2), TRUNK, late) is True
