"""Messages: headers, encoding, datagrams and streams, answers."""

import pytest

from roost.protocols.sip.answers import (
    answer,
    answer_from_partial,
    has_tag,
    reason_of,
    with_tag,
)
from roost.protocols.sip.message import Headers, Request, Response, encode, full_name
from roost.protocols.sip.parse import (
    MAX_HEAD_BYTES,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    Malformed,
    StreamParser,
    is_keep_alive,
    parse,
)
from roost.protocols.sip.validate import validate_request, validate_response


def wire(text: str) -> bytes:
    return text.replace("\n", "\r\n").encode("utf-8", "surrogateescape")


OPTIONS = """OPTIONS sip:95598@192.0.2.1 SIP/2.0
Via: SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa
From: <sip:17@192.0.2.7>;tag=a1
To: <sip:95598@192.0.2.1>
Call-ID: 17@192.0.2.7
CSeq: 1 OPTIONS
"""


def options(*added: str) -> bytes:
    return wire(OPTIONS + "".join(f"{line}\n" for line in added) + "\n")


def broken(data: bytes) -> Malformed:
    with pytest.raises(Malformed) as caught:
        parse(data)
    return caught.value


# --- headers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("v", "Via"),
        ("V", "Via"),
        ("via", "Via"),
        ("CALL-ID", "Call-ID"),
        ("i", "Call-ID"),
        ("cseq", "CSeq"),
        ("rack", "RAck"),
        ("www-authenticate", "WWW-Authenticate"),
        ("x", "Session-Expires"),
        ("x-own-header", "X-Own-Header"),
        ("X-OWN-HEADER", "X-Own-Header"),
    ],
)
def test_every_spelling_has_one_full_name(name: str, full: str) -> None:
    assert full_name(name) == full


def test_headers_are_found_in_any_spelling() -> None:
    headers = Headers()
    headers.set("x-thing", "1")
    headers.add("M", "<sip:a@b>, <sip:c@d>")
    headers.add("contact", '"x, y" <sip:e@f;p=1,2>')
    assert headers.get("X-Thing") == headers.get("X-THING") == "1"
    assert headers.get("Contact") == "<sip:a@b>, <sip:c@d>"
    assert headers.get_all("m") == ["<sip:a@b>", "<sip:c@d>", '"x, y" <sip:e@f;p=1,2>']
    assert len(headers.get_lines("Contact")) == 2
    assert "contact" in headers
    assert "v" not in headers
    assert headers.get("Via") is None
    assert headers.get("Via", "none") == "none"
    assert next(iter(headers.items())) == ("X-Thing", "1")


def test_headers_that_are_no_lists_are_not_split() -> None:
    headers = Headers({"Date": "Sat, 13 Nov 2010 23:29:00 GMT", "Subject": "a, b"})
    assert headers.get_all("Date") == ["Sat, 13 Nov 2010 23:29:00 GMT"]
    assert headers.get_all("Subject") == ["a, b"]


def test_setting_replaces_and_removing_takes_the_first() -> None:
    headers = Headers()
    headers.set("Via", "one", "two")
    headers.prepend("Via", "zero")
    assert headers.remove_first("Via") == "zero"
    headers.set("Via")
    assert "Via" not in headers
    assert headers.remove_first("Via") is None


def test_a_copy_is_its_own() -> None:
    headers = Headers({"To": "x"})
    other = headers.copy()
    other.set("To", "y")
    assert headers.get("To") == "x"


def test_no_value_can_bring_in_a_header_of_its_own() -> None:
    for value in ("a\r\nX: y", "a\nb", "a\rb"):
        with pytest.raises(AssertionError):
            Headers().add("Subject", value)
        with pytest.raises(AssertionError):
            Headers().set("Subject", value)


# --- bytes ---------------------------------------------------------------------------------


def test_a_message_is_written_as_it_was_read() -> None:
    data = options("Subject: caf\udce9 \u8bdd", "Content-Length: 0")
    assert encode(parse(data)) == data


def test_the_length_is_always_that_of_the_body() -> None:
    message = Request("MESSAGE", "sip:a@b", Headers({"Content-Length": "7"}), b"hello")
    assert encode(message).endswith(b"Content-Length: 5\r\n\r\nhello")


def test_folded_lines_are_one() -> None:
    message = parse(options("Subject: I know you're there,", "  pick up the phone", "\tnow"))
    assert message.headers.get("Subject") == "I know you're there, pick up the phone now"


