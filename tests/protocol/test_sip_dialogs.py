"""Two user agents, message by message: what the RFCs say about dialogs."""

from property.virtual_sip import Side, World
from roost.kernel.time import InstantUs
from roost.protocols.sip.calling import Call
from roost.protocols.sip.dialogs import Phase, from_bytes, to_bytes
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.events import (
    Accepted,
    Alive,
    By,
    Confirmed,
    Digit,
    Finished,
    Invited,
    Notified,
    OfferRefused,
    Rang,
    Reanswered,
    Reoffered,
    SipEvent,
    Why,
)
from roost.protocols.sip.message import Headers, Request, Response, encode
from roost.protocols.sip.midcall import info_digit
from roost.protocols.sip.parse import parse
from roost.protocols.sip.routing import Peer

SECOND = 1_000_000


class Heard(World):
    """A world that writes down what both sides are told, and every message."""

    def __init__(self, session_s: int = 0) -> None:
        super().__init__(1, session_s=session_s)
        self.told: dict[str, list[SipEvent]] = {"a": [], "b": []}
        self.wire: list[str] = []
        for name, side in (("a", self.a), ("b", self.b)):
            self._listen(name, side)

    def _listen(self, name: str, side: Side) -> None:
        answer_it = side.on

        def on(event: SipEvent, now: InstantUs) -> None:
            self.told[name].append(event)
            answer_it(event, now)

        side.on = on  # type: ignore[method-assign]

    def _post(self, sender: Side, data: bytes, to: Peer) -> None:
        message = parse(data)
        number = message.headers.get("CSeq") or ""
        what = message.method if isinstance(message, Request) else str(message.status)
        self.wire.append(f"{'a' if sender is self.a else 'b'} {what} {number.split()[1]}")
        super()._post(sender, data, to)

    def kinds(self, name: str) -> list[type]:
        return [type(one) for one in self.told[name]]

    def last(self, name: str) -> SipEvent:
        return self.told[name][-1]

    def answered_call(self) -> tuple[str, str]:
        """A call that's up: the leg at a, the leg at b."""
        leg = self.call()
        self.run(SECOND)
        theirs = self.b.legs[-1]
        self.b.endpoint.answer(theirs, b"answer", self.now)
        self.run(SECOND)
        assert self.a.endpoint.dialogs[leg].phase is Phase.UP
        return leg, theirs


def of(endpoint: Endpoint, leg: str, method: str, *headers: tuple[str, str]) -> Request:
    """A request within a dialog, made by hand."""
    dialog = endpoint.dialogs[leg]
    request = dialog.request(method, dialog.next_seq())
    via = f"SIP/2.0/UDP {endpoint.identity.host}:5060;branch=z9hG4bK{method}{dialog.local_seq}"
    request.headers = Headers({"Via": via, **request.headers.lines})
    for name, value in headers:
        request.headers.set(name, value)
    return request


def hand(world: Heard, to: Side, sender: Side, message: Request | Response) -> list[Response]:
    """Gives a message by hand; the responses that come back at once."""
    to.endpoint.datagram(encode(message), sender.peer, world.now)
    sends, events = to.endpoint.take()
    for event in events:
        to.on(event, world.now)
    more, _ = to.endpoint.take()
    parsed = [parse(one.data) for one in (*sends, *more)]
    return [one for one in parsed if isinstance(one, Response)]


# --- setting up and ending ---


def test_a_call_from_invite_to_bye() -> None:
    world = Heard()
    leg = world.call()
    world.run(SECOND)
    theirs = world.b.legs[0]
    world.b.endpoint.ring(theirs, world.now)
    world.run(SECOND)
    world.b.endpoint.answer(theirs, b"answer", world.now)
    world.run(SECOND)
    world.b.endpoint.hang_up(theirs, world.now)
    world.run(SECOND)
    assert world.wire == [
        *("a INVITE INVITE", "b 100 INVITE", "b 180 INVITE", "b 200 INVITE"),
        *("a ACK ACK", "b BYE BYE", "a 200 BYE"),
    ]
    assert world.kinds("a") == [Rang, Accepted, Finished]
    assert world.kinds("b") == [Invited, Confirmed, Finished]
    assert world.last("a") == Finished(leg, By.THEM, Why.BYE)


