"""The two ways to the engine: for our own adapters, and for other processes."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from roost.floor.calls.messages import ReceiveCall
from roost.floor.definition import Configure
from roost.kernel.actor import Actor
from roost.kernel.ids import CommandId
from roost.kernel.messages import Command, VaultPut
from roost.ports.commands import Answer, Done, Submit, Unavailable

AGAIN_S: Final = 0.1
PATIENCE_S: Final = 120.0  # a lease mends what was lost for longer


class Submitting:
    """`draining` refuses new callers and nothing else."""

    def __init__(self, submit: Submit, configured: Callable[[], None]) -> None:
        self.draining = False
        self._submit = submit
        self._configured = configured
        self._line = asyncio.Lock()  # whose turn it is to try again: first come, first served

    async def patiently(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        """What signalling and media tell has happened, whether or not the log can be written
        at this moment: so it's told again until it's answered, in the order in which it
        happened. A new caller isn't kept waiting."""
        if isinstance(command, ReceiveCall):
            if self.draining:
                return Unavailable("draining")
            return await self._submit(command, actor, id, puts)
        if not self._line.locked():
            answer = await self._submit(command, actor, id, puts)
            if not isinstance(answer, Unavailable):
                return answer
        end = asyncio.get_running_loop().time() + PATIENCE_S
        async with self._line:
            while True:
                answer = await self._submit(command, actor, id, puts)
                late = asyncio.get_running_loop().time() > end
                if late or not isinstance(answer, Unavailable):
                    return answer
                await asyncio.sleep(AGAIN_S)

    async def from_outside(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        """For the link: whoever asks there decides whether to try again."""
        answer = await self._submit(command, actor, id, puts)
        if isinstance(command, Configure) and isinstance(answer, Done):
            self._configured()
        return answer