def test_a_datagrams_body_is_cut_to_its_length_or_taken_whole() -> None:
    assert parse(options("Content-Length: 2") + b"body").body == b"bo"
    assert parse(options("l : 04 ") + b"body").body == b"body"
    assert parse(options() + b"body").body == b"body"
    assert parse(b"\r\n\r\n" + options("l: 0")).body == b""


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (options("Content-Length: 5") + b"body", 400, "Content-Length longer than the message"),
        (options("Content-Length: x"), 400, "Bad Content-Length"),
        (options("Content-Length: +1") + b"body", 400, "Bad Content-Length"),
        (options("Content-Length:"), 400, "Bad Content-Length"),
        (options("Content-Length: 1", "l: 2") + b"body", 400, "Bad Content-Length"),
        (options()[:-2], 400, "End of headers missing"),
        (options("no colon"), 400, "Bad header line"),
        (options("bad name: x"), 400, "Bad header line"),
        (options(": x"), 400, "Bad header line"),
        (options("Subject: a\nX: b").replace(b"a\r\nX", b"a\nX"), 400, "Bare line break"),
        (options("Subject: a\rb"), 400, "Bare line break"),
        (options(*["X: y"] * MAX_HEADERS), 513, "Too many headers"),
        (options("X: " + "y" * MAX_HEADER_BYTES), 513, "Header too long"),
        (options(*["X: " + "y" * 8_000] * 5), 513, "Headers too large"),
        (options().replace(b"SIP/2.0\r\n", b"SIP/3.0\r\n"), 505, "Version Not Supported"),
        (options().replace(b"SIP/2.0\r\n", b"HTTP/1.1\r\n"), 400, "Bad request line"),
        (options().replace(b" SIP/2.0\r\n", b"\r\n"), 400, "Bad request line"),
    ],
)
def test_what_cannot_be_read_is_answered_with_the_reason(
    data: bytes, status: int, reason: str
) -> None:
    trouble = broken(data)
    assert (trouble.status, trouble.reason) == (status, reason)
    assert trouble.answerable
    response = answer_from_partial(trouble, "t1")
    assert response is not None
    assert response.headers.get("To") == "<sip:95598@192.0.2.1>;tag=t1"
    read = parse(encode(response))
    assert isinstance(read, Response)
    assert validate_response(read) is None


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"hello",
        b"\r\n\r\n\r\n\r\n",
        b"\xff" * 100,
        wire("OPTIONS sip:a@b SIP/2.0\nVia: x\nbroken\n\n"),
        options("broken").replace(b"OPTIONS", b"ACK"),
        wire("SIP/2.0 200 OK\nbroken\n\n"),
        wire("SIP/2.0 99 Early\n\n"),
        wire("SIP/2.0 700 Late\n\n"),
        wire("SIP/2.0 2000 Long\n\n"),
        wire("SIP/3.0 200 OK\n\n"),
        wire("GET / HTTP/1.1\n\n"),
    ],
)
def test_what_nobody_could_be_answered_about_is_not_answered(data: bytes) -> None:
    trouble = broken(data)
    assert not trouble.answerable
    assert answer_from_partial(trouble, "t1") is None


def test_a_doubled_length_that_agrees_is_borne() -> None:
    assert parse(options("Content-Length: 4", "l: 4") + b"body").body == b"body"


def test_keep_alives() -> None:
    assert is_keep_alive(b"\r\n\r\n")
    assert is_keep_alive(b"\r\n")
    assert is_keep_alive(b"\0\0\0\0")
    assert is_keep_alive(b"")
    assert not is_keep_alive(b"\r\nx")


# --- streams -------------------------------------------------------------------------------


def test_a_stream_of_several_messages_in_pieces() -> None:
    data = options("l: 4") + b"body" + options("l: 0") + wire("SIP/2.0 200 OK\nl: 0\n\n")
    for size in (1, 2, 3, 7, 100, len(data)):
        parser = StreamParser()
        found: list[object] = []
        for start in range(0, len(data), size):
            found += parser.feed(data[start : start + size])
        assert [type(one) for one in found] == [Request, Request, Response]
        assert parser.buffered == 0


def test_pings_are_counted_and_single_breaks_are_not() -> None:
    parser = StreamParser()
    assert parser.feed(b"\r\n\r\n") == []
    assert parser.take_pings() == 1
    assert parser.take_pings() == 0
    for byte in b"\r\n\r\n":
        assert parser.feed(bytes((byte,))) == []
    assert parser.take_pings() == 1
    (message,) = parser.feed(b"\r\n" + options("l: 0"))
    assert isinstance(message, Request)
    assert parser.take_pings() == 0
    assert parser.feed(b"\r\n\r\n" * 1_000) == []
    assert 1 <= parser.take_pings() <= 64


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (options(), 400),  # no Content-Length: no way to tell where it ends
        (options("l: -1"), 400),
        (options("l: 1", "l: 2"), 400),
        (options("l: 65000"), 513),
        (options("l: 0", "X: " + "y" * MAX_HEAD_BYTES), 513),
        (b"x" * (MAX_HEAD_BYTES + 1), 513),
    ],
)
def test_a_stream_that_lost_its_frame_is_closed(data: bytes, status: int) -> None:
    parser = StreamParser(limit=60_000)
    (trouble,) = parser.feed(data)
    assert isinstance(trouble, Malformed)
    assert (trouble.status, trouble.fatal) == (status, True)
    assert parser.closed
    assert parser.buffered == 0
    assert parser.feed(options("l: 0")) == []