def test_a_2xx_is_sent_again_until_its_ack_and_then_the_call_is_ended() -> None:
    world = Heard()
    world.call()
    world.run(SECOND)
    world.loss = 100
    world.b.endpoint.answer(world.b.legs[0], b"answer", world.now)
    world.run(70 * SECOND)
    assert world.wire.count("b 200 INVITE") == 11  # 0.5 s, doubled up to 4 s, for 32 s
    assert world.last("b") == Finished(world.b.legs[0], By.NETWORK, Why.NO_ACK)


def test_a_lost_ack_is_sent_again_for_the_doubled_2xx() -> None:
    world = Heard()
    leg = world.call()
    world.run(SECOND)
    theirs = world.b.legs[0]
    world.b.endpoint.answer(theirs, b"answer", world.now)
    world.settle()
    world.loss = 100
    world.run(10_000)
    world.loss = 0
    world.run(2 * SECOND)
    assert world.wire.count("a ACK ACK") == 2
    assert world.b.endpoint.dialogs[theirs].phase is Phase.UP
    world.a.endpoint.reoffer(leg, b"hold", world.now)
    world.run(600)
    world.loss = 100
    world.run(10_000)
    world.loss = 0
    world.run(2 * SECOND)
    assert world.b.endpoint.dialogs[theirs].final == b""
    assert world.b.endpoint.dialogs[theirs].remote_sdp == b"hold"


def test_a_cancel_that_crosses_the_2xx() -> None:
    """RFC 3261, 9.1 and 13.3.1.4: the 2xx wins, is acknowledged, and BYE follows."""
    world = Heard()
    leg = world.call()
    world.run(SECOND)
    world.delay_ms = 100
    world.b.endpoint.answer(world.b.legs[0], b"answer", world.now)
    world.settle()
    world.a.endpoint.hang_up(leg, world.now)
    world.run(5 * SECOND)
    assert "a ACK ACK" in world.wire
    assert "a BYE BYE" in world.wire
    assert world.last("a") == Finished(leg, By.US, Why.CANCELLED)
    assert world.last("b") == Finished(world.b.legs[0], By.THEM, Why.BYE)


def test_a_cancel_before_any_answer_waits() -> None:
    world = Heard()
    world.loss = 100
    leg = world.call()
    world.a.endpoint.hang_up(leg, world.now)
    world.run(100_000)
    assert "a CANCEL CANCEL" not in world.wire
    world.loss = 0
    world.run(2 * SECOND)
    assert "a CANCEL CANCEL" in world.wire
    assert world.last("b") == Finished(world.b.legs[0], By.THEM, Why.CANCELLED, 487)
    assert world.last("a") == Finished(leg, By.US, Why.CANCELLED, 487)


def test_we_hang_up_before_our_2xx_is_acknowledged() -> None:
    """RFC 3261, 15: the callee's BYE waits for the ACK."""
    world = Heard()
    world.call()
    world.run(SECOND)
    theirs = world.b.legs[0]
    world.b.endpoint.answer(theirs, b"answer", world.now)
    world.b.endpoint.hang_up(theirs, world.now)
    world.settle()
    assert "b BYE BYE" not in world.wire
    world.run(SECOND)
    assert world.wire.index("a ACK ACK") < world.wire.index("b BYE BYE")


def test_a_forked_2xx_is_acknowledged_and_ended() -> None:
    world = Heard()
    leg = world.call()
    world.settle()
    ours = world.a.endpoint.dialogs[leg]
    number = f"{ours.invite_seq} INVITE"
    client = world.a.endpoint.transactions.clients[ours.client]
    assert client.request is not None
    sent = client.request.headers
    for tag in ("first", "second"):
        headers = sent.copy()
        headers.set("To", f"<sip:b@192.0.2.2>;tag={tag}")
        headers.set("CSeq", number)
        headers.set("Contact", "<sip:b@192.0.2.2>")
        hand(world, world.a, world.b, Response(200, "OK", headers, b"sdp"))
    world.settle()
    assert world.a.endpoint.dialogs[leg].remote_tag == "first"
    assert world.a.endpoint.counts["forked_answers"] == 1


