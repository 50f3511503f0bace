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
from typing import Final

import httpx
import msgspec
import uvloop
from msgspec import Struct

from roost.adapters.phone.account import Account, NotRegistered
from roost.processes.agent_at_work import AgentAtWork, Habits, Password
from roost.processes.demo import voices
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


def _at_work(orders: Orders, person: Person, says: "array[int]") -> AgentAtWork:
    own = habits(orders.seed, person.user)
    how = Habits(
        own.answers, own.talks, own.writes, own.declines_every, note="Written by the demo."
    )
    account = Account(person.user, person.sip_password, orders.host, orders.sip_port)
    return AgentAtWork(account, orders.url, Password(person.user, person.password), how, says)


async def _main() -> int:
    orders = msgspec.json.decode(sys.stdin.buffer.readline(), type=Orders)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    says = voices.agent_says()
    agents = [_at_work(orders, person, says) for person in orders.people]
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
