"""Media in its own process: sound in, measured out, over real sockets."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from roost.adapters.audio.endpoint import AudioEndpoint
from roost.adapters.media.testing import MediaRig, agreed_with, rendered, until
from roost.floor.calls.messages import DigitsCollected, LegMeasured, PlayEnded
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    FromLeg,
    FromPrompts,
    Route,
    SetMatrix,
)
from roost.kernel.ids import CollectId, ContactId, LegId, PlayId, PromptId
from roost.kernel.time import DurationUs
from roost.ports.media import Law
from roost.protocols.rtp import rtcp
from roost.protocols.rtp.packet import build

CONTACT = ContactId("C1")
CALLER, AGENT = LegId("caller"), LegId("C1/a1")


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(120):
            await story()

    asyncio.run(bounded())


@asynccontextmanager
async def leg(
    rig: MediaRig, id: LegId, law: Law = Law.PCMA, contact: ContactId = CONTACT
) -> AsyncIterator[AudioEndpoint]:
    """A phone whose leg is open in media, silent at first."""
    phone = await AudioEndpoint.open()
    anchored = await rig.client.open_leg(rig.media, contact, id, phone.offer(law))
    agreed = phone.offer(law)
    phone.agree(
        type(agreed)(anchored.host, anchored.port, law, agreed.payload, agreed.dtmf_payload)
    )
    phone.start()
    try:
        yield phone
    finally:
        await phone.close()


def bridged(rig: MediaRig, version: int) -> SetMatrix:
    return SetMatrix(
        CONTACT,
        rig.media,
        version,
        (Route(FromLeg(CALLER), AGENT), Route(FromLeg(AGENT), CALLER)),
    )


def test_two_talk_and_each_hears_the_other_at_the_same_level(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig, leg(rig, CALLER) as caller, leg(rig, AGENT) as agent:
            caller.tone(440, -20)
            agent.tone(1000, -14)
            rig.client.perform(bridged(rig, 1))
            assert await caller.hears_tone(1000, -15)
            assert await agent.hears_tone(440, -21)
            assert abs(caller.tone_level(1000) + 14) < 0.5
            assert abs(agent.tone_level(440) + 20) < 0.5
            assert caller.tone_level(440) < -50
            assert caller.figures().ssrcs == 1

    run(story)


def test_laws_are_translated_between_legs(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path) as rig,
            leg(rig, CALLER, Law.PCMA) as caller,
            leg(rig, AGENT, Law.PCMU) as agent,
        ):
            caller.tone(440, -20)
            agent.tone(1000, -20)
            rig.client.perform(bridged(rig, 1))
            assert await caller.hears_tone(1000, -21)
            assert await agent.hears_tone(440, -21)

    run(story)


def test_a_prompt_a_menu_and_a_key_that_stops_it(tmp_path: Path) -> None:
    async def story() -> None:
        prompt = PromptId("greeting")
        rendered(tmp_path / "prompts", prompt, hz=600, seconds=20)
        async with MediaRig(tmp_path) as rig, leg(rig, CALLER) as caller:
            play = PlayId("C1/p1")
            rig.client.perform(
                SetMatrix(CONTACT, rig.media, 1, (Route(FromPrompts(play, (prompt,)), CALLER),))
            )
            rig.client.perform(
                CollectDigits(
                    CONTACT,
                    rig.media,
                    CALLER,
                    CollectId("C1/d1"),
                    most=1,
                    terminators="",
                    first_us=DurationUs(5_000_000),
                    next_us=DurationUs(2_000_000),
                    barge_in=True,
                    mask=False,
                )
            )
            assert await caller.hears_tone(600, -22)
            caller.dial("1")
            collected = await rig.command(DigitsCollected)
            assert (collected.digit, collected.count, collected.ended_by) == ("1", 1, "enough")
            assert (await rig.command(PlayEnded)).play == play
            assert await caller.hears_silence()
            rig.client.perform(CloseMedia(CONTACT, rig.media, (CALLER,)))
            measured = await rig.command(LegMeasured)
            assert measured.received > 0
            assert measured.lost == 0
            assert measured.strangers == 0

    run(story)


def test_a_leg_reports_what_it_sent_and_heard(tmp_path: Path) -> None:
    async def story() -> None:
        loop = asyncio.get_running_loop()
        rtp, reports = pair()
        with rtp, reports:
            async with MediaRig(tmp_path) as rig:
                port = rtp.getsockname()[1]
                anchored = await rig.client.open_leg(rig.media, CONTACT, CALLER, agreed_with(port))
                for number in (0, 1, 3):  # one is lost
                    packet = build(8, 100 + number, 160 * number, 77, bytes(160))
                    rtp.sendto(packet, (anchored.host, anchored.port))
                data = await loop.sock_recv(reports, 1_500)
                found = rtcp.parse(data)
                assert found is not None
                (report,) = found.reports
                (block,) = report.blocks
                assert (block.ssrc, block.lost, block.highest) == (77, 1, 103)
                assert block.fraction_lost == 64
                ago = rtcp.ntp(time.time_ns() // 1_000 - 80_000)  # when it had ours, as it says
                heard = rtcp.Block(report.ssrc, 3, 2, 500, 16, rtcp.middle(ago), 0)
                ours = rtcp.build(77, rtcp.Sent(rtcp.ntp(0), 0, 3, 480), (heard,), b"phone")
                reports.sendto(ours, (anchored.host, anchored.port + 1))
                reports.sendto(b"not a report at all", (anchored.host, anchored.port + 1))
                await until(lambda: _count(rig, "bad_reports") == 1)
                await rig.client.close_leg(rig.media, CALLER)
                measured = await rig.command(LegMeasured)
                assert measured.lost == 1
                assert (measured.far_lost, measured.far_jitter_us) == (2, 2_000)
                assert 80_000 <= measured.round_trip_us < 2_000_000

    run(story)


def _count(rig: MediaRig, name: str) -> int:
    beat = rig.client.beat(rig.media)
    return beat.counts[name] if beat is not None else 0


def pair() -> tuple[socket.socket, socket.socket]:
    """An even port and the next one, as a phone has them."""
    while True:
        rtp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        reports = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        rtp.bind(("127.0.0.1", 0))
        try:
            reports.bind(("127.0.0.1", rtp.getsockname()[1] + 1))
        except OSError:
            rtp.close()
            reports.close()
            continue
        reports.setblocking(False)
        return rtp, reports
