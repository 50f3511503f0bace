"""Media goes on: without control, with strangers about, after its writer died."""

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec import structs

from roost.adapters.audio.endpoint import AudioEndpoint
from roost.adapters.media import track_file
from roost.adapters.media.testing import (
    Commands,
    MediaRig,
    agreed_with,
    rendered,
    until,
)
from roost.floor.calls.messages import (
    DigitsCollected,
    LegMeasured,
    LegSilent,
    MediaLost,
    PlayEnded,
    TrackClosed,
)
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    FromLeg,
    FromPrompts,
    Route,
    SetMatrix,
    StartTrack,
    StopTrack,
    TrackPurpose,
)
from roost.kernel.ids import (
    ClientId,
    CollectId,
    ContactId,
    LegId,
    PlayId,
    PromptId,
    TrackId,
    owner_of,
)
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Law, MediaGone
from roost.ports.recordings import Side
from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import build
from roost.protocols.rtp.sound import tone_level

C1 = ContactId("C1")
CALLER, AGENT = LegId("caller"), LegId("C1/a1")
GRID = ClientId("grid")


def run(story) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(120):
            await story()

    asyncio.run(bounded())


@asynccontextmanager
async def on_leg(
    rig: MediaRig, contact: ContactId, leg: LegId, law: Law = Law.PCMA
) -> AsyncIterator[AudioEndpoint]:
    """A phone whose leg is open in media, silent at first."""
    phone = await AudioEndpoint.open()
    anchored = await rig.client.open_leg(rig.media, contact, leg, phone.offer(law))
    phone.agree(agreed_with(anchored.port, law))
    phone.start()
    try:
        yield phone
    finally:
        await phone.close()


def bridged(rig: MediaRig, version: int = 1) -> SetMatrix:
    routes = (Route(FromLeg(CALLER), AGENT), Route(FromLeg(AGENT), CALLER))
    return SetMatrix(C1, rig.media, version, routes)


def recording(rig: MediaRig, leg: LegId, purpose=TrackPurpose.RECORDING, most_us=0) -> StartTrack:
    track = TrackId(f"{leg}/t1")
    return StartTrack(C1, GRID, rig.media, leg, track, purpose, DurationUs(most_us))


def collecting(rig: MediaRig, most: int = 1) -> CollectDigits:
    second = DurationUs(5_000_000)
    return CollectDigits(
        C1, rig.media, CALLER, CollectId("C1/d1"), most, "#", second, second, True, False, GRID
    )


def test_control_dies_and_the_two_talk_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT) as agent,
        ):
            caller.tone(440)
            rig.client.perform(bridged(rig))
            rig.client.perform(collecting(rig))
            assert await agent.hears_tone(440, -21)
            await rig.disconnect()
            before = agent.figures().received
            assert await agent.hears_packets(before + 50)
            caller.dial("7")  # nobody is there to be told
            assert await agent.hears_digits("7")
            await rig.reconnect(epoch=2)
            assert (await rig.command(DigitsCollected)).digit == "7"
            held = await rig.client.legs(rig.media)
            assert {state.leg for state in held} == {CALLER, AGENT}
            assert {state.version for state in held} == {1}
            assert agent.figures().lost == 0
            assert agent.figures().ssrcs == 1

    run(story)


def test_an_outcome_is_told_until_its_acknowledged_and_done_once(tmp_path: Path) -> None:
    async def story() -> None:
        prompt = PromptId("short")
        rendered(tmp_path / "prompts", prompt, 500, 0.04)
        async with MediaRig(tmp_path) as rig, on_leg(rig, C1, CALLER):
            rig.commands.unavailable = True
            route = Route(FromPrompts(PlayId("C1/p1"), (prompt,)), CALLER)
            rig.client.perform(SetMatrix(C1, rig.media, 1, (route,)))
            await until(lambda: rig.commands.turned_away > 0)
            await rig.disconnect()
            rig.commands.unavailable = False
            await rig.reconnect()
            assert (await rig.command(PlayEnded)).play == "C1/p1"
            await rig.disconnect()
            await rig.reconnect()
            await rig.client.legs(rig.media)
            assert rig.commands.given == []

    run(story)


