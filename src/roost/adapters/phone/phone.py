"""A SIP phone for scripts: it registers, calls, is called, holds, and sends digits.

    phone = Phone(Account("1001", password, "127.0.0.1", 5060), clock, key, audio_of)
    phone.on_invite = lambda call: call.answer()
    await phone.start()
    await phone.register()
    call = phone.call("sip:95598@127.0.0.1")
    await call.answered()
    call.hang_up()
    await phone.close()

It uses the same sans-IO endpoint as the centre, on a socket of its own.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from roost.adapters.phone.account import Account, NotRegistered, granted_s
from roost.adapters.phone.calls import Audio, PhoneCall, Stage
from roost.adapters.phone.wire import StreamWire, Wire
from roost.kernel.time import NEVER, InstantUs
from roost.ports.clock import Clock
from roost.ports.media import Agreed, Law
from roost.protocols.sdp import session as sdp
from roost.protocols.sdp.negotiate import (
    Direction,
    Local,
    Refused,
    Stream,
    answer_offer,
    make_offer,
    read_answer,
)
from roost.protocols.sip.calling import Call
from roost.protocols.sip.core import Identity
from roost.protocols.sip.digest import authorize, read_challenge
from roost.protocols.sip.endpoint import ADMITTED, SILENCE, Endpoint
from roost.protocols.sip.events import (
    Accepted,
    Confirmed,
    Finished,
    Invited,
    Notified,
    Rang,
    Reanswered,
    ReferAnswered,
    Reoffered,
    Replied,
    Requested,
    SipEvent,
)
from roost.protocols.sip.headers import parse_address
from roost.protocols.sip.message import Headers, Request, Response
from roost.protocols.sip.parse import Malformed
from roost.protocols.sip.routing import TCP, Peer
from roost.protocols.sip.uri import BadSyntax, escape_header, escape_user, parse_uri, unescape

SOONEST_S: Final = 0.001
USUAL_S: Final = 300  # of a registration


def _do_nothing(call: PhoneCall) -> None:
    _ = call


class Phone:
    """Runs on one asyncio loop. `key` is random, and makes every id on the wire; `audio` gives
    each call its sound."""

    def __init__(
        self,
        account: Account,
        clock: Clock,
        key: bytes,
        audio: Callable[[], Audio],
        law: Law = Law.PCMA,
        session_s: int = 0,
    ) -> None:
        self.account = account
        self.on_invite: Callable[[PhoneCall], None] = _do_nothing
        self.calls: dict[str, PhoneCall] = {}
        self._clock = clock
        self._key = key
        self._audio = audio
        self._law = law
        self._session_s = session_s
        self._centre = Peer(account.transport, account.host, account.port)
        kind = StreamWire if account.transport == TCP else Wire
        self._wire: Wire | StreamWire = kind(self._message)
        self._endpoint: Endpoint
        self._timer: asyncio.TimerHandle | None = None
        self._due: InstantUs = NEVER
        self._pumping = False
        self._made = 0
        self._seq = 0
        self._waiting: dict[str, asyncio.Future[Response | None]] = {}
        self._refreshing: asyncio.Task[None] | None = None

    # --- life ---

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Opens its socket. Raises OSError."""
        await self._wire.open(host, port, self._centre)
        identity = Identity(
            self._wire.host,
            self._wire.port,
            self._key,
            agent="Roost phone",
            user=escape_user(self.account.user),
            session_s=self._session_s,
        )
        self._endpoint = Endpoint(identity, self, self._authorise)

    async def close(self) -> None:
        """Lets go of everything at once: hang up and unregister before, if that matters."""
        await self.stop_refreshing()
        if self._timer is not None:
            self._timer.cancel()
        self._wire.close()
        for call in self.calls.values():
            call.audio.close()
        await asyncio.sleep(0)

    # --- who may call: the centre ---

    def judge(self, request: Request, source: Peer, now: InstantUs) -> Response | bool:
        _ = request, now
        return ADMITTED if source.host == self._centre.host else SILENCE

    def trusts(self, source: Peer) -> bool:
        return source.host == self._centre.host

    # --- registering ---

    async def register(self, expires_s: int = USUAL_S, refresh: bool = True) -> None:
        """Registers; renews at half of the granted time until `close`. Raises NotRegistered."""
        granted = await self._register(expires_s)
        if refresh and expires_s:
            await self.stop_refreshing()
            loop = asyncio.get_running_loop()
            self._refreshing = loop.create_task(self._refresh(expires_s, granted))

    async def unregister(self) -> None:
        await self.stop_refreshing()
        await self._register(0)

    async def stop_refreshing(self) -> None:
        """From now on the registration runs out by itself."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refreshing
            self._refreshing = None

    async def _refresh(self, expires_s: int, granted: int) -> None:
        while True:
            await asyncio.sleep(granted / 2)
            with contextlib.suppress(NotRegistered):  # the next one may go better
                granted = await self._register(expires_s)

    async def _register(self, expires_s: int) -> int:
        """One REGISTER, with credentials where it's asked for them; the seconds granted."""
        response = await self._ask(self._registration(expires_s))
        if response is not None and response.status == 401:
            again = self._registration(expires_s)
            if self._authorise(again, response):
                response = await self._ask(again)
        if response is None or response.status != 200:
            raise NotRegistered(response.status if response else 0)
        return granted_s(response, self._contact(), expires_s)

    def _contact(self) -> str:
        return self._endpoint.contact("", self._centre)

    def _registration(self, expires_s: int) -> Request:
        self._seq += 1
        host = self.account.host
        host = f"[{host}]" if ":" in host else host
        address = f"<sip:{escape_user(self.account.user)}@{host}>"
        lines = {
            "Via": "",
            "Max-Forwards": "70",
            "From": f"{address};tag={self._endpoint.mint('register')}",
            "To": address,
            "Call-ID": self._endpoint.mint("registration"),
            "CSeq": f"{self._seq} REGISTER",
            "Contact": self._contact(),
            "Expires": str(expires_s),
        }
        return Request("REGISTER", f"sip:{host}:{self.account.port}", Headers(lines))

    async def _ask(self, request: Request) -> Response | None:
        user = f"{request.method} {self._seq}"
        future: asyncio.Future[Response | None] = asyncio.get_running_loop().create_future()
        self._waiting[user] = future
        self._endpoint.request(request, self._centre, user, self._clock.now())
        self._pump()
        try:
            return await future
        finally:
            self._waiting.pop(user, None)

    def _authorise(self, request: Request, response: Response) -> bool:
        challenge = read_challenge(response.headers)
        if challenge is None or not self.account.password:
            return False
        own = self.account
        name, value = authorize(
            challenge,
            own.user,
            own.password,
            request.method,
            request.uri,
            self._endpoint.mint(f"cnonce {challenge.nonce} {request.headers.get('CSeq')}"),
        )
        request.headers.set(name, value)
        return True

    # --- calling ---

    def call(
        self, uri: str, law: Law | None = None, offer: bool = True, replaces: str = ""
    ) -> PhoneCall:
        """Calls; without an offer the far end makes it. `replaces`: what `PhoneCall.replaces`
        named, of a call that this one takes the place of."""
        self._made += 1
        leg = self._endpoint.mint(f"call {self._made}")
        made = PhoneCall(self, leg, self._audio(), law or self._law)
        self.calls[leg] = made
        own = self.account
        display = f'"{own.display}" ' if own.display else ""
        invite = Call(
            leg,
            uri,
            f"{display}<sip:{escape_user(own.user)}@{self._endpoint.identity.bracketed}>",
            f"<{uri}>",
            self._centre,
            self._offering(made) if offer else b"",
            headers=(("Replaces", unescape(replaces)),) if replaces else (),
            direct=own.transport == TCP,
        )
        self._endpoint.invite(invite, self._clock.now())
        self._pump()
        return made

    def ring(self, call: PhoneCall) -> None:
        self._endpoint.ring(call.leg, self._clock.now())
        self._pump()

    def answer(self, call: PhoneCall) -> None:
        """Answers with what fits the offer; 488 if nothing does."""
        if call.stage is Stage.OVER:
            return
        body = self._answering(call) if call.theirs is not None else self._offering(call)
        if body is None:
            self.decline(call, 488)
            return
        self._endpoint.answer(call.leg, body, self._clock.now())
        self._pump()

    def decline(self, call: PhoneCall, status: int) -> None:
        self._endpoint.refuse(call.leg, status, self._clock.now())
        self._pump()

    def hang_up(self, call: PhoneCall) -> None:
        self._endpoint.hang_up(call.leg, self._clock.now())
        self._pump()

    def hold(self, call: PhoneCall, held: bool) -> None:
        call.held = held
        self._endpoint.reoffer(call.leg, self._offering(call), self._clock.now())
        self._pump()

    def refer(self, call: PhoneCall, to: str, news: bool) -> None:
        self._endpoint.refer(call.leg, to, self._clock.now(), news)
        self._pump()

    def replaces(self, call: PhoneCall) -> str:
        """What names this call to the far end, as the headers part of a URI (RFC 3891)."""
        dialog = self._endpoint.dialogs[call.leg]
        tags = f";to-tag={dialog.remote_tag};from-tag={dialog.local_tag}"
        return f"Replaces={escape_header(dialog.call_id + tags)}"

    def info(self, call: PhoneCall, digits: str) -> None:
        for digit in digits:
            self._endpoint.tell_digit(call.leg, digit, self._clock.now())
        self._pump()

    # --- SDP ---

    def _local(self, call: PhoneCall) -> Local:
        direction = Direction.SENDONLY if call.held else Direction.SENDRECV
        session_id = int(self._endpoint.mint(f"sdp {call.leg}")[:15], 16)
        return Local(call.audio.host, call.audio.port, session_id, call.laws, direction=direction)

    def _offering(self, call: PhoneCall) -> bytes:
        call.ours = make_offer(self._local(call), call.ours)
        return sdp.encode(call.ours)

    def _answering(self, call: PhoneCall) -> bytes | None:
        """Answers the offer that waits; None if nothing fits."""
        if call.theirs is None:
            return None
        answered = answer_offer(call.theirs, self._local(call), call.ours)
        call.theirs = None
        if isinstance(answered, Refused):
            return None
        call.ours = answered.answer
        self._agreed(call, answered.stream)
        return sdp.encode(answered.answer)

    def _read(self, call: PhoneCall, body: bytes) -> bool:
        """The answer to our offer; False if it's none that we can use."""
        try:
            answer = sdp.parse(body)
        except sdp.BadSdp:
            return False
        if call.ours is None:
            return False
        stream = read_answer(call.ours, answer)
        if isinstance(stream, Refused):
            return False
        self._agreed(call, stream)
        return True

    def _agreed(self, call: PhoneCall, stream: Stream) -> None:
        call.stream = stream
        call.held_by_them = stream.held
        call.audio.agreed(
            Agreed(
                stream.host,
                stream.port,
                Law(stream.law.value),
                stream.payload,
                stream.dtmf_payload,
                stream.ptime_ms,
                stream.sends,
                stream.receives,
            )
        )

    # --- events ---

    def _on_event(self, event: SipEvent) -> None:
        if isinstance(event, Invited):
            self._invited(event)
        elif isinstance(event, Replied):
            future = self._waiting.get(event.user)
            if future is not None and not future.done():
                future.set_result(event.response)
        elif not isinstance(event, Requested):
            call = self.calls.get(event.leg)
            if call is not None:
                self._of_call(call, event)

    def _of_call(self, call: PhoneCall, event: SipEvent) -> None:
        match event:
            case Rang():
                call.stage = Stage.RINGING
                if event.body:
                    self._read(call, event.body)
                call.ringing.set()
            case Accepted():
                self._accepted(call, event.body)
            case Confirmed():
                if call.stream is None and not self._read(call, event.body):
                    self._endpoint.hang_up(call.leg, self._clock.now())
                    return
                call.stage = Stage.UP
                call.up.set()
            case Reoffered():
                self._reoffered(call, event.body)
            case Reanswered():
                self._read(call, event.body)
            case Notified():
                if event.event == "talk" and call.stage is Stage.RINGING:
                    self.answer(call)
                elif event.event == "refer":
                    call.news.append(event.body.decode(errors="replace").strip())
            case ReferAnswered():
                call.refer_answer = event.status, event.reason
                call.referred.set()
            case Finished():
                self._finished(call, event)
            case _:
                pass

    def _invited(self, event: Invited) -> None:
        call = PhoneCall(self, event.leg, self._audio(), self._law)
        call.incoming = True
        call.stage = Stage.RINGING
        headers = event.request.headers
        with contextlib.suppress(BadSyntax):
            caller = parse_address(headers.get("From") or "")
            call.caller = caller.display or caller.uri.username
            call.called = parse_uri(event.request.uri).username
        call.alert = headers.get("Alert-Info") or ""
        if event.request.body:
            try:
                call.theirs = sdp.parse(event.request.body)
            except sdp.BadSdp:
                self._endpoint.refuse(event.leg, 400, self._clock.now())
                return
        self.calls[event.leg] = call
        self.on_invite(call)

    def _accepted(self, call: PhoneCall, body: bytes) -> None:
        now = self._clock.now()
        if call.ours is None:  # their offer, our answer in the ACK
            try:
                call.theirs = sdp.parse(body)
            except sdp.BadSdp:
                call.theirs = None
            answer = self._answering(call)
            if answer is None:
                self._endpoint.hang_up(call.leg, now)
                return
            self._endpoint.acknowledge(call.leg, now, answer)
        elif self._read(call, body):
            self._endpoint.acknowledge(call.leg, now)
        else:
            self._endpoint.hang_up(call.leg, now)
            return
        call.stage = Stage.UP
        call.up.set()

    def _reoffered(self, call: PhoneCall, body: bytes) -> None:
        now = self._clock.now()
        if not body:
            self._endpoint.accept(call.leg, self._offering(call), now)
            return
        try:
            call.theirs = sdp.parse(body)
        except sdp.BadSdp:
            call.theirs = None
        answer = self._answering(call)
        if answer is None:
            self._endpoint.decline(call.leg, 488, now)
        else:
            self._endpoint.accept(call.leg, answer, now)

    def _finished(self, call: PhoneCall, event: Finished) -> None:
        call.by, call.why, call.status = event.by, event.why, event.status
        call.stage = Stage.OVER
        call.audio.close()
        self.calls.pop(call.leg, None)
        call.over.set()

    # --- the socket and the clock ---

    def _message(self, message: Request | Response | Malformed, source: Peer) -> None:
        if isinstance(message, Malformed):
            self._endpoint.malformed(message, source)
        else:
            self._endpoint.receive(message, source, self._clock.now())
        self._pump()

    def _pump(self) -> None:
        if self._pumping:
            return
        self._pumping = True
        try:
            while True:
                sends, events = self._endpoint.take()
                if not sends and not events:
                    break
                for one in sends:
                    if not self._wire.send(one) and one.owner:
                        self._endpoint.lost(one.owner, self._clock.now())
                for event in events:
                    self._on_event(event)
        finally:
            self._pumping = False
        if self._endpoint.timers.earliest < self._due:
            self._arm()

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
        self._pump()
        if self._timer is None and self._endpoint.timers.earliest < NEVER:
            self._arm()
