"""Groups committed a second, to the disk: the log in SQLite, and in PostgreSQL beside it.

Both on this machine's disk and as a centre has them: SQLite with `synchronous=FULL`, PostgreSQL
(Debian's, started here, by its socket) with fsync. Groups of one event are a quiet centre's, of 200
a busy one's. The time is the writer's own thread's, from a group to its commit.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.postgres import PostgresStore
from roost.adapters.store.sqlite import SqliteStore
from roost.engine.testing import DoorOpened
from roost.kernel.envelope import Envelope
from roost.kernel.ids import ContactId, Owner, StreamName
from roost.kernel.time import InstantUs
from roost.ports.log import Batch, LogWriter

SIZES = (1, 200)
MEASURED_S = 5.0
ALONE_S = 0.5  # not counted: files grow, statements are prepared
HOUSE = Owner("house")


def run() -> dict[str, float | str]:
    """Each store with each size of group, by turns."""
    sys.path.append(str(Path(__file__).parents[1] / "tests"))
    import postgres_server

    figures: dict[str, float | str] = {}
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        keys = KeyFile(Path(folder) / "keys.json")
        sqlite = SqliteStore(Path(folder) / "log", keys)
        postgres = PostgresStore(postgres_server.durable(), keys)
        for size in SIZES:
            for name, store in (("SQLite", sqlite), ("PostgreSQL", postgres)):
                commits, p99 = measured(store.writer, StreamName(f"doors-{size}"), size)
                figures[f"{name}, groups of {size}: commits a second"] = commits
                figures[f"{name}, groups of {size}: events a second"] = commits * size
                figures[f"{name}, groups of {size}: p99, ms"] = p99 * 1000
        postgres.close()
    for size in SIZES:
        ours = float(figures[f"PostgreSQL, groups of {size}: events a second"])
        beside = float(figures[f"SQLite, groups of {size}: events a second"])
        figures[f"PostgreSQL ÷ SQLite, groups of {size}"] = ours / beside
    return figures


def measured(
    claim: Callable[[StreamName], LogWriter], stream: StreamName, size: int
) -> tuple[float, float]:
    """Commits a second, and the time that 99 of 100 keep, in seconds."""
    writer = claim(stream)
    began = time.perf_counter()
    taken: list[float] = []
    while (now := time.perf_counter()) < began + ALONE_S + MEASURED_S:
        batch = Batch([event(stream, writer.last + 1 + place) for place in range(size)])
        since = time.perf_counter()
        writer.append(batch)
        if now > began + ALONE_S:
            taken.append(time.perf_counter() - since)
    writer.close()
    return len(taken) / sum(taken), sorted(taken)[int(len(taken) * 0.99)]


def event(stream: StreamName, number: int) -> Envelope:
    opened = DoorOpened(
        owner=HOUSE, contact=ContactId("C1"), door="front", turn=number, until=InstantUs(9)
    )
    return Envelope(
        stream, number, "doors.DoorOpened", 1, HOUSE, opened.contact, InstantUs(number),
        "clock:door", f"c{number}", opened,
    )  # fmt: skip
