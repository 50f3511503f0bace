"""A whole centre for measurements: made of nothing, started as anybody would, with agents.

    with Centre(folder, agents=400) as centre:
        centre.register(phones_port)     every agent's phone, with digest, at that port
        centre.go_ready()                by the HTTP API, each agent with a token of its own

One client with one number, whose flow only answers and queues; one skill; no writing up.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import yaml

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.kernel.ids import OPERATOR
from roost.processes import first_start, secrets, settings, sockets, supervise
from roost.protocols.sip.digest import authorize, read_challenge
from roost.protocols.sip.message import Response
from roost.protocols.sip.parse import parse

NUMBER: Final = "95598"
LOOPBACK: Final = "127.0.0.1"
MOST_CALLS: Final = 8_000
MEDIA_PORTS: Final = 12_000
TICKS: Final = os.sysconf("SC_CLK_TCK")
ROLES: Final = ("control", "media", "web", "worker")
FLOW: Final[dict[str, Any]] = {
    "about": "Straight to an agent",
    "steps": {
        "answer": {"answer": True},
        "wait": {
            "queue": {
                "to": "all",
                "waiting": [{"music": "soft"}],
                "most": "10m",
                "otherwise": "done",
            }
        },
        "done": {"hang_up": "done"},
    },
}


def definitions(folder: Path, users: Iterable[str], record: bool) -> Path:
    """A centre's folder."""
    client = {
        "name": "Bench",
        "language": "en",
        "numbers": {NUMBER: "main"},
        "queues": {
            "all": {"skills": {"calls": 1}, "ring": "15s", "wrap_up": "0", "most_waiting": 5_000}
        },
        "default_queue": "all",
        "sorry": {"music": "soft"},
        "record": record,
    }
    centre = {"name": "Bench", "zone": "UTC", "skills": {"calls": "Calls"}}
    agents = {user: {"name": f"Agent {user}", "skills": {"calls": 1}} for user in users}
    contract = {
        "currency": "CNY",
        "billable": ["answered"],
        "versions": [
            {
                "effective": "2026-01-01",
                "lines": [
                    {"line": "contacts", "text": "Contacts", "measure": "contacts", "rate": "2.80"}
                ],
            }
        ],
    }
    own = folder / "clients" / "bench"
    (own / "flows").mkdir(parents=True)
    for path, document in (
        (folder / "centre.yaml", centre),
        (folder / "agents.yaml", {"agents": agents}),
        (own / "client.yaml", client),
        (own / "contract.yaml", contract),
        (own / "flows" / "main.yaml", FLOW),
    ):
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (folder / "roost.toml").write_text(
        f"[bounds]\nmost_calls = {MOST_CALLS}\ndrain_s = 0\n", encoding="utf-8"
    )
    return folder


def cpu_s(pid: int) -> float:
    """User and system time of a process, all threads."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


def waited_s(pid: int) -> float:
    """How long a process's first thread was ready to run while its core did something else:
    on a machine that's busy otherwise, this and not the program is what the figures show."""
    try:
        return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def pin(pid: int, cores: Iterable[int]) -> None:
    """All threads of a process onto these cores; nothing on a machine with one."""
    wanted = set(cores) & os.sched_getaffinity(0)
    if not wanted:
        return
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), wanted)


