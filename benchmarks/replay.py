"""Events a second folded again from the log, and a start from a snapshot of a long log.

The log is a simulated day of the hotline, behind as many older events as `ROOST_BENCH_EVENTS`
says (default 1,000,000; the claim is about 10,000,000). The start is a process of its own: import,
snapshot, the last 50,000 events, what's unfinished.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks._hotline import hotline
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore
from roost.engine.bodies import Decoder
from roost.engine.restore import fold_tail, restore, snapshot_of
from roost.engine.step import Engine
from roost.floor.cell import ROOM
from roost.kernel.time import HOUR, DurationUs
from roost.simulator.play import Keeper
from roost.simulator.run import STREAM, Simulation
from roost.simulator.scenario import Scenario, Stream, all_day, half_hours

TAIL = 50_000
START = """
import time, sys
from pathlib import Path
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore
from roost.engine.restore import restore
from roost.floor.cell import ROOM
from roost.simulator.run import STREAM
folder = Path(sys.argv[1])
reader = SqliteStore(folder, KeyFile(folder / "keys.json")).reader()
engine = restore(ROOM, STREAM, reader, SqliteSnapshots(folder / "snapshots.db"))
ROOM.unfinished(engine.state, engine.at)
print(engine.number)
"""


def written(folder: Path) -> int:
    """A day's log in a store; how many events it has."""
    floor, _ = hotline(100)
    length = DurationUs(3 * HOUR)
    scenario = Scenario(
        streams=(Stream(floor.numbers[0].number, expected=half_hours((800,), length)),),
        shifts=all_day(tuple(agent.id for agent in floor.agents), length),
        length_us=length,
    )
    store = SqliteStore(folder, KeyFile(folder / "keys.json"))
    keeper = Keeper(store.writer(STREAM))
    simulation = Simulation(floor, scenario, seed=1, keep=False, observers=(keeper,)).run()
    keeper.flush()
    store.close()
    return simulation.events


def put_behind(folder: Path, events: int, older: int) -> None:
    """Moves the log's events back and fills the place before them with copies."""
    import sqlite3

    connection = sqlite3.connect(folder / f"{STREAM}.db", isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TEMP TABLE day AS SELECT * FROM events")
    connection.execute("DELETE FROM events")
    names = "type, version, owner, contact, at, actor, cause, body"
    for start in range(0, older, events):
        connection.execute(
            f"INSERT INTO events SELECT number + ?, {names} FROM day WHERE number + ? <= ?",
            (start, start, older),
        )
    connection.execute(f"INSERT INTO events SELECT number + ?, {names} FROM day", (older,))
    connection.close()


def run() -> dict[str, float | str]:
    older = int(os.environ.get("ROOST_BENCH_EVENTS", "1000000"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = written(folder)
        reader = SqliteStore(folder, KeyFile(folder / "keys.json")).reader()
        began = time.process_time()
        whole = restore(ROOM, STREAM, reader)
        speed = events / (time.process_time() - began)
        assert whole.number == events
        reader.close()

        put_behind(folder, events, older)
        reader = SqliteStore(folder, KeyFile(folder / "keys.json")).reader()
        before = Engine(ROOM, STREAM, number=older)
        fold_tail(before, reader, Decoder.of(ROOM), older + events - TAIL)
        SqliteSnapshots(folder / "snapshots.db").keep(snapshot_of(before))
        reader.close()
        began = time.perf_counter()
        start = subprocess.run(
            [sys.executable, "-c", START, str(folder)], capture_output=True, text=True, check=True
        )
        spent = time.perf_counter() - began
        assert int(start.stdout) == older + events
    return {
        "events a second, read, decoded, folded": speed,
        "events in the log at the start": float(older + events),
        "start from a snapshot 50,000 events old, s": spent,
    }
