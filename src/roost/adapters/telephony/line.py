"""The endpoint on its sockets, with the clock: what telephony and nobody else drives.

A message in, everything that follows from it out: sends leave, events go to `on_event`, and
the loop's timer is set to the endpoint's earliest.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Final

from roost.adapters.telephony.arrivals import Arrivals
from roost.adapters.telephony.network import Network
from roost.adapters.telephony.trace import Trace
from roost.kernel.time import NEVER, InstantUs
from roost.ports.clock import Clock
from roost.protocols.sip.endpoint import Endpoint
from roost.protocols.sip.events import SipEvent
from roost.protocols.sip.message import Request, Response, encode
from roost.protocols.sip.parse import Malformed
from roost.protocols.sip.routing import Peer
from roost.protocols.sip.transactions import Send

SOONEST_S: Final = 0.001


class Line:
    """Owns the network; borrows endpoint, the line of new calls and the clock."""

    def __init__(
        self,
        endpoint: Endpoint,
        arrivals: Arrivals,
        clock: Clock,
        on_event: Callable[[SipEvent], None],
    ) -> None:
        self._endpoint = endpoint
        self._arrivals = arrivals
        self._taking: asyncio.Handle | None = None
        self._clock = clock
        self._on_event = on_event
        self.network = Network(self._datagram, self._message, self._lost)
        self.trace = Trace()
        self._timer: asyncio.TimerHandle | None = None
        self._due: InstantUs = NEVER
        self._pumping = False

    async def start(self, sockets: list[socket.socket]) -> None:
        await self.network.start(sockets)
        self.pump()

    def _datagram(self, data: bytes, source: Peer) -> None:
        held = self._arrivals.holds(data, source, self._clock.now())
        if held is False:
            self._read(data, source)
            self.pump()
        elif isinstance(held, Send):
            self.network.send(held)
        elif self._taking is None and len(self._arrivals):
            self._taking = asyncio.get_running_loop().call_soon(self._take_arrivals)

    def _read(self, data: bytes, source: Peer) -> None:
        now = self._clock.now()
        self.trace.add(now, True, source, data)
        self._endpoint.datagram(data, source, now)

    def _take_arrivals(self) -> None:
        """Once a turn of the loop, after what came in this turn of calls that stand."""
        self._taking = None
        for data, source in self._arrivals.take():
            self._read(data, source)
            self.pump()
        if len(self._arrivals):
            self._taking = asyncio.get_running_loop().call_soon(self._take_arrivals)

    def _message(self, message: Request | Response | Malformed, source: Peer) -> None:
        now = self._clock.now()
        if isinstance(message, Malformed):
            self._endpoint.malformed(message, source)
        else:
            self.trace.add(now, True, source, encode(message))
            self._endpoint.receive(message, source, now)
        self.pump()

    def _lost(self, owner: str) -> None:
        self._endpoint.lost(owner, self._clock.now())
        self.pump()

    def pump(self) -> None:
        """Lets out all that the endpoint has to say. Wishes made by `on_event` are included;
        a call from within it returns at once."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while True:
                sends, events = self._endpoint.take()
                if not sends and not events:
                    break
                if sends:
                    now = self._clock.now()
                    for one in sends:
                        self.trace.add(now, False, one.to, one.data)
                        self.network.send(one)
                for event in events:
                    self._tell(event)
        finally:
            self._pumping = False
        if self._endpoint.timers.earliest < self._due:
            self._arm()

    def _tell(self, event: SipEvent) -> None:
        """One event that our code fails on must not take the others' with it."""
        try:
            self._on_event(event)
        except Exception as failure:
            self.network.counts["faults"] = self.network.counts.get("faults", 0) + 1
            told = {"message": f"telephony: {type(event).__name__}", "exception": failure}
            asyncio.get_running_loop().call_exception_handler(told)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._due = self._endpoint.timers.earliest
        wait = max(SOONEST_S, (self._due - self._clock.now()) / 1_000_000)
        self._timer = asyncio.get_running_loop().call_later(wait, self._tick)

    def _tick(self) -> None:
        self._timer = None
        self._due = NEVER
        self._endpoint.expire(self._clock.now())
        self.pump()
        if self._timer is None and self._endpoint.timers.earliest < NEVER:
            self._arm()

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._taking is not None:
            self._taking.cancel()
        self.network.close()
