"""What changed definitions would do now: the log folded on the side, and Configure stepped there.

The log is only read, and nothing leaves: the copy has no driver. It's what the running cell would
decide, a few milliseconds behind it.
"""

from roost.engine.restore import from_snapshot, restore, snapshot_of
from roost.floor.cell import ROOM
from roost.floor.consequences import Consequences, consequences
from roost.floor.definition import Configure
from roost.kernel.actor import SETUP
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.time import InstantUs
from roost.processes.places import Places
from roost.processes.stores import snapshots_of, store_of


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
