"""One agent at work: a registered phone and a desk, both through the public interfaces only.

The phone rings, is lifted after a bit, talks; the desk signs in, goes ready, writes up with a
code, and comes back after a declined call. All that the agent knows of itself comes by the
desk's feed. For `roost phone` and the demo's agents.
"""

import asyncio
import ssl
from array import array
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

import httpx
import msgspec
from msgspec import Struct
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from roost.adapters.phone.account import Account, NotRegistered
from roost.adapters.phone.calls import Ended, PhoneCall
from roost.floor.parties import WHISPER_US
from roost.kernel.time import SECOND, DurationUs
from roost.processes.softphone import Softphone, sound_of
from roost.web.rows import DeskChanged, DeskRow, Presence

AGAIN_S: Final = 0.3
WHISPERED_S: Final = WHISPER_US / SECOND + 0.1  # whom it's about; who speaks sooner isn't heard
BACK_S: Final = 1.0  # from a declined call to ready again
FINISH_S: Final = 20.0  # at the end: how long a contact in hand may take
GOES_HOME: Final = frozenset({Presence.READY, Presence.WORKING, Presence.AWAY})
BACK_FROM: Final = frozenset({"declined", "no_answer", "unreachable", "signed_in"})


class Shown(Struct, frozen=True):
    """A message of the feed, as far as it matters here."""

    rows: tuple[DeskChanged, ...] = ()


class Done(Struct, frozen=True):
    """The answer to a desk command, as far as it matters here."""

    me: DeskRow | None = None


_shown: Final = msgspec.json.Decoder(Shown)
_done: Final = msgspec.json.Decoder(Done)


class Password(Struct, frozen=True):
    """As a person logs in."""

    name: str
    password: str


class Token(Struct, frozen=True):
    """As a program does."""

    token: str


class Habits(Struct, frozen=True):
    """How an agent works."""

    answers: DurationUs  # ringing to off-hook
    talks: DurationUs | None  # hangs up after so long, unless the caller did; None: never
    writes: DurationUs  # wrap-up
    declines_every: int = 0  # every n-th call is declined; 0: never
    code: str = ""  # wrap-up; where the client hasn't this one, its codes in turn
    note: str = ""


def _keep(_: str) -> None:
    pass