class Centre:
    """One centre on free ports, with that many agents."""

    def __init__(self, folder: Path, agents: int, record: bool = False) -> None:
        self.users = [str(1001 + place) for place in range(agents)]
        made = definitions(folder / "centre", self.users, record)
        first = sockets.free_range(MEDIA_PORTS)
        self.media_ports = (first, first + MEDIA_PORTS - 1)
        self.launch = settings.launch(
            made, folder / "d", sockets.free_port(), sockets.free_port_both(), self.media_ports
        )
        self.sip_port = self.launch.settings.sip.port
        self.url = f"http://{LOOPBACK}:{self.launch.settings.http.port}"
        self.output = folder / "up.log"
        self.tokens: dict[str, str] = {}
        self.passwords: dict[str, str] = {}
        self.start_s = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._phones = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._phones.bind((LOOPBACK, 0))

    def __enter__(self) -> "Centre":
        try:
            self.up()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # --- life ---

    def up(self) -> None:
        made = first_start.prepare(self.launch, self.users)
        self.passwords |= {one.name: one.password for one in made}
        self._make_tokens()
        first, last = self.media_ports
        began = time.monotonic()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "roost.cli", "up", self.launch.centre,
             "--data", self.launch.data, "--port", str(self.launch.settings.http.port),
             "--sip-port", str(self.sip_port), "--media-ports", f"{first}-{last}"],
            stdout=self.output.open("wb"), stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.wait_ready(60.0)
        self.start_s = time.monotonic() - began

    def _make_tokens(self) -> None:
        """A token each, as the account's owner would make one: no password is typed here."""
        accounts = SqliteAccounts(self.launch.places.accounts)
        try:
            for account in accounts.listing(OPERATOR):
                if account.name in self.users:
                    token = first_start.new_token(accounts, account, "bench", frozenset({"desk"}))
                    self.tokens[account.name] = token
        finally:
            accounts.close()

    def wait_ready(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self._process is None or self._process.poll() is None, self.said()
            with contextlib.suppress(httpx.HTTPError, ValueError):
                answer = httpx.get(f"{self.url}/api/health", timeout=2, trust_env=False)
                if answer.status_code == 200 and answer.json()["ready"]:
                    return
            time.sleep(0.05)
        raise TimeoutError(f"the centre isn't ready: {self.said()}")

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace")[-2_000:]

    def close(self) -> None:
        pids = self.pids()
        if self._process is not None and self._process.poll() is None:
            for _ in range(2):
                self._process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(15)
                    break
            else:
                self._process.kill()
                self._process.wait()
        for pid in pids.values():
            if supervise.start_time(pid) is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, 9)
        self._phones.close()

    def pids(self) -> dict[str, int]:
        try:
            kept = msgspec.json.decode((self.launch.places.run / "children.json").read_bytes())
        except OSError:
            return {}
        return {role: one["pid"] for role, one in kept.items()}

    def cpu(self) -> dict[str, float]:
        return {role: cpu_s(pid) for role, pid in self.pids().items()}

    def pin(self) -> None:
        """Control on a core of its own, the rest on the other."""
        for role, pid in self.pids().items():
            pin(pid, {0} if role == "control" else {1})

    # --- agents ---

    def register(self, port: int) -> None:
        """Every agent's phone at that port of the loopback, each with its digest."""
        for user, password in self.sip_passwords().items():
            self.register_one(user, password, port)

    def sip_passwords(self) -> dict[str, str]:
        known = secrets.read(self.launch.places.data)
        return {user: known.sip[user] for user in self.users}

    def register_one(self, user: str, password: str, port: int) -> None:
        first = self._ask(user, port, 1, ())
        challenge = read_challenge(first.headers)
        assert challenge is not None, first.status
        uri = f"sip:{LOOPBACK}:{self.sip_port}"
        proof = authorize(challenge, user, password, "REGISTER", uri, f"bench{user}")
        second = self._ask(user, port, 2, (proof,))
        assert second.status == 200, f"{user}: {second.status}"

    def _ask(self, user: str, port: int, seq: int, more: Iterable[tuple[str, str]]) -> Response:
        host, own = self._phones.getsockname()
        target = (LOOPBACK, self.sip_port)
        lines = [
            f"REGISTER sip:{LOOPBACK}:{self.sip_port} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{own};branch=z9hG4bKbench{user}{seq};rport",
            "Max-Forwards: 70",
            f"From: <sip:{user}@{LOOPBACK}>;tag=bench{user}",
            f"To: <sip:{user}@{LOOPBACK}>",
            f"Call-ID: bench-{user}",
            f"CSeq: {seq} REGISTER",
            f"Contact: <sip:{user}@{LOOPBACK}:{port}>",
            "Expires: 3600",
            *(f"{name}: {value}" for name, value in more),
            "Content-Length: 0",
        ]
        data = ("\r\n".join(lines) + "\r\n\r\n").encode()
        self._phones.settimeout(0.5)
        for _ in range(10):
            self._phones.sendto(data, target)
            with contextlib.suppress(TimeoutError):
                while True:
                    answer = parse(self._phones.recv(65_536))
                    if not isinstance(answer, Response):
                        continue
                    if (answer.headers.get("CSeq") or "").split()[0] != str(seq):
                        continue
                    if answer.headers.get("Call-ID") == f"bench-{user}":
                        return answer
        raise TimeoutError(f"REGISTER of {user} isn't answered")

    def go_ready(self, users: Iterable[str] | None = None) -> None:
        """Signed in and ready, by the HTTP API."""
        with httpx.Client(base_url=self.url, timeout=10, trust_env=False) as client:
            for user in self.users if users is None else users:
                for what in ("sign-in", "ready"):
                    self._do(client, user, what)

    def _do(self, client: httpx.Client, user: str, what: str) -> None:
        headers = {"Authorization": f"Bearer {self.tokens[user]}", "Roost-Request": "1"}
        answer = client.post(f"/api/desk/{what}", headers=headers)
        assert answer.is_success, f"{user} {what}: {answer.status_code} {answer.text}"

    def does(self, user: str, what: str) -> None:
        with httpx.Client(base_url=self.url, timeout=10, trust_env=False) as client:
            self._do(client, user, what)
