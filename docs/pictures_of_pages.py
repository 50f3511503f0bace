"""Pictures of every page, from centres that run: real calls, real figures.

    python docs/pictures_of_pages.py [floor contacts desk …]     those of the docs, to docs/images
    python docs/pictures_of_pages.py --all [WORD …]              everything, to build/pictures

With --all every page in every state (a day like any other, a storm, a thousand agents with long
names, nothing yet, loading, trouble), both languages and themes, at the sizes in use; words choose
by name. build/pictures/index.html shows them side by side.
"""

import base64
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from centre_pictured import Centre, a_recorded_contact, demo, signed_in
from every_page import DESK, OURS, PHONE, TELEVISION, Looked, does, rings, speaks
from playwright.sync_api import Browser, Page, sync_playwright
from simulated_centre import DAY, NEXT_DAY, a_day, crowded

IMAGES: Final = Path(__file__).parent / "images"
ALL: Final = Path(__file__).parents[1] / "build" / "pictures"
QUALITY: Final = 0.82
WARM_S: Final = 60  # of calls, before anything is pictured
DAY_S: Final = 120.0  # until a whole day is folded
PLAYED_S: Final = 900.0
SIMULATION: Final = (1366, 1000)
STORM: Final = 240  # callers a minute, for eight agents
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip
PACK: Final = """async ([url, quality]) => {
  const image = new Image();
  image.src = url;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", quality);
}"""


def listening(page: Page, ref: str) -> None:
    """A record that is open, with its recording."""
    page.goto(f"/contacts?open={ref}")
    page.get_by_role("complementary").get_by_role("button", name=re.compile("Listen|收听")).click()
    page.locator("canvas").wait_for()
    page.wait_for_timeout(1_500)
    page.keyboard.press("Space")


