"""A whole centre, started as a newcomer would: `roost up` with free ports and its own data."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "power-grid"
ROOST = Path(sys.executable).parent / "roost"
START_S = 90.0  # a first start speaks the prompts; two cores may be busy


def free_port() -> int:
    """A port that is free now, for UDP and TCP."""
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp:
            tcp.bind(("127.0.0.1", 0))
            port = int(tcp.getsockname()[1])
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                try:
                    udp.bind(("127.0.0.1", port))
                except OSError:
                    continue
            return port


def until(what: Callable[[], Any], seconds: float, about: str) -> Any:
    """The first true answer of `what`; fails with `about` when there's none in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        answer = what()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"not within {seconds} s: {about}"
        pause.wait(0.05)


class Running:
    """A centre that runs. `passwords` are the accounts', by name."""

    def __init__(self, definitions: Path, data: Path) -> None:
        self.definitions = definitions
        self.data = data
        self.sip_port, self.port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.passwords: dict[str, str] = {}
        self.process = self.start()

    def start(self) -> subprocess.Popen[str]:
        self.output = self.data.parent / f"{self.data.name}.out"
        with self.output.open("a", encoding="utf-8") as out:
            self.process = subprocess.Popen(
                [
                    str(ROOST), "up", str(self.definitions), "--data", str(self.data),
                    "--sip-port", str(self.sip_port), "--port", str(self.port),
                ],
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
            )  # fmt: skip
        until(self.ready, START_S, f"the centre is ready; it said: {self.said()}")
        for name, password in re.findall(
            r"^  (\S+) +(\S+) +(?:agent|operator-admin|supervisor)", self.said(), re.MULTILINE
        ):
            self.passwords[name] = password
        return self.process

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8") if self.output.exists() else ""

    def ready(self) -> bool:
        assert self.process.poll() is None, f"`roost up` ended: {self.said()}"
        try:
            answer = httpx.get(f"{self.url}/api/health", timeout=2)
        except httpx.HTTPError:
            return False
        return answer.status_code == 200 and bool(answer.json()["ready"])

    def sip_password(self, user: str) -> str:
        secrets = tomllib.loads((self.data / "secrets.toml").read_text(encoding="utf-8"))
        for table in secrets.values():
            if isinstance(table, dict) and user in table:
                return str(table[user])
        raise AssertionError(f"no SIP password of {user} in secrets.toml")

    def client(self, name: str) -> httpx.Client:
        """An HTTP client that's logged in."""
        client = httpx.Client(base_url=self.url, timeout=10, headers={"Origin": self.url})
        answer = client.post("/api/session", json={"name": name, "password": self.passwords[name]})
        assert answer.status_code == 200, answer.text
        return client

    def roles(self) -> dict[str, int]:
        """The pids of the running roles, from the centre's run folder."""
        kept = self.data / "run" / "children.json"
        if not kept.exists():
            return {}
        return {role: int(one["pid"]) for role, one in json.loads(kept.read_text()).items()}

    def stop(self) -> None:
        for number in (signal.SIGINT, signal.SIGINT):
            if self.process.poll() is None:
                self.process.send_signal(number)
                try:
                    self.process.wait(15)
                except subprocess.TimeoutExpired:
                    continue
        if self.process.poll() is None:
            self.process.kill()
        for pid in self.roles().values():
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


@contextmanager
def centre(folder: Path, definitions: Path = EXAMPLE) -> Iterator[Running]:
    """A fresh centre under `folder`, stopped at the end."""
    running = Running(definitions, folder / "data")
    try:
        yield running
    finally:
        running.stop()
