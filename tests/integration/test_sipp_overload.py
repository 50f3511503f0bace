"""SIPp against a centre with too much to do: new calls are refused, the standing one isn't cut."""

import asyncio
from pathlib import Path

from tests.integration.sipp_tools import centre, sipp

from roost.floor.calls.messages import LegAnswered, LegClosed

REFUSED = 5


def test_new_callers_hear_503_and_the_standing_call_ends_in_order(tmp_path: Path) -> None:
    async def story() -> None:
        async with centre() as made:
            talking = asyncio.ensure_future(
                sipp("caller", made.port, "-d", "1500", folder=tmp_path)
            )
            await made.floor.until(LegAnswered)
            made.load = 0.8
            status, printed = await sipp("caller", made.port, calls=REFUSED, folder=tmp_path)
            assert status == 1, printed
            figures = made.telephony.figures()
            assert figures["overloaded"] == REFUSED
            assert figures["callers"] == 1
            status, printed = await talking  # its BYE was answered
            assert status == 0, printed
            await made.floor.until(LegClosed)

            made.load = 0.79
            status, printed = await sipp("caller", made.port, calls=REFUSED, folder=tmp_path)
            assert status == 0, printed

    asyncio.run(story())
