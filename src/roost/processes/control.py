"""The control role: signalling, the router, the one writer of the cell's log.

The composition root: every choice of an adapter for this process is made in `Control`. Order
matters at a start: the log first (the stream is claimed, so an earlier writer is deposed), then
media's link with that epoch, then the dialogs from the vault, then what was unfinished is sent,
and only then the sockets are read; what came meanwhile waited in them.
"""

import asyncio
import gc
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

import uvloop

from roost.adapters.clock.wall import CellClock
from roost.adapters.edge.client import EdgeClient
from roost.adapters.link.server import LinkServer
from roost.adapters.media.client import MediaClient
from roost.adapters.outside.web import Outside
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.master import KeysUnusable
from roost.adapters.store.persons import KeyedPersons
from roost.adapters.store.track_keys import FileTrackKeys
from roost.adapters.telephony.telephony import Telephony
from roost.engine.runtime import Hooks, LiveEngine
from roost.engine.step import FoldFailed, Incident
from roost.floor.calls.messages import EndContact, MediaLost, MediaReady
from roost.floor.cell import ROOM
from roost.floor.state import CellState
from roost.kernel.actor import SETUP, Actor
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, CommandId, ContactId, LegId, StreamName, owner_of
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import InstantUs
from roost.ports.commands import Answer
from roost.ports.log import LogFailed, LogReader
from roost.ports.media import LegState, MediaGone
from roost.processes import (
    first_start,
    incidents,
    printing,
    reconcile,
    secrets,
    signalling,
    supervise,
    travelling,
)
from roost.processes.dispatch import Dispatch
from roost.processes.last_words import LastWords
from roost.processes.media import MEDIA
from roost.processes.not_in_force import NotInForce
from roost.processes.settings import Launch
from roost.processes.stores import snapshots_of, store_of
from roost.processes.submitting import Submitting

MEDIA_WAIT_S: Final = 20.0
EDGE_WAIT_S: Final = 3.0  # only where desks stood: without it they connect anew
ENDED_S: Final = 4.0  # after the drain: how long the last goodbyes may take
LOOK_S: Final = 0.1
COLLECT_AFTER: Final = 20_000  # allocations, before the collector looks at the youngest


def run(launch: Launch, held: dict[str, socket.socket]) -> int:
    """Until it's told to stop: SIGTERM drains first, SIGQUIT (or a second SIGTERM) doesn't."""
    log = printing.start("control")
    try:
        return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_run(launch, held, log))
    except (NotInForce, secrets.BadSecrets, KeysUnusable) as error:
        log.error("cannot_start", why=str(error))
        print(error, file=sys.stderr)
        return supervise.USELESS
    except (LogFailed, MediaGone, FoldFailed, OSError) as error:
        log.error("ended", why=f"{type(error).__name__}: {error}")
        return 1


async def _run(launch: Launch, held: dict[str, socket.socket], log: Any) -> int:
    control = Control(launch, log)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGQUIT):
        loop.add_signal_handler(number, control.ask_to_stop, number == signal.SIGTERM)
    try:
        await control.start(held)
        return await control.until_stopped()
    finally:
        await control.close()


