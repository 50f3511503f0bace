"""Agents' phones: registered with their secret, rung by the floor, several at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from integration.sipp_tools import NUMBER, PASSWORD, Centre, centre, until
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.calls import Ended, PhoneCall, Silence
from roost.adapters.phone.phone import Account, NotRegistered, Phone
from roost.floor.agents.messages import PhoneLapsed, PhoneRegistered
from roost.floor.calls.messages import (
    LegAnswered,
    LegClosed,
    LegConfirmed,
    LegFailed,
    LegHeld,
    LegRang,
)
from roost.floor.effects import AskLeg, DialAgent, EndLeg, NudgePhone
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, LegId, MediaId
from roost.protocols.sip.events import Why

AGENT_LEG = LegId("C1/a1")
DIAL = DialAgent(
    AGENT_LEG, ContactId("C1"), AgentId("1001"), ClientId("power-grid"), MediaId("m1"), None
)


@asynccontextmanager
async def phone(
    place: Centre,
    user: str = "1001",
    password: str = PASSWORD,
    transport: str = "UDP",
    name: str = "",
) -> AsyncIterator[Phone]:
    account = Account(user, password, "127.0.0.1", place.port, transport)
    key = f"key of {user} {name} {transport}".encode()
    made = Phone(account, CellClock(), key, lambda: Silence("127.0.0.1", 5004))
    await made.start()
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.parametrize("transport", ["UDP", "TCP"])
def test_a_registered_phone_is_rung_answers_and_hangs_up(transport: str) -> None:
    async def story() -> None:
        async with centre() as place, phone(place, transport=transport) as desk:
            rung: list[PhoneCall] = []
            desk.on_invite = rung.append
            await desk.register()
            await place.floor.until(PhoneRegistered)
            place.telephony.perform(DIAL)
            await until(lambda: bool(rung))
            rung[0].ring()
            await place.floor.until(LegRang)
            rung[0].answer()
            await rung[0].answered()
            await place.floor.until(LegAnswered)
            assert place.floor.vault.listing(f"dialog:{AGENT_LEG}")
            rung[0].hold()
            held = await place.floor.until(LegHeld)
            assert isinstance(held, LegHeld)
            assert held.held
            rung[0].hold(held=False)
            await place.floor.until(LegHeld, 2)
            place.telephony.perform(AskLeg(AGENT_LEG))
            await place.floor.until(LegConfirmed)
            rung[0].digits("5", info=True)
            await until(lambda: place.media.digits == [(AGENT_LEG, "5")])
            rung[0].hang_up()
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.AGENT, Reason.HUNG_UP)
            await until(lambda: place.media.closed == [AGENT_LEG])
            await until(lambda: place.telephony.figures()["dialogs"] == 0)

    asyncio.run(story())


def test_pick_up_on_the_page_answers_the_phone() -> None:
    async def story() -> None:
        async with centre() as place, phone(place) as desk:
            desk.on_invite = PhoneCall.ring
            await desk.register()
            await place.floor.until(PhoneRegistered)
            place.telephony.perform(DIAL)
            await place.floor.until(LegRang)
            place.telephony.perform(NudgePhone(AGENT_LEG))
            await place.floor.until(LegAnswered)

    asyncio.run(story())


def test_every_phone_of_an_agent_rings_and_the_first_one_wins() -> None:
    async def story() -> None:
        async with (
            centre() as place,
            phone(place, name="desk") as desk,
            phone(place, name="home") as home,
        ):
            rung: list[PhoneCall] = []

            def ring(call: PhoneCall) -> None:
                rung.append(call)
                call.ring()

            desk.on_invite = home.on_invite = ring
            await desk.register()
            await home.register()
            await until(lambda: len(place.telephony.phones("1001")) == 2)
            place.telephony.perform(DIAL)
            await until(lambda: len(rung) == 2)
            rung[0].answer()
            await rung[0].answered()
            await rung[1].ended(5)
            assert rung[1].why is Why.CANCELLED
            await place.floor.until(LegAnswered)
            place.telephony.perform(EndLeg(AGENT_LEG, Reason.CALLER_LEFT))
            await rung[0].ended(5)
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.US, Reason.CALLER_LEFT)
            assert sum(isinstance(one, LegAnswered) for one in place.floor.commands) == 1

    asyncio.run(story())


@pytest.mark.parametrize(
    ("status", "reason"), [(603, Reason.DECLINED), (486, Reason.BUSY), (480, Reason.NO_ANSWER)]
)
def test_a_phone_says_no(status: int, reason: Reason) -> None:
    async def story() -> None:
        async with centre() as place, phone(place) as desk:
            desk.on_invite = lambda call: call.decline(status)
            await desk.register()
            await place.floor.until(PhoneRegistered)
            place.telephony.perform(DIAL)
            failed = await place.floor.until(LegFailed)
            assert failed == LegFailed(AGENT_LEG, Blame.AGENT, reason, status)

    asyncio.run(story())


def test_ringing_is_given_up() -> None:
    async def story() -> None:
        async with centre() as place, phone(place) as desk:
            rung: list[PhoneCall] = []

            def ring(call: PhoneCall) -> None:
                rung.append(call)
                call.ring()

            desk.on_invite = ring
            await desk.register()
            await place.floor.until(PhoneRegistered)
            place.telephony.perform(DIAL)
            await place.floor.until(LegRang)
            place.telephony.perform(EndLeg(AGENT_LEG, Reason.NO_ANSWER))
            await rung[0].ended(5)
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(AGENT_LEG, Blame.US, Reason.NO_ANSWER)

    asyncio.run(story())


def test_an_agent_without_a_phone_is_unreachable() -> None:
    async def story() -> None:
        async with centre() as place:
            place.telephony.perform(DIAL)
            failed = await place.floor.until(LegFailed)
            assert failed == LegFailed(AGENT_LEG, Blame.NETWORK, Reason.UNREACHABLE, 480)

    asyncio.run(story())


@pytest.mark.parametrize(("user", "password"), [("1001", "wrong"), ("nobody", "wrong")])
def test_a_wrong_secret_and_an_unknown_user_hear_the_same(user: str, password: str) -> None:
    async def story() -> None:
        async with centre() as place, phone(place, user, password) as desk:
            with pytest.raises(NotRegistered) as failure:
                await desk.register()
            assert failure.value.status == 401
            assert place.floor.commands == []

    asyncio.run(story())


def test_a_phone_signs_off() -> None:
    async def story() -> None:
        async with centre() as place, phone(place) as desk:
            await desk.register()
            await desk.unregister()
            await place.floor.until(PhoneLapsed)
            assert place.telephony.phones("1001") == []

    asyncio.run(story())


def test_a_caller_holds_sends_digits_and_is_ended_by_us() -> None:
    async def story() -> None:
        async with centre() as place, phone(place, "0571", "") as outside:
            call = outside.call(f"sip:{NUMBER}@127.0.0.1:{place.port}")
            await call.answered()
            answered = await place.floor.until(LegAnswered)
            assert isinstance(answered, LegAnswered)
            call.hold()
            await place.floor.until(LegHeld)
            agreed = place.media.agreed[answered.leg]
            assert agreed is not None
            assert not agreed.receives
            call.digits("1", info=True)
            await until(lambda: place.media.digits == [(answered.leg, "1")])
            place.telephony.perform(EndLeg(answered.leg, Reason.FLOW_ENDED))
            await call.ended(5)
            assert call.why is Why.BYE
            closed = await place.floor.until(LegClosed)
            assert closed == LegClosed(answered.leg, Blame.US, Reason.FLOW_ENDED)

    asyncio.run(story())


def test_a_caller_without_an_offer_gets_ours() -> None:
    async def story() -> None:
        async with centre() as place, phone(place, "0571", "") as outside:
            call = outside.call(f"sip:{NUMBER}@127.0.0.1:{place.port}", offer=False)
            await call.answered()
            answered = await place.floor.until(LegAnswered)
            assert isinstance(answered, LegAnswered)
            agreed = place.media.agreed[answered.leg]
            assert agreed is not None
            assert agreed.port == 5004
            call.hang_up()
            await place.floor.until(LegClosed)

    asyncio.run(story())


def test_a_number_that_is_nobodys() -> None:
    async def story() -> None:
        async with centre() as place, phone(place, "0571", "") as outside:
            call = outside.call(f"sip:12345@127.0.0.1:{place.port}")
            with pytest.raises(Ended):
                await call.answered()
            assert call.status == 404
            assert place.floor.commands == []

    asyncio.run(story())


def test_too_many_calls_are_sent_away_at_once() -> None:
    async def story() -> None:
        async with centre(most_calls=2) as place, phone(place, "0571", "") as outside:
            first = outside.call(f"sip:{NUMBER}@127.0.0.1:{place.port}")
            await first.answered()
            second = outside.call(f"sip:{NUMBER}@127.0.0.1:{place.port}")
            with pytest.raises(Ended):
                await second.answered()
            assert second.status == 503
            assert first.up.is_set()

    asyncio.run(story())
