"""Every page in every state, language, theme and size, to be looked at.

    looked = Looked(browser, folder, only=("floor",))
    looked.at_a_demo(centre); looked.at_a_storm(centre); looked.at_a_crowd(crowded); …
    looked.index()

Pictures are named PAGE-STATE-LANGUAGE-THEME-WIDTH.png; index.html shows them side by side.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from centre_pictured import LOCALES, Centre, a_recorded_contact, signed_in
from playwright.sync_api import Browser, BrowserContext, Page, Route
from playwright.sync_api import Error as Failed

DESK, TELEVISION, PHONE = (1366, 768), (1920, 1080), (390, 844)
OFFICE: Final = (DESK, TELEVISION)
ANYWHERE: Final = (DESK, TELEVISION, PHONE)
THEMES: Final = ("light", "dark")
SETTLES_MS: Final = 350
OFFERED_MS: Final = 90_000
OURS: Final = {"Roost-Request": "1"}
Sizes = tuple[tuple[int, int], ...]
Act = Callable[[Page], None]


class Looked:
    """The pictures of one run; with `only`, those whose name has one of these words."""

    def __init__(self, browser: Browser, folder: Path, only: tuple[str, ...]) -> None:
        self._browser, self._folder, self._only = browser, folder, only
        folder.mkdir(parents=True, exist_ok=True)

    # --- what there is to see ---

    def at_a_demo(self, centre: Centre) -> None:
        """A day like any other: calls come, agents talk."""
        self._desk(centre)
        self._page(centre, None, "sign-in", "/sign-in", (DESK, PHONE))
        self._page(centre, None, "sign-in-refused", "/sign-in", (DESK, PHONE), _refused)
        self._page(centre, None, "wallboard-unpaired", "/wallboard?night=false", (TELEVISION,))
        who = "supervisor"
        self._page(centre, who, "floor", "/floor", ANYWHERE, _warm)
        self._page(centre, who, "floor-agent", "/floor", (DESK, PHONE), _tile)
        self._page(centre, who, "floor-televisions", "/floor", (DESK, PHONE), _televisions)
        self._page(centre, who, "palette", "/floor", (DESK, PHONE), _palette)
        self._page(centre, who, "contacts", "/contacts", ANYWHERE)
        self._page(centre, who, "contacts-none", "/contacts?code=meter&agent=1012", (DESK, PHONE))
        self._page(
            centre, who, "contacts-loading", "/contacts", (DESK, PHONE), hangs="/api/contacts*"
        )
        self._page(
            centre,
            who,
            "contacts-error",
            "/contacts",
            (DESK, PHONE),
            _gives_up,
            fails="/api/contacts*",
        )
        ref = a_recorded_contact(centre)
        self._page(centre, who, "record", f"/contacts?open={ref}", ANYWHERE, _listens)
        self._page(centre, who, "reports", "/reports?interval=30m", ANYWHERE)
        self._page(centre, who, "reports-agents", "/reports?report=agents", (DESK, PHONE))
        day = "/reports?report=agent-day&agent=1001"
        self._page(centre, who, "reports-day", day, (DESK, PHONE))
        self._page(
            centre, who, "reports-none", "/reports?from=2026-01-01&to=2026-01-01", (DESK, PHONE)
        )
        self._page(centre, who, "reports-loading", "/reports", (DESK,), hangs="/api/reports/*")
        self._page(
            centre,
            who,
            "reports-error",
            "/reports",
            (DESK, PHONE),
            _gives_up,
            fails="/api/reports/*",
        )
        self._page(centre, who, "wallboard", "/wallboard?night=false", (TELEVISION, DESK))
        self._page(centre, who, "wallboard-night", "/wallboard?night=true", (TELEVISION,))
        for page in ("alerts", "audit", "simulation"):
            self._page(centre, "admin", page, f"/{page}", (DESK, PHONE))

    def at_a_storm(self, centre: Centre) -> None:
        """Many more calls than agents: amber and red."""
        self._page(centre, "supervisor", "floor-storm", "/floor", ANYWHERE, _warm)
        self._page(centre, "supervisor", "alerts-storm", "/alerts", (DESK, PHONE))
        self._page(centre, "supervisor", "wallboard-storm", "/wallboard?night=false", (TELEVISION,))
        self._page(
            centre, "supervisor", "wallboard-storm-night", "/wallboard?night=true", (TELEVISION,)
        )

    def at_a_crowd(self, centre: Centre) -> None:
        """A thousand agents, two hundred queues, long names."""
        who = "supervisor"
        self._page(centre, who, "floor-crowd", "/floor", ANYWHERE, _warm)
        self._page(centre, who, "contacts-crowd", "/contacts", ANYWHERE)
        self._page(centre, who, "record-crowd", "/contacts", (DESK, PHONE), _first_row)
        self._page(centre, who, "reports-crowd", "/reports?interval=15m", ANYWHERE)
        self._page(centre, who, "reports-agents-crowd", "/reports?report=agents", (DESK, PHONE))
        self._page(centre, who, "wallboard-crowd", "/wallboard?night=false", (TELEVISION,))

    def at_nothing(self, centre: Centre) -> None:
        """The first minute: nobody is there, nobody has called."""
        who = "supervisor"
        self._page(centre, who, "floor-empty", "/floor", (DESK, PHONE), _warm)
        self._page(centre, who, "contacts-empty", "/contacts", (DESK, PHONE))
        self._page(centre, who, "reports-empty", "/reports", (DESK, PHONE))
        self._page(centre, who, "wallboard-empty", "/wallboard?night=false", (TELEVISION,))
        for page in ("alerts", "audit"):
            self._page(centre, "admin", f"{page}-empty", f"/{page}", (DESK, PHONE))

    def _desk(self, centre: Centre) -> None:
        """One agent's way through a call, each step in all looks."""
        if not self._wanted("desk"):
            return
        agent = next(name for name in centre.passwords if name.isdigit())
        context = signed_in(self._browser, centre, agent)
        page = context.new_page()

        page.goto("/desk")
        page.get_by_role("region", name=re.compile("My state|我的状态")).wait_for()
        self._in_place(page, "desk-signed-out", OFFICE)
        does(page, "sign-in")
        page.get_by_text(re.compile("Headset ready|耳机就绪")).wait_for()
        self._in_place(page, "desk-idle", OFFICE)
        does(page, "ready")
        rings(page)
        self._in_place(page, "desk-ringing", (DESK,))
        if page.locator("[aria-keyshortcuts='Alt+a']").count() == 0:  # pictures took too long
            does(page, "ready")
            rings(page)
        page.keyboard.press("Alt+a")
        page.wait_for_timeout(3_000)
        self._in_place(page, "desk-talking", OFFICE)
        page.keyboard.press("Alt+c")
        page.get_by_role("option").first.wait_for()
        self._in_place(page, "desk-targets", (DESK,), menu=False)
        page.keyboard.press("Escape")
        page.keyboard.press("Alt+x")
        page.get_by_role("radiogroup").wait_for()
        self._in_place(page, "desk-wrap-up", OFFICE)
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        page.wait_for_timeout(1_000)
        context.close()

    # --- how it's pictured ---

    def wants(self, scene: str) -> bool:
        """Whether anything of a scene is wanted."""
        return not self._only or any(scene in one for one in self._only)

    def _wanted(self, name: str) -> bool:
        return not self._only or any(one in name for one in self._only)

    def _page(
        self,
        centre: Centre,
        who: str | None,
        name: str,
        address: str,
        sizes: Sizes,
        act: Act | None = None,
        hangs: str = "",
        fails: str = "",
    ) -> None:
        if not self._wanted(name) or (who is not None and who not in centre.passwords):
            return
        for language in LOCALES:
            context = signed_in(self._browser, centre, who, language)
            page = context.new_page()
            _trouble(context, hangs, fails)
            page.goto(address)
            try:
                (act or _settled)(page)
            except Failed as problem:
                print(f"{name}: {problem.message.splitlines()[0]}")
            self._looks(page, f"{name}-{language}", sizes)
            context.unroute_all(behavior="ignoreErrors")
            context.close()

    def _in_place(self, page: Page, name: str, sizes: Sizes, menu: bool = True) -> None:
        """Without leaving the page: a call goes on."""
        if not menu:
            self._looks(page, f"{name}-en", sizes)
            return
        for language in (*LOCALES, "en"):
            speaks(page, language)
            if not (self._folder / f"{name}-{language}-dark-{sizes[-1][0]}.png").exists():
                self._looks(page, f"{name}-{language}", sizes)

    def _looks(self, page: Page, name: str, sizes: Sizes) -> None:
        for size in sizes:
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                page.wait_for_timeout(SETTLES_MS)
                page.screenshot(path=self._folder / f"{name}-{theme}-{size[0]}.png")

    def index(self) -> Path:
        """All of them, side by side."""
        found: dict[str, list[str]] = {}
        for path in sorted(self._folder.glob("*.png")):
            state = re.sub(r"-(en|zh)-(light|dark)-\d+$", "", path.stem)
            found.setdefault(state, []).append(path.name)
        body = "".join(
            f"<h2>{state}</h2><p>" + "".join(f'<img src="{name}" alt="{name}">' for name in names)
            for state, names in found.items()
        )
        style = "body{font:16px sans-serif;background:#888}img{max-width:48%;margin:4px}"
        index = self._folder / "index.html"
        index.write_text(f"<!doctype html><meta charset=utf-8><style>{style}</style>{body}")
        return index


