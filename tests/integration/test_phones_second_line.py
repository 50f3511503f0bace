"""The second line of an agent's phone, on the wire: an INVITE of its own, what it holds, who
ends it, and the two joined by REFER with Replaces."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from itertools import count

import pytest

from integration.sipp_tools import LOOPBACK, NUMBER, Centre, centre, until
from integration.test_phones_ring import AGENT_LEG, DIAL, phone
from integration.test_the_phones_own_buttons import POWER, REACH
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.calls import Ended, PhoneCall, Silence
from roost.adapters.phone.phone import Account, Phone
from roost.adapters.telephony.settings import TrunkSettings
from roost.adapters.telephony.telephony import Telephony
from roost.adapters.telephony.testing import Script
from roost.floor.agents.messages import PhoneRegistered
from roost.floor.calls.messages import (
    LegAnswered,
    LegClosed,
    LegHeld,
    LineAsked,
    LineClosed,
    LinesHeld,
    ReplacesAsked,
)
from roost.floor.effects import AnswerLine, EndLeg, EndLine, TellPhone, line_of
from roost.floor.parties import Target, ToAgent, ToEntry, ToNumber
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ContactId, EntryId, TrunkId, owner_of
from roost.kernel.messages import Command, Effect, Refusal

FIRST_PORT = 5_100


def completes(command: Command, _contact: ContactId | None) -> Sequence[Effect]:
    if isinstance(command, ReplacesAsked):
        return (TellPhone(command.leg, 200), EndLeg(command.leg, Reason.TRANSFERRED))
    return ()


class Desk:
    """An agent's phone in a call, each of whose dialogs has a port of its own."""

    def __init__(self, place: Centre, phone: Phone, first: PhoneCall) -> None:
        self.place, self.phone, self.first = place, phone, first

    def calls(self, user: str) -> PhoneCall:
        return self.phone.call(f"sip:{user}@{LOOPBACK}:{self.place.port}")

    async def consults(self) -> PhoneCall:
        """Holds its first line, and is answered on the second."""
        self.first.hold()
        await self.place.floor.until(LegHeld)
        second = self.calls("1002")
        await second.rings(5)
        self.place.telephony.perform(AnswerLine(AGENT_LEG))
        await second.answered()
        await self.place.floor.until(LinesHeld)
        await self.heard_by(second)
        return second

    async def heard_by(self, call: PhoneCall) -> None:
        """Media sends to this call's port."""

        def there() -> bool:
            agreed = self.place.media.agreed[AGENT_LEG]
            return agreed is not None and agreed.port == call.audio.port

        await until(there)

    async def told(self, kind: type[Command], number: int = 1) -> Command:
        return await self.place.floor.until(kind, number)


@asynccontextmanager
async def talking(script: Script = completes) -> AsyncGenerator[Desk]:
    ports = count(FIRST_PORT, 2)
    elsewhere = TrunkSettings(TrunkId("city"), ("192.0.2.1",))
    async with centre(script, trunks=(elsewhere,)) as place:
        switch = place.telephony._switch  # pyright: ignore[reportPrivateUsage]
        switch.reaches = {POWER: REACH}
        own = Account("1001", "correct horse", LOOPBACK, place.port)
        made = Phone(own, CellClock(), b"two lines", lambda: Silence(LOOPBACK, next(ports)))
        await made.start()
        rung: list[PhoneCall] = []

        def answer(call: PhoneCall) -> None:
            rung.append(call)
            call.answer()

        made.on_invite = answer
        await made.register()
        await place.floor.until(PhoneRegistered)
        place.telephony.perform(DIAL)
        await place.floor.until(LegAnswered)
        await rung[0].answered()
        try:
            yield Desk(place, made, rung[0])
        finally:
            await made.close()


def test_a_second_line_rings_is_answered_and_carries_the_sound() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            asked = await desk.told(LineAsked)
            assert asked == LineAsked(AGENT_LEG, ToAgent(AgentId("1002")))
            assert await desk.told(LinesHeld) == LinesHeld(AGENT_LEG, True, False)
            assert desk.place.floor.vault.reveal(owner_of(POWER), line_of(AGENT_LEG))
            second.hang_up()
            await desk.told(LineClosed)
            await desk.heard_by(desk.first)
            assert not desk.first.over.is_set()

    asyncio.run(story())


