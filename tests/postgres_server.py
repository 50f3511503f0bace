"""Debian's PostgreSQL, started by the tests themselves: one server a session, on a socket of its
own, in a folder that goes with it; an empty database for each test.

    @pytest.fixture
    def url(): return postgres_server.database()
"""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

PLAIN = ("listen_addresses=", "max_connections=200", "shared_buffers=64MB")
FAST = ("fsync=off", "full_page_writes=off", "autovacuum=off")  # what a test keeps is gone anyway
#: Runs beside the server, and ends it when the tests' own process is gone, however that came.
WATCH = """
while [ -d /proc/{session} ]; do sleep 1; done
{bin}/pg_ctl -D {folder}/data -m immediate stop; rm -rf {folder}
"""
EMPTY = """
DO $$ DECLARE one text; BEGIN
    FOR one IN SELECT tablename FROM pg_tables
        WHERE schemaname = 'roost' AND tablename NOT IN ('shapes', 'shape') LOOP
        EXECUTE 'TRUNCATE roost.' || quote_ident(one);
    END LOOP;
END $$
"""
_number = count()


def binaries() -> Path | None:
    """Where initdb and postgres are: Debian keeps them out of the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: one.parts[4])
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return None if elsewhere is None else Path(elsewhere).parent


def session() -> int:
    """The process that all workers of one run have in common."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def _as_server() -> list[str]:
    """Root may not run a server: then somebody else does."""
    if os.geteuid() != 0:
        return []
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    raise AssertionError("no user to run PostgreSQL as")


@cache
def server(*, fsync: bool = False) -> str:
    """The URL of its administrator. Whichever worker comes first starts it."""
    kind = "durable-" if fsync else ""
    place = Path(tempfile.gettempdir()) / f"roost-postgres-{kind}{session()}"
    with open(f"{place}.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / "ready").exists():
            _start(place, () if fsync else FAST)
    Path(f"{place}.lock").unlink(missing_ok=True)
    return f"postgresql+psycopg://postgres@/postgres?host={place}"


def _start(place: Path, fast: tuple[str, ...]) -> None:
    bin_, as_server = binaries(), _as_server()
    assert bin_ is not None
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(mode=0o700)
    if as_server:
        name = "postgres" if "postgres" in [one.pw_name for one in pwd.getpwall()] else "nobody"
        shutil.chown(place, name)
    made = [*as_server, bin_ / "initdb", "-D", place / "data", "-U", "postgres", "-A", "trust",
            "-E", "UTF8", "--locale=C", "--no-sync"]  # fmt: skip
    subprocess.run(made, check=True, capture_output=True, cwd="/", timeout=120)
    options = " ".join(f"-c {one}" for one in (*PLAIN, *fast))
    start = [*as_server, bin_ / "pg_ctl", "-D", place / "data", "-w", "-t", "60", "-l",
             place / "log", "-o", f"-k {place} {options}", "start"]  # fmt: skip
    subprocess.run(start, check=True, stdout=subprocess.DEVNULL, cwd="/", timeout=120)
    watch = WATCH.format(session=session(), bin=bin_, folder=place)
    subprocess.Popen([*as_server, "sh", "-c", watch], cwd="/", start_new_session=True,
                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    _run(f"postgresql+psycopg://postgres@/postgres?host={place}", "CREATE ROLE roost LOGIN")
    (place / "ready").touch()


def database(*, empty: bool = True) -> str:
    """An empty database, prepared, as the centre logs in to it. A worker's tests have one after
    the other: to empty it takes milliseconds, to copy one a second. Where there's no PostgreSQL
    the test is skipped: `packaging/setup.sh run test` installs it."""
    pytest.importorskip("psycopg", reason="the driver is missing: packaging/setup.sh run test")
    if binaries() is None:
        pytest.skip("PostgreSQL is missing: packaging/setup.sh run test")
    url = _own()
    if empty:
        _run(admin_of(url), EMPTY)
    return url


@cache
def _own() -> str:
    url = bare()
    from roost.processes.database import prepare

    prepare(admin_of(url), "roost")
    return url


def durable() -> str:
    """A new database, prepared, on a server that keeps what it commits: for measuring."""
    from roost.processes.database import prepare

    url = bare(fsync=True)
    prepare(admin_of(url), "roost")
    return url


def bare(*, fsync: bool = False) -> str:
    """A new database in which nothing was prepared."""
    name = f"t{os.getpid()}_{next(_number)}"
    _run(server(fsync=fsync), f"CREATE DATABASE {name}")
    url = make_url(server(fsync=fsync)).set(
        username="roost", database=name, drivername="postgresql"
    )
    return url.render_as_string(hide_password=False)


def admin_of(url: str) -> str:
    """The administrator's URL of a database."""
    admin = make_url(url).set(username="postgres", drivername="postgresql+psycopg")
    return admin.render_as_string(hide_password=False)


def _run(url: str, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
