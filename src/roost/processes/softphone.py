"""A softphone: the SIP phone and the audio endpoint put together. For `roost call`, the demo's
callers and agents, and tests."""

import asyncio
import os
from array import array
from collections import deque
from contextlib import suppress
from typing import Final
from urllib.parse import unquote

from msgspec import Struct

from roost.adapters.audio.endpoint import AudioEndpoint, Figures
from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.calls import Ended, PhoneCall
from roost.adapters.phone.phone import Account, Phone
from roost.ports.media import Agreed, Law

PORT: Final = 5060
FIRST_KEY_S: Final = 1.0  # from the answer to the first key
COMMA_S: Final = 1.0
KEYS: Final = frozenset("0123456789*#ABCD,")
SPARE: Final = 2  # endpoints opened ahead, for calls that come in


class BadCall(Exception):
    """What was asked for can't be dialled; the message names the mend."""


class CallAudio:
    """`adapters.phone.calls.Audio` on an RTP endpoint."""

    def __init__(self, endpoint: AudioEndpoint) -> None:
        self.endpoint = endpoint
        self.host = endpoint.host
        self.port = endpoint.port
        self.begun = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None

    def agreed(self, agreed: Agreed) -> None:
        """Sends from the first agreement on."""
        self.endpoint.agree(agreed)
        self.endpoint.start()
        self.begun.set()

    def digits(self, digits: str) -> None:
        self.endpoint.dial(digits)

    def close(self) -> None:
        if self._closing is None:
            self._closing = asyncio.ensure_future(self.endpoint.close())


class Softphone:
    """A phone with sound. Opens audio endpoints ahead of need, since a call that comes in has
    no time to wait for one."""

    def __init__(self, account: Account, law: Law = Law.PCMA) -> None:
        self._spare: deque[AudioEndpoint] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self.phone = Phone(account, CellClock(), os.urandom(32), self._take, law)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Opens its sockets. Raises OSError."""
        self._host = host
        await self._refill()
        await self.phone.start(host, port)

    async def _refill(self) -> None:
        while len(self._spare) < SPARE:
            self._spare.append(await AudioEndpoint.open(self._host))

    def _take(self) -> CallAudio:
        task = asyncio.ensure_future(self._refill())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return CallAudio(self._spare.popleft())

    async def close(self) -> None:
        await self.phone.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for endpoint in self._spare:
            await endpoint.close()


def sound_of(call: PhoneCall) -> AudioEndpoint:
    """The endpoint of one of a softphone's calls."""
    assert isinstance(call.audio, CallAudio)
    return call.audio.endpoint


class Dialled(Struct, frozen=True):
    """What came of a call of ours."""

    answered: bool
    ended_by: str  # us, them, network
    why: str
    status: int
    lasted_s: float  # from the answer
    heard_s: float
    level_db: float  # of the last second heard
    figures: Figures


def target(uri: str) -> tuple[str, str, int]:
    """User, host and port of a SIP address. Raises BadCall."""
    rest = uri.removeprefix("sip:")
    user, at, place = rest.partition("@")
    host, _, port = place.partition(":")
    if not at or not user or not host or not (port or str(PORT)).isdigit():
        raise BadCall(f"{uri!r} can't be called: give it as sip:95598@127.0.0.1:5060.")
    return unquote(user), host, int(port or PORT)


def check_keys(keys: str) -> None:
    """Raises BadCall."""
    wrong = sorted(set(keys) - KEYS)
    if wrong:
        raise BadCall(f"{''.join(wrong)!r} can't be pressed: 0-9, *, #, A-D, and ',' to wait.")


async def press(call: PhoneCall, keys: str) -> None:
    """Presses keys one after the other, a comma waits, until the call is over."""
    await asyncio.sleep(FIRST_KEY_S if keys else 0)
    for key in keys:
        if call.over.is_set():
            return
        if key == ",":
            await asyncio.sleep(COMMA_S)
        else:
            call.digits(key)
            await sound_of(call).said()


async def dial(
    uri: str,
    caller: str,
    keys: str,
    for_s: float,
    says: "array[int] | None" = None,
) -> tuple[Dialled, "array[int]"]:
    """One whole call; what came of it, and what was heard. Raises BadCall, OSError."""
    user, host, port = target(uri)
    check_keys(keys)
    softphone = Softphone(Account(caller, "", host, port))
    await softphone.start()
    loop = asyncio.get_running_loop()
    begun, answered = loop.time(), 0.0
    call = softphone.phone.call(f"sip:{user}@{host}:{port}")
    try:
        with suppress(Ended, TimeoutError):
            await call.answered(for_s)
            answered = loop.time()
            if says is not None:
                sound_of(call).say(says)
            await press(call, keys)
            await call.ended(max(0.0, for_s - (loop.time() - begun)))
        call.hang_up()
        with suppress(TimeoutError):
            await call.ended(5.0)
        lasted = loop.time() - answered if answered else 0.0
        sound = sound_of(call)
        return _dialled(call, bool(answered), lasted, sound), sound.heard
    finally:
        await softphone.close()


def _dialled(call: PhoneCall, answered: bool, lasted: float, sound: AudioEndpoint) -> Dialled:
    return Dialled(
        answered=answered,
        ended_by=call.by.value if call.by else "network",
        why=call.why.value if call.why else "unknown",
        status=call.status,
        lasted_s=round(lasted, 2),
        heard_s=round(len(sound.heard) / 8_000, 2),
        level_db=round(sound.level(1_000), 1) if sound.heard else -100.0,
        figures=sound.figures(),
    )
