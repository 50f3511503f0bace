"""The log in PostgreSQL: every stream in one table, the same promises as SQLite's.

    store = PostgresStore("postgresql://roost@db.example/roost", KeyFile(data / "keys.json"))

A group is one transaction: it moves the stream's row in `writer` from one number to the next,
which only the writer of today's epoch can, and holds that row until it's committed; events,
vault rows and dropped rows go in beside it. All of it is sent at once (libpq's pipeline), so a
group costs one way there and back. A server that leaves a commit unanswered leaves it unknown
whether the group is stored; a probe (an empty group) settles it: it waits for that row, and goes
on from what is there.

The centre works as `roost_operator`, which can't change a table's shape; the tables are made by
`roost database prepare` (`adapters.store.postgres_schema`).
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from roost.adapters.store.chain import Chain
from roost.adapters.store.keys import KeyFile, version_of
from roost.adapters.store.sqlite import bound_to
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import OPERATOR, Digest, Owner, StreamName, VaultId
from roost.kernel.messages import VaultPut
from roost.kernel.time import InstantUs
from roost.office.audit.messages import AUDIT
from roost.ports.log import (
    Batch,
    Deposed,
    LogFailed,
    LogReader,
    LogWriter,
    Tried,
    Vault,
    VaultRows,
)
from roost.ports.snapshots import Snapshot, Snapshots

OPERATOR_ROLE: Final = "roost_operator"
KEPT: Final = 3  # the newest snapshots of each stream
WAITS: Final = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # ms that sent bytes may go unanswered
}
#: A writer that stands still in mid-transaction must not keep its successor from the stream.
SESSION: Final = (
    "-c search_path=roost -c timezone=UTC -c lock_timeout=10000 -c statement_timeout=30000"
    f" -c idle_in_transaction_session_timeout=5000 -c role={OPERATOR_ROLE}"
)

_COLUMNS: Final = "number, type, version, owner, contact, at, actor, cause, body"
#: Moves the stream on and adds its events; neither, where the epoch isn't ours any more.
_APPEND: Final = (
    "WITH moved AS (UPDATE writer SET last = %b::bigint "  # noqa: S608 - names of ours only
    "WHERE stream = %b::text AND epoch = %b::bigint AND last = %b::bigint RETURNING stream), "
    f"added AS (INSERT INTO events (stream, {_COLUMNS}) "
    "SELECT moved.stream, one.* FROM moved, unnest(%b::bigint[], %b::text[], %b::integer[],"
    " %b::text[], %b::text[], %b::bigint[], %b::text[], %b::text[], %b::bytea[]) AS one) "
    "SELECT stream FROM moved"
)
_READ: Final = (
    f"SELECT {_COLUMNS} FROM events "  # noqa: S608 - names of ours only
    "WHERE stream = %s AND number > %s ORDER BY number LIMIT %s"
)
#: After _APPEND: true where it moved the stream's row, which stays locked then.
_OURS: Final = "EXISTS (SELECT FROM writer WHERE stream = %b::text AND epoch = %b::bigint)"
_PUT: Final = (
    "INSERT INTO vault (stream, owner, id, sealed) "  # noqa: S608 - names of ours only
    "SELECT %b::text, one.* FROM unnest(%b::text[], %b::text[], %b::bytea[]) AS one "
    f"WHERE {_OURS} ON CONFLICT (owner, stream, id) DO UPDATE SET sealed = excluded.sealed"
)
_DROP: Final = f"DELETE FROM vault WHERE stream = %b AND id = ANY(%b::text[]) AND {_OURS}"  # noqa: S608
_CLAIM: Final = (
    "INSERT INTO writer (stream, epoch, last) VALUES (%s, 1, 0) "
    "ON CONFLICT (stream) DO UPDATE SET epoch = writer.epoch + 1 RETURNING epoch, last"
)
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def engine_for(url: str, options: str = SESSION, *, pooled: bool = True) -> Engine:
    """Connections that commit each statement by itself, unless a transaction is begun."""
    parts = make_url(url).set(drivername="postgresql+psycopg")
    return create_engine(
        parts,
        hide_parameters=True,  # an error's text goes into a log
        isolation_level="AUTOCOMMIT",
        connect_args={"options": options, **WAITS},
        **({"pool_pre_ping": True} if pooled else {"poolclass": NullPool}),
    )


class PostgresStore:
    """The streams of one database."""

    def __init__(self, url: str, keys: KeyFile) -> None:
        self._url = url
        self._keys = keys
        self._engine = engine_for(url)

    def writer(self, stream: StreamName) -> LogWriter:
        """Claim a stream. Raises LogFailed."""
        return PostgresWriter(self._url, stream, self._keys)

    def reader(self) -> LogReader:
        return PostgresReader(self._engine)

    def vault(self, stream: StreamName) -> Vault:
        return PostgresVault(self._engine, stream, self._keys)

    def vault_rows(self, stream: StreamName) -> VaultRows:
        return PostgresVaultRows(self._engine, stream, self._keys)

    def chain(self) -> Chain:
        """Of the audit trail, under a key of the operator's."""
        return Chain(AUDIT, self.reader(), lambda: self._keys.ensured_index_key(OPERATOR))

    def streams(self) -> list[StreamName]:
        """Every stream that was ever claimed."""
        rows = _rows(self._engine, "SELECT stream FROM writer ORDER BY stream", ())
        return [StreamName(row[0]) for row in rows]

    def snapshots(self) -> Snapshots:
        return PostgresSnapshots(self._engine)

    def close(self) -> None:
        """Closes what readers, vaults and snapshots share."""
        self._engine.dispose()


