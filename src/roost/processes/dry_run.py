"""What changed definitions would do now: the log folded on the side, and Configure stepped there.

    python -m roost.processes.dry_run CENTRE DATA     as JSON (definitions.would_change)

The log is only read, and nothing leaves: the copy has no driver. It's what the running cell would
decide, a few milliseconds behind it.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from roost.adapters.clock.wall import CellClock
from roost.definitions.application import Application
from roost.definitions.difference import difference
from roost.definitions.load import Loaded, load
from roost.definitions.would_change import Busy, Failed, WouldChange
from roost.engine.bodies import UnknownEvent
from roost.engine.restore import from_snapshot, restore, snapshot_of
from roost.engine.step import FoldFailed
from roost.floor.cell import ROOM
from roost.floor.consequences import Consequences, consequences
from roost.floor.definition import Configure
from roost.kernel.actor import SETUP
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.time import InstantUs
from roost.ports.log import LogFailed
from roost.ports.speech import SpeechFailed
from roost.processes import prompts, putting_in_force, settings
from roost.processes.places import Places
from roost.processes.stores import begun, snapshots_of, store_of

LONGEST_S: Final = 120.0
BEHIND: Final = 10
MOST_SAID: Final = 300  # characters


class CannotSay(Exception):
    """The centre's machine doesn't let us; the message says why."""


def dry_run(places: Places, cell: str, configure: Configure, now: InstantUs) -> Consequences | None:
    """None where the cell has no log yet. Blocking. Raises FoldFailed, UnknownEvent, LogFailed."""
    stream = StreamName(cell)
    store = store_of(places)
    if stream not in store.streams():
        return None
    kept = places.database or places.snapshots.exists()
    snapshots = snapshots_of(places) if kept else None
    reader = store.reader()
    try:
        before = restore(ROOM, stream, reader, snapshots)
    finally:
        reader.close()
        if snapshots is not None:
            snapshots.close()
    after = from_snapshot(ROOM, snapshot_of(before))
    step = after.step(now, configure, SETUP, CommandId("dry-run"))
    events = [envelope.body for envelope in step.envelopes]
    return consequences(before.state, after.state, events, after.at)


def plan(launch: settings.Launch, loaded: Loaded) -> Application:
    """What would put definitions in force. Raises CannotSay."""
    try:
        voice = prompts.opened(launch).voice
    except (SpeechFailed, OSError) as error:
        raise CannotSay(str(error)) from None
    return putting_in_force.plan(store_of(launch.places), loaded, voice)


def would_change(launch: settings.Launch, loaded: Loaded) -> WouldChange:
    """The definitions' difference, and what it would do now where the centre runs. Raises
    CannotSay."""
    places = launch.places
    if not begun(places):
        changes = difference({}, loaded.documents)
        return WouldChange(loaded.version, changes, None, loaded.warnings)
    made = plan(launch, loaded)
    now: Consequences | None = None
    if places.control_socket.exists():
        try:
            now = dry_run(places, launch.settings.cell, made.configure, CellClock().now())
        except (LogFailed, FoldFailed, UnknownEvent) as error:
            raise CannotSay(str(error)) from None
    return WouldChange(loaded.version, tuple(made.changes), now, loaded.warnings)


def asked(centre: Path, data: Path) -> Callable[[], WouldChange]:
    """What the API asks: of the folder as it's written then, by a process of its own, one at a
    time. Blocking. Raises Busy, Failed."""
    program = (sys.executable, "-m", "roost.processes.dry_run", str(centre), str(data))
    running = threading.Lock()

    def ask() -> WouldChange:
        if not running.acquire(blocking=False):
            raise Busy
        said = b"it said nothing"
        try:
            done = subprocess.run(
                program, stdin=subprocess.DEVNULL, capture_output=True, check=False,
                timeout=LONGEST_S,
            )  # fmt: skip
            said = done.stderr or said
            return msgspec.json.decode(done.stdout, type=WouldChange)
        except subprocess.TimeoutExpired:
            raise Failed(f"it took longer than {LONGEST_S:.0f} s") from None
        except msgspec.MsgspecError:
            raise Failed(_last_line(said)) from None
        finally:
            running.release()

    return ask


def _last_line(said: bytes) -> str:
    """Of what the process wrote where it gave up, as it's shown to people."""
    return said.decode(errors="replace").strip().splitlines()[-1][:MOST_SAID]


def main(centre: Path, data: Path) -> int:
    """Writes what would change, or what's wrong with the definitions."""
    os.nice(BEHIND)  # web itself goes first
    loaded = load(centre)
    try:
        if isinstance(loaded, Loaded):
            found = would_change(settings.launch(centre, data), loaded)
        else:
            found = WouldChange("", (), None, tuple(loaded))
    except (settings.BadSettings, CannotSay) as error:
        print(error, file=sys.stderr)
        return 1
    sys.stdout.buffer.write(msgspec.json.encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
