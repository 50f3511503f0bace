"""ports.accounts.Accounts in SQLite, through SQLAlchemy Core."""

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

import msgspec
from sqlalchemy import (
    Engine,
    Row,
    Select,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from roost.adapters.accounts import passwords
from roost.adapters.accounts.boards import SqliteWallboards
from roost.adapters.accounts.noting import note, noted
from roost.adapters.accounts.tables import SCHEMA_VERSION, accounts, metadata, sessions, tokens
from roost.kernel.ids import OPERATOR, AgentId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.accounts import MOST_SESSIONS, MOST_TOKENS, Account, Role, Session, Token
from roost.ports.wallboards import Wallboards

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(tuple[str, ...]).decode


class AccountsOutdated(Exception):
    """The file was written by a newer Roost; the message names the mend."""


class SqliteAccounts:
    """One file for all web processes: SQLite's own locks keep them apart."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            _make(path)
        self._engine: Final[Engine] = create_engine(
            f"sqlite:///{path}",
            hide_parameters=True,  # names and hashes have no place in a log's lines
        )
        event.listen(self._engine, "connect", _prepare)
        with self._engine.begin() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # two processes may start at once
            found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if found > SCHEMA_VERSION:
                raise AccountsOutdated(
                    f"{path} has schema {found}, this Roost knows {SCHEMA_VERSION}: "
                    "start the version that wrote it, or a newer one"
                )
            if found < SCHEMA_VERSION:
                if found == 1:
                    added = "ALTER TABLE accounts ADD COLUMN teams VARCHAR NOT NULL DEFAULT '[]'"
                    connection.exec_driver_sql(added)
                metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self.wallboards: Final[Wallboards] = SqliteWallboards(self._engine)

    def create(
        self,
        owner: Owner,
        name: str,
        role: Role,
        agent: AgentId | None,
        password: str,
        teams: tuple[str, ...] = (),
    ) -> Account | Refusal:
        misplaced = (role is Role.CLIENT_MANAGER) == (owner == OPERATOR)
        if misplaced or role is Role.WALLBOARD or (agent and owner != OPERATOR):
            return Refusal("role_not_for_owner", {"role": role.value})
        if teams and role is not Role.SUPERVISOR:
            return Refusal("teams_not_for_role", {"role": role.value})
        weak = passwords.weakness(name, password)
        if weak is not None:
            return weak
        next_id = select(func.coalesce(func.max(accounts.c.id), 0) + 1).scalar_subquery()
        adding = insert(accounts).values(
            owner=owner,
            name=name,
            id=next_id,  # within the statement: two processes can't take the same
            role=role.value,
            agent=agent,
            password=passwords.hashed(password),
            disabled=False,
            teams=_encode(teams).decode(),
        )
        try:
            with self._engine.begin() as connection:
                connection.execute(adding)
                row = connection.execute(
                    select(accounts).where(accounts.c.owner == owner, accounts.c.name == name)
                ).one()
        except IntegrityError:
            return Refusal("name_taken", {"name": name})
        return _account(row)

    def check(self, owner: Owner, name: str, password: str) -> Account | None:
        query = select(accounts).where(accounts.c.owner == owner, accounts.c.name == name)
        with self._engine.connect() as connection:
            row = connection.execute(query).one_or_none()
        kept = passwords.NOBODY if row is None else row.password
        right = passwords.matches(kept, password)
        if row is None or not right or row.disabled:
            return None
        if passwords.is_outdated(kept):
            with self._engine.begin() as connection:
                connection.execute(
                    update(accounts)
                    .where(accounts.c.id == row.id)
                    .values(password=passwords.hashed(password))
                )
        return _account(row)

    def listing(self, owner: Owner | None) -> list[Account]:
        query = select(accounts).order_by(accounts.c.owner, accounts.c.name)
        if owner is not None:
            query = query.where(accounts.c.owner == owner)
        with self._engine.connect() as connection:
            return [_account(row) for row in connection.execute(query)]

    def set_password(self, account: str, password: str) -> Refusal | None:
        with self._engine.connect() as connection:
            row = connection.execute(
                select(accounts).where(accounts.c.id == _number(account))
            ).one_or_none()
        if row is None:
            return Refusal("not_found")
        weak = passwords.weakness(row.name, password)
        if weak is not None:
            return weak
        kept = passwords.hashed(password)
        with self._engine.begin() as connection:
            connection.execute(
                update(accounts).where(accounts.c.id == row.id).values(password=kept)
            )
            connection.execute(delete(sessions).where(sessions.c.account == row.id))
            note(connection, account)
        return None

    def set_teams(self, account: str, teams: tuple[str, ...]) -> Refusal | None:
        number = _number(account)
        with self._engine.begin() as connection:
            row = connection.execute(
                select(accounts.c.role).where(accounts.c.id == number)
            ).one_or_none()
            if row is None:
                return Refusal("not_found")
            if teams and row.role != Role.SUPERVISOR:
                return Refusal("teams_not_for_role", {"role": row.role})
            connection.execute(
                update(accounts)
                .where(accounts.c.id == number)
                .values(teams=_encode(teams).decode())
            )
            note(connection, account)
        return None

    def set_disabled(self, account: str, disabled: bool) -> bool:
        number = _number(account)
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(accounts).where(accounts.c.id == number).values(disabled=disabled)
            ).rowcount
            if disabled:
                connection.execute(delete(sessions).where(sessions.c.account == number))
            note(connection, account)
        return changed == 1

    def open_session(self, account: str, secret: bytes, at: InstantUs, until: InstantUs) -> None:
        number = _number(account)
        with self._engine.begin() as connection:
            connection.execute(
                insert(sessions).values(
                    secret=secret, account=number, opened=at, seen=at, until=until
                )
            )
            connection.execute(delete(sessions).where(sessions.c.until <= at))
            kept = (
                select(sessions.c.secret)
                .where(sessions.c.account == number)
                .order_by(sessions.c.opened.desc(), sessions.c.secret)
                .limit(MOST_SESSIONS)
            )
            ended = connection.execute(
                delete(sessions).where(sessions.c.account == number, sessions.c.secret.not_in(kept))
            ).rowcount
            if ended:
                note(connection, account)

    def session(self, secret: bytes) -> Session | None:
        query = (
            select(accounts, sessions.c.opened, sessions.c.seen, sessions.c.until)
            .join_from(sessions, accounts, sessions.c.account == accounts.c.id)
            .where(sessions.c.secret == secret, accounts.c.disabled.is_(False))
        )
        row = self._one(query)
        if row is None:
            return None
        return Session(_account(row), row.opened, row.seen, row.until)

    def touch_session(self, secret: bytes, at: InstantUs) -> None:
        with self._engine.begin() as connection:
            connection.execute(update(sessions).where(sessions.c.secret == secret).values(seen=at))

    def close_session(self, secret: bytes) -> None:
        with self._engine.begin() as connection:
            ended = connection.execute(
                delete(sessions).where(sessions.c.secret == secret).returning(sessions.c.account)
            ).one_or_none()
            if ended is not None:
                note(connection, f"U{ended.account}")

    def add_token(
        self,
        account: str,
        label: str,
        scopes: frozenset[str],
        secret: bytes,
        at: InstantUs,
        until: InstantUs,
    ) -> Token | Refusal:
        number = _number(account)
        with self._engine.begin() as connection:
            in_force = connection.execute(
                select(func.count())
                .select_from(tokens)
                .where(tokens.c.account == number, tokens.c.revoked.is_(False), tokens.c.until > at)
            ).scalar_one()
            if in_force >= MOST_TOKENS:
                return Refusal("too_many_tokens", {"most": str(MOST_TOKENS)})
            next_id = (
                select(func.coalesce(func.max(tokens.c.id), 0) + 1)
                .where(tokens.c.account == number)
                .scalar_subquery()
            )
            connection.execute(
                insert(tokens).values(
                    account=number,
                    id=next_id,
                    label=label,
                    scopes=" ".join(sorted(scopes)),
                    secret=secret,
                    made=at,
                    until=until,
                    revoked=False,
                )
            )
            made = connection.execute(_token_query().where(tokens.c.secret == secret)).one()
        return _token(made)

    def token(self, secret: bytes, at: InstantUs) -> Token | None:
        query = _token_query().where(
            tokens.c.secret == secret,
            tokens.c.until > at,
            tokens.c.revoked.is_(False),
            accounts.c.disabled.is_(False),
        )
        row = self._one(query)
        return None if row is None else _token(row)

    def tokens(self, account: str, at: InstantUs) -> list[Token]:
        query = (
            _token_query()
            .where(
                tokens.c.account == _number(account),
                tokens.c.revoked.is_(False),
                tokens.c.until > at,
            )
            .order_by(tokens.c.id)
        )
        with self._engine.connect() as connection:
            return [_token(row) for row in connection.execute(query)]

    def revoke_token(self, account: str, id: int) -> bool:
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(tokens)
                .where(
                    tokens.c.account == _number(account),
                    tokens.c.id == id,
                    tokens.c.revoked.is_(False),
                )
                .values(revoked=True)
            ).rowcount
            if changed:
                note(connection, account)
        return changed == 1

    def changed(self, after: int) -> tuple[int, list[str]]:
        return noted(self._engine, after)

    def close(self) -> None:
        self._engine.dispose()

    def _one(self, query: Select[Any]) -> Row[Any] | None:
        with self._engine.connect() as connection:
            return connection.execute(query).one_or_none()


def _make(path: Path) -> None:
    """An empty file in WAL mode, put into place whole: switching a file's mode fails at once
    while another process looks at it. Hashes of passwords lie in it: the owner's alone."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        with closing(sqlite3.connect(fresh)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
        with suppress(FileExistsError):  # another process was faster
            os.link(fresh, path)
    finally:
        fresh.unlink()


def _prepare(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _number(account: str) -> int:
    """ "U7" → 7; anything else names no account."""
    digits = account[1:]
    return int(digits) if account[:1] == "U" and digits.isascii() and digits.isdigit() else 0


def _account(row: Row[Any]) -> Account:
    return Account(
        f"U{row.id}",
        Owner(row.owner),
        row.name,
        Role(row.role),
        None if row.agent is None else AgentId(row.agent),
        row.disabled,
        _decode(row.teams),
    )


def _token_query() -> Select[Any]:
    return select(
        accounts,
        tokens.c.id.label("token"),
        tokens.c.label,
        tokens.c.scopes,
        tokens.c.made,
        tokens.c.until,
    ).join_from(tokens, accounts, tokens.c.account == accounts.c.id)


def _token(row: Row[Any]) -> Token:
    return Token(
        row.token,
        _account(row),
        row.label,
        frozenset(row.scopes.split()),
        row.made,
        row.until,
    )