def does(page: Page, what: str) -> None:
    """What a person does at the desk by a button, by the API."""
    page.context.request.post(f"/api/desk/{what}", headers=OURS)


def rings(page: Page) -> None:
    """The next call has come."""
    page.locator("[aria-keyshortcuts='Alt+a']").first.wait_for(timeout=OFFERED_MS)


def speaks(page: Page, language: str) -> None:
    """Another language without leaving the page."""
    page.locator("button[class*=who]").click()
    page.locator(f"[role=menuitemradio][lang={language}]").click()
    page.keyboard.press("Escape")
    page.locator("[role=menu]").wait_for(state="detached")
    page.evaluate("document.activeElement.blur()")


def _trouble(context: BrowserContext, hangs: str, fails: str) -> None:
    """An answer that doesn't come, or a network that breaks: so pages look meanwhile."""

    def never(_: Route) -> None: ...

    if hangs:
        context.route(f"**{hangs}", never)
    if fails:
        context.route(f"**{fails}", lambda route: route.abort())


def _settled(page: Page) -> None:
    page.wait_for_timeout(1_800)


def _gives_up(page: Page) -> None:
    """After the page has tried again by itself."""
    page.wait_for_timeout(9_000)


def _warm(page: Page) -> None:
    """What the feed has told meanwhile is seen as well."""
    page.wait_for_timeout(5_000)


def _refused(page: Page) -> None:
    page.locator("input").nth(0).fill("nobody")
    page.locator("input").nth(1).fill("wrong password")
    page.keyboard.press("Enter")
    page.get_by_role("alert").first.wait_for()


def _tile(page: Page) -> None:
    page.locator("button[class*=tile]").first.click()
    page.get_by_role("menu").wait_for()


def _televisions(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Televisions|电视大屏")).click()
    page.get_by_role("dialog").wait_for()


def _palette(page: Page) -> None:
    page.get_by_role("navigation").wait_for()
    page.keyboard.press("Control+k")
    page.get_by_role("dialog").wait_for()


def _first_row(page: Page) -> None:
    page.get_by_role("row").nth(1).click()
    page.get_by_role("complementary").wait_for()
    page.wait_for_timeout(1_000)


def _listens(page: Page) -> None:
    page.get_by_role("complementary").get_by_role("button", name=re.compile("Listen|收听")).click()
    page.locator("canvas").wait_for()
    page.wait_for_timeout(1_500)
