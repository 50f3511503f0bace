"""Freed agent → ringing phone with 10,000 agents signed in and 1,000 contacts waiting.

One process, as `control` is: the live engine with its store (SQLite on disk, a commit before any
effect leaves), dispatch, telephony on real sockets with 10,000 registered phones. Agents of twenty
skills serve a thousand queues with rings; a thousand callers wait, and nobody is ready. Then one
agent after another becomes ready, and it's measured until the INVITE has come in at the phone,
which says it's busy: the caller waits on, the agent is away again. Media alone is a stand-in (it
anchors at once): what its process adds is in `freed_agent`. The thread's CPU time is the path's own
work; the clock's has the commit and whatever else the machine does in it.
"""

import asyncio
import gc
import os
import socket
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec

from benchmarks import routing
from benchmarks._centre import waited_s
from benchmarks._sipp import quantile
from roost.adapters.clock.wall import CellClock
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.telephony.legs import BINDING
from roost.adapters.telephony.settings import TelephonySettings, TrunkSettings
from roost.adapters.telephony.telephony import Telephony
from roost.adapters.telephony.testing import FakeMedia
from roost.engine.runtime import LiveEngine
from roost.floor import definition as d
from roost.floor.agents.messages import GoReady, PhoneRegistered, SignIn
from roost.floor.agents.model import Presence
from roost.floor.calls.messages import ReceiveCall
from roost.floor.cell import ROOM
from roost.floor.state import CellState
from roost.kernel.actor import SETUP
from roost.kernel.ids import OPERATOR, AgentId, CommandId, LegId, StreamName, TrunkId, VaultId
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import NEVER
from roost.processes import sockets
from roost.processes.dispatch import Dispatch
from roost.protocols.sip.registrar import Binding
from roost.protocols.sip.routing import UDP, Peer

WAITING: Final = 1_000
MEASURED: Final = int(os.environ.get("ROOST_BENCH_RINGS", "1000"))
LOOPBACK: Final = "127.0.0.1"
STREAM: Final = StreamName("cell-1")
CALLER: Final = "in"  # how callers' legs begin
TOGETHER: Final = 100  # commands under way while the centre is filled


def definitions() -> d.Floor:
    """The router's benchmark with flows: each of its queues has a number that leads there."""
    bare = routing.centre(Random(1))
    clients = sorted({queue.client for queue in bare.queues})
    flows, numbers = list[d.Flow](), list[d.Number]()
    for place, queue in enumerate(bare.queues):
        steps: dict[str, d.Step] = {
            "answer": d.Answer("wait"),
            "wait": d.Enqueue(queue.id, 0, (), (), 3_600_000_000, ""),  # type: ignore[arg-type]
        }
        flows.append(d.Flow(f"f{place}", queue.client, "1", "answer", steps))  # type: ignore[arg-type]
        numbers.append(d.Number(str(50_000 + place), queue.client, flows[-1].id))
    first = {client: next(q.id for q in bare.queues if q.client == client) for client in clients}
    return msgspec.structs.replace(
        bare,
        clients=tuple(d.Client(one, first[one], (), False, ()) for one in clients),
        numbers=tuple(numbers),
        flows=tuple(flows),
    )


class Phones:
    """Every agent's phone, at one address: rung, it's busy."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((LOOPBACK, 0))
        self.socket.setblocking(False)
        self.port = int(self.socket.getsockname()[1])
        self.rung: asyncio.Future[tuple[float, float]] | None = None
        asyncio.get_running_loop().add_reader(self.socket, self._read)

    def _read(self) -> None:
        now = time.perf_counter(), time.thread_time()
        data, peer = self.socket.recvfrom(65_536)
        if not data.startswith(b"INVITE "):
            return
        if self.rung is not None and not self.rung.done():
            self.rung.set_result(now)
        head = data.partition(b"\r\n\r\n")[0].split(b"\r\n")[1:]
        kept = [
            line for line in head if line.split(b":")[0] in (b"Via", b"From", b"Call-ID", b"CSeq")
        ]
        to = next(line for line in head if line.startswith(b"To:")) + b";tag=phone"
        answer = [b"SIP/2.0 486 Busy Here", *kept, to, b"Content-Length: 0", b"", b""]
        self.socket.sendto(b"\r\n".join(answer), peer)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self.socket)
        self.socket.close()


class Signalling:
    """Telephony, but for the callers' legs: those are only there."""

    def __init__(self, telephony: Telephony) -> None:
        self.telephony = telephony

    def perform(self, effect: Any) -> None:
        if not str(effect.leg).startswith(CALLER):
            self.telephony.perform(effect)


