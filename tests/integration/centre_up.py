"""A real centre for tests: `roost up` on a small hotline, with phones and desks around it."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec

from roost.adapters.phone.calls import PhoneCall
from roost.adapters.phone.phone import Account
from roost.processes import first_start, secrets, settings, sockets, supervise
from roost.processes.demo.centre import copied
from roost.processes.softphone import Softphone, sound_of

NUMBER = "95598"
AGENTS = ("1001", "1002", "1003")
AGENT_HZ, CALLER_HZ = 700, 1_100
FLOW = """
about: Straight to an agent.
steps:
  answer: {answer: true}
  wait:
    queue: {to: outage, waiting: [{music: soft}], most: 10m, otherwise: message}
  message:
    voicemail: {say: Leave a message., most: 20s}
  done: {hang_up: done}
"""


async def until(what: Callable[[], Any], seconds: float = 10.0, why: str = "") -> None:
    """Polls a condition (a value, or an awaitable of one) with a deadline."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        found = what()
        if isinstance(found, Awaitable):
            with contextlib.suppress(httpx.HTTPError):
                if await found:
                    return
        elif found:
            return
        assert loop.time() < end, why or f"not within {seconds} s"
        await asyncio.wait({asyncio.ensure_future(asyncio.sleep(0.05))})


class CentreUp:
    """One centre on free ports. `flow` replaces the example's main flow; with a `city_port` it
    calls out to there."""

    def __init__(self, folder: Path, flow: str = FLOW, city_port: int = 0) -> None:
        centre = copied(folder / "centre", city_port, "power-grid")
        (centre / "clients" / "power-grid" / "flows" / "main.yaml").write_text(flow)
        first = sockets.free_range(400)
        self.launch = settings.launch(
            centre, folder / "d", sockets.free_port(), sockets.free_port_both(),
            (first, first + 399),
        )  # fmt: skip
        self.folder = folder
        self.passwords: dict[str, str] = {}
        self.runs: list[subprocess.Popen[bytes]] = []
        self.url = f"http://127.0.0.1:{self.launch.settings.http.port}"
        self.sip = self.launch.settings.sip.port

    def up(self) -> "subprocess.Popen[bytes]":
        if not self.passwords:
            made = first_start.prepare(self.launch, AGENTS)
            self.passwords = {one.name: one.password for one in made}
        media = self.launch.settings.media
        output = (self.folder / f"up-{len(self.runs)}.log").open("wb")
        run = subprocess.Popen(
            [sys.executable, "-m", "roost.cli", "up", self.launch.centre,
             "--data", self.launch.data, "--port", str(self.launch.settings.http.port),
             "--sip-port", str(self.sip),
             "--media-ports", f"{media.first_port}-{media.last_port}"],
            stdout=output, stderr=output, start_new_session=True,
        )  # fmt: skip
        self.runs.append(run)
        return run

    def said(self) -> str:
        return (self.folder / f"up-{len(self.runs) - 1}.log").read_text()

    def pids(self) -> dict[str, int]:
        try:
            kept = msgspec.json.decode((self.launch.places.run / "children.json").read_bytes())
        except OSError:
            return {}
        return {role: one["pid"] for role, one in kept.items()}

    def kill(self, role: str) -> int:
        pid = self.pids()[role]
        os.kill(pid, signal.SIGKILL)
        return pid

    async def ready(self, seconds: float = 60.0) -> None:
        async def asks() -> bool:
            assert self.runs[-1].poll() is None, self.said()
            async with httpx.AsyncClient(timeout=1.0, trust_env=False) as client:
                answer = await client.get(f"{self.url}/api/health")
                return answer.is_success and bool(answer.json()["ready"])

        await until(asks, seconds, "the centre isn't ready")

    async def replaced(self, role: str, pid: int, seconds: float = 20.0) -> None:
        """The role runs again, as another process, and the centre is ready."""
        await until(lambda: self.pids().get(role) not in (None, pid), seconds)
        await self.ready(seconds)

    def stop(self) -> None:
        """Everything ends, whatever state it's in; only what this test started."""
        for run in self.runs:
            if run.poll() is None:
                run.send_signal(signal.SIGTERM)
                run.send_signal(signal.SIGTERM)
        for run in self.runs:
            try:
                run.wait(15)
            except subprocess.TimeoutExpired:
                run.kill()
                run.wait()
        for pid in self.pids().values():
            if supervise.start_time(pid) is not None:
                os.kill(pid, signal.SIGKILL)

    def admin(self) -> httpx.AsyncClient:
        token = self.launch.places.watch_token.read_text().strip()
        return httpx.AsyncClient(
            base_url=self.url, timeout=5, trust_env=False,
            headers={"Authorization": f"Bearer {token}"},
        )  # fmt: skip

    async def contacts(self) -> dict[str, dict[str, Any]]:
        """What the records say, by the contact's name."""
        async with self.admin() as client:
            answer = await client.get("/api/contacts")
            return {row["ref"]: row for row in answer.json()["contacts"]}

    async def contact(self, ref: str) -> dict[str, Any]:
        """One contact's record."""
        async with self.admin() as client:
            return (await client.get(f"/api/contacts/{ref}")).json()