def test_the_line_that_isnt_held_is_the_one_heard() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            second.hold()
            await desk.told(LinesHeld, 2)
            desk.first.hold(held=False)
            assert await desk.told(LinesHeld, 3) == LinesHeld(AGENT_LEG, False, True)
            await desk.heard_by(desk.first)
            second.hold(held=False)  # the phone joins them
            assert await desk.told(LinesHeld, 4) == LinesHeld(AGENT_LEG, False, False)
            await desk.heard_by(desk.first)
            desk.first.hold()
            assert await desk.told(LinesHeld, 5) == LinesHeld(AGENT_LEG, True, False)
            await desk.heard_by(second)

    asyncio.run(story())


@pytest.mark.parametrize("by_the_first", [True, False])
def test_two_lines_are_joined_by_replaces(by_the_first: bool) -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            one, other = (desk.first, second) if by_the_first else (second, desk.first)
            assert (await one.refer(f"<sip:1002@roost?{other.replaces()}>"))[0] == 202
            assert await desk.told(ReplacesAsked) == ReplacesAsked(AGENT_LEG, AGENT_LEG)
            await desk.first.ended(5)
            await second.ended(5)
            assert one.news == ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"]
            closed = await desk.told(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.US, Reason.TRANSFERRED)
            await until(lambda: desk.place.telephony.figures()["dialogs"] == 0)
            assert desk.place.telephony.figures()["legs"] == 0

    asyncio.run(story())


def test_a_line_cannot_be_joined_with_itself() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            assert (await second.refer(f"<sip:1002@roost?{second.replaces()}>"))[0] == 404
            assert not second.over.is_set()

    asyncio.run(story())


def test_given_up_while_it_rings() -> None:
    """CANCEL: 487, and the floor lets go whom it was for."""

    async def story() -> None:
        async with talking() as desk:
            desk.first.hold()
            await desk.told(LegHeld)
            second = desk.calls("1002")
            await second.rings(5)
            second.hang_up()
            with pytest.raises(Ended):
                await second.answered()
            assert second.status == 487
            assert await desk.told(LineClosed) == LineClosed(AGENT_LEG, held=True)
            assert not desk.first.over.is_set()

    asyncio.run(story())


@pytest.mark.parametrize(
    ("reason", "status"),
    [(Reason.BUSY, 486), (Reason.DECLINED, 603), (Reason.NO_ANSWER, 480)],
)
def test_what_came_of_it_is_the_phones_answer(reason: Reason, status: int) -> None:
    async def story() -> None:
        async with talking() as desk:
            second = desk.calls("crew")
            await second.rings(5)
            assert await desk.told(LineAsked) == LineAsked(AGENT_LEG, ToEntry(EntryId("crew")))
            desk.place.telephony.perform(EndLine(AGENT_LEG, reason))
            with pytest.raises(Ended):
                await second.answered()
            assert second.status == status
            assert await desk.told(LineClosed) == LineClosed(AGENT_LEG, held=False)

    asyncio.run(story())


def test_whom_one_consulted_hangs_up() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            desk.place.telephony.perform(EndLine(AGENT_LEG, Reason.HUNG_UP))
            await second.ended(5)
            assert await desk.told(LineClosed) == LineClosed(AGENT_LEG, held=True)
            await desk.heard_by(desk.first)

    asyncio.run(story())


def test_hanging_up_the_first_line_leaves_the_second() -> None:
    """It's the agent's leg as before, by the dialog that's left."""

    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            desk.first.hang_up()
            assert await desk.told(LinesHeld, 2) == LinesHeld(AGENT_LEG, True, False)
            assert not any(isinstance(one, LegClosed) for one in desk.place.floor.commands)
            desk.place.telephony.perform(EndLine(AGENT_LEG, Reason.HUNG_UP))
            assert await desk.told(LineClosed) == LineClosed(AGENT_LEG, held=False)
            second.hold()
            assert await desk.told(LegHeld, 2) == LegHeld(AGENT_LEG, held=True)
            second.hang_up()
            closed = await desk.told(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.AGENT, Reason.HUNG_UP)
            await until(lambda: desk.place.telephony.figures()["dialogs"] == 0)

    asyncio.run(story())


@pytest.mark.parametrize("first", [True, False])
def test_both_lines_hung_up_at_once_are_the_legs_end(first: bool) -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            for call in (desk.first, second) if first else (second, desk.first):
                call.hang_up()
            closed = await desk.told(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.AGENT, Reason.HUNG_UP)
            await until(lambda: desk.place.telephony.figures()["dialogs"] == 0)
            assert desk.place.telephony.figures()["legs"] == 0

    asyncio.run(story())


