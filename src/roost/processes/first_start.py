"""What a centre makes for itself when it starts for the first time, and for new people later.

Secrets of phones and trunks, an account for each agent and one for the operator's
administrator, each with a random password that's shown once and kept as a hash only, and the
wallboard's own token. Nothing has a built-in password.
"""

import os
import secrets as chance
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.clock.wall import CellClock
from roost.adapters.store.keys import KeyFile
from roost.kernel.ids import OPERATOR, AgentId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import DAY, InstantUs
from roost.ports.accounts import Account, Accounts, Role
from roost.processes import secrets
from roost.processes.settings import Launch, Settings

ADMIN: Final = "admin"
TOKEN_DAYS: Final = 365
WATCHES: Final = frozenset({"queues.read", "floor.read", "contacts.read", "invoices.read"})


class NewAccount(Struct, frozen=True):
    """Shown once, then known as a hash only."""

    name: str
    role: Role
    password: str


def prepare(launch: Launch, agents: Sequence[str]) -> tuple[NewAccount, ...]:
    """Makes whatever is missing; returns the accounts made now, with their passwords. Raises
    secrets.BadSecrets."""
    places = launch.places
    places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    secrets.ensure(places.data, agents, *trunks_of(launch.settings))
    accounts = SqliteAccounts(places.accounts)
    try:
        made = _accounts(accounts, agents)
        if not places.watch_token.exists():
            _watch_token(accounts, places.watch_token)
    finally:
        accounts.close()
    return made


def master_key(launch: Launch) -> Path | None:
    """The master key's file, where it was made now. Raises KeysUnusable, OSError."""
    places = launch.places
    places.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = KeyFile(places.keys, places.master).ensure_master()
    return places.master if made else None


def trunks_of(settings: Settings) -> tuple[list[str], list[str]]:
    """The trunks that need a secret: to call in, and to be called out by."""
    trunks = settings.trunks.items()
    return (
        [name for name, trunk in trunks if trunk.username],
        [name for name, trunk in trunks if trunk.out is not None and trunk.out.username],
    )


def _accounts(accounts: Accounts, agents: Iterable[str]) -> tuple[NewAccount, ...]:
    known = {account.name for account in accounts.listing(OPERATOR)}
    wanted = [(ADMIN, Role.ADMIN), *((agent, Role.AGENT) for agent in agents)]
    made: list[NewAccount] = []
    for name, role in wanted:
        if name in known:
            continue
        password = chance.token_urlsafe(12)
        agent = AgentId(name) if role is Role.AGENT else None
        account = accounts.create(OPERATOR, name, role, agent, password)
        assert not isinstance(account, Refusal), account
        made.append(NewAccount(name, role, password))
    return tuple(made)


def new_person(
    accounts: Accounts, owner: Owner, name: str, role: Role, agent: AgentId | None = None
) -> Account:
    """An account whose password is set by `new_password`. A supervisor may be an agent, too, so
    as to listen by a phone."""
    made = accounts.create(owner, name, role, agent, chance.token_urlsafe(12))
    assert not isinstance(made, Refusal), made
    return made


def new_password(accounts: Accounts, account: Account) -> str:
    """A random password in place of the one before, which nobody may know any more."""
    password = chance.token_urlsafe(12)
    refusal = accounts.set_password(account.id, password)
    assert refusal is None, refusal
    return password


def _watch_token(accounts: Accounts, path: Path) -> None:
    admin = next(one for one in accounts.listing(OPERATOR) if one.name == ADMIN)
    _write(path, new_token(accounts, admin, "wallboard", WATCHES))


def new_token(accounts: Accounts, account: Account, label: str, scopes: frozenset[str]) -> str:
    """A token as its owner presents it; only its hash is kept. Raises ValueError when the
    account has too many already."""
    from roost.web.gate import SECRET_SIZE, TOKEN_PREFIX, kept, shown

    now = CellClock().now()
    text = TOKEN_PREFIX + shown(chance.token_bytes(SECRET_SIZE))
    until = InstantUs(now + TOKEN_DAYS * DAY)
    made = accounts.add_token(account.id, label, scopes, kept(text), now, until)
    if isinstance(made, Refusal):
        raise ValueError(made.code)
    return text


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(text + "\n")
