"""SIPp at both ends: agents' phones that answer, callers at a rate, and what they counted."""

import contextlib
import csv
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from benchmarks._centre import LOOPBACK, NUMBER
from roost.processes import sockets

SCENARIOS: Final = Path(__file__).parent / "sipp"
MOST_AT_ONCE: Final = 6_000
OTHERS_CORE: Final = "1"
PATIENCE_S: Final = 25.0  # for the last calls of a run


class Counted(Struct, frozen=True):
    """What the callers saw. Times in seconds from the INVITE."""

    rate: float
    calls: int
    refused: int  # heard 503
    failed: int
    sent_again: int  # messages retransmitted by the callers
    took_s: float
    setup: tuple[float, ...]  # to the 200, sorted
    whole: tuple[float, ...]  # to the agent's BYE, sorted

    @property
    def failures(self) -> float:
        """The share of calls that weren't served, whyever."""
        return (self.calls - len(self.whole)) / max(1, self.calls)


def quantile(values: tuple[float, ...] | list[float], share: float) -> float:
    """Of sorted values; 0 where there are none."""
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def _command(core: str | None, *options: str) -> list[str]:
    before = ["taskset", "-c", core] if core else []
    return [*before, "sipp", "-i", LOOPBACK, "-nostdin", "-buff_size", "4194304", *options]


class Phones:
    """Agents' phones at one port: they answer at once and hang up after `hold_s`."""

    def __init__(self, hold_s: float, core: str | None = OTHERS_CORE) -> None:
        self.port = sockets.free_port_both()
        self._folder = tempfile.TemporaryDirectory(prefix="roost-bench-sipp-")
        command = _command(
            core, "-sf", str(SCENARIOS / "agent.xml"), "-p", str(self.port),
            "-d", str(int(hold_s * 1000)), "-l", str(MOST_AT_ONCE),
            "-mp", str(sockets.free_port_both()),
        )  # fmt: skip
        self.process = subprocess.Popen(
            command, cwd=self._folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> "Phones":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self._folder.cleanup()


class Callers:
    """Callers who ring in at a rate, at most so many at once; `done` waits for the last one."""

    def __init__(
        self,
        port: int,
        rate: float,
        calls: int,
        most_s: float,
        at_once: int = MOST_AT_ONCE,
        core: str | None = OTHERS_CORE,
    ) -> None:
        self._rate, self._calls, self._most_s = rate, calls, most_s
        self._folder = tempfile.TemporaryDirectory(prefix="roost-bench-sipp-")
        command = _command(
            core, "-sf", str(SCENARIOS / "caller.xml"), "-s", NUMBER, "-r", f"{rate:g}",
            "-m", str(calls), "-l", str(at_once), "-trace_stat",
            "-mp", str(sockets.free_port_both()), "-fd", "1", "-stf", "stat.csv",
            "-trace_rtt", "-rtt_freq", "1", "-recv_timeout", "20000", "-timeout", f"{int(most_s)}s",
            "-p", str(sockets.free_port_both()), f"{LOOPBACK}:{port}",
        )  # fmt: skip
        self._began = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=self._folder.name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> "Callers":
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._folder.cleanup()

    def done(self) -> Counted:
        try:
            self.process.wait(self._most_s + 15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        took_s = time.monotonic() - self._began
        return _counted(Path(self._folder.name), self._rate, self._calls, took_s)


def call(port: int, rate: float, seconds: float, core: str | None = OTHERS_CORE) -> Counted:
    """So many calls a second for so long; waits until the last one is over."""
    calls = max(1, int(rate * seconds))
    with Callers(port, rate, calls, seconds + PATIENCE_S, core=core) as callers:
        return callers.done()


def _counted(folder: Path, rate: float, calls: int, took_s: float) -> Counted:
    with (folder / "stat.csv").open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    last = rows[-1]
    succeeded = int(last["SuccessfulCall(C)"])
    again = int(last["Retransmissions(C)"])
    # The last lines of the statistics come after the last call: when the calls were over is
    # the first line that has as many.
    for row in rows:
        if int(row["SuccessfulCall(C)"]) + int(row["FailedCall(C)"]) >= calls:
            took_s = min(took_s, _clock_s(row["ElapsedTime(C)"]))
            break
    setup: list[float] = []
    whole: list[float] = []
    for path in folder.glob("*_rtt.csv"):
        with path.open(newline="") as file, contextlib.suppress(StopIteration):
            lines = csv.reader(file, delimiter=";")
            next(lines)
            for line in lines:
                (setup if line[2] == "1" else whole).append(float(line[1]) / 1000)
    return Counted(
        rate, calls, succeeded - len(whole), calls - succeeded, again, took_s,
        tuple(sorted(setup)), tuple(sorted(whole)),
    )  # fmt: skip


def _clock_s(text: str) -> float:
    """SIPp's `HH:MM:SS` or `HH:MM:SS:micros`."""
    hours, minutes, second, *rest = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(second) + int(rest[0] if rest else 0) / 1e6
