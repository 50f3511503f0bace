"""In what order the outer rings run, and that no ring is empty.

A file's tests stay with one worker, since they may share a centre. What lasts longest begins
first, so that nobody waits for it at the end.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).parent

#: Each row shares something that takes long to start: these begin first, from left to right.
TOGETHER: Final = (
    ("browser/test_heard.py", "browser/test_desk.py"),
    (
        "browser/test_pages.py",
        "browser/test_floor.py",
        "browser/test_simulation.py",
        "browser/test_alerts_and_trail.py",
        "browser/test_signing_in.py",
        "browser/test_a_newcomer.py",
        "browser/test_long_runs.py",
    ),
    ("integration/test_documents.py",),
    ("integration/test_a_real_softphone.py",),
    ("integration/test_browser_phone.py",),
    ("integration/test_survival.py",),
    ("integration/test_applying.py",),
    ("integration/test_office_commands.py",),
    ("integration/test_web_schemathesis.py",),
)
#: Then these, one by one: each lasts longer than most.
EARLY: Final = (
    "integration/test_demo.py",
    "integration/test_trouble.py",
    "integration/test_called_back.py",
    "integration/test_sqlite_trouble.py",
)


def within(path: Path) -> str:
    """The file's name within the tests."""
    return path.relative_to(TESTS).as_posix()


def turn(path: Path) -> tuple[int, int]:
    """Sorts files by when they begin; those that stand nowhere keep their order."""
    file = within(path)
    for number, row in enumerate(TOGETHER):
        if file in row:
            return number, row.index(file)
    early = EARLY.index(file) if file in EARLY else len(EARLY)
    return len(TOGETHER), early


def empty(asked: Iterable[Path], found: Iterable[Path]) -> list[str]:
    """The folders asked for of which no test was found."""
    there = {folder for file in set(found) for folder in file.parents}
    return [str(one) for one in asked if one.is_dir() and one not in there]
