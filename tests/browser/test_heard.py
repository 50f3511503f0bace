"""Who hears whom, with real sound: each microphone has a tone of its own, and it's measured in the
pages and at the SIP phones whose tone is heard, and whose isn't."""

from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, expect

from browser.conftest import LEAD, Centre, Visit
from browser.hearing import does_not_hear, does_not_hear_on_phone, hears, hears_on_phone
from integration.centre_up import CALLER_HZ, Caller

LI_HZ, ZHAO_HZ, LEAD_HZ = 700, 1_700, 2_300

Headset = Callable[[str, float], Page]


def state(page: Page, words: str) -> None:
    expect(page.get_by_role("region", name="My state")).to_contain_text(words)


def goes_home(page: Page) -> None:
    """Signed out, whatever came before."""
    page.goto("/desk")
    mine = page.get_by_role("region", name="My state")
    expect(mine.locator("strong")).to_be_visible()
    if "Talking" in mine.inner_text():
        page.keyboard.press("Alt+x")
        expect(mine).not_to_contain_text("Talking")
    if "Wrap-up" in mine.inner_text():
        page.keyboard.press("1")
        page.keyboard.press("Control+Enter")
        expect(mine).not_to_contain_text("Wrap-up")
    if "Signed out" not in mine.inner_text():
        page.keyboard.press("Alt+b")
        page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Headset: not in use")).to_be_visible()


@pytest.fixture
def headset(visit: Visit) -> "Callable[[str, float], Page]":
    """A desk with a headset, ready for calls."""

    def ready(who: str, hz: float) -> Page:
        page = visit(who, "/desk", says_hz=hz)
        state(page, "Signed out")
        page.keyboard.press("Alt+o")
        expect(page.get_by_role("button", name="Headset ready")).to_be_visible()
        page.keyboard.press("Alt+o")
        state(page, "Ready")
        return page

    return ready


def takes(page: Page) -> None:
    state(page, "Ringing")
    page.keyboard.press("Alt+a")
    state(page, "Talking")


def hears_at(centre: Centre, caller: Caller, *tones: float) -> None:
    centre.runs(hears_on_phone(caller.sound, *tones))


def does_not_hear_at(centre: Centre, caller: Caller, *tones: float) -> None:
    centre.runs(does_not_hear_on_phone(caller.sound, *tones))


def listened(centre: Centre) -> list[tuple[str, str]]:
    """What the audit trail says of who listened: by whom, how; the newest last."""
    with httpx.Client(base_url=centre.url, trust_env=False) as admin:
        login = {"name": "admin", "password": centre.passwords["admin"]}
        admin.post("/api/session", json=login).raise_for_status()
        noted = admin.get("/api/audit", params={"what": "TalkWatched"}).json()["noted"]
    return [(one["name"], one["about"]["how"]) for one in reversed(noted)]


def test_a_supervisor_listens_whispers_barges_in_and_takes_over(
    centre: Centre, visit: Visit, headset: Headset
) -> None:
    """From the floor's page: she isn't even signed in to the floor when she begins to listen."""
    li = headset("1001", LI_HZ)
    caller = centre.caller("13800138010")
    takes(li)
    lead = visit(LEAD, "/floor", says_hz=LEAD_HZ)
    agents = lead.get_by_role("region", name="Agents")
    agents.get_by_role("button").filter(has_text="Talking").click()
    lead.get_by_role("menuitem", name="Listen").click()
    bar = lead.get_by_role("region", name="Listening to")
    expect(bar).to_be_visible()
    hears(lead, CALLER_HZ, LI_HZ)
    expect(li.get_by_text("listens")).to_be_visible()
    does_not_hear(li, LEAD_HZ)
    does_not_hear_at(centre, caller, LEAD_HZ)

    bar.get_by_text("Whisper").click()
    hears(li, LEAD_HZ, CALLER_HZ)
    expect(li.get_by_text("speaks to you alone")).to_be_visible()
    does_not_hear_at(centre, caller, LEAD_HZ)
    hears_at(centre, caller, LI_HZ)

    bar.get_by_text("Barge in").click()
    hears_at(centre, caller, LEAD_HZ, LI_HZ)
    hears(li, LEAD_HZ, CALLER_HZ)

    bar.get_by_role("button", name="Take over").click()
    expect(lead).to_have_url("/desk")  # whoever talks is at the desk
    state(lead, "Talking")
    state(li, "Wrap-up")
    does_not_hear(li, CALLER_HZ, LEAD_HZ)
    hears(lead, CALLER_HZ)
    hears_at(centre, caller, LEAD_HZ)
    does_not_hear_at(centre, caller, LI_HZ)
    watched = [(LEAD, how) for how in ("listen", "whisper", "barge", "take over")]
    assert listened(centre) == watched
    for page in (lead, li):
        goes_home(page)
