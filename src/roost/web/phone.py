"""The signalling of desks' phones: one websocket a page, requests to control, news from it.

Nothing here is evidence that somebody is there: that's the audio, which goes past us. So a web
process may end, and a page be reloaded, in the middle of a call.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec
from litestar import WebSocket, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect

from roost.kernel.ids import AgentId, ContactId
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs
from roost.ports import desks
from roost.ports.desks import ConnectionId, DeskReply, DeskRequest
from roost.ports.edge import SessionId
from roost.web.feed import Feeds
from roost.web.follow import Follower
from roost.web.gate import Gate
from roost.web.limits import (
    FEED_CHECK,
    MOST_PHONE_MESSAGE,
    MOST_PHONE_MESSAGES,
    MOST_PHONE_NEWS,
    MOST_PHONES,
    MOST_PHONES_ACCOUNT,
    PHONE_BEAT,
    PHONE_SEND,
    PHONE_SILENT,
)
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.phone_messages import (
    PhoneAlive,
    PhoneAnswer,
    PhoneAsks,
    PhoneBeat,
    PhoneBye,
    PhoneDeclined,
    PhoneHello,
    PhoneLeave,
    PhoneLine,
    PhoneOffer,
    PhoneOver,
    PhoneQuality,
    PhoneReady,
    PhoneRinging,
    PhoneTalking,
    PhoneTells,
)
from roost.web.problems import Trouble, language_of, problem

AskDesk = Callable[[DeskRequest], Awaitable[DeskReply]]
Socket = WebSocket[Any, Any, Any]

# Websocket close codes (RFC 6455, 7.4.2: 4000 and above are ours)
CLOSES: Final = {
    "too_slow": 4408,
    "silent": 4408,
    "logged_out": 4401,
    "too_large": 1009,
    "invalid_input": 1008,
    "too_many_messages": 1008,
}

LEAVE_S: Final = 2.0

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(PhoneAsks).decode


async def _nobody(_: DeskRequest) -> DeskReply:
    return desks.Declined("phone_unavailable")


class PhonePages:
    """The open websockets of this process, bounded for it and for each account. `told` and
    `again` are the link's to call."""

    def __init__(self, ask: AskDesk = _nobody) -> None:
        self.ask = ask
        self._open: dict[ConnectionId, _Phone] = {}
        self._accounts: Counter[str] = Counter()

    def told(self, told: desks.Told) -> None:
        """News for one of our pages."""
        phone = self._open.get(told.connection)
        if phone is not None:
            phone.news(told.news)

    def again(self) -> None:
        """Control may have forgotten our pages: each says that it's here."""
        for phone in self._open.values():
            phone.announce()

    def enter(self, account: str) -> None:
        """Raises Trouble: too_many_feeds."""
        if len(self._open) >= MOST_PHONES or self._accounts[account] >= MOST_PHONES_ACCOUNT:
            raise Trouble(503, "too_many_feeds", headers={"Retry-After": "10"})
        self._accounts[account] += 1

    def leave(self, account: str) -> None:
        self._accounts[account] -= 1
        if not self._accounts[account]:
            del self._accounts[account]

    def add(self, name: ConnectionId, phone: "_Phone") -> None:
        self._open[name] = phone

    def drop(self, name: ConnectionId) -> None:
        self._open.pop(name, None)


@websocket("/api/desk/phone")
async def phone(
    socket: Socket,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    gate: NamedDependency[Gate],
    phone_pages: NamedDependency[PhonePages],
    feeds: NamedDependency[Feeds],
) -> None:
    """The signalling of my phone in this page."""
    agent = caller.account.agent
    if agent is None:
        raise Trouble(409, "no_agent")
    phone_pages.enter(caller.account.id)
    name = ConnectionId(parts.randomness.secret(12).hex())
    try:
        await socket.accept()
        one = _Phone(socket, caller, agent, name, parts, follower, gate, phone_pages)
        phone_pages.add(name, one)
        feeds.asking(caller.account.id, one.look)
        try:
            await one.run()
        finally:
            feeds.asked(caller.account.id, one.look)
    finally:
        phone_pages.drop(name)
        phone_pages.leave(caller.account.id)


class _Ended(Exception):
    """Over, with a word to the page."""


