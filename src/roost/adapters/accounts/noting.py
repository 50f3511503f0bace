"""Notes of whose doors have changed, written with the change itself: every process reads them."""

from typing import Final

from sqlalchemy import Connection, Engine, delete, func, insert, select

from roost.adapters.accounts.tables import changes

MOST_KEPT: Final = 10_000  # notes; for who has missed more there are the feeds' own checks


def note(connection: Connection, account: str) -> None:
    """In the transaction of the change."""
    made = connection.execute(insert(changes).values(account=account)).lastrowid
    connection.execute(delete(changes).where(changes.c.number <= made - MOST_KEPT))


def noted(engine: Engine, after: int) -> tuple[int, list[str]]:
    """Whose doors have changed after a number, and the number to go on from; with -1 only the
    latter."""
    with engine.connect() as connection:
        last = connection.execute(select(func.coalesce(func.max(changes.c.number), 0))).scalar_one()
        if after < 0 or last == after:
            return last, []
        rows = connection.execute(
            select(changes.c.account).where(changes.c.number > after).distinct()
        )
        return last, sorted(row.account for row in rows)
