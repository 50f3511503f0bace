"""`roost demo`: a whole centre with callers and agents, live in this terminal.

    folder → first start → roost up → agents → callers … (the board) … → all over → the proof

Everything runs in processes of its own; this one starts them, looks on, and at the end stops
the centre and recomputes the summary from its log.
"""

import asyncio
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, Final

import httpx
import msgspec
import typer
from rich.console import Console
from rich.live import Live

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.cli import live_feed
from roost.cli.browser import show_page
from roost.cli.output import fail, result
from roost.cli.up import checked
from roost.cli.watch import A_SECOND, Wallboard
from roost.kernel.ids import OPERATOR, AgentId, ClientId, owner_of
from roost.ports.accounts import Role
from roost.processes import first_start, secrets, settings, sockets
from roost.processes.demo import agents, callers
from roost.processes.demo.centre import NoExample, copied
from roost.processes.demo.summary import DemoSummary, summary_of

AGENTS: Final = 8  # fewer than the example has, so that callers wait now and then
SUPERVISOR: Final = "supervisor"
FINANCE: Final = "finance"
READY_S: Final = 60.0
DRAIN_S: Final = 75.0
STOP_S: Final = 90.0
LAST_S: Final = 3.0  # before the end, agents call nobody any more
LOOK_S: Final = 0.2


class Broken(Exception):
    """The demo couldn't go on; the message says why."""


def demo(
    for_s: float | None,
    seed: int,
    data: Path | None,
    port: int | None,
    sip_port: int | None,
    rate: float,
    as_json: bool,
) -> None:
    """Status 0 only if every call ended as its caller intended, nothing was lost or stuck, and
    the replay proved it."""
    with ExitStack() as stack:
        folder = data
        if folder is None:
            made = tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True)
            folder = Path(stack.enter_context(made)) / "data"
        try:
            launch = _launch(folder, port, sip_port)
            running = Demo(launch, seed, rate, for_s, not as_json and sys.stdout.isatty())
            summary = asyncio.run(running.run())
        except (
            Broken,
            NoExample,
            settings.BadSettings,
            secrets.BadSecrets,
            sockets.PortTaken,
        ) as error:
            fail(str(error))
        result(summary, as_json, lambda: show(summary, Console()))
        if not summary.fine:
            raise typer.Exit(1)


def _launch(data: Path, port: int | None, sip_port: int | None) -> settings.Launch:
    centre = copied(data / "centre", sockets.free_port((socket.SOCK_DGRAM,)))
    web = port or sockets.free_port()
    sip = sip_port or sockets.free_port_both()
    first = sockets.free_range(4_000)
    return settings.launch(centre, data, web, sip, (first, first + 3_999))