class PostgresWriter:
    """The one writer of a stream, on a connection of its own. Blocking; used by one thread at a
    time."""

    def __init__(self, url: str, stream: StreamName, keys: KeyFile) -> None:
        self.stream = stream
        self._keys = keys
        self._engine = engine_for(url, pooled=False)
        self._held: Any = None
        self._connection: Any = None
        try:
            self._connect()
            row = self._connection.execute(_CLAIM, (stream,)).fetchone()
            self.epoch, self._last = int(row[0]), int(row[1])
        except (*_trouble(self._engine), OSError) as trouble:
            self.close()
            raise LogFailed(f"{stream}: {trouble}") from trouble

    @property
    def last(self) -> int:
        return self._last

    def _connect(self) -> None:
        self._held = self._engine.raw_connection()
        self._connection = self._held.driver_connection

    def append(self, batch: Batch) -> None:
        """Commit a group. Raises Deposed, LogFailed; then nothing of it is stored, or, where the
        server was gone before it answered, the next probe finds that it is."""
        columns, last = self._columns(batch.events)
        try:
            puts = {(put.owner, put.id): self._sealed(put) for put in batch.puts}
            if self._connection is None:
                self._connect()
                self._settle(probing=not batch.events)
                last = max(last, self._last)
            self._commit(columns, last, puts, batch.drops)
        except (Deposed, LogFailed):
            self._let_go()
            raise
        except (*_trouble(self._engine), OSError) as trouble:
            self._let_go()
            raise LogFailed(f"{self.stream}: {trouble}") from trouble
        self._last = last

    def _columns(self, envelopes: Sequence[Envelope]) -> tuple[list[list[Any]], int]:
        last = self._last
        columns: list[list[Any]] = [[] for _ in range(9)]
        for each in envelopes:
            last += 1
            assert each.number == last, f"{self.stream}: event {each.number}, expected {last}"
            row = (
                last,
                each.type,
                each.version,
                each.owner,
                each.contact,
                each.at,
                each.actor,
                each.cause,
                _encode(each.body),
            )
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        return columns, last

    def _commit(
        self,
        columns: list[list[Any]],
        last: int,
        puts: dict[tuple[Owner, VaultId], bytes],
        drops: Sequence[VaultId],
    ) -> None:
        """In one way there and back; each statement for itself does nothing where the epoch isn't
        ours, so what's committed then is nothing."""
        connection, ours = self._connection, (self.stream, self.epoch)
        with connection.cursor() as moved:
            with connection.pipeline():
                connection.execute("BEGIN")
                moved.execute(_APPEND, (last, *ours, self._last, *columns))
                if puts:
                    owners, ids = [key[0] for key in puts], [key[1] for key in puts]
                    values = list(puts.values())
                    connection.execute(_PUT, (self.stream, owners, ids, values, *ours))
                if drops:
                    connection.execute(_DROP, (self.stream, list(drops), *ours))
                connection.execute("COMMIT")
            if moved.fetchone() is None:
                raise Deposed(f"{self.stream}: another epoch took over from {self.epoch}")

    def _sealed(self, put: VaultPut) -> bytes:
        return self._keys.seal(put.owner, put.value, bound_to(put.owner, put.id))

    def _settle(self, *, probing: bool) -> None:
        """After a connection was lost: how far the stream is, as nobody else has written since."""
        statement = "SELECT epoch, last FROM writer WHERE stream = %s FOR UPDATE"
        row = self._connection.execute(statement, (self.stream,)).fetchone()
        if row is None or row[0] != self.epoch:
            raise Deposed(f"{self.stream}: another epoch took over from {self.epoch}")
        if row[1] != self._last and not probing:
            raise LogFailed(f"{self.stream}: it stands at {row[1]}, not at {self._last}: probe it")
        self._last = int(row[1])

    def _let_go(self) -> None:
        """Whatever the server thinks of this connection: the next append makes another."""
        held, self._held, self._connection = self._held, None, None
        if held is not None:
            held.invalidate()

    def close(self) -> None:
        self._let_go()
        self._engine.dispose()


