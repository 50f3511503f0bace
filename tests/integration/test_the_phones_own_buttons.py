"""An agent's phone transfers by its own key: REFER, and who is told what."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from integration.sipp_tools import LOOPBACK, NUMBER, Centre, centre, until
from integration.test_phones_ring import AGENT_LEG, DIAL, phone
from roost.adapters.phone.calls import PhoneCall
from roost.adapters.telephony.settings import TrunkSettings
from roost.adapters.telephony.testing import Script, ring_and_answer
from roost.floor.agents.messages import PhoneRegistered
from roost.floor.calls.messages import (
    LegAnswered,
    LegClosed,
    ReceiveCall,
    ReferAsked,
    ReplacesAsked,
)
from roost.floor.dialling import Reach
from roost.floor.effects import DialAgent, EndLeg, TellPhone
from roost.floor.parties import Target, ToAgent, ToEntry, ToNumber, ToQueue
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    EntryId,
    LegId,
    MediaId,
    QueueId,
    TrunkId,
    VaultId,
    owner_of,
)
from roost.kernel.messages import Command, Effect, Refusal

POWER = ClientId("power-grid")
REACH = Reach({"crew": "09315550120"}, ("0931", "1"))
PLACE = VaultId(f"dialled:{AGENT_LEG}:1")


def as_the_floor_does(command: Command, _contact: ContactId | None) -> Sequence[Effect]:
    """To the phone its transfer has succeeded; then its leg is ended."""
    if isinstance(command, ReferAsked | ReplacesAsked):
        return (TellPhone(command.leg, 200), EndLeg(command.leg, Reason.HUNG_UP))
    return ()


@asynccontextmanager
async def talking(
    script: Script = as_the_floor_does,
) -> AsyncGenerator[tuple[Centre, PhoneCall]]:
    """An agent's phone in a call of the power grid's."""
    elsewhere = TrunkSettings(TrunkId("city"), ("192.0.2.1",))  # the loopback is the phones'
    async with centre(script, trunks=(elsewhere,)) as place, phone(place) as desk:
        switch = place.telephony._switch  # pyright: ignore[reportPrivateUsage]
        switch.reaches = {POWER: REACH}
        rung: list[PhoneCall] = []

        def answer(call: PhoneCall) -> None:
            rung.append(call)
            call.answer()

        desk.on_invite = answer
        await desk.register()
        await place.floor.until(PhoneRegistered)
        place.telephony.perform(DIAL)
        await place.floor.until(LegAnswered)
        await rung[0].answered()
        yield place, rung[0]


def test_a_transfer_by_the_phones_key_is_taken_told_and_ends_the_call() -> None:
    async def story() -> None:
        async with talking() as (place, call):
            status, _ = await call.refer(f"<sip:1002@{LOOPBACK}>")
            assert status == 202
            await call.ended(5)
            assert call.news == ["SIP/2.0 100 Trying", "SIP/2.0 200 OK"]
            asked = await place.floor.until(ReferAsked)
            assert asked == ReferAsked(AGENT_LEG, ToAgent(AgentId("1002")))
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.US, Reason.HUNG_UP)
            await until(lambda: place.telephony.figures()["dialogs"] == 0)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("to", "target"),
    [
        ("<sip:1002@elsewhere.example>", ToAgent(AgentId("1002"))),
        ("<sip:queue.bills@roost>", ToQueue(QueueId("power-grid/bills"))),
        ("<sip:power-grid/bills@roost>", ToQueue(QueueId("power-grid/bills"))),
        ("sip:crew@roost", ToEntry(EntryId("crew"))),
        ("<sip:09315550120@roost;user=phone>", ToEntry(EntryId("crew"))),
        ("<tel:0931-555-0199>", ToNumber(PLACE)),
        ('"Mobile" <sip:13800138000@roost>', ToNumber(PLACE)),
    ],
)
def test_whom_a_phone_may_name(to: str, target: Target) -> None:
    async def story() -> None:
        async with talking() as (place, call):
            assert (await call.refer(to))[0] == 202
            asked = await place.floor.until(ReferAsked)
            assert asked == ReferAsked(AGENT_LEG, target)
            if isinstance(target, ToNumber):
                kept = place.floor.vault.reveal(owner_of(POWER), PLACE)
                assert kept in (b"09315550199", b"13800138000")

    asyncio.run(story())


@pytest.mark.parametrize(
    ("to", "status"),
    [
        ("<sip:nobody@roost>", 404),
        ("<sip:110@roost>", 403),
        ("<sip:01012345678@roost>", 403),
        (f"<sip:{NUMBER}@roost>", 403),
        ("<sip:queue.bills@roost?Replaces=unknown%3Bto-tag%3Da%3Bfrom-tag%3Db>", 404),
        ("<mailto:li@example.org>", 416),
        ("<sip:1002@roost", 400),
    ],
)
def test_whom_a_phone_may_not_name(to: str, status: int) -> None:
    """The call goes on as it was."""

    async def story() -> None:
        async with talking() as (place, call):
            assert (await call.refer(to))[0] == status
            assert not any(isinstance(one, ReferAsked) for one in place.floor.commands)
            assert call.news == []
            assert not call.over.is_set()
            call.hang_up()
            await place.floor.until(LegClosed)

    asyncio.run(story())


@pytest.mark.parametrize(
    ("refusal", "status"),
    [
        (Refusal("target_not_ready", {"target": "1002"}), 480),
        (Refusal("unknown_target", {"target": "1002"}), 404),
        (Refusal("no_contact", {"agent": "1001"}), 403),
    ],
)
def test_what_the_floor_refuses_is_said_in_words(refusal: Refusal, status: int) -> None:
    async def story() -> None:
        async with talking() as (place, call):
            place.floor.refusing = lambda one: refusal if isinstance(one, ReferAsked) else None
            answered, reason = await call.refer("<sip:1002@roost>")
            assert answered == status
            assert len(reason) > 20
            place.floor.refusing = lambda _: None
            assert (await call.refer("<sip:1002@roost>"))[0] == 202  # and again

    asyncio.run(story())


def test_a_phone_that_wants_no_news_gets_none() -> None:
    async def story() -> None:
        async with talking() as (_place, call):
            assert (await call.refer("<sip:1002@roost>", news=False))[0] == 200
            await call.ended(5)
            assert call.news == []

    asyncio.run(story())


def test_a_transfer_that_fails_later_leaves_the_phone_in_its_call() -> None:
    async def story() -> None:
        async with talking(lambda *_: ()) as (place, call):
            assert (await call.refer("<sip:1002@roost>"))[0] == 202
            place.telephony.perform(TellPhone(AGENT_LEG, 486))
            await until(lambda: len(call.news) == 2)
            assert call.news[-1] == "SIP/2.0 486 Busy Here"
            place.telephony.perform(TellPhone(AGENT_LEG, 200))  # nobody listens any more
            assert (await call.refer("<sip:1002@roost>"))[0] == 202
            place.telephony.perform(TellPhone(AGENT_LEG, 503))
            await until(lambda: len(call.news) == 4)
            assert not call.over.is_set()
            texts = [one.text for one in place.telephony.trace(AGENT_LEG)]
            events = [
                text.split("Event: ")[1].split("\r\n")[0] for text in texts if "Event: " in text
            ]
            assert events[:2] == ["refer", "refer"]
            assert len(set(events[2:])) == 1
            assert events[2].startswith("refer;id=")

    asyncio.run(story())


def test_two_calls_of_a_phone_are_joined_by_replaces() -> None:
    async def story() -> None:
        other = LegId("C1/a2")
        second = DialAgent(other, ContactId("C1"), AgentId("1001"), POWER, MediaId("m1"), None)
        async with centre(as_the_floor_does) as place, phone(place) as desk:
            rung: list[PhoneCall] = []

            def answer(call: PhoneCall) -> None:
                rung.append(call)
                call.answer()

            desk.on_invite = answer
            await desk.register()
            await place.floor.until(PhoneRegistered)
            for count, dial in enumerate((DIAL, second), 1):
                place.telephony.perform(dial)
                await place.floor.until(LegAnswered, count)
                await rung[-1].answered()
            to = f"<sip:1002@roost?{rung[1].replaces()}>"
            assert (await rung[0].refer(to))[0] == 202
            asked = await place.floor.until(ReplacesAsked)
            assert asked == ReplacesAsked(AGENT_LEG, other)
            await rung[0].ended(5)
            assert rung[0].news[-1] == "SIP/2.0 200 OK"

    asyncio.run(story())


def test_a_caller_can_transfer_nobody() -> None:
    async def story() -> None:
        async with centre(ring_and_answer) as place, phone(place, "0571", "") as outside:
            call = outside.call(f"sip:{NUMBER}@{LOOPBACK}:{place.port}")
            await call.answered()
            await place.floor.until(ReceiveCall)
            assert (await call.refer("<sip:1002@roost>"))[0] == 403
            assert not any(isinstance(one, ReferAsked) for one in place.floor.commands)

    asyncio.run(story())
