"""Followers: read a stream by position and hand it on, in a thread of their own.

    follower = Follower(store.reader(), stream, Decoder.of(room), projection)
    task = asyncio.create_task(follower.run())
    follower.hint(number)        # "there's more": from the writer, by the link
    follower.catch_up()          # or blocking, without a loop: for reports and proofs

A hint only wakes it up: what it reads it knows by its own position, which the projection commits
with its rows. So nothing is missed or doubled, whatever happens to hints, and a slow follower
harms only itself. One that fails keeps its position, tells `trouble`, and tries again.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, Protocol, TypeVar

from roost.engine.bodies import Decoder, types_digest
from roost.engine.restore import from_snapshot, snapshot_of
from roost.engine.step import Engine
from roost.kernel.envelope import Envelope
from roost.kernel.ids import StreamName
from roost.kernel.room import Room
from roost.ports.log import LogReader
from roost.ports.snapshots import Snapshots

READ_AT_ONCE: Final = 1_000  # events handed to a projection together
LOOK_S: Final = 1.0  # without any hint, look anyway
RETRY_FIRST_S: Final = 0.1
RETRY_LONGEST_S: Final = 10.0
SNAPSHOT_EVERY: Final = 50_000  # events

State = TypeVar("State")


class Projection(Protocol):
    """What is kept up to date from one stream. Both calls come from the follower's thread."""

    def position(self) -> int:
        """The number of the last event taken over; 0: none yet."""
        ...

    def apply(self, events: Sequence[Envelope]) -> None:
        """Take over these events, in order, and commit the last one's number with the rows:
        all or nothing."""
        ...


class AheadOfLog(Exception):
    """A projection took over events that the log no longer has."""


class Follower:
    """One projection's reader of one stream."""

    def __init__(
        self,
        reader: LogReader,
        stream: StreamName,
        decoder: Decoder,
        projection: Projection,
        *,
        at_once: int = READ_AT_ONCE,
        look_s: float = LOOK_S,
        advanced: Callable[[int], None] = lambda _: None,
        trouble: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`advanced` hears of each new position, on the follower's thread."""
        self.position = projection.position()
        self._reader = reader
        self._stream = stream
        self._decoder = decoder
        self._projection = projection
        self._at_once = at_once
        self._look_s = look_s
        self._advanced = advanced
        self._trouble = trouble
        self._woken = asyncio.Event()
        self._stopped = False

    def catch_up(self, upto: int | None = None) -> int:
        """Take over whatever is there (or up to a number). Blocking. Gives the position.
        Raises AheadOfLog, and what the projection raises."""
        envelope = self._decoder.envelope
        while not self._stopped and (upto is None or self.position < upto):
            most = self._at_once if upto is None else min(self._at_once, upto - self.position)
            rows = self._reader.read(self._stream, self.position, most)
            if not rows:
                self._not_ahead()
                break
            self._projection.apply([envelope(row) for row in rows])
            self.position = rows[-1].number
            self._advanced(self.position)
            if len(rows) < most:
                break
        return self.position

    def _not_ahead(self) -> None:
        last = self._reader.last(self._stream)
        if self.position > last:
            raise AheadOfLog(
                f"it stands at {self.position}, but {self._stream} ends at {last}: the log came "
                "back from a backup. Delete this projection's file; it's made again"
            )

    def hint(self, number: int) -> None:
        """There's more, up to this number. Call it on the loop that runs `run`."""
        if number > self.position:
            self._woken.set()

    async def run(self) -> None:
        """Follow until cancelled, in a thread of its own. After trouble only the projection knows
        where it stands, once it can be asked: a commit may have gone through unanswered."""
        loop = asyncio.get_running_loop()
        wait, unsure = RETRY_FIRST_S, False
        thread = ThreadPoolExecutor(1, thread_name_prefix=f"follow-{self._stream}")
        try:
            while True:
                self._woken.clear()
                try:
                    if unsure:
                        where = self._projection.position
                        self.position = await loop.run_in_executor(thread, where)
                    await loop.run_in_executor(thread, self.catch_up)
                    wait, unsure = RETRY_FIRST_S, False
                    pause = self._look_s
                except Exception as trouble:
                    self._trouble(f"{self._stream} after {self.position}: {trouble!r}")
                    unsure = True
                    pause, wait = wait, min(wait * 2, RETRY_LONGEST_S)
                    await asyncio.sleep(pause)
                    continue
                try:
                    async with asyncio.timeout(pause):
                        await self._woken.wait()
                except TimeoutError:
                    pass
        finally:
            self._stopped = True
            thread.shutdown(wait=True)


class SnapshotProjection(Generic[State]):
    """Folds a room and keeps a snapshot every SNAPSHOT_EVERY events: so a start never has to
    fold more than that. Belongs to a process other than the stream's writer."""

    def __init__(
        self,
        room: Room[State],
        stream: StreamName,
        snapshots: Snapshots,
        every: int = SNAPSHOT_EVERY,
    ) -> None:
        self._snapshots = snapshots
        self._every = every
        found = snapshots.latest(stream, types_digest(room.state_type))
        self._engine: Engine[State] = (
            Engine(room, stream) if found is None else from_snapshot(room, found)
        )
        self._kept = self._engine.number

    def position(self) -> int:
        return self._engine.number

    def apply(self, events: Sequence[Envelope]) -> None:
        """Raises FoldFailed, LogFailed."""
        fold = self._engine.fold
        for event in events:
            fold(event.body, event.number, event.at)
        if self._engine.number - self._kept >= self._every:
            self.keep()

    def keep(self) -> None:
        """Keep a snapshot of where it stands now."""
        self._snapshots.keep(snapshot_of(self._engine))
        self._kept = self._engine.number


class Fan:
    """Several projections fed by one follower, where they may share its pace."""

    def __init__(self, *projections: Projection) -> None:
        self._projections = projections

    def position(self) -> int:
        return min(each.position() for each in self._projections)

    def apply(self, events: Sequence[Envelope]) -> None:
        for each in self._projections:
            new = [event for event in events if event.number > each.position()]
            if new:
                each.apply(new)
