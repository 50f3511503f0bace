"""`roost users`: who may log in, straight in the centre's own file (whoever may read it)."""

import secrets
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from roost.cli.output import fail, result
from roost.ports.accounts import Account, Accounts, Role

app = typer.Typer(help="Who may log in: list, add, password, disable, enable.")

How = Literal["made", "password", "disabled", "enabled", "token made", "token revoked"]
Centre = Annotated[Path, typer.Option("--dir", help="The centre's folder.")]
Data = Annotated[Path | None, typer.Option("--data", help="Its data folder (default DIR/.roost).")]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
Name = Annotated[str, typer.Argument(help="The name; a client's people are CLIENT/NAME.")]


def opened(directory: Path, data: Path | None) -> Accounts:
    """The accounts of a centre that was started before; exit status 1 with the mend if not."""
    from roost.adapters.accounts.sqlite import SqliteAccounts
    from roost.processes.places import data_of
    from roost.processes.settings import BadSettings

    try:
        path = data_of(directory, data).accounts
    except BadSettings as error:
        fail(str(error))
    if not path.exists():
        fail(f"{path} isn't there: start the centre once (roost up), or name --dir and --data.")
    return SqliteAccounts(path)


def noted(directory: Path, data: Path | None, account: Account, how: How) -> None:
    """In the audit trail: the command line did this. Exit status 1 when it can't be noted."""
    from roost.adapters.clock.wall import CellClock
    from roost.adapters.store.trail import StreamTrail
    from roost.kernel.actor import Actor, ActorKind
    from roost.office.audit.messages import AccountChanged
    from roost.ports.log import LogFailed
    from roost.processes.places import data_of
    from roost.processes.stores import store_of

    places = data_of(directory, data)
    store = store_of(places)
    trail = StreamTrail(store.writer, CellClock(), store.chain())
    try:
        event = AccountChanged(owner=account.owner, account=account.id, how=how)
        trail.note(Actor(ActorKind.SETUP, "command line"), event)
    except LogFailed as error:
        fail(f"it can't be noted in the audit trail, and so it isn't done: {error}")
    finally:
        trail.close()


def named(accounts: Accounts, name: str) -> Account:
    """The account of that name; exit status 1 when there's none."""
    found = [account for account in accounts.listing(None) if full_name(account) == name]
    if not found:
        fail(f"nobody is called {name!r}: `roost users list` shows everybody.")
    return found[0]


def full_name(account: Account) -> str:
    own = account.owner == "operator"
    return account.name if own else f"{account.owner}/{account.name}"


@app.command("list")
def list_(directory: Centre = Path(), data: Data = None, as_json: Json = False) -> None:
    """Everybody who may log in."""
    everybody = opened(directory, data).listing(None)

    def show() -> None:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("name", "role", "agent", ""):
            table.add_column(column)
        for one in everybody:
            state = "disabled" if one.disabled else ""
            table.add_row(full_name(one), one.role.value, one.agent or "", state)
        Console().print(table)

    result(everybody, as_json, show)


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option("--role", help="What they may do.")],
    agent: Annotated[str | None, typer.Option("--agent", help="Whom they are: 1001.")] = None,
    team: Annotated[
        list[str] | None,
        typer.Option("--team", help="A supervisor's team; may be repeated. None: all teams."),
    ] = None,
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A new account with a random password, which is shown once."""
    from roost.kernel.ids import OPERATOR, AgentId, Owner
    from roost.kernel.messages import Refusal

    client, slash, own = name.rpartition("/")
    password = secrets.token_urlsafe(12)
    owner = Owner(client) if slash else OPERATOR
    made = opened(directory, data).create(
        owner, own, role, AgentId(agent) if agent else None, password, tuple(team or ())
    )
    if isinstance(made, Refusal):
        fail(_words(made))
    noted(directory, data, made, "made")
    shown = {"name": name, "role": role.value, "agent": agent, "password": password}
    result(shown, as_json, lambda: typer.echo(f"{name}: password {password}"))


@app.command()
def password(
    name: Name, directory: Centre = Path(), data: Data = None, as_json: Json = False
) -> None:
    """A new random password, shown once. Ends their sessions."""
    accounts = opened(directory, data)
    fresh = secrets.token_urlsafe(12)
    account = named(accounts, name)
    noted(directory, data, account, "password")
    refusal = accounts.set_password(account.id, fresh)
    if refusal is not None:
        fail(_words(refusal))
    shown = {"name": name, "password": fresh}
    result(shown, as_json, lambda: typer.echo(f"{name}: password {fresh}"))


@app.command()
def disable(name: Name, directory: Centre = Path(), data: Data = None) -> None:
    """They can't log in any more; their sessions end."""
    accounts = opened(directory, data)
    account = named(accounts, name)
    noted(directory, data, account, "disabled")
    accounts.set_disabled(account.id, True)


@app.command()
def enable(name: Name, directory: Centre = Path(), data: Data = None) -> None:
    """They can log in again."""
    accounts = opened(directory, data)
    account = named(accounts, name)
    noted(directory, data, account, "enabled")
    accounts.set_disabled(account.id, False)


def _words(refusal: object) -> str:
    from roost.kernel.messages import Refusal

    assert isinstance(refusal, Refusal)
    mends = {
        "name_taken": "that name is taken: choose another.",
        "role_not_for_owner": "client-manager is for clients' people (CLIENT/NAME), the other"
        " roles for the operator's.",
        "teams_not_for_role": "only a supervisor is bound to teams.",
        "password_weak": "the password is too weak.",
    }
    return mends.get(refusal.code, refusal.code)
