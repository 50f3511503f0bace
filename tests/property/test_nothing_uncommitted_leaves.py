"""Commits fail, writers are deposed, commands come twice: nothing uncommitted is ever seen
outside, what was answered as done is in the log, and memory is what the log folds to."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.store.testing import MemoryStore
from roost.engine.restore import restore
from roost.engine.runtime import LiveEngine
from roost.engine.testing import DOORS, CloseDoor, Doors, Jam, OpenDoor, RingBell
from roost.kernel.actor import SETUP
from roost.kernel.ids import CommandId, Owner, StreamName, VaultId
from roost.kernel.messages import Effect, VaultPut
from roost.kernel.time import InstantUs
from roost.ports.commands import Answer, Done, Refused
from roost.ports.log import Batch, LogFailed

STREAM = StreamName("doors-1")
HOUSE = Owner("house")
DEADLINE_S = 20

OPEN, CLOSE, JAM, AGAIN, WAIT, RESTART = "open", "close", "jam", "again", "wait", "restart"
PLAN = st.lists(
    st.tuples(st.sampled_from([OPEN, OPEN, OPEN, CLOSE, JAM, AGAIN, WAIT, RESTART]),
              st.integers(0, 3)),
    min_size=5,
    max_size=60,
)  # fmt: skip
FAILURES = st.sets(st.integers(1, 40), max_size=12)  # which appends fail


class Clock:
    def now(self) -> InstantUs:
        return InstantUs(1_000_000)


class Story:
    """Plays a plan; remembers what the outside saw."""

    def __init__(self, failures: set[int]) -> None:
        self.store = MemoryStore()
        self.failures = failures
        self.appends = 0
        self.early: list[Effect] = []  # effects whose events weren't in the log yet
        self.store.failing = self.fail
        self.asked: dict[str, tuple[OpenDoor | CloseDoor | Jam, VaultPut]] = {}
        self.tasks: list[tuple[str, asyncio.Task[Answer]]] = []
        self.engine = self.fresh()

    def fail(self, _: Batch) -> None:
        self.appends += 1
        if self.appends in self.failures:
            raise LogFailed("disk full")

    def fresh(self) -> LiveEngine[Doors]:
        store = self.store
        return LiveEngine(DOORS, STREAM, store.writer, store.reader(), Clock(), self.perform)

    def perform(self, effect: Effect, _: int) -> None:
        """A bell rings for an opening that's in the log, and only then."""
        assert isinstance(effect, RingBell)
        rows = self.store.reader().read(STREAM, 0, 10_000)
        if not any(r.type == "doors.DoorOpened" and r.contact == effect.door for r in rows):
            self.early.append(effect)

    def ask(self, id: str) -> None:
        command, put = self.asked[id]
        task = asyncio.get_running_loop().create_task(
            self.engine.submit(command, SETUP, CommandId(id), (put,))
        )
        self.tasks.append((id, task))

    async def play(self, plan: list[tuple[str, int]]) -> None:
        await self.engine.start()
        for turn, (what, door) in enumerate(plan):
            name, cause = f"d{door}", f"c{turn}"
            put = VaultPut(VaultId(cause), HOUSE, b"x")
            if what == WAIT:
                await asyncio.gather(*(task for _, task in self.tasks))
            elif what == RESTART:
                old, self.engine = self.engine, self.fresh()
                await self.engine.start()
                await old.stop()
            elif what == AGAIN:
                if self.asked:
                    self.ask(list(self.asked)[door % len(self.asked)])
            else:
                made = {OPEN: OpenDoor(name), CLOSE: CloseDoor(name, 0), JAM: Jam(name)}
                self.asked[cause] = (made[what], put)
                self.ask(cause)
            await asyncio.sleep(0)
        await asyncio.gather(*(task for _, task in self.tasks))
        while self.engine.why_not is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        await self.engine.stop()


@settings(deadline=None, max_examples=60)
@given(PLAN, FAILURES)
def test_the_outside_sees_only_what_is_committed(
    plan: list[tuple[str, int]], failures: set[int]
) -> None:
    async def bounded() -> Story:
        story = Story(failures)
        async with asyncio.timeout(DEADLINE_S):
            await story.play(plan)
        return story

    story = asyncio.run(bounded())
    assert not story.early
    rows = story.store.reader().read(STREAM, 0, 10_000)
    causes = {row.cause for row in rows}
    kept = {own for _, own, _ in story.store.vault(STREAM).listing("")}
    done: dict[str, Answer] = {}
    for cause, task in story.tasks:
        answer = task.result()
        if isinstance(answer, Done):
            assert cause in causes
            assert cause in kept
            assert done.setdefault(cause, answer) == answer
        elif cause in done:
            assert not isinstance(answer, Refused), "done, then refused under the same id"
    for cause in story.asked:
        opened = [r for r in rows if r.cause == cause and r.type == "doors.DoorOpened"]
        assert len(opened) <= 1
        answers = [task.result() for own, task in story.tasks if own == cause]
        if all(isinstance(each, Refused) for each in answers):
            assert cause not in kept
    engine = restore(DOORS, STREAM, story.store.reader())
    assert engine.state == story.engine.state
    assert engine.number == story.engine.number == len(rows)