# --- answers -------------------------------------------------------------------------------


def request(*added: str) -> Request:
    message = parse(options(*added))
    assert isinstance(message, Request)
    return message


def test_an_answer_copies_what_it_must_and_nothing_else() -> None:
    asked = request("Record-Route: <sip:p1;lr>", "Timestamp: 54", "Subject: x", "l: 0")
    ringing = answer(asked, 180, to_tag="t1")
    assert list(ringing.headers.items()) == [
        ("Via", "SIP/2.0/UDP 192.0.2.7;branch=z9hG4bKa"),
        ("From", "<sip:17@192.0.2.7>;tag=a1"),
        ("To", "<sip:95598@192.0.2.1>;tag=t1"),
        ("Call-ID", "17@192.0.2.7"),
        ("CSeq", "1 OPTIONS"),
        ("Record-Route", "<sip:p1;lr>"),
    ]
    trying = answer(asked, 100, to_tag="t1")
    assert trying.headers.get("To") == "<sip:95598@192.0.2.1>"
    assert trying.headers.get("Timestamp") == "54"
    assert "Record-Route" not in trying.headers
    assert "Record-Route" not in answer(asked, 486).headers


def test_several_vias_are_copied_in_order() -> None:
    asked = request("Via: SIP/2.0/UDP b;branch=z9hG4bKb", "v: SIP/2.0/UDP c;branch=z9hG4bKc")
    assert answer(asked, 200).headers.get_lines("Via") == asked.headers.get_lines("Via")
    assert len(asked.headers.get_lines("Via")) == 3


@pytest.mark.parametrize(
    ("to", "tagged"),
    [
        ("<sip:a@b>;tag=1", True),
        ("<sip:a@b>;TAG=1", True),
        ("<sip:a@b>;x=1 ; tag = 1", True),
        ("sip:a@b;tag=1", True),
        ("<sip:a@b>", False),
        ("<sip:a@b;tag=1>", False),
        ('"x;tag=1" <sip:a@b>', False),
        ('"x>;tag=1" <sip:a@b>;tag=2', True),
        ('"\\">;tag=1" <sip:a@b>', False),
        ("<sip:a@b>;stag=1", False),
        ("<sip:tag@b>;x=tag", False),
    ],
)
def test_whether_an_address_has_a_tag(to: str, tagged: bool) -> None:
    assert has_tag(to) is tagged
    assert has_tag(with_tag(to, "t1"))
    assert (with_tag(to, "t1") == to) is tagged


def test_reasons() -> None:
    assert reason_of(486) == "Busy Here"
    assert reason_of(499) == "Bad Request"
    assert answer(request(), 603, "No time").reason == "No time"


# --- rules ---------------------------------------------------------------------------------


def rule(method: str = "OPTIONS", *added: str, drop: str = "") -> tuple[int, str] | None:
    lines = [line for line in OPTIONS.split("\n")[1:] if not drop or not line.startswith(drop)]
    text = f"{method} sip:95598@192.0.2.1 SIP/2.0\n" + "\n".join(lines)
    data = wire(text.replace("1 OPTIONS", f"1 {method}") + "".join(f"{a}\n" for a in added) + "\n")
    message = parse(data)
    assert isinstance(message, Request)
    fault = validate_request(message, frozenset({"timer"}))
    return (fault.status, fault.reason) if fault else None


CONTACT = "Contact: <sip:17@192.0.2.7>"


