"""The commands of a page, as a reader types them, and a shell that does.

In a block marked `console` each line after `$ ` is a command (and goes on in lines after `> `),
the lines below it are what it shows. A command that goes on for as long as its terminal
(`roost up`) is started and left alone until the page's end, or until `$ ^C`. `# status 1` after
a command is the exit status that it must have; without, it's 0. What is shown must be said, in
this order, with all numbers equal; `…` stands for anything, and lines may be left out.
"""

import os
import re
import shlex
import signal
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

BLOCK = re.compile(r"^( *)```console\n(.*?)^\1```", re.MULTILINE | re.DOTALL)
STATUS = re.compile(r"\s+# status (\d+)$")
NUMBER = re.compile(r"\b(?=\w*\d)[\w+-]+\b|\d+")
READY = {"up": "is up.", "phone": "is ready"}
READERS = {"contacts", "invoices", "watch", "tokens"}  # they may be typed again
COMMAND_S = 180.0
SEEN_S = 60.0  # what a page shows is there after so long
END_S = 60.0


@dataclass
class Step:
    """One command of a page with what the page shows below it."""

    line: int
    command: str
    shown: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        found = STATUS.search(self.command)
        return int(found[1]) if found else 0

    @property
    def words(self) -> list[str]:
        return shlex.split(self.command, comments=True)

    @property
    def lasts(self) -> str:
        """The word that it says when it's ready, if it's a command that goes on."""
        words = self.words
        if not words or words[0] != "roost" or len(words) < 2 or words[1] not in READY:
            return ""
        if {"--for", "--calls", "--help"} & set(words):
            return ""
        return READY[words[1]]


def steps_of(page: Path) -> list[Step]:
    text = page.read_text(encoding="utf-8")
    found: list[Step] = []
    for block in BLOCK.finditer(text):
        line = text[: block.start(2)].count("\n")
        for raw in block[2].splitlines():
            line += 1
            one = raw.removeprefix(block[1])
            if one.startswith("$ "):
                found.append(Step(line, one[2:].rstrip()))
            elif found and not found[-1].shown and (one == ">" or one.startswith("> ")):
                found[-1].command += "\n" + one[2:].rstrip()
            elif found:
                found[-1].shown.append(one.rstrip())
    return found


def plain(text: str) -> str:
    """Words only: numbers, ids and passwords are all the same, and so are spaces and lines."""
    spaced = re.sub(r"[\s─━│┃┏┓┗┛┡┩└┘┴┬┼╇╈]+", " ", text)
    return NUMBER.sub("0", spaced).strip()


def missing(step: Step, output: str) -> list[str]:
    """The lines that the page shows and the command doesn't say, in this order."""
    said, at, gone = plain(output), 0, list[str]()
    for line in step.shown:
        for part in (plain(one) for one in line.split("…")):
            place = said.find(part, at)
            if place < 0:
                gone.append(line)
                break
            at = place + len(part)
    return gone


class Shell:
    """A reader's terminals in one folder: variables and the working folder go from one command
    to the next."""

    def __init__(self, folder: Path, path: Path, ports: dict[str, str]) -> None:
        self._folder = folder
        self._ports = ports
        self._state = folder / ".state"
        self._where = folder / ".where"
        self._where.write_text(str(folder))
        home = folder / ".home"
        home.mkdir(exist_ok=True)
        environment = {
            "PATH": f"{path}:{os.environ['PATH']}",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "COLUMNS": "80",
        }
        lines = [f"export {name}={shlex.quote(value)}" for name, value in environment.items()]
        self._state.write_text("\n".join(lines) + "\n")
        self._lasting: list[tuple[Step, subprocess.Popen[str], Path]] = []

    def _real(self, command: str) -> str:
        """The command with this run's ports."""
        for shown, real in self._ports.items():
            command = command.replace(f":{shown}", f":{real}")
        if "roost watch" in command and "--once" not in command:
            command = command.replace("roost watch", "roost watch --once")  # a page has no screen
        sip = self._ports["5060"]
        return re.sub(r"(sip:\w+@127\.0\.0\.1)(?![:\w.])", rf"\1:{sip}", command)

    def _start(self, command: str, output: Path) -> "subprocess.Popen[str]":
        with output.open("w", encoding="utf-8") as file:
            return subprocess.Popen(
                ["bash", "-c", command],
                cwd=self._where.read_text().strip(),
                env={},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    def run(self, step: Step) -> str:
        """Types one command; what it said. Fails with the page's line when it isn't as shown."""
        if step.lasts:
            return self._begin(step)
        if step.command == "^C":
            return self._stop(step)
        end, pause = time.monotonic() + SEEN_S, threading.Event()
        while True:
            said = self._type(step)
            gone = missing(step, said)
            if not gone:
                return said
            patient = step.words[1:2] and step.words[1] in READERS
            if not patient or time.monotonic() > end:
                raise AssertionError(
                    f"line {step.line}: `{step.command}` doesn't say {gone}, but:\n{said}"
                )
            pause.wait(0.2)  # a reader is slower than this shell

    def _type(self, step: Step) -> str:
        output = self._folder / ".output"
        script = (
            f"set -a; . {shlex.quote(str(self._state))}\n{self._real(step.command)}\n"
            f"status=$?; export -p > {shlex.quote(str(self._state))};"
            f" pwd > {shlex.quote(str(self._where))}; exit $status"
        )
        process = self._start(script, output)
        try:
            status = process.wait(COMMAND_S)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            status = None
        said = output.read_text(encoding="utf-8", errors="replace")
        assert status == step.status, (
            f"line {step.line}: `{step.command}` ended with {status}:\n{said}{self._others()}"
        )
        return said

    def _begin(self, step: Step) -> str:
        output = self._folder / f".lasting-{step.line}-{time.monotonic_ns()}"
        script = f"set -a; . {shlex.quote(str(self._state))}\nexec {self._real(step.command)}"
        process = self._start(script.removesuffix("&"), output)
        self._lasting.append((step, process, output))
        end, pause = time.monotonic() + COMMAND_S, threading.Event()
        while step.lasts not in (said := output.read_text(encoding="utf-8", errors="replace")):
            assert process.poll() is None, f"line {step.line}: `{step.command}` ended:\n{said}"
            assert time.monotonic() < end, (
                f"line {step.line}: `{step.command}` isn't ready:\n{said}"
            )
            pause.wait(0.05)
        return said

    def _stop(self, step: Step) -> str:
        said = "".join(path.read_text() for path in self.close())
        gone = missing(step, said)
        assert not gone, f"line {step.line}: nobody says {gone} when stopped, but:\n{said}"
        return said

    def _others(self) -> str:
        return "".join(f"\n{s.command}:\n{path.read_text()}" for s, _, path in self._lasting)

    def close(self) -> list[Path]:
        """Ctrl-C in every terminal; each command's output is compared with the page."""
        outputs = [output for _, _, output in self._lasting]
        wrong: list[str] = []
        for step, process, output in reversed(self._lasting):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
            try:
                status = process.wait(END_S)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                status = None
            said = output.read_text(encoding="utf-8", errors="replace")
            gone = missing(step, said)
            if gone or status != step.status:
                wrong.append(f"line {step.line}: `{step.command}`: {status}, {gone}, but:\n{said}")
        self._lasting.clear()
        assert not wrong, "\n".join(wrong)
        return outputs
