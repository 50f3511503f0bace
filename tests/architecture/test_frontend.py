"""The pages' house rules: words in both languages and none unused, colours in one place, no
addresses of registries, a first load that is small."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FRONTEND = Path(__file__).parents[2] / "frontend"
SRC = FRONTEND / "src"
WORDS = SRC / "words"
MOST_FIRST_LOAD = 350 * 1_000  # bytes, compressed: scripts, styles, Latin font
PLURAL = re.compile(r"_(zero|one|two|few|many|other)$")


def sources(*endings: str) -> list[Path]:
    found = [path for ending in endings for path in SRC.rglob(f"*{ending}")]
    return sorted(path for path in found if not path.name.endswith(".gen.ts"))


def flat(texts: dict[str, object], before: str = "") -> Iterator[tuple[str, str]]:
    for key, value in texts.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{key}.")
        else:
            assert isinstance(value, str), f"{before}{key} isn't a text"
            yield before + key, value


def words(language: str) -> dict[str, dict[str, str]]:
    return {
        path.stem: dict(flat(json.loads(path.read_text(encoding="utf-8"))))
        for path in sorted((WORDS / language).glob("*.json"))
    }


def used() -> tuple[list[tuple[Path, set[str]]], set[str]]:
    """Each key that a source names, as the full keys that it may mean (one for each namespace of
    its file): `floor:title`; and the beginnings of keys that are made at run time."""
    keys: list[tuple[Path, set[str]]] = []
    beginnings: set[str] = set()
    for path in sources(".ts", ".tsx"):
        text = path.read_text(encoding="utf-8")
        spaces = re.findall(r'useTranslation\(\s*"([\w-]+)"', text) or ["shell"]
        for literal in re.findall(r'(?<![\w.])(?:t|say)\(\s*["`]([\w:.${}-]+)', text):
            beginning, dynamic, _ = literal.partition("${")
            assert beginning, f"{path}: a key made at run time begins with a literal"
            meant = {beginning} if ":" in beginning else {f"{one}:{beginning}" for one in spaces}
            if dynamic:
                beginnings |= meant
            else:
                keys.append((path, meant))
    return keys, beginnings


def test_both_languages_say_the_same_things() -> None:
    english, chinese = words("en"), words("zh")
    assert english.keys() == chinese.keys(), "a page has words in one language only"
    for space, texts in english.items():
        ours = {PLURAL.sub("", key) for key in texts}
        theirs = {PLURAL.sub("", key) for key in chinese[space]}
        assert ours == theirs, f"{space}.json: {sorted(ours ^ theirs)} in one language only"


def test_texts_have_the_same_gaps_in_both_languages() -> None:
    gap = re.compile(r"\{\{-?\s*(\w+)")
    english, chinese = words("en"), words("zh")
    for space, texts in english.items():
        for key, text in texts.items():
            assert text.strip(), f"{space}:{key} is empty"
            twin = chinese[space].get(key) or chinese[space].get(PLURAL.sub("_other", key), "")
            assert twin.strip(), f"{space}:{key} is empty in Chinese"
            wrong = set(gap.findall(text)) ^ set(gap.findall(twin))
            assert not wrong - {"count"}, f"{space}:{key}: {wrong} in one language only"


def test_no_key_is_missing_and_none_unused() -> None:
    keys, beginnings = used()
    there = {
        PLURAL.sub("", f"{space}:{key}") for space, texts in words("en").items() for key in texts
    }
    for path, meant in keys:
        assert meant & there, f"{path}: no words for {meant}: add them to src/words/{{en,zh}}"
    named = {key for _, meant in keys for key in meant}
    unused = sorted(key for key in there - named if not key.startswith(tuple(beginnings)))
    assert not unused, f"nobody uses {unused}: remove them from src/words/{{en,zh}}"


def test_colours_stand_in_the_theme_alone() -> None:
    colour = re.compile(r"#[0-9a-fA-F]{3,8}\b(?![-\w])|\brgba?\(|\bhsla?\(|\boklch\(")
    for path in sources(".ts", ".tsx", ".css"):
        if path.is_relative_to(SRC / "theme"):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = colour.search(line)
            assert not found, f"{path}:{number}: {found and found[0]}; use a token of tokens.css"


def test_no_module_is_too_long() -> None:
    for path in sources(".ts", ".tsx", ".css"):
        if path.name != "icons.tsx":
            lines = len(path.read_text(encoding="utf-8").splitlines())
            assert lines <= 500, f"{path} has {lines} lines: split it by meaning"


def test_nothing_of_a_customer_becomes_html() -> None:
    for path in sources(".ts", ".tsx"):
        text = path.read_text(encoding="utf-8")
        for word in ("dangerouslySetInnerHTML", ".innerHTML", "insertAdjacentHTML", "eval("):
            assert word not in text, f"{path}: {word}"


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((FRONTEND / "package-lock.json").read_text(encoding="utf-8"))
    for name, package in lock["packages"].items():
        assert "resolved" not in package, f"{name}: npm install with our .npmrc"


def test_the_first_load_is_small() -> None:
    """What the entry needs before anything is shown, with English and the Latin font."""
    dist = FRONTEND / "dist"
    if not (dist / "index.html").exists():
        pytest.fail("the pages aren't built: make setup")
    manifest = json.loads((dist / ".vite" / "manifest.json").read_text(encoding="utf-8"))
    chunks, files = ["index.html", "src/words/en/index.ts"], set[str]()
    seen: set[str] = set()
    while chunks:
        name = chunks.pop()
        if name in seen:
            continue
        seen.add(name)
        chunk = manifest[name]
        chunks.extend(chunk.get("imports", []))
        files |= {chunk["file"], *chunk.get("css", [])}
        files |= {asset for asset in chunk.get("assets", []) if "inter-latin-wght" in asset}
    assert any("inter-latin" in file for file in files), "the Latin font isn't counted"
    size = sum(_compressed(dist / file) for file in files)
    assert size <= MOST_FIRST_LOAD, f"the first load has {size} bytes: load pages' code later"


def _compressed(path: Path) -> int:
    packed = path.with_name(path.name + ".br")
    return (packed if packed.exists() else path).stat().st_size
