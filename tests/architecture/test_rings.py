"""Every test is in a ring of `make test`, and the schedule of the outer ones names what's there."""

import re
from pathlib import Path

from rings import EARLY, TESTS, TOGETHER, empty, turn

MAKEFILE = (TESTS.parent / "Makefile").read_text(encoding="utf-8")
SCHEDULED = [file for row in TOGETHER for file in row] + list(EARLY)


def rings(variable: str) -> list[str]:
    found = re.search(rf"^{variable} := (.+)$", MAKEFILE, re.MULTILINE)
    assert found is not None, variable
    return found[1].split()


def test_every_folder_is_run() -> None:
    run = {"architecture", "contract", *rings("RINGS"), *rings("PEERS")}
    there = {file.relative_to(TESTS).parts[0] for file in TESTS.rglob("test_*.py")}
    assert there == run


def test_the_schedule_names_files_that_exist_once() -> None:
    assert [file for file in SCHEDULED if not (TESTS / file).is_file()] == []
    assert len(set(SCHEDULED)) == len(SCHEDULED)


def test_tests_that_share_something_stay_together() -> None:
    """Else each worker would start it anew."""
    shared = re.compile(r"""fixture\([^)]*scope=["']module""")
    outer = [file for ring in rings("PEERS") for file in sorted((TESTS / ring).glob("test_*.py"))]
    alone = [
        f"{file.name}: give it a row in tests/rings.py"
        for file in outer
        if file.parent.name == "browser" or shared.search(file.read_text(encoding="utf-8"))
        if turn(file)[0] == len(TOGETHER)
    ]
    assert alone == []


def test_a_ring_without_tests_is_told() -> None:
    unit, browser = TESTS / "unit", TESTS / "browser"
    found = [unit / "test_dice.py"]
    assert empty([unit, browser], found) == [str(browser)]
    assert empty([TESTS, unit / "test_dice.py"], found) == []
    assert empty([Path("tests") / "nowhere.py"], []) == []
