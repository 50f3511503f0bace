"""The live driver: nothing leaves before its commit, and what fails leaves nothing behind."""

import asyncio
from collections.abc import Awaitable, Callable
from threading import Event as ThreadEvent
from typing import Any

from roost.adapters.store.testing import MemoryStore
from roost.engine.runtime import MOST_EVENTS, Hooks, LiveEngine
from roost.engine.testing import (
    DOORS,
    OPEN_US,
    Break,
    CloseDoor,
    Doors,
    Jam,
    Knock,
    OpenDoor,
    RingBell,
)
from roost.kernel.actor import SETUP
from roost.kernel.ids import CommandId, Owner, StreamName, VaultId
from roost.kernel.messages import Command, Effect, VaultPut
from roost.kernel.time import InstantUs, seconds
from roost.ports.commands import Answer, Done, Refused, Unavailable
from roost.ports.log import Batch, LogFailed

STREAM = StreamName("doors-1")
DEADLINE_S = 10


class HandClock:
    """A clock that the test turns."""

    def __init__(self) -> None:
        self.at = InstantUs(1_000_000)

    def now(self) -> InstantUs:
        return self.at


class House:
    """One engine with everything around it that a test looks at."""

    def __init__(self, store: MemoryStore | None = None, **more: Any) -> None:
        self.store = store or MemoryStore()
        self.clock = HandClock()
        self.bells: list[tuple[Effect, int]] = []
        self.troubles: list[str] = []
        self.stopped: list[str] = []
        self.incidents: list[object] = []
        self.hints: list[int] = []
        self.engine: LiveEngine[Doors] = LiveEngine(
            DOORS,
            STREAM,
            self.store.writer,
            self.store.reader(),
            self.clock,
            lambda effect, epoch: self.bells.append((effect, epoch)),
            hooks=Hooks(
                self.incidents.append, self.hints.append, self.troubles.append, self.stopped.append
            ),
            **more,
        )

    async def give(self, command: Command, id: str, *puts: VaultPut) -> Answer:
        return await self.engine.submit(command, SETUP, CommandId(id), puts)

    def written(self) -> int:
        return self.store.reader().last(STREAM)


class Gate:
    """Holds commits until it's opened."""

    def __init__(self) -> None:
        self.reached = ThreadEvent()
        self.open = ThreadEvent()

    def __call__(self, batch: Batch) -> None:
        if batch.events:
            self.reached.set()
            assert self.open.wait(DEADLINE_S)


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await story()

    asyncio.run(bounded())


async def until(met: Callable[[], bool]) -> None:
    while not met():  # noqa: ASYNC110 - any condition, not only one with an event
        await asyncio.sleep(0.001)


def test_effects_and_answers_wait_for_the_commit() -> None:
    async def story() -> None:
        house, gate = House(), Gate()
        await house.engine.start()
        house.store.failing = gate
        asking = asyncio.create_task(house.give(OpenDoor("front"), "c1"))
        await asyncio.to_thread(gate.reached.wait, DEADLINE_S)
        refused = asyncio.create_task(house.give(OpenDoor("front"), "c2"))
        knocked = asyncio.create_task(house.give(Knock("front"), "c3"))
        for _ in range(5):
            await asyncio.sleep(0)
        # A refusal that rests on something uncommitted waits for it as well.
        assert not any(each.done() for each in (asking, refused, knocked))
        assert not house.bells
        gate.open.set()
        assert await asking == Done(2, "front")  # pyright: ignore
        assert isinstance(await refused, Refused)
        assert await knocked == Done(2)
        assert house.bells == [(RingBell("front"), 1), (RingBell("front"), 1)]
        assert house.hints == [2]
        await house.engine.stop()

    run(story)


def test_one_group_commits_while_the_next_collects() -> None:
    async def story() -> None:
        house, gate = House(), Gate()
        await house.engine.start()
        house.store.failing = gate
        first = asyncio.create_task(house.give(OpenDoor("d0"), "c0"))
        await asyncio.to_thread(gate.reached.wait, DEADLINE_S)
        rest = [asyncio.create_task(house.give(OpenDoor(f"d{n}"), f"c{n}")) for n in range(1, 50)]
        await asyncio.sleep(0)
        gate.open.set()
        await asyncio.gather(first, *rest)
        assert house.store.groups == 2
        assert house.written() == 100
        await house.engine.stop()

    run(story)