class PostgresReader:
    """Reads streams while their writers write. Thread-safe."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, stream: StreamName) -> int:
        statement = "SELECT last FROM writer WHERE stream = %s"
        rows = _rows(self._engine, statement, (stream,))
        return int(rows[0][0]) if rows else 0

    def read(self, stream: StreamName, after: int, limit: int) -> list[Stored]:
        rows = _rows(self._engine, _READ, (stream, after, limit))
        return [Stored(stream, *row) for row in rows]

    def close(self) -> None:
        """The connections are the store's."""


class PostgresVault:
    """Reads the vault of one stream. Thread-safe."""

    def __init__(self, engine: Engine, stream: StreamName, keys: KeyFile) -> None:
        self._engine = engine
        self._stream = stream
        self._keys = keys

    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        statement = "SELECT sealed FROM vault WHERE owner = %s AND stream = %s AND id = %s"
        rows = _rows(self._engine, statement, (owner, self._stream, id))
        return self._open(owner, id, rows[0][0]) if rows else None

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        rows = _rows(
            self._engine,
            "SELECT owner, id, sealed FROM vault "
            "WHERE stream = %s AND id >= %s AND id < %s ORDER BY owner, id",
            (self._stream, prefix, prefix + "\U0010ffff"),
        )
        found = [(o, i, self._open(o, i, value)) for o, i, value in rows]
        return [(o, i, value) for o, i, value in found if value is not None]

    def _open(self, owner: Owner, id: VaultId, value: bytes) -> bytes | None:
        return self._keys.open(owner, value, bound_to(owner, id))

    def close(self) -> None:
        """The connections are the store's."""