def test_the_contacts_end_ends_both() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            desk.place.telephony.perform(EndLeg(AGENT_LEG, Reason.CALLER_LEFT))
            await desk.first.ended(5)
            await second.ended(5)
            await desk.told(LegClosed)
            assert not any(isinstance(one, LineClosed) for one in desk.place.floor.commands)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("user", "status"),
    [("nobody", 404), ("110", 403), ("01012345678", 403), (NUMBER, 403)],
)
def test_whom_a_second_line_may_not_call(user: str, status: int) -> None:
    async def story() -> None:
        async with talking() as desk:
            second = desk.calls(user)
            with pytest.raises(Ended):
                await second.answered()
            assert second.status == status
            assert not any(isinstance(one, LineAsked) for one in desk.place.floor.commands)
            third = desk.calls("1002")  # and the line is free again
            await third.rings(5)

    asyncio.run(story())


def test_numbers_go_to_the_vault() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = desk.calls("13800138000")
            await second.rings(5)
            asked = await desk.told(LineAsked)
            assert isinstance(asked, LineAsked)
            target: Target = asked.target
            assert isinstance(target, ToNumber)
            kept = desk.place.floor.vault.reveal(owner_of(POWER), target.number)
            assert kept == b"13800138000"

    asyncio.run(story())


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal("target_not_ready", {"target": "1002"}), 480),
        (Refusal("too_many_parties", {"most": "6"}), 486),
        (Refusal("consulting", {"contact": "C1"}), 403),
    ],
)
def test_what_the_floor_refuses_is_a_status_and_words(refusal: Refusal, status: int) -> None:
    async def story() -> None:
        async with talking() as desk:
            desk.place.floor.refusing = lambda one: refusal if isinstance(one, LineAsked) else None
            second = desk.calls("1002")
            with pytest.raises(Ended):
                await second.answered()
            assert second.status == status
            assert desk.place.telephony.figures()["lines_refused"] == 1
            assert not desk.first.over.is_set()

    asyncio.run(story())


def test_a_third_line_and_a_phone_without_a_contact_are_refused() -> None:
    async def story() -> None:
        async with talking() as desk, phone(desk.place, "1002") as idle:
            await desk.consults()
            third = desk.calls("crew")
            with pytest.raises(Ended):
                await third.answered()
            assert third.status == 486
            await idle.register()
            await desk.told(PhoneRegistered, 2)
            call = idle.call(f"sip:1001@{LOOPBACK}:{desk.place.port}")
            with pytest.raises(Ended):
                await call.answered()
            assert call.status == 403

    asyncio.run(story())


def test_a_call_goes_on_at_another_phone_of_the_same_person() -> None:
    """INVITE with Replaces (RFC 3891); nobody else's, and no call that isn't there."""

    async def story() -> None:
        async with talking() as desk, phone(desk.place, name="kitchen") as kitchen:
            await kitchen.register()
            replaces = desk.first.replaces().partition("=")[2]
            uri = f"sip:1001@{LOOPBACK}:{desk.place.port}"
            taken = kitchen.call(uri, replaces=replaces)
            await taken.answered()
            await desk.first.ended(5)
            await desk.told(LegHeld)
            await desk.heard_by(taken)
            again = kitchen.call(uri, replaces=replaces)
            with pytest.raises(Ended):
                await again.answered()
            assert again.status == 481

    asyncio.run(story())


def test_a_restart_keeps_both_dialogs() -> None:
    async def story() -> None:
        async with talking() as desk:
            second = await desk.consults()
            place = desk.place
            old = place.telephony
            sockets = [
                one.get_extra_info("socket").dup()
                for _, one in old._line.network._datagrams  # pyright: ignore[reportPrivateUsage]
            ]
            await old.close()
            settings = old._switch.settings  # pyright: ignore[reportPrivateUsage]
            again = Telephony(settings, place.floor, place.media, place.floor.vault, CellClock())
            place.telephony = place.floor.telephony = again
            again.restore()
            await again.start(sockets)
            held = sum(isinstance(one, LinesHeld) for one in place.floor.commands)
            second.hold()
            assert await desk.told(LinesHeld, held + 1) == LinesHeld(AGENT_LEG, True, True)
            desk.first.hold(held=False)
            assert await desk.told(LinesHeld, held + 2) == LinesHeld(AGENT_LEG, False, True)
            await desk.heard_by(desk.first)
            assert (await desk.first.refer(f"<sip:1002@roost?{second.replaces()}>"))[0] == 202
            await second.ended(5)

    asyncio.run(story())
