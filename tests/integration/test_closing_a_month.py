"""`roost invoices` from draft to credit, on the files of a stopped centre: March is over."""

import json
import sqlite3
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from contract.test_office_contract import Desk
from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.cli import invoices
from roost.kernel.ids import OPERATOR, Owner
from roost.ports.accounts import Role
from roost.web.testing import PASSWORD

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
GRID = "power-grid"

app = typer.Typer()
app.add_typer(invoices.app, name="invoices")


class Machine:
    """A shell at the centre's machine."""

    def __init__(self, folder: Path) -> None:
        desk = Desk(folder)
        desk.office.close()
        self.month, self.folder = desk.period, folder
        accounts = SqliteAccounts(desk.places.accounts)
        for owner, name, role in (
            (OPERATOR, "qian", Role.FINANCE),
            (OPERATOR, "admin", Role.ADMIN),
            (OPERATOR, "wang", Role.SUPERVISOR),
            (Owner(GRID), "chen", Role.CLIENT_MANAGER),
        ):
            accounts.create(owner, name, role, None, PASSWORD)
        accounts.close()

    def run(self, *words: str, status: int = 0) -> str:
        place = ["--dir", str(EXAMPLE), "--data", str(self.folder)]
        done = CliRunner().invoke(
            app, ["invoices", *words, *place], env={"COLUMNS": "200", "NO_COLOR": "1"}
        )
        assert done.exit_code == status, done.output
        return done.output

    def json(self, *words: str) -> Any:
        return json.loads(self.run(*words, "--json").splitlines()[-1])


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_a_month_from_draft_to_credit(machine: Machine, tmp_path: Path) -> None:
    month = (GRID, machine.month)
    assert "takes the scope invoices.manage" in machine.run(
        "statement", *month, "--as", "wang", status=1
    )
    assert "frozen (revision 1)" in machine.run("statement", *month, "--as", "qian")
    machine.run("confirm", *month, "--as", f"{GRID}/chen")
    again = machine.run("issue", *month, "--as", "qian", status=1)
    assert "Whoever froze it can't issue it." in again
    assert "GY-" in machine.run("issue", *month, "--as", "admin")
    listed = machine.json("list")
    (number,) = next(one["documents"] for one in listed if one["period"] == machine.month)

    pdf = tmp_path / "invoice.pdf"
    machine.run("document", number, "--to", str(pdf), "--language", "zh")
    assert pdf.read_bytes().startswith(b"%PDF-")
    hashed = machine.json("document", number, "--to", str(tmp_path / "invoice.json"))["hash"]
    assert sha256((tmp_path / "invoice.json").read_bytes()).hexdigest() == hashed

    explained = machine.run("explain", "contacts", "--client", GRID, "--period", machine.month)
    assert "/lines/contacts: " in explained, "the clause"
    assert "rounded once, here" in explained
    part = machine.json("explain", "contacts", "--client", GRID, "--period", machine.month)[0]
    wrong = f"{GRID}-{part['count']}"
    words = ("--words", "Wrong number", "--as", f"{GRID}/chen")
    machine.run("dispute", *month, "--contact", wrong, *words)
    machine.run("settle", f"{GRID}/{machine.month}/d1", "accept", "--as", "qian")
    machine.run("credit", *month, "--as", "qian")
    shown = machine.run("issue", *month, "--as", "admin")
    assert "credit_note" in shown
    machine.run("fapiao", number, "--number", "2452", "--date", "2026-12-04", "--as", "qian")
    journal = tmp_path / "journal.csv"
    machine.run("export", "journal", "--to", str(journal))
    assert number in journal.read_text(encoding="utf-8")
    verified = machine.json("verify", "--deep")
    assert verified["ok"]
    assert [one["number"] for one in verified["statements"]] == [
        number,
        number.replace("000001", "000002"),
    ]


def test_what_was_tampered_with_is_found(machine: Machine) -> None:
    machine.run("statement", GRID, machine.month, "--as", "qian")
    with sqlite3.connect(machine.folder / "streams" / "office.db") as log:
        (body,) = log.execute("SELECT body FROM events WHERE number = 1").fetchone()
        forged = body.replace(b'"contacts":', b'"contacts":1', 1)
        assert forged != body
        log.execute("UPDATE events SET body = ? WHERE number = 1", (forged,))
    found = machine.run("verify", status=1)
    assert "differs: the draft isn't what its digest says" in found