class AgentAtWork:
    """`tell` is told, in a few words, what happens. `ready` is set once calls can come."""

    def __init__(
        self,
        account: Account,
        url: str,
        login: Password | Token,
        habits: Habits,
        says: "array[int]",
        tell: Callable[[str], None] = _keep,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        self._url, self._login = url, login
        self._habits, self._says, self._tell = habits, says, tell
        self._softphone = Softphone(account)
        self._trusted = trusted
        self._http = httpx.AsyncClient(
            base_url=url, timeout=10, trust_env=False, verify=trusted or True
        )
        self._calls = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._desk: DeskRow | None = None
        self._acting = False
        self._ending = False
        self._news = asyncio.Condition()
        self.written_up = 0
        self.ready = asyncio.Event()

    async def centre_ready(self) -> None:
        """Waits until the centre takes calls and commands: it may be starting. Raises
        httpx.HTTPError when nobody answers at all."""
        while True:
            answer = await self._http.get("/api/health")
            if answer.is_success:
                return
            await asyncio.sleep(AGAIN_S)

    async def start(self) -> None:
        """Logs in, registers, signs in and follows its desk. Raises httpx.HTTPError,
        NotRegistered, OSError."""
        login = self._login
        if isinstance(login, Password):
            body = {"name": login.name, "password": login.password}
            answer = await self._http.post("/api/session", json=body)
        else:
            self._http.headers["Authorization"] = f"Bearer {login.token}"
            answer = await self._http.get("/api/session")
        answer.raise_for_status()
        self._softphone.phone.on_invite = self._rung
        await self._softphone.start()
        await self._softphone.phone.register()
        await self._do("sign-in")
        self._spawn(self._follow())

    def _spawn(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- the phone ---

    def _rung(self, call: PhoneCall) -> None:
        self._spawn(self._answer(call))

    async def _answer(self, call: PhoneCall) -> None:
        self._calls += 1
        own = self._habits
        call.ring()
        with suppress(Ended, TimeoutError):
            self._tell(f"{call.caller or 'somebody'} rings")
            await unless_over(call, own.answers / SECOND)
            if own.declines_every and self._calls % own.declines_every == 0:
                call.decline(486)
                return
            call.answer()
            await call.answered(10.0)
            self._tell("answered")
            await unless_over(call, WHISPERED_S)
            await self._talk(call)
            call.hang_up()
            self._tell("hung up")
            return
        if call.over.is_set():
            self._tell(f"ended by {call.by.value if call.by else 'the network'}")

    async def _talk(self, call: PhoneCall) -> None:
        """Talks for as long as it likes. Raises Ended when the call is over before."""
        sound_of(call).say(self._says)
        if self._habits.talks is None:
            await call.over.wait()
            raise Ended(call)
        await unless_over(call, self._habits.talks / SECOND)

    # --- the desk ---

    async def _follow(self) -> None:
        """The desk's row as it changes; again and again, whatever happens to the web."""
        address = self._url.replace("http", "ws", 1) + "/api/feed?views=desk&topics="
        while True:
            with suppress(OSError, TimeoutError, WebSocketException):
                async with connect(
                    address,
                    additional_headers=self._proof(),
                    ssl=self._trusted or (address.startswith("wss") or None),
                ) as socket:
                    async for text in socket:
                        for changed in _shown.decode(text).rows:
                            await self._sees(changed.row)
                            self._look()
            await asyncio.sleep(AGAIN_S)

    async def _sees(self, desk: DeskRow | None) -> None:
        self._desk = desk
        async with self._news:
            self._news.notify_all()

    async def _shows(self, what: Callable[[DeskRow], bool], within_s: float) -> bool:
        """Waits until the desk shows something; False when it doesn't in that time."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(lambda: self._desk is not None and what(self._desk))
                return True
        return False

    def _proof(self) -> dict[str, str]:
        """The header that says who we are."""
        if isinstance(self._login, Token):
            return {"Authorization": f"Bearer {self._login.token}"}
        return {"Cookie": "; ".join(f"{name}={v}" for name, v in self._http.cookies.items())}

    def _look(self) -> None:
        """What the desk shows leads to the next thing to do, one at a time."""
        if not self._acting:
            self._acting = True
            self._spawn(self._act())

    async def _act(self) -> None:
        try:
            while await self._step():
                pass
        finally:
            self._acting = False

    async def _step(self) -> bool:
        """Whether something was done, so that there may be more."""
        desk = self._desk
        if desk is None:
            return False
        presence = desk.agent.presence
        if presence is Presence.READY:
            self.ready.set()
        if presence is Presence.WRAPPING:
            return await self._write_up(desk)
        if self._ending:
            return False
        if presence is Presence.AWAY and desk.agent.reason in BACK_FROM:
            await asyncio.sleep(BACK_S if self._calls else 0)
            return await self._do("ready")
        if presence is Presence.SIGNED_OUT:
            return await self._do("sign-in")
        if presence in {Presence.READY, Presence.WORKING}:
            return await self._idle(desk)
        return False

    async def _idle(self, desk: DeskRow) -> bool:
        """Ready, and nobody rings: whether there was something else to do. Only a phone says no
        to a task."""
        if desk.task is None:
            return False
        return await self._post(f"/api/tasks/{desk.task}/decline")

    async def _write_up(self, desk: DeskRow) -> bool:
        own = self._habits
        await asyncio.sleep(own.writes / SECOND)
        code = own.code
        if code not in desk.codes:
            code = desk.codes[self._calls % len(desk.codes)] if desk.codes else "other"
        if not await self._do("wrap-up", {"code": code, "note": own.note}):
            return False
        self._tell(f"wrote up: {code}")
        async with self._news:
            self.written_up += 1
            self._news.notify_all()
        return True

    async def wrote_up(self, count: int) -> None:
        """Waits until so many contacts are written up."""
        async with self._news:
            await self._news.wait_for(lambda: self.written_up >= count)

    async def _do(self, what: str, body: dict[str, Any] | None = None) -> bool:
        """A desk command; False when it was refused (the desk then shows something else)."""
        return await self._post(f"/api/desk/{what}", body)

    async def _post(self, path: str, body: dict[str, Any] | None = None) -> bool:
        """Any command of mine; False when it was refused."""
        try:
            answer = await self._http.post(path, json=body, headers={"Roost-Request": "1"})
        except httpx.HTTPError:
            await asyncio.sleep(AGAIN_S)
            return True  # the web was away: look again
        if answer.status_code >= 500:
            await asyncio.sleep(AGAIN_S)
            return True
        done = _done.decode(answer.content) if answer.is_success else None
        if done is None or done.me is None:
            await asyncio.sleep(AGAIN_S)
        else:
            await self._sees(done.me)
        return answer.is_success

    # --- the end ---

    async def stop(self) -> None:
        """Finishes what's in hand, signs out, lets the phone go."""
        loop = asyncio.get_running_loop()
        end = loop.time() + FINISH_S
        self._ending = True
        while loop.time() < end:
            presence = self._desk.agent.presence if self._desk else None
            if presence in GOES_HOME and await self._do("sign-out"):
                break
            self._look()
            await asyncio.sleep(AGAIN_S)
        with suppress(NotRegistered):
            await self._softphone.phone.unregister()
        for task in tuple(self._tasks):
            task.cancel()
        await self._softphone.close()
        await self._http.aclose()


async def unless_over(call: PhoneCall, length_s: float) -> None:
    """Waits so long; raises Ended when the call is over before."""
    with suppress(TimeoutError):
        await call.ended(length_s)
        raise Ended(call)
