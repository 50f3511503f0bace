"""Signalling says who calls, as a token of the client's, where the client asks for it."""

import asyncio

from integration.sipp_tools import LOOPBACK, NUMBER, settings_for
from integration.test_signalling_restarts import Restarting, phone_of
from roost.adapters.clock.wall import CellClock
from roost.adapters.telephony.telephony import Telephony
from roost.floor.calls.messages import ReceiveCall
from roost.kernel.ids import ClientId


def test_a_caller_is_a_token_for_a_client_that_asks_and_nobody_otherwise() -> None:
    async def story() -> None:
        centre = Restarting()
        place = centre.place
        settings = settings_for(centre.port)
        place.telephony = Telephony(
            settings,
            place.floor,
            place.media,
            place.floor.vault,
            CellClock(),
            token_of=lambda client, number: f"{client}:{number[::-1]}",
        )
        place.floor.telephony = place.telephony
        await centre.start()
        outside = await phone_of(centre.port, "0571", "")
        told: list[str] = []
        for times, asking in enumerate(((), (ClientId("power-grid"),)), 1):
            place.telephony.configure(dict(settings.numbers), (), {}, None, asking)
            call = outside.call(f"sip:{NUMBER}@{LOOPBACK}:{centre.port}")
            await call.answered()
            received = await place.floor.until(ReceiveCall, times)
            assert isinstance(received, ReceiveCall)
            told.append(received.person)
        assert told == ["", "power-grid:1750"]
        await outside.close()
        await centre.close()

    asyncio.run(story())
