"""What every media keeps to: the process behind its socket and the fake, under one suite."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from roost.adapters.media.testing import Commands, MediaRig, MemoryMedia, rendered
from roost.floor.calls.messages import (
    DigitsCollected,
    LegInterrupted,
    LegMeasured,
    PlayEnded,
    TrackClosed,
)
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    FromLeg,
    FromPrompts,
    PauseTrack,
    Route,
    SendDigits,
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
    MediaId,
    PlayId,
    PromptId,
    TrackId,
)
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Law, Media, MediaGone

M1 = MediaId("m1")
C1, LEG = ContactId("C1"), LegId("C1/c")
NEAR = Agreed("127.0.0.1", 9, Law.PCMA, 8, 101)
SHORT = PromptId("short")

Story = Callable[[Media, Commands], Awaitable[None]]
Told = Callable[[Story], None]


@pytest.fixture(params=["fake", "process"])
def told(request: pytest.FixtureRequest, tmp_path: Path) -> Told:
    @asynccontextmanager
    async def media() -> AsyncIterator[tuple[Media, Commands]]:
        if request.param == "fake":
            commands = Commands()
            yield MemoryMedia(commands), commands
            return
        rendered(tmp_path / "prompts", SHORT, hz=500, seconds=0.02)
        async with MediaRig(tmp_path) as rig:
            yield rig.client, rig.commands

    def tell(story: Story) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(180), media() as (one, commands), asyncio.timeout(60):
                await story(one, commands)

        asyncio.run(bounded())

    return tell


def collect(
    number: int, *, most: int = 4, first_ms: int = 4_000, mask: bool = False
) -> CollectDigits:
    return CollectDigits(
        C1,
        M1,
        LEG,
        CollectId(f"C1/d{number}"),
        most=most,
        terminators="#",
        first_us=DurationUs(1_000 * first_ms),
        next_us=DurationUs(2_000_000),
        barge_in=True,
        mask=mask,
        client=ClientId("grid"),
    )


def test_a_leg_is_anchored_for_life(told: Told) -> None:
    async def story(media: Media, _: Commands) -> None:
        assert media.least_loaded() == M1
        first = await media.open_leg(M1, C1, LEG, None)
        assert first.media == M1
        assert first.port % 2 == 0
        await media.change_leg(M1, LEG, NEAR)
        assert await media.open_leg(M1, C1, LEG, NEAR) == first
        other = await media.open_leg(M1, C1, LegId("C1/a1"), NEAR)
        assert other.port != first.port
        assert {state.leg for state in await media.legs(M1)} == {LEG, "C1/a1"}

    told(story)


def test_what_isnt_there_says_so(told: Told) -> None:
    async def story(media: Media, _: Commands) -> None:
        with pytest.raises(MediaGone):
            await media.open_leg(MediaId("m9"), C1, LEG, None)
        with pytest.raises(MediaGone):
            await media.change_leg(M1, LEG, NEAR)
        await media.close_leg(M1, LEG)  # closed twice is closed
        assert await media.legs(M1) == []

    told(story)


def test_an_older_matrix_is_ignored(told: Told) -> None:
    async def story(media: Media, _: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        media.perform(SetMatrix(C1, M1, 2, ()))
        media.perform(SetMatrix(C1, M1, 1, ()))
        assert [state.version for state in await media.legs(M1)] == [2]

    told(story)


def test_a_prompt_played_once_ends_once(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        matrix = SetMatrix(C1, M1, 1, (Route(FromPrompts(PlayId("C1/p1"), (SHORT,)), LEG),))
        media.perform(matrix)
        assert (await commands.take(PlayEnded)).play == "C1/p1"
        media.perform(matrix)
        media.perform(CloseMedia(C1, M1, (LEG,)))
        await commands.take(LegMeasured)
        assert not [c for c in commands.given if isinstance(c, PlayEnded)]

    told(story)


def test_digits_go_into_their_clients_vault(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        media.perform(collect(1))
        for digit in "12#":
            media.info_digit(M1, LEG, digit)
        collected = await commands.take(DigitsCollected)
        assert (collected.count, collected.ended_by, collected.digit) == (2, "terminator", "")
        (put,) = commands.puts
        assert (put.id, put.owner, put.value) == (collected.value, "grid", b"12")

    told(story)


def test_a_menus_key_stands_in_the_command(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        media.perform(collect(1, most=1))
        media.info_digit(M1, LEG, "3")
        collected = await commands.take(DigitsCollected)
        assert (collected.digit, collected.ended_by, collected.value) == ("3", "enough", None)
        media.perform(collect(1, most=1))  # the effect again: done already
        media.perform(collect(2, most=1))
        media.info_digit(M1, LEG, "4")
        assert (await commands.take(DigitsCollected)).collect == "C1/d2"

    told(story)


def test_masked_digits_stay_in_memory(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        media.perform(collect(1, most=2, mask=True))
        for digit in "42":
            media.info_digit(M1, LEG, digit)
        collected = await commands.take(DigitsCollected)
        assert collected.value is not None
        assert commands.puts == []
        assert media.masked(collected.value) == b"42"  # type: ignore[attr-defined]

    told(story)


def test_silence_ends_a_collection_too(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        media.perform(collect(1, first_ms=50))
        collected = await commands.take(DigitsCollected)
        assert (collected.count, collected.ended_by, collected.value) == (0, "silence", None)

    told(story)


def test_a_track_ends_once(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        track = TrackId("C1/c/t1")
        start = StartTrack(
            C1, ClientId("grid"), M1, LEG, track, TrackPurpose.RECORDING, DurationUs(0)
        )
        media.perform(start)
        media.perform(start)
        media.perform(StopTrack(M1, LEG, track))
        media.perform(StopTrack(M1, LEG, track))
        closed = await commands.take(TrackClosed)
        assert (closed.track, closed.gap_us) == (track, 0)
        media.perform(CloseMedia(C1, M1, (LEG,)))
        await commands.take(LegMeasured)
        assert not [c for c in commands.given if isinstance(c, TrackClosed)]

    told(story)


def test_a_voicemail_ends_at_its_limit(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        limit = DurationUs(60_000)
        track = TrackId("C1/c/v1")
        media.perform(
            StartTrack(C1, ClientId("grid"), M1, LEG, track, TrackPurpose.VOICEMAIL, limit)
        )
        assert (await commands.take(TrackClosed)).length_us >= limit

    told(story)


def test_closing_measures_each_leg_once(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        legs = (LEG, LegId("C1/a1"))
        for leg in legs:
            await media.open_leg(M1, C1, leg, NEAR)
        await media.close_leg(M1, legs[1])
        media.perform(CloseMedia(C1, M1, legs))
        measured = {(await commands.take(LegMeasured)).leg for _ in legs}
        assert measured == set(legs)
        assert await media.legs(M1) == []

    told(story)


# --- several hear each other ---


def test_a_matrix_may_let_each_hear_several(told: Told) -> None:
    async def story(media: Media, _: Commands) -> None:
        legs = (LEG, LegId("C1/a1"), LegId("C1/g1"))
        for leg in legs:
            await media.open_leg(M1, C1, leg, NEAR)
        routes = tuple(Route(FromLeg(a), b, -6) for a in legs for b in legs if a != b)
        media.perform(SetMatrix(C1, M1, 1, routes))
        assert {state.version for state in await media.legs(M1)} == {1}

    told(story)


def test_a_paused_track_and_keys_pressed_have_no_outcome(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        track = TrackId("C1/c/t1")
        media.perform(
            StartTrack(C1, ClientId("grid"), M1, LEG, track, TrackPurpose.RECORDING, DurationUs(0))
        )
        for paused in (True, True, False):
            media.perform(PauseTrack(M1, LEG, track, paused))
        media.perform(PauseTrack(M1, LEG, TrackId("C1/c/t9"), paused=True))  # none of ours
        media.perform(SendDigits(M1, C1, LEG, "12"))
        media.perform(CloseMedia(C1, M1, (LEG,)))
        await commands.take(LegMeasured)
        await commands.take(TrackClosed)
        assert commands.given == []

    told(story)


# --- standing legs ---

DESK, OTHER_DESK = LegId("desk/1001"), LegId("desk/1002")
A1 = LegId("C1/a1")


async def stand(media: Media, *desks: LegId) -> None:
    for desk in desks:
        await media.open_leg(M1, ContactId(desk), desk, NEAR)


async def held(media: Media) -> dict[LegId, tuple[ContactId, LegId | None]]:
    return {state.leg: (state.contact, state.standing) for state in await media.legs(M1)}


def test_a_contacts_leg_is_attached_and_closing_it_leaves_the_desk(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await stand(media, DESK)
        await media.open_leg(M1, C1, LEG, NEAR)
        await media.attach_leg(M1, C1, A1, DESK)
        await media.attach_leg(M1, C1, A1, DESK)
        assert await held(media) == {DESK: (DESK, None), LEG: (C1, None), A1: (C1, DESK)}
        media.perform(SetMatrix(C1, M1, 1, (Route(FromLeg(A1), LEG), Route(FromLeg(LEG), A1))))
        await media.change_leg(M1, A1, NEAR)
        await media.close_leg(M1, A1)
        assert (await commands.take(LegMeasured)).leg == A1
        await media.close_leg(M1, A1)
        assert set(await held(media)) == {DESK, LEG}
        media.perform(CloseMedia(C1, M1, (LEG, A1)))
        assert (await commands.take(LegMeasured)).leg == LEG
        await media.close_leg(M1, DESK)  # whose figures are nobody's
        assert await held(media) == {}
        assert not [c for c in commands.given if isinstance(c, LegMeasured)]

    told(story)


def test_one_is_attached_at_a_time_and_attaching_anew_moves_it(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await stand(media, DESK, OTHER_DESK)
        await media.attach_leg(M1, C1, A1, DESK)
        await media.attach_leg(M1, C1, A1, OTHER_DESK)
        assert (await held(media))[A1] == (C1, OTHER_DESK)
        second = LegId("C2/a1")
        await media.attach_leg(M1, ContactId("C2"), second, OTHER_DESK)
        assert (await commands.take(LegMeasured)).leg == A1
        assert set(await held(media)) == {DESK, OTHER_DESK, second}
        await media.close_leg(M1, OTHER_DESK)
        assert (await commands.take(LegMeasured)).leg == second
        assert set(await held(media)) == {DESK}

    told(story)


def test_only_a_standing_leg_is_attached_to(told: Told) -> None:
    async def story(media: Media, _: Commands) -> None:
        await media.open_leg(M1, C1, LEG, NEAR)
        for standing in (LEG, DESK):
            with pytest.raises(MediaGone):
                await media.attach_leg(M1, C1, A1, standing)
        await stand(media, DESK)
        with pytest.raises(MediaGone):
            await media.attach_leg(M1, C1, LEG, DESK)

    told(story)


def test_what_hangs_on_an_attached_leg_ends_with_it(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await stand(media, DESK)
        await media.open_leg(M1, C1, LEG, NEAR)
        await media.attach_leg(M1, C1, A1, DESK)
        track = TrackId("C1/a1/t1")
        media.perform(
            StartTrack(C1, ClientId("grid"), M1, A1, track, TrackPurpose.RECORDING, DurationUs(0))
        )
        media.perform(CloseMedia(C1, M1, (LEG, A1)))
        assert (await commands.take(TrackClosed)).track == track
        assert {(await commands.take(LegMeasured)).leg for _ in range(2)} == {LEG, A1}
        assert set(await held(media)) == {DESK}

    told(story)


def test_a_silent_desk_interrupts_what_is_attached_to_it(told: Told) -> None:
    async def story(media: Media, commands: Commands) -> None:
        await stand(media, DESK)
        if isinstance(media, MemoryMedia):
            media.line(DESK, lost=True)  # the process finds out by itself: nobody sends
        await media.attach_leg(M1, C1, A1, DESK)
        assert (await commands.take(LegInterrupted)).leg == A1

    told(story)
