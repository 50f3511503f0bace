"""Every command that the pages show works as it's written, and says what they show."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.pages import Shell, Step, steps_of

from roost.processes import sockets

ROOT = Path(__file__).parents[2]
PROGRAMS = Path(sys.executable).parent
#: Typed by readers, but not here: what they'd do is somebody else's, or another test's.
ELSEWHERE = {
    "make": "checked below against the Makefile; the targets are tests of their own",
    "git": "the repository's address",
    "sudo": "another machine's packages and services",
    ".": "the tests' own environment is in force",
}
#: What stands in the pages and can't be had in a test's folder.
NEEDED = ("examples", "docs", "README.md", "Makefile")
#: Typed by a test of their own, beside what they need.
OWN = {"docs/how-to/run-on-postgresql.md": "tests/integration/test_on_postgresql.py"}
TUTORIAL = "docs/tutorial/your-first-call.md"


def pages() -> list[str]:
    found = [ROOT / "README.md"]
    for folder in ("tutorial", "how-to"):
        found += sorted((ROOT / "docs" / folder).glob("*.md"))
    return [str(page.relative_to(ROOT)) for page in found]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


def shell(folder: Path) -> Shell:
    """A copy of the repository as a reader has it, with the example on free ports."""
    folder.mkdir(exist_ok=True)
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns(".roost"))
        else:
            shutil.copy(source, folder / name)
    web, sip = sockets.free_port(), sockets.free_port_both()
    first = sockets.free_range(400)
    toml = folder / "examples" / "power-grid" / "roost.toml"
    text = toml.read_text(encoding="utf-8")
    for key, value in (
        ("port = 8080", f"port = {web}"),
        ("port = 5060", f"port = {sip}"),
        ("first_port = 20000", f"first_port = {first}"),
        ("last_port = 29999", f"last_port = {first + 399}"),
    ):
        assert key in text, f"{toml.name} has no {key!r} any more"
        text = text.replace(key, value)
    toml.write_text(text, encoding="utf-8")
    return Shell(folder, PROGRAMS, {"8080": str(web), "5060": str(sip)})


def type_all(reader: Shell, page: str) -> None:
    for step in steps_of(ROOT / page):
        words = step.words
        if words and words[0] not in ELSEWHERE:
            reader.run(step)


@pytest.fixture(scope="module")
def after_the_readme(folder: Path) -> Iterator[Shell]:
    """Where the README ends the how-tos begin: the example runs, agent 1001 is ready, and has
    answered a call."""
    reader = shell(folder / "readme")
    try:
        type_all(reader, "README.md")
        yield reader
    finally:
        reader.close()


def test_the_readme(after_the_readme: Shell) -> None:
    """Typed by the fixture, stopped after the how-tos."""


def test_the_tutorial(folder: Path) -> None:
    reader = shell(folder / "tutorial")
    try:
        type_all(reader, TUTORIAL)
    finally:
        reader.close()


@pytest.mark.parametrize("page", [p for p in pages() if "how-to" in p and p not in OWN])
def test_a_how_to(page: str, after_the_readme: Shell) -> None:
    type_all(after_the_readme, page)


def made() -> list[tuple[str, Step]]:
    return [
        (page, step)
        for page in pages()
        for step in steps_of(ROOT / page)
        if step.words and step.words[0] == "make"
    ]


@pytest.mark.parametrize(("page", "step"), made(), ids=lambda one: getattr(one, "command", one))
def test_make_knows_the_target_and_roost_its_options(page: str, step: Step) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    target = next(word for word in step.words[1:] if "=" not in word)
    assert re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE), (
        f"{page}:{step.line}: the Makefile has no target {target}"
    )
    options = [
        option
        for word in step.words
        if word.startswith("ARGS=")
        for option in re.findall(r"--[a-z-]+", word)
    ]
    if target == "demo" and options:
        known = subprocess.run(
            [PROGRAMS / "roost", "demo", "--help"], capture_output=True, text=True, check=True
        ).stdout
        for option in options:
            assert option in known, f"{page}:{step.line}: roost demo has no {option}"


INLINE = re.compile(r"`(roost [^`]+)`")


def in_the_text() -> list[tuple[str, str]]:
    """Commands named in a sentence, of every page that people read."""
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return sorted(
        {
            (str(page.relative_to(ROOT)), command)
            for page in found
            if "decisions" not in page.parts and "reference" not in page.parts
            for command in INLINE.findall(page.read_text(encoding="utf-8"))
        }
    )


def test_a_command_in_the_text_exists_with_its_options() -> None:
    """They aren't typed here, since they speak of a reader's own names and places; the reference,
    which is made from the commands themselves, must know them."""
    reference = (ROOT / "docs/reference/commands.md").read_text(encoding="utf-8")
    parts = re.split(r"^#+ `(roost[^`]*)`$", reference, flags=re.MULTILINE)
    known = dict(zip(parts[1::2], parts[2::2], strict=True))
    wrong: list[str] = []
    for page, said in in_the_text():
        names = said.split()
        while len(names) > 1 and " ".join(names) not in known:
            names.pop()
        part = known.get(" ".join(names))
        if part is None or len(names) == 1:
            wrong.append(f"{page}: {said}: there's no such command")
            continue
        options = re.findall(r"--[a-z-]+", said)
        wrong += [f"{page}: {said}: no {one}" for one in options if f"`{one}" not in part]
    assert not wrong, "\n".join(wrong)
