"""ports.wallboards.Wallboards, in the accounts' file."""

from typing import Any, Final

from sqlalchemy import Engine, Row, delete, func, insert, select, update

from roost.adapters.accounts.noting import note
from roost.adapters.accounts.tables import codes, wallboards
from roost.kernel.ids import Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.wallboards import (
    MOST_BOARDS,
    MOST_CODES,
    MOST_CODES_SOURCE,
    Board,
    BoardScope,
    Pairing,
)


class SqliteWallboards:
    """On the engine of SqliteAccounts."""

    def __init__(self, engine: Engine) -> None:
        self._engine: Final = engine

    def open(
        self, code: str, secret: bytes, source: str, at: InstantUs, until: InstantUs
    ) -> Refusal | None:
        with self._engine.begin() as connection:
            connection.execute(delete(codes).where(codes.c.until <= at))
            connection.execute(delete(codes).where(codes.c.secret == secret))
            total = select(func.count()).select_from(codes)
            whole = connection.execute(total).scalar_one()
            here = connection.execute(total.where(codes.c.source == source)).scalar_one()
            if whole >= MOST_CODES or here >= MOST_CODES_SOURCE:
                return Refusal("too_many_codes")
            connection.execute(
                insert(codes).values(code=code, secret=secret, source=source, until=until)
            )
        return None

    def pairing(self, secret: bytes, at: InstantUs) -> Pairing | None:
        query = select(codes).where(codes.c.secret == secret, codes.c.until > at)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else Pairing(row.code, row.until)

    def pair(self, code: str, board: Board, at: InstantUs) -> Board | Refusal:
        with self._engine.begin() as connection:
            found = connection.execute(
                delete(codes)
                .where(codes.c.code == code, codes.c.until > at)
                .returning(codes.c.secret)
            ).one_or_none()
            if found is None:
                return Refusal("no_such_code")
            counting = select(func.count()).select_from(wallboards).where(~wallboards.c.revoked)
            if connection.execute(counting).scalar_one() >= MOST_BOARDS:
                connection.rollback()
                return Refusal("too_many_wallboards", {"most": str(MOST_BOARDS)})
            next_id = select(func.coalesce(func.max(wallboards.c.id), 0) + 1).scalar_subquery()
            connection.execute(
                insert(wallboards).values(
                    id=next_id,
                    scope=board.scope.value,
                    owner=board.owner,
                    team=board.team,
                    name=board.name,
                    agents=board.agents,
                    made=board.made,
                    by=board.by,
                    secret=found.secret,
                    revoked=False,
                )
            )
            row = connection.execute(
                select(wallboards).where(wallboards.c.secret == found.secret)
            ).one()
        return _board(row)

    def board(self, secret: bytes) -> Board | None:
        query = select(wallboards).where(wallboards.c.secret == secret, ~wallboards.c.revoked)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _board(row)

    def listing(self) -> list[Board]:
        query = select(wallboards).where(~wallboards.c.revoked).order_by(wallboards.c.id)
        with self._engine.connect() as connection:
            return [_board(row) for row in connection.execute(query)]

    def revoke(self, id: int) -> bool:
        revoking = update(wallboards).where(wallboards.c.id == id, ~wallboards.c.revoked)
        with self._engine.begin() as connection:
            revoked = connection.execute(revoking.values(revoked=True)).rowcount == 1
            if revoked:
                note(connection, f"W{id}")
        return revoked


def _board(row: Row[Any]) -> Board:
    return Board(
        row.id,
        BoardScope(row.scope),
        Owner(row.owner),
        row.team,
        row.name,
        row.agents,
        row.made,
        row.by,
    )
