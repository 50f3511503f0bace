"""`roost tokens`: API tokens, straight in the centre's own file (whoever may read it)."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from roost.cli.output import fail, result
from roost.cli.users import Centre, Data, Json, Name, full_name, named, noted, opened

app = typer.Typer(help="API tokens: list, add, revoke.")


@app.command("list")
def list_(directory: Centre = Path(), data: Data = None, as_json: Json = False) -> None:
    """Every token in force, with whom it acts for and what it may do."""
    from roost.adapters.clock.wall import CellClock

    accounts, now = opened(directory, data), CellClock().now()
    found = [token for one in accounts.listing(None) for token in accounts.tokens(one.id, now)]
    shown = [
        {
            "account": full_name(token.account),
            "id": token.id,
            "label": token.label,
            "scopes": sorted(token.scopes),
            "until": token.until,
        }
        for token in found
    ]

    def show() -> None:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for column in ("account", "id", "label", "scopes"):
            table.add_column(column)
        for token in found:
            scopes = " ".join(sorted(token.scopes))
            table.add_row(full_name(token.account), str(token.id), token.label, scopes)
        Console().print(table)

    result(shown, as_json, show)


@app.command()
def add(
    name: Name,
    scope: Annotated[list[str], typer.Option("--scope", help="What it may do; may be repeated.")],
    label: Annotated[str, typer.Option("--label", help="What it's for.")] = "command line",
    directory: Centre = Path(),
    data: Data = None,
    as_json: Json = False,
) -> None:
    """A new token, shown once. It never may do more than its account."""
    from roost.processes.first_start import new_token
    from roost.web.permissions import NOT_FOR_TOKENS, ROLES

    accounts = opened(directory, data)
    account = named(accounts, name)
    may = {known.value for known in ROLES[account.role] - NOT_FOR_TOKENS}
    wrong = sorted(set(scope) - may)
    if wrong:
        fail(f"{name} can't give {', '.join(wrong)}; it may give: {', '.join(sorted(may))}.", 2)
    noted(directory, data, account, "token made")
    try:
        text = new_token(accounts, account, label, frozenset(scope))
    except ValueError:
        fail(f"{name} has too many tokens: revoke one (roost tokens revoke {name} ID).")
    result({"token": text, "label": label}, as_json, lambda: typer.echo(text))


@app.command()
def revoke(
    name: Name,
    token: Annotated[int, typer.Argument(help="Its id: roost tokens list.")],
    directory: Centre = Path(),
    data: Data = None,
) -> None:
    """The token is good for nothing from now on."""
    accounts = opened(directory, data)
    account = named(accounts, name)
    noted(directory, data, account, "token revoked")
    if not accounts.revoke_token(account.id, token):
        fail(f"{name} has no token {token}: roost tokens list.")
