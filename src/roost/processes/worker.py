"""The worker role: followers of the log, which keep snapshots and projections.

Nothing here is waited for by a call: a worker that's slow or gone makes reports late, and the
next start a little longer. It goes on where its files say that it stopped.
"""

import asyncio
import signal
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Event
from typing import Final

import uvloop

from roost.adapters.clock.wall import CellClock
from roost.adapters.link.client import LinkClient
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.persons import KeyedPersons
from roost.adapters.store.trail import StreamTrail
from roost.adapters.views import CellProjection, OfficeProjection, SettingsProjection
from roost.definitions.messages import SETTINGS_EVENTS
from roost.engine.bodies import Decoder
from roost.engine.followers import Follower, SnapshotProjection
from roost.floor.cell import ROOM
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import StreamName
from roost.office.accounts.messages import OFFICE, OFFICE_EVENTS
from roost.ports.log import LogFailed, LogReader
from roost.processes import printing, supervise, travelling
from roost.processes.accounting import accounting
from roost.processes.custody import Custody
from roost.processes.places import SETTINGS
from roost.processes.settings import Launch
from roost.processes.stores import Store, snapshots_of, store_of, views_of

FINISH_S: Final = 5.0
RENEWALS_S: Final = 3_600.0  # between two looks for a key that's half renewed
WORKER: Final = Actor(ActorKind.SETUP, "worker")
LOOK_S: Final = 0.05
SILENCE_S: Final = 60.0  # between looks at which statements silence confirms
STOPS: Final = (signal.SIGTERM, signal.SIGQUIT)


def run(launch: Launch, _held: Mapping[str, socket.socket]) -> int:
    """Until it's told to stop (SIGTERM)."""
    return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_follow(launch))


async def _follow(launch: Launch) -> int:
    log = printing.start("worker")
    places, cell = launch.places, StreamName(launch.settings.cell)
    keys = KeyFile(places.keys, places.master)
    store = store_of(places, keys)
    reader, persons = store.reader(), KeyedPersons(store.vault(cell), keys.index_key)
    snapshots = SnapshotProjection(
        ROOM, cell, snapshots_of(places), launch.settings.bounds.snapshot_every
    )
    views = views_of(places)
    settings_decoder = Decoder(SETTINGS_EVENTS, {})

    def trouble(why: str) -> None:
        log.error("follower", trouble=why)

    followers = (
        Follower(reader, SETTINGS, settings_decoder, SettingsProjection(views, SETTINGS),
                 trouble=trouble),
        Follower(reader, cell, Decoder.of(ROOM), CellProjection(views, cell, persons.of),
                 trouble=trouble),
        Follower(reader, cell, Decoder.of(ROOM), snapshots, trouble=trouble),
        Follower(reader, OFFICE, Decoder(OFFICE_EVENTS, {}), OfficeProjection(views, OFFICE),
                 trouble=trouble),
    )  # fmt: skip
    streams = (SETTINGS, cell, cell, OFFICE)

    def hinted(stream: StreamName, number: int) -> None:
        for own, follower in zip(streams, followers, strict=True):
            if own == stream:
                follower.hint(number)

    link = LinkClient(places.control_socket, travelling.travelling(), hinted=hinted)
    await link.start()
    stopped = asyncio.Event()
    for number in STOPS:
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    tasks = [asyncio.create_task(follower.run()) for follower in followers]
    tasks.append(asyncio.create_task(_silences(launch, store, trouble)))
    tasks.append(asyncio.create_task(_renewals(launch, store, trouble)))
    supervise.tell_ready()
    log.info("following", cell=followers[1].position, snapshot=followers[2].position)
    await stopped.wait()
    await _caught_up(followers, streams, reader)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    with suppress(LogFailed):
        if snapshots.position():
            snapshots.keep()  # the next start has next to nothing to fold
    await link.stop()
    return 0


async def _renewals(launch: Launch, store: Store, trouble: Callable[[str], None]) -> None:
    """Brings changes of clients' keys to their end that were stopped half-way."""
    halt, trail = Event(), StreamTrail(store.writer, CellClock(), store.chain())

    def pause(seconds: float) -> None:
        if halt.wait(seconds):
            raise InterruptedError("the worker stops; it goes on at the next start")

    custody = Custody(launch.places, lambda event: trail.note(WORKER, event), pause)
    try:
        while True:
            try:
                for owner in await asyncio.to_thread(custody.unfinished):
                    await asyncio.to_thread(custody.finish, owner)
            except Exception as error:
                trouble(f"renewal of a key: {error!r}")
            await asyncio.sleep(RENEWALS_S)
    finally:
        halt.set()
        trail.close()


async def _silences(launch: Launch, store: Store, trouble: Callable[[str], None]) -> None:
    """Confirms statements that nobody disputed in time, where their contract says so."""
    office = accounting(launch.places, StreamName(launch.settings.cell), store, CellClock())
    try:
        while True:
            try:
                await asyncio.to_thread(office.let_silence_confirm)
            except Exception as error:
                trouble(f"silence: {error!r}")
            await asyncio.sleep(SILENCE_S)
    finally:
        office.close()


async def _caught_up(
    followers: tuple[Follower, ...], streams: tuple[StreamName, ...], reader: LogReader
) -> None:
    """At an ordered stop control has written its last by now: reports are complete."""
    for follower, stream in zip(followers, streams, strict=True):
        last = await asyncio.to_thread(reader.last, stream)
        follower.hint(last)
        for _ in range(int(FINISH_S / LOOK_S)):
            if follower.position >= last:
                break
            await asyncio.sleep(LOOK_S)