def test_a_deposed_control_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path, epoch=5) as rig:
            old = rig.new_client(epoch=4, commands=Commands())
            serving = asyncio.ensure_future(old.serve())
            try:
                with pytest.raises(MediaGone):
                    await old.open_leg(rig.media, C1, CALLER, None)
                assert rig.deposed == [4]
            finally:
                serving.cancel()
            await rig.client.open_leg(rig.media, C1, CALLER, None)

    run(story)


def test_strangers_are_counted_and_not_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT) as agent,
        ):
            caller.tone(440)
            rig.client.perform(bridged(rig))
            assert await agent.hears_tone(440, -21)
            port = {s.leg: s.anchored.port for s in await rig.client.legs(rig.media)}[CALLER]
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
                for number in range(20):
                    noise = build(8, number, 160 * number, 99, bytes(160))
                    stranger.sendto(noise, ("127.0.0.1", port))
            before = agent.figures().received
            assert await agent.hears_packets(before + 10)
            assert agent.figures().ssrcs == 1
            rig.client.perform(CloseMedia(C1, rig.media, (CALLER, AGENT)))
            measured = await rig.command(LegMeasured, lambda m: m.leg == CALLER)
            assert measured.strangers == 20
            assert measured.lost == 0

    run(story)


def test_a_phone_behind_nat_is_latched_by_its_steady_packets(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig, on_leg(rig, C1, AGENT) as agent:
            phone = await AudioEndpoint.open()
            elsewhere = Agreed("127.0.0.1", 9, Law.PCMA, 8, 101)  # what its SDP says
            anchored = await rig.client.open_leg(rig.media, C1, CALLER, elsewhere)
            phone.agree(agreed_with(anchored.port))
            phone.start()
            agent.tone(1000)
            rig.client.perform(bridged(rig))
            assert await phone.hears_tone(1000, -21)
            await phone.close()

    run(story)


def test_a_new_address_from_signalling_lifts_the_latch(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT) as agent,
        ):
            agent.tone(1000)
            rig.client.perform(bridged(rig))
            assert await caller.hears_tone(1000, -21)
            port = {s.leg: s.anchored.port for s in await rig.client.legs(rig.media)}[CALLER]
            moved = await AudioEndpoint.open()
            await rig.client.change_leg(rig.media, CALLER, moved.offer())
            moved.agree(agreed_with(port))
            moved.start()
            moved.tone(440)
            assert await moved.hears_tone(1000, -21)
            assert await agent.hears_tone(440, -21)
            assert agent.figures().ssrcs == 1
            assert agent.figures().restarts == 0
            await moved.close()

    run(story)


def test_a_phone_on_hold_is_sent_nothing_until_it_comes_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path, silent_after_s=0.6) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT) as agent,
        ):
            agent.tone(1000)
            rig.client.perform(bridged(rig))
            assert await caller.hears_tone(1000, -21)
            held = structs.replace(caller.offer(), sends=False, receives=False)
            await rig.client.change_leg(rig.media, CALLER, held)
            caller.muted = True
            before = agent.figures().sent
            count = caller.figures().received
            await until(lambda: agent.figures().sent > before + 50)  # longer than it may be silent
            assert caller.figures().received <= count + 2
            assert not [c for c in rig.commands.given if isinstance(c, LegSilent)]
            caller.muted = False
            await rig.client.change_leg(rig.media, CALLER, caller.offer())
            assert await caller.hears_packets(count + 20)
            figures = caller.figures()
            assert (figures.ssrcs, figures.restarts, figures.lost) == (1, 0, 0)

    run(story)


