"""SIPp, a program that we did not write, calls in and gives up."""

import asyncio
from pathlib import Path

from integration.sipp_tools import centre, sipp, until
from roost.floor.calls.messages import LegAnswered, LegClosed, ReceiveCall
from roost.floor.effects import RingLeg
from roost.kernel.ends import Blame, Reason


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
