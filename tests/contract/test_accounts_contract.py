"""What ports.accounts promises, kept by the file that the centre uses."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy.exc import SQLAlchemyError

from roost.adapters.accounts.passwords import hashed, matches, weakness
from roost.adapters.accounts.sqlite import AccountsOutdated, SqliteAccounts
from roost.kernel.ids import OPERATOR, AgentId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import HOUR, InstantUs
from roost.ports.accounts import MOST_SESSIONS, MOST_TOKENS, Account, Accounts, Role

PASSWORD = "correct horse battery"
NOW = InstantUs(10**15)
LATER = InstantUs(NOW + HOUR)


@pytest.fixture
def accounts(tmp_path: Path) -> SqliteAccounts:
    return SqliteAccounts(tmp_path / "accounts.db")


def made(accounts: Accounts, name: str = "li", owner: Owner = OPERATOR) -> Account:
    role = Role.AGENT if owner == OPERATOR else Role.CLIENT_MANAGER
    account = accounts.create(owner, name, role, None, PASSWORD)
    assert isinstance(account, Account), account
    return account


def secret(number: int) -> bytes:
    return number.to_bytes(32, "big")


def test_every_change_of_what_somebody_may_is_told_once(accounts: SqliteAccounts) -> None:
    one = made(accounts, "wang")
    last, before = accounts.changed(-1)
    assert before == []
    assert accounts.changed(last) == (last, [])
    accounts.open_session(one.id, b"a" * 32, InstantUs(1), InstantUs(100))
    accounts.touch_session(b"a" * 32, InstantUs(2))
    assert accounts.changed(last) == (last, []), "letting in shuts out nobody"
    accounts.close_session(b"a" * 32)
    accounts.set_disabled(one.id, True)
    now, changed = accounts.changed(last)
    assert (now > last, changed) == (True, [one.id])
    assert accounts.changed(now) == (now, [])


def test_a_name_is_unique_within_its_owner(accounts: SqliteAccounts) -> None:
    here, there = made(accounts), made(accounts, owner=Owner("water"))
    assert here.id != there.id
    again = accounts.create(OPERATOR, "li", Role.AGENT, None, PASSWORD)
    assert again == Refusal("name_taken", {"name": "li"})
    assert accounts.check(Owner("water"), "li", PASSWORD) == there
    assert accounts.check(OPERATOR, "li", PASSWORD) == here
    assert accounts.listing(Owner("water")) == [there]
    assert len(accounts.listing(None)) == 2


def test_only_the_right_password_of_an_open_account_lets_in(accounts: SqliteAccounts) -> None:
    account = made(accounts)
    assert accounts.check(OPERATOR, "li", PASSWORD + "x") is None
    assert accounts.check(OPERATOR, "Li", PASSWORD) is None
    assert accounts.set_disabled(account.id, True)
    assert accounts.check(OPERATOR, "li", PASSWORD) is None
    assert accounts.set_disabled(account.id, False)
    assert accounts.check(OPERATOR, "li", PASSWORD) == account
    for nobody in ("U99", "", "7", "U", "Ux", "U-1"):
        assert not accounts.set_disabled(nobody, True)
        assert accounts.set_password(nobody, PASSWORD) == Refusal("not_found")


def test_a_role_fits_its_owner(accounts: SqliteAccounts) -> None:
    for owner, role, agent in (
        (OPERATOR, Role.CLIENT_MANAGER, None),
        (Owner("water"), Role.ADMIN, None),
        (Owner("water"), Role.CLIENT_MANAGER, AgentId("1001")),
    ):
        refused = accounts.create(owner, "x", role, agent, PASSWORD)
        assert isinstance(refused, Refusal)
        assert refused.code == "role_not_for_owner"


def test_a_session_ends_with_its_password_and_with_its_account(accounts: SqliteAccounts) -> None:
    account = made(accounts)
    for end in (
        lambda: accounts.set_password(account.id, "another good one"),
        lambda: (
            accounts.set_disabled(account.id, True) and accounts.set_disabled(account.id, False)
        ),
        lambda: accounts.close_session(secret(1)),
    ):
        accounts.open_session(account.id, secret(1), NOW, LATER)
        session = accounts.session(secret(1))
        assert session is not None
        assert session.account == account
        end()
        assert accounts.session(secret(1)) is None


def test_the_oldest_session_goes_when_there_are_too_many(accounts: SqliteAccounts) -> None:
    account = made(accounts)
    for number in range(MOST_SESSIONS + 2):
        accounts.open_session(account.id, secret(number), InstantUs(NOW + number), LATER)
    assert accounts.session(secret(1)) is None
    assert accounts.session(secret(2)) is not None
    accounts.touch_session(secret(2), InstantUs(NOW + 99))
    session = accounts.session(secret(2))
    assert session is not None
    assert session.seen == NOW + 99


def test_a_token_is_in_force_until_it_ends_or_is_revoked(accounts: SqliteAccounts) -> None:
    account, other = made(accounts), made(accounts, "zhao")
    scopes = frozenset({"queues.read", "desk"})
    token = accounts.add_token(account.id, "board", scopes, secret(1), NOW, LATER)
    assert not isinstance(token, Refusal)
    assert accounts.token(secret(1), NOW) == token
    assert accounts.tokens(account.id, NOW) == [token]
    assert accounts.token(secret(1), LATER) is None
    assert not accounts.revoke_token(other.id, token.id)
    assert accounts.revoke_token(account.id, token.id)
    assert not accounts.revoke_token(account.id, token.id)
    assert accounts.token(secret(1), NOW) is None
    for number in range(MOST_TOKENS):
        accounts.add_token(account.id, "more", scopes, secret(2 + number), NOW, LATER)
    refused = accounts.add_token(account.id, "more", scopes, secret(99), NOW, LATER)
    assert refused == Refusal("too_many_tokens", {"most": str(MOST_TOKENS)})


def test_accounts_outlive_the_process_and_hold_no_secret(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    first = SqliteAccounts(path)
    account = made(first)
    first.close()
    second = SqliteAccounts(path)
    assert second.check(OPERATOR, "li", PASSWORD) == account
    second.close()
    assert PASSWORD.encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_of_a_newer_roost_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    path = tmp_path / "accounts.db"
    SqliteAccounts(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(AccountsOutdated, match="schema 99"):
        SqliteAccounts(path)


def test_two_processes_make_accounts_side_by_side(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    SqliteAccounts(path).close()

    def work(prefix: str) -> None:
        own = SqliteAccounts(path)
        for number in range(5):
            made(own, f"{prefix}{number}")
        own.close()

    threads = [Thread(target=work, args=(prefix,)) for prefix in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    listed = SqliteAccounts(path).listing(None)
    assert len({account.id for account in listed}) == len(listed) == 10


def test_passwords_are_judged_by_their_length() -> None:
    for weak in ("short", "aaaaaaaaaaaaaa", "lilililililili", "x" * 201):
        assert weakness("li", weak) is not None, weak
    assert weakness("1001", "xK9-1001-vb2-Lq") is None
    assert matches(hashed(PASSWORD), PASSWORD)
    assert not matches("not a hash", PASSWORD)


def test_what_goes_wrong_names_nobody_and_no_hash(tmp_path: Path) -> None:
    """An exception's text ends in a log."""
    path = tmp_path / "accounts.db"
    accounts = SqliteAccounts(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE accounts RENAME TO gone")
    with pytest.raises(SQLAlchemyError) as wrong:
        accounts.create(OPERATOR, "li-na", Role.AGENT, None, PASSWORD)
    assert "li-na" not in str(wrong.value)
    assert "argon2" not in str(wrong.value)
    accounts.close()


def test_a_supervisor_is_bound_to_teams_and_nobody_else(accounts: SqliteAccounts) -> None:
    account = accounts.create(OPERATOR, "xu", Role.SUPERVISOR, None, PASSWORD, ("night", "二班"))
    assert isinstance(account, Account)
    assert account.teams == ("night", "二班")
    assert accounts.set_teams(account.id, ()) is None
    found = accounts.check(OPERATOR, "xu", PASSWORD)
    assert found is not None
    assert found.teams == ()
    other = made(accounts)
    refused = accounts.set_teams(other.id, ("night",))
    assert refused is not None
    assert refused.code == "teams_not_for_role"
    missing = accounts.set_teams("U999", ("night",))
    assert missing is not None
    assert missing.code == "not_found"


def test_a_file_of_the_first_schema_goes_on_with_its_people(tmp_path: Path) -> None:
    path = tmp_path / "accounts.db"
    first = SqliteAccounts(path)
    account = made(first)
    first.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("ALTER TABLE accounts DROP COLUMN teams")
        connection.execute("PRAGMA user_version = 1")
    again = SqliteAccounts(path)
    assert again.check(OPERATOR, account.name, PASSWORD) == account
    again.close()
