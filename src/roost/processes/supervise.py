"""`roost up`: opens the sockets, starts one process a role, and looks after them.

    starting → ready → (dead → waiting → starting)   a child, for ever
    starting → useless                                said before it was ever ready: we stop

Children have sessions of their own and no parent-death signal: when the supervisor dies they
go on, and the next `roost up` on the same data adopts them (`run/children.json` names them by
pid and start time, so that a number given to another program is never mistaken). An adopted
child keeps its sockets; they're opened anew here only once it's gone. All waiting is on
process descriptors (pidfd), which work for children that aren't ours as well.
"""

import contextlib
import fcntl
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from roost.processes import sockets
from roost.processes.settings import Launch

ROLES: Final = ("media", "edge", "control", "web", "worker")
FIRST_PAUSE_S: Final = 0.05
MOST_PAUSE_S: Final = 10.0
HEALTHY_S: Final = 30.0  # alive so long: the next death starts with a short pause again
STOP_S: Final = 10.0  # an ordered stop of one role, beside control's drain
USELESS: Final = 2  # a child's exit status: it can't start until somebody mends something
LOG_BYTES: Final = 8 << 20
READY_VARIABLE: Final = "ROOST_READY"


class AlreadyRunning(Exception):
    """Another supervisor holds this data folder."""


class Kept(Struct, frozen=True):
    """A child as `run/children.json` remembers it."""

    pid: int
    started: int  # field 22 of /proc/PID/stat


@dataclass
class Child:
    role: str
    pid: int = 0
    started: int = 0
    watch: int = -1  # pidfd
    process: "subprocess.Popen[bytes] | None" = None  # None: adopted
    ready_pipe: int = -1
    ready: bool = False
    ever_ready: bool = False
    since: float = 0.0
    failures: int = 0
    again_at: float | None = None
    sockets: dict[str, socket.socket] = field(default_factory=dict[str, socket.socket])

    @property
    def alive(self) -> bool:
        return self.watch >= 0


