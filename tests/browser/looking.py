"""What every page must pass: axe's rules of WCAG 2.2 AA, no sideways scrolling, nothing jumps.

And pictures of what the stories saw, to be looked at: build/pictures/tests."""

from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

AXE: Final = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PICTURES: Final = Path(__file__).parents[2] / "build" / "pictures" / "tests"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def assert_accessible(page: Page) -> None:
    """No violation that axe finds; names the rule and the element."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, { runOnly: { type: 'tag', values: rules } })", RULES
    )
    wrong = [
        f"{one['id']}: {one['help']}: "
        + "; ".join(f"{node['html'][:200]} ({node['failureSummary']})" for node in one["nodes"])
        for one in found["violations"]
    ]
    assert not wrong, "\n".join(wrong)


def pictured(page: Page, name: str) -> None:
    """Kept as it's seen now; `make pictures ARGS="--all"` takes every other look."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


def assert_stands(page: Page) -> None:
    """The page itself doesn't scroll: its lists do, however long they are."""
    too_high = page.evaluate("document.documentElement.scrollHeight - window.innerHeight")
    assert too_high <= 0, f"the page is {too_high} px too high"


def assert_fits(page: Page) -> None:
    """Nothing is wider than the window."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert too_wide <= 0, f"the page is {too_wide} px too wide"


def watch_shifts(page: Page) -> None:
    """From now on, layout shifts are counted (see assert_still)."""
    page.evaluate(
        """() => {
          window.shifts = 0;
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) {
              if (!entry.hadRecentInput) window.shifts += entry.value;
            }
          }).observe({ type: 'layout-shift' });
        }"""
    )


def assert_still(page: Page, most: float = 0.01) -> None:
    """Nothing has jumped since watch_shifts (the web's cumulative layout shift)."""
    shifted = page.evaluate("window.shifts")
    assert shifted <= most, f"the page jumped: {shifted}"
