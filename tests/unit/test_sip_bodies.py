"""Which body a request has, and whether ours may be described in the answer."""

import pytest

from roost.protocols.sip.bodies import part_of, sdp_of, take_description, takes_sdp
from roost.protocols.sip.message import Headers, Request
from roost.protocols.sip.validate import Fault

MIXED = (
    b"a preamble\r\n--xyz\r\nContent-Type: application/isup;version=itu-t92+\r\n\r\n\x01\x00\r\n"
    b"--xyz\r\ncontent-type : Application/SDP\r\nContent-Length: 4\r\n\r\nv=0\n\r\n--xyz--\r\n"
)


def request(body: bytes, **headers: str) -> Request:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request("INVITE", "sip:a@b", Headers(lines), body)


def test_no_body_is_no_description() -> None:
    assert sdp_of(request(b"")) is None


def test_a_description_alone() -> None:
    assert sdp_of(request(b"v=0", Content_Type="application/sdp;charset=utf-8")) == b"v=0"
    assert sdp_of(request(b"v=0", Content_Type="Application/SDP")) == b"v=0"


def test_a_description_among_other_parts() -> None:
    assert sdp_of(request(MIXED, Content_Type="multipart/mixed;boundary=xyz")) == b"v=0\n"
    assert sdp_of(request(MIXED, Content_Type='multipart/mixed;boundary="xyz"')) == b"v=0\n"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("text/plain", 415),
        ("multipart/mixed;boundary=abc", 415),
        ("multipart/mixed", 415),
        ("sdp", 400),
    ],
)
def test_bodies_that_cannot_be_taken(kind: str, status: int) -> None:
    found = sdp_of(request(MIXED, Content_Type=kind))
    assert isinstance(found, Fault)
    assert found.status == status


def test_a_body_without_a_type_or_packed() -> None:
    found = sdp_of(request(b"v=0"))
    assert isinstance(found, Fault)
    assert found.status == 400
    found = sdp_of(request(b"x", Content_Type="application/sdp", Content_Encoding="gzip"))
    assert found == Fault(415, "Unsupported Media Type", (("Accept-Encoding", "identity"),))


def test_a_body_that_may_be_left_out() -> None:
    optional = request(
        b"x", Content_Type="text/plain", Content_Disposition="session; handling = optional"
    )
    assert sdp_of(optional) is None


def test_parts_end_where_the_last_boundary_says() -> None:
    assert part_of(MIXED + MIXED.replace(b"isup", b"late"), "xyz", "application/late") is None
    assert part_of(b"--xyz\r\n" * 1_000, "xyz", "application/sdp") is None


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        ("application/sdp", True),
        ("text/plain, application/SDP;q=0.5", True),
        ("application/*", True),
        ("*/*", True),
        ("text/plain", False),
        ("", False),
    ],
)
def test_what_a_caller_accepts(accept: str, taken: bool) -> None:
    assert takes_sdp(request(b"", Accept=accept)) is taken
    assert takes_sdp(request(b""))


def test_of_a_body_only_the_description_is_left() -> None:
    mixed = request(MIXED, Content_Type="multipart/mixed;boundary=xyz")
    assert take_description(mixed) is None
    assert (mixed.body, mixed.headers.get("Content-Type")) == (b"v=0\n", "application/sdp")
    plain = request(b"v=0", Content_Type="application/sdp")
    assert take_description(plain) is None
    assert plain.body == b"v=0"
    optional = request(b"x", Content_Type="a/b", Content_Disposition="x;handling=optional")
    assert take_description(optional) is None
    assert optional.body == b""
    assert "Content-Type" not in optional.headers


def test_bodies_and_answers_that_cannot_be_are_refused() -> None:
    other = take_description(request(b"x", Content_Type="text/plain"))
    assert other == Fault(415, "Unsupported Media Type", (("Accept", "application/sdp"),))
    assert take_description(request(b"", Accept="text/plain")) == Fault(406, "Not Acceptable")
