"""The views in PostgreSQL: the same tables, and the wall as row-level security.

Each transaction says who asks, with SET LOCAL: a role and an owner. Under `roost_client` a table
of clients' rows has that client's, and the operator's tables have none; under `roost_operator`
everything is there, or what some clients have. Without an owner there are no rows for anybody.
The tables are made by `roost database prepare`, whose `roost_owner` the centre never becomes.
"""

from threading import Lock
from typing import Any, Final

from sqlalchemy import Connection, Engine, Table, create_engine, inspect, make_url

from roost.adapters.views.schema import SHAPE, ready, shape, tables
from roost.kernel.ids import OPERATOR
from roost.kernel.purview import WHOLE, Purview

OWNER_ROLE: Final = "roost_owner"
OPERATOR_ROLE: Final = "roost_operator"
CLIENT_ROLE: Final = "roost_client"
SESSION: Final = (
    "-c search_path=roost -c timezone=UTC -c lock_timeout=10000 -c jit=off"
    " -c idle_in_transaction_session_timeout=60000"
)
_ASKS: Final = "nullif(current_setting('roost.owner', true), '')"
_CLIENTS: Final = "nullif(current_setting('roost.clients', true), '')"


def engine_for(url: str) -> Engine:
    """Connections whose transactions are begun by hand."""
    return create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        hide_parameters=True,  # an error's text goes into a log
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
        connect_args={"options": SESSION, "connect_timeout": 5},
    )


def work_as(connection: Connection, *, writing: bool) -> None:
    """Begins the operator's own transaction. One that writes waits for any other."""
    lock = "; LOCK TABLE positions IN EXCLUSIVE MODE" if writing else ""
    _at_once(
        connection,
        f"BEGIN; SET LOCAL ROLE {OPERATOR_ROLE}; SET LOCAL roost.owner = '{OPERATOR}'{lock}",
    )


def ask_as(connection: Connection, purview: Purview) -> None:
    """Begins a transaction that reads what's in a purview, all as it is at one moment."""
    role = OPERATOR_ROLE if purview.client is None else CLIENT_ROLE
    _at_once(connection, f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL ROLE {role}")
    clients = "" if purview.clients is None else _array(purview.clients)
    connection.exec_driver_sql(
        "SELECT set_config('roost.owner', %s, true), set_config('roost.clients', %s, true)",
        (purview.owner, clients),
    )


def _array(clients: frozenset[Any]) -> str:
    """As an array's literal."""
    quoted = (one.replace("\\", "\\\\").replace('"', '\\"') for one in sorted(clients))
    return "{" + ",".join(f'"{one}"' for one in quoted) + "}"


def _at_once(connection: Connection, statements: str) -> None:
    """Several statements of ours, without parameters, in one way there and back."""
    driver: Any = connection.connection.driver_connection
    driver.execute(statements)


class PostgresOpened:
    """Connections, each in a transaction of one purview. Thread-safe."""

    def __init__(self, url: str) -> None:
        self._engine = engine_for(url)
        self._lock = Lock()
        self._ready = False

    def connect(self, purview: Purview) -> Connection | None:
        """None where the tables aren't there in today's shape: there's nothing yet."""
        if not self._is_ready():
            return None
        return self._asking(purview)

    def _asking(self, purview: Purview) -> Connection:
        connection = self._engine.connect()
        try:
            ask_as(connection, purview)
        except BaseException:
            connection.invalidate()
            raise
        return connection

    def _is_ready(self) -> bool:
        with self._lock:
            if not self._ready:
                with self._asking(WHOLE) as connection:
                    self._ready = ready(connection)
            return self._ready

    def close(self) -> None:
        """Closes every connection."""
        self._engine.dispose()


def prepare_views(connection: Connection) -> None:
    """The tables in today's shape, in the transaction that's open; another shape's are dropped,
    and the worker fills them again from the log."""
    connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER_ROLE}")
    connection.exec_driver_sql("SET LOCAL search_path = roost")
    if ready(connection):
        return
    for name in inspect(connection).get_table_names("roost"):
        if name in tables.tables:
            connection.exec_driver_sql(f"DROP TABLE {name}")
    tables.create_all(connection)
    connection.execute(shape.insert().values(shape=SHAPE))
    for table in tables.sorted_tables:
        _wall(connection, table)


def _wall(connection: Connection, table: Table) -> None:
    name, walled = table.name, "client" in table.columns
    some = f"({_CLIENTS} IS NULL OR client = ANY ({_CLIENTS}::text[]))"
    whose = f"{_ASKS} = '{OPERATOR}'" + (f" AND {some}" if walled else "")
    statements = [
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {OPERATOR_ROLE}",
        f"GRANT SELECT ON {name} TO {CLIENT_ROLE}",
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY",
        f"CREATE POLICY operator ON {name} TO {OPERATOR_ROLE} USING ({whose})",
    ]
    if table is not shape:  # whose owner looks whether it's today's
        statements.append(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    if walled:
        own = f"client = {_ASKS}"
        statements.append(
            f"CREATE POLICY client ON {name} FOR SELECT TO {CLIENT_ROLE} USING ({own})"
        )
    for statement in statements:
        connection.exec_driver_sql(statement)


def lacks(url: str) -> str | None:
    """What's wrong with a database's views; None: nothing. Raises SQLAlchemyError."""
    opened = PostgresOpened(url)
    try:
        return None if opened.connect(WHOLE) is not None else "its views are of another shape"
    finally:
        opened.close()