class _Phone:
    """One page's websocket: one task sends, one listens."""

    def __init__(
        self,
        socket: Socket,
        caller: Caller,
        agent: AgentId,
        name: ConnectionId,
        parts: Parts,
        follower: Follower,
        gate: Gate,
        phones: PhonePages,
    ) -> None:
        self._socket, self._caller, self._agent, self._name = socket, caller, agent, name
        self._parts, self._follower, self._gate, self._phones = parts, follower, gate, phones
        self._page: desks.From | None = None
        self._left = False
        self._out: asyncio.Queue[PhoneTells] = asyncio.Queue(MOST_PHONE_NEWS)
        self._overflowed = False
        self._turn = 0
        self._alive = self._checked = parts.clock.now()
        self._tasks: set[asyncio.Task[None]] = set()

    def look(self) -> None:
        """Whether the caller is still let in, at the next beat."""
        self._checked = InstantUs(0)

    async def run(self) -> None:
        """Until either side ends it."""
        listening = asyncio.create_task(self._listen())
        sending = asyncio.create_task(self._send_all())
        try:
            done, _ = await asyncio.wait((listening, sending), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except _Ended as ended:
            await self._say_bye(str(ended))
        except WebSocketDisconnect:
            pass
        finally:
            for task in (listening, sending, *self._tasks):
                task.cancel()
            await asyncio.gather(listening, sending, *self._tasks, return_exceptions=True)
            await self._leave()

    async def _leave(self) -> None:
        if self._page is None:
            return
        try:
            async with asyncio.timeout(LEAVE_S):
                await self._phones.ask(desks.Left(self._page, self._left))
        except TimeoutError:
            return  # its audio's end says the same

    # --- towards the page ---

    async def _send_all(self) -> None:
        await self._send(PhoneReady(self._parts.clock.now(), PHONE_BEAT))
        loop = asyncio.get_running_loop()
        beat_at = loop.time() + PHONE_BEAT / SECOND
        while True:
            message: PhoneTells | None = None
            try:
                async with asyncio.timeout_at(beat_at):
                    message = await self._out.get()
            except TimeoutError:
                beat_at = loop.time() + PHONE_BEAT / SECOND
                self._turn += 1
                message = PhoneBeat(self._turn)
                await self._still_let_in()
            if self._overflowed:
                raise _Ended("too_slow")
            await self._send(message)

    async def _still_let_in(self) -> None:
        now = self._parts.clock.now()
        if now - self._alive > PHONE_SILENT:
            raise _Ended("silent")
        if now - self._checked >= FEED_CHECK:
            self._checked = now
            if not await self._gate.again(self._caller):
                raise _Ended("logged_out")

    async def _send(self, message: PhoneTells) -> None:
        try:
            async with asyncio.timeout(PHONE_SEND / SECOND):
                await self._socket.send_text(_encode(message).decode())
        except TimeoutError:
            raise _Ended("too_slow") from None

    def _put(self, message: PhoneTells) -> None:
        try:
            self._out.put_nowait(message)
        except asyncio.QueueFull:
            self._overflowed = True

    async def _say_bye(self, code: str) -> None:
        try:
            async with asyncio.timeout(1):
                await self._socket.send_text(_encode(PhoneBye(code)).decode())
                await self._socket.close(CLOSES[code], code)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return

    def news(self, news: desks.DeskNews) -> None:
        """What control tells of this page's phone."""
        match news:
            case desks.Line(state):
                self._put(PhoneLine(state))
            case desks.Ringing(contact):
                self._put(PhoneRinging(self._ref(contact)))
            case desks.Talking(contact):
                self._put(PhoneTalking(self._ref(contact)))
            case desks.Over(contact, why):
                self._put(PhoneOver(self._ref(contact), why))

    def _ref(self, contact: ContactId) -> str | None:
        known = self._follower.live.contacts.get(contact)
        return None if known is None else known.ref

    def announce(self) -> None:
        """Tells control that this page is here."""
        if self._page is not None:
            self._start(self._ask(desks.Here(self._page)))

    def _start(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- from the page ---

    async def _listen(self) -> None:
        window, count = self._parts.clock.now(), 0
        while True:
            message = await self._socket.receive_data(mode="text")
            now = self._parts.clock.now()
            if now - window >= MINUTE:
                window, count = now, 0
            count += 1
            if len(message) > MOST_PHONE_MESSAGE:
                raise _Ended("too_large")
            if count > MOST_PHONE_MESSAGES:
                raise _Ended("too_many_messages")
            try:
                asked = _decode(message)
            except msgspec.MsgspecError:
                raise _Ended("invalid_input") from None
            self._alive = now
            if not await self._take(asked):
                return

    async def _take(self, asked: PhoneAsks) -> bool:
        """False when it was the last word."""
        if isinstance(asked, PhoneHello):
            self._page = desks.From(self._agent, self._name, asked.tab, asked.auto_answer)
            await self._ask(desks.Here(self._page))
            return True
        page = self._page
        if page is None:
            raise _Ended("invalid_input")  # hello comes first
        match asked:
            case PhoneOffer():
                await self._offer(page, asked)
            case PhoneQuality():
                await self._ask(
                    desks.Quality(
                        page,
                        asked.loss_permille,
                        DurationUs(asked.jitter_us),
                        DurationUs(asked.round_trip_us),
                        asked.poor,
                    )
                )
            case PhoneLeave():
                self._left = True
                return False
            case PhoneAlive():
                pass
        return True

    async def _offer(self, page: desks.From, asked: PhoneOffer) -> None:
        session = SessionId(f"{self._agent}/{self._parts.randomness.secret(12).hex()}")
        reply = await self._ask(desks.Offer(page, session, asked.sdp, asked.take_over))
        if isinstance(reply, desks.Described):
            self._put(PhoneAnswer(asked.turn, reply.sdp))
        elif isinstance(reply, desks.Declined):
            found = problem(reply.code, 409, {}, language_of(self._socket))
            self._put(PhoneDeclined(asked.turn, reply.code, found.title, found.mend))

    async def _ask(self, request: DeskRequest) -> DeskReply:
        return await self._phones.ask(request)


ROUTES: Final = (phone,)
