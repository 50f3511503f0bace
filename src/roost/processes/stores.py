"""Which store a centre has: the files of its data folder, or a PostgreSQL database."""

from pathlib import Path
from typing import Protocol

from roost.adapters.store.chain import Chain
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.postgres import PostgresSnapshots, PostgresStore, engine_for
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore
from roost.kernel.ids import StreamName
from roost.ports.log import LogReader, LogWriter, Vault, VaultRows
from roost.ports.snapshots import Snapshots
from roost.processes.places import Places


class Store(Protocol):
    """The log, as every adapter of it is."""

    def writer(self, stream: StreamName) -> LogWriter: ...

    def reader(self) -> LogReader: ...

    def vault(self, stream: StreamName) -> Vault: ...

    def vault_rows(self, stream: StreamName) -> VaultRows: ...

    def streams(self) -> list[StreamName]:
        """Every stream that there is."""
        ...

    def chain(self) -> Chain:
        """Of the audit trail."""
        ...

    def close(self) -> None: ...


def store_of(places: Places, keys: KeyFile | None = None) -> Store:
    """The log. `keys`: where somebody has them open already."""
    keys = KeyFile(places.keys, places.master) if keys is None else keys
    if places.database:
        return PostgresStore(places.database, keys)
    return SqliteStore(places.streams, keys)


def snapshots_of(places: Places) -> Snapshots:
    """Raises LogFailed."""
    if places.database:
        return PostgresSnapshots(engine_for(places.database))
    return SqliteSnapshots(places.snapshots)


def views_of(places: Places) -> Path | str:
    """Where the views lie."""
    return places.database or places.views


def begun(places: Places) -> bool:
    """Whether the centre was ever started, as far as one can see without asking a server."""
    return places.keys.exists() if places.database else places.streams.exists()
