"""The docs' pictures: small, used, and said in words for whoever doesn't see them."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
IMAGES: Final = ROOT / "docs" / "images"
USE: Final = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>[^)]+)\)")
HTML: Final = re.compile(r'<img src="(?P<file>[^"]+)" alt="(?P<words>[^"]+)"')
MOST_EACH: Final = 100_000
MOST_ALL: Final = 900_000


def uses() -> list[tuple[Path, str, Path]]:
    """Every picture in a page: the page, its words, the file."""
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return [
        (page, words, (page.parent / address).resolve())
        for page in pages
        for found in (USE, HTML)
        for words, address in (
            one.group("words", "file") for one in found.finditer(page.read_text(encoding="utf-8"))
        )
    ]


def test_every_picture_is_there_and_said_in_words() -> None:
    for page, words, file in uses():
        assert file.is_file(), f"{page}: there's no {file}"
        assert len(words) >= 8, f"{page}: say what {file.name} shows, not {words!r}"


def test_no_picture_is_kept_that_nobody_sees() -> None:
    unused = set(IMAGES.iterdir()) - {file for _, _, file in uses()}
    assert not unused, f"in no page: {sorted(file.name for file in unused)}"


def test_pictures_are_small() -> None:
    sizes = {file.name: file.stat().st_size for file in IMAGES.iterdir()}
    large = {name: size for name, size in sizes.items() if size > MOST_EACH}
    assert not large, f"over {MOST_EACH} bytes each: {large}"
    assert sum(sizes.values()) <= MOST_ALL, f"{sum(sizes.values())} bytes of pictures in all"
