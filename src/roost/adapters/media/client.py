"""Media as control sees it (`ports.media.Media`): a link to each media process.

Outcomes are turned into commands and acknowledged only when the engine has answered, so each
is decided at least once, and once by its id.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from roost.adapters.media import wire
from roost.adapters.media.bounds import MASKED_MOST
from roost.adapters.media.link import Link
from roost.adapters.media.matrix import objection
from roost.adapters.media.outcomes import command_of
from roost.floor.calls.messages import MediaLost
from roost.floor.effects import (
    SendDigits,
    SetMatrix,
    StartTrack,
)
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import CommandId, ContactId, LegId, MediaId, VaultId, owner_of
from roost.kernel.messages import Command, Effect, VaultPut
from roost.ports.commands import Submit, Unavailable
from roost.ports.keys import TrackKey, TrackKeys
from roost.ports.media import Agreed, Anchored, LegState, MediaGone

AGAIN_S: Final = 0.1  # between two attempts to give a command

log = logging.getLogger(__name__)


class MediaClient:
    """`sockets` names each media process's control socket. Runs while `serve()` does.
    `on_deposed` is told when media knows a newer epoch than ours: this control may not act
    any more."""

    def __init__(
        self,
        sockets: Mapping[MediaId, Path],
        epoch: int,
        submit: Submit,
        keys: TrackKeys,
        on_deposed: Callable[[], None] = lambda: None,
    ) -> None:
        self.epoch = epoch
        self._submit = submit
        self._keys = keys
        self._on_deposed = on_deposed
        self._links = {media: Link(media, path, self) for media, path in sockets.items()}
        self._masked: OrderedDict[VaultId, bytes] = OrderedDict()

    async def serve(self) -> None:
        """Keeps the links until it's cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for link in self._links.values():
                tasks.create_task(link.serve())

    async def ready(self, timeout_s: float = 10.0) -> None:
        """Waits until every media process has welcomed us. Raises MediaGone."""
        for link in self._links.values():
            try:
                async with asyncio.timeout(timeout_s):
                    await link.up.wait()
            except TimeoutError:
                raise MediaGone(f"media {link.media} isn't there: {link.path}") from None

    # --- ports.media.Media ---

    def least_loaded(self) -> MediaId:
        free = [
            (link.beat.legs if link.beat else 0, link.media)
            for link in self._links.values()
            if link.up.is_set()
            and not (link.beat and (link.beat.draining or link.beat.legs >= link.beat.most_legs))
        ]
        if not free:
            raise MediaGone("no media process takes calls")
        return min(free)[1]

    async def open_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, agreed: Agreed | None
    ) -> Anchored:
        answer = await self._link(media).ask(lambda n: wire.Open(n, contact, leg, agreed))
        assert isinstance(answer, wire.Opened)
        return answer.anchored

    async def change_leg(self, media: MediaId, leg: LegId, agreed: Agreed) -> None:
        await self._link(media).ask(lambda n: wire.Change(n, leg, agreed))

    async def close_leg(self, media: MediaId, leg: LegId) -> None:
        await self._link(media).ask(lambda n: wire.Close(n, leg))

    async def attach_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, standing: LegId
    ) -> None:
        await self._link(media).ask(lambda n: wire.Attach(n, contact, leg, standing))

    async def legs(self, media: MediaId) -> list[LegState]:
        answer = await self._link(media).ask(wire.List)
        assert isinstance(answer, wire.Listing)
        return answer.legs

    async def drain(self, media: MediaId) -> None:
        """No new legs there from now on."""
        await self._link(media).ask(wire.Drain)

    def perform(self, effect: Effect) -> None:
        assert isinstance(effect, wire.MediaEffect), type(effect)
        link = self._links.get(effect.media)
        if link is None:
            log.error("no media process %s for %s", effect.media, type(effect).__name__)
            return
        if isinstance(effect, SetMatrix):
            why = objection(effect.routes)
            if why is not None:
                log.error("matrix %d of %s: %s", effect.version, effect.contact, why)
                return
        if isinstance(effect, SendDigits) and not link.up.is_set():
            log.warning("media %s is away: %s hears no digits", effect.media, effect.leg)
            return
        key = TrackKey(b"", b"")
        if isinstance(effect, StartTrack):
            key = self._keys.new(owner_of(effect.client))
        link.give(wire.Perform(effect, key.data, key.wrapped))

    def info_digit(self, media: MediaId, leg: LegId, digit: str) -> None:
        self._link(media).give(wire.InfoDigit(leg, digit))

    # --- what else control asks ---

    def masked(self, id: VaultId) -> bytes | None:
        """Digits collected with `mask`: in this process's memory only; gone with it."""
        return self._masked.get(id)

    def beat(self, media: MediaId) -> wire.Beat | None:
        """What a media process last said of itself; None while it's away."""
        return self._link(media).beat

    # --- for the links ---

    def _link(self, media: MediaId) -> Link:
        link = self._links.get(media)
        if link is None:
            raise MediaGone(f"no media process {media}")
        return link

    def deposed(self, epoch: int) -> None:
        log.error("media has seen epoch %d: epoch %d is deposed", epoch, self.epoch)
        self._on_deposed()

    async def lost(self, media: MediaId, which: str) -> None:
        log.error("media %s is gone, and its legs with it", media)
        await self._give(MediaLost(media), media, CommandId(f"media:{media}:{which}:lost"), None)

    async def deliver(self, media: MediaId, boot: str, outcome: wire.Outcome) -> None:
        """Gives an outcome's command to the engine until it's answered."""
        command, put, (masked, value) = command_of(outcome.body)
        if masked:
            self._masked[masked] = value
            while len(self._masked) > MASKED_MOST:
                self._masked.popitem(last=False)
        await self._give(command, media, CommandId(f"media:{media}:{boot}:{outcome.number}"), put)

    async def _give(
        self, command: Command, media: MediaId, id: CommandId, put: VaultPut | None
    ) -> None:
        actor = Actor(ActorKind.MEDIA, media)
        while True:
            answer = await self._submit(command, actor, id, (put,) if put is not None else ())
            if not isinstance(answer, Unavailable):
                return
            await asyncio.sleep(AGAIN_S)
