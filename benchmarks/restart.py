"""The pause while `control` is killed (`kill -9`) and comes back, under load.

Sixty agents talk, more callers come than they can take (SIPp at both ends), so dozens wait, and
one pair of our own phones talks with sound. Then control is killed. What arrives meanwhile
waits in the socket, so the longest time from an INVITE to its 200 is the pause that a caller
sees; the pair's sound goes through media, which knows nothing of the kill.
"""

import asyncio
import contextlib
import os
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from benchmarks._centre import LOOPBACK, NUMBER, Centre
from benchmarks._sipp import Callers, Phones, quantile
from roost.adapters.phone.account import Account
from roost.adapters.phone.calls import PhoneCall
from roost.processes import secrets
from roost.processes.softphone import Softphone, sound_of

AGENTS: Final = 60
TALKS_S: Final = 3.0
ARRIVE: Final = 30.0  # calls a second; the agents take about 18
CALLS: Final = 300
KILL_AFTER_S: Final = 5.0
LOOK_S: Final = 0.005
READY: Final = "event=ready"


class Watched:
    """The longest time without a packet at a phone that is talking."""

    def __init__(self, call: PhoneCall) -> None:
        self._sound = sound_of(call)
        self.longest_s = 0.0

    async def watch(self) -> None:
        seen, at = self._sound.figures().received, time.monotonic()
        while True:
            await asyncio.sleep(LOOK_S)
            now, count = time.monotonic(), self._sound.figures().received
            if count != seen:
                seen, at = count, now
            self.longest_s = max(self.longest_s, now - at)


async def _pair(centre: Centre) -> tuple[Softphone, Softphone, PhoneCall]:
    """A caller and the first agent, talking."""
    user = centre.users[0]
    password = secrets.read(centre.launch.places.data).sip[user]
    agent = Softphone(Account(user, password, LOOPBACK, centre.sip_port))
    caller = Softphone(Account("0931700001", "", LOOPBACK, centre.sip_port))

    def lift(call: PhoneCall) -> None:
        call.ring()
        call.answer()

    agent.phone.on_invite = lift
    await agent.start()
    await agent.phone.register()
    await asyncio.to_thread(centre.go_ready, [user])
    await caller.start()
    call = caller.phone.call(f"sip:{NUMBER}@{LOOPBACK}:{centre.sip_port}")
    await call.answered(10)
    async with asyncio.timeout(10):
        while not agent.phone.calls:  # noqa: ASYNC110 - the phone tells nobody else
            await asyncio.sleep(LOOK_S)
    (theirs,) = agent.phone.calls.values()
    await theirs.answered(10)
    sound_of(theirs).tone(700)
    sound_of(call).tone(1_100)
    await sound_of(call).hears_tone(700, timeout_s=10)
    return caller, agent, call


async def _ready_again(centre: Centre) -> float:
    """The wall clock's seconds when the next control says that it's ready."""
    log = centre.launch.places.data / "log" / "control.log"
    async with asyncio.timeout(30):
        while (text := log.read_text()).count(READY) < 2:  # noqa: ASYNC110 - another process
            await asyncio.sleep(LOOK_S)
    line = next(one for one in reversed(text.splitlines()) if READY in one)
    stamp = line.split("timestamp=", 1)[1].split(" ", 1)[0]
    return datetime.fromisoformat(stamp).timestamp()


async def _measured(centre: Centre) -> dict[str, float | str]:
    caller, agent, call = await _pair(centre)
    others = centre.users[1:]
    known = secrets.read(centre.launch.places.data)
    watched = Watched(call)
    with Phones(TALKS_S) as phones:
        for user in others:
            centre.register_one(user, known.sip[user], phones.port)
        await asyncio.to_thread(centre.go_ready, others)
        watching = asyncio.ensure_future(watched.watch())
        with Callers(centre.sip_port, ARRIVE, CALLS, 60) as callers:
            await asyncio.sleep(KILL_AFTER_S)
            before = sound_of(call).figures()
            pid = centre.pids()["control"]
            killed = time.time()
            os.kill(pid, 9)
            ready_s = await _ready_again(centre) - killed
            counted = await asyncio.to_thread(callers.done)
        after = sound_of(call).figures()
        watching.cancel()
        stands = not call.over.is_set()
    call.hang_up()
    with contextlib.suppress(TimeoutError):
        await call.ended(5)
    await caller.close()
    await agent.close()
    found: dict[str, Any] = {
        "calls": float(counted.calls),
        "calls_lost": float(counted.failed + (not stands)),
        "control_ready_again_s": ready_s,
        "longest_invite_to_200_s": counted.setup[-1] if counted.setup else 0.0,
        "invite_to_200_p50_ms": 1000 * quantile(counted.setup, 0.5),
        "pair_packets_lost": float(after.lost - before.lost),
        "pair_longest_gap_ms": 1000 * watched.longest_s,
    }
    return found


def run() -> dict[str, float | str]:
    with (
        tempfile.TemporaryDirectory(prefix="roost-bench-") as folder,
        Centre(Path(folder), AGENTS) as centre,
    ):
        return asyncio.run(_measured(centre))
