"""A centre's files opened for reading, beside a running centre or without one."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import typer

from roost.adapters.media.recordings import RecordedTracks
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.track_keys import FileTrackKeys
from roost.adapters.views.sqlite import SqliteViews
from roost.cli.output import fail
from roost.definitions import Loaded, load, times
from roost.definitions.application import name_id
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, AgentId, ClientId, StreamName, VaultId, owner_of
from roost.kernel.purview import WHOLE
from roost.kernel.time import InstantUs, Zone
from roost.processes import settings
from roost.processes.places import SETTINGS
from roost.processes.replaying import decoder_of
from roost.processes.stores import begun, store_of, views_of

Centre = Annotated[Path, typer.Option("--dir", help="The centre's folder.")]
Data = Annotated[Path | None, typer.Option("--data", help="Its data folder (default DIR/.roost).")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

AT_ONCE: Final = 2_000


class Files:
    """What the office's commands read. Blocking."""

    def __init__(self, directory: Path, data: Path | None) -> None:
        try:
            launch = settings.launch(directory, data)
        except settings.BadSettings as error:
            fail(str(error))
        self.places = places = launch.places
        if not begun(places):
            fail(f"{places.data} isn't there: start the centre once, or name --dir and --data.")
        self.cell = StreamName(launch.settings.cell)
        self.keys = KeyFile(places.keys, places.master)
        self.store = store_of(places, self.keys)
        self.log = self.store.reader()
        self.views = SqliteViews(views_of(places), self.store.reader(), self.cell)
        self.records = self.views.records(WHOLE)
        self.vault = self.store.vault(self.cell)
        self.recordings = RecordedTracks(places.recordings, FileTrackKeys(self.keys))
        self.zone = zone_of(directory)

    def text(self, client: ClientId, id: VaultId | None) -> str:
        """A personal value of a client's contact; empty when there's none any more."""
        if id is None:
            return ""
        value = self.vault.reveal(owner_of(client), id)
        return "" if value is None else value.decode(errors="replace")

    def name_of(self, agent: AgentId) -> str:
        """An agent's name; empty where it isn't known (any more)."""
        value = self.store.vault(SETTINGS).reveal(OPERATOR, name_id(agent))
        return "" if value is None else value.decode(errors="replace")

    def when(self, at: InstantUs | None) -> str:
        """An instant on the centre's wall."""
        if at is None:
            return ""
        wall = self.zone.local(at)  # the pinned zones', as the invoices use them
        return datetime.fromtimestamp(wall // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")

    def events(self, stream: StreamName, upto: int) -> Iterator[Envelope]:
        """A stream's events, decoded, up to a number."""
        decoder = decoder_of(stream)
        after = 0
        while after < upto:
            rows = self.log.read(stream, after, min(AT_ONCE, upto - after))
            if not rows:
                return
            yield from map(decoder.envelope, rows)
            after = rows[-1].number

    def close(self) -> None:
        self.views.close()
        self.log.close()


def zone_of(directory: Path) -> Zone:
    """The centre's zone; UTC where its definitions can't be read."""
    loaded = load(directory)
    return times.zone(loaded.centre.document.zone if isinstance(loaded, Loaded) else "UTC")


def client_and_count(files: Files, id: str) -> tuple[ClientId, int]:
    """ "power-grid-17", or "17" in a centre with one client. Wrong use otherwise (2)."""
    client, _, count = id.rpartition("-")
    if not count.isdigit():
        fail(f"{id!r} is no contact: give one as CLIENT-COUNT, as `contacts list` shows them.", 2)
    if not client:
        clients = files.records.clients()
        if len(clients) != 1:
            fail(f"whose contact is {count}? Give it as CLIENT-{count}.", 2)
        client = clients[0]
    return ClientId(client), int(count)
