"""The wall between clients, in the code: one way to their rows, and keys that begin with them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from roost.adapters.views.schema import tables

SOURCE = Path(__file__).parents[2] / "src" / "roost"

#: Who may touch the tables of clients' rows: the projections, which write them, and who reads
#: them through a purview. Everybody else asks `ports.views`.
WALLED = "roost.adapters.views"
OPENS = {"schema", "opened", "place"}  # may open the file itself

#: Who may ask for everybody's rows, and why.
MAY_SEE_ALL = {
    "kernel/purview.py": "defines it",
    "cli/": "whoever holds the centre's files is the operator",
    "processes/": "the centre itself: proofs over the whole",
    "adapters/views/postgres.py": "looks whether the tables are in today's shape",
    "adapters/views/records.py": "the office computes a client's hours from the whole pool's",
    "web/follow.py": "the live views are everybody's; each sight gets its own part of them",
    "web/known.py": "an agent's own figures, over all clients that they work for",
    "web/agent_day.py": "an agent's day; its endpoint is the operator's alone",
}


def importing(word: str) -> Iterator[tuple[str, ast.Module]]:
    """The modules in which this word stands, parsed."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if word in text:
            yield str(path.relative_to(SOURCE)), ast.parse(text)


def imports(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every imported name, with the module that it's from."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from ((node.module, alias.name) for alias in node.names)


def test_clients_rows_are_reached_through_a_purview_alone() -> None:
    for name, tree in importing(f"{WALLED}.schema"):
        for module, what in imports(tree):
            if module != f"{WALLED}.schema":
                continue
            assert name.startswith("adapters/views/"), (
                f"{name} imports {what} of the tables: ask ports.views, with a purview"
            )
            if what == "open_views":
                assert Path(name).stem in OPENS, f"{name} opens the file past the guard"


def test_only_these_ask_for_everybodys_rows() -> None:
    found: set[str] = set()
    for name, tree in importing("WHOLE"):
        if ("roost.kernel.purview", "WHOLE") in imports(tree):
            allowed = [one for one in MAY_SEE_ALL if name.startswith(one)]
            assert allowed, f"{name} asks for everybody's rows: give it the caller's purview"
            found.update(allowed)
    assert found == set(MAY_SEE_ALL) - {"kernel/purview.py"}, "a reason that nobody needs"


def keys_of(table: Table) -> Iterator[list[str]]:
    for constraint in table.constraints:
        if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint):
            yield [column.name for column in constraint.columns]
    for index in table.indexes:
        if index.unique:
            yield [column.name for column in index.columns]


@pytest.mark.parametrize("table", tables.sorted_tables, ids=str)
def test_every_key_of_clients_rows_begins_with_the_client(table: Table) -> None:
    """Else a clash would tell of a neighbour's row."""
    if "client" in table.columns:
        for key in keys_of(table):
            assert not key or key[0] == "client", f"{table}: the key {key} begins without a client"
