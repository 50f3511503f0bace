"""Simulations in a folder: one is played at a time, by a program of its own.

    7/asked.json      what was asked, by whom, when
    7/progress.json   how many of its runs are done
    7/cancel          somebody wants it to end
    7/ended.json      how it ended; without it, it runs or its process is gone
    7/report.json     its result; rows.csv and page.html the same to take away
    7/said.txt        what its program printed
    7/running         locked by that program, so by nobody when it's gone
    starting          locked while one is begun

The program lives as long as the standard input that it's given: whoever started it is gone then,
and so is it. It ends by itself when it takes too long; should it hang, it's killed a little later.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec
from msgspec import Struct

from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.simulations import (
    MOST_KEPT,
    Asked,
    Form,
    PlayableScenario,
    Simulation,
    SimulationState,
)

LONGEST_S: Final = 15 * 60.0  # then it ends by itself: too_long
KILLED_AFTER_S: Final = LONGEST_S + 30.0
MOST_SAID: Final = 400  # characters of what a broken program printed last
T = TypeVar("T", bound=Struct)
FILES: Final = {Form.JSON: "report.json", Form.CSV: "rows.csv", Form.HTML: "page.html"}


class Begun(Struct, frozen=True):
    """asked.json."""

    asked: Asked
    by: str
    at: InstantUs


class Progress(Struct, frozen=True):
    """progress.json."""

    runs: int
    of: int


class Ended(Struct, frozen=True):
    """ended.json."""

    how: SimulationState
    says: tuple[str, ...] = ()
    at: InstantUs | None = None


def put(path: Path, value: Struct | bytes) -> None:
    """Written as a whole or not at all."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(value if isinstance(value, bytes) else msgspec.json.encode(value))
    part.replace(path)


def end(folder: Path, ended: Ended) -> bool:
    """How one ended, unless that's known by now."""
    part = folder / f"ended.{threading.get_ident()}.part"
    part.write_bytes(msgspec.json.encode(ended))
    try:
        os.link(part, folder / "ended.json")
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


class FolderSimulations:
    """ports.simulations.Simulations. `program` plays what lies in the folder that is its last
    argument; `scenarios` lists what there is to play."""

    def __init__(
        self,
        folder: Path,
        program: Sequence[str],
        scenarios: Callable[[], list[PlayableScenario]],
    ) -> None:
        self._folder = folder
        self._program = tuple(program)
        self._scenarios = scenarios

    def scenarios(self) -> list[PlayableScenario]:
        return self._scenarios()

    def start(self, asked: Asked, by: str, at: InstantUs) -> Simulation | Refusal:
        if bool(asked.scenario) == bool(asked.period):
            return Refusal("nothing_to_play")
        if asked.scenario and asked.scenario not in {one.scenario for one in self._scenarios()}:
            return Refusal("unknown_scenario", {"scenario": asked.scenario})
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (self._folder / "starting").open("wb") as starting:
            fcntl.flock(starting, fcntl.LOCK_EX)
            kept = self.listing()
            if kept and kept[0].state is SimulationState.RUNNING:
                return Refusal("simulation_running")
            ids = self._ids()
            for old in ids[MOST_KEPT - 1 :]:
                shutil.rmtree(self._folder / str(old), ignore_errors=True)
            number = ids[0] + 1 if ids else 1
            folder = self._folder / str(number)
            folder.mkdir(mode=0o700)
            put(folder / "asked.json", Begun(asked, by, at))
            self._begin(folder)
        found = self.one(number)
        assert found is not None
        return found

    def _begin(self, folder: Path) -> None:
        with (folder / "said.txt").open("wb") as said, (folder / "running").open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the program holds it from here on
            process = subprocess.Popen(
                [*self._program, str(folder)],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )
        waiting = threading.Thread(target=_waited, args=(process, folder), daemon=True)
        waiting.start()

    def _ids(self) -> list[int]:
        """The newest first."""
        if not self._folder.is_dir():
            return []
        return sorted(
            (int(one.name) for one in self._folder.iterdir() if one.name.isdigit()), reverse=True
        )

    def listing(self) -> list[Simulation]:
        found = (self.one(one) for one in self._ids()[:MOST_KEPT])
        return [one for one in found if one is not None]

    def one(self, id: int) -> Simulation | None:
        folder = self._folder / str(id)
        try:
            begun = msgspec.json.decode((folder / "asked.json").read_bytes(), type=Begun)
        except (OSError, msgspec.DecodeError):
            return None  # of another version, or half written when the disk was full
        playing = _playing(folder)  # before looking how it ended: it may do so meanwhile
        progress = _read(folder / "progress.json", Progress) or Progress(0, 0)
        how = SimulationState.RUNNING if playing else SimulationState.FAILED
        ended = _read(folder / "ended.json", Ended) or Ended(how)
        return Simulation(
            id,
            begun.asked,
            begun.by,
            begun.at,
            ended.how,
            progress.runs,
            progress.of or begun.asked.seeds * (1 + len(begun.asked.changes)),
            ended.at,
            ended.says,
        )

    def file(self, id: int, form: Form) -> bytes | None:
        one = self.one(id)
        if one is None or one.state is not SimulationState.DONE:
            return None
        try:
            return (self._folder / str(id) / FILES[form]).read_bytes()
        except FileNotFoundError:
            return None

    def cancel(self, id: int) -> bool:
        one = self.one(id)
        if one is not None and one.state is SimulationState.RUNNING:
            (self._folder / str(id) / "cancel").touch()
        return one is not None

    def remove(self, id: int) -> bool | Refusal:
        one = self.one(id)
        if one is None:
            return False
        if one.state is SimulationState.RUNNING:
            return Refusal("simulation_running")
        shutil.rmtree(self._folder / str(id), ignore_errors=True)
        return True


def _playing(folder: Path) -> bool:
    """Whether its program is there."""
    try:
        with (folder / "running").open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None


def _waited(process: "subprocess.Popen[bytes]", folder: Path) -> None:
    """Until it ends, and if it broke, that it did."""
    try:
        code = process.wait(KILLED_AFTER_S)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        code = process.wait()
        end(folder, Ended(SimulationState.TOO_LONG))
    if process.stdin is not None:
        process.stdin.close()
    if not (folder / "ended.json").exists() and folder.is_dir():
        said = (folder / "said.txt").read_text(errors="replace").strip()[-MOST_SAID:]
        last = said.splitlines()[-1:] or [f"status {code}"]
        end(folder, Ended(SimulationState.FAILED, tuple(last)))
