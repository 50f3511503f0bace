"""PJSUA2, a softphone that we did not write, talks through the centre, both as caller and as
agent; what was recorded is measured: the right tone in the right channel at the right level."""

import asyncio
import json
import math
import socket
import subprocess
import sys
import tomllib
import wave
from array import array
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpx
import pytest
from tests.integration.centre_up import CentreUp, until

from roost.adapters.phone.calls import PhoneCall
from roost.adapters.phone.phone import Account
from roost.processes import sockets
from roost.processes.demo.city import City
from roost.processes.softphone import Softphone as CallerPhone
from roost.processes.softphone import press, sound_of

PHONE = Path(__file__).parent / "peers" / "pjsua_phone.py"
EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
FLOW = EXAMPLE / "clients" / "power-grid" / "flows" / "main.yaml"
RATE = 8_000
CALLER_HZ, AGENT_HZ = 440, 1_000
CITY_PORT = sockets.free_port((socket.SOCK_DGRAM,))
LEVEL = 8_000  # amplitude of the tones: -12.2 dB of full scale


class Softphone:
    """The peer's process; `seen` are the events that it printed."""

    def __init__(self, **plan: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PHONE), json.dumps(plan)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.queue: Queue[dict[str, Any]] = Queue()
        self.passed: list[dict[str, Any]] = []
        Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("{"):
                self.queue.put(json.loads(line))

    def presses(self, *keys: str) -> None:
        assert self.process.stdin
        self.process.stdin.write("".join(f"{key}\n" for key in keys))
        self.process.stdin.flush()

    async def sees(self, event: str, seconds: float = 40) -> dict[str, Any]:
        """Wait for an event; the others on the way are passed over."""
        while True:
            try:
                seen = await asyncio.to_thread(self.queue.get, timeout=seconds)
            except Empty:
                raise AssertionError(f"never saw {event!r}, only {self.passed}") from None
            self.passed.append(seen)
            if seen["event"] == event:
                return seen


def tone(path: Path, hertz: int, seconds: float = 30) -> str:
    samples = array(
        "h",
        (
            round(LEVEL * math.sin(2 * math.pi * hertz * place / RATE))
            for place in range(int(RATE * seconds))
        ),
    )
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(samples.tobytes())
    return str(path)


def amplitude(samples: "array[int]", hertz: int) -> float:
    """Of one frequency, by Goertzel's algorithm (1958)."""
    turn = 2 * math.cos(2 * math.pi * hertz / RATE)
    before = last = 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    power = before * before + last * last - turn * before * last
    return 2 * math.sqrt(max(power, 0.0)) / len(samples)


