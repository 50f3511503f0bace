"""The register of client data at rest names every place and table that there is, and no other."""

import re
from pathlib import Path

from roost.adapters.accounts.tables import metadata as accounts
from roost.adapters.store.postgres_schema import STEPS
from roost.adapters.store.schema import log_tables, snapshot_tables
from roost.adapters.views.schema import tables
from roost.processes.places import Places

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "data-at-rest.md"
INSIDE_RUN = {"launch", "control_socket", "media_socket", "edge_socket"}  # parts of `run`
CREATES = re.compile(r"CREATE TABLE (\w+)")


def rows(title: str) -> dict[str, list[str]]:
    """A section's table: its rows' cells by the name that they begin with."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {title}\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {one[0].split("`")[1]: one for one in cells}


def test_every_place_is_in_the_register() -> None:
    places = {name for name, one in vars(Places).items() if isinstance(one, property)}
    named = rows("In the data folder")
    assert set(named) == places - INSIDE_RUN, "docs/reference/data-at-rest.md: name it there"


def test_every_table_is_in_the_register() -> None:
    found = {
        table.name
        for metadata in (tables, log_tables, snapshot_tables, accounts)
        for table in metadata.sorted_tables
    }
    found |= {name for step in STEPS for one in step for name in CREATES.findall(one)}
    named = rows("In the tables")
    assert set(named) == found | {"shapes"}, "docs/reference/data-at-rest.md: name it there"


def test_every_row_says_all() -> None:
    for title in ("In the data folder", "In the tables"):
        for name, cells in rows(title).items():
            assert len(cells) == 5, name
            assert all(cells), f"{name}: what's left empty?"


def test_whose_rows_a_table_of_the_views_has_is_what_the_wall_says() -> None:
    named = rows("In the tables")
    for table in tables.sorted_tables:
        walled = "client" in table.columns
        assert named[table.name][1].startswith("each client's") == walled, table.name
