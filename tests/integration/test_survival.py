"""What happens to calls when a process of the centre is killed: `kill -9`, real SIP and RTP."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.integration.centre_up import AGENT_HZ, Agent, Caller, CentreUp, until

from roost.processes.softphone import sound_of


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    made = CentreUp(tmp_path_factory.mktemp("c"))
    made.up()
    asyncio.run(made.ready())
    yield made
    made.stop()


@contextlib.asynccontextmanager
async def people(*all: Agent | Caller) -> AsyncIterator[None]:
    try:
        yield
    finally:
        for one in all:
            if isinstance(one, Caller) and one.softphone.phone.calls:
                one.call.hang_up()
        for one in all:
            await one.close()


def test_control_killed_in_the_middle_of_calls(centre: CentreUp) -> None:
    """Two go on talking, a third goes on waiting with music; each call ends properly."""

    async def story() -> None:
        agent = Agent(centre, "1001")
        talking, waiting = Caller(centre, "0931700001"), Caller(centre, "0931700002")
        async with people(agent, talking, waiting):
            await agent.starts()
            await talking.rings()
            await talking.hears_agent()
            await agent.hears_caller()
            await waiting.rings()
            assert await waiting.sound.hears_sound()
            heard = talking.sound.figures().received
            music = waiting.sound.figures().received

            killed = centre.kill("control")
            assert await talking.sound.hears_packets(heard + 50, 3.0)
            assert await waiting.sound.hears_packets(music + 50, 3.0)
            await centre.replaced("control", killed, 10.0)
            await talking.hears_agent(1.0)
            assert await waiting.sound.hears_sound(timeout_s=3.0)
            assert talking.sound.figures().lost <= 5
            assert talking.sound.figures().ssrcs == 1

            agent.calls[0].hang_up()
            await talking.call.ended(5)
            await agent.writes_up()
            await waiting.hears_agent()
            waiting.call.hang_up()
            await agent.calls[1].ended(5)
            await agent.writes_up()
            await agent.is_("ready")
            await agent.does("sign-out")

        async def recorded() -> bool:
            rows = await centre.contacts()
            return len(rows) == 2 and all(row["ended"] for row in rows.values())

        await until(recorded)
        rows = await centre.contacts()
        assert {row["ended_by"] for row in rows.values()} == {"agent", "caller"}
        assert all(row["outcome"] == "answered" for row in rows.values())

    asyncio.run(story())


def test_web_and_worker_killed_while_somebody_talks(centre: CentreUp) -> None:
    async def story() -> None:
        agent, caller = Agent(centre, "1002"), Caller(centre, "0931700003")
        async with people(agent, caller):
            await agent.starts()
            await caller.rings()
            await caller.hears_agent()
            web, worker = centre.kill("web"), centre.kill("worker")
            await centre.replaced("web", web)
            await centre.replaced("worker", worker)
            await caller.hears_agent(1.0)
            caller.call.hang_up()
            await agent.calls[0].ended(5)
            await agent.writes_up()
            await agent.does("sign-out")

        async def followed() -> bool:
            row = (await centre.contacts()).get("power-grid-3")
            return row is not None and row["ended_by"] == "caller"

        await until(followed)

    asyncio.run(story())


def test_media_killed_takes_its_own_calls_and_no_agent_sticks(centre: CentreUp) -> None:
    async def story() -> None:
        agent = Agent(centre, "1003")
        talking, waiting = Caller(centre, "0931700004"), Caller(centre, "0931700005")
        async with people(agent, talking, waiting):
            await agent.starts()
            await talking.rings()
            await talking.hears_agent()
            await waiting.rings()
            killed = centre.kill("media")
            await talking.call.ended(10)
            await waiting.call.ended(10)
            await agent.calls[0].ended(10)
            await centre.replaced("media", killed)
            await agent.writes_up()
            await agent.is_("ready")
            again = Caller(centre, "0931700006")
            async with people(again):
                await again.rings()
                await again.hears_agent()
                again.call.hang_up()
                await agent.calls[-1].ended(5)
            await agent.writes_up()
            await agent.does("sign-out")

        async def recorded() -> bool:
            row = (await centre.contacts()).get("power-grid-5")
            return row is not None and row["ended_why"] == "media_lost"

        await until(recorded)

    asyncio.run(story())


def test_hold_is_music_for_the_caller_and_silence_for_the_agent_through_a_restart(
    centre: CentreUp,
) -> None:
    async def story() -> None:
        agent, caller = Agent(centre, "1002"), Caller(centre, "0931700008")
        async with people(agent, caller):
            await agent.starts()
            await caller.rings()
            await caller.hears_agent()
            await agent.hears_caller()
            desk = sound_of(agent.calls[0])

            await agent.does("hold")
            await until(lambda: caller.sound.tone_level(AGENT_HZ) < -45, why="the agent is heard")
            assert await caller.sound.hears_sound(), "no music"
            killed = centre.kill("control")
            said, seen = len(desk.heard), caller.sound.figures().received
            assert await caller.sound.hears_packets(seen + 50, 3.0)
            assert max(map(abs, desk.heard[said:]), default=0) < 100, "the agent hears the caller"
            assert await caller.sound.hears_sound()
            await centre.replaced("control", killed, 10.0)
            assert await caller.sound.hears_sound(), "the music ended with the restart"
            assert caller.sound.tone_level(AGENT_HZ) < -45

            await agent.does("unhold")
            await caller.hears_agent()
            await agent.hears_caller()
            caller.call.hang_up()
            await agent.calls[0].ended(5)
            await agent.writes_up()
            await agent.does("sign-out")

    asyncio.run(story())


def test_the_supervisor_killed_and_started_again_adopts_its_children(centre: CentreUp) -> None:
    async def story() -> None:
        agent, caller = Agent(centre, "1001"), Caller(centre, "0931700007")
        async with people(agent, caller):
            await agent.starts()
            await caller.rings()
            await caller.hears_agent()
            before = centre.pids()
            centre.runs[-1].kill()
            centre.runs[-1].wait()
            await caller.hears_agent(1.0)
            centre.up()
            await until(lambda: centre.said().count("adopted") == 5)
            assert centre.pids() == before
            await centre.replaced("web", centre.kill("web"))
            await caller.hears_agent(1.0)
            caller.call.hang_up()
            await agent.calls[0].ended(5)
            await agent.writes_up()
            await agent.does("sign-out")
        run = centre.runs[-1]
        run.terminate()
        assert run.wait(20) == 0
        assert centre.pids() == {}

    asyncio.run(story())


def test_a_stopped_centre_is_proved_by_replay(centre: CentreUp) -> None:
    from roost.processes.replaying import replay

    done = replay(centre.launch.places, centre.launch.settings.cell, prove_it=True)
    assert done.verified, [proof.says for proof in done.proofs if not proof.ok]
    assert done.calls == 0
    assert not list(Path(centre.launch.places.incidents).glob("*"))


def test_nothing_that_a_running_centre_wrote_names_a_caller(centre: CentreUp) -> None:
    """Log lines, events, views, snapshots, incidents, recordings: everything under its data."""
    calling = re.compile(rb"093170000\d")
    written = [path for path in centre.launch.places.data.rglob("*") if path.is_file()]
    assert any(path.suffix == ".log" for path in written)
    assert any(path.suffix == ".db" for path in written)
    assert not [str(path) for path in written if calling.search(path.read_bytes())]