class Control:
    """One cell alive in this process."""

    def __init__(self, launch: Launch, log: Any) -> None:
        self._launch, self._log = launch, log
        places, settings = launch.places, launch.settings
        self._cell = StreamName(settings.cell)
        self._secrets = secrets.read(places.data)
        self._keys = KeyFile(places.keys, places.master)
        self._store = store_of(places, self._keys)
        self._track_keys = FileTrackKeys(self._keys)
        self._reader = self._store.reader()
        self._clock = CellClock(_last_instant(self._reader, self._cell), self._jumped)
        self._dispatch = Dispatch()
        self._engine: LiveEngine[CellState] = LiveEngine(
            ROOM,
            self._cell,
            self._store.writer,
            self._reader,
            self._clock,
            self._dispatch.perform,
            snapshots=snapshots_of(places),
            hooks=Hooks(self._incident, self._committed, self._trouble, self._engine_stopped),
        )
        self._submitting = Submitting(self._engine.submit, self._definitions_changed)
        self._vault = self._store.vault(self._cell)
        self._link = LinkServer(self._submitting.from_outside, travelling.travelling())
        self._last_words = LastWords(
            lambda: self._engine.why_not == "log_failed",
            lambda: self._engine.state,
            self._held_by_media,
            self._dispatch.now,
            self._end_for_good,
        )
        self._media: MediaClient | None = None
        self._serving: list[asyncio.Task[None]] = []
        self._telephony: Telephony | None = None
        self._outside: Outside | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stop = asyncio.Event()
        self._hurry = asyncio.Event()
        self._drain = True
        self._why = ""

    # --- a start ---

    async def start(self, opened: dict[str, socket.socket]) -> None:
        """Raises LogFailed, FoldFailed, MediaGone, NotInForce, secrets.BadSecrets."""
        _raise_limits()
        launch, settings = self._launch, self._launch.settings
        await self._engine.start()
        self._log.info("restored", number=self._engine.number, epoch=self._engine.epoch)
        media = self._media = MediaClient(
            {MEDIA: launch.places.media_socket},
            self._engine.epoch,
            self._from_media,
            self._track_keys,
            on_deposed=lambda: self._engine_stopped("deposed: media knows a newer writer"),
        )
        edge = EdgeClient(launch.places.edge_socket, self._engine.epoch)
        self._serving = [asyncio.create_task(one.serve()) for one in (media, edge)]
        await media.ready(MEDIA_WAIT_S)
        self._telephony = telephony = Telephony(
            signalling.settings_of(settings, self._secrets),
            self._submitting.patiently,
            media,
            self._vault,
            self._clock,
            lambda: self._engine.load,
            edge,
            KeyedPersons(self._vault, self._keys.index_key).token,
        )
        self._outside = Outside(
            self._submitting.patiently,
            signalling.WithMasked(self._vault, media.masked),
            self._secrets.key(),
            settings.outside.private_networks,
            settings.outside.most_at_once,
            settings.outside.most_bytes,
        )
        telephony.restore()
        self._definitions_changed()
        held = await media.legs(MEDIA)
        await self._take_up_desks(telephony, edge, held)
        self._dispatch.open(telephony, media, self._outside)
        await self._reconcile(media, held)
        if self._engine.state.configured is None:
            from roost.processes import first_definitions

            await first_definitions.put_in_force(
                launch, self._store, self._clock, self._submitting.from_outside, self._log
            )
        serves = CommandId(f"media/{MEDIA}/{self._engine.epoch}")
        await self._submitting.patiently(MediaReady(MEDIA), SETUP, serves)
        await telephony.start([opened["sip_udp"], opened["sip_tcp"]])
        self._link.desks = telephony.desks
        await self._link.start(sock=opened["link"])
        self._link.hint(self._cell, self._engine.number)
        gc.collect()
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER, 20, 50)
        supervise.tell_ready()
        self._log.info("ready", calls=len(self._engine.state.calls.calls))

    async def _take_up_desks(
        self, telephony: Telephony, edge: EdgeClient, held: list[LegState]
    ) -> None:
        """Before anybody is rung: whose browser is still there."""
        assert telephony.desks is not None
        if telephony.desks.expected():
            await edge.ready(EDGE_WAIT_S)
        await telephony.desks.take_up(held)

    async def _from_media(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        """What media tells; telephony, too, must know that it's gone."""
        if isinstance(command, MediaLost) and self._telephony is not None:
            desks = self._telephony.desks
            if desks is not None:
                desks.media_lost(command.media)
        return await self._submitting.patiently(command, actor, id, puts)

    async def _reconcile(self, media: MediaClient, held: list[LegState]) -> None:
        """What media holds against what the log says."""
        found = reconcile.differences(self._engine.state.calls, held)
        for leg in found.unknown:
            with suppress(MediaGone):
                await media.close_leg(MEDIA, leg)
        for command in found.missing:
            turn = CommandId(f"reconcile/{self._engine.epoch}/{command.leg}")
            await self._submitting.patiently(command, SETUP, turn)
        if found.unknown or found.missing:
            self._log.warning("reconciled", unknown=len(found.unknown), missing=len(found.missing))

    async def _held_by_media(self) -> set[LegId]:
        try:
            return {state.leg for state in await self._media.legs(MEDIA)} if self._media else set()
        except MediaGone:
            return set()

    def _definitions_changed(self) -> None:
        """Telephony knows the numbers, the lists and the phones of what's in force."""
        if self._telephony is None:
            return
        calls, agents = self._engine.state.calls, self._engine.state.agents.agents
        users = [agent.id for agent in agents.values() if not agent.removed]
        trunks = first_start.trunks_of(self._launch.settings)
        self._secrets = secrets.ensure(self._launch.places.data, users, *trunks)
        realm = self._launch.settings.sip.realm
        lists = signalling.lists_of(self._store, set(calls.numbers.values()))
        phones = signalling.phones_of(users, self._secrets, realm)
        reaches = signalling.reaches_of(calls.accounts)
        asking = [ClientId(client) for client in self._engine.state.familiar.within]
        for client in asking:
            self._keys.ensure(owner_of(client))  # made before the first caller is anybody's
        self._telephony.configure(dict(calls.numbers), lists, phones, reaches, asking)

    # --- what the engine tells ---

    def _incident(self, incident: Incident) -> None:
        incidents.keep(self._launch.places.incidents, incident)

    def _committed(self, number: int) -> None:
        self._link.hint(self._cell, number)

    def _trouble(self, why: str) -> None:
        self._log.error("trouble", why=why)
        if self._engine.why_not == "log_failed":
            self._last_words.failed()

    def _engine_stopped(self, why: str) -> None:
        self._log.error("engine_stopped", why=why)
        self._why = self._why or why
        self._stop.set()

    def _jumped(self, by: int) -> None:
        self._log.warning("clock_jumped", by_us=by)

    def _end_for_good(self, contact: ContactId) -> None:
        self._spawn(self._end(contact, Reason.OVERLOADED))

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    # --- the stop ---

    def ask_to_stop(self, drain: bool) -> None:
        """The first request may drain; any further one ends that."""
        if self._stop.is_set() or not drain:
            self._drain = False
            self._hurry.set()
        self._stop.set()

    async def until_stopped(self) -> int:
        """Returns the exit status."""
        await self._stop.wait()
        if self._why:
            return 1
        assert self._telephony is not None
        self._submitting.draining = True
        self._telephony.drain()
        self._log.info("draining", calls=len(self._standing()))
        if self._drain:
            await self._until(self._at_rest, self._launch.settings.bounds.drain_s)
        left = self._standing()
        for contact in left:
            await self._end(contact, Reason.DRAINED)
        if left:
            self._log.warning("ended_by_us", calls=len(left))
            await self._until(lambda: not self._unfinished(), ENDED_S)
        return 0

    async def _until(self, done: Any, most_s: float) -> None:
        end = asyncio.get_running_loop().time() + most_s
        hurried = self._hurry.is_set()
        while not done() and asyncio.get_running_loop().time() < end:
            if self._hurry.is_set() and not hurried:
                return
            await asyncio.sleep(LOOK_S)

    def _standing(self) -> list[ContactId]:
        return self._engine.state.calls.standing()

    def _at_rest(self) -> bool:
        """Nobody is on the line, and nobody writes anything up."""
        state = self._engine.state
        busy = any(agent.handling is not None for agent in state.agents.agents.values())
        return not self._unfinished() and not busy

    def _unfinished(self) -> bool:
        """Whether a call isn't over and done with, but for those that are promised."""
        calls = self._engine.state.calls.calls.values()
        return any(not call.promised for call in calls)

    async def _end(self, contact: ContactId, reason: Reason) -> None:
        turn = CommandId(f"end/{reason}/{contact}")
        await self._submitting.patiently(EndContact(contact, Blame.US, reason), SETUP, turn)

    async def close(self) -> None:
        """In the order of the start, backwards."""
        await self._last_words.close()
        for task in tuple(self._tasks):
            task.cancel()
        await self._link.stop()
        if self._telephony is not None:
            await self._telephony.close()
        if self._outside is not None:
            await self._outside.close()
        for serving in self._serving:
            serving.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)
        if self._engine.why_not != "not started":
            with suppress(LogFailed):
                await self._engine.stop()
        self._reader.close()


def _last_instant(reader: LogReader, stream: StreamName) -> InstantUs:
    """The clock never goes back behind the last event."""
    last = reader.last(stream)
    rows = reader.read(stream, last - 1, 1) if last else []
    return rows[0].at if rows else InstantUs(0)


def _raise_limits() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
