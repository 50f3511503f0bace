"""A centre to take pictures of: a demo that runs, and somebody signed in to it."""

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
from playwright.sync_api import Browser, BrowserContext

from roost.processes import sockets

START_S: Final = 60.0
ACCOUNTS: Final = re.compile(r"(supervisor|admin|\d{4}) (\S{12,})")
LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}
DESK: Final = (1366, 768)


class Centre(NamedTuple):
    url: str
    passwords: dict[str, str]


@contextmanager
def demo(rate: int = 36) -> Iterator[Centre]:
    """A demo that runs until it's no longer needed, with so many callers a minute."""
    with tempfile.TemporaryDirectory(prefix="roost-", ignore_cleanup_errors=True) as folder:
        port = sockets.free_port()
        said = Path(folder) / "said"
        with said.open("wb") as output:
            running = subprocess.Popen(
                [sys.executable, "-m", "roost.cli", "demo", "--data", str(Path(folder) / "d"),
                 "--port", str(port), "--rate", str(rate), "--json"],
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
