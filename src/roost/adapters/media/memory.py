"""Media without packets, for tests: the same answers and outcomes, nothing is heard."""

import asyncio
from collections.abc import Sequence

from msgspec import structs

from roost.adapters.media import wire
from roost.adapters.media.collecting import Collection
from roost.adapters.media.matrix import objection
from roost.adapters.media.outcomes import command_of
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    FromPrompts,
    PauseTrack,
    SendDigits,
    SetMatrix,
    StartTrack,
    StopCollecting,
    StopTrack,
)
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import CommandId, ContactId, LegId, MediaId, TrackId, VaultId
from roost.kernel.messages import Command, Effect, VaultPut
from roost.kernel.time import DurationUs
from roost.ports.commands import Submit
from roost.ports.media import Agreed, Anchored, LegState, MediaGone, stands


class MemoryMedia:
    """`ports.media.Media` without packets: the same answers and outcomes, nothing is heard.

    A prompt takes `prompt_us`; digits come by `info_digit`; time is the running loop's.
    `pressed` are the digits sent to each leg, `paused` the tracks that stand still."""

    def __init__(
        self, submit: Submit, media: tuple[MediaId, ...] = (MediaId("m1"),), prompt_us: int = 20_000
    ) -> None:
        self.performed: list[Effect] = []
        self.pressed: dict[LegId, str] = {}
        self.paused: set[TrackId] = set()
        self.masked_values: dict[VaultId, bytes] = {}
        self._submit = submit
        self._media = media
        self._prompt_us = prompt_us
        self._calls: dict[ContactId, _MemoryCall] = {}
        self._legs: dict[LegId, LegState] = {}
        self._attached: dict[LegId, LegState] = {}
        self._interrupted: set[LegId] = set()  # standing legs whose packets stopped
        self._port = 20_000
        self._count = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.gone: set[MediaId] = set()

    def least_loaded(self) -> MediaId:
        loads = {media: 0 for media in self._media if media not in self.gone}
        for state in self._legs.values():
            if state.anchored.media in loads:
                loads[state.anchored.media] += 1
        if not loads:
            raise MediaGone("no media process takes calls")
        return min(loads, key=lambda media: (loads[media], media))

    async def open_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, agreed: Agreed | None
    ) -> Anchored:
        del agreed
        self._check(media)
        if leg not in self._legs:
            self._port += 2
            anchored = Anchored(media, "127.0.0.1", self._port)
            self._legs[leg] = LegState(leg, contact, anchored, 0, 0)
            self._calls.setdefault(contact, _MemoryCall())
        return self._legs[leg].anchored

    async def change_leg(self, media: MediaId, leg: LegId, agreed: Agreed) -> None:
        del agreed
        self._check(media)
        if self._state(leg) is None:
            raise MediaGone(f"no leg {leg} here")

    async def close_leg(self, media: MediaId, leg: LegId) -> None:
        self._check(media)
        self._close(leg)

    async def attach_leg(
        self, media: MediaId, contact: ContactId, leg: LegId, standing: LegId
    ) -> None:
        self._check(media)
        state, known = self._legs.get(standing), self._attached.get(leg)
        if state is None or not stands(state.contact):
            raise MediaGone(f"no standing leg {standing} here")
        if leg in self._legs:
            raise MediaGone(f"{leg} has sockets of its own")
        if known is not None and (known.contact, known.standing) == (contact, standing):
            return
        for other in list(self._attached.values()):
            if other.standing == standing or (other.leg == leg and other.contact != contact):
                self._close(other.leg)
        self._attached[leg] = LegState(leg, contact, state.anchored, 0, 0, standing)
        self._calls.setdefault(contact, _MemoryCall())
        if standing in self._interrupted:
            self._give(wire.Interrupted(leg, back=False))

    def line(self, standing: LegId, lost: bool) -> None:
        """A standing leg's packets stop, or come again: told of what is attached to it."""
        if lost is (standing in self._interrupted):
            return
        (self._interrupted.add if lost else self._interrupted.discard)(standing)
        for state in self._attached.values():
            if state.standing == standing:
                self._give(wire.Interrupted(state.leg, back=not lost))

    async def legs(self, media: MediaId) -> list[LegState]:
        self._check(media)
        return [
            structs.replace(state, version=self._calls[state.contact].version)
            for state in (*self._legs.values(), *self._attached.values())
            if state.anchored.media == media
        ]

    def perform(self, effect: Effect) -> None:
        self.performed.append(effect)
        if isinstance(effect, SetMatrix):
            self._set_matrix(effect)
        elif isinstance(effect, CollectDigits):
            self._collect(effect)
        elif isinstance(effect, StopCollecting):
            call = self._call_of(effect.leg)
            standing = call.collections.get(effect.leg) if call else None
            if call and standing and standing.asked.collect == effect.collect:
                del call.collections[effect.leg]
        elif isinstance(effect, StartTrack):
            self._start_track(effect)
        elif isinstance(effect, PauseTrack):
            (self.paused.add if effect.paused else self.paused.discard)(effect.track)
        elif isinstance(effect, StopTrack):
            self._stop_track(effect.track)
        elif isinstance(effect, SendDigits):
            state = self._state(effect.leg)
            if state is not None and state.contact == effect.contact:
                self.pressed[effect.leg] = self.pressed.get(effect.leg, "") + effect.digits
        elif isinstance(effect, CloseMedia):
            held = (*self._attached.values(), *self._legs.values())
            for leg in [state.leg for state in held if state.contact == effect.contact]:
                self._close(leg)

    def info_digit(self, media: MediaId, leg: LegId, digit: str) -> None:
        del media
        call = self._call_of(leg)
        collection = call.collections.get(leg) if call else None
        if call is None or collection is None:
            return
        if collection.digit(digit, self._now()) and call.play is not None:
            self._play_over(call, call.play)
        self._look(call, leg, collection)

    def masked(self, id: VaultId) -> bytes | None:
        return self.masked_values.get(id)

    # --- inside ---

    def _check(self, media: MediaId) -> None:
        if media not in self._media or media in self.gone:
            raise MediaGone(f"no media process {media}")

    def _now(self) -> int:
        return round(asyncio.get_running_loop().time() * 1e6)

    def _state(self, leg: LegId) -> LegState | None:
        return self._legs.get(leg) or self._attached.get(leg)

    def _call_of(self, leg: LegId) -> "_MemoryCall | None":
        state = self._state(leg)
        return self._calls[state.contact] if state is not None else None

    def _set_matrix(self, effect: SetMatrix) -> None:
        call = self._calls.get(effect.contact)
        if call is None or effect.version <= call.version or objection(effect.routes):
            return
        call.version = effect.version
        plays = [r.source for r in effect.routes if isinstance(r.source, FromPrompts)]
        once = next((p for p in plays if not p.repeat and p.play not in call.done), None)
        if once is None or call.play is None or call.play.play != once.play:
            if call.play is not None:
                call.done.add(call.play.play)
            call.play = once
            if once is not None:
                delay = self._prompt_us * len(once.prompts) / 1e6
                loop = asyncio.get_running_loop()
                loop.call_later(delay, self._play_over, call, once, effect.contact)
        for leg, collection in list(call.collections.items()):
            if call.play is not None:
                collection.play_started()
            else:
                collection.play_ended(self._now())
                self._look(call, leg, collection)

    def _play_over(
        self, call: "_MemoryCall", play: FromPrompts, contact: ContactId | None = None
    ) -> None:
        if call.play is not play:
            return
        call.play = None
        call.done.add(play.play)
        found = contact or next(c for c, one in self._calls.items() if one is call)
        self._give(wire.PlayDone(found, play.play))
        for leg, collection in list(call.collections.items()):
            collection.play_ended(self._now())
            self._look(call, leg, collection)

    def _collect(self, effect: CollectDigits) -> None:
        call = self._call_of(effect.leg)
        if call is None or effect.collect in call.done:
            return
        call.done.add(effect.collect)
        collection = Collection(effect, self._now(), call.play is not None)
        call.collections[effect.leg] = collection
        self._look(call, effect.leg, collection)

    def _look(self, call: "_MemoryCall", leg: LegId, collection: Collection) -> None:
        """Ends a collection that's over; else looks again when its clock runs out."""
        if call.collections.get(leg) is not collection:
            return
        collection.tick(self._now())
        if collection.over:
            del call.collections[leg]
            done = wire.DigitsDone(collection.asked, collection.digits, collection.ended_by)
            self._give(done)
        elif collection.due_us is not None:
            delay = max(0.001, (collection.due_us - self._now()) / 1e6)
            asyncio.get_running_loop().call_later(delay, self._look, call, leg, collection)

    def _start_track(self, effect: StartTrack) -> None:
        call = self._call_of(effect.leg)
        if call is None:
            self._give(wire.TrackDone(effect, "", DurationUs(0), 0, DurationUs(0)))
        elif effect.track not in call.done:
            call.done.add(effect.track)
            call.tracks[effect.track] = (effect, self._now())
            if effect.most_us:
                loop = asyncio.get_running_loop()
                loop.call_later(effect.most_us / 1e6, self._stop_track, effect.track)

    def _stop_track(self, track: TrackId) -> None:
        for call in self._calls.values():
            if track in call.tracks:
                asked, began = call.tracks.pop(track)
                length = DurationUs(self._now() - began)
                name = track.replace("/", ".") + ".track"
                self._give(wire.TrackDone(asked, name, length, length // 125, DurationUs(0)))
                return

    def _close(self, leg: LegId) -> None:
        state = self._state(leg)
        if state is None:
            return
        for other in [s.leg for s in self._attached.values() if s.standing == leg]:
            self._close(other)
        call = self._calls[state.contact]
        for asked, _ in list(call.tracks.values()):
            if asked.leg == leg:
                self._stop_track(asked.track)
        call.collections.pop(leg, None)
        (self._attached if state.standing is not None else self._legs).pop(leg)
        held = (*self._legs.values(), *self._attached.values())
        if not any(other.contact == state.contact for other in held):
            del self._calls[state.contact]
            call.play = None
        if not stands(state.contact):
            self._give(wire.Measured(state.contact, leg, 0, 0, 0, DurationUs(0), 0))

    def _give(self, body: wire.OutcomeBody) -> None:
        command, put, (masked, value) = command_of(body)
        if masked:
            self.masked_values[masked] = value
        self._count += 1
        puts = (put,) if put is not None else ()
        work = self._submitted(command, CommandId(f"media:fake:{self._count}"), puts)
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _submitted(self, command: Command, id: CommandId, puts: Sequence[VaultPut]) -> None:
        await self._submit(command, Actor(ActorKind.MEDIA, "fake"), id, puts)


class _MemoryCall:
    def __init__(self) -> None:
        self.version = 0
        self.play: FromPrompts | None = None
        self.collections: dict[LegId, Collection] = {}
        self.tracks: dict[TrackId, tuple[StartTrack, int]] = {}
        self.done: set[str] = set()
