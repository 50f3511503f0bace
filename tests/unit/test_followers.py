"""Followers miss nothing, double nothing, and a failing one harms only itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import pytest

from roost.adapters.store.testing import MemoryStore
from roost.engine.bodies import Decoder
from roost.engine.followers import AheadOfLog, Fan, Follower, SnapshotProjection
from roost.engine.restore import restore
from roost.engine.step import Engine
from roost.engine.testing import DOORS, OpenDoor
from roost.engine.verify import verify
from roost.kernel.actor import SETUP
from roost.kernel.envelope import Envelope
from roost.kernel.ids import Digest, StreamName
from roost.kernel.time import InstantUs
from roost.ports.log import Batch
from roost.ports.snapshots import Snapshot

STREAM = StreamName("doors-1")
DECODER = Decoder.of(DOORS)
DEADLINE_S = 10


class Numbers:
    """A projection that keeps the numbers it saw; it may be told to fail."""

    def __init__(self) -> None:
        self.seen: list[int] = []
        self.failures = 0
        self.unanswered = 0  # batches that were taken, and nobody heard of it
        self.away = 0

    def position(self) -> int:
        if self.away:
            self.away -= 1
            raise OSError("the server is gone")
        return self.seen[-1] if self.seen else 0

    def apply(self, events: Sequence[Envelope]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("disk full")
        self.seen.extend(event.number for event in events)
        if self.unanswered:
            self.unanswered -= 1
            self.away = 2
            raise OSError("the connection was lost")


class Writing:
    """A stream that grows by two events a door."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.engine = Engine(DOORS, STREAM)
        self.writer = self.store.writer(STREAM)

    def open(self, doors: int) -> None:
        for _ in range(doors):
            door = f"d{self.engine.number}"
            step = self.engine.step(InstantUs(1), OpenDoor(door), SETUP, door)
            self.writer.append(Batch(step.envelopes))


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await story()

    asyncio.run(bounded())


def test_a_hint_wakes_it_and_a_missing_hint_costs_only_time() -> None:
    async def story() -> None:
        writing, numbers = Writing(), Numbers()
        writing.open(3)
        loop = asyncio.get_running_loop()
        reached: asyncio.Queue[int] = asyncio.Queue()

        def advanced(number: int) -> None:
            loop.call_soon_threadsafe(reached.put_nowait, number)

        follower = Follower(
            writing.store.reader(), STREAM, DECODER, numbers, look_s=0.01, advanced=advanced
        )
        task = asyncio.create_task(follower.run())
        assert await reached.get() == 6
        writing.open(1)
        follower.hint(8)
        assert await reached.get() == 8
        writing.open(1)  # nobody says so
        assert await reached.get() == 10
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert numbers.seen == list(range(1, 11))

    run(story)


def test_a_failing_projection_tells_and_tries_again_where_it_stood() -> None:
    async def story() -> None:
        writing, numbers, troubles = Writing(), Numbers(), list[str]()
        writing.open(3)
        numbers.failures = 1
        loop = asyncio.get_running_loop()
        done = asyncio.Event()
        follower = Follower(
            writing.store.reader(),
            STREAM,
            DECODER,
            numbers,
            advanced=lambda _: (loop.call_soon_threadsafe(done.set), None)[1],
            trouble=troubles.append,
        )
        task = asyncio.create_task(follower.run())
        await done.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert numbers.seen == [1, 2, 3, 4, 5, 6]
        assert len(troubles) == 1
        assert "disk full" in troubles[0]

    run(story)


def test_a_batch_that_was_taken_unanswered_is_not_taken_twice() -> None:
    """Nor while the projection can't even say where it stands."""

    async def story() -> None:
        writing, numbers, troubles = Writing(), Numbers(), list[str]()
        writing.open(3)
        numbers.unanswered = 1
        loop = asyncio.get_running_loop()
        done = asyncio.Event()

        def tell(trouble: str) -> None:
            troubles.append(trouble)
            if len(troubles) == 3:
                writing.open(1)

        follower = Follower(
            writing.store.reader(),
            STREAM,
            DECODER,
            numbers,
            look_s=0.01,
            advanced=lambda _: (loop.call_soon_threadsafe(done.set), None)[1],
            trouble=tell,
        )
        task = asyncio.create_task(follower.run())
        await done.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert numbers.seen == [1, 2, 3, 4, 5, 6, 7, 8]
        assert ["gone" in one for one in troubles] == [False, True, True]

    run(story)


def test_a_projection_that_is_ahead_of_a_restored_log_says_so_with_the_mend() -> None:
    writing, numbers = Writing(), Numbers()
    writing.open(2)
    numbers.seen = list(range(1, 9))
    follower = Follower(writing.store.reader(), STREAM, DECODER, numbers)
    with pytest.raises(AheadOfLog, match="Delete this projection's file"):
        follower.catch_up()


def test_a_fan_feeds_each_from_its_own_place() -> None:
    writing, ahead, behind = Writing(), Numbers(), Numbers()
    writing.open(2)
    ahead.seen = [1, 2, 3]
    Follower(writing.store.reader(), STREAM, DECODER, Fan(ahead, behind), at_once=2).catch_up()
    assert ahead.seen == behind.seen == [1, 2, 3, 4]


def test_a_start_uses_the_snapshot_and_recalls_the_commands_before_it() -> None:
    writing = Writing()
    writing.open(5)
    snapshots = writing.store.snapshots()
    kept = SnapshotProjection(DOORS, STREAM, snapshots, every=4)
    Follower(writing.store.reader(), STREAM, DECODER, kept).catch_up()
    writing.open(1)
    causes: list[str] = []
    engine = restore(
        DOORS, STREAM, writing.store.reader(), snapshots, lambda row: causes.append(row.cause)
    )
    assert engine.state == writing.engine.state
    assert len(causes) == 12
    assert verify(DOORS, STREAM, writing.store.reader(), snapshots).ok


@pytest.mark.parametrize("broken", ["state", "ahead", "bytes"])
def test_a_snapshot_that_is_not_what_the_log_says_is_found(broken: str) -> None:
    writing = Writing()
    writing.open(3)
    snapshots = writing.store.snapshots()
    kept = SnapshotProjection(DOORS, STREAM, snapshots)
    Follower(writing.store.reader(), STREAM, DECODER, kept).catch_up()
    kept.keep()
    right = restore(DOORS, STREAM, writing.store.reader(), snapshots)
    found = snapshots.latest(STREAM, _types())
    assert found is not None
    if broken != "state":
        number, state = (99, found.state) if broken == "ahead" else (6, b"\xc1")
        snapshots.keep(Snapshot(STREAM, number, found.at, found.types, found.digest, state))
        assert restore(DOORS, STREAM, writing.store.reader(), snapshots).number == right.number
    else:
        other = Engine(DOORS, STREAM)
        other.step(InstantUs(1), OpenDoor("elsewhere"), SETUP, "x")
        from roost.engine.bodies import state_bytes

        snapshots.keep(
            Snapshot(STREAM, 6, found.at, found.types, found.digest, state_bytes(other.state))
        )
    report = verify(DOORS, STREAM, writing.store.reader(), snapshots)
    assert not report.ok
    assert any(line.startswith("FAIL") for line in report.lines())


def _types() -> Digest:
    from roost.engine.bodies import types_digest

    return types_digest(DOORS.state_type)
