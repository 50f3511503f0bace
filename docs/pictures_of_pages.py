"""Pictures of every page, from centres that run: real calls, real figures.

    python docs/pictures_of_pages.py [floor contacts desk …]     those of the docs, to docs/images
    python docs/pictures_of_pages.py --all [WORD …]              everything, to build/pictures

With --all every page in every state (a day like any other, a storm, a thousand agents with long
names, nothing yet, loading, trouble), both languages and themes, at the sizes in use; words choose
by name. build/pictures/index.html shows them side by side.
"""

import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from centre_pictured import Centre, a_recorded_contact, demo, signed_in
from crowded_centre import crowded
from every_page import Looked
from playwright.sync_api import Browser, Page, sync_playwright

IMAGES: Final = Path(__file__).parent / "images"
ALL: Final = Path(__file__).parents[1] / "build" / "pictures"
MOST_BYTES: Final = 200_000
WARM_S: Final = 60  # of calls, before anything is pictured
STORM: Final = 240  # callers a minute, for eight agents
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip


def listening(page: Page, ref: str) -> None:
    """A record that is open, with its recording."""
    page.goto(f"/contacts?open={ref}")
    page.get_by_role("complementary").get_by_role("button", name=re.compile("Listen|收听")).click()
    page.locator("canvas").wait_for()
    page.wait_for_timeout(1_500)
    page.keyboard.press("Space")


def at_the_desk(page: Page) -> None:
    """A call that's up: signed in, ready, taken."""
    ours = {"Roost-Request": "1"}
    page.context.request.post("/api/desk/sign-in", headers=ours)  # refused if it was done before
    page.goto("/desk")
    page.get_by_text("Headset ready").wait_for()
    page.context.request.post("/api/desk/ready", headers=ours)
    page.get_by_text("Answer", exact=True).first.wait_for(timeout=90_000)
    page.keyboard.press("Alt+a")
    page.wait_for_timeout(4_000)


def kept(page: Page, name: str) -> None:
    path = IMAGES / f"{name}.png"
    page.screenshot(path=path)
    assert path.stat().st_size <= MOST_BYTES, f"{path} has {path.stat().st_size} bytes"


def picture_floor(browser: Browser, centre: Centre) -> None:
    page = signed_in(browser, centre, "supervisor").new_page()
    page.goto("/floor")
    page.wait_for_timeout(12_000)
    kept(page, "floor")


def picture_contacts(browser: Browser, centre: Centre) -> None:
    page = signed_in(browser, centre, "supervisor").new_page()
    listening(page, a_recorded_contact(centre))
    kept(page, "contacts")


def picture_desk(browser: Browser, centre: Centre) -> None:
    agent = next(name for name in centre.passwords if name.isdigit())
    page = signed_in(browser, centre, agent).new_page()
    at_the_desk(page)
    kept(page, "desk")


README: Final = {"floor": picture_floor, "contacts": picture_contacts, "desk": picture_desk}


def every_one(browser: Browser, only: tuple[str, ...]) -> None:
    looked = Looked(browser, ALL, only)
    with tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True) as folder:
        with crowded(Path(folder) / "nothing", busy=False) as centre:
            looked.at_nothing(centre)
        if looked.wants("crowd"):
            with crowded(Path(folder) / "crowd") as centre:
                looked.at_a_crowd(centre)
    with demo() as centre:
        time.sleep(WARM_S)
        looked.at_a_demo(centre)
    if looked.wants("storm"):
        with demo(STORM) as centre:
            time.sleep(WARM_S)
            looked.at_a_storm(centre)
    print(f"look at {looked.index()}")


def main() -> int:
    asked = tuple(one for one in sys.argv[1:] if one != "--all")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        if "--all" in sys.argv[1:]:
            every_one(browser, asked)
        else:
            with demo() as centre:
                time.sleep(WARM_S)
                for name in asked or README:
                    README[name](browser, centre)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