def start_time(pid: int) -> int | None:
    """When a process began, in clock ticks since boot; None when there's no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rsplit(")", 1)[1].split()
    return None if fields[0] in {"Z", "X"} else int(fields[19])


class Supervisor:
    """One centre's children. `say` gets one line of text for whoever looks on."""

    def __init__(
        self,
        launch: Launch,
        say: Callable[[str], None],
        program: tuple[str, ...] = (sys.executable, "-m", "roost.processes"),
    ) -> None:
        self._launch = launch
        self._say = say
        self._program = program  # called with the role and run/launch.json
        self._children = {role: Child(role) for role in ROLES}
        self._selector = selectors.DefaultSelector()
        self._lock = -1
        self._stops = 0
        self._failed = ""

    # --- from the first line to the last ---

    def run(
        self,
        for_s: float | None = None,
        on_ready: Callable[[], None] | None = None,
        drain_s: float | None = None,
    ) -> int:
        """Runs until it's told to stop (SIGTERM, SIGINT) or `for_s` is over. Returns the exit
        status. Raises AlreadyRunning, sockets.PortTaken before anything was started."""
        self._prepare()
        until = None if for_s is None else time.monotonic() + for_s
        told = False
        try:
            with self._signals():
                self._start_missing()
                while not self._stops and not self._failed:
                    if until is not None and time.monotonic() >= until:
                        break
                    if not told and all(child.ready for child in self._children.values()):
                        told = True
                        if on_ready is not None:
                            on_ready()
                    self._turn(until)
                self._stop_all(self._launch.settings.bounds.drain_s if drain_s is None else drain_s)
        finally:
            self._release()
        if self._failed:
            self._say(self._failed)
            return 1
        return 0

    def ask_to_stop(self) -> None:
        self._stops += 1

    def _asked_to_stop(self, _number: int, _frame: object) -> None:
        self.ask_to_stop()

    def pids(self) -> dict[str, int]:
        return {role: child.pid for role, child in self._children.items() if child.alive}

    def _prepare(self) -> None:
        run = self._launch.places.run
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._launch.places.data / "log").mkdir(exist_ok=True, mode=0o700)
        self._lock = os.open(run / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            self._lock = -1
            raise AlreadyRunning(
                f"A centre is running on {self._launch.data} already: use `roost watch` to see it,"
                " stop it where it was started, or give --data another folder."
            ) from None
        kept = self._kept()
        for role, child in self._children.items():
            self._adopt(child, kept.get(role))
        for child in self._children.values():
            if not child.alive:
                self._open_sockets(child)
        path = self._launch.places.launch
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(self._launch))
        fresh.replace(path)

    @contextlib.contextmanager
    def _signals(self) -> Generator[None, None, None]:
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(reader, selectors.EVENT_READ, None)
        before: dict[signal.Signals, Any] = {}
        main = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            before[number] = signal.signal(number, self._asked_to_stop)
        try:
            yield
        finally:
            signal.set_wakeup_fd(main)
            for number, handler in before.items():
                signal.signal(number, handler)
            self._selector.unregister(reader)
            os.close(reader)
            os.close(writer)

    # --- one child ---

    def _kept(self) -> dict[str, Kept]:
        path = self._launch.places.run / "children.json"
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode(path.read_bytes(), type=dict[str, Kept])
        return {}

    def _keep(self) -> None:
        kept = {r: Kept(c.pid, c.started) for r, c in self._children.items() if c.alive}
        path = self._launch.places.run / "children.json"
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(kept))
        fresh.replace(path)

    def _adopt(self, child: Child, kept: Kept | None) -> None:
        if kept is None or start_time(kept.pid) != kept.started:
            return
        try:
            child.watch = os.pidfd_open(kept.pid)
        except OSError:
            return
        child.pid, child.started = kept.pid, kept.started
        child.ready = child.ever_ready = True
        child.since = time.monotonic()
        self._selector.register(child.watch, selectors.EVENT_READ, child)
        self._say(f"{child.role} is still running (pid {child.pid}): adopted")

    def _open_sockets(self, child: Child) -> None:
        for name in sockets.ROLE_SOCKETS[child.role]:
            if name not in child.sockets:
                child.sockets[name] = sockets.open_one(self._launch, name)

    def _start(self, child: Child) -> None:
        child.again_at = None
        try:
            self._open_sockets(child)
        except sockets.PortTaken as error:  # after an adopted child's death, somebody was quicker
            self._say(f"{child.role}: {error}")
            self._later(child)
            return
        reader, writer = os.pipe2(os.O_CLOEXEC)
        handles = {name: held.fileno() for name, held in child.sockets.items()}
        log = self._log(child.role)
        environment = {
            **os.environ,
            sockets.VARIABLE: ",".join(f"{name}={fd}" for name, fd in handles.items()),
            READY_VARIABLE: str(writer),
            "PYTHONUNBUFFERED": "1",
        }
        launch = str(self._launch.places.launch)
        child.process = subprocess.Popen(
            [*self._program, child.role, launch],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            pass_fds=(*handles.values(), writer),
            start_new_session=True,
        )
        os.close(writer)
        os.close(log)
        child.pid = child.process.pid
        child.started = start_time(child.pid) or 0
        child.watch = os.pidfd_open(child.pid)
        child.ready_pipe = reader
        child.ready = False
        child.since = time.monotonic()
        self._selector.register(child.watch, selectors.EVENT_READ, child)
        self._selector.register(reader, selectors.EVENT_READ, child)
        self._keep()

    def _log(self, role: str) -> int:
        path = self._launch.places.data / "log" / f"{role}.log"
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".log.1"))
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

    def _start_missing(self) -> None:
        for child in self._children.values():
            waiting = child.again_at is not None and child.again_at > time.monotonic()
            if not child.alive and not waiting:
                self._start(child)

    def _turn(self, until: float | None) -> None:
        times = [child.again_at for child in self._children.values() if child.again_at is not None]
        if until is not None:
            times.append(until)
        pause = min(times) - time.monotonic() if times else None
        for key, _ in self._selector.select(None if pause is None else max(0.0, pause)):
            child = key.data
            if child is None:
                with contextlib.suppress(BlockingIOError):
                    os.read(key.fd, 512)
            elif key.fd == child.ready_pipe:
                self._heard(child)
            elif key.fd == child.watch:
                self._buried(child)
        if not self._stops and not self._failed:
            self._start_missing()

    def _heard(self, child: Child) -> None:
        """The child said that it's ready, or closed its end without having said so."""
        if os.read(child.ready_pipe, 1):
            if child.ever_ready:
                took = time.monotonic() - child.since
                self._say(f"{child.role} is back after {took:.1f} s (pid {child.pid})")
            child.ready = child.ever_ready = True
        self._forget_pipe(child)

    def _forget_pipe(self, child: Child) -> None:
        if child.ready_pipe >= 0:
            self._selector.unregister(child.ready_pipe)
            os.close(child.ready_pipe)
            child.ready_pipe = -1

    def _buried(self, child: Child) -> None:
        """A child is gone: say so, and start it again after a pause."""
        self._selector.unregister(child.watch)
        os.close(child.watch)
        child.watch = -1
        self._forget_pipe(child)
        status = child.process.wait() if child.process is not None else None
        child.process = None
        child.ready = False
        if self._stops or self._failed:
            return
        how = "" if status is None else f" ({_told(status)})"
        if status == USELESS and not child.ever_ready:
            self._failed = f"{child.role} can't start:\n{self._last_words(child.role)}"
            return
        self._later(child)
        log = self._launch.places.data / "log" / f"{child.role}.log"
        self._say(f"{child.role} died{how}: starting it again; its last words are in {log}")

    def _later(self, child: Child) -> None:
        if time.monotonic() - child.since > HEALTHY_S:
            child.failures = 0
        pause = min(MOST_PAUSE_S, FIRST_PAUSE_S * 2**child.failures)
        child.failures = min(child.failures + 1, 16)
        child.again_at = time.monotonic() + pause

    def _last_words(self, role: str) -> str:
        path = self._launch.places.data / "log" / f"{role}.log"
        try:
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - 2_000))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return "\n".join(lines[-8:])

    # --- the ordered stop ---

    def _stop_all(self, drain_s: float) -> None:
        """Control first (it drains), then the readers, media last: nobody is cut off."""
        control = self._children["control"]
        if control.alive and drain_s > 0:
            self._say("stopping: no new callers, standing calls may end")
        self._stop(control, drain_s + STOP_S, signal.SIGTERM if drain_s > 0 else signal.SIGQUIT)
        for role in ("web", "worker", "edge", "media"):
            self._stop(self._children[role], STOP_S, signal.SIGTERM)
        with contextlib.suppress(OSError):
            (self._launch.places.run / "children.json").unlink()

    def _stop(self, child: Child, most_s: float, number: signal.Signals) -> None:
        """Ask, wait, insist. Another request to stop (a second Ctrl-C) shortens the drain."""
        if not child.alive:
            return
        self._stops = max(self._stops, 1)
        seen = self._stops
        self._signal(child, number)
        until = time.monotonic() + most_s
        while child.alive:
            left = until - time.monotonic()
            if left <= 0:
                self._say(f"{child.role} didn't stop in {most_s:.0f} s: killed")
                self._signal(child, signal.SIGKILL)
                until = time.monotonic() + STOP_S
            self._turn(time.monotonic() + max(0.0, min(left, 0.5)))
            if self._stops > seen:
                seen = self._stops
                self._signal(child, signal.SIGQUIT if child.role == "control" else number)

    def _signal(self, child: Child, number: signal.Signals) -> None:
        if child.alive:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(child.watch, number)

    def _release(self) -> None:
        for child in self._children.values():
            for held in child.sockets.values():
                held.close()
            self._forget_pipe(child)
            if child.watch >= 0:
                os.close(child.watch)
        self._selector.close()
        if self._lock >= 0:
            os.close(self._lock)


def _told(status: int) -> str:
    if status < 0:
        return f"killed by {signal.Signals(-status).name}"
    return f"exit status {status}"


def tell_ready() -> None:
    """A child says that it's ready; the supervisor waits for this. Harmless without one."""
    handle = os.environ.pop(READY_VARIABLE, "")
    if handle:
        with contextlib.suppress(OSError):
            os.write(int(handle), b"1")
            os.close(int(handle))
