"""Connectivity checks: what's taken, what's dropped, and the answer's bytes."""

import hmac
import zlib
from hashlib import sha1

import pytest

from roost.protocols.webrtc import stun

TRANSACTION = bytes(range(12))

# RFC 5769 2.1: a request of the RFC's own, and the password that it was made with.
RFC5769_PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
RFC5769_REQUEST = bytes.fromhex(
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff"
    "80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)


def test_the_rfcs_own_request_is_read_and_its_password_is_known() -> None:
    check = stun.read_check(RFC5769_REQUEST)
    assert check is not None
    assert check.username == "evtj:h6vY"
    assert check.ours() == "evtj"
    assert not check.nominates
    assert check.made_with(RFC5769_PASSWORD)
    assert not check.made_with("another")


def test_the_rfcs_response_is_what_we_would_say() -> None:
    """RFC 5769 2.2's mapped address: 192.0.2.1, port 32853, in XOR."""
    request = stun.read_check(RFC5769_REQUEST)
    assert request is not None
    answer = stun.success(request, "192.0.2.1", 32_853, RFC5769_PASSWORD)
    assert bytes.fromhex("002000080001a147e112a643") in answer


def test_the_rfcs_response_over_ipv6() -> None:
    """RFC 5769 2.3's mapped address: 2001:db8:1234:5678:11:2233:4455:6677."""
    request = stun.read_check(RFC5769_REQUEST)
    assert request is not None
    answer = stun.success(request, "2001:db8:1234:5678:11:2233:4455:6677", 32_853, RFC5769_PASSWORD)
    wanted = "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    assert bytes.fromhex(wanted) in answer


def test_an_answer_has_integrity_and_fingerprint() -> None:
    check = stun.read_check(stun.request(TRANSACTION, "us:them", "secret"))
    assert check is not None
    answer = stun.success(check, "192.0.2.7", 4_000, "secret")
    assert answer[:2] == b"\x01\x01"
    assert answer[8:20] == TRANSACTION
    body, integrity, mark = answer[:-32], answer[-28:-8], answer[-4:]
    covered = body[:2] + (len(body) - 20 + 24).to_bytes(2, "big") + body[4:]
    assert hmac.new(b"secret", covered, sha1).digest() == integrity
    assert zlib.crc32(answer[:-8]) ^ stun.FINGERPRINT_XOR == int.from_bytes(mark, "big")
    assert int.from_bytes(answer[2:4], "big") == len(answer) - 20


def test_a_nomination_is_seen() -> None:
    for nominates in (True, False):
        check = stun.read_check(stun.request(TRANSACTION, "us:them", "secret", nominates))
        assert check is not None
        assert check.nominates is nominates
        assert check.made_with("secret")


def test_what_was_changed_on_the_way_does_not_pass() -> None:
    whole = stun.request(TRANSACTION, "us:them", "secret")
    for place in range(20, len(whole) - 8):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        check = stun.read_check(bytes(damaged))
        assert check is None or not check.made_with("secret"), place


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(20),
        RFC5769_REQUEST[:-4],
        RFC5769_REQUEST + bytes(4),
        b"\x01\x01" + RFC5769_REQUEST[2:],  # a response: we never asked
        RFC5769_REQUEST[:4] + bytes(4) + RFC5769_REQUEST[8:],  # no magic cookie
        RFC5769_REQUEST + bytes(600),
    ],
)
def test_anything_else_is_no_check(data: bytes) -> None:
    assert stun.read_check(data) is None


def test_lengths_that_lie_are_no_check() -> None:
    """An attribute that says it's longer than the message."""
    whole = bytearray(stun.request(TRANSACTION, "us:them", "secret"))
    whole[22:24] = b"\xff\xff"
    assert stun.read_check(bytes(whole)) is None