def channels(data: bytes) -> "tuple[array[int], array[int]]":
    """(left, right) of a stereo WAV of 16 bits."""
    assert data[:4] == b"RIFF"
    start = data.index(b"data") + 8
    both = array("h", data[start : start + (len(data) - start) // 4 * 4])
    return both[0::2], both[1::2]


def decibels(amplitude: float) -> float:
    return 20 * math.log10(max(amplitude, 1e-9) / LEVEL)


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    folder, flow = tmp_path_factory.mktemp("softphone"), FLOW.read_text(encoding="utf-8")
    made = CentreUp(folder, flow, CITY_PORT)
    made.up()
    asyncio.run(made.ready())
    yield made
    made.stop()


@asynccontextmanager
async def logged_in(centre: CentreUp, user: str) -> AsyncIterator[httpx.AsyncClient]:
    """A person of the centre, logged in."""
    about = {"Roost-Request": "1", "Origin": centre.url}
    async with httpx.AsyncClient(base_url=centre.url, headers=about, timeout=10) as client:
        secret = {"name": user, "password": centre.passwords[user]}
        assert (await client.post("/api/session", json=secret)).is_success
        yield client


def test_two_softphones_talk_and_are_recorded(centre: CentreUp, tmp_path: Path) -> None:
    server = f"127.0.0.1:{centre.sip}"
    secrets = tomllib.loads(centre.launch.places.data.joinpath("secrets.toml").read_text())

    async def story() -> None:
        agent = Softphone(
            server=server, user="1001", password=secrets["sip"]["1001"],
            tone=tone(tmp_path / "agent.wav", AGENT_HZ), seconds=60, call="",
        )  # fmt: skip
        await agent.sees("registered")
        async with logged_in(centre, "1001") as own:
            assert (await own.post("/api/desk/sign-in")).is_success
            assert (await own.post("/api/desk/ready")).is_success
            caller = Softphone(
                server=server, user="01055501234", tone=tone(tmp_path / "caller.wav", CALLER_HZ),
                seconds=14, call=f"sip:95598@{server}", digits="3", digits_after=1.5,
            )  # fmt: skip
            await caller.sees("connected")
            await agent.sees("connected")

            async def talking() -> bool:
                me = (await own.get("/api/desk")).json()["me"]["agent"]
                return me["presence"] == "talking"

            await until(talking, why="the desk doesn't say that the agent talks")
            await caller.sees("ended")
            await agent.sees("ended")

            async def wrapped() -> bool:
                answer = await own.post("/api/desk/wrap-up", json={"code": "other"})
                return answer.is_success

            await until(wrapped, why="the agent couldn't write it up")
            assert (await own.post("/api/desk/sign-out")).is_success
        left, right = channels(await recording(centre))
        check_sound(left, right)

    asyncio.run(story())


def test_the_transfer_key_hands_the_caller_to_a_colleague(centre: CentreUp) -> None:
    """Blind, by REFER of a phone that we did not write."""
    server = f"127.0.0.1:{centre.sip}"

    async def story() -> None:
        first = phone_of(centre, "1002", transfer=f"sip:1003@{server}", transfer_after=3.0)
        second = phone_of(centre, "1003")
        await first.sees("registered")
        await second.sees("registered")
        async with logged_in(centre, "1002") as one, logged_in(centre, "1003") as other:
            await ready(one)
            caller = Softphone(
                server=server, user="01055509999", seconds=25, call=f"sip:95598@{server}",
                digits="3", digits_after=1.5,
            )  # fmt: skip
            await first.sees("connected")
            await ready(other)
            told = await first.sees("transfer")
            while not told["final"]:
                told = await first.sees("transfer")
            assert told["status"] == 200, told
            await second.sees("connected")
            await first.sees("ended")

            async def talking() -> bool:
                me = (await other.get("/api/desk")).json()["me"]["agent"]
                return me["presence"] == "talking"

            await until(talking, why="the colleague doesn't talk")
            me = (await one.get("/api/desk")).json()["me"]["agent"]
            assert me["presence"] == "wrapping"
            assert (await other.post("/api/desk/hang-up")).is_success
            ended = await caller.sees("ended")
            assert ended["status"] == 200
            await second.sees("ended")
            await finished(one)
            await finished(other)

    asyncio.run(story())


def phone_of(centre: CentreUp, user: str, **plan: Any) -> Softphone:
    """An agent's, that waits for calls."""
    secrets = tomllib.loads(centre.launch.places.data.joinpath("secrets.toml").read_text())
    server, password = f"127.0.0.1:{centre.sip}", secrets["sip"][user]
    return Softphone(server=server, user=user, password=password, seconds=60, call="", **plan)


async def ready(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/desk/sign-in")).is_success
    assert (await client.post("/api/desk/ready")).is_success


async def finished(client: httpx.AsyncClient) -> None:
    """Writes the contact up, and goes home."""

    async def wrapped() -> bool:
        answer = await client.post("/api/desk/wrap-up", json={"code": "other"})
        return answer.is_success

    await until(wrapped, why="it couldn't be written up")
    assert (await client.post("/api/desk/sign-out")).is_success


def test_the_transfer_key_hands_the_caller_to_the_repair_crew(
    centre: CentreUp, tmp_path: Path
) -> None:
    """Out through the trunk to an entry of the client's directory, who hears the caller."""
    server = f"127.0.0.1:{centre.sip}"

    async def story() -> None:
        city = City("127.0.0.1", centre.sip)
        await city.start(CITY_PORT)
        agent = phone_of(centre, "1003", transfer=f"sip:crew@{server}", transfer_after=3.0)
        await agent.sees("registered")
        async with logged_in(centre, "1003") as own:
            await ready(own)
            caller = Softphone(
                server=server, user="01055508888", tone=tone(tmp_path / "caller.wav", CALLER_HZ),
                seconds=30, call=f"sip:95598@{server}", digits="3", digits_after=1.5,
            )  # fmt: skip
            await agent.sees("connected")
            await agent.sees("ended")
            await until(lambda: city.talking() is not None, why="the crew was never called")

            def heard() -> bool:
                call = city.talking()
                return call is not None and sound_of(call).tone_level(CALLER_HZ, 200) > -20

            await until(heard, why="the crew doesn't hear the caller")
            await finished(own)
            await city.close()
            ended = await caller.sees("ended")
            assert ended["status"] == 200

    asyncio.run(story())


@asynccontextmanager
async def consulting(centre: CentreUp, tmp_path: Path) -> AsyncIterator["Consulting"]:
    """A caller with 1003, whose phone has a second line; the repair crew can be called."""
    server = f"127.0.0.1:{centre.sip}"
    city = City("127.0.0.1", centre.sip)
    await city.start(CITY_PORT)
    phone = phone_of(centre, "1003", tone=tone(tmp_path / "agent.wav", AGENT_HZ, 60))
    await phone.sees("registered")
    caller = CallerPhone(Account("01055507777", "", "127.0.0.1", centre.sip))
    await caller.start()
    async with logged_in(centre, "1003") as own:
        await ready(own)
        call = caller.phone.call(f"sip:95598@{server}")
        await call.answered()
        sound_of(call).tone(CALLER_HZ, -12.0)
        await press(call, "3")
        await phone.sees("connected")
        made = Consulting(centre, phone, call, city)
        await made.hears(call, AGENT_HZ)
        try:
            yield made
        finally:
            call.hang_up()
            await finished(own)
            await caller.close()
            await city.close()
            phone.process.kill()


class Consulting:
    def __init__(self, centre: CentreUp, phone: Softphone, caller: PhoneCall, city: City) -> None:
        self.crew_at = f"sip:crew@127.0.0.1:{centre.sip}"
        self.phone, self.caller, self.city = phone, caller, city

    async def crew(self) -> PhoneCall:
        await until(lambda: self.city.talking() is not None, why="the crew was never called")
        call = self.city.talking()
        assert call is not None
        return call

    async def hears(self, call: PhoneCall, *hertz: int) -> None:
        """These tones of the two, and the other not."""

        def so() -> bool:
            sound = sound_of(call)
            return all(
                (sound.tone_level(one, 200) > -24) is (one in hertz)
                and (one in hertz or sound.tone_level(one, 200) < -40)
                for one in (AGENT_HZ, CALLER_HZ)
            )

        levels = [round(sound_of(call).tone_level(one, 200)) for one in (AGENT_HZ, CALLER_HZ)]
        await until(so, 10, f"should hear {hertz}, began with {levels}")


def test_a_phone_consults_toggles_joins_and_hands_on_by_its_own_keys(
    centre: CentreUp, tmp_path: Path
) -> None:
    """At each step it's measured whose tone is in whose ear."""

    async def story() -> None:
        async with consulting(centre, tmp_path) as there:
            phone, caller = there.phone, there.caller
            phone.presses("hold", f"consult {there.crew_at}")
            await phone.sees("second connected")
            crew = await there.crew()
            await there.hears(crew, AGENT_HZ)
            await there.hears(caller)
            phone.presses("hold second", "resume")
            await there.hears(caller, AGENT_HZ)
            await there.hears(crew)
            phone.presses("resume second", "join")
            await there.hears(caller, AGENT_HZ)
            await there.hears(crew, AGENT_HZ, CALLER_HZ)
            phone.presses("hold")
            await there.hears(crew, AGENT_HZ)
            phone.presses("complete")
            told = await phone.sees("transfer")
            while not told["final"]:
                told = await phone.sees("transfer")
            assert told["status"] == 200, told
            await there.hears(crew, CALLER_HZ)
            assert not caller.over.is_set()

    asyncio.run(story())


def test_a_phone_gives_its_second_line_up_and_has_the_caller_again(
    centre: CentreUp, tmp_path: Path
) -> None:
    async def story() -> None:
        async with consulting(centre, tmp_path) as there:
            phone, caller = there.phone, there.caller
            phone.presses("hold", f"consult {there.crew_at}")
            await there.hears(caller)
            phone.presses("drop")  # it rings still
            assert (await phone.sees("second ended"))["status"] == 487
            phone.presses("resume")
            await there.hears(caller, AGENT_HZ)
            phone.presses("hold", f"consult {there.crew_at}")
            await phone.sees("second connected")
            (await there.crew()).hang_up()  # now it's the crew who goes
            await phone.sees("second ended")
            phone.presses("resume")
            await there.hears(caller, AGENT_HZ)

    asyncio.run(story())


async def recording(centre: CentreUp) -> bytes:
    """The sound of the one contact, once it's there."""

    async def ended() -> bool:
        return any(row["ended"] for row in (await centre.contacts()).values())

    await until(ended, why="no record of the contact")
    (ref,) = await centre.contacts()
    async with logged_in(centre, "admin") as client:
        record = (await client.get(f"/api/contacts/{ref}")).json()
        assert record["summary"]["number"] == "95598"
        path = f"/api/contacts/{ref}/recording"

        async def there() -> bool:
            return (await client.get(path)).is_success

        await until(there, why="no recording")
        return (await client.get(path)).content


def check_sound(left: "array[int]", right: "array[int]") -> None:
    """The caller's tone on the left alone, the agent's on the right alone, each within 1 dB."""
    seconds = len(left) / RATE
    assert seconds > 3, f"only {seconds} s were recorded"
    middle = slice(len(left) // 3, len(left) // 3 + RATE)
    left, right = left[middle], right[middle]
    assert abs(decibels(amplitude(left, CALLER_HZ))) < 1, decibels(amplitude(left, CALLER_HZ))
    assert abs(decibels(amplitude(right, AGENT_HZ))) < 1, decibels(amplitude(right, AGENT_HZ))
    assert decibels(amplitude(left, AGENT_HZ)) < -40
    assert decibels(amplitude(right, CALLER_HZ)) < -40
