"""Simulations in a folder: one is played at a time, by a program of its own.

    7/asked.json      what was asked, by whom, when
    7/progress.json   how many of its runs are done
    7/cancel          somebody wants it to end
    7/ended.json      how it ended; without it, it runs or its process is gone
    7/report.json     its result; rows.csv and page.html the same to take away
    7/said.txt        what its program printed
    running           locked by whoever plays, so by nobody whose process is gone

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
from typing import IO, Final

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
SETTLES_S: Final = 2.0  # between the result and the end of the process
MOST_SAID: Final = 400  # characters of what a broken program printed last
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
        self._starting = threading.Lock()
        self._last: subprocess.Popen[bytes] | None = None

    def scenarios(self) -> list[PlayableScenario]:
        return self._scenarios()

    def start(self, asked: Asked, by: str, at: InstantUs) -> Simulation | Refusal:
        if bool(asked.scenario) == bool(asked.period):
            return Refusal("nothing_to_play")
        if asked.scenario and asked.scenario not in {one.scenario for one in self._scenarios()}:
            return Refusal("unknown_scenario", {"scenario": asked.scenario})
        with self._starting:
            self._settled()
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = self._locked()
            if lock is None:
                return Refusal("simulation_running")
            try:
                ids = self._ids()
                for old in ids[MOST_KEPT - 1 :]:
                    shutil.rmtree(self._folder / str(old), ignore_errors=True)
                number = ids[0] + 1 if ids else 1
                folder = self._folder / str(number)
                folder.mkdir(mode=0o700)
                put(folder / "asked.json", Begun(asked, by, at))
                self._begin(folder, lock)
            finally:
                lock.close()  # the program holds it from here on
        found = self.one(number)
        assert found is not None
        return found

    def _settled(self) -> None:
        """What has ended has done so but for its process."""
        ids = self._ids()
        if self._last is not None and ids and (self._folder / f"{ids[0]}" / "ended.json").exists():
            with suppress(subprocess.TimeoutExpired):
                self._last.wait(SETTLES_S)

    def _begin(self, folder: Path, lock: IO[bytes]) -> None:
        with (folder / "said.txt").open("wb") as said:
            process = subprocess.Popen(
                [*self._program, str(folder)],
                stdin=subprocess.PIPE,
                stdout=said,
                stderr=said,
                pass_fds=(lock.fileno(),),
                start_new_session=True,
            )
        self._last = process
        waiting = threading.Thread(target=_waited, args=(process, folder), daemon=True)
        waiting.start()

    def _locked(self) -> IO[bytes] | None:
        """The lock of whoever plays; None: somebody does."""
        file = (self._folder / "running").open("wb")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return None
        return file

    def _playing(self) -> bool:
        if not (self._folder / "running").exists():
            return False
        lock = self._locked()
        if lock is not None:
            lock.close()
        return lock is None

    def _ids(self) -> list[int]:
        """The newest first."""
        if not self._folder.is_dir():
            return []
        return sorted(
            (int(one.name) for one in self._folder.iterdir() if one.name.isdigit()), reverse=True
        )

    def listing(self) -> list[Simulation]:
        with self._starting:
            ids, playing = self._ids(), self._playing()
        found = (self._read(one, playing and one == ids[0]) for one in ids[:MOST_KEPT])
        return [one for one in found if one is not None]

    def one(self, id: int) -> Simulation | None:
        with self._starting:
            ids, playing = self._ids(), self._playing()
        return self._read(id, playing and id == ids[0]) if id in ids else None

    def _read(self, id: int, playing: bool) -> Simulation | None:
        folder = self._folder / str(id)
        try:
            begun = msgspec.json.decode((folder / "asked.json").read_bytes(), type=Begun)
        except (OSError, msgspec.DecodeError):
            return None  # of another version, or half written when the disk was full
        ended, progress = Ended(SimulationState.RUNNING), Progress(0, 0)
        with suppress(FileNotFoundError):
            progress = msgspec.json.decode((folder / "progress.json").read_bytes(), type=Progress)
        if not playing:
            ended = Ended(SimulationState.FAILED)
        with suppress(FileNotFoundError):
            ended = msgspec.json.decode((folder / "ended.json").read_bytes(), type=Ended)
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
