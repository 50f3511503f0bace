"""Several hear each other over real sockets: each the others, at the right level, on one line."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from roost.adapters.audio.endpoint import AudioEndpoint
from roost.adapters.media import track_file
from roost.adapters.media.testing import MediaRig, agreed_with, rendered
from roost.floor.calls.messages import LegInterrupted, LegMeasured, LegResumed, TrackClosed
from roost.floor.effects import (
    CloseMedia,
    FromLeg,
    FromPrompts,
    PauseTrack,
    Route,
    SendDigits,
    SetMatrix,
    StartTrack,
    TrackPurpose,
)
from roost.kernel.ids import ClientId, ContactId, LegId, PlayId, PromptId, TrackId
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Law
from roost.protocols.rtp import g711
from roost.protocols.rtp.sound import tone_level
from roost.protocols.rtp.tones import HIGH_HZ, LOW_HZ

C1, DESK = ContactId("C1"), LegId("desk/1001")
ANN, BEN, CAT = LegId("C1/c"), LegId("C1/a1"), LegId("C1/g1")
HZ: Mapping[LegId, int] = {ANN: 440, BEN: 1000, CAT: 1700}
LAWS = {ANN: Law.PCMA, BEN: Law.PCMU, CAT: Law.PCMA}
GRID = ClientId("grid")

Phones = dict[LegId, AudioEndpoint]


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(120):
            await story()

    asyncio.run(bounded())


@asynccontextmanager
async def centre(folder: Path, *legs: LegId) -> AsyncIterator[tuple[MediaRig, Phones]]:
    """Phones whose legs are open, each sending its own tone at -20 dBFS."""
    async with AsyncExitStack() as stack:
        rig = await stack.enter_async_context(MediaRig(folder))
        phones: Phones = {}
        for leg in legs:
            phone = phones[leg] = await AudioEndpoint.open()
            stack.push_async_callback(phone.close)
            contact = ContactId(leg) if leg == DESK else C1
            law = LAWS.get(leg, Law.PCMA)
            anchored = await rig.client.open_leg(rig.media, contact, leg, phone.offer(law))
            phone.agree(agreed_with(anchored.port, law))
            phone.tone(HZ.get(leg, 2300), -20)
            phone.start()
        yield rig, phones


def hear(rig: MediaRig, version: int, *routes: tuple[LegId, LegId] | Route) -> None:
    """A matrix of (source, listener) pairs."""
    made = tuple(r if isinstance(r, Route) else Route(FromLeg(r[0]), r[1]) for r in routes)
    rig.client.perform(SetMatrix(C1, rig.media, version, made))


def everybody(*legs: LegId) -> tuple[tuple[LegId, LegId], ...]:
    return tuple((a, b) for a in legs for b in legs if a != b)


async def hears_exactly(phone: AudioEndpoint, *levels: tuple[int, float]) -> None:
    """For a whole 200 ms: these tones at these levels, and no other of the tones."""
    wanted = dict(levels)

    def fits() -> bool:
        return all(
            abs(found - wanted[hz]) < 1.0 if hz in wanted else found < -50
            for hz in HZ.values()
            for found in (phone.tone_level(hz),)
        )

    assert await phone._until(lambda: len(phone.heard) >= 1_600 and fits(), 8.0), {
        hz: round(phone.tone_level(hz), 1) for hz in HZ.values()
    }


def test_three_each_hear_the_two_others_at_their_level(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre(tmp_path, ANN, BEN, CAT) as (rig, phones):
            hear(rig, 1, *everybody(ANN, BEN))  # two: the fast path
            await hears_exactly(phones[ANN], (1000, -20))
            hear(rig, 2, *everybody(ANN, BEN, CAT))
            await hears_exactly(phones[ANN], (1000, -20), (1700, -20))
            await hears_exactly(phones[BEN], (440, -20), (1700, -20))
            await hears_exactly(phones[CAT], (440, -20), (1000, -20))
            hear(rig, 3, *everybody(ANN, BEN))
            await hears_exactly(phones[BEN], (440, -20))
            for phone in phones.values():
                figures = phone.figures()
                assert (figures.ssrcs, figures.restarts, figures.lost) == (1, 0, 0)

    run(story)


def test_a_whisper_is_heard_by_the_agent_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre(tmp_path, ANN, BEN, CAT) as (rig, phones):
            talk = everybody(ANN, BEN)
            hear(rig, 1, *talk, (ANN, CAT), (BEN, CAT), Route(FromLeg(CAT), BEN, -6))
            await hears_exactly(phones[BEN], (440, -20), (1700, -26))
            await hears_exactly(phones[CAT], (440, -20), (1000, -20))
            await hears_exactly(phones[ANN], (1000, -20))

    run(story)


def test_on_hold_is_music_while_the_others_talk(tmp_path: Path) -> None:
    async def story() -> None:
        music = PromptId("music")
        rendered(tmp_path / "prompts", music, hz=HZ[ANN], seconds=2, level_db=-26)
        async with centre(tmp_path, ANN, BEN, CAT) as (rig, phones):
            hear(rig, 1, *everybody(ANN, BEN, CAT))
            await hears_exactly(phones[CAT], (440, -20), (1000, -20))
            held = FromPrompts(PlayId("C1/p1"), (music,), repeat=True)
            hear(rig, 2, *everybody(BEN, CAT), Route(held, ANN))
            await hears_exactly(phones[ANN], (440, -26))
            await hears_exactly(phones[CAT], (1000, -20))
            hear(rig, 3, *everybody(BEN, CAT), Route(held, ANN), Route(held, BEN, -6))
            await hears_exactly(phones[BEN], (440, -32), (1700, -20))

    run(story)


def test_keys_are_pressed_as_events_or_as_tones(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre(tmp_path, ANN, BEN, CAT) as (rig, phones):
            hear(rig, 1, *everybody(ANN, BEN, CAT))
            await hears_exactly(phones[ANN], (1000, -20), (1700, -20))
            rig.client.perform(SendDigits(rig.media, C1, ANN, "7#"))
            assert await phones[ANN].hears_digits("7#")
            assert await phones[ANN].hears_tone(1000, -21)
            phones[CAT].dial("3")  # heard by the mixer, which carries no events: pressed again
            assert await phones[ANN].hears_digits("7#3")
            offer = phones[BEN].offer(Law.PCMU)
            deaf = Agreed(offer.host, offer.port, Law.PCMU, 0, None)
            await rig.client.change_leg(rig.media, BEN, deaf)
            begun = len(phones[BEN].heard)
            rig.client.perform(SendDigits(rig.media, C1, BEN, "1"))

            def rings() -> bool:
                heard = phones[BEN].heard
                stretches = (heard[at : at + 640] for at in range(begun, len(heard) - 640, 160))
                return any(
                    tone_level(s, LOW_HZ[0]) > -14 and tone_level(s, HIGH_HZ[0]) > -12
                    for s in stretches
                )

            assert await phones[BEN]._until(rings, 5.0)

    run(story)


def test_a_paused_track_holds_silence_and_says_since_when(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre(tmp_path, ANN, BEN) as (rig, phones):
            track = TrackId("C1/c/t1")
            hear(rig, 1, *everybody(ANN, BEN))
            rig.client.perform(
                StartTrack(C1, GRID, rig.media, ANN, track, TrackPurpose.RECORDING, DurationUs(0))
            )
            for paused in (True, True, False):
                received = phones[BEN].figures().received
                assert await phones[BEN].hears_packets(received + 25)
                rig.client.perform(PauseTrack(rig.media, ANN, track, paused))
            assert await phones[BEN].hears_packets(phones[BEN].figures().received + 25)
            rig.client.perform(CloseMedia(C1, rig.media, (ANN, BEN)))
            closed = await rig.command(TrackClosed)
            assert closed.gap_us == 0
            read = track_file.read(rig.recordings / closed.file, rig.keys.unwrap)
            ((since, until_),) = read.pauses
            assert 7_000 < until_ - since < 12_000  # a second: the second pause changed nothing
            inside = [r for r in read.records if since + 160 < r.position < until_ - 160]
            assert inside == []
            after = [r for r in read.records if r.position >= until_]
            heard = g711.decode(b"".join(r.payload for r in after), a_law=True)
            assert tone_level(heard, HZ[ANN]) > -21

    run(story)


def test_a_desk_stands_through_calls_and_a_new_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre(tmp_path, ANN, CAT, DESK) as (rig, phones):
            desk = phones[DESK]
            desk.muted = True
            assert await desk.hears_packets(50)  # silence, so that the path stays warm
            desk.muted = False
            desk.tone(HZ[BEN])
            await rig.client.attach_leg(rig.media, C1, BEN, DESK)
            hear(rig, 1, *everybody(ANN, BEN, CAT))
            await hears_exactly(desk, (440, -20), (1700, -20))
            await hears_exactly(phones[ANN], (1000, -20), (1700, -20))
            desk.muted = True
            assert (await rig.command(LegInterrupted)).leg == BEN
            desk.muted = False
            assert (await rig.command(LegResumed)).leg == BEN
            other = await AudioEndpoint.open()  # the browser's new connection
            try:
                held = {state.leg: state for state in await rig.client.legs(rig.media)}
                port = held[DESK].anchored.port
                await rig.client.change_leg(rig.media, DESK, other.offer())
                other.agree(agreed_with(port))
                desk.muted = True
                other.tone(HZ[BEN])
                other.start()
                await hears_exactly(other, (440, -20), (1700, -20))
                await hears_exactly(phones[ANN], (1000, -20), (1700, -20))
                assert other.ssrcs == desk.ssrcs
                await rig.client.close_leg(rig.media, BEN)
                measured = await rig.command(LegMeasured)
                assert measured.leg == BEN
                assert measured.sent < desk.figures().received + other.figures().received
                assert await other.hears_silence()
                assert {s.leg for s in await rig.client.legs(rig.media)} == {ANN, CAT, DESK}
            finally:
                await other.close()

    run(story)