def test_a_call_to_itself_by_two_ways_is_a_loop() -> None:
    world = Heard()
    leg = world.call()
    client = world.a.endpoint.transactions.clients[world.a.endpoint.dialogs[leg].client]
    assert client.request is not None
    world.run(SECOND)
    again = Request("INVITE", client.request.uri, client.request.headers.copy(), b"x")
    again.headers.set("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKotherway")
    again.headers.set("Content-Type", "application/sdp")
    (response,) = hand(world, world.b, world.a, again)
    assert response.status == 482


# --- offers within the dialog ---


def test_hold_and_back() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    world.a.endpoint.reoffer(leg, b"hold", world.now)
    world.run(SECOND)
    assert Reoffered(theirs, b"hold") in world.told["b"]
    assert isinstance(world.last("a"), Reanswered)
    assert world.b.endpoint.dialogs[theirs].remote_sdp == b"hold"


def test_two_offers_at_once_are_both_refused_and_made_again() -> None:
    """RFC 3261, 14.1: the owner of the Call-ID waits longer."""
    world = Heard()
    leg, theirs = world.answered_call()
    world.delay_ms = 0
    world.a.endpoint.reoffer(leg, b"from a", world.now)
    world.b.endpoint.reoffer(theirs, b"from b", world.now)
    world.run(10 * SECOND)
    assert "a 491 INVITE" in world.wire
    assert "b 491 INVITE" in world.wire
    assert Reoffered(theirs, b"from a") in world.told["b"]
    assert Reoffered(leg, b"from b") in world.told["a"]
    from_b = world.wire.index("b INVITE INVITE", world.wire.index("b 491 INVITE"))
    assert world.wire.index("a INVITE INVITE", world.wire.index("b 491 INVITE")) > from_b


def test_a_refused_offer_changes_nothing() -> None:
    world = Heard()
    leg, theirs = world.answered_call()

    def decline(event: SipEvent, now: InstantUs) -> None:
        world.told["b"].append(event)
        if isinstance(event, Reoffered):
            world.b.endpoint.decline(event.leg, 488, now)

    world.b.on = decline  # type: ignore[method-assign]
    world.a.endpoint.reoffer(leg, b"video", world.now)
    world.run(SECOND)
    assert world.last("a") == OfferRefused(leg, 488)
    assert world.a.endpoint.dialogs[leg].local_sdp == b"192.0.2.1 says 1"
    assert world.b.endpoint.dialogs[theirs].phase is Phase.UP


def test_an_invite_without_an_offer() -> None:
    world = Heard()
    peer = world.b.peer
    world.a.legs.append("late")
    call = Call("late", "sip:b@192.0.2.2", "<sip:a@192.0.2.1>", "<sip:b@192.0.2.2>", peer, b"")
    world.a.endpoint.invite(call, world.now)

    def with_answer(event: SipEvent, now: InstantUs) -> None:
        if isinstance(event, Accepted):
            world.a.endpoint.acknowledge(event.leg, now, b"answer in the ACK")

    world.a.on = with_answer  # type: ignore[method-assign]
    world.run(SECOND)
    world.b.endpoint.answer(world.b.legs[0], b"offer in the 200", world.now)
    world.run(SECOND)
    assert world.last("b") == Confirmed(world.b.legs[0], b"answer in the ACK")


def test_a_re_invite_without_an_offer() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    request = of(world.a.endpoint, leg, "INVITE", ("Contact", "<sip:a@192.0.2.1>"))
    responses = hand(world, world.b, world.a, request)
    assert [one.status for one in responses] == [100, 200]
    assert responses[1].body  # our offer
    ack = of(world.a.endpoint, leg, "ACK", ("Content-Type", "application/sdp"))
    ack.headers.set("CSeq", (request.headers.get("CSeq") or "").replace("INVITE", "ACK"))
    ack.body = b"answer"
    hand(world, world.b, world.a, ack)
    assert Reanswered(theirs, b"answer") in world.told["b"]


