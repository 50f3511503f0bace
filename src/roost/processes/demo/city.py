"""The demo's city: whom agents call, through the trunk, answers.

A number's last digits say how, as SIP's own do: …86 is busy (486), …80 rings and nobody comes
(480), …04 is nobody's (404); all others ring, answer, talk for a while and hang up.
"""

import asyncio
from array import array
from contextlib import suppress
from typing import Final

from roost.adapters.phone.calls import Ended, PhoneCall
from roost.adapters.phone.phone import Account
from roost.processes.demo import voices
from roost.processes.demo.plan import UNREACHED
from roost.processes.softphone import Softphone, sound_of

RINGS_S: Final = 2.5
TALKS_S: Final = 60.0
BUSY, NOBODY, UNKNOWN = UNREACHED
SAYS: Final = "喂，您好，是我。好的，谢谢您的回电，我知道了。"


class City:
    """One telephone for all its numbers. `host` and `port` are the centre's."""

    def __init__(self, host: str, port: int) -> None:
        self._softphone = Softphone(Account("city", "", host, port))
        self._softphone.phone.on_invite = self._rung
        self._says: array[int] = array("h")
        self._calls: set[asyncio.Task[None]] = set()

    async def start(self, port: int) -> None:
        """Listens on a port of the loopback. Raises OSError."""
        self._says = voices.spoken(SAYS)
        await self._softphone.start(port=port)

    def talking(self) -> PhoneCall | None:
        """A call that's up, if there's one."""
        calls = self._softphone.phone.calls.values()
        return next((call for call in calls if call.up.is_set()), None)

    def _rung(self, call: PhoneCall) -> None:
        if call.called.endswith(BUSY):
            call.busy()
        elif call.called.endswith(UNKNOWN):
            call.decline(404)
        else:
            call.ring()
            task = asyncio.create_task(self._answer(call))
            self._calls.add(task)
            task.add_done_callback(self._calls.discard)

    async def _answer(self, call: PhoneCall) -> None:
        if call.called.endswith(NOBODY) or await self._over(call, RINGS_S):
            return
        call.answer()
        sound_of(call).say(self._says)
        if not await self._over(call, TALKS_S):
            call.hang_up()

    async def _over(self, call: PhoneCall, within_s: float) -> bool:
        with suppress(TimeoutError):
            await call.ended(within_s)
        return call.over.is_set()

    async def quiet(self, within_s: float) -> None:
        """Waits until nobody is on the line, so long at most."""
        for call in list(self._softphone.phone.calls.values()):
            with suppress(TimeoutError):
                await call.ended(within_s)

    async def close(self) -> None:
        """Hangs up whatever stands."""
        for call in list(self._softphone.phone.calls.values()):
            if call.ours is not None:  # answered, perhaps not acknowledged yet
                with suppress(Ended, TimeoutError):
                    await call.answered(1.0)
            call.hang_up()
            await self._over(call, 1.0)
        for task in tuple(self._calls):
            task.cancel()
        await self._softphone.close()
