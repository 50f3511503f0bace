"""One simulation that somebody asked for on a page, in a process of its own.

    python -m roost.processes.simulation CENTRE DATA FOLDER

What's asked lies in FOLDER (adapters.simulations.folder), and so does what comes of it. It plays at
the lowest priority, on half of the machine's cores, and ends by itself: when it's done, cancelled,
too long, or when its standard input does, because whoever started it is gone.
"""

import os
import resource
import select
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from roost.adapters.clock.wall import CellClock
from roost.adapters.simulations.folder import (
    FILES,
    LONGEST_S,
    Begun,
    Ended,
    FolderSimulations,
    Progress,
    end,
    put,
)
from roost.definitions.tree import Node, parse
from roost.office.measures.intervals import Grain
from roost.ports.simulations import Asked, Form, PlayableScenario, SimulationState
from roost.simulator.asked import CannotPlay, Playable, of_log, of_scenario
from roost.simulator.many import Results, Task, cores, play_many
from roost.simulator.outcome import Outcome
from roost.simulator.page import page
from roost.simulator.report import csv_lines, report

LOWEST: Final = 19
LOOK_EVERY_S: Final = 0.5
MOST_MEMORY: Final = 4 << 30  # bytes of one process
MOST_BYTES: Final = 32 << 20  # of a result: beyond it longer intervals will do
MOST_ABOUT: Final = 300  # characters
MOST_SCENARIOS: Final = 200


def simulations(centre: Path, data: Path, folder: Path) -> FolderSimulations:
    """What the page asks."""
    program = (sys.executable, "-m", "roost.processes.simulation", str(centre), str(data))
    return FolderSimulations(folder, program, lambda: scenarios(centre))


def scenarios(centre: Path) -> list[PlayableScenario]:
    """What there is to play: read, not checked."""
    files = sorted((centre / "scenarios").glob("*.yaml"))[:MOST_SCENARIOS]
    return [found for file in files if (found := _scenario(file)) is not None]


def _scenario(file: Path) -> PlayableScenario | None:
    try:
        content = file.read_bytes()
    except OSError:
        return None
    root, _ = parse(file.name, content)
    root = root or Node("map", 1, 1)
    streams = root.entries.get("streams", root).entries.values()
    clients = {one.entries["client"].text for one in streams if "client" in one.entries}
    return PlayableScenario(
        file.stem, _about(content), _text(root, "begins"), _text(root, "lasts"), tuple(clients)
    )


def _text(root: Node, key: str) -> str:
    return root.entries[key].text if key in root.entries else ""


def _about(content: bytes) -> str:
    """The first paragraph of the comment that it begins with."""
    lines: list[str] = []
    for line in content.decode(errors="replace").splitlines():
        text = line.removeprefix("#").strip()
        if not line.startswith("#") or not text:
            break
        lines.append(text)
    return " ".join(lines)[:MOST_ABOUT]


def main(centre: Path, data: Path, folder: Path) -> int:
    """Plays what's asked."""
    began = time.monotonic()
    threading.Thread(target=_watch, args=(folder, began), daemon=True).start()
    asked = msgspec.json.decode((folder / "asked.json").read_bytes(), type=Begun).asked
    try:
        found = playable(asked, centre, data)
    except CannotPlay as wrong:
        return _ended(folder, SimulationState.REFUSED, *wrong.lines)
    try:
        play(found, asked, folder)
    except TooMuch as much:
        return _ended(folder, SimulationState.REFUSED, str(much))
    return _ended(folder, SimulationState.DONE, *found.says)


class TooMuch(Exception):
    """The result is longer than anybody reads."""


def lower() -> None:
    """Everybody else goes first, and there's an end to the memory."""
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, LOWEST)
    with suppress(OSError):  # where the kernel shares the cores among sessions
        Path("/proc/self/autogroup").write_text(str(LOWEST), encoding="ascii")
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    lowest = MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most)
    resource.setrlimit(resource.RLIMIT_AS, (lowest, most))


def playable(asked: Asked, centre: Path, data: Path) -> Playable:
    """What a terminal would play, too. Raises CannotPlay."""
    grain = None if asked.interval is None else Grain(asked.interval.value)
    changes = list(asked.changes)
    if asked.period:
        return of_log(
            data, asked.period, changes, grain or Grain.HALF, asked.agent_hour, asked.period
        )
    return of_scenario(centre / "scenarios" / f"{asked.scenario}.yaml", changes, grain)


def play(found: Playable, asked: Asked, folder: Path) -> None:
    """Every run, and what they come to. Raises TooMuch."""
    seeds = range(asked.seed, asked.seed + asked.seeds)
    of = len({job.fingerprint() for job in found.jobs}) * len(seeds)
    results = Results()

    def done(_: Task, __: Outcome) -> None:
        put(folder / "progress.json", Progress(len(results.found), of))

    put(folder / "progress.json", Progress(0, of))
    play_many(found.jobs, seeds, results, max(1, cores() // 2), done)
    outcomes = results.complete(found.jobs, seeds)
    made = report(found.jobs, found.names, outcomes, None, found.actual)
    content = msgspec.json.encode(made)
    if len(content) > MOST_BYTES:
        raise TooMuch(f"The result has {len(content) >> 20} MB: choose longer intervals.")
    put(folder / FILES[Form.CSV], "".join(csv_lines(made)).encode())
    put(folder / FILES[Form.HTML], page(made).encode())
    put(folder / FILES[Form.JSON], content)


def _ended(folder: Path, how: SimulationState, *says: str) -> int:
    end(folder, Ended(how, says, CellClock().now()))
    return 0


def _watch(folder: Path, began: float) -> None:
    """Ends it when it's time; whatever it began goes with it."""
    while True:
        orphaned, _, _ = select.select([sys.stdin], [], [], LOOK_EVERY_S)
        if (folder / "cancel").exists():
            _ended(folder, SimulationState.CANCELLED)
        elif time.monotonic() - began > LONGEST_S:
            _ended(folder, SimulationState.TOO_LONG)
        elif not orphaned:
            continue
        os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    lower()
    sys.exit(main(*map(Path, sys.argv[1:4])))
