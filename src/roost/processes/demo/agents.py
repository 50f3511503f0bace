"""The demo's agents: a process of its own that knows the SIP registrar and the HTTP API.

    python -m roost.processes.demo.agents < orders     says "ready" when all are

Each has a registered phone and a desk: the phone rings, is lifted after a bit, talks; the desk
signs in, goes ready, writes up with a code, and comes back after a declined call. All it knows
of itself comes by the desk's feed. SIGTERM: everybody finishes, signs out and goes.
"""

import asyncio
import signal
import sys
from array import array
from contextlib import suppress
from typing import Any, Final

import httpx
import msgspec
import uvloop
from msgspec import Struct
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from roost.adapters.phone.calls import Ended, PhoneCall
from roost.adapters.phone.phone import Account, NotRegistered
from roost.kernel.time import SECOND
from roost.processes.demo import voices
from roost.processes.demo.plan import AgentHabits, habits
from roost.processes.softphone import Softphone, sound_of
from roost.web.rows import DeskChanged, DeskRow, Presence

AGAIN_S: Final = 0.3
BACK_S: Final = 1.0  # from a declined call to ready again
FINISH_S: Final = 20.0  # at the end: how long a contact in hand may take


class Shown(Struct, frozen=True):
    """A message of the feed, as far as it matters here."""

    rows: tuple[DeskChanged, ...] = ()


class Done(Struct, frozen=True):
    """The answer to a desk command, as far as it matters here."""

    me: DeskRow | None = None


_shown: Final = msgspec.json.Decoder(Shown)
_done: Final = msgspec.json.Decoder(Done)
BACK_FROM: Final = frozenset({"declined", "no_answer", "unreachable", "signed_in"})


class Person(Struct, frozen=True):
    user: str
    sip_password: str
    password: str


class Orders(Struct, frozen=True):
    host: str
    sip_port: int
    url: str
    seed: int
    people: tuple[Person, ...]


class Agent:
    """One agent at work."""

    def __init__(self, orders: Orders, person: Person, says: "array[int]") -> None:
        self._orders, self._person, self._says = orders, person, says
        self._habits: AgentHabits = habits(orders.seed, person.user)
        account = Account(person.user, person.sip_password, orders.host, orders.sip_port)
        self._softphone = Softphone(account)
        self._http = httpx.AsyncClient(base_url=orders.url, timeout=10, trust_env=False)
        self._calls = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._desk: DeskRow | None = None
        self._acting = False
        self._ending = False
        self.ready = asyncio.Event()

    async def start(self) -> None:
        """Logs in, registers, signs in and follows its desk. Raises httpx.HTTPError,
        NotRegistered."""
        login = {"name": self._person.user, "password": self._person.password}
        answer = await self._http.post("/api/session", json=login)
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
            await _unless_over(call, own.answers / SECOND)
            if own.declines_every and self._calls % own.declines_every == 0:
                call.decline(486)
                return
            call.answer()
            await call.answered(10.0)
            sound_of(call).say(self._says)
            await _unless_over(call, own.talks / SECOND)
            call.hang_up()

    # --- the desk ---

    async def _follow(self) -> None:
        """The desk's row as it changes; again and again, whatever happens to the web."""
        address = self._orders.url.replace("http", "ws", 1) + "/api/feed?views=desk&topics="
        while True:
            cookies = "; ".join(f"{name}={value}" for name, value in self._http.cookies.items())
            with suppress(OSError, TimeoutError, WebSocketException):
                async with connect(address, additional_headers={"Cookie": cookies}) as socket:
                    async for text in socket:
                        for changed in _shown.decode(text).rows:
                            self._desk = changed.row
                            self._look()
            await asyncio.sleep(AGAIN_S)

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
            await asyncio.sleep(self._habits.writes / SECOND)
            code = desk.codes[self._calls % len(desk.codes)] if desk.codes else "other"
            return await self._do("wrap-up", {"code": code, "note": "Written by the demo."})
        if self._ending:
            return False
        if presence is Presence.AWAY and desk.agent.reason in BACK_FROM:
            await asyncio.sleep(BACK_S if self._calls else 0)
            return await self._do("ready")
        if presence is Presence.SIGNED_OUT:
            return await self._do("sign-in")
        return False

    async def _do(self, what: str, body: dict[str, str] | None = None) -> bool:
        """A desk command; False when it was refused (the desk then shows something else)."""
        try:
            answer = await self._http.post(
                f"/api/desk/{what}", json=body, headers={"Roost-Request": "1"}
            )
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
            self._desk = done.me
        return answer.is_success

    # --- the end ---

    async def stop(self) -> None:
        """Finishes what's in hand, signs out, lets the phone go."""
        loop = asyncio.get_running_loop()
        end = loop.time() + FINISH_S
        self._ending = True
        while loop.time() < end:
            presence = self._desk.agent.presence if self._desk else None
            if presence in {Presence.READY, Presence.AWAY} and await self._do("sign-out"):
                break
            self._look()
            await asyncio.sleep(AGAIN_S)
        with suppress(NotRegistered):
            await self._softphone.phone.unregister()
        for task in tuple(self._tasks):
            task.cancel()
        await self._softphone.close()
        await self._http.aclose()


async def _unless_over(call: PhoneCall, length_s: float) -> None:
    """Waits so long; raises Ended when the call is over before."""
    with suppress(TimeoutError):
        await call.ended(length_s)
        raise Ended(call)


async def _main() -> int:
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    says = voices.agent_says()
    agents = [Agent(orders, person, says) for person in orders.people]
    try:
        await asyncio.gather(*(agent.start() for agent in agents))
        async with asyncio.timeout(30):
            await asyncio.gather(*(agent.ready.wait() for agent in agents))
    except (httpx.HTTPError, NotRegistered, TimeoutError) as error:
        print(f"the agents can't begin: {error!r}", file=sys.stderr)
        return 1
    print("ready", flush=True)
    await stopped.wait()
    await asyncio.gather(*(agent.stop() for agent in agents))
    return 0


if __name__ == "__main__":
    sys.exit(asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_main()))
