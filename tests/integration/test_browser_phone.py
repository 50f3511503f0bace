"""An agent's phone in Chromium, with real audio, on a real centre: `kill -9` included."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from integration.centre_up import CALLER_HZ, Caller, CentreUp, until
from integration.peers.desk_page import Desk, desk_of
from integration.peers.lossy import lossy_network

LI_HZ, OTHER_HZ = 700, 1_700
NEAR = "127.0.0.1"
HIDDEN_S = 3_600.0
THROTTLED = """
const timeout = window.setTimeout, interval = window.setInterval;
window.setTimeout = (work, ms, ...more) => timeout(work, Math.max(ms ?? 0, 60_000), ...more);
window.setInterval = (work, ms, ...more) => interval(work, Math.max(ms ?? 0, 60_000), ...more);
"""
# The page reaches the edge through another port; and what it hears and speaks.
THROUGH = """
const take = RTCPeerConnection.prototype.setRemoteDescription;
RTCPeerConnection.prototype.setRemoteDescription = function (given) {
  const sdp = given.sdp.replace(/(a=candidate:.* )(\\d+)( typ host)/, (_, before, port, after) => {
    window.edgePort = Number(port);
    return before + 'PORT' + after;
  });
  return take.call(this, {type: given.type, sdp});
};
"""
CODECS = """
async () => {
  const found = [...(await phone.line.connection.getStats()).values()];
  const of = (kind) => {
    const one = found.find((entry) => entry.type === kind);
    return found.find((entry) => entry.id === one?.codecId)?.mimeType;
  };
  return [of('inbound-rtp'), of('outbound-rtp')];
}
"""


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CentreUp]:
    made = CentreUp(tmp_path_factory.mktemp("c"))
    made.up()
    asyncio.run(made.ready())
    yield made
    made.stop()


def run(story: Callable[[], Awaitable[None]], seconds: float = 180) -> None:
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
    await caller.sound.hears_packets(caller.sound.figures().received + 12)  # of now
    assert await caller.sound.hears_tone(LI_HZ, timeout_s=seconds), "the agent isn't heard"
    await desk.hears(CALLER_HZ, seconds)


def test_a_call_in_the_browser_survives_control_a_reload_and_another_tab(
    centre: CentreUp, tmp_path: Path
) -> None:
    async def story() -> None:
        async with desk_of(centre, tmp_path, "1001", LI_HZ) as (_, context, desk):
            await desk.opens()
            await desk.ready()
            async with called(centre, "0931700001") as caller:
                await desk.has("ringing")
                took = await desk.takes()
                print(
                    f"answer to first audio in the page: {took.first:.0f} ms, of which the measure"
                    f" {took.measure:.0f}, the browser's jitter buffer {took.buffer:.0f}"
                )
                await both_hear(desk, caller)

                killed = centre.kill("control")
                await both_hear(desk, caller, 1.0)
                await centre.replaced("control", killed)
                await until(lambda: desk.answers("ready"), why="control isn't back")
                await desk.has("talking")
                await both_hear(desk, caller, 1.0)

                begun = asyncio.get_running_loop().time()
                await desk.reloads()
                await both_hear(desk, caller, 5.0)
                gone = asyncio.get_running_loop().time() - begun
                print(f"reload to both hearing each other again: {gone:.1f} s")
                assert caller.sound.figures().ssrcs == 1

                other = await Desk(centre, "1001", await context.new_page()).opens(log_in=False)
                await other.is_("elsewhere")
                assert (await desk.now())["state"] == "standing"
                await other.page.evaluate("phone.takeOver()")
                await other.is_("standing")
                await desk.is_("elsewhere")
                await other.has("talking")
                await both_hear(other, caller)

                await other.does("hang-up")
                await caller.call.ended(5)
                await other.has(None)
            await other.does("wrap-up", code="other")
            await other.page.evaluate("phone.stop()")

            async def without_phone() -> bool:
                row = await other.page.evaluate(
                    "async () => (await (await fetch('/api/desk')).json()).me.agent"
                )
                return bool(row["presence"] == "away")

            await until(without_phone, why="an agent without a phone isn't ready")

    run(story)


def test_a_lost_network_and_a_killed_edge_are_outlived_by_a_call_that_answered_itself(
    centre: CentreUp, tmp_path: Path
) -> None:
    async def story() -> None:
        async with desk_of(centre, tmp_path, "1002", LI_HZ) as (_, _, desk):
            await desk.opens(auto_answer=True)
            await desk.ready()
            async with called(centre, "0931700002") as caller:
                await desk.has("talking")
                await both_hear(desk, caller)
                # the network is gone for five seconds: nothing of ours answers the browser
                edge = centre.pids()["edge"]
                os.kill(edge, signal.SIGSTOP)
                try:
                    await asyncio.wait({asyncio.ensure_future(asyncio.sleep(5))})
                    assert caller.sound.tone_level(LI_HZ) < -50, "there's still a network"
                    assert await caller.sound.hears_sound(timeout_s=2), "no music meanwhile"
                finally:
                    os.kill(edge, signal.SIGCONT)
                begun = asyncio.get_running_loop().time()
                await both_hear(desk, caller, 10.0)
                gone = asyncio.get_running_loop().time() - begun
                print(f"network back to both hearing each other again: {gone:.1f} s")

                killed = centre.kill("edge")
                begun = asyncio.get_running_loop().time()
                await both_hear(desk, caller, 10.0)
                gone = asyncio.get_running_loop().time() - begun
                print(f"edge killed to both hearing each other again: {gone:.1f} s")
                assert centre.pids()["edge"] != killed
                caller.call.hang_up()
                await desk.has(None)

    run(story)


def test_a_line_that_loses_packets_speaks_opus_both_ways(centre: CentreUp, tmp_path: Path) -> None:
    """One packet in ten is lost, each way: the edge notices, and the page answers in what it
    hears. On another network there's G.711 again at once."""

    async def story() -> None:
        async with (
            lossy_network() as network,
            desk_of(centre, tmp_path, "1001", LI_HZ) as (_, _, desk),
        ):
            await desk.page.add_init_script(THROUGH.replace("PORT", str(network.port)))
            await desk.opens(auto_answer=True)
            port = await desk.page.wait_for_function("window.edgePort")
            network.far = (NEAR, await port.json_value())
            await desk.ready()
            async with called(centre, "0931700005") as caller:
                await desk.has("talking")
                await both_hear(desk, caller)
                assert await desk.page.evaluate(CODECS) == ["audio/PCMA", "audio/PCMA"]
                network.loss = 0.1

                async def in_opus() -> bool:
                    return bool(await desk.page.evaluate(CODECS) == ["audio/opus", "audio/opus"])

                await until(in_opus, why="the line doesn't speak Opus")
                await until(lambda: network.dropped > 50, why="the network loses nothing")
                await both_hear(desk, caller)
                assert caller.sound.figures().ssrcs == 1

    run(story)


