"""docs/reference/sip.md names the limits that the code has."""

import importlib
import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "sip.md"
PLACES = {"session": "roost.protocols.sdp.session"}


def limits() -> list[tuple[str, str]]:
    """Each name in the page's table of limits, with the row that says how much it is."""
    table = PAGE.read_text(encoding="utf-8").partition("## Limits")[2].partition("\n## ")[0]
    found: list[tuple[str, str]] = []
    for row in table.splitlines():
        module = ""
        for name in re.findall(r"`([a-z_]*\.?[A-Z_]+)`", row):
            module, _, constant = name.rpartition(".") if "." in name else (module, "", name)
            place = PLACES.get(module, f"roost.protocols.sip.{module}")
            found.append((f"{place}.{constant}", row))
    return found


@pytest.mark.parametrize(("name", "row"), limits())
def test_the_page_says_what_the_code_does(name: str, row: str) -> None:
    module, _, constant = name.rpartition(".")
    value: int = getattr(importlib.import_module(module), constant)
    shown = f"{value // 1_000_000:,} s" if constant == "NONCE_LIFE" else f"{value:,}"
    assert shown in row, f"{name} is {value:,}: mend docs/reference/sip.md"


def test_there_are_limits_to_check() -> None:
    assert len(limits()) >= 18
