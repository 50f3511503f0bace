"""The whole path of a newcomer, in the centre that `make demo` starts: what it prints is all that
they know."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from browser.conftest import Browsers
from browser.hearing import EARS, hears

ACCOUNTS = re.compile(r"(supervisor|admin|\d{4}) (\S{12,})")
PAGES = re.compile(r"the pages: (http://\S+)/wallboard")
FIRST_HZ, SECOND_HZ = 700, 1_700
NUMBER = re.compile(r"^0931\d{7}$")  # of a simulated customer
SPOKEN_DB = -40.0
START_S = 180
PATIENT_MS = 20_000  # each speaks for two seconds in ten

SignIn = Callable[..., Page]


class Printed:
    """What the demo has printed: where its pages are, and who may sign in, in its order."""

    def __init__(self, said: str) -> None:
        found = PAGES.search(said)
        assert found is not None
        self.url = found[1]
        self.passwords = dict(ACCOUNTS.findall(said))
        self.agents = [name for name in self.passwords if name.isdigit()]


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Printed]:
    said = tmp_path / "said"
    with said.open("wb") as output:
        running = subprocess.Popen(
            [sys.executable, "-m", "roost.cli", "demo", "--json", "--rate", "20"],
            stdout=subprocess.DEVNULL,
            stderr=output,
        )
    try:
        end = time.monotonic() + START_S
        while "administrator" not in (text := said.read_text()):
            assert running.poll() is None, text
            assert time.monotonic() < end, text
            time.sleep(0.1)
        yield Printed(text)
    finally:
        running.terminate()
        running.wait(180)


@pytest.fixture
def sign_in(demo: Printed, browsers: Browsers) -> Iterator[SignIn]:
    """Somebody opens the address in a browser of their own and types name and password."""
    contexts: list[BrowserContext] = []

    def go(who: str, hz: float = 0, address: str = "/") -> Page:
        context = browsers.that_hears(hz, pauses=True).new_context(
            base_url=demo.url, viewport={"width": 1366, "height": 768}, locale="en-GB",
            permissions=["microphone"],
        )  # fmt: skip
        contexts.append(context)
        context.set_default_timeout(20_000)
        context.add_init_script(EARS)
        page = context.new_page()
        page.goto(address)
        page.get_by_label("Name").fill(who)
        page.get_by_label("Password", exact=True).fill(demo.passwords[who])
        page.keyboard.press("Enter")
        return page

    yield go
    for context in contexts:
        context.close()


def state(page: Page, words: str, seconds: float = 20) -> None:
    mine = page.get_by_role("region", name="My state")
    expect(mine).to_contain_text(words, timeout=seconds * 1_000)


def hears_somebody(page: Page, seconds: float = 20) -> None:
    """A voice, whatever it says."""
    page.wait_for_function(
        "least => loudness() >= least", arg=SPOKEN_DB, polling=50, timeout=seconds * 1_000
    )


def with_headset(page: Page) -> None:
    state(page, "Signed out")
    page.keyboard.press("Alt+o")
    expect(page.get_by_role("button", name="Headset ready")).to_be_visible()


def writes_up(page: Page) -> None:
    state(page, "Wrap-up")
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")


@pytest.mark.soak
def test_a_newcomers_first_hour(demo: Printed, sign_in: SignIn) -> None:
    first, second = demo.agents
    li, zhao = sign_in(first, FIRST_HZ), sign_in(second, SECOND_HZ)
    for page in (li, zhao):
        expect(page).to_have_url(re.compile("/desk$"))
        with_headset(page)

    li.keyboard.press("Alt+o")  # a simulated customer calls
    state(li, "Ringing", 60)
    li.keyboard.press("Alt+a")
    state(li, "Talking")
    zhao.keyboard.press("Alt+o")
    expect(li.get_by_role("button", name="Consult")).to_be_enabled()  # whose call it is was said
    hears_somebody(li)
    customer = li.get_by_role("heading", name=NUMBER).inner_text()

    li.keyboard.press("Alt+b")  # no further one after this
    li.get_by_role("menuitemradio").first.click()

    li.keyboard.press("Alt+c")  # to a second browser
    li.get_by_role("combobox", name="Name, queue or number").fill(second)
    expect(li.get_by_role("option").first).to_contain_text("Ready")
    li.keyboard.press("Enter")
    state(zhao, "Ringing")
    zhao.keyboard.press("Alt+a")
    state(zhao, "Talking")
    hears(zhao, FIRST_HZ, within_ms=PATIENT_MS)
    hears(li, SECOND_HZ, within_ms=PATIENT_MS)
    li.keyboard.press("Alt+t")
    expect(zhao.get_by_role("heading", name=customer)).to_be_visible()
    hears_somebody(zhao)
    writes_up(li)
    zhao.keyboard.press("Alt+b")
    zhao.get_by_role("menuitemradio").first.click()
    zhao.keyboard.press("Alt+x")
    writes_up(zhao)
    state(zhao, "Away")

    state(li, "Away")  # calls somebody back
    li.get_by_label("Number", exact=True).fill(customer)
    li.get_by_role("button", name="Call", exact=True).click()
    parties = li.get_by_role("list", name="Who takes part")
    expect(parties).to_contain_text("ringing")
    expect(parties).to_have_count(0)  # simply talking
    hears_somebody(li)
    li.keyboard.press("Alt+x")
    writes_up(li)
    state(li, "Away")

    lead = sign_in("supervisor", address="/contacts")  # finds the record, and listens to it
    lead.get_by_role("textbox").first.fill(customer)
    lead.get_by_role("row").filter(has_text="Transfer").or_(
        lead.get_by_role("row").nth(1)
    ).first.click()
    record = lead.get_by_role("complementary")
    record.get_by_role("button", name="Listen").click()
    hears_somebody(lead)
    lead.keyboard.press("Escape")

    lead.keyboard.press("Alt+2")  # and watches the floor
    agents = lead.get_by_role("region", name="Agents")
    talking = agents.get_by_role("button").filter(has_text="Talking")
    talking.first.click(timeout=30_000)
    lead.get_by_role("menuitem", name="Listen").click()
    expect(lead.get_by_role("region", name="Listening to")).to_be_visible()
    hears_somebody(lead)
