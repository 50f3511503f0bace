"""Calls out through a trunk: the first that calls out and takes it, the next where one fails.

A trunk has failed when it says nothing for `silent_s`, can't be reached, refuses us (401, 403…)
or is out of order (5xx), and nothing rang yet. What the number's own side answers (busy, no
such number…) ends the attempt: another trunk would hear the same.
"""

import asyncio
import socket
from typing import ClassVar, Final

from roost.adapters.telephony.dialled import Dialled
from roost.adapters.telephony.legs import OUT, Leg, Outside
from roost.adapters.telephony.reasons import outside_failure_of, trunk_failed
from roost.adapters.telephony.settings import TrunkSettings, WayOut
from roost.adapters.telephony.switch import Switch
from roost.floor.calls.messages import LegFailed, LegRang
from roost.floor.dialling import dialled
from roost.floor.effects import DialNumber
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import owner_of
from roost.ports.media import MediaGone
from roost.protocols.sdp.negotiate import Refused as NoSdp
from roost.protocols.sip.calling import Call
from roost.protocols.sip.events import Finished, Rang
from roost.protocols.sip.routing import Peer
from roost.protocols.sip.uri import DEFAULT_PORT, escape_user

NAME_KEPT_S: Final = 60.0  # an address is looked up again after that
LOOK_UP_S: Final = 2.0
RINGS: Final = frozenset((180, 182))
ANONYMOUS: Final = '"Anonymous" <sip:anonymous@anonymous.invalid>'  # RFC 3323, 4.1.1.3