def test_an_update_with_an_offer() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    update = of(world.a.endpoint, leg, "UPDATE", ("Content-Type", "application/sdp"))
    update.body = b"moved"
    responses = hand(world, world.b, world.a, update)
    assert [one.status for one in responses] == [200]
    assert world.b.endpoint.dialogs[theirs].remote_sdp == b"moved"


# --- reliable provisional answers ---


def invite_requiring(world: Heard, option: str) -> Request:
    leg = world.call()
    client = world.a.endpoint.transactions.clients[world.a.endpoint.dialogs[leg].client]
    assert client.request is not None
    request = Request("INVITE", client.request.uri, client.request.headers.copy(), b"offer")
    request.headers.set("Require", option)
    world.a.endpoint.take()
    return request


def test_100rel_is_done_where_it_is_required() -> None:
    world = Heard()
    request = invite_requiring(world, "100rel")
    assert [one.status for one in hand(world, world.b, world.a, request)] == [100]
    theirs = world.b.legs[0]
    world.b.endpoint.ring(theirs, world.now, b"early media")
    sends, _ = world.b.endpoint.take()
    ringing = parse(sends[0].data)
    assert isinstance(ringing, Response)
    assert (ringing.status, ringing.headers.get("Require")) == (183, "100rel")
    world.b.endpoint.answer(theirs, b"early media", world.now)
    assert not world.b.endpoint.take()[0], "the 200 waits for the PRACK"
    world.now = InstantUs(world.now + 600_000)
    world.b.endpoint.expire(world.now)
    assert world.b.endpoint.take()[0], "the 183 is sent again"
    dialog = world.b.endpoint.dialogs[theirs]
    prack = Request("PRACK", "sip:b@192.0.2.2", request.headers.copy())
    prack.headers.set("Require")
    prack.headers.set("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKprack")
    prack.headers.set("To", ringing.headers.get("To") or "")
    prack.headers.set("CSeq", "2 PRACK")
    prack.headers.set("RAck", f"{int(ringing.headers.get('RSeq') or 0) + 1} 1 INVITE")
    assert [one.status for one in hand(world, world.b, world.a, prack)] == [481]
    prack.headers.set("Via", "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKprack2")
    prack.headers.set("RAck", f"{ringing.headers.get('RSeq')} {dialog.invite_seq} INVITE")
    prack.headers.set("CSeq", "3 PRACK")
    assert [one.status for one in hand(world, world.b, world.a, prack)] == [200, 200]


def test_an_unknown_extension_is_refused() -> None:
    world = Heard()
    request = invite_requiring(world, "teleport")
    (response,) = hand(world, world.b, world.a, request)
    assert response.status == 420
    assert response.headers.get("Unsupported") == "teleport"
    assert not world.b.legs


# --- session timers ---


def test_too_short_a_session_is_asked_for_again() -> None:
    world = Heard(session_s=1800)
    request = invite_requiring(world, "timer")
    request.headers.set("Session-Expires", "30")
    (response,) = hand(world, world.b, world.a, request)
    assert (response.status, response.headers.get("Min-SE")) == (422, "90")


def test_a_session_is_refreshed_for_hours() -> None:
    world = Heard(session_s=90)
    leg, theirs = world.answered_call()
    world.run(3_600 * SECOND)
    assert world.a.endpoint.dialogs[leg].phase is Phase.UP
    assert world.b.endpoint.dialogs[theirs].phase is Phase.UP
    assert world.wire.count("a UPDATE UPDATE") + world.wire.count("b UPDATE UPDATE") >= 70


def test_a_session_that_nobody_refreshes_ends() -> None:
    world = Heard(session_s=90)
    leg, theirs = world.answered_call()
    world.loss = 100
    world.run(200 * SECOND)
    ends = [one for name in "ab" for one in world.told[name] if isinstance(one, Finished)]
    assert {one.leg for one in ends} == {leg, theirs}
    assert {one.why for one in ends} <= {Why.SESSION, Why.NO_ANSWER}


# --- what's said within the dialog ---


def test_options_digits_and_talk() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    world.a.endpoint.ask(leg, world.now)
    world.a.endpoint.tell_digit(leg, "#", world.now)
    world.run(SECOND)
    world.a.endpoint.nudge(leg, world.now)
    world.run(SECOND)
    assert Alive(leg) in world.told["a"]
    assert Digit(theirs, "#") in world.told["b"]
    assert Notified(theirs, "talk") in world.told["b"]


