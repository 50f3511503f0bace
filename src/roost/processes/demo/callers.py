"""The demo's callers: a process of its own that knows a SIP address and nothing else.

    python -m roost.processes.demo.callers < orders    one line of JSON for each call that ended

A caller means to do something (`plan.Intention`), does it, and says how it ended. SIGTERM: no
new calls; the process ends with the last standing one.
"""

import asyncio
import signal
import sys
from array import array
from contextlib import suppress
from enum import Enum, auto
from typing import Final

import msgspec
import uvloop
from msgspec import Struct

from roost.adapters.phone.calls import Ended, PhoneCall
from roost.adapters.phone.phone import Account
from roost.kernel.time import MINUTE, SECOND, DurationUs
from roost.processes.demo import voices
from roost.processes.demo.city import City
from roost.processes.demo.plan import Caller, Intention, callers
from roost.processes.softphone import Softphone, sound_of
from roost.protocols.sip.events import By, Why

GREETING_S: Final = 7.0  # what the example's flow says before its menu
AGAIN_S: Final = 5.0  # a wrong key, its answer, and the menu again
SERVED_S: Final = 170.0  # beyond it nobody was served
GOODBYE_S: Final = 5.0
CITY_S: Final = 20.0  # at the end: how long those whom agents have called may talk
LOOK_S: Final = 0.1
QUIET_S: Final = 3.0  # without music: a person has taken the call, and lets them speak
LONG_QUIET_S: Final = 6.0  # a ringing tone pauses for four seconds, a menu waits as long
PERSON_S: Final = 60.0  # how long a caller stays with a person, who has things to try
SAYS_AGAIN_S: Final = 12.0
OFFERED: Final = "1"  # chooses the queue that offers callbacks, and takes one
PRESSES_S: Final = 3.0
IN_TURN: Final = "to be called back"
LONG_S: Final = 30.0  # before the end, nobody stays silent any more
HORIZON: Final = DurationUs(7 * 24 * 60 * MINUTE)


class Orders(Struct, frozen=True):
    host: str
    port: int
    numbers: tuple[str, ...]  # whom they call, in turn
    seed: int
    a_minute: float
    for_us: int | None  # None: until SIGTERM
    city_port: int = 0  # where whom the agents call is reached; 0: nobody is


class Told(Struct, frozen=True):
    """How one call ended: `fine` when it was as intended."""

    caller: str
    intention: Intention
    key: str
    fine: bool
    how: str
    waited_s: float  # from the key to an agent
    talked_s: float


def _shorter(caller: Caller) -> Caller:
    """Silence leads through every repetition of the menu: not near the end, where it would
    outlast the drain; nor would anybody be there for a call that's promised so late."""
    if caller.intention is Intention.SILENT:
        caller = msgspec.structs.replace(caller, intention=Intention.TALK)
    return msgspec.structs.replace(caller, in_turn=False)


