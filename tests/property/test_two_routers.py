"""Two routers that decide for one cell: a newer one takes over at any moment, and the older one
doesn't know it. The log takes nothing more of the older one's, nobody is told that it did
anything, and the world does nothing for it."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.store.testing import MemoryStore
from roost.engine.restore import restore
from roost.engine.runtime import LiveEngine
from roost.floor.agents import messages as a
from roost.floor.calls import messages as c
from roost.floor.cell import ROOM, CellState
from roost.floor.definition import Configure
from roost.floor.effects import DialAgent
from roost.kernel.actor import SETUP
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.messages import Command, Effect
from roost.kernel.time import SECOND, InstantUs
from roost.ports.commands import Answer, Done, Unavailable
from simulation.theory.twin import Centre, Class, Pool, floor_of

FLOOR = floor_of(Centre((Pool(3, ("a",)),), (Class("a", 60),), 60 * SECOND))  # no menu before it
CELL = StreamName("cell-1")
AGENTS = ("a000", "a001", "a002")
DEADLINE_S = 20
Store = MemoryStore | SqliteStore


class Clock:
    """What both look at; the plan turns it."""

    def __init__(self) -> None:
        self.at = InstantUs(1_772_409_600 * SECOND)

    def now(self) -> InstantUs:
        return self.at


class Router:
    """One engine, and what the world was told by it. `late` are effects that left after a newer
    one had the log."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self.effects: list[Effect] = []
        self.late: list[Effect] = []
        self.deposed, self.last = False, 0  # the log's last number when it was
        self.tasks: list[tuple[bool, CommandId, asyncio.Task[Answer]]] = []
        self.engine: LiveEngine[CellState] = LiveEngine(
            ROOM, CELL, store.writer, store.reader(), clock, self.perform
        )

    def perform(self, effect: Effect, epoch: int) -> None:
        assert epoch == self.engine.epoch
        (self.late if self.deposed else self.effects).append(effect)

    def give(self, command: Command, number: int) -> None:
        """At once, or with whatever else comes before the next commit."""
        name = CommandId(f"c{number}")
        task = asyncio.get_running_loop().create_task(self.engine.submit(command, SETUP, name))
        self.tasks.append((self.deposed, name, task))

    @property
    def rung(self) -> list[Any]:
        return [one.leg for one in self.effects if isinstance(one, DialAgent)]


class Story:
    def __init__(self, store: Store) -> None:
        self.store, self.clock = store, Clock()
        self.routers: list[Router] = []
        self.calls = 0
        self.number = 0

    async def take_over(self) -> None:
        """A newer one: the others aren't asked, and aren't told."""
        newer = Router(self.store, self.clock)
        await newer.engine.open()
        for router in self.routers:
            if not router.deposed:
                router.deposed, router.last = True, newer.engine.number
        self.routers.append(newer)
        newer.engine.begin()

    def command(self, what: int, which: int, by: Router) -> Command:
        agent: Any = AGENTS[which % len(AGENTS)]
        rung = by.rung or ["none"]
        leg: Any = rung[-1 - which % len(rung)]
        self.calls += what == 0
        caller: Any = f"L{max(1, self.calls - which % 3)}"
        fresh: Any = f"L{self.calls}"
        commands: tuple[Any, ...] = (
            c.ReceiveCall(fresh, "trunk", "0", f"n{fresh}", (), "m"),  # type: ignore[arg-type]
            a.SignIn(agent),
            a.PhoneRegistered(agent),
            a.GoReady(agent),
            c.LegAnswered(leg),
            c.LegClosed(caller, Blame.CALLER, Reason.HUNG_UP),
            c.LegAnswered(caller),
            c.LegFailed(leg, Blame.AGENT, Reason.BUSY, 486),
            a.GoAway(agent, "break"),
        )
        return commands[what]

    async def settle(self) -> None:
        """Until everything given was answered."""
        for router in self.routers:
            await asyncio.gather(*(task for _, _, task in router.tasks))

    async def play(self, plan: list[tuple[int, int, int]]) -> None:
        await self.take_over()
        first = self.routers[0]
        assert isinstance(await first.engine.submit(Configure(FLOOR), SETUP, CommandId("0")), Done)
        for what, which, later in plan:
            self.clock.at = InstantUs(self.clock.at + later * SECOND)
            for router in self.routers:
                router.engine.tick()
            if what == 9:
                await self.take_over()
            else:
                by = self.routers[-1 - which % len(self.routers)]
                self.number += 1
                by.give(self.command(what, which // 4, by), self.number)
            if later > 1:
                await self.settle()
            elif later:  # else it goes into the same group as what comes next
                await asyncio.sleep(0)
        await self.settle()
        for router in self.routers:
            await router.engine.stop()


PLAN = st.lists(
    st.tuples(
        st.sampled_from((0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 6, 6, 7, 8, 9)),
        st.integers(0, 47),
        st.sampled_from((0, 0, 1, 3, 20)),
    ),
    min_size=20,
    max_size=70,
)


def played(store: Store, plan: list[tuple[int, int, int]]) -> Story:
    async def bounded() -> Story:
        story = Story(store)
        async with asyncio.timeout(DEADLINE_S):
            await story.play(plan)
        return story

    return asyncio.run(bounded())


def check(story: Story) -> None:
    rows = story.store.reader().read(CELL, 0, 100_000)
    assert [row.number for row in rows] == list(range(1, len(rows) + 1))
    causes = {row.cause for row in rows}
    *older, newest = story.routers
    for router in older:
        assert not router.late, f"of a router that's deposed: {router.late}"
    for router in story.routers:
        for deposed, name, task in router.tasks:
            answer = task.result()
            if deposed and isinstance(answer, Done):  # nothing was to be done: as it knows it
                assert answer.number <= router.last, f"{name} was done by nobody"
                assert name not in causes
            if isinstance(answer, Unavailable):
                assert id not in causes, (
                    f"{id} stands in the log, and its giver was told it doesn't"
                )
    held = [one.handling.contact for one in newest.engine.state.agents.agents.values()
            if one.handling]  # fmt: skip
    assert len(held) == len(set(held)), "one contact with two agents"
    assert restore(ROOM, CELL, story.store.reader()).state == newest.engine.state


@settings(deadline=None, max_examples=120)
@given(PLAN)
def test_a_router_that_is_deposed_at_any_moment_decides_nothing_more(
    plan: list[tuple[int, int, int]],
) -> None:
    check(played(MemoryStore(), plan))


@settings(deadline=None, max_examples=10)
@given(PLAN)
def test_and_so_it_is_with_the_log_in_a_file(plan: list[tuple[int, int, int]]) -> None:
    with TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "log", KeyFile(Path(folder) / "keys.json"))
        check(played(store, plan))


def test_the_plans_do_ring_phones_and_depose() -> None:
    """What's proved above isn't empty."""
    ready = [(what, agent * 4, 3) for agent in range(3) for what in (1, 2, 3)]
    plan = [*ready, (0, 0, 3), (4, 0, 3), (0, 0, 3), (9, 0, 0), (5, 1, 1), (0, 1, 0), (0, 0, 3)]
    story = played(MemoryStore(), plan)
    check(story)
    older, newer = story.routers
    assert len(older.rung) >= 2, "calls rang before"
    assert newer.rung, "and after"
    assert any(isinstance(task.result(), Unavailable) for late, _, task in older.tasks if late)
