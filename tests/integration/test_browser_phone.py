"""An agent's phone in Chromium, with real audio, on a real centre: `kill -9` included."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from integration.centre_up import CALLER_HZ, Caller, CentreUp
from integration.peers.desk_page import Desk, desk_of

LI_HZ = 700


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    made = CentreUp(tmp_path_factory.mktemp("c"))
    made.up()
    asyncio.run(made.ready())
    yield made
    made.stop()


def run(story: Callable[[], Awaitable[None]], seconds: float = 60) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(seconds):
            await story()

    asyncio.run(bounded())


@asynccontextmanager
async def called(centre: CentreUp, number: str) -> AsyncIterator[Caller]:
    caller = Caller(centre, number)
    try:
        yield await caller.rings()
    finally:
        if caller.softphone.phone.calls:
            caller.call.hang_up()
        await caller.close()


async def talks(desk: Desk, caller: Caller) -> None:
    """The desk answers, and both hear each other."""
    await desk.has("ringing")
    await desk.does("take")
    await desk.has("talking")
    await both_hear(desk, caller)


async def both_hear(desk: Desk, caller: Caller, seconds: float = 5.0) -> None:
    assert await caller.sound.hears_tone(LI_HZ, timeout_s=seconds), "the agent isn't heard"
    await desk.hears(CALLER_HZ, seconds)


def test_a_call_is_taken_in_the_browser_survives_control_and_a_reload(
    centre: CentreUp, tmp_path: Path
) -> None:
    async def story() -> None:
        async with desk_of(centre, tmp_path, "1001", LI_HZ) as (_, _, desk):
            await desk.opens()
            await desk.ready()
            async with called(centre, "0931700001") as caller:
                await talks(desk, caller)
                await desk.does("hang-up")
                await caller.call.ended(5)
                await desk.has(None)

    run(story)