def test_digits_by_info_in_their_forms() -> None:
    relay, plain = "application/dtmf-relay", "application/dtmf"
    assert info_digit(relay, b"Signal=5\r\nDuration=160\r\n") == "5"
    assert info_digit(relay, b"Signal= *\r\nDuration= 100") == "*"
    assert info_digit(relay, b"signal = 11\nduration=250") == "#"
    assert info_digit(plain, b"7") == "7"
    assert info_digit(plain, b" d \r\n") == "D"
    assert info_digit(relay, b"Duration=160") == ""
    assert info_digit("text/plain", b"5") == ""


def test_a_peer_that_lost_its_memory_ends_the_call() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    world.b.endpoint.forget(world.b.endpoint.dialogs[theirs])
    world.a.endpoint.ask(leg, world.now)
    world.run(SECOND)
    assert world.last("a") == Finished(leg, By.NETWORK, Why.UNKNOWN)


def test_requests_of_no_dialog_keep_nothing() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    bye = of(world.a.endpoint, leg, "BYE")
    bye.headers.set("To", "<sip:b@192.0.2.2>;tag=guessed")
    (response,) = hand(world, world.b, world.a, bye)
    assert response.status == 481
    assert world.b.endpoint.dialogs[theirs].phase is Phase.UP
    before = len(world.b.endpoint.transactions.servers)
    hand(world, world.b, world.a, of(world.a.endpoint, leg, "ACK"))
    assert len(world.b.endpoint.transactions.servers) == before


def test_a_request_from_the_past_is_refused() -> None:
    world = Heard()
    leg, _ = world.answered_call()
    late = of(world.a.endpoint, leg, "INFO")
    world.a.endpoint.tell_digit(leg, "1", world.now)
    world.run(SECOND)
    (response,) = hand(world, world.b, world.a, late)
    assert response.status == 500


# --- over a restart ---


def test_a_dialog_goes_on_from_its_bytes() -> None:
    world = Heard(session_s=1800)
    leg, theirs = world.answered_call()
    for side, name in ((world.a, leg), (world.b, theirs)):
        dialog = side.endpoint.dialogs[name]
        kept = from_bytes(to_bytes(dialog))
        assert kept.local_seq > dialog.local_seq
        side.endpoint.forget(dialog)
        side.endpoint.restore(kept, world.now)
    world.a.endpoint.reoffer(leg, b"hold", world.now)
    world.run(SECOND)
    assert Reoffered(theirs, b"hold") in world.told["b"]
    world.b.endpoint.hang_up(theirs, world.now)
    world.run(SECOND)
    assert world.last("a") == Finished(leg, By.THEM, Why.BYE)


def test_the_same_call_is_the_same_bytes() -> None:
    first, second = Heard(), Heard()
    for world in (first, second):
        world.call()
    one = first.a.endpoint.transactions.clients
    other = second.a.endpoint.transactions.clients
    assert [c.data for c in one.values()] == [c.data for c in other.values()]


# --- strangers ---


class Closed:
    """Nobody is admitted, or told anything."""

    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        return False

    def trusts(self, source: Peer) -> bool:
        return False


def test_a_stranger_gets_no_answer_and_no_transaction_whatever_it_sends() -> None:
    world = Heard()
    leg, theirs = world.answered_call()
    closed = Endpoint(world.b.endpoint.identity, Closed())
    for method in ("INVITE", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "FOO"):
        request = of(world.a.endpoint, leg, method, ("Contact", "<sip:a@192.0.2.1>"))
        closed.datagram(encode(request), world.a.peer, world.now)
        request.headers.set("Require", "teleport")
        closed.datagram(encode(request), world.a.peer, world.now)
        request.headers.set("CSeq", "nonsense")
        closed.datagram(encode(request), world.a.peer, world.now)
    assert closed.take() == ([], [])
    assert not closed.transactions.servers
    assert not closed.dialogs
    assert theirs in world.b.endpoint.dialogs
