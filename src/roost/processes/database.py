"""A centre's PostgreSQL: made ready, and looked at before a start."""

from typing import Final

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from roost.adapters.store.postgres import engine_for
from roost.adapters.store.postgres_schema import lacks, prepare_log, prepare_roles
from roost.adapters.views.postgres import lacks as views_lack
from roost.adapters.views.postgres import prepare_views

PREPARE = "run `roost database prepare` in its folder, as somebody who may make roles"

ATTEMPTS: Final = 10
#: There already (23505, 42710), or changed by somebody else at this moment (XX000).
MET: Final = frozenset({"23505", "42710", "XX000"})


class NotReady(Exception):
    """The database can't be used as it is; the message names the mend."""


def prepare(url: str | URL, login: str) -> None:
    """Makes or brings up to date what a centre needs, in one transaction; safe to do again. `url`
    is of somebody who may make roles; `login` is whom the centre logs in as. Raises
    NotReady."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={"options": "-c search_path=roost", "connect_timeout": 5},
        hide_parameters=True,
    )
    try:
        _prepared(engine, login, ATTEMPTS)
    except SQLAlchemyError as trouble:
        raise NotReady(f"the database wasn't prepared: {_short(trouble)}") from trouble
    finally:
        engine.dispose()


def _prepared(engine: Engine, login: str, attempts: int) -> None:
    """Roles belong to the whole server: whoever prepares another database of it at this moment is
    met at them, and has made what was missing as soon as they're done."""
    try:
        with engine.begin() as connection:
            prepare_roles(connection, login)
            prepare_log(connection)
            prepare_views(connection)
    except DBAPIError as trouble:
        if attempts <= 1 or getattr(trouble.orig, "sqlstate", "") not in MET:
            raise
        _prepared(engine, login, attempts - 1)


def check(url: str) -> None:
    """Whether a centre can start on it. Raises NotReady."""
    engine = engine_for(url, "-c search_path=roost")
    try:
        why = lacks(engine) or views_lack(url)
    except SQLAlchemyError as trouble:
        raise NotReady(
            f"{named(url)} can't be used: {_short(trouble)}. Look at `store` in roost.toml, and"
            f" whether the server runs and lets this login in; for a new database {PREPARE}."
        ) from trouble
    finally:
        engine.dispose()
    if why is not None:
        raise NotReady(f"{named(url)}: {why}. The mend: {PREPARE}.")


def version_of(url: str) -> str:
    """The server's version, as "15.14". Raises NotReady."""
    engine = engine_for(url, "")
    try:
        with engine.connect() as connection:
            shown = connection.exec_driver_sql("SHOW server_version").scalar()
            return str(shown).split(maxsplit=1)[0]
    except SQLAlchemyError as trouble:
        raise NotReady(f"{named(url)}: {_short(trouble)}") from trouble
    finally:
        engine.dispose()


def named(url: str) -> str:
    """For people: without what a URL may hold besides."""
    parts = make_url(url)
    asked = parts.query.get("host", "")
    host = parts.host or (asked if isinstance(asked, str) else ", ".join(asked)) or "this machine"
    return f"the database {parts.database} on {host}"


def _short(trouble: SQLAlchemyError) -> str:
    """The driver's own words, on one line."""
    words = str(getattr(trouble, "orig", None) or trouble)
    return " ".join(words.split()).rstrip(".")
