"""From an agent becoming free to the next caller's phone ringing, with 100 waiting.

Measured at the phones: from the moment that the agent's phone sends its BYE to the moment that
the next caller's INVITE has come in there, so both ways on the network and the phone's own work
are in it. Nobody writes up. SIPp keeps 100 callers waiting, who hear music meanwhile.
"""

import asyncio
import os
import tempfile
import time
from pathlib import Path
from typing import Final

from benchmarks._centre import LOOPBACK, Centre, waited_s
from benchmarks._sipp import Callers, quantile
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.account import Account
from roost.adapters.phone.calls import PhoneCall, Silence
from roost.adapters.phone.phone import Phone
from roost.processes import secrets

AGENTS: Final = 20
WAITING: Final = 100
TALKS_S: Final = 1.1  # the first agent; each of the others a little longer, so that they
TALKS_LONGER_S: Final = 0.013  # don't hang up all at once
UNDER_WAY_S: Final = 3.0  # from the first callers to the first measurement: all are waiting


class Agent:
    """A phone that's lifted at once and hung up after a bit; `delays` in seconds."""

    def __init__(
        self, centre: Centre, user: str, password: str, talks_s: float, delays: list[float]
    ) -> None:
        account = Account(user, password, LOOPBACK, centre.sip_port)
        self.phone = Phone(account, CellClock(), os.urandom(32), lambda: Silence(LOOPBACK, 10_000))
        self.phone.on_invite = self._rung
        self.measures = False
        self._talks_s = talks_s
        self._delays = delays
        self._freed = 0.0
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        await self.phone.start(LOOPBACK)
        await self.phone.register()

    def _rung(self, call: PhoneCall) -> None:
        now = time.perf_counter()
        if self._freed and self.measures:
            self._delays.append(now - self._freed)
        self._freed = 0.0
        task = asyncio.ensure_future(self._talk(call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _talk(self, call: PhoneCall) -> None:
        call.ring()
        call.answer()
        await call.answered(10)
        await asyncio.sleep(self._talks_s)
        self._freed = time.perf_counter()
        call.hang_up()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self.phone.close()


async def _measured(centre: Centre, seconds: float) -> list[float]:
    known = secrets.read(centre.launch.places.data)
    delays: list[float] = []
    agents = [
        Agent(centre, user, known.sip[user], TALKS_S + place * TALKS_LONGER_S, delays)
        for place, user in enumerate(centre.users)
    ]
    for agent in agents:
        await agent.start()
    # The sign-ins over HTTP run beside this loop: a phone may ring before the last one is in.
    await asyncio.to_thread(centre.go_ready)
    calls = int((UNDER_WAY_S + seconds) * AGENTS / TALKS_S) + 2 * WAITING
    with Callers(centre.sip_port, WAITING, calls, 120, at_once=WAITING + AGENTS):
        await asyncio.sleep(UNDER_WAY_S)
        for agent in agents:
            agent.measures = True
        await asyncio.sleep(seconds)
        for agent in agents:
            agent.measures = False
        for agent in agents:
            await agent.close()
    return sorted(delays)


def run() -> dict[str, float | str]:
    seconds = float(os.environ.get("ROOST_BENCH_SECONDS", "20"))
    with (
        tempfile.TemporaryDirectory(prefix="roost-bench-") as folder,
        Centre(Path(folder), AGENTS) as centre,
    ):
        centre.pin()
        control = centre.pids()["control"]
        waited, began = waited_s(control), time.monotonic()
        delays = asyncio.run(_measured(centre, seconds))
        share = (waited_s(control) - waited) / (time.monotonic() - began)
    return {
        "waiting": float(WAITING),
        "measured": float(len(delays)),
        "control_waited_for_its_core_percent": 100 * share,
        "p50_ms": 1000 * quantile(delays, 0.50),
        "p99_ms": 1000 * quantile(delays, 0.99),
        "longest_ms": 1000 * (delays[-1] if delays else 0.0),
    }