class Live:
    """Engine, store, telephony."""

    def __init__(self, folder: Path, phones: Phones) -> None:
        self.phones = phones
        self.store = SqliteStore(folder, KeyFile(folder / "keys.json"))
        self.dispatch = Dispatch()
        clock = CellClock()
        self.engine: LiveEngine[CellState] = LiveEngine(
            ROOM, STREAM, self.store.writer, self.store.reader(), clock, self.dispatch.perform
        )
        self.given = 0
        self.media = FakeMedia()
        port = sockets.free_port_both()
        self.held = [
            socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)
        ]
        for one in self.held:
            one.bind((LOOPBACK, port))
        settings = TelephonySettings(
            advertise=LOOPBACK,
            port=port,
            realm="bench",
            key=b"k" * 32,
            trunks=(TrunkSettings(TrunkId("local"), ("192.0.2.1",)),),
            most_calls=10_000,
        )
        self.telephony = Telephony(
            settings, self.engine.submit, self.media, self.store.vault(STREAM), clock
        )

    async def give(self, command: Command, *puts: VaultPut) -> Any:
        self.given += 1
        return await self.engine.submit(command, SETUP, CommandId(f"b{self.given}"), puts)

    async def all(self, commands: list[tuple[Command, tuple[VaultPut, ...]]]) -> None:
        for begin in range(0, len(commands), TOGETHER):
            some = commands[begin : begin + TOGETHER]
            await asyncio.gather(*(self.give(command, *puts) for command, puts in some))

    def binding(self, user: str) -> VaultPut:
        """A phone that stands registered, as the vault keeps it."""
        uri = f"sip:{user}@{LOOPBACK}:{self.phones.port}"
        peer = Peer(UDP, LOOPBACK, self.phones.port)
        kept = [Binding(uri, f"r{user}", 1, 1000, 7200, NEVER, peer)]
        return VaultPut(VaultId(f"{BINDING}{user}"), OPERATOR, msgspec.msgpack.encode(kept))

    async def fill(self, floor: d.Floor) -> None:
        """Everybody signs in, with a phone; a thousand callers wait."""
        await self.engine.start()
        await self.give(d.Configure(floor))
        users = [agent.id for agent in floor.agents]
        await self.all([(SignIn(user), ()) for user in users])
        await self.all([(PhoneRegistered(user), (self.binding(user),)) for user in users])
        self.telephony.restore()
        self.dispatch.open(Signalling(self.telephony), self.media, self.media)
        await self.telephony.start(self.held)
        dice = Random(2)
        await self.all(
            [
                (
                    ReceiveCall(
                        LegId(f"{CALLER}{place}"),
                        TrunkId("local"),
                        dice.choice(floor.numbers).number,
                        VaultId(f"caller:{place}"),
                        (),
                        self.media.least_loaded(),
                    ),
                    (),
                )
                for place in range(WAITING)
            ]
        )

    async def free(self, agent: AgentId) -> tuple[float, float] | None:
        """Seconds from an agent's becoming ready to the ring at the phone, by the clock and of
        this thread's CPU time; None where nobody who waits may be theirs."""
        self.phones.rung = rung = asyncio.get_running_loop().create_future()
        began, used = time.perf_counter(), time.thread_time()
        await self.give(GoReady(agent))
        known = self.engine.state.agents.agents[agent]
        if known.presence is Presence.READY:
            return None
        at, then = await rung
        while known.presence is not Presence.AWAY:  # noqa: ASYNC110
            await asyncio.sleep(0.0005)
        return at - began, then - used

    async def close(self) -> None:
        await self.telephony.close()
        await self.engine.stop()


async def _measured(folder: Path) -> dict[str, float | str]:
    phones = Phones()
    live = Live(folder, phones)
    floor = definitions()
    began = time.perf_counter()
    await live.fill(floor)
    filled = time.perf_counter() - began
    gc.collect()
    gc.freeze()
    dice, found, idle = Random(3), list[tuple[float, float]](), 0
    agents = dice.sample([agent.id for agent in floor.agents], MEASURED)
    waiting = len(live.engine.state.routing.waiters)
    own, cpu, since = waited_s(os.getpid()), time.process_time(), time.monotonic()
    for agent in agents:
        one = await live.free(agent)
        if one is None:
            idle += 1
        else:
            found.append(one)
    own, cpu = waited_s(os.getpid()) - own, time.process_time() - cpu
    since = time.monotonic() - since
    gc.unfreeze()
    await live.close()
    phones.close()
    delays = sorted(delay for delay, _ in found)
    costs = sorted(cost for _, cost in found)
    return {
        "agents signed in": float(len(floor.agents)),
        "contacts waiting": float(waiting),
        "measured": float(len(delays)),
        "nobody waiting was theirs": float(idle),
        "p50_ms": 1000 * quantile(delays, 0.50),
        "p99_ms": 1000 * quantile(delays, 0.99),
        "longest_ms": 1000 * delays[-1],
        "CPU p50_ms": 1000 * quantile(costs, 0.50),
        "CPU p99_ms": 1000 * quantile(costs, 0.99),
        "CPU ms for a ring, its busy and being away": 1000 * cpu / len(agents),
        "waited for a core, percent": 100 * own / since,
        "seconds to fill the centre": filled,
    }


def run() -> dict[str, float | str]:
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        return asyncio.run(_measured(Path(folder)))
