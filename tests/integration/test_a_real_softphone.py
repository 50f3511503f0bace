"""PJSUA2, a softphone that we did not write, talks through the centre, both as caller and as
agent; what was recorded is measured: the right tone in the right channel at the right level."""

import json
import math
import subprocess
import sys
import wave
from array import array
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import pytest

from integration.running_centre import Running, centre, until

PHONE = Path(__file__).parent / "peers" / "pjsua_phone.py"
RATE = 8_000
CALLER_HZ, AGENT_HZ = 440, 1_000
LEVEL = 8_000  # amplitude of the tones: -12.2 dB of full scale


class Softphone:
    """The peer's process; `seen` are the events that it printed."""

    def __init__(self, **plan: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(PHONE), json.dumps(plan)], stdout=subprocess.PIPE, text=True
        )
        self.queue: Queue[dict[str, Any]] = Queue()
        self.passed: list[dict[str, Any]] = []
        Thread(target=self.read, daemon=True).start()

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if line.startswith("{"):
                self.queue.put(json.loads(line))

    def sees(self, event: str, seconds: float = 40) -> dict[str, Any]:
        """Wait for an event; the others on the way are passed over."""
        while True:
            try:
                seen = self.queue.get(timeout=seconds)
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
def running(tmp_path_factory: pytest.TempPathFactory):
    with centre(tmp_path_factory.mktemp("softphone")) as running:
        yield running


def test_two_softphones_talk_and_are_recorded(running: Running, tmp_path: Path) -> None:
    server = f"127.0.0.1:{running.sip_port}"
    agent = Softphone(
        server=server,
        user="1001",
        password=running.sip_password("1001"),
        tone=tone(tmp_path / "agent.wav", AGENT_HZ),
        record=str(tmp_path / "agent-heard.wav"),
        seconds=60,
        call="",
    )
    agent.sees("registered")
    desk = running.client("1001")
    assert desk.post("/api/desk/sign-in").status_code == 200
    assert desk.post("/api/desk/ready").status_code == 200

    caller = Softphone(
        server=server,
        user="01055501234",
        tone=tone(tmp_path / "caller.wav", CALLER_HZ),
        record=str(tmp_path / "caller-heard.wav"),
        seconds=14,
        call=f"sip:95598@{server}",
        digits="3",
        digits_after=1.5,
    )
    caller.sees("connected")
    agent.sees("connected")
    assert desk.get("/api/desk").json()["me"]["agent"]["presence"] == "talking"
    caller.sees("ended")
    agent.sees("ended")
    wrapped = until(
        lambda: desk.post("/api/desk/wrap-up", json={"code": "other"}).status_code == 200,
        10,
        "the agent writes it up",
    )
    assert wrapped

    admin = running.client("admin")
    contact = until(
        lambda: next(
            (one for one in admin.get("/api/contacts").json()["contacts"] if one["ended"]), None
        ),
        20,
        "the record is there",
    )
    record = admin.get(f"/api/contacts/{contact['ref']}").json()
    assert record["summary"]["number"] == "95598"
    path = f"/api/contacts/{contact['ref']}/recording"
    until(lambda: admin.get(path).status_code == 200, 20, f"a recording: {admin.get(path).text}")
    sound = admin.get(path).content
    left, right = channels(sound)
    check_sound(left, right)


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
