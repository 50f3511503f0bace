"""From the log back to an engine: snapshot plus tail, or the whole log.

    engine = restore(room, stream, reader, snapshots)

Old events are folded, never decided again. What the room was still waiting for is given by
`room.unfinished(engine.state, now)`; its effects and timers are sent again by the driver.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from roost.engine.bodies import Decoder, StateDecoder, state_bytes, state_digest, types_digest
from roost.engine.step import Engine
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import StreamName
from roost.kernel.room import Room
from roost.ports.log import LogFailed, LogReader
from roost.ports.snapshots import Snapshot, Snapshots

READ_AT_ONCE: Final = 5_000
SEEN_AGAIN: Final = 20_000  # events: minutes of a busy cell, and a command is repeated in seconds

State = TypeVar("State")


def stored_after(
    reader: LogReader, stream: StreamName, after: int, upto: int | None = None
) -> Iterator[list[Stored]]:
    """Batches of what a stream holds after a number, up to (with) another."""
    while upto is None or after < upto:
        most = READ_AT_ONCE if upto is None else min(READ_AT_ONCE, upto - after)
        rows = reader.read(stream, after, most)
        if not rows:
            return
        yield rows
        after = rows[-1].number


def envelopes_after(
    reader: LogReader, stream: StreamName, after: int, decoder: Decoder
) -> Iterator[Envelope]:
    """Every envelope of a stream after a number. Raises UnknownEvent."""
    for rows in stored_after(reader, stream, after):
        for row in rows:
            yield decoder.envelope(row)


def fold_tail(
    engine: Engine[State],
    reader: LogReader,
    decoder: Decoder,
    upto: int | None = None,
    seen: Callable[[Stored], None] | None = None,
) -> None:
    """Fold what the log holds after the engine's place. Raises FoldFailed, UnknownEvent."""
    event, fold = decoder.event, engine.fold
    for rows in stored_after(reader, engine.stream, engine.number, upto):
        for row in rows:
            fold(event(row.type, row.version, row.body), row.number, row.at)
            if seen is not None:
                seen(row)


def snapshot_of(engine: Engine[State]) -> Snapshot:
    """The engine's state as a snapshot."""
    return Snapshot(
        engine.stream,
        engine.number,
        engine.at,
        types_digest(engine.room.state_type),
        state_digest(engine.state),
        state_bytes(engine.state),
    )


def from_snapshot(room: Room[State], snapshot: Snapshot) -> Engine[State]:
    """An engine that stands where the snapshot was taken. Raises msgspec.ValidationError."""
    return Engine(
        room,
        snapshot.stream,
        state=StateDecoder(room.state_type).decode(snapshot.state),
        number=snapshot.number,
        at=snapshot.at,
    )


def restore(
    room: Room[State],
    stream: StreamName,
    reader: LogReader,
    snapshots: Snapshots | None = None,
    seen: Callable[[Stored], None] | None = None,
) -> Engine[State]:
    """An engine at the end of its stream. `seen` is told each of the tail's events as stored,
    at least the last SEEN_AGAIN of the stream, so that their commands aren't done again.

    A snapshot that can't be read, or is ahead of the log (which came back from a backup), is
    passed over: that costs time, nothing else.
    Raises FoldFailed, UnknownEvent.
    """
    engine = Engine(room, stream)
    if snapshots is not None:
        with suppress(LogFailed, msgspec.MsgspecError):
            found = snapshots.latest(stream, types_digest(room.state_type))
            if found is not None and found.number <= reader.last(stream):
                engine = from_snapshot(room, found)
    if seen is not None:
        before = max(0, reader.last(stream) - SEEN_AGAIN)
        for rows in stored_after(reader, stream, before, engine.number):
            for row in rows:
                seen(row)
    fold_tail(engine, reader, Decoder.of(room), seen=seen)
    return engine
