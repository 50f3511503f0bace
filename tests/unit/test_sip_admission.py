"""Who may begin something with us."""

from roost.adapters.telephony.admission import Gate
from roost.adapters.telephony.reasons import STATUS_OF, end_of, failure_of
from roost.adapters.telephony.settings import Trunks, TrunkSettings
from roost.adapters.telephony.trace import masked
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import TrunkId
from roost.kernel.time import InstantUs, seconds
from roost.ports.media import Law
from roost.protocols.sip.digest import authorize, read_challenge, secret_of
from roost.protocols.sip.endpoint import ADMITTED, SILENCE
from roost.protocols.sip.events import By, Finished, Why
from roost.protocols.sip.message import Headers, Request, Response
from roost.protocols.sip.routing import UDP, Peer

NOW = InstantUs(1_700_000_000_000_000)
TRUNK = Peer(UDP, "192.0.2.10", 5060)
GUARDED = Peer(UDP, "198.51.100.7", 5060)
STRANGER = Peer(UDP, "203.0.113.5", 5060)
TRUNKS = (
    TrunkSettings(TrunkId("wide"), ("192.0.2.0/24",)),
    TrunkSettings(TrunkId("one"), ("192.0.2.77",), Law.PCMU),
    TrunkSettings(
        TrunkId("guarded"),
        ("198.51.100.7",),
        username="carrier",
        secret=secret_of("carrier", "roost", "machine made"),
    ),
)


class Load:
    standing = 0


def gate(load: Load | None = None) -> Gate:
    counted = load or Load()
    agents = {"1001": secret_of("1001", "roost", "right")}
    return Gate(
        *(b"key", "roost", Trunks(TRUNKS), agents, 10),
        lambda: counted.standing,
        lambda peer: peer.port == 7777,
    )


def request(method: str, user: str = "1001") -> Request:
    headers = Headers(
        {
            "Via": "SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKx",
            "From": "<sip:a@roost>;tag=f",
            "To": f"<sip:{user}@roost>",
            "Call-ID": "c",
            "CSeq": f"1 {method}",
        }
    )
    return Request(method, "sip:roost", headers)


def proving(one: Request, challenged: Response, user: str, password: str) -> Request:
    challenge = read_challenge(challenged.headers)
    assert challenge is not None
    again = Request(one.method, one.uri, one.headers.copy())
    name, value = authorize(challenge, user, password, one.method, one.uri, "cnonce")
    again.headers.set(name, value)
    return again


def challenged(door: Gate, one: Request, source: Peer) -> Response:
    verdict = door.judge(one, source, NOW)
    assert isinstance(verdict, Response)
    assert verdict.status == 401
    return verdict


def test_a_trunk_is_known_by_its_most_exact_address() -> None:
    trunks = Trunks(TRUNKS)
    found = [trunks.of(host) for host in ("192.0.2.1", "192.0.2.77", "203.0.113.5")]
    assert [one.id if one else None for one in found] == ["wide", "one", None]
    assert gate().judge(request("INVITE"), TRUNK, NOW) is ADMITTED


def test_a_stranger_hears_one_403_a_second() -> None:
    door = gate()
    first = door.judge(request("INVITE"), STRANGER, NOW)
    assert isinstance(first, Response)
    assert first.status == 403
    assert door.judge(request("OPTIONS"), STRANGER, NOW) is SILENCE
    assert isinstance(
        door.judge(request("INVITE"), STRANGER, InstantUs(NOW + seconds(1))), Response
    )
    assert door.counts["strangers"] == 3


def test_an_agents_phone_proves_itself_once_per_nonce() -> None:
    door = gate()
    one = request("REGISTER")
    again = proving(one, challenged(door, one, STRANGER), "1001", "right")
    assert door.judge(again, STRANGER, NOW) is ADMITTED
    replayed = door.judge(again, STRANGER, NOW)
    assert isinstance(replayed, Response)
    assert "stale=true" in (replayed.headers.get("WWW-Authenticate") or "")


def test_nobody_learns_who_exists() -> None:
    door = gate()
    answers: list[Response] = []
    for user in ("1001", "nobody"):
        one = request("REGISTER", user)
        again = proving(one, challenged(door, one, STRANGER), user, "wrong")
        answers.append(challenged(door, again, STRANGER))
    known, unknown = answers
    assert list(known.headers.lines) == list(unknown.headers.lines)
    assert known.headers.get_lines("WWW-Authenticate") == unknown.headers.get_lines(
        "WWW-Authenticate"
    )


def test_an_agent_cannot_register_as_another() -> None:
    door = gate()
    one = request("REGISTER", "1002")
    challenged(door, proving(one, challenged(door, one, STRANGER), "1001", "right"), STRANGER)


def test_guessing_ends_in_silence() -> None:
    door = gate()
    one = request("REGISTER")
    verdicts = [
        door.judge(
            proving(one, challenged(door, one, STRANGER), "1001", f"guess {n}"), STRANGER, NOW
        )
        for n in range(30)
    ]
    assert verdicts[-1] is SILENCE


def test_a_trunk_with_a_digest_is_challenged() -> None:
    door = gate()
    one = request("INVITE")
    again = proving(one, challenged(door, one, GUARDED), "carrier", "machine made")
    assert door.judge(again, GUARDED, NOW) is ADMITTED


def test_at_four_fifths_of_the_bound_new_calls_are_sent_away() -> None:
    load = Load()
    door = gate(load)
    load.standing = 8
    verdict = door.judge(request("INVITE"), TRUNK, NOW)
    assert isinstance(verdict, Response)
    assert verdict.status == 503
    assert verdict.headers.get("Retry-After")
    assert door.judge(request("OPTIONS"), TRUNK, NOW) is ADMITTED


def test_a_registered_phone_may_ask_whether_we_are_there() -> None:
    phone = Peer(UDP, "203.0.113.5", 7777)
    assert gate().judge(request("OPTIONS"), phone, NOW) is ADMITTED
    assert isinstance(gate().judge(request("INVITE"), phone, NOW), Response)


def test_every_reason_has_a_status_and_every_end_a_reason() -> None:
    assert set(STATUS_OF) == set(Reason)
    for why in Why:
        for by in By:
            blame, reason = end_of(Finished("leg", by, why, 486), Blame.CALLER)
            assert isinstance(blame, Blame)
            assert isinstance(reason, Reason)
            failure_of(Finished("leg", by, why, 486))
    assert failure_of(Finished("leg", By.THEM, Why.REFUSED, 603)) == (
        *(Blame.AGENT, Reason.DECLINED),
    )


def test_a_trace_masks_secrets() -> None:
    text = masked(
        b'REGISTER sip:x SIP/2.0\r\nAuthorization: Digest username="1001",response="0af3"\r\n'
        b"\r\nSignal=5\r\nDuration=160\r\n"
    )
    assert "0af3" not in text
    assert "Signal=5" not in text
    assert "1001" in text
    assert masked(b"INFO sip:x SIP/2.0\r\nContent-Type: application/dtmf\r\n\r\n7").endswith("***")
