"""The pages hold together: links lead somewhere, decisions are numbered and listed."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = ROOT / "docs" / "decisions"
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:")


def pages() -> list[Path]:
    """The pages in git, and new ones that aren't ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    names = listed.stdout.split() if listed.returncode == 0 else []
    found = {ROOT / name for name in names} | set((ROOT / "docs").rglob("*.md"))
    return sorted(path for path in found | {ROOT / "README.md"} if path.exists())


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose_of(path: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(
        r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )


def anchors_of(path: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for title in re.findall(r"^#+ +(.+)$", prose_of(path), re.MULTILINE):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken: list[str] = []
    for link in LINK.findall(prose_of(page)):
        if link.startswith(ELSEWHERE):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        if not target.exists():
            broken.append(f"{link}: no such file")
        elif anchor and target.suffix == ".md" and anchor not in anchors_of(target):
            broken.append(f"{link}: no such heading")
    assert not broken, f"{name_of(page)}: {'; '.join(broken)}"


def decisions() -> list[Path]:
    return sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")


def test_decisions_are_numbered_one_by_one() -> None:
    numbers = [int(path.name[:4]) for path in decisions()]
    assert numbers == list(range(1, len(numbers) + 1)), f"give each its own number: {numbers}"


@pytest.mark.parametrize("page", decisions(), ids=name_of)
def test_a_decision_is_listed_under_its_number_and_title(page: Path) -> None:
    number = int(page.name[:4])
    heading = page.read_text(encoding="utf-8").splitlines()[0]
    assert heading.startswith(f"# {number}. "), f"{name_of(page)} begins with {heading!r}"
    index = (DECISIONS / "README.md").read_text(encoding="utf-8")
    assert re.search(
        rf"^\| {number} \| \[[^\]]+\]\({re.escape(page.name)}\)", index, re.MULTILINE
    ), f"docs/decisions/README.md doesn't list {page.name} as number {number}"