class Outward(Dialled):
    """Works on the switch's legs that lead outside."""

    BLAMED: ClassVar[Blame] = Blame.CALLER

    def __init__(self, switch: Switch) -> None:
        super().__init__(switch)
        self._names = Names(":" in switch.settings.advertise)

    def dial(self, effect: DialNumber) -> None:
        switch = self._switch
        if effect.leg in switch.legs:
            return
        number = dialled(effect.listed or self._revealed(effect))
        trunks = switch.trunks.out(effect.trunk)
        if number is None:
            switch.say(LegFailed(effect.leg, Blame.US, Reason.WRONG_NUMBER, 484))
        elif not trunks:
            switch.count("no_way_out")
            switch.say(LegFailed(effect.leg, Blame.US, Reason.UNREACHABLE, 503))
        else:
            leg = Leg(effect.leg, effect.client, effect.media, trunks[0].law)
            leg.contact = effect.contact
            leg.arrived.set()
            leg.outside = Outside(number, effect.shown, trunks)
            switch.legs[effect.leg] = leg
            switch.start(self._dial(leg, effect.again))

    def _revealed(self, effect: DialNumber) -> str:
        if effect.number is None:
            return ""
        value = self._switch.vault.reveal(owner_of(effect.client), effect.number)
        return value.decode(errors="replace") if value else ""

    async def _dial(self, leg: Leg, again: bool) -> None:
        switch = self._switch
        try:
            await switch.anchor(leg, None)
        except MediaGone:
            switch.drop(leg)
            switch.say(LegFailed(leg.leg, Blame.US, Reason.MEDIA_LOST, 0))
            return
        if leg.ending is None or again:
            await self._next(leg)
        else:
            self.over(leg)

    async def _next(self, leg: Leg) -> None:
        """The next trunk, if there's one left."""
        switch, outside = self._switch, leg.outside
        assert outside is not None
        while outside.left:
            trunk = outside.left.pop(0)
            assert trunk.out is not None
            peer = await self._names.peer(trunk.out)
            if peer is None:
                switch.count("trunks_unknown")
                leg.failures.append((Blame.NETWORK, Reason.UNREACHABLE, 503))
                continue
            self._invite(leg, outside, trunk, peer)
            if leg.ending is not None:  # the floor gave it up, perhaps before a restart
                self.end(leg, leg.ending)
            switch.line.pump()
            return
        self.over(leg)

    def _invite(self, leg: Leg, outside: Outside, trunk: TrunkSettings, peer: Peer) -> None:
        switch, way = self._switch, trunk.out
        assert way is not None
        leg.law, leg.ours, leg.early = trunk.law, None, b""
        branch = f"{leg.leg}{OUT}{trunk.id}"
        leg.ringing.add(branch)
        switch.branches[branch] = leg
        host = _bracketed(way.domain or way.proxy)
        port = "" if way.domain or way.port == DEFAULT_PORT else f":{way.port}"
        over = "" if peer.transport == "UDP" else f";transport={peer.transport.lower()}"
        called = f"sip:{escape_user(outside.number)}@{host}{port}{over}"
        own = f"<sip:{escape_user(outside.shown or 'anonymous')}@{self._own(way)}>"
        headers: list[tuple[str, str]] = []
        if trunk.trusted and outside.shown:
            headers.append(("P-Asserted-Identity", own))  # RFC 3325
        if way.hidden:
            headers.append(("Privacy", "id"))
        caller = ANONYMOUS if way.hidden or not outside.shown else own
        body = switch.offering(leg)
        call = Call(*(branch, called, caller, f"<{called}>", peer, body), headers=tuple(headers))
        switch.endpoint.invite(call, switch.now())
        later = asyncio.get_running_loop().call_later
        outside.silence = later(switch.settings.silent_s, self._silent, leg, branch)

    def _own(self, way: WayOut) -> str:
        return _bracketed(way.domain) if way.domain else self._switch.endpoint.identity.bracketed

    def _silent(self, leg: Leg, branch: str) -> None:
        """Not even a 100 came: that trunk is left, where there's another."""
        switch, outside = self._switch, leg.outside
        if outside is None or not outside.left or branch not in leg.ringing or leg.ending:
            return
        if switch.endpoint.was_heard(branch):
            return
        switch.count("trunks_silent")
        leg.ringing.discard(branch)
        switch.branches.pop(branch, None)
        switch.endpoint.hang_up(branch, switch.now())
        switch.start(self._next(leg))
        switch.line.pump()

    # --- what the far end does ---

    def rang(self, leg: Leg, event: Rang) -> None:
        if event.body:
            self._switch.start(self._early(leg, event.leg, event.body))
        elif event.status in RINGS and not leg.rang:
            leg.rang = True
            self._switch.say(LegRang(leg.leg))

    async def _early(self, leg: Leg, branch: str, body: bytes) -> None:
        """Its tones can be heard before it's answered."""
        async with leg.agreeing:
            if leg.branch or leg.ended or branch not in leg.ringing or leg.early == body:
                return
            stream = self._switch.judge_answer(leg, body)
            if isinstance(stream, NoSdp) or not await self._switch.agree(leg, stream):
                return  # its 2xx tells what becomes of it
            leg.early, leg.rang = body, True
            self._switch.say(LegRang(leg.leg, early=True))

    def failed(self, leg: Leg, event: Finished) -> None:
        blame, reason = outside_failure_of(event)
        leg.failures.append((blame, reason, event.status))

    def finished(self, leg: Leg, event: Finished) -> None:
        outside = leg.outside
        if outside is not None and outside.silence is not None:
            outside.silence.cancel()
        tried = event.leg in leg.ringing and not leg.branch and leg.ending is None
        if tried and outside is not None and outside.left and not leg.rang and trunk_failed(event):
            self._switch.count("trunks_failed")
            self._switch.branches.pop(event.leg, None)
            leg.ringing.discard(event.leg)
            self.failed(leg, event)
            self._switch.start(self._next(leg))
            return
        super().finished(leg, event)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


class Names:
    """Addresses of proxies, looked up where they're names; remembered for a minute."""

    def __init__(self, six: bool) -> None:
        self._six = six
        self._known: dict[str, tuple[float, str]] = {}

    async def peer(self, way: WayOut) -> Peer | None:
        """Where the trunk's proxy is; None if nobody knows."""
        host = await self._address(way.proxy)
        return None if host is None else Peer(way.transport, host, way.port)

    async def _address(self, name: str) -> str | None:
        if ":" in name or name.replace(".", "").isdigit():
            return name
        loop = asyncio.get_running_loop()
        known = self._known.get(name)
        if known is not None and known[0] > loop.time():
            return known[1]
        family = socket.AF_INET6 if self._six else socket.AF_INET
        try:
            async with asyncio.timeout(LOOK_UP_S):
                found = await loop.getaddrinfo(name, None, family=family, type=socket.SOCK_DGRAM)
        except (OSError, TimeoutError):
            return None if known is None else known[1]  # better the old one than none
        address = min(str(one[4][0]) for one in found)
        self._known[name] = loop.time() + NAME_KEPT_S, address
        return address
