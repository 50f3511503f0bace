"""Signalling dies and comes back: what was promised to the peers is kept."""

import asyncio

import msgspec

from integration.sipp_tools import (
    LOOPBACK,
    NUMBER,
    PASSWORD,
    Centre,
    both,
    settings_for,
    until,
)
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.calls import PhoneCall, Silence
from roost.adapters.phone.phone import Account, Phone
from roost.adapters.telephony.settings import TrunkSettings
from roost.adapters.telephony.telephony import Telephony
from roost.adapters.telephony.testing import Script, ring_and_answer
from roost.floor.agents.messages import PhoneRegistered
from roost.floor.calls.messages import LegAnswered, LegClosed, ReceiveCall
from roost.floor.effects import AnswerLeg, DialAgent, EndLeg, RingLeg
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, LegId, MediaId
from roost.protocols.sip.events import Why

AGENT_LEG = LegId("C1/a1")
DIAL = DialAgent(
    AGENT_LEG, ContactId("C1"), AgentId("1001"), ClientId("power-grid"), MediaId("m1"), None
)


class Restarting:
    """Telephony on sockets that outlive it, as the supervisor holds them."""

    def __init__(
        self, script: Script = ring_and_answer, trunks: tuple[TrunkSettings, ...] = ()
    ) -> None:
        self.held, self.port = both()
        self.trunks = trunks
        self.place = Centre(self.port, LOOPBACK, script, 100, trunks)

    async def start(self) -> None:
        await self.place.telephony.start([one.dup() for one in self.held])

    async def die(self) -> None:
        """As kill -9 does: nothing is said to anybody."""
        await self.place.telephony.close()

    async def again(self) -> Telephony:
        place = self.place
        settings = settings_for(self.port, trunks=self.trunks)
        place.telephony = Telephony(
            settings, place.floor, place.media, place.floor.vault, CellClock()
        )
        place.floor.telephony = place.telephony
        place.telephony.restore()
        await self.start()
        return place.telephony

    async def close(self) -> None:
        await self.place.telephony.close()
        for one in self.held:
            one.close()


async def phone_of(port: int, user: str, password: str) -> Phone:
    account = Account(user, password, LOOPBACK, port)
    made = Phone(account, CellClock(), user.encode(), lambda: Silence(LOOPBACK, 5004))
    await made.start()
    return made


def test_calls_that_stand_go_on_and_end_properly() -> None:
    async def story() -> None:
        centre = Restarting()
        floor = centre.place.floor
        await centre.start()
        outside = await phone_of(centre.port, "0571", "")
        desk = await phone_of(centre.port, "1001", PASSWORD)
        desk.on_invite = PhoneCall.answer
        await desk.register()
        await floor.until(PhoneRegistered)
        call = outside.call(f"sip:{NUMBER}@{LOOPBACK}:{centre.port}")
        await call.answered()
        centre.place.telephony.perform(DIAL)
        await floor.until(LegAnswered, 2)
        await centre.die()

        telephony = await centre.again()
        assert telephony.figures()["callers"] == 1
        assert len(telephony.phones("1001")) == 1
        call.hold()
        await until(lambda: call.ours is not None and call.held)
        call.hang_up()
        closed = await floor.until(LegClosed)
        assert isinstance(closed, LegClosed)
        assert (closed.blame, closed.reason) == (Blame.CALLER, Reason.HUNG_UP)
        (theirs,) = desk.calls.values()
        telephony.perform(EndLeg(AGENT_LEG, Reason.CALLER_LEFT))
        await theirs.ended(5)
        assert theirs.why is Why.BYE
        await until(lambda: telephony.figures()["dialogs"] == 0)
        assert not floor.vault.listing("dialog:")
        await outside.close()
        await desk.close()
        await centre.close()

    asyncio.run(story())


