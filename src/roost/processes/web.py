"""The web role: the API on the socket that it inherited. Reads the log, commands by the link."""

import asyncio
import gc
import signal
import socket
import sys
from pathlib import Path
from typing import Final

import uvicorn
import uvloop

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.clock.wall import CellClock
from roost.adapters.link.client import LinkClient
from roost.adapters.media.recordings import RecordedTracks
from roost.adapters.randomness.system import SystemRandomness
from roost.adapters.store.alert_book import StreamAlerts
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.persons import KeyedPersons
from roost.adapters.store.track_keys import FileTrackKeys
from roost.adapters.store.trail import StreamTrail
from roost.adapters.views.sqlite import SqliteViews
from roost.definitions.load import Loaded, load
from roost.definitions.times import zone
from roost.engine.bodies import Decoder
from roost.floor.cell import ROOM
from roost.kernel.ids import StreamName
from roost.kernel.time import Zone
from roost.processes import certificates, dry_run, health, printing, secrets, supervise, travelling
from roost.processes.accounting import accounting
from roost.processes.people import people_of
from roost.processes.places import SETTINGS
from roost.processes.settings import Launch
from roost.processes.simulation import simulations
from roost.processes.stores import snapshots_of, store_of, views_of
from roost.web.app import create_app, server
from roost.web.follow import Follower
from roost.web.pages import built_pages
from roost.web.parts import UTC, Parts, WebSettings
from roost.web.phone import PhonePages

BACKLOG: Final = 512
COLLECT_AFTER: Final = 10_000  # allocations, before the collector looks at the youngest


def run(launch: Launch, held: dict[str, socket.socket]) -> int:
    """Until it's told to stop (SIGTERM)."""
    log = printing.start("web")
    log.info("starting")
    try:
        certificate = certificates.ensure(launch)
    except certificates.BadCertificate as error:
        log.error("cannot_start", why=str(error))
        print(error, file=sys.stderr)
        return supervise.USELESS
    return asyncio.Runner(loop_factory=uvloop.new_event_loop).run(
        _serve(launch, held["http"], certificate)
    )


async def _serve(
    launch: Launch, listening: socket.socket, certificate: certificates.Certificate | None
) -> int:
    follower: Follower | None = None

    def hinted(stream: StreamName, _number: int) -> None:
        if follower is not None and stream == launch.settings.cell:
            follower.hint()

    phone_pages = PhonePages()
    link = LinkClient(
        launch.places.control_socket,
        travelling.travelling(),
        hinted=hinted,
        news=phone_pages.told,
        again=phone_pages.again,
    )
    phone_pages.ask = link.desk
    parts = _parts(launch, link, lambda: follower is not None and follower.live.floor is not None)
    follower = Follower(parts)
    app = create_app(parts, follower, pages=built_pages(), phone_pages=phone_pages)
    await link.start()
    try:
        files = None if certificate is None else (certificate.certificate, certificate.key)
        config = server(app, launch.settings.http.trusted_proxies, files)
        _spare_the_collector()
        await _Server(config).serve(sockets=[listening])
    finally:
        await link.stop()
        parts.accounts.close()
        parts.audit.close()
        parts.alerts.close()
        if parts.office is not None:
            parts.office.close()
        if parts.snapshots is not None:
            parts.snapshots.close()
    return 0


def _spare_the_collector() -> None:
    """What is there by now stays. A thousand feeds are many objects: looking at all of them takes
    a fifth of a second, in which no desk hears anything; so that's done rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, 20, 1_000)


class _Server(uvicorn.Server):
    """Says when it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        supervise.tell_ready()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's; the supervisor tells us


def _parts(launch: Launch, link: LinkClient, configured: health.Asked) -> Parts:
    places, cell = launch.places, StreamName(launch.settings.cell)
    keys = KeyFile(places.keys, places.master)
    store = store_of(places, keys)
    vault = store.vault(cell)
    reader = store.reader()
    http = launch.settings.http
    persons = KeyedPersons(vault, keys.index_key)
    views = SqliteViews(views_of(places), store.reader(), cell)
    recordings = RecordedTracks(places.recordings, FileTrackKeys(keys))
    return Parts(
        submit=link,
        log=reader,
        vault=vault,
        accounts=SqliteAccounts(places.accounts),
        audit=StreamTrail(store.writer, CellClock(), store.chain()),
        alerts=StreamAlerts(store.writer, store.reader()),
        views=views,
        recordings=recordings,
        simulations=simulations(Path(launch.centre), places.data, places.simulations),
        would_change=dry_run.asked(Path(launch.centre), places.data),
        clock=CellClock(),
        randomness=SystemRandomness(),
        decoder=Decoder.of(ROOM),
        key=secrets.read(places.data).key(),
        stream=cell,
        settings=WebSettings(
            origins=http.origins,
            secure=http.secure or http.speaks_tls,
            own_certificate=http.speaks_tls and http.tls != "given",
            zone=_zone(launch),
        ),
        people=store.vault(SETTINGS),
        snapshots=snapshots_of(places),
        persons=persons,
        people_data=people_of(store, cell, persons, views, recordings, views_of(places)),
        office=accounting(places, cell, store, CellClock()),
        checks=(health.of_link(link.connected), health.of_configured(configured)),
    )


def _zone(launch: Launch) -> Zone:
    """Whose midnight begins the day of the live figures: the centre's."""
    loaded = load(Path(launch.centre))
    return zone(loaded.centre.document.zone) if isinstance(loaded, Loaded) else UTC