@pytest.mark.parametrize(
    ("method", "added", "drop", "expected"),
    [
        ("OPTIONS", (), "", None),
        ("INVITE", (CONTACT,), "", None),
        ("INVITE", (), "", (400, "Contact missing")),
        ("INVITE", (CONTACT, CONTACT), "", (400, "Bad Contact: exactly one is needed")),
        ("INVITE", ("Contact: *",), "", (400, "Bad Contact: * out of place")),
        ("INVITE", ("Contact: <tel:+86>",), "", (400, "Bad Contact: not a SIP URI")),
        ("INVITE", ("Contact: <sips:a@b>",), "", None),
        ("UPDATE", ("Contact: <http://a>",), "", (400, "Bad Contact: not a SIP URI")),
        ("OPTIONS", ("Contact: <tel:+86>",), "", None),
        ("REGISTER", ("Contact: <tel:+86>",), "", None),
        ("REGISTER", ("Contact: *", "Expires: 0"), "", None),
        ("REGISTER", ("Contact: *",), "", (400, "Bad Contact: * needs Expires: 0")),
        (
            "REGISTER",
            (CONTACT, "Contact: *", "Expires: 0"),
            "",
            (400, "Bad Contact: * out of place"),
        ),
        ("REGISTER", (CONTACT, "Contact: <sip:18@192.0.2.7>;q=0.1"), "", None),
        ("OPTIONS", (), "Via", (400, "Via missing")),
        ("OPTIONS", (), "Call-ID", (400, "Call-ID missing")),
        ("OPTIONS", ("f: <sip:x@y>;tag=b",), "", (400, "From twice")),
        ("OPTIONS", ("Call-ID: a b",), "Call-ID", (400, "Bad Call-ID")),
        ("OPTIONS", ("Via: SIP/2.0/UDP",), "", (400, "Bad Via")),
        ("OPTIONS", ("Via: SIP/3.0/UDP x;branch=z9hG4bK1",), "", (400, "Bad Via")),
        ("OPTIONS", ("Via: ,",), "Via", (400, "Bad Via")),
        ("OPTIONS", ("Max-Forwards: 70",), "", None),
        ("OPTIONS", ("Max-Forwards: 256",), "", (400, "Bad Max-Forwards")),
        ("OPTIONS", ("Max-Forwards: -1",), "", (400, "Bad Max-Forwards")),
        ("OPTIONS", ("Max-Forwards: 1e3",), "", (400, "Bad Max-Forwards")),
        ("INVITE", (CONTACT, "Max-Forwards: 0"), "", (483, "Too Many Hops")),
        ("BYE", ("Max-Forwards: 0",), "", None),
        ("OPTIONS", ("Require: timer",), "", None),
        ("OPTIONS", ("Require: Timer, 100rel",), "", (420, "Bad Extension")),
        ("ACK", ("Require: 100rel",), "", None),
        ("CANCEL", ("Require: 100rel",), "", None),
        ("OPTIONS", ("Route: sip:a@b",), "", (400, "Bad Route: angle brackets missing")),
        (
            "OPTIONS",
            ("Record-Route: <sip:a>, x",),
            "",
            (400, "Bad Record-Route: angle brackets missing"),
        ),
        ("OPTIONS", ("Content-Type: sdp",), "", (400, "Bad Content-Type")),
        ("OPTIONS", ("Contact: <sip:a@b",), "", (400, "Bad Contact: angle brackets missing")),
    ],
)
def test_the_rules_of_a_request(
    method: str, added: tuple[str, ...], drop: str, expected: tuple[int, str] | None
) -> None:
    assert rule(method, *added, drop=drop) == expected


def test_a_body_needs_a_type() -> None:
    message = parse(options("l: 2") + b"hi")
    assert isinstance(message, Request)
    fault = validate_request(message)
    assert fault is not None
    assert fault.reason == "Content-Type missing"


def test_uris_that_are_too_long_or_not_ours() -> None:
    message = request()
    message.uri = "sip:" + "a" * 3_000 + "@b"
    fault = validate_request(message)
    assert fault is not None
    assert fault.status == 414
    message.uri = "mailto:a@b"
    fault = validate_request(message)
    assert fault is not None
    assert fault.status == 416


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (("x", "x"), None),
        (("Via: ", "X-Via: "), "Via missing"),
        (("Call-ID: ", "X-Id: "), "Call-ID missing"),
        (("z9hG4bKa", "z9hG4bKa, SIP/2.0/UDP b;branch=z9hG4bKb"), "more than one Via"),
        (("CSeq: 1", "CSeq: one"), "Bad CSeq"),
        (("To: <", "To: <<"), "Bad To"),
        (("17@192.0.2.7>;tag", "17@192.0.2.7;tag"), "Bad From"),
        (("CSeq: 1 OPTIONS", "Contact: <sip\nCSeq: 1 INVITE"), "Bad Contact"),
        (("CSeq:", "Contact: <sip\nCSeq:"), None),  # nothing will be sent there
        (("CSeq:", "Record-Route: x\nCSeq:"), "Bad Record-Route"),
    ],
)
def test_responses_that_are_dropped(change: tuple[str, str], why: str | None) -> None:
    text = OPTIONS.replace("OPTIONS sip:95598@192.0.2.1 SIP/2.0", "SIP/2.0 200 OK")
    message = parse(wire(text.replace(*change) + "\n"))
    assert isinstance(message, Response)
    assert validate_response(message) == why
