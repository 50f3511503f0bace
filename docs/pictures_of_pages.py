"""Pictures of every page, from a demo that runs: real calls, real figures.

    python docs/pictures_of_pages.py [--all | floor contacts desk]

Writes the three of the README to docs/images (or those named). With --all every page in both
languages and themes,
at the sizes in use, goes to build/pictures, to be looked at.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import httpx
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from roost.processes import sockets

IMAGES: Final = Path(__file__).parent / "images"
ALL: Final = Path(__file__).parents[1] / "build" / "pictures"
MOST_BYTES: Final = 200_000
START_S: Final = 60.0
WARM_S: Final = 60  # of calls, before anything is pictured
CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream",
)  # fmt: skip
ACCOUNTS: Final = re.compile(r"(supervisor|admin|\d{4}) (\S{12,})")
LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}
DESK, TELEVISION, PHONE = (1366, 768), (1920, 1080), (390, 844)
PAGES: Final = {
    "sign-in": (None, "/sign-in", (DESK, PHONE)),
    "floor": ("supervisor", "/floor", (DESK, TELEVISION, PHONE)),
    "contacts": ("supervisor", "/contacts", (DESK, PHONE)),
    "reports": ("supervisor", "/reports?interval=30m", (DESK, PHONE)),
    "wallboard": ("supervisor", "/wallboard?night=false", (TELEVISION,)),
}


class Centre(NamedTuple):
    url: str
    passwords: dict[str, str]


@contextmanager
def demo() -> Iterator[Centre]:
    """A demo that runs until it's no longer needed."""
    with tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True) as folder:
        port = sockets.free_port()
        said = Path(folder) / "said"
        with said.open("wb") as output:
            running = subprocess.Popen(
                [sys.executable, "-m", "roost.cli", "demo", "--data", str(Path(folder) / "d"),
                 "--port", str(port), "--rate", "36", "--json"],
                stdout=subprocess.DEVNULL, stderr=output,
            )  # fmt: skip
        try:
            yield Centre(f"http://127.0.0.1:{port}", _passwords(said, running))
        finally:
            running.terminate()
            running.wait()


def _passwords(said: Path, running: "subprocess.Popen[bytes]") -> dict[str, str]:
    end = time.monotonic() + START_S
    while time.monotonic() < end and running.poll() is None:
        found = dict(ACCOUNTS.findall(said.read_text(errors="replace")))
        if "supervisor" in found:
            return found
        time.sleep(0.2)
    raise SystemExit("the demo didn't start: try `make demo`")


def signed_in(
    browser: Browser,
    centre: Centre,
    who: str | None,
    language: str = "en",
    theme: str = "light",
    size: tuple[int, int] = DESK,
) -> BrowserContext:
    context = browser.new_context(
        base_url=centre.url,
        viewport={"width": size[0], "height": size[1]},
        locale=LOCALES[language],
        color_scheme="dark" if theme == "dark" else "light",
        permissions=["microphone"],
    )
    if who is not None:
        login = {"name": who, "password": centre.passwords[who]}
        answer = context.request.post("/api/session", data=login, headers={"Roost-Request": "1"})
        assert answer.ok, answer.text()
    return context


def a_recorded_contact(centre: Centre) -> str:
    """One that was answered and has ended, with some talk."""
    with httpx.Client(base_url=centre.url, trust_env=False) as client:
        login = {"name": "supervisor", "password": centre.passwords["supervisor"]}
        client.post("/api/session", json=login)
        found = client.get("/api/contacts", params={"recorded": "true", "limit": "50"}).json()
    over = [one for one in found["contacts"] if one["ended"] and one["codes"]]
    return str(max(over, key=lambda one: one["talk_us"])["ref"])


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


def every_one(browser: Browser, centre: Centre) -> None:
    ALL.mkdir(parents=True, exist_ok=True)
    for name, (who, address, sizes) in PAGES.items():
        for language in LOCALES:
            for theme in ("light", "dark"):
                for size in sizes:
                    context = signed_in(browser, centre, who, language, theme, size)
                    page = context.new_page()
                    page.goto(address)
                    page.wait_for_timeout(2_500)
                    file = f"{name}-{language}-{theme}-{size[0]}x{size[1]}.png"
                    page.screenshot(path=ALL / file)
                    context.close()
    print(json.dumps(sorted(path.name for path in ALL.iterdir()), indent=1))


def main() -> int:
    with demo() as centre, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        time.sleep(WARM_S)
        if "--all" in sys.argv[1:]:
            every_one(browser, centre)
        else:
            for name in sys.argv[1:] or README:
                README[name](browser, centre)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
