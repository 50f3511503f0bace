"""Every refusal has its words in both languages, with the parameters that it's given."""

import ast
import json
import string
from pathlib import Path

import pytest

from roost.kernel.ends import Blame, Reason
from roost.kernel.messages import Refusal
from roost.kernel.words import REFUSALS, words

SOURCE = Path(__file__).parents[2] / "src" / "roost"
CONSTANTS = {"FAULT": "fault"}


def refusals() -> list[tuple[str, str, set[str]]]:
    """Where, which code, which parameters; the fakes beside the adapters don't count."""
    found: list[tuple[str, str, set[str]]] = []
    for path in sorted(SOURCE.rglob("*.py")):
        if path.name == "testing.py":
            continue
        tree = ast.parse(path.read_text())
        if not takes_refusals(tree):
            continue
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id != "Refusal":
                continue
            code, *about = node.args
            name = code.value if isinstance(code, ast.Constant) else CONSTANTS[ast.unparse(code)]
            keys: set[str] = set()
            if about:
                assert isinstance(about[0], ast.Dict), f"{path}:{node.lineno}"
                keys = {key.value for key in about[0].keys}
            found.append((f"{path.relative_to(SOURCE)}:{node.lineno}", name, keys))
    return found


def takes_refusals(tree: ast.Module) -> bool:
    """Whether a module means the kernel's Refusal by that name."""
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "roost.kernel.messages"
        and any(name.name == "Refusal" for name in node.names)
        for node in ast.walk(tree)
    )


def named(value: str | set[str]) -> str:
    """A set's own order differs from one process to the next."""
    return value if isinstance(value, str) else " ".join(sorted(value))


@pytest.mark.parametrize(("where", "code", "about"), refusals(), ids=named)
def test_a_refusal_has_words(where: str, code: str, about: set[str]) -> None:
    assert code in REFUSALS, f"{where}: add {code!r} to kernel/words.py"
    of = REFUSALS[code]
    for text in (of.en, of.mend_en, of.zh, of.mend_zh):
        wanted = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert wanted <= about, f"{where}: the words of {code!r} want {wanted - about}"


def test_no_words_are_left_over() -> None:
    assert set(REFUSALS) == {code for _, code, _ in refusals()}


def test_the_words_in_both_languages() -> None:
    refusal = Refusal("no_phone", {"agent": "1001"})
    assert words(refusal)[0] == "Agent 1001 has no phone that is registered."
    assert words(refusal, "zh")[0] == "坐席 1001 没有已注册的话机。"
    assert words(Refusal("no_phone"))[0] == "Agent agent has no phone that is registered."


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_way_to_end_has_its_words_on_the_pages(language: str) -> None:
    file = SOURCE.parents[1] / "frontend" / "src" / "words" / language / "ends.json"
    known = json.loads(file.read_text(encoding="utf-8"))
    assert set(known["reason"]) >= {reason.value for reason in Reason}
    assert set(known["blame"]) >= {blame.value for blame in Blame}
