"""A centre's PostgreSQL made ready: roles, tables, and what a start asks of it."""

from sqlalchemy import create_engine, make_url

from roost.adapters.store.postgres_schema import prepare_log, prepare_roles
from roost.adapters.views.postgres import prepare_views


def prepare(url: str, login: str) -> None:
    """Makes or brings up to date what a centre needs, in one transaction; safe to do again. `url`
    is of somebody who may make roles; `login` is whom the centre logs in as. Raises
    SQLAlchemyError."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={"options": "-c search_path=roost", "connect_timeout": 5},
        hide_parameters=True,
    )
    try:
        with engine.begin() as connection:
            prepare_roles(connection, login)
            prepare_log(connection)
            prepare_views(connection)
    finally:
        engine.dispose()
