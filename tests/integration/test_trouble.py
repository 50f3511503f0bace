"""A full disk, a missing prompt, a dead web hook: callers hear something sensible, always."""

import asyncio
import resource
from collections.abc import Iterator

import pytest
from tests.integration.centre_up import FLOW, Agent, Caller, CentreUp, until
from tests.integration.test_survival import people

from roost.adapters.phone.calls import Ended
from roost.kernel.ends import Blame, Reason
from roost.processes import sockets
from roost.processes.places import SETTINGS
from roost.processes.replaying import Log

TROUBLED = """
about: A prompt, a web address that nobody answers, then an agent.
steps:
  answer: {{answer: true}}
  welcome: {{say: Welcome.}}
  ask:
    ask:
      url: http://127.0.0.1:{port}/known
      choices: {{known: ["yes", "no"]}}
      deadline: 1s
      otherwise: wait
  wait:
    queue: {{to: outage, waiting: [{{music: soft}}], most: 10m, otherwise: message}}
  message:
    voicemail: {{say: Leave a message., most: 20s}}
  done: {{hang_up: done}}
"""


@pytest.fixture
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    yield from _up(CentreUp(tmp_path_factory.mktemp("c"), FLOW))


@pytest.fixture
def troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    flow = TROUBLED.format(port=sockets.free_port())
    yield from _up(CentreUp(tmp_path_factory.mktemp("c"), flow))


def _up(made: CentreUp) -> Iterator[CentreUp]:
    made.up()
    try:
        asyncio.run(made.ready())
        yield made
    finally:
        made.stop()


def test_a_full_disk(plain: CentreUp) -> None:
    """Who talks goes on; who waits is told sorry and let go; who calls gets 503. With room on
    the disk again everything is remembered, and calls come in."""

    async def story() -> None:
        agent = Agent(plain, "1001")
        talking, waiting = Caller(plain, "0931700001"), Caller(plain, "0931700002")
        late, after = Caller(plain, "0931700003"), Caller(plain, "0931700004")
        async with people(agent, talking, waiting, late, after):
            await agent.starts()
            await talking.rings()
            await talking.hears_agent()
            await waiting.rings()
            control = plain.pids()["control"]
            whole = resource.prlimit(control, resource.RLIMIT_FSIZE)
            resource.prlimit(control, resource.RLIMIT_FSIZE, (512, whole[1]))
            try:
                with pytest.raises(Ended) as refused:
                    await late.rings()
                assert refused.value.call.status == 503
                await waiting.call.ended(20)
                await talking.hears_agent(1.0)
            finally:
                resource.prlimit(control, resource.RLIMIT_FSIZE, whole)
            assert plain.pids()["control"] == control
            talking.call.hang_up()
            await agent.calls[0].ended(10)
            await agent.writes_up()
            await after.rings()
            await after.hears_agent()
            after.call.hang_up()
            await agent.writes_up()

        async def recorded() -> bool:
            rows = await plain.contacts()
            return len(rows) == 3 and all(row["ended"] for row in rows.values())

        await until(recorded)
        rows = await plain.contacts()
        assert rows["power-grid-2"]["ended_by"] == "us"
        assert rows["power-grid-1"]["ended_by"] == "caller"

    asyncio.run(story())


def test_a_missing_prompt_and_a_dead_web_hook_do_not_keep_a_caller(troubled: CentreUp) -> None:
    async def story() -> None:
        for file in troubled.launch.places.prompts.glob("[0-9a-f]*"):
            file.unlink()
        troubled.kill("media")  # what it has in memory is gone with it
        await until(lambda: "media is back" in troubled.said())
        agent, caller = Agent(troubled, "1001"), Caller(troubled, "0931700001")
        async with people(agent, caller):
            await agent.starts()
            await caller.rings()
            await caller.hears_agent()
            caller.call.hang_up()
            await agent.writes_up()

    asyncio.run(story())


@pytest.fixture
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    made = CentreUp(tmp_path_factory.mktemp("c"), FLOW)
    with (made.folder / "centre" / "roost.toml").open("a") as file:
        file.write("\n[bounds]\ndrain_s = 3.0\n")
    yield from _up(made)


def test_an_ordered_stop_lets_calls_end_and_ends_the_rest(hasty: CentreUp) -> None:
    """No new callers; who still waits at the drain's limit is let go by us, and it's told."""

    async def story() -> None:
        waiting, late = Caller(hasty, "0931700001"), Caller(hasty, "0931700002")
        async with people(waiting, late):
            await waiting.rings()
            hasty.runs[-1].terminate()
            words = hasty.launch.places.data / "log" / "control.log"
            await until(lambda: "event=draining" in words.read_text())
            with pytest.raises(Ended) as refused:
                await late.rings()
            assert refused.value.call.status == 503
            await waiting.call.ended(10)

    asyncio.run(story())
    assert hasty.runs[-1].wait(20) == 0
    log = Log(hasty.launch.places, hasty.launch.settings.cell)
    (record,) = log.books(log.reader.last(SETTINGS), log.reader.last(log.cell), 0).records.values()
    log.close()
    assert (record.blame, record.reason) == (Blame.US, Reason.DRAINED)