def kept(page: Page, name: str, size: tuple[int, int] = DESK) -> None:
    """As WebP: Chromium compresses it itself."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_timeout(400)
    drawn = base64.b64encode(page.screenshot()).decode()
    blank = page.context.new_page()
    packed = blank.evaluate(PACK, [f"data:image/png;base64,{drawn}", QUALITY])
    blank.close()
    (IMAGES / f"{name}.webp").write_bytes(base64.b64decode(packed.partition(",")[2]))


def picture_floor(browser: Browser, centre: Centre) -> None:
    page = signed_in(browser, centre, "supervisor").new_page()
    page.goto("/floor")
    page.wait_for_timeout(12_000)
    kept(page, "floor")
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    page.wait_for_timeout(500)
    kept(page, "floor-phone", PHONE)


def picture_contacts(browser: Browser, centre: Centre) -> None:
    page = signed_in(browser, centre, "supervisor").new_page()
    listening(page, a_recorded_contact(centre))
    kept(page, "contacts")


def picture_wallboard(browser: Browser, centre: Centre) -> None:
    page = signed_in(browser, centre, "supervisor", size=TELEVISION).new_page()
    page.goto("/wallboard?night=false")
    page.wait_for_timeout(3_000)
    kept(page, "wallboard", TELEVISION)


def picture_desk(browser: Browser, centre: Centre) -> None:
    """A call from the first ring to the code; then the same desk in Chinese and dark."""
    agent = next(name for name in centre.passwords if name.isdigit())
    page = signed_in(browser, centre, agent).new_page()
    does(page, "sign-in")  # refused if it was done before
    page.goto("/desk")
    page.get_by_text("Headset ready").wait_for()
    page.wait_for_timeout(1_000)
    kept(page, "desk-idle")
    does(page, "ready")
    rings(page)
    kept(page, "desk-ringing")
    page.keyboard.press("Alt+a")
    page.wait_for_timeout(3_000)
    page.keyboard.press("Alt+n")
    page.keyboard.type("Moves house on Friday; wants a call back about the meter.")
    page.keyboard.press("Escape")
    kept(page, "desk")
    page.keyboard.press("Alt+c")
    page.get_by_role("option").first.wait_for()
    kept(page, "desk-consult")
    page.keyboard.press("Escape")
    speaks(page, "zh")
    page.emulate_media(color_scheme="dark")
    kept(page, "desk-zh-dark")
    page.emulate_media(color_scheme="light")
    speaks(page, "en")
    page.keyboard.press("Alt+x")
    page.get_by_role("radiogroup").wait_for()
    page.keyboard.press("7")
    page.wait_for_timeout(2_500)
    kept(page, "desk-wrap-up")
    page.keyboard.press("Control+Enter")
    page.wait_for_timeout(500)


def picture_reports(browser: Browser) -> None:
    """Of a whole day, which no demo has."""
    with (
        tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True) as folder,
        a_day(Path(folder)) as centre,
    ):
        page = signed_in(browser, centre, "supervisor").new_page()
        folded(page)
        page.goto(f"/reports?interval=30m&from={DAY}&to={DAY}")
        page.get_by_role("row").nth(5).wait_for()
        page.wait_for_timeout(1_000)
        kept(page, "reports")
        page.goto(f"/reports?report=agent-day&agent=1001&from={DAY}&to={DAY}")
        page.get_by_role("row").nth(5).wait_for()
        kept(page, "agents-day")


def picture_simulation(browser: Browser) -> None:
    """A stormy evening, and the same with three people fewer."""
    with (
        tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True) as folder,
        a_day(Path(folder)) as centre,
    ):
        page = signed_in(browser, centre, "admin").new_page()
        simulated(page, {"scenario": "storm", "changes": ["agents=-3"], "seeds": 10})
        page.goto("/simulation")
        page.locator("canvas").nth(5).wait_for()
        page.wait_for_timeout(1_000)
        kept(page, "simulation", SIMULATION)


def simulated(page: Page, asked: dict[str, object]) -> None:
    """Played to its end."""
    begun = page.context.request.post("/api/simulations", data=asked, headers=OURS)
    assert begun.ok, begun.text()
    end = time.monotonic() + PLAYED_S
    while time.monotonic() < end:
        one = page.context.request.get(f"/api/simulations/{begun.json()['id']}").json()
        if one["state"] != "running":
            assert one["state"] == "done", one
            return
        time.sleep(0.5)
    raise SystemExit("the simulation wasn't played in time")


def picture_storm(browser: Browser, centre: Centre) -> None:
    page = signed_in(browser, centre, "supervisor").new_page()
    page.goto("/floor")
    page.wait_for_timeout(8_000)
    kept(page, "floor-storm")


def folded(page: Page) -> None:
    """The day's last half hour is in the reports."""
    query = {"from": DAY, "to": NEXT_DAY, "interval": "30m", "format": "json"}
    end = time.monotonic() + DAY_S
    while time.monotonic() < end:
        answer = page.context.request.get("/api/reports/queues", params=query)
        if answer.ok and any(row["local"][11:16] == "19:30" for row in answer.json()["rows"]):
            return
        time.sleep(0.5)
    raise SystemExit("the day wasn't folded in time")


DEMO: Final = {
    "floor": picture_floor,
    "contacts": picture_contacts,
    "wallboard": picture_wallboard,
    "desk": picture_desk,
}


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


def of_the_docs(browser: Browser, asked: tuple[str, ...]) -> None:
    if "reports" in asked:
        picture_reports(browser)
    if "simulation" in asked:
        picture_simulation(browser)
    if "storm" in asked:
        with demo(STORM) as centre:
            time.sleep(WARM_S)
            picture_storm(browser, centre)
    wanted = [one for one in asked if one in DEMO]
    if wanted:
        with demo() as centre:
            time.sleep(WARM_S)
            for name in wanted:
                DEMO[name](browser, centre)


def main() -> int:
    asked = tuple(one for one in sys.argv[1:] if one != "--all")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        if "--all" in sys.argv[1:]:
            every_one(browser, asked)
        else:
            of_the_docs(browser, asked or (*DEMO, "reports", "simulation", "storm"))
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