def test_one_line_for_life_over_prompt_relay_and_silence(tmp_path: Path) -> None:
    async def story() -> None:
        prompt = PromptId("music")
        rendered(tmp_path / "prompts", prompt, 600, 1.0)
        async with (
            MediaRig(tmp_path) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT) as agent,
        ):
            agent.tone(1000)
            music = Route(FromPrompts(PlayId("C1/p1"), (prompt,), repeat=True), CALLER)
            rig.client.perform(SetMatrix(C1, rig.media, 1, (music,)))
            assert await caller.hears_tone(600, -21)
            rig.client.perform(bridged(rig, 2))
            assert await caller.hears_tone(1000, -21)
            rig.client.perform(SetMatrix(C1, rig.media, 3, ()))
            assert await caller.hears_silence()
            hold = Route(FromPrompts(PlayId("C1/p2"), (prompt,), repeat=True), CALLER)
            rig.client.perform(SetMatrix(C1, rig.media, 4, (hold,)))
            assert await caller.hears_tone(600, -21)
            figures = caller.figures()
            assert (figures.ssrcs, figures.restarts, figures.lost) == (1, 0, 0)

    run(story)


def test_digits_by_info_are_dialled_to_the_other_side(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT) as agent,
        ):
            caller.tone(440)
            rig.client.perform(bridged(rig))
            assert await agent.hears_tone(440, -21)
            for digit in "5#":
                rig.client.info_digit(rig.media, CALLER, digit)
            assert await agent.hears_digits("5#")
            assert await agent.hears_tone(440, -21)
            assert agent.figures().lost == 0

    run(story)


def test_a_missing_prompt_is_a_short_tone_and_ends(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig, on_leg(rig, C1, CALLER) as caller:
            route = Route(FromPrompts(PlayId("C1/p1"), (PromptId("gone"),)), CALLER)
            rig.client.perform(SetMatrix(C1, rig.media, 1, (route,)))
            assert await caller.hears_tone(425, -30, window_ms=100)
            await rig.command(PlayEnded)
            await until(lambda: _count(rig, "missing_prompts") == 1)

    run(story)


def _count(rig: MediaRig, name: str) -> int:
    beat = rig.client.beat(rig.media)
    return beat.counts[name] if beat is not None else 0


def test_a_silent_leg_is_told_of(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path, silent_after_s=0.5) as rig,
            on_leg(rig, C1, CALLER) as caller,
        ):
            caller.muted = True
            assert (await rig.command(LegSilent)).leg == CALLER

    run(story)


def test_both_sides_are_recorded_aligned_and_at_their_level(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            MediaRig(tmp_path) as rig,
            on_leg(rig, C1, CALLER) as caller,
            on_leg(rig, C1, AGENT, Law.PCMU) as agent,
        ):
            rig.client.perform(bridged(rig))
            rig.client.perform(recording(rig, CALLER))
            rig.client.perform(recording(rig, AGENT))
            before = caller.figures().received
            assert await caller.hears_packets(before + 25)
            caller.tone(440, -20)
            agent.tone(1000, -14)
            assert await agent.hears_tone(440, -21, window_ms=600)
            assert await caller.hears_tone(1000, -15, window_ms=600)
            sides = []
            for leg in (CALLER, AGENT):
                rig.client.perform(StopTrack(rig.media, leg, TrackId(f"{leg}/t1")))
                closed = await rig.command(TrackClosed, lambda c, leg=leg: c.leg == leg)
                assert closed.gap_us == 0
                assert closed.bytes == (rig.recordings / closed.file).stat().st_size
                sides.append(Side(closed.file, 0, leg == CALLER))
            left, right = stereo(rig, sides)
            assert abs(tone_level(left[-3_200:-800], 440) + 20) < 0.5
            assert abs(tone_level(right[-3_200:-800], 1000) + 14) < 0.5
            assert tone_level(left[-3_200:-800], 1000) < -50
            # both tones began in the same moment: they begin in the same place of the file
            assert abs(onset(left, 440) - onset(right, 1000)) <= 400
            assert rig.keys.unwrap(owner_of(ClientId("other")), b"x" * 60) is None

    run(story)