class Caller:
    """Somebody with a phone who has called, and says a tone."""

    def __init__(self, centre: CentreUp, number: str) -> None:
        self.softphone = Softphone(Account(number, "", "127.0.0.1", centre.sip))
        self.uri = f"sip:{NUMBER}@127.0.0.1:{centre.sip}"
        self.call: PhoneCall

    async def rings(self) -> "Caller":
        await self.softphone.start()
        self.call = self.softphone.phone.call(self.uri)
        await self.call.answered(10)
        self.sound.tone(CALLER_HZ)
        return self

    @property
    def sound(self) -> Any:
        return sound_of(self.call)

    async def hears_agent(self, seconds: float = 10.0) -> None:
        assert await self.sound.hears_tone(AGENT_HZ, timeout_s=seconds), "no agent is heard"

    async def close(self) -> None:
        await self.softphone.close()


class Agent:
    """An agent with a phone that answers at once (unless told not to) and a desk."""

    def __init__(self, centre: CentreUp, user: str) -> None:
        self.user = user
        known = secrets.read(centre.launch.places.data)
        account = Account(user, known.sip[user], "127.0.0.1", centre.sip)
        self.softphone = Softphone(account)
        self.client = httpx.AsyncClient(base_url=centre.url, timeout=5, trust_env=False)
        self.login = {"name": user, "password": centre.passwords[user]}
        self.calls: list[PhoneCall] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def starts(self) -> "Agent":
        (await self.client.post("/api/session", json=self.login)).raise_for_status()
        self.softphone.phone.on_invite = self._rung
        await self.softphone.start()
        await self.softphone.phone.register()
        await self.does("sign-in")
        await self.does("ready")
        return self

    def _rung(self, call: PhoneCall) -> None:
        self.calls.append(call)
        call.ring()
        task = asyncio.ensure_future(self._answer(call))
        self._tasks.add(task)

    async def _answer(self, call: PhoneCall) -> None:
        call.answer()
        with contextlib.suppress(Exception):
            await call.answered(10)
            sound_of(call).tone(AGENT_HZ)

    async def hears_caller(self, seconds: float = 10.0) -> None:
        await until(lambda: bool(self.calls), seconds, "the phone didn't ring")
        sound = sound_of(self.calls[-1])
        assert await sound.hears_tone(CALLER_HZ, timeout_s=seconds), "no caller is heard"

    async def does(self, what: str, **body: str) -> None:
        answer = await self.client.post(
            f"/api/desk/{what}", json=body or None, headers={"Roost-Request": "1"}
        )
        assert answer.is_success, answer.text

    async def presence(self) -> str:
        answer = await self.client.get("/api/desk")
        return str(answer.json()["me"]["agent"]["presence"])

    async def is_(self, presence: str, seconds: float = 5.0) -> None:
        async def asks() -> bool:
            return await self.presence() == presence

        await until(asks, seconds, f"{self.user} isn't {presence}")

    async def writes_up(self) -> None:
        await self.is_("wrapping")
        await self.does("wrap-up", code="other")

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(Exception):
            await self.softphone.phone.unregister()
        await self.softphone.close()
        await self.client.aclose()
