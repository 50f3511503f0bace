"""The demo's agents: a process of its own that knows the SIP registrar and the HTTP API.

    python -m roost.processes.demo.agents < orders     says "ready" when all are

Each has a registered phone and a desk: the phone rings, is lifted after a bit, talks; the desk
signs in, goes ready, writes up with a code, and comes back after a declined call. All it knows
of itself comes by the desk's feed. Some callers are handed on, some are promised a call
(`colleague.py`). SIGUSR1: they begin nothing of their own any more, SIGTERM: everybody finishes,
signs out and goes.
"""

import asyncio
import signal
import sys
from typing import Final

import httpx
import msgspec
import uvloop
from msgspec import Struct

from roost.adapters.phone.account import Account, NotRegistered
from roost.processes.agent_at_work import Habits, Password
from roost.processes.demo import voices
from roost.processes.demo.colleague import Colleague, Sounds
from roost.processes.demo.plan import habits

READY_S: Final = 30.0


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


def _at_work(orders: Orders, person: Person, sounds: Sounds) -> Colleague:
    own = habits(orders.seed, person.user)
    how = Habits(
        own.answers, own.talks, own.writes, own.declines_every, note="Written by the demo."
    )
    account = Account(person.user, person.sip_password, orders.host, orders.sip_port)
    login = Password(person.user, person.password)
    return Colleague(account, orders.url, login, how, sounds, orders.seed)


async def _main() -> int:
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    asks = voices.spoken(voices.COLLEAGUE)
    sounds = Sounds(voices.agent_says(), voices.hands_over(), asks)
    agents = [_at_work(orders, person, sounds) for person in orders.people]

    def no_more() -> None:
        for agent in agents:
            agent.no_more_of_their_own()

    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, no_more)
    try:
        await asyncio.gather(*(agent.start() for agent in agents))
        async with asyncio.timeout(READY_S):
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
