"""What changed definitions would do now: the log folded on the side, and Configure stepped there.

The log is only read, and nothing leaves: the copy has no driver. It's what the running cell would
decide, a few milliseconds behind it.
"""

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore
from roost.engine.restore import from_snapshot, restore, snapshot_of
from roost.floor.cell import ROOM
from roost.floor.consequences import Consequences, consequences
from roost.floor.definition import Configure
from roost.kernel.actor import SETUP
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.time import InstantUs
from roost.processes.places import Places


def dry_run(places: Places, cell: str, configure: Configure, now: InstantUs) -> Consequences | None:
    """None where the cell has no log yet. Blocking. Raises FoldFailed, UnknownEvent, LogFailed."""
    stream = StreamName(cell)
    store = SqliteStore(places.streams, KeyFile(places.keys, places.master))
    if not store.path(stream).exists():
        return None
    snapshots = SqliteSnapshots(places.snapshots) if places.snapshots.exists() else None
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
