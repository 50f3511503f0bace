"""Giving a command to the cell's writer on behalf of a caller, and answering for it."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from roost.kernel.ids import OPERATOR, CommandId, Owner
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import SECOND
from roost.ports.commands import Done, Refused, Unavailable
from roost.web.follow import CURSOR, Follower
from roost.web.limits import COMMAND_DEADLINE, MOST_KEYS_KEPT
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, refused

_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class Accepted(Struct, frozen=True):
    """The command's events are committed. `cursor` is the feed's place after them; `shown`
    tells whether the live views have got there already."""

    cursor: str
    shown: bool


class Commands:
    """`Idempotency-Key` and account together name a command for ever: the writer does it once
    and answers the same again. The same key on another request is refused here as long as it
    is remembered (MOST_KEYS_KEPT)."""

    def __init__(self, parts: Parts, follower: Follower) -> None:
        self._parts = parts
        self._follower = follower
        self._used: OrderedDict[CommandId, bytes] = OrderedDict()

    def id_of(self, caller: Caller, key: str | None) -> CommandId:
        """The command's id: from the caller's key, or a fresh one."""
        if key is None:
            return CommandId(f"web-{self._parts.randomness.secret(16).hex()}")
        digest = sha256(f"{caller.actor}\n{key}".encode()).hexdigest()
        return CommandId(f"web-{digest[:32]}")

    async def give(
        self,
        command: Command,
        caller: Caller,
        key: str | None,
        puts: Sequence[VaultPut] = (),
    ) -> Accepted:
        """Raises Trouble for a refusal (409) and when nobody could decide (503)."""
        named = self.id_of(caller, key)
        self._once(named, command)
        try:
            async with asyncio.timeout(COMMAND_DEADLINE / SECOND):
                answer = await self._parts.submit(command, caller.actor, named, puts)
        except TimeoutError:
            answer = Unavailable("late")
        match answer:
            case Done(number):
                shown = await self._follower.reached(number)
                return Accepted(self._cursor(caller.owner, number), shown)
            case Refused(refusal):
                raise refused(refusal)
            case Unavailable():
                raise Trouble(503, "unavailable", headers={"Retry-After": "2"})

    def _cursor(self, owner: Owner, number: int) -> str:
        """Behind this event. A client's feed has numbers of its own, so there it's where that feed
        stands: the log's would say how much the others do."""
        if owner != OPERATOR:
            return self._follower.cursor(owner, self._follower.present(owner))
        return self._follower.cursors.seal(owner, CURSOR, number, number)

    def _once(self, id: CommandId, command: Command) -> None:
        shape = sha256(_encode(command)).digest()
        if self._used.setdefault(id, shape) != shape:
            raise Trouble(422, "key_reused")
        self._used.move_to_end(id)
        while len(self._used) > MOST_KEYS_KEPT:
            self._used.popitem(last=False)
