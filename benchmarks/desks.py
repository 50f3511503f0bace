"""A thousand desks and fifty wallboards on a busy centre: event to socket, memory and CPU each.

The real `web` process follows the stream that simulated events are written to as they'd come;
this process holds the sockets. Every desk sees its own row and its queues, every wallboard
queues and totals. Latency is from an event's commit beginning to its row arriving here: a desk's
own state at once, a figure at most ten times a second.
"""

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks._hotline import EXAMPLE
from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.processes import first_start, settings, sockets

DESKS: Final = int(os.environ.get("ROOST_BENCH_DESKS", "1000"))
BOARDS: Final = 50
SECONDS: Final = int(os.environ.get("ROOST_BENCH_SECONDS", "20"))
TICKS: Final = os.sysconf("SC_CLK_TCK")
FOREVER: Final = 2**62
_SINCE: Final = re.compile(rb'"since":(\d+)')
_OFFERED: Final = re.compile(rb'"offered":(\d+)')


class Socket(asyncio.Protocol):
    """A websocket's client end as thin as it gets: it must not be what is measured."""

    def __init__(self, request: bytes, got: Any) -> None:
        self._request, self._got = request, got
        self._data = b""
        self._open = False
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(self._request)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.lost = True

    def data_received(self, data: bytes) -> None:
        now = time.time_ns() // 1_000
        self._data += data
        if not self._open:
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            assert b" 101 " in head.split(b"\r\n")[0], head
            self._open, self._data = True, rest
        while (end := self._frame(now)) > 0:
            self._data = self._data[end:]

    def _frame(self, now: int) -> int:
        """Where the first frame ends; 0 when it isn't all there."""
        data = self._data
        if len(data) < 2:
            return 0
        size, start = data[1] & 0x7F, 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + size:
            return 0
        kind, payload = data[0] & 0x0F, data[start : start + size]
        if kind == 9:  # a ping: its pong, masked with zeros
            self.transport.write(bytes([0x8A, 0x80 | size]) + bytes(4) + payload)
        elif kind == 1:
            self._got(now, payload)
        return start + size


class Measured:
    """What all sockets together received since `begin`."""

    def __init__(self) -> None:
        self.begin = FOREVER
        self.messages = 0
        self.states: list[int] = []
        self.figures: list[tuple[int, int]] = []  # when, and the figure

    def of_desk(self) -> Any:
        last = 0

        def got(now: int, payload: bytes) -> None:
            nonlocal last
            if now < self.begin:
                return
            self.messages += 1
            if b'"view":"desk"' in payload[:60]:
                since = _SINCE.search(payload)
                if since is not None and (at := int(since[1])) > max(last, self.begin):
                    last = at
                    self.states.append(now - at)

        return got

    def of_board(self, listens: bool) -> Any:
        def got(now: int, payload: bytes) -> None:
            if now < self.begin:
                return
            self.messages += 1
            if listens and b'"view":"totals"' in payload[:60]:
                offered = _OFFERED.search(payload)
                if offered is not None:
                    self.figures.append((now, int(offered[1])))

        return got