def stereo(rig: MediaRig, sides: list[Side]):
    from roost.adapters.media.recordings import RecordedTracks

    sound = RecordedTracks(rig.recordings, rig.keys).open(GRID, sides)
    assert sound is not None
    whole = sound.read(0, sound.size)
    assert whole[:4] == b"RIFF"
    assert len(whole) == sound.size
    assert sound.read(1_001, 501) == whole[1_001:1_502]
    samples = g711.from_bytes(whole[44:])
    return samples[0::2], samples[1::2]


def onset(samples, hz: float) -> int:
    """The first sample at which the tone stands for 10 ms."""
    return next(
        at for at in range(0, len(samples), 40) if tone_level(samples[at : at + 80], hz) > -30
    )


def test_a_voicemail_ends_on_the_hash_key(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig, on_leg(rig, C1, CALLER) as caller:
            caller.tone(440)
            before = recording(rig, CALLER, TrackPurpose.VOICEMAIL, most_us=60_000_000)
            rig.client.perform(before)
            await until(lambda: any(rig.recordings.glob("*.track")))
            caller.dial("#")
            closed = await rig.command(TrackClosed)
            assert closed.bytes > 0
            track = track_file.read(rig.recordings / closed.file, rig.keys.unwrap)
            assert track.complete
            assert track.head.purpose == "voicemail"

    run(story)


def test_the_writer_dies_and_the_track_goes_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig, on_leg(rig, C1, CALLER) as caller:
            caller.tone(440)
            rig.client.perform(recording(rig, CALLER))
            await until(lambda: any(f.stat().st_size > 6_000 for f in rig.tracks()))
            os.kill(rig.writer_pid(), signal.SIGKILL)
            await until(lambda: _count(rig, "writer_restarts") == 1)
            size = rig.tracks()[0].stat().st_size
            await until(lambda: rig.tracks()[0].stat().st_size > size)
            rig.client.perform(StopTrack(rig.media, CALLER, TrackId(f"{CALLER}/t1")))
            closed = await rig.command(TrackClosed)
            track = track_file.read(rig.recordings / closed.file, rig.keys.unwrap)
            assert track.complete
            heard = sum(len(record.payload) for record in track.records)
            assert heard > 0.4 * track.length

    run(story)


def test_media_is_killed_and_what_was_in_the_ring_is_written(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig, on_leg(rig, C1, CALLER) as caller:
            caller.tone(440)
            rig.client.perform(recording(rig, CALLER))
            await until(lambda: any(f.stat().st_size > 6_000 for f in rig.tracks()))
            writer = rig.writer_pid()
            rig.kill()
            await until(lambda: not Path(f"/proc/{writer}").exists() or _zombie(writer))
            name = track_file.file_name(f"{CALLER}/t1")
            track = track_file.read(rig.recordings / name, rig.keys.unwrap)
            assert not track.complete
            assert track.length >= 8_000 // 2
            assert (await rig.command(MediaLost)).media == rig.media

    run(story)


def test_another_process_at_the_socket_means_the_first_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig:
            await rig.client.open_leg(rig.media, C1, CALLER, agreed_with(9))
            rig.kill()
            rig.start()
            assert (await rig.command(MediaLost)).media == rig.media
            assert await rig.client.legs(rig.media) == []
            await rig.client.open_leg(rig.media, C1, CALLER, agreed_with(9))

    run(story)


def _zombie(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def test_drained_media_takes_no_new_legs_and_ends_with_its_last(tmp_path: Path) -> None:
    async def story() -> None:
        async with MediaRig(tmp_path) as rig:
            await rig.client.open_leg(rig.media, C1, CALLER, agreed_with(9))
            await rig.client.drain(rig.media)
            with pytest.raises(MediaGone, match="no new legs"):
                await rig.client.open_leg(rig.media, C1, AGENT, agreed_with(9))
            await until(lambda: not _takes_calls(rig))
            await rig.client.close_leg(rig.media, CALLER)
            await rig.command(LegMeasured)
            await until(lambda: rig.process is not None and rig.process.poll() == 0)

    run(story)


def _takes_calls(rig: MediaRig) -> bool:
    try:
        rig.client.least_loaded()
    except MediaGone:
        return False
    return True