def test_beyond_its_bounds_commands_wait_and_then_are_turned_away() -> None:
    async def story() -> None:
        house, gate = House(most_waiting=10), Gate()
        await house.engine.start()
        house.store.failing = gate
        tasks = [asyncio.create_task(house.give(OpenDoor("d"), "c"))]
        await asyncio.to_thread(gate.reached.wait, DEADLINE_S)
        fits = MOST_EVENTS // 2
        tasks += [asyncio.create_task(house.give(OpenDoor(f"d{n}"), f"c{n}")) for n in range(fits)]
        await asyncio.sleep(0)
        assert house.engine.load < 0.5
        waits = [asyncio.create_task(house.give(OpenDoor(f"w{n}"), f"w{n}")) for n in range(8)]
        await asyncio.sleep(0)
        assert house.engine.load >= 0.8
        late = [asyncio.create_task(house.give(OpenDoor(f"l{n}"), f"l{n}")) for n in range(4)]
        await asyncio.sleep(0)
        assert house.engine.load == 1
        gate.open.set()
        answers = await asyncio.gather(*tasks, *waits, *late)
        turned_away = [each for each in answers if each == Unavailable("busy")]
        assert len(turned_away) == 2
        assert house.written() == 2 * (len(answers) - 2)
        assert house.engine.load < 0.5
        await house.engine.stop()

    run(story)


def test_slow_commits_are_load_and_forgotten_when_it_is_quiet_again() -> None:
    async def story() -> None:
        house, gate = House(slow_answer_s=0.05), Gate()
        await house.engine.start()
        assert house.engine.load == 0
        house.store.failing = gate
        asking = asyncio.create_task(house.give(OpenDoor("d"), "c"))
        await until(lambda: house.engine.load == 1)
        gate.open.set()
        await asking
        assert house.engine.load > 0
        await until(lambda: house.engine.load == 0)
        await house.engine.stop()

    run(story)


def test_the_same_id_twice_is_done_once_even_across_a_restart() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        twice = await asyncio.gather(
            house.give(OpenDoor("front"), "c1"), house.give(OpenDoor("front"), "c1")
        )
        assert twice[0] == twice[1] == await house.give(OpenDoor("front"), "c1")
        await house.engine.stop()
        again = House(house.store)
        await again.engine.start()
        assert await again.give(OpenDoor("front"), "c1") == twice[0]
        assert house.written() == 2
        await again.engine.stop()

    run(story)


def test_timers_decide_and_are_set_again_after_a_restart() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        await house.give(OpenDoor("front"), "c1")
        house.clock.at = InstantUs(house.clock.at + OPEN_US - 1)
        house.engine.tick()
        assert "front" in house.engine.state.open
        await house.engine.stop()
        again = House(house.store)
        again.clock.at = house.clock.at
        await again.engine.start()
        again.clock.at = InstantUs(again.clock.at + 1)
        again.engine.tick()
        await until(lambda: again.written() == 3)
        assert again.engine.state.open == {}
        await again.engine.stop()

    run(story)


def test_a_failed_commit_leaves_nothing_and_the_engine_comes_back() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        await house.give(OpenDoor("kept"), "c1")
        house.bells.clear()
        attempts: list[Batch] = []

        def full(batch: Batch) -> None:
            attempts.append(batch)
            raise LogFailed("disk full")

        house.store.failing = full
        lost = await house.give(OpenDoor("lost"), "c2", VaultPut(VaultId("v"), Owner("a"), b"x"))
        assert lost == Unavailable("log_failed")
        assert await house.give(OpenDoor("other"), "c3") == Unavailable("log_failed")
        assert house.engine.load == 1
        await until(lambda: len(attempts) >= 3)  # it keeps trying
        assert not house.bells
        house.store.failing = None
        await until(lambda: house.engine.why_not is None)
        assert set(house.engine.state.open) == {"kept"}
        assert isinstance(await house.give(OpenDoor("lost"), "c2"), Done)
        assert house.written() == 4
        assert house.store.vault(STREAM).reveal(Owner("a"), VaultId("v")) is None
        assert not house.stopped
        await house.engine.stop()

    run(story)


def test_a_deposed_writer_stops_for_good_and_nothing_of_it_leaves() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        newer = House(house.store)
        await newer.engine.start()
        assert await house.give(OpenDoor("front"), "c1") == Unavailable("deposed")
        assert await house.give(OpenDoor("front"), "c2") == Unavailable("deposed")
        assert not house.bells
        assert [each.split(":")[0] for each in house.stopped] == ["deposed"]
        assert isinstance(await newer.give(OpenDoor("front"), "c1"), Done)
        assert newer.bells[0][1] == 2
        await newer.engine.stop()
        await house.engine.stop()

    run(story)


