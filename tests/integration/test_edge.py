"""The edge against browsers' phones that we did not write: aiortc and Chromium.

A tone goes both ways between the browser and plain RTP, as media would speak it.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from integration.peers.webrtc import LEVEL, PHONE, TAKE, AioPhone, browser, page_hears
from roost.adapters.audio.endpoint import AudioEndpoint
from roost.adapters.edge.testing import EdgeRig
from roost.kernel.ids import AgentId
from roost.ports.edge import Answered, Described, EdgeGone, Flow, OfferRefused, SessionId
from roost.ports.media import Agreed, Law
from roost.protocols.webrtc import stun

LI = Described(AgentId("1001"), "tab-1")
FIRST = SessionId("1001/1")
BROWSER_HZ, OURS_HZ = 700, 1_100


def run(story: Callable[[], Awaitable[None]], seconds: float = 180) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(seconds):
            await story()

    asyncio.run(bounded())


@asynccontextmanager
async def media_for(
    rig: EdgeRig, session: SessionId, answered: Answered
) -> AsyncIterator[AudioEndpoint]:
    """What media is to the edge: a plain RTP endpoint, with a tone."""
    plain = await AudioEndpoint.open()
    plain.agree(
        Agreed(answered.host, answered.port, answered.law, answered.payload, answered.dtmf_payload)
    )
    plain.tone(OURS_HZ)
    plain.start()
    await rig.client.anchored(session, plain.host, plain.port)
    try:
        yield plain
    finally:
        await plain.close()


@asynccontextmanager
async def connected(
    rig: EdgeRig, session: SessionId = FIRST, law: Law = Law.PCMA
) -> AsyncIterator[tuple[AioPhone, AudioEndpoint]]:
    phone = AioPhone(BROWSER_HZ)
    try:
        answered = await rig.client.offer(session, LI, await phone.offer(), law)
        assert answered.law is law
        async with media_for(rig, session, answered) as plain:
            await phone.take(answered.sdp)
            await rig.flow(Flow(session, True))
            yield phone, plain
    finally:
        await phone.close()


@pytest.mark.parametrize("law", [Law.PCMA, Law.PCMU])
def test_aiortc_and_plain_rtp_hear_each_other(tmp_path: Path, law: Law) -> None:
    async def story() -> None:
        async with EdgeRig(tmp_path) as rig, connected(rig, law=law) as (phone, plain):
            assert await plain.hears_tone(BROWSER_HZ, -25)
            assert await phone.hears(OURS_HZ, -25)
            state = (await rig.client.sessions())[0]
            assert (state.session, state.described, state.flowing) == (FIRST, LI, True)
            assert state.towards == f"{plain.host}:{plain.port}"
            assert state.answered.sdp == ""  # passwords stay in the edge
            await phone.close()  # it says goodbye
            await rig.flow(Flow(FIRST, False, True, "closed"))
            assert await rig.client.sessions() == []

    run(story)


def test_chromium_and_plain_rtp_hear_each_other(tmp_path: Path) -> None:
    async def story() -> None:
        async with EdgeRig(tmp_path) as rig, browser(tmp_path, BROWSER_HZ) as page:
            offer = await page.evaluate(PHONE)
            answered = await rig.client.offer(FIRST, LI, offer, Law.PCMA)
            assert answered.law is Law.PCMA
            async with media_for(rig, FIRST, answered) as plain:
                await page.evaluate(TAKE, answered.sdp)
                await rig.flow(Flow(FIRST, True))
                assert await plain.hears_tone(BROWSER_HZ, -25)
                assert await page_hears(page, OURS_HZ) > -35
                assert await page.evaluate(LEVEL, 2_300) < -60
                await page.close()
                await rig.until(lambda: rig.flows[-1].flowing is False)

    run(story)


def test_another_certificate_than_the_offers_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with EdgeRig(tmp_path) as rig:
            phone = AioPhone()
            offer = await phone.offer()
            forged = re.sub(
                r"(a=fingerprint:\S+ )(\S\S)",
                lambda found: found[1] + ("00" if found[2] != "00" else "01"),
                offer,
            )
            answered = await rig.client.offer(FIRST, LI, forged, Law.PCMA)
            async with media_for(rig, FIRST, answered) as plain:
                await phone.take(answered.sdp)
                await rig.flow(Flow(FIRST, False, True, "handshake"))
                assert plain.figures().received == 0
            await phone.close()

    run(story)


def test_strangers_reach_nobody(tmp_path: Path) -> None:
    """Neither RTP nor a check without the password is answered, or goes on to media."""

    async def story() -> None:
        async with EdgeRig(tmp_path) as rig, connected(rig) as (phone, plain):
            assert await plain.hears_tone(BROWSER_HZ, -25)
            sdp = phone.connection.remoteDescription.sdp
            port = int(re.findall(r"a=candidate:.* 127\.0\.0\.1 (\d+) typ host", sdp)[0])
            ufrag = re.findall(r"a=ice-ufrag:(\S+)", sdp)[0]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                stranger.setblocking(False)
                stranger.connect(("127.0.0.1", port))
                for _ in range(50):
                    stranger.send(bytes((0x80, 8, 0, 1)) + bytes(172))
                    stranger.send(stun.request(bytes(12), f"{ufrag}:x", "a guess"))
                    stranger.send(bytes((22, 0xFE, 0xFD)) + bytes(40))  # as DTLS
                before = len(phone.heard)
                assert await phone.hears(OURS_HZ, -25)
                await plain.hears_packets(plain.figures().received + 10)
                assert len(phone.heard) >= before
                with pytest.raises(BlockingIOError):
                    stranger.recv(2_000)
            assert plain.figures().ssrcs == 1

    run(story)


def test_offers_that_cannot_be_served_are_refused_with_the_reason(tmp_path: Path) -> None:
    async def story() -> None:
        async with EdgeRig(tmp_path) as rig:
            for offer in ("", "v=0", "x" * 40_000):
                with pytest.raises(OfferRefused) as refused:
                    await rig.client.offer(FIRST, LI, offer, Law.PCMA)
                assert refused.value.code == "bad_offer"
            with pytest.raises(EdgeGone):
                await rig.client.anchored(SessionId("nobody"), "127.0.0.1", 4_000)
            assert await rig.client.sessions() == []

    run(story)


def test_an_edge_that_dies_is_known_to_be_gone_and_serves_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with EdgeRig(tmp_path) as rig:
            async with connected(rig) as (_, plain):
                assert await plain.hears_tone(BROWSER_HZ, -25)
                rig.kill()
                rig.start()
                await rig.until(lambda: rig.losses == 1)
                assert await rig.client.sessions() == []
            async with connected(rig, SessionId("1001/2")) as (phone, plain):
                assert await plain.hears_tone(BROWSER_HZ, -25)
                assert await phone.hears(OURS_HZ, -25)

    run(story)


def test_a_control_that_dies_cuts_nobody_and_the_next_takes_over(tmp_path: Path) -> None:
    async def story() -> None:
        async with EdgeRig(tmp_path) as rig, connected(rig) as (phone, plain):
            later = rig.new_client(epoch=2)
            serving = asyncio.ensure_future(later.serve())
            assert await later.ready(5)
            states = await later.sessions()
            assert [one.session for one in states] == [FIRST]
            assert states[0].flowing
            with pytest.raises(EdgeGone):  # the earlier writer may do nothing any more
                await rig.client.close(FIRST)
            assert await plain.hears_tone(BROWSER_HZ, -25)
            assert await phone.hears(OURS_HZ, -25)
            await later.close(FIRST)
            await rig.flow(Flow(FIRST, False, True))
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    run(story)