class Callers:
    """All callers of one demo."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._stop = asyncio.Event()
        self._says: array[int] = array("h")
        self._calls: set[asyncio.Task[None]] = set()

    def ask_to_stop(self) -> None:
        self._stop.set()

    async def run(self) -> None:
        self._says = voices.spoken(voices.CALLER)
        orders, loop = self._orders, asyncio.get_running_loop()
        begun = loop.time()
        length = HORIZON if orders.for_us is None else DurationUs(orders.for_us)
        few = DurationUs(min(length, 60 * MINUTE))  # a plan of an hour; then it begins anew
        while loop.time() - begun < length / SECOND and not self._stop.is_set():
            start = loop.time()
            for caller in callers(orders.seed, orders.a_minute, few, orders.numbers):
                await self._until(min(start + caller.at / SECOND, begun + length / SECOND))
                if self._stop.is_set() or loop.time() - begun >= length / SECOND:
                    break
                if begun + length / SECOND - loop.time() < LONG_S:
                    caller = _shorter(caller)
                task = asyncio.create_task(self._one(caller))
                self._calls.add(task)
                task.add_done_callback(self._calls.discard)
        while self._calls:
            await asyncio.wait(self._calls)

    async def _until(self, at: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout_at(at):
                await self._stop.wait()

    async def _one(self, caller: Caller) -> None:
        orders = self._orders
        softphone = Softphone(Account(caller.number, "", orders.host, orders.port))
        try:
            await softphone.start()
            call = softphone.phone.call(f"sip:{caller.called}@{orders.host}:{orders.port}")
            told = await _Path(caller, call, self._says).walk()
        except OSError as error:
            told = Told(caller.number, caller.intention, caller.key, False, str(error), 0, 0)
        finally:
            await softphone.close()
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        sys.stdout.flush()


class _By(Enum):
    """Who serves a caller."""

    AGENT = auto()  # one of the demo's
    PERSON = auto()  # somebody at a desk


class _Path:
    """One caller's way through the centre."""

    def __init__(self, caller: Caller, call: PhoneCall, says: "array[int]") -> None:
        self._caller, self._call, self._says = caller, call, says
        self._loop = asyncio.get_running_loop()
        self._waited = self._talked = 0.0
        self._takes = False

    async def walk(self) -> Told:
        try:
            await self._call.answered(30.0)
            how = await self._act()
        except TimeoutError:
            how = "never answered"
        except Ended as ended:
            how = f"not answered: {ended}"
        self._call.hang_up()
        with suppress(TimeoutError):
            await self._call.ended(GOODBYE_S)
        caller = self._caller
        fine = how in FINE[caller.intention] and self._call.over.is_set()
        waited, talked = round(self._waited, 2), round(self._talked, 2)
        return Told(caller.number, caller.intention, caller.key, fine, how, waited, talked)

    async def _act(self) -> str:
        caller = self._caller
        if caller.intention is Intention.LISTEN:
            await self._while_up(caller.patience / SECOND)
            return "hung up early" if self._stands() else self._cut_off()
        if caller.intention is not Intention.SILENT:
            await self._choose()
        return await self._wait_and_talk()

    async def _choose(self) -> None:
        caller = self._caller
        await self._while_up(GREETING_S + caller.thinks / SECOND)
        if caller.intention is Intention.WRONG_KEY and self._stands():
            self._call.digits(caller.wrong)
            await self._while_up(AGAIN_S)
        if self._stands():
            self._call.digits(caller.key)

    async def _wait_and_talk(self) -> str:
        gives_up = self._caller.intention is Intention.GIVE_UP
        most = self._caller.patience / SECOND if gives_up else SERVED_S
        self._takes = self._caller.in_turn and self._caller.key == OFFERED and not gives_up
        quiet = LONG_QUIET_S if self._caller.intention is Intention.SILENT else QUIET_S
        begun = self._loop.time()
        while True:
            by = await self._served(most, quiet)
            if by is None:
                if not self._stands():
                    return IN_TURN if self._takes and self._they_hung_up() else self._cut_off()
                return "gave up" if gives_up else "never served"
            self._takes = False
            self._waited = self._waited or self._loop.time() - begun
            if not await self._talks(by):
                break
            most, quiet, gives_up = SERVED_S, LONG_QUIET_S, False  # somebody else goes on
        if self._stands():
            return "talked"
        return "talked" if self._they_hung_up() else self._cut_off()

    async def _served(self, most_s: float, quiet_s: float) -> "_By | None":
        """By whom; None when nobody is there in that time, or the call is over."""
        sound, begun = sound_of(self._call), self._loop.time()
        heard = pressed = begun
        while self._stands() and (now := self._loop.time()) - begun <= most_s:
            if self._takes and now - pressed > PRESSES_S:  # until it's offered
                self._call.digits(OFFERED)
                pressed = now
            if voices.hears_agent(sound):
                return _By.AGENT
            if not voices.hears_nothing(sound):
                heard = now
            elif now - heard > quiet_s:
                return _By.PERSON
            await asyncio.sleep(LOOK_S)
        return None

    async def _talks(self, by: "_By") -> bool:
        """Whether they hand us on; else it's over, or enough."""
        sound, met = sound_of(self._call), self._loop.time()
        length = PERSON_S if by is _By.PERSON else self._caller.talks / SECOND
        says = met
        try:
            while self._stands() and (now := self._loop.time()) - met < length:
                if now >= says:
                    sound.say(self._says)
                    says = now + SAYS_AGAIN_S
                if voices.hears_hand_over(sound):
                    return True
                if by is _By.PERSON and voices.hears_agent(sound):
                    by, length = _By.AGENT, now - met + self._caller.talks / SECOND
                await asyncio.sleep(LOOK_S)
            return False
        finally:
            self._talked += self._loop.time() - met

    def _stands(self) -> bool:
        return not self._call.over.is_set()

    def _they_hung_up(self) -> bool:
        return self._call.by is By.THEM and self._call.why is Why.BYE

    def _cut_off(self) -> str:
        return f"cut off by {self._call.by} ({self._call.why} {self._call.status or ''})"

    async def _while_up(self, length_s: float) -> None:
        with suppress(TimeoutError):
            await self._call.ended(length_s)


FINE: Final[dict[Intention, frozenset[str]]] = {
    Intention.TALK: frozenset({"talked", IN_TURN}),
    Intention.WRONG_KEY: frozenset({"talked", IN_TURN}),
    Intention.SILENT: frozenset({"talked"}),
    Intention.GIVE_UP: frozenset({"gave up", "talked"}),
    Intention.LISTEN: frozenset({"hung up early"}),
}


async def _main() -> None:
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    people, city = Callers(orders), City(orders.host, orders.port)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, people.ask_to_stop)
    if orders.city_port:
        await city.start(orders.city_port)
    try:
        await people.run()
        await city.quiet(CITY_S)
    finally:
        if orders.city_port:
            await city.close()


if __name__ == "__main__":
    asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_main())