class Demo:
    """One run."""

    def __init__(
        self, launch: settings.Launch, seed: int, rate: float, for_s: float | None, board: bool
    ) -> None:
        self._launch, self._seed, self._rate = launch, seed, rate
        self._for_s, self._with_board = for_s, board
        self._stop = asyncio.Event()
        self._told: list[callers.Told] = []
        self._processes: list[asyncio.subprocess.Process] = []
        self._pages: tuple[str, ...] = ()
        self._name = ""
        self._numbers: tuple[str, ...] = ()
        host = launch.settings.http.advertised()
        self._url = f"http://{host}:{launch.settings.http.port}"

    async def run(self) -> DemoSummary:
        """Raises Broken, secrets.BadSecrets."""
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, self._stop.set)
        loaded = checked(Path(self._launch.centre))
        self._name = loaded.centre.document.name
        self._numbers = tuple(
            next(iter(folder.client.document.numbers)) for folder in loaded.clients.values()
        )
        users = list(loaded.agents.document.agents)
        people = self._people(users[:AGENTS])
        self._pages = await asyncio.to_thread(
            self._visitors, next(iter(loaded.clients)), *users[AGENTS : AGENTS + 3]
        )
        centre = await self._centre()
        try:
            await self._ready(centre)
            for line in self._pages:
                typer.echo(line, err=True)
            if self._with_board:  # somebody looks: neither a script nor --json
                await asyncio.to_thread(show_page, f"{self._url}/wallboard")
            phones = await self._start("roost.processes.demo.agents", self._agents(people))
            await self._hears_ready(phones)
            await self._call(phones)
            await self._rest()
            await self._end(phones, DRAIN_S)
        finally:
            await self._end(centre, STOP_S)
            for process in self._processes:
                await self._end(process, 5.0)
        return await asyncio.to_thread(self._summary)

    def _people(self, users: list[str]) -> tuple[agents.Person, ...]:
        """The agents with their passwords: new ones, or set anew where the data is older."""
        passwords = {one.name: one.password for one in first_start.prepare(self._launch, users)}
        known = secrets.read(self._launch.places.data)
        accounts = SqliteAccounts(self._launch.places.accounts)
        for account in accounts.listing(None):
            if account.agent in users and account.name not in passwords:
                passwords[account.name] = first_start.new_password(accounts, account)
        accounts.close()
        return tuple(agents.Person(user, known.sip[user], passwords[user]) for user in users)

    def _visitors(self, client: str, free: str, lead: str, second: str) -> tuple[str, ...]:
        """Accounts for whoever looks at the pages, of each role: two agents whom nobody plays (who
        hand calls to each other), a supervisor, who is one too, finance, and a client's manager.
        Says where and how to sign in; the passwords are known to nobody else."""
        first_start.prepare(self._launch, [free, second])
        accounts = SqliteAccounts(self._launch.places.accounts)
        manager, owner = f"{client}-manager", owner_of(ClientId(client))
        wanted = (
            (OPERATOR, SUPERVISOR, Role.SUPERVISOR, AgentId(lead)),
            (OPERATOR, FINANCE, Role.FINANCE, None),
            (owner, manager, Role.CLIENT_MANAGER, None),
        )
        try:
            known = {account.name: account for account in accounts.listing(None)}
            for whose, name, role, agent in wanted:
                if name not in known:
                    known[name] = first_start.new_person(accounts, whose, name, role, agent)
            said = [
                f"{name} {first_start.new_password(accounts, known[name])}"
                for name in (SUPERVISOR, free, second, first_start.ADMIN, FINANCE, manager)
            ]
        finally:
            accounts.close()
        lead, free, second, admin, money, client_said = said
        return (
            f"the pages: {self._url}/wallboard (floor, contacts, desk beside it)",
            f"sign in as: {lead} · as agents: {free} · {second} · as administrator: {admin}",
            f"as finance: {money} · as the client's manager: {client_said}",
        )

    def _agents(self, people: tuple[agents.Person, ...]) -> agents.Orders:
        sip = self._launch.settings.sip
        return agents.Orders(sip.advertised(), sip.port, self._url, self._seed, people)

    # --- processes ---

    async def _centre(self) -> asyncio.subprocess.Process:
        launch = self._launch
        media = launch.settings.media
        log = (launch.places.data / "log").absolute()
        log.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (log / "up.log").open("ab") as output:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "roost.cli", "up", launch.centre,
                "--data", launch.data,
                "--port", str(launch.settings.http.port),
                "--sip-port", str(launch.settings.sip.port),
                "--media-ports", f"{media.first_port}-{media.last_port}",
                stdin=asyncio.subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True,
            )  # fmt: skip

    async def _ready(self, centre: asyncio.subprocess.Process) -> None:
        async with httpx.AsyncClient(timeout=2.0, trust_env=False) as client:
            for _ in range(int(READY_S / LOOK_S)):
                if centre.returncode is not None:
                    log = self._launch.places.data / "log" / "up.log"
                    raise Broken(f"the centre didn't start:\n{log.read_text()[-2_000:]}")
                with suppress(httpx.HTTPError):
                    answer = await client.get(f"{self._url}/api/health")
                    if answer.is_success and answer.json()["ready"]:
                        return
                await asyncio.sleep(LOOK_S)
        raise Broken(
            f"the centre wasn't ready within {READY_S:.0f} s: read {self._launch.data}/log."
        )

    async def _start(self, module: str, orders: Any) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", module,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            start_new_session=True, limit=1 << 20,
        )  # fmt: skip
        assert process.stdin is not None
        process.stdin.write(msgspec.json.encode(orders) + b"\n")
        await process.stdin.drain()
        self._processes.append(process)
        return process

    async def _hears_ready(self, phones: asyncio.subprocess.Process) -> None:
        assert phones.stdout is not None
        with suppress(TimeoutError):
            async with asyncio.timeout(READY_S):
                if (await phones.stdout.readline()).strip() == b"ready":
                    return
        raise Broken("the agents couldn't register and sign in; their words stand above.")

    async def _end(self, process: asyncio.subprocess.Process, most_s: float) -> None:
        if process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(most_s):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    # --- the calls ---

    async def _call(self, phones: asyncio.subprocess.Process) -> None:
        """Until the callers are through: after `for_s`, or when somebody asks to stop. The agents
        begin nothing of their own towards the end."""
        sip = self._launch.settings.sip
        length = None if self._for_s is None else round(self._for_s * 1_000_000)
        out = self._launch.settings.trunks["city"].out
        city = 0 if out is None else out.address()[1]
        orders = callers.Orders(
            sip.advertised(), sip.port, self._numbers, self._seed, self._rate, length, city
        )
        process = await self._start("roost.processes.demo.callers", orders)
        if self._for_s is not None:
            asyncio.get_running_loop().call_later(
                max(0.0, self._for_s - LAST_S), phones.send_signal, signal.SIGUSR1
            )
        reading = asyncio.create_task(self._read(process))
        stopping = asyncio.create_task(self._stop.wait())
        board, draw = self._board()
        watching = asyncio.create_task(board()) if board else None
        try:
            with draw:
                await asyncio.wait({reading, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    phones.send_signal(signal.SIGUSR1)
                    process.terminate()
                await asyncio.wait({reading}, timeout=None if self._for_s else DRAIN_S)
        finally:
            for task in (reading, stopping, watching):
                if task is not None:
                    task.cancel()

    def _board(self) -> tuple[Callable[[], Any] | None, Any]:
        if not self._with_board:
            return None, ExitStack()
        console, views = Console(), live_feed.Views()
        wallboard = Wallboard(f"{self._name}, a demo", views, console, self._pages)
        token = self._launch.places.watch_token.read_text(encoding="ascii").strip()
        live = Live(wallboard, console=console, screen=True, refresh_per_second=A_SECOND)
        return lambda: live_feed.follow(self._url, token, views, wallboard.said), live

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self._told.append(msgspec.json.decode(line, type=callers.Told))

    async def _rest(self) -> None:
        """Wrap-ups may end before the agents are told to go home."""
        token = self._launch.places.watch_token.read_text(encoding="ascii").strip()
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(timeout=2.0, headers=headers, trust_env=False) as client:
            for _ in range(int(20 / LOOK_S)):
                with suppress(httpx.HTTPError, KeyError, TypeError, IndexError):
                    answer = await client.get(f"{self._url}/api/live?views=totals")
                    row = answer.json()["rows"][0]["row"]
                    busy = sum(row["agents"][one] for one in ("offered", "talking", "wrapping"))
                    if busy == 0 and row["in_progress"] == 0:
                        return
                await asyncio.sleep(LOOK_S)

    def _summary(self) -> DemoSummary:
        wrong = tuple(
            f"{one.caller}: {one.intention.value}: {one.how}" for one in self._told if not one.fine
        )
        fine = sum(one.fine for one in self._told)
        cell = self._launch.settings.cell
        return summary_of(self._launch.places, cell, len(self._told), fine, wrong)


def show(summary: DemoSummary, console: Console) -> None:
    """The summary for people."""
    level = summary.service_level
    console.print(
        f"{summary.callers} called, {summary.intended} as they had intended."
        f" Offered {summary.offered}, answered {summary.answered}, abandoned"
        f" {summary.abandoned}; service level {'–' if level is None else f'{level:.0%}'}, ASA"
        f" {summary.asa_s or 0:.1f} s, AHT {summary.aht_s or 0:.1f} s.",
        soft_wrap=True,
    )
    earned = summary.earned.minor / 100
    console.print(
        f"Handed on {summary.transferred}, after asking a colleague {summary.consulted}; called out"
        f" {summary.called_out}, tasks done {summary.tasks}; kept their place and hung up"
        f" {summary.called_back}, still to be called {summary.promised}.",
        soft_wrap=True,
    )
    console.print(
        f"{summary.recordings} recordings ({summary.recorded_s:.0f} s); earned {earned:.2f}"
        f" {summary.earned.currency}; lost {summary.lost}, stuck {summary.stuck};"
        f" {summary.events} events, {'proved' if summary.verified else 'NOT proved'} by replay.",
        soft_wrap=True,
    )
    for line in summary.not_intended:
        console.print(f"  not as intended: {line}", style="red", markup=False)
