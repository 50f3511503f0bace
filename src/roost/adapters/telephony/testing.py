"""Fakes for trying telephony without a floor or media: they do at once what the real ones do
in a process of their own.

    floor = FakeFloor()
    telephony = Telephony(settings, floor, FakeMedia(), floor.vault, clock)
    floor.telephony = telephony
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from roost.floor.calls.messages import LegClosed, ReceiveCall
from roost.floor.effects import AnswerLeg, RingLeg
from roost.kernel.actor import Actor
from roost.kernel.ids import CommandId, ContactId, LegId, MediaId, Owner, VaultId
from roost.kernel.messages import Command, Effect, Refusal, VaultPut
from roost.ports.commands import Answer, Done, Refused
from roost.ports.media import Agreed, Anchored, LegState, MediaGone

FIRST_PORT = 40_000


class FakeMedia:
    """`ports.media.Media` that gives out ports and remembers what it was told."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.opened: dict[LegId, tuple[ContactId, Anchored]] = {}
        self.attached: dict[LegId, tuple[ContactId, LegId]] = {}
        self.agreed: dict[LegId, Agreed | None] = {}
        self.closed: list[LegId] = []
        self.digits: list[tuple[LegId, str]] = []
        self.performed: list[Effect] = []
        self.gone = False

    def least_loaded(self) -> MediaId:
        if self.gone:
            raise MediaGone
        return MediaId("m1")

    async def open_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, agreed: Agreed | None
    ) -> Anchored:
        if self.gone:
            raise MediaGone
        if leg not in self.opened:
            port = FIRST_PORT + 2 * (len(self.opened) % 10_000)
            self.opened[leg] = contact, Anchored(media, self.host, port)
        self.agreed[leg] = agreed
        return self.opened[leg][1]

    async def change_leg(self, media: MediaId, leg: LegId, agreed: Agreed) -> None:
        self.agreed[leg] = agreed

    async def close_leg(self, media: MediaId, leg: LegId) -> None:
        self.opened.pop(leg, None)
        for name in [one for one, (_, on) in self.attached.items() if leg in (one, on)]:
            del self.attached[name]
        self.closed.append(leg)

    async def attach_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, standing: LegId
    ) -> None:
        if self.gone or standing not in self.opened:
            raise MediaGone
        for other in [one for one, (_, on) in self.attached.items() if on == standing]:
            del self.attached[other]
        self.attached[leg] = contact, standing

    async def legs(self, media: MediaId) -> list[LegState]:
        if self.gone:
            raise MediaGone
        return [
            LegState(leg, contact, anchored, 0, 0)
            for leg, (contact, anchored) in self.opened.items()
        ] + [
            LegState(leg, contact, self.opened[on][1], 0, 0, on)
            for leg, (contact, on) in self.attached.items()
        ]

    def perform(self, effect: Effect) -> None:
        self.performed.append(effect)

    def info_digit(self, media: MediaId, leg: LegId, digit: str) -> None:
        self.digits.append((leg, digit))


class FakeVault:
    """`ports.log.Vault` in memory, without any key."""

    def __init__(self) -> None:
        self.values: dict[tuple[Owner, VaultId], bytes] = {}

    def put(self, put: VaultPut) -> None:
        self.values[put.owner, put.id] = put.value

    def drop(self, id: VaultId) -> None:
        for key in [key for key in self.values if key[1] == id]:
            del self.values[key]

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        return self.values.get((owner, id))

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        return [
            (owner, name, value)
            for (owner, name), value in self.values.items()
            if name.startswith(prefix)
        ]


class Performs(Protocol):
    def perform(self, effect: Effect) -> None: ...


Script = Callable[[Command, ContactId | None], Sequence[Effect]]


def ring_and_answer(command: Command, contact: ContactId | None) -> Sequence[Effect]:
    """Every caller is rung and answered at once."""
    if isinstance(command, ReceiveCall):
        return (RingLeg(command.leg), AnswerLeg(command.leg))
    return ()


class FakeFloor:
    """`ports.commands.Submit`: takes every command, gives each caller a contact, and has the
    effects performed that its script names. A command is answered in a later turn of the loop,
    after its effects left, as the engine does it."""

    def __init__(self, script: Script = ring_and_answer) -> None:
        self.script = script
        self.vault = FakeVault()
        self.commands: list[Command] = []
        self.contacts: dict[LegId, ContactId] = {}
        self.telephony: Performs | None = None
        self.changed = asyncio.Event()
        self.refusing: Callable[[Command], Refusal | None] = lambda _: None
        self.keep_commands = True
        self.taken = 0

    async def __call__(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        contact: ContactId | None = None
        if isinstance(command, ReceiveCall):
            known = self.contacts.get(command.leg)
            if known is not None:
                return Refused(Refusal("known_leg", {"contact": known}))
            contact = ContactId(f"C{len(self.contacts) + 1}")
            self.contacts[command.leg] = contact
        refused = self.refusing(command)
        if refused is not None:
            return Refused(refused)
        for put in puts:
            self.vault.put(put)
        if isinstance(command, LegClosed):
            self.vault.drop(VaultId(f"dialog:{command.leg}"))
            self.vault.drop(VaultId(f"caller:{command.leg}"))
        self.taken += 1
        if self.keep_commands:
            self.commands.append(command)
        await asyncio.sleep(0)
        for effect in self.script(command, contact):
            assert self.telephony is not None
            self.telephony.perform(effect)
        self.changed.set()
        return Done(self.taken, contact)

    async def until(self, kind: type[Command], count: int = 1, within_s: float = 10) -> Command:
        """Waits for the `count`-th command of a kind."""
        async with asyncio.timeout(within_s):
            while True:
                found = [one for one in self.commands if isinstance(one, kind)]
                if len(found) >= count:
                    return found[count - 1]
                self.changed.clear()
                await self.changed.wait()
