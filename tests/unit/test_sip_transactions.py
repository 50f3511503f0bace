"""The four transaction machines: their tables, their timers, and what goes back and forth."""

import pytest

from roost.kernel.time import NEVER, InstantUs, seconds
from roost.protocols.sip.answers import answer
from roost.protocols.sip.headers import top_via
from roost.protocols.sip.message import Headers, Request, encode
from roost.protocols.sip.parse import parse
from roost.protocols.sip.routing import TCP, UDP, Peer
from roost.protocols.sip.timers import T1, T2, Timer, TimerLines
from roost.protocols.sip.transactions import (
    CLIENT_INVITE,
    CLIENT_OTHER,
    DELAYS,
    SERVER_INVITE,
    SERVER_OTHER,
    Given,
    Moves,
    State,
    Transactions,
    client_key,
)

TABLES = {
    "client INVITE": (CLIENT_INVITE, State.CALLING),
    "client other": (CLIENT_OTHER, State.TRYING),
    "server INVITE": (SERVER_INVITE, State.PROCEEDING),
    "server other": (SERVER_OTHER, State.TRYING),
}
PEER = Peer(UDP, "192.0.2.9", 5060)
STREAM = Peer(TCP, "192.0.2.9", 5060, 3)


def request(method: str, branch: str = "z9hG4bKx", number: int = 1) -> Request:
    headers = Headers(
        {
            "Via": f"SIP/2.0/UDP 192.0.2.9:5060;branch={branch}",
            "From": "<sip:a@192.0.2.9>;tag=f",
            "To": "<sip:b@192.0.2.1>",
            "Call-ID": "c",
            "CSeq": f"{number} {method}",
        }
    )
    return Request(method, "sip:b@192.0.2.1", headers)


class Layer:
    """Transactions with a clock that's turned by hand."""

    def __init__(self) -> None:
        self.timers = TimerLines()
        self.layer = Transactions(self.timers)
        self.now = InstantUs(0)
        self.given: list[Given] = []
        self.times: list[float] = []  # of everything that was sent, in seconds

    def run(self, until_s: float) -> None:
        end = InstantUs(seconds(until_s))
        self._note()
        while self.timers.earliest <= end:
            self.now = self.timers.earliest
            for due, owner, timer in self.timers.expire(self.now):
                given = self.layer.expire(owner, timer, self.now, due)
                if given is not None:
                    self.given.append(given)
            self._note()
        self.now = end

    def _note(self) -> None:
        self.times += [self.now / 1e6] * len(self.layer.sends)
        self.layer.sends.clear()

    def answered(self, to: Request, status: int) -> bool:
        response = answer(to, status, to_tag="t")
        via = top_via(response)
        return self.layer.answered(response, via, to.method, self.now)[1]


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_reached_and_can_be_left(name: str) -> None:
    table, start = TABLES[name]
    reached = {start}
    while True:
        more = {to for (state, _), (to, _) in table.items() if state in reached} - reached
        if not more:
            break
        reached |= more
    named = {state for state, _ in table}
    assert named <= reached
    assert State.GONE in reached
    for state in named:
        assert _leads_out(table, state), f"{name}: {state} is for ever"


def _leads_out(table: Moves, state: State) -> bool:
    seen = {state}
    while State.GONE not in seen:
        more = {to for (one, _), (to, _) in table.items() if one in seen} - seen
        if not more:
            return False
        seen |= more
    return True


def test_timers_that_are_armed_have_a_delay() -> None:
    retransmissions = {Timer.A, Timer.E, Timer.G}
    for table, _ in TABLES.values():
        for _, acts in table.values():
            for act in acts:
                if isinstance(act, Timer):
                    assert act in DELAYS or act in retransmissions


def test_an_invite_without_answer_is_sent_seven_times_and_given_up() -> None:
    world = Layer()
    world.layer.request(request("INVITE"), "z9hG4bKx", PEER, "leg", world.now)
    world.run(100)
    assert world.times == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert world.given == [Given(client_key("INVITE", "z9hG4bKx"), "leg", "INVITE", True)]
    assert not world.layer.clients


def test_another_request_backs_off_to_four_seconds() -> None:
    world = Layer()
    world.layer.request(request("BYE"), "z9hG4bKx", PEER, "leg", world.now)
    world.run(100)
    assert world.times == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert [one.timed_out for one in world.given] == [True]


def test_over_a_stream_nothing_is_sent_again() -> None:
    world = Layer()
    for method in ("INVITE", "BYE"):
        world.layer.request(request(method), "z9hG4bKx", STREAM, "leg", world.now)
    world.run(100)
    assert world.times == [0, 0]
    assert len(world.given) == 2


def test_a_failure_is_acknowledged_each_time_it_comes() -> None:
    world = Layer()
    invite = request("INVITE")
    world.layer.request(invite, "z9hG4bKx", PEER, "leg", world.now)
    world.layer.sends.clear()
    assert world.answered(invite, 486)
    assert not world.answered(invite, 486)
    acks = [parse(one.data) for one in world.layer.sends]
    assert [ack.method for ack in acks if isinstance(ack, Request)] == ["ACK", "ACK"]
    assert acks[0].headers.get("To") == "<sip:b@192.0.2.1>;tag=t"
    assert acks[0].headers.get("Via") == invite.headers.get("Via")
    world.run(100)
    assert not world.layer.clients
    assert not world.given