class PostgresVaultRows:
    """The second hand on a stream's vault. Thread-safe."""

    def __init__(self, engine: Engine, stream: StreamName, keys: KeyFile) -> None:
        self._engine, self._stream, self._keys = engine, stream, keys

    def ids(self, owner: Owner, after: VaultId, limit: int) -> list[VaultId]:
        return [row[0] for row in self._after(owner, after, limit)]

    def erase(self, owner: Owner, ids: Sequence[VaultId]) -> int:
        erase = "DELETE FROM vault WHERE owner = %s AND stream = %s AND id = ANY(%s) RETURNING 1"
        return len(_rows(self._engine, erase, (owner, self._stream, list(ids)))) if ids else 0

    def correct(self, owner: Owner, id: VaultId, value: bytes) -> bool:
        sealed = self._keys.seal(owner, value, bound_to(owner, id))
        change = (
            "UPDATE vault SET sealed = %b WHERE owner = %s AND stream = %s AND id = %s RETURNING 1"
        )
        return len(_rows(self._engine, change, (sealed, owner, self._stream, id))) == 1

    def values(self, owner: Owner, after: VaultId, limit: int) -> list[tuple[VaultId, bytes]]:
        return [
            (place, self._keys.open(owner, value, bound_to(owner, place)) or b"")
            for place, value in self._after(owner, after, limit)
        ]

    def reseal(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, int]:
        rows = self._after(owner, after, limit)
        newest, changed = self._keys.newest(owner), 0
        change = (
            "UPDATE vault SET sealed = %b "
            "WHERE owner = %s AND stream = %s AND id = %s AND sealed = %b RETURNING 1"
        )
        for place, value in rows:
            bound = bound_to(owner, place)
            plain = self._keys.open(owner, value, bound) if version_of(value) != newest else None
            if plain is not None:
                anew = self._keys.seal(owner, plain, bound)
                parameters = (anew, owner, self._stream, place, value)
                changed += len(_rows(self._engine, change, parameters))
        return (rows[-1][0] if len(rows) == limit else None), changed

    def tried(self, owner: Owner, after: VaultId, limit: int) -> tuple[VaultId | None, Tried]:
        rows, tried = self._after(owner, after, limit), Tried()
        for place, value in rows:
            tried += self._keys.tried(owner, value, bound_to(owner, place))
        return (rows[-1][0] if len(rows) == limit else None), tried

    def _after(self, owner: Owner, after: VaultId, limit: int) -> list[tuple[VaultId, bytes]]:
        statement = (
            "SELECT id, sealed FROM vault "
            "WHERE owner = %s AND stream = %s AND id > %s ORDER BY id LIMIT %s"
        )
        rows = _rows(self._engine, statement, (owner, self._stream, after, limit))
        return [(VaultId(row[0]), row[1]) for row in rows]

    def close(self) -> None:
        """The connections are the store's."""


class PostgresSnapshots:
    """Thread-safe. A lost snapshot costs time at the next start, nothing else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def latest(self, stream: StreamName, types: Digest) -> Snapshot | None:
        rows = _rows(
            self._engine,
            "SELECT stream, number, at, types, digest, state FROM snapshots "
            "WHERE stream = %s AND types = %s ORDER BY number DESC LIMIT 1",
            (stream, types),
        )
        if not rows:
            return None
        name, number, at, of, digest, state = rows[0]
        return Snapshot(StreamName(name), number, InstantUs(at), Digest(of), Digest(digest), state)

    def keep(self, snapshot: Snapshot) -> None:
        with _transaction(self._engine) as connection:
            connection.execute(
                "INSERT INTO snapshots (stream, number, at, types, digest, state) "
                "VALUES (%s, %s, %s, %s, %s, %b) ON CONFLICT (stream, number) DO UPDATE SET "
                "at = excluded.at, types = excluded.types, digest = excluded.digest,"
                " state = excluded.state",
                msgspec.structs.astuple(snapshot),
            )
            connection.execute(
                "DELETE FROM snapshots WHERE stream = %s AND number NOT IN (SELECT number "
                "FROM snapshots WHERE stream = %s ORDER BY number DESC LIMIT %s)",
                (snapshot.stream, snapshot.stream, KEPT),
            )

    def close(self) -> None:
        """Whoever shares the connections gets new ones."""
        self._engine.dispose()


def _rows(engine: Engine, statement: str, parameters: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Driver-level rows. Raises LogFailed."""
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            return driver.execute(statement, parameters, binary=True).fetchall()
    except _trouble(engine) as trouble:
        raise LogFailed(str(trouble)) from trouble


@contextmanager
def _transaction(engine: Engine) -> Generator[Any, None, None]:
    """A driver's connection in a transaction. Raises LogFailed."""
    try:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            with driver.transaction():
                yield driver
    except _trouble(engine) as trouble:
        raise LogFailed(str(trouble)) from trouble


def _trouble(engine: Engine) -> tuple[type[Exception], ...]:
    """What a connection may raise: SQLAlchemy's own, and the driver's."""
    driver: Any = engine.dialect.loaded_dbapi
    return (SQLAlchemyError, driver.Error)