def test_a_ringing_call_is_answered_after_the_restart() -> None:
    def only_ring(command: object, contact: object) -> tuple[RingLeg, ...]:
        return (RingLeg(command.leg),) if isinstance(command, ReceiveCall) else ()

    async def story() -> None:
        centre = Restarting(only_ring)
        floor = centre.place.floor
        await centre.start()
        outside = await phone_of(centre.port, "0571", "")
        call = outside.call(f"sip:{NUMBER}@{LOOPBACK}:{centre.port}")
        await call.rings(5)
        received = await floor.until(ReceiveCall)
        assert isinstance(received, ReceiveCall)
        await centre.die()

        telephony = await centre.again()
        telephony.perform(RingLeg(received.leg))
        telephony.perform(AnswerLeg(received.leg))
        await call.answered()
        await floor.until(LegAnswered)
        call.hang_up()
        await floor.until(LegClosed)
        await outside.close()
        await centre.close()

    asyncio.run(story())


def test_a_ringing_phone_rings_on_and_makes_no_second_call() -> None:
    async def story() -> None:
        centre = Restarting()
        floor = centre.place.floor
        await centre.start()
        desk = await phone_of(centre.port, "1001", PASSWORD)
        rung: list[PhoneCall] = []

        def ring(call: PhoneCall) -> None:
            rung.append(call)
            call.ring()

        desk.on_invite = ring
        await desk.register()
        await floor.until(PhoneRegistered)
        centre.place.telephony.perform(DIAL)
        await until(lambda: len(rung) == 1)
        await centre.die()

        telephony = await centre.again()
        telephony.perform(DIAL)
        rung[0].answer()
        await rung[0].answered()
        await floor.until(LegAnswered)
        assert len(rung) == 1
        rung[0].hang_up()
        closed = await floor.until(LegClosed)
        assert closed == LegClosed(AGENT_LEG, Blame.AGENT, Reason.HUNG_UP)
        assert telephony.figures()["legs"] == 0
        await desk.close()
        await centre.close()

    asyncio.run(story())


def test_a_phone_that_nobody_wants_any_more_stops_ringing_after_the_restart() -> None:
    async def story() -> None:
        centre = Restarting()
        floor = centre.place.floor
        await centre.start()
        desk = await phone_of(centre.port, "1001", PASSWORD)
        rung: list[PhoneCall] = []

        def ring(call: PhoneCall) -> None:
            rung.append(call)
            call.ring()

        desk.on_invite = ring
        await desk.register()
        await floor.until(PhoneRegistered)
        centre.place.telephony.perform(DIAL)
        await until(lambda: len(rung) == 1)
        await centre.die()

        telephony = await centre.again()
        telephony.perform(msgspec.structs.replace(DIAL, again=True))
        telephony.perform(EndLeg(AGENT_LEG, Reason.CALLER_LEFT))
        await rung[0].ended(5)
        assert rung[0].why is Why.CANCELLED
        closed = await floor.until(LegClosed)
        assert closed == LegClosed(AGENT_LEG, Blame.US, Reason.CALLER_LEFT)
        assert len(rung) == 1
        assert telephony.figures()["legs"] == 0
        await desk.close()
        await centre.close()

    asyncio.run(story())


def test_a_caller_who_gave_up_meanwhile_is_heard_afterwards() -> None:
    def only_ring(command: object, contact: object) -> tuple[RingLeg, ...]:
        return (RingLeg(command.leg),) if isinstance(command, ReceiveCall) else ()

    async def story() -> None:
        centre = Restarting(only_ring)
        floor = centre.place.floor
        await centre.start()
        outside = await phone_of(centre.port, "0571", "")
        call = outside.call(f"sip:{NUMBER}@{LOOPBACK}:{centre.port}")
        await call.rings(5)
        await centre.die()
        call.hang_up()  # the CANCEL waits in the socket that the supervisor holds
        telephony = await centre.again()
        closed = await floor.until(LegClosed)
        assert isinstance(closed, LegClosed)
        assert (closed.blame, closed.reason) == (Blame.CALLER, Reason.CANCELLED)
        await call.ended(5)
        assert telephony.figures()["callers"] == 0
        await outside.close()
        await centre.close()

    asyncio.run(story())
