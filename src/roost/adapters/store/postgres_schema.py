"""The log's tables in PostgreSQL, and who may do what with them.

Three roles that nobody logs in as. `roost_owner` owns the tables and changes their shape;
`roost_operator` is what the centre works as; `roost_client` is what a question of a client's
people is asked as (`adapters.views`), and has nothing of the log. Row-level security is forced:
the owner of the tables reads no row of them either.
"""

from typing import Any, Final

from sqlalchemy import Connection, Engine

OWNER: Final = "roost_owner"
OPERATOR: Final = "roost_operator"
CLIENT: Final = "roost_client"
VERSION: Final = 1

#: From nothing to version 1, and so on: never changed once released, only added to.
STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """CREATE TABLE writer (
            stream text COLLATE "C" PRIMARY KEY,
            epoch bigint NOT NULL,
            last bigint NOT NULL
        ) WITH (fillfactor = 10)""",  # its rows are rewritten with every group: in place
        """CREATE TABLE events (
            stream text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            type text NOT NULL,
            version integer NOT NULL,
            owner text COLLATE "C" NOT NULL,
            contact text,
            at bigint NOT NULL,
            actor text NOT NULL,
            cause text NOT NULL,
            body bytea NOT NULL,
            PRIMARY KEY (stream, number)
        )""",
        """CREATE TABLE vault (
            owner text COLLATE "C" NOT NULL,
            stream text COLLATE "C" NOT NULL,
            id text COLLATE "C" NOT NULL,
            sealed bytea NOT NULL,
            PRIMARY KEY (owner, stream, id)
        )""",
        "CREATE INDEX vault_by_id ON vault (stream, id)",
        """CREATE TABLE snapshots (
            stream text COLLATE "C" NOT NULL,
            number bigint NOT NULL,
            at bigint NOT NULL,
            types text NOT NULL,
            digest text NOT NULL,
            state bytea NOT NULL,
            PRIMARY KEY (stream, number)
        )""",
        *(
            statement
            for table in ("writer", "events", "vault", "snapshots")
            for statement in (
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
                f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
                f"CREATE POLICY operator ON {table} TO {OPERATOR} USING (true)",
            )
        ),
        # events are never changed and never go
        f"GRANT SELECT, INSERT ON events TO {OPERATOR}",
        f"GRANT SELECT, INSERT, UPDATE ON writer TO {OPERATOR}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON vault, snapshots TO {OPERATOR}",
    ),
)


def prepare_roles(connection: Connection, login: str) -> None:
    """The roles, the schema, and what `login` may become. As somebody who may make roles."""
    for role in (OWNER, OPERATOR, CLIENT):
        found = _one(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s", (role,))
        if found is None:
            connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN NOINHERIT")
    quoted = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"GRANT {OWNER} TO CURRENT_USER")
    connection.exec_driver_sql(f"GRANT {OPERATOR}, {CLIENT} TO {quoted(login)}")
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS roost AUTHORIZATION {OWNER}")
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA roost TO {OPERATOR}, {CLIENT}")


def prepare_log(connection: Connection) -> None:
    """The steps that this database hasn't seen yet, in the transaction that's open."""
    connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")
    connection.exec_driver_sql("SET LOCAL search_path = roost")
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS shapes (part text PRIMARY KEY, shape text NOT NULL)"
    )
    connection.exec_driver_sql(f"GRANT SELECT ON shapes TO {OPERATOR}")
    done = _one(connection, "SELECT shape FROM shapes WHERE part = 'log' FOR UPDATE")
    for step in STEPS[0 if done is None else int(done) :]:
        for statement in step:
            connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "INSERT INTO shapes (part, shape) VALUES ('log', %s) "
        "ON CONFLICT (part) DO UPDATE SET shape = excluded.shape",
        (str(len(STEPS)),),
    )


def lacks(engine: Engine) -> str | None:
    """What's wrong with a database that a centre is to start on; None: nothing. Raises
    SQLAlchemyError where it can't be reached."""
    with engine.connect() as connection:
        if _one(connection, "SELECT to_regclass('roost.shapes')") is None:
            return "it has no tables of Roost's"
        done = int(_one(connection, "SELECT shape FROM shapes WHERE part = 'log'") or 0)
        if done != len(STEPS):
            return f"the log's tables are of version {done}, and this Roost's of {len(STEPS)}"
        if _one(connection, "SHOW synchronous_commit") == "off":
            return "synchronous_commit is off: what was answered could be lost"
    return None


def _one(connection: Connection, statement: str, parameters: tuple[Any, ...] = ()) -> Any:
    row = connection.exec_driver_sql(statement, parameters).fetchone()
    return None if row is None else row[0]