def test_what_stores_nothing_and_acts_asks_the_log_first() -> None:
    """Knocking rings a bell and is no event."""

    async def story() -> None:
        house = House()
        await house.engine.start()
        assert isinstance(await house.give(Knock("front"), "c1"), Done)
        assert len(house.bells) == 1
        newer = House(house.store)
        await newer.engine.start()
        assert await house.give(Knock("front"), "c2") == Unavailable("deposed")
        assert len(house.bells) == 1
        await newer.engine.stop()
        await house.engine.stop()

    run(story)


def test_an_event_that_cannot_be_folded_is_never_committed() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        await house.give(OpenDoor("front"), "c1")
        assert await house.give(Break("front"), "c2") == Unavailable("fold_failed")
        assert [each.split(":")[0] for each in house.stopped] == ["fold_failed"]
        assert house.written() == 2
        await house.engine.stop()

    run(story)


def test_a_fault_is_refused_and_its_rescue_is_committed() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        await house.give(OpenDoor("front"), "c1")
        answer = await house.give(Jam("front"), "c2")
        assert isinstance(answer, Refused)
        assert answer.refusal.code == "fault"
        assert len(house.incidents) == 1
        assert house.written() == 3
        await house.engine.stop()

    run(story)


def test_vault_rows_come_and_go_in_the_commit_of_their_events() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        vault = house.store.vault(STREAM)
        put = VaultPut(VaultId("n1"), Owner("house"), b"hello")
        await house.give(OpenDoor("front", VaultId("n1")), "c1", put)
        assert vault.reveal(Owner("house"), VaultId("n1")) == b"hello"
        await house.give(CloseDoor("front", 0, VaultId("n1")), "c2")
        assert vault.reveal(Owner("house"), VaultId("n1")) is None
        refused = await house.give(CloseDoor("front", 0), "c3", put)
        assert isinstance(refused, Refused)
        assert vault.listing("") == []
        await house.engine.stop()

    run(story)


def test_stopping_commits_what_is_open_and_takes_no_more() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        asking = [asyncio.create_task(house.give(OpenDoor(f"d{n}"), f"c{n}")) for n in range(20)]
        await asyncio.sleep(0)
        await house.engine.stop()
        assert all(isinstance(each, Done) for each in await asyncio.gather(*asking))
        assert house.written() == 40
        assert await house.give(OpenDoor("late"), "late") == Unavailable("stopping")

    run(story)


def test_an_effect_that_raises_harms_no_other() -> None:
    async def story() -> None:
        house = House()

        def perform(effect: Effect, _: int) -> None:
            house.bells.append((effect, 0))
            raise OSError("no bell")

        house.engine = LiveEngine(
            DOORS, STREAM, house.store.writer, house.store.reader(), house.clock, perform
        )
        await house.engine.start()
        assert isinstance(await house.give(OpenDoor("a"), "c1"), Done)
        assert isinstance(await house.give(OpenDoor("b"), "c2"), Done)
        assert len(house.bells) == 2
        assert len(house.engine.timers) == 2
        await house.engine.stop()

    run(story)


def test_a_hook_that_raises_harms_nothing() -> None:
    async def story() -> None:
        house, troubles = House(), list[str]()

        def raises(_: object) -> None:
            raise OSError("disk full")

        house.engine = LiveEngine(
            DOORS,
            STREAM,
            house.store.writer,
            house.store.reader(),
            house.clock,
            lambda *_: None,
            hooks=Hooks(raises, raises, troubles.append, raises),
        )
        await house.engine.start()
        assert isinstance(await house.give(OpenDoor("a"), "c1"), Done)
        assert isinstance(await house.give(Jam("a"), "c2"), Refused)
        assert house.written() == 3
        assert len(troubles) == 3
        await house.engine.stop()

    run(story)


def test_a_commit_that_fails_while_stopping_ends_the_stop() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()

        def full(_: Batch) -> None:
            raise LogFailed("disk full")

        house.store.failing = full
        asking = asyncio.create_task(house.give(OpenDoor("a"), "c1"))
        await asyncio.sleep(0)
        await house.engine.stop()
        assert await asking == Unavailable("log_failed")
        assert house.written() == 0

    run(story)


def test_the_alarm_rings_by_itself() -> None:
    async def story() -> None:
        house = House()
        await house.engine.start()
        await house.give(OpenDoor("front"), "c1")
        house.clock.at = InstantUs(house.clock.at + seconds(5) - 2_000)
        await house.give(OpenDoor("back"), "c2")
        house.engine.tick()  # looks at the clock again: 2 ms to go
        house.clock.at = InstantUs(house.clock.at + 2_000)
        house.engine.tick()
        await until(lambda: house.written() == 5)
        await house.engine.stop()

    run(story)
