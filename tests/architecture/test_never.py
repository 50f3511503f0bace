"""The page of what never happens names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "what-never-happens.md"
NAMED = re.compile(r"`(tests/[\w/]+\.py|test_\w+|[a-z]+(?:_[a-z]+){3,})`")


def test_what_never_happens_is_held_by_tests_that_exist() -> None:
    written = "\n".join(path.read_text("utf-8") for path in (ROOT / "tests").rglob("test_*.py"))
    defined = set(re.findall(r"^ *(?:async )?def (\w+)\(", written, re.MULTILINE))
    named = NAMED.findall(PAGE.read_text(encoding="utf-8"))
    assert len(named) > 30
    missing = [
        name
        for name in named
        if not ((ROOT / name).is_file() if name.endswith(".py") else name in defined)
    ]
    assert not missing, f"{PAGE.name} names tests that aren't there: {missing}"
