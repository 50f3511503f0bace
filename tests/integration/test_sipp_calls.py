"""SIPp, a program that we did not write, calls in and gives up."""

import asyncio
from pathlib import Path

from integration.sipp_tools import centre, free_port, sipp, until
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.calls import Silence
from roost.adapters.phone.phone import Account, Phone
from roost.floor.calls.messages import LegAnswered, LegClosed, LegRang, ReceiveCall
from roost.floor.effects import DialAgent, EndLeg, RingLeg
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import AgentId, ClientId, ContactId, LegId, MediaId
from roost.ports.media import Law


def test_a_caller_is_answered_and_hangs_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre() as place:
            status, printed = await sipp("caller", place.port, "-d", "100", folder=tmp_path)
            assert status == 0, printed
            await place.floor.until(LegClosed)
            kinds = [type(one) for one in place.floor.commands]
            assert kinds == [ReceiveCall, LegAnswered, LegClosed]
            closed = place.floor.commands[-1]
            assert isinstance(closed, LegClosed)
            assert (closed.blame, closed.reason) == (Blame.CALLER, Reason.HUNG_UP)
            assert not place.floor.vault.listing("dialog:")

    asyncio.run(story())


def test_a_caller_gives_up_while_it_rings(tmp_path: Path) -> None:
    def only_ring(command: object, contact: object) -> tuple[RingLeg, ...]:
        return (RingLeg(command.leg),) if isinstance(command, ReceiveCall) else ()

    async def story() -> None:
        async with centre(only_ring) as place:
            status, printed = await sipp("gives_up", place.port, folder=tmp_path)
            assert status == 0, printed
            closed = await place.floor.until(LegClosed)
            assert isinstance(closed, LegClosed)
            assert (closed.blame, closed.reason) == (Blame.CALLER, Reason.CANCELLED)
            await until(lambda: place.telephony.figures()["dialogs"] == 0)

    asyncio.run(story())


def test_forty_callers_over_a_bad_network(tmp_path: Path) -> None:
    """SIPp drops a twentieth of what it sends and of what it gets; nobody is lost."""

    async def story() -> None:
        async with centre() as place:
            options = ("-r", "40", "-d", "100", "-lost", "5", "-max_retrans", "10")
            status, printed = await sipp("caller", place.port, *options, calls=40, folder=tmp_path)
            assert status == 0, printed
            await until(lambda: place.telephony.figures()["callers"] == 0, 40)
            closed = [one for one in place.floor.commands if isinstance(one, LegClosed)]
            assert len(closed) == 40
            assert sum(isinstance(one, ReceiveCall) for one in place.floor.commands) == 40
            assert place.telephony.figures()["sent_again"] > 0

    asyncio.run(story())


def test_callers_over_tcp(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre() as place:
            options = ("-t", "t1", "-r", "50", "-d", "50")
            status, printed = await sipp("caller", place.port, *options, calls=50, folder=tmp_path)
            assert status == 0, printed
            await place.floor.until(LegClosed, 50)
            assert place.telephony.figures().get("sent_again", 0) == 0

    asyncio.run(story())


def test_a_phone_that_is_sipp_is_rung_and_let_go(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre() as place:
            port = free_port()
            answering = asyncio.create_task(
                sipp("phone", None, local_port=port, folder=tmp_path, within_s=20)
            )
            place.bind("1001", port)
            leg = LegId("C1/a1")
            place.telephony.perform(
                DialAgent(
                    *(leg, ContactId("C1"), AgentId("1001"), ClientId("power-grid")),
                    MediaId("m1"),
                    None,
                )
            )
            await place.floor.until(LegRang)
            await place.floor.until(LegAnswered)
            agreed = place.media.agreed[leg]
            assert agreed is not None
            assert agreed.law is Law.PCMA
            place.telephony.perform(EndLeg(leg, Reason.HUNG_UP))
            status, printed = await answering
            assert status == 0, printed
            await place.floor.until(LegClosed)

    asyncio.run(story())


def test_a_caller_by_ipv6() -> None:
    async def story() -> None:
        async with centre(host="::1") as place:
            account = Account("0571", "", "::1", place.port)
            outside = Phone(account, CellClock(), b"six", lambda: Silence("::1", 5004))
            await outside.start("::1")
            call = outside.call(f"sip:95598@[::1]:{place.port}")
            await call.answered()
            await place.floor.until(LegAnswered)
            call.hang_up()
            await place.floor.until(LegClosed)
            await outside.close()

    asyncio.run(story())