def prepared(folder: Path) -> settings.Launch:
    """A centre's data: an account with a token for each desk, a pairing for each wallboard."""
    centre = folder / "centre"
    shutil.copytree(EXAMPLE, centre)
    launch = settings.launch(centre, folder / "data", http_port=sockets.free_port())
    first_start.prepare(launch, [])
    launch.places.run.mkdir(mode=0o700)
    launch.places.launch.write_bytes(msgspec.json.encode(launch))
    SqliteAccounts(launch.places.accounts).close()
    with closing(sqlite3.connect(launch.places.accounts)) as file:
        for desk in range(DESKS):
            number = 1_000 + desk
            agent = str(1001 + desk)
            person = ("operator", agent, number, "agent", agent, "none", False, "[]")
            file.execute("INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", person)
            secret = sha256(f"roost_desk{desk}".encode()).digest()
            token = (number, 1, "bench", "desk queues.read", secret, 0, FOREVER, False)
            file.execute("INSERT INTO tokens VALUES (?, ?, ?, ?, ?, ?, ?, ?)", token)
        for board in range(BOARDS):
            secret = sha256(f"board{board}".encode()).digest()
            row = (board + 1, "centre", "operator", "", "bench", False, 0, "U1", secret, False)
            file.execute("INSERT INTO wallboards VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
        file.commit()
    return launch


def cost(pid: int) -> tuple[float, float, float]:
    """CPU seconds, seconds waited for a core, resident megabytes, of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    waited = sum(
        int(one.joinpath("schedstat").read_text().split()[1])
        for one in Path(f"/proc/{pid}/task").iterdir()
    )
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    cpu = (int(fields[11]) + int(fields[12])) / TICKS
    return cpu, waited / 1e9, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def request(host: str, query: str, proof: str) -> bytes:
    return (
        f"GET /api/feed?{query} HTTP/1.1\r\nHost: {host}\r\n{proof}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    ).encode()


async def connected(port: int, measured: Measured) -> list[Socket]:
    """All desks and wallboards, a few at a time."""
    loop, host = asyncio.get_running_loop(), f"127.0.0.1:{port}"
    found: list[Socket] = []
    for desk in range(DESKS):
        proof = f"Authorization: Bearer roost_desk{desk}"
        wanted = request(host, "views=desk,queues", proof)
        made = Socket(wanted, measured.of_desk())
        await loop.create_connection(lambda made=made: made, "127.0.0.1", port)
        found.append(made)
        if desk % 20 == 0:
            await asyncio.sleep(0.05)
    for board in range(BOARDS):
        wanted = request(host, "views=queues,totals", f"Cookie: roost-board=board{board}")
        made = Socket(wanted, measured.of_board(board < 5))
        await loop.create_connection(lambda made=made: made, "127.0.0.1", port)
        found.append(made)
    return found


def percentile(values: list[int], share: float) -> float:
    """In milliseconds."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] / 1_000


def late_figures(measured: Measured, offered: list[tuple[int, int]]) -> list[int]:
    """How late each figure, or a newer one, was first shown on the wallboards that listen."""
    shown: dict[int, int] = {}
    for now, figure in measured.figures:
        shown.setdefault(figure, now)
    found: list[int] = []
    for at, figure in offered:
        newer = [now for known, now in shown.items() if known >= figure]
        if newer:
            found.append(min(newer) - at)
    return found


async def measure(launch: settings.Launch, folder: Path, web: int) -> dict[str, float | str]:
    out, measured = folder / "events.json", Measured()
    feeder = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "benchmarks._desk_events", launch.data, str(DESKS), str(SECONDS), str(out)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert feeder.stdout is not None
    ready = (await feeder.stdout.readline()).split()
    assert ready[:1] == [b"ready"], "the events couldn't be simulated"
    alone = cost(web)
    everybody = await connected(launch.settings.http.port, measured)
    full = cost(web)
    await asyncio.sleep(max(0, int(ready[1]) - time.time_ns() // 1_000) / 1e6)
    measured.begin, before, began = int(ready[1]), cost(web), time.monotonic()
    await feeder.wait()
    took, after = time.monotonic() - began, cost(web)
    await asyncio.sleep(0.3)
    lost = sum(one.lost for one in everybody)
    for one in everybody:
        one.transport.close()
    told = msgspec.json.decode(out.read_bytes())
    figures = late_figures(measured, told["offered"])
    messages = max(1, measured.messages)
    return {
        "desks": len(everybody) - BOARDS,
        "sockets_lost": lost,
        "events_a_second": told["events"] / took,
        "messages_a_second": measured.messages / took,
        "own_state_p50_ms": percentile(measured.states, 0.50),
        "own_state_p99_ms": percentile(measured.states, 0.99),
        "figure_p50_ms": percentile(figures, 0.50),
        "figure_p99_ms": percentile(figures, 0.99),
        "memory_a_desk_kb": (full[2] - alone[2]) * 1_000 / len(everybody),
        "web_cpu_percent_of_a_core": 100 * (after[0] - before[0]) / took,
        "web_waited_for_a_core_percent": 100 * (after[1] - before[1]) / took,
        "cpu_a_desk_percent": 100 * (after[0] - before[0]) / took / len(everybody),
        "cpu_a_message_us": 1e6 * (after[0] - before[0]) / messages,
    }


def run() -> dict[str, float | str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        launch = prepared(folder)
        listening = sockets.socket.create_server(("127.0.0.1", launch.settings.http.port))
        listening.listen(512)
        handle = listening.fileno()
        environment = os.environ | {sockets.VARIABLE: f"http={handle}"}
        command = [sys.executable, "-m", "roost.processes", "web", str(launch.places.launch)]
        with (folder / "web.log").open("wb") as log:
            web = subprocess.Popen(
                command, env=environment, pass_fds=(handle,), stdout=log, stderr=log
            )
        try:
            return asyncio.run(measure(launch, folder, web.pid))
        finally:
            web.terminate()
            web.wait(30)
            if os.environ.get("ROOST_BENCH_SHOW"):
                sys.stderr.write((folder / "web.log").read_text()[-3_000:])
