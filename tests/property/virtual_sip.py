"""Two user agents and a network between them, in virtual time: it loses, delays, doubles and
reorders. Everything is drawn from one seed."""

import heapq
from random import Random

from roost.kernel.time import InstantUs
from roost.protocols.sip.calling import Call
from roost.protocols.sip.core import Identity
from roost.protocols.sip.endpoint import ADMITTED, Endpoint
from roost.protocols.sip.events import (
    Accepted,
    Confirmed,
    Finished,
    Invited,
    Reoffered,
    SipEvent,
)
from roost.protocols.sip.message import Request, Response
from roost.protocols.sip.routing import UDP, Peer

MOST_MESSAGES = 20_000


class Open:
    """Everybody is admitted."""

    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        return ADMITTED

    def trusts(self, source: Peer) -> bool:
        return True


class Side:
    """One user agent and a user who answers what must be answered at once."""

    def __init__(self, host: str, transport: str, session_s: int) -> None:
        self.peer = Peer(transport, host, 5060)
        identity = Identity(host, 5060, host.encode(), session_s=session_s)
        self.endpoint = Endpoint(identity, Open())
        self.finished: dict[str, list[Finished]] = {}
        self.up: set[str] = set()
        self.legs: list[str] = []
        self.spoken = 0

    def body(self) -> bytes:
        self.spoken += 1
        return f"{self.peer.host} says {self.spoken}".encode()

    def on(self, event: SipEvent, now: InstantUs) -> None:
        if isinstance(event, Invited):
            self.legs.append(event.leg)
        elif isinstance(event, Accepted):
            self.endpoint.acknowledge(event.leg, now)
            self.up.add(event.leg)
        elif isinstance(event, Confirmed):
            self.up.add(event.leg)
        elif isinstance(event, Reoffered):
            self.endpoint.accept(event.leg, self.body(), now)
        elif isinstance(event, Finished):
            self.finished.setdefault(event.leg, []).append(event)


class World:
    """`loss` and `double` are percentages, `delay_ms` the longest way of a message."""

    def __init__(self, seed: int, transport: str = UDP, session_s: int = 0) -> None:
        self.random = Random(seed)
        self.now = InstantUs(1_000_000)
        self.a = Side("192.0.2.1", transport, session_s)
        self.b = Side("192.0.2.2", transport, session_s)
        self.loss = self.double = 0
        self.delay_ms = 1
        self.sent = 0
        self._under_way: list[tuple[int, int, bytes, Side, Side]] = []

    def sides(self) -> tuple[Side, Side]:
        return self.a, self.b

    def settle(self) -> None:
        """Lets both sides say what they have to say, now."""
        busy = True
        while busy:
            busy = False
            for side in self.sides():
                sends, events = side.endpoint.take()
                for one in sends:
                    busy = True
                    self._post(side, one.data, one.to)
                for event in events:
                    busy = True
                    side.on(event, self.now)

    def _post(self, sender: Side, data: bytes, to: Peer) -> None:
        self.sent += 1
        assert self.sent < MOST_MESSAGES, "they never stop talking"
        target = self.a if to.host == self.a.peer.host else self.b
        draw = self.random.randrange
        unreliable = to.transport == UDP
        copies = 2 if unreliable and draw(100) < self.double else 1
        for _ in range(copies):
            if unreliable and draw(100) < self.loss:
                continue
            # a stream keeps its order; datagrams needn't
            delay = draw(self.delay_ms * 1_000 + 1) if unreliable else self.delay_ms * 1_000
            item = (self.now + delay, self.sent * 2 + _, data, sender, target)
            heapq.heappush(self._under_way, item)

    def run(self, length_us: int) -> None:
        """Virtual time goes on."""
        end = self.now + length_us
        self.settle()
        while True:
            due = min(side.endpoint.timers.earliest for side in self.sides())
            arrives = self._under_way[0][0] if self._under_way else end + 1
            step = min(due, arrives)
            if step > end:
                break
            self.now = InstantUs(max(self.now, step))
            if arrives <= due:
                _, _, data, sender, target = heapq.heappop(self._under_way)
                target.endpoint.datagram(data, sender.peer, self.now)
            else:
                for side in self.sides():
                    side.endpoint.expire(self.now)
            self.settle()
        self.now = InstantUs(end)

    def call(self) -> str:
        leg = f"call{len(self.a.legs)}"
        self.a.legs.append(leg)
        call = Call(leg, "sip:b@192.0.2.2", "<sip:a@192.0.2.1>", "<sip:b@192.0.2.2>",
                    self.b.peer, self.a.body())  # fmt: skip
        self.a.endpoint.invite(call, self.now)
        self.settle()
        return leg