def test_every_2xx_reaches_the_user_while_the_transaction_stays() -> None:
    world = Layer()
    invite = request("INVITE")
    world.layer.request(invite, "z9hG4bKx", PEER, "leg", world.now)
    assert world.answered(invite, 200)
    assert world.answered(invite, 200)
    world.run(33)
    assert not world.answered(invite, 200)
    assert world.layer.counts["stray_responses"] == 1


def test_a_doubled_invite_makes_no_second_call() -> None:
    world = Layer()
    invite = request("INVITE")
    server = world.layer.receive(invite, top_via(invite), PEER, world.now)
    assert server is not None
    world.layer.respond(server, answer(invite, 180, to_tag="t"), world.now)
    world.layer.sends.clear()
    assert world.layer.receive(invite, top_via(invite), PEER, world.now) is None
    assert b"180 Ringing" in world.layer.sends.pop().data
    world.layer.respond(server, answer(invite, 200, to_tag="t"), world.now)
    world.layer.sends.clear()
    assert world.layer.receive(invite, top_via(invite), PEER, world.now) is None
    assert not world.layer.sends, "a 2xx is sent again by its user, not by the transaction"


def test_a_failure_of_ours_is_sent_until_its_ack() -> None:
    world = Layer()
    invite = request("INVITE")
    server = world.layer.receive(invite, top_via(invite), PEER, world.now)
    assert server is not None
    world.layer.respond(server, answer(invite, 486, to_tag="t"), world.now)
    world.run(2)
    assert world.times == [0, 0.5, 1.5]
    ack = request("ACK")
    assert world.layer.acked(ack, top_via(ack), world.now)
    world.run(100)
    assert world.times == [0, 0.5, 1.5]
    assert not world.layer.servers


def test_a_second_final_answer_changes_nothing() -> None:
    world = Layer()
    bye = request("BYE")
    server = world.layer.receive(bye, top_via(bye), PEER, world.now)
    assert server is not None
    world.layer.respond(server, answer(bye, 200), world.now)
    world.layer.respond(server, answer(bye, 481), world.now)
    assert len(world.layer.sends) == 1


def test_a_cancel_waits_for_the_first_provisional_answer() -> None:
    world = Layer()
    invite = request("INVITE")
    client = world.layer.request(invite, "z9hG4bKx", PEER, "leg", world.now)
    world.layer.cancel(client, world.now)
    assert len(world.layer.sends) == 1
    world.answered(invite, 180)
    world.layer.cancel(client, world.now, "SIP;cause=200")
    world.layer.cancel(client, world.now)
    cancel = parse(world.layer.sends[-1].data)
    assert len(world.layer.sends) == 2
    assert isinstance(cancel, Request)
    assert cancel.method == "CANCEL"
    assert cancel.headers.get("Via") == invite.headers.get("Via")
    assert cancel.headers.get("Reason") == "SIP;cause=200"
    world.run(40)
    assert [one.method for one in world.given] == ["CANCEL", "INVITE"]


def test_an_invite_that_rings_for_ever_is_cancelled_after_three_minutes() -> None:
    world = Layer()
    invite = request("INVITE")
    world.layer.request(invite, "z9hG4bKx", PEER, "leg", world.now)
    world.answered(invite, 180)
    world.run(170)
    world.answered(invite, 180)  # the clock begins anew
    world.run(340)
    assert client_key("CANCEL", "z9hG4bKx") not in world.layer.clients
    world.run(351)
    assert client_key("CANCEL", "z9hG4bKx") in world.layer.clients


def test_the_same_request_twice_is_sent_once() -> None:
    world = Layer()
    first = world.layer.request(request("INVITE"), "z9hG4bKx", PEER, "leg", world.now)
    again = world.layer.request(request("INVITE"), "z9hG4bKx", PEER, "leg", world.now)
    assert first is again
    assert len(world.layer.sends) == 1


def test_an_rfc_2543_request_is_matched_without_a_branch() -> None:
    world = Layer()
    one, other = request("INVITE", "1"), request("INVITE", "1", number=2)
    assert world.layer.receive(one, top_via(one), PEER, world.now) is not None
    assert world.layer.receive(one, top_via(one), PEER, world.now) is None
    assert world.layer.receive(other, top_via(other), PEER, world.now) is not None


def test_a_transport_error_is_told_once() -> None:
    world = Layer()
    client = world.layer.request(request("BYE"), "z9hG4bKx", PEER, "leg", world.now)
    assert world.layer.lost(client.key, world.now) == Given(client.key, "leg", "BYE", False)
    assert world.layer.lost(client.key, world.now) is None


def test_timer_lines_expire_in_order_and_forget_their_empty_lines() -> None:
    lines = TimerLines()
    lines.start(InstantUs(0), T2, "slow", Timer.E)
    lines.start(InstantUs(0), T1, "fast", Timer.A)
    lines.start(InstantUs(1), T1, "later", Timer.A)
    assert lines.earliest == T1
    assert [owner for _, owner, _ in lines.expire(InstantUs(seconds(5)))] == [
        *("fast", "later", "slow"),
    ]
    assert len(lines) == 0
    assert lines.earliest == NEVER


def test_encoded_requests_keep_via_first() -> None:
    assert encode(request("BYE")).split(b"\r\n")[1].startswith(b"Via:")
