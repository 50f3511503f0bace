"""Every message of RFC 4475 and RFC 5118, and damaged ones, sent to the whole user agent: what
goes back on the wire, and that nothing makes it stumble."""

import runpy
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.kernel.time import InstantUs
from roost.protocols.sip.core import Identity
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.parse import parse
from roost.protocols.sip.routing import Peer
from roost.protocols.sip.validate import validate_response

HERE: Final = Path(__file__).parent
NOW: Final = InstantUs(1_700_000_000_000_000)
SOURCE: Final = Peer("UDP", "192.0.2.200", 5060)


def messages(module: str, name: str) -> dict[str, bytes]:
    found: dict[str, bytes] = runpy.run_path(str(HERE / f"{module}.py"))[name]
    return found


TORTURE: Final[dict[str, bytes]] = (
    messages("test_rfc4475_valid", "VALID")
    | messages("test_rfc4475_invalid", "INVALID")
    | messages("test_rfc4475_beyond", "BEYOND")
    | messages("test_rfc5118", "MESSAGES")
)

# The final answer that's given at once; 0: none, since it's a call that may be answered, a
# registration for the registrar, or a response that isn't ours.
ANSWERS: Final[dict[str, int]] = {
    "wsinv": 481,  # To has a tag: an INVITE within a dialog that we don't know
    "intmeth": 400,  # a method that nobody has
    "esc02": 501,
    "lwsdisp": 200,
    "semiuri": 200,
    "transports": 200,
    "mpart01": 501,  # MESSAGE
    "badinv01": 400,
    "clerr": 400,
    "ncl": 400,
    "scalar02": 400,
    "quotbal": 400,
    "ltgtruri": 400,
    "lwsruri": 400,
    "lwsstart": 400,
    "trws": 400,
    "escruri": 400,
    "regbadct": 400,
    "badaspec": 400,
    "baddn": 400,
    "badvers": 505,
    "mismatch01": 400,
    "mismatch02": 400,
    "badbranch": 200,
    "insuf": 400,
    "unkscm": 416,
    "novelsc": 416,
    "bext01": 420,
    "multi01": 400,
    "mcl01": 400,
    "invut": 415,
    "sdp01": 406,
    "zeromf": 200,
    "ipv6-bad": 400,
    "via-received-param-with-delim": 481,  # a BYE to no dialog of ours
    "mult-ip-in-header": 481,
    "via-received-param-no-delim": 200,
    "ipv6-bug-abnf-3-colons": 200,
    "ipv6-correct-abnf-2-colons": 200,
}


class Everybody:
    """Admits and trusts all: the worst case."""

    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        return True

    def trusts(self, source: Peer) -> bool:
        return True


def agent() -> Endpoint:
    return Endpoint(Identity("192.0.2.1", 5060, b"key"), Everybody())


@pytest.mark.parametrize("name", TORTURE)
def test_what_goes_back(name: str) -> None:
    endpoint = agent()
    endpoint.datagram(TORTURE[name], SOURCE, NOW)
    sent, _ = endpoint.take()
    answers = [parse(send.data) for send in sent]
    finals = [one.status for one in answers if isinstance(one, Response) and one.status >= 200]
    assert finals == ([ANSWERS[name]] if name in ANSWERS else [])
    for one in answers:
        assert isinstance(one, Response)
        if name not in ("insuf", "badinv01", "badvers", "scalar02"):  # copied as broken as it came
            assert validate_response(one) in (None, "more than one Via", "Bad To", "Bad From")


def test_all_answers_are_of_messages_that_exist() -> None:
    assert set(ANSWERS) <= set(TORTURE)
    assert len(TORTURE) == 49 + 12


@given(
    st.sampled_from(sorted(TORTURE)), st.integers(0, 2_000), st.binary(max_size=4), st.booleans()
)
@settings(max_examples=500, deadline=None)
def test_a_damaged_one_makes_nobody_stumble(
    name: str, place: int, put: bytes, insert: bool
) -> None:
    data = bytearray(TORTURE[name])
    place = min(place, len(data))
    data[place : place if insert else place + len(put) + 1] = put
    endpoint = agent()
    for _ in range(2):  # and the same once more
        endpoint.datagram(bytes(data), SOURCE, NOW)
    endpoint.take()
    endpoint.expire(InstantUs(NOW + 600_000_000))
    endpoint.take()