@pytest.mark.soak
def test_a_tab_that_is_gone_for_good_gives_its_caller_back(
    centre: CentreUp, tmp_path: Path
) -> None:
    """After half a minute with music the next agent has the caller."""

    async def story() -> None:
        async with (
            desk_of(centre, tmp_path, "1001", LI_HZ) as (_, _, desk),
            desk_of(centre, tmp_path, "1003", OTHER_HZ) as (_, _, next_one),
        ):
            await desk.opens()
            await desk.ready()
            async with called(centre, "0931700003") as caller:
                await talks(desk, caller)
                await desk.page.close()
                await next_one.opens(auto_answer=True)
                await next_one.ready()
                assert await caller.sound.hears_sound(timeout_s=5), "no music"
                await next_one.has("talking", 45)
                assert await caller.sound.hears_tone(OTHER_HZ)
                await next_one.hears(CALLER_HZ)

    run(story, 120)


@pytest.mark.soak
def test_a_hidden_idle_desk_stays_ready_for_an_hour(centre: CentreUp, tmp_path: Path) -> None:
    """A browser lets a hidden page's timers run once a minute: so do we, with all of them. What
    keeps the desk is messages and audio."""

    async def story() -> None:
        async with desk_of(centre, tmp_path, "1001", LI_HZ) as (_, _, desk):
            await desk.page.add_init_script(THROTTLED)
            await desk.opens()
            await desk.ready()
            loop = asyncio.get_running_loop()
            end = loop.time() + HIDDEN_S
            while loop.time() < end:
                assert (await desk.now())["state"] == "standing"
                await asyncio.wait({asyncio.ensure_future(asyncio.sleep(10))})
            async with called(centre, "0931700004") as caller:
                await talks(desk, caller)

    run(story, HIDDEN_S + 60)
