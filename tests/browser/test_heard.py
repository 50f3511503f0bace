"""Who hears whom, with real sound: each microphone has a tone of its own, and it's measured in the
pages and at the SIP phones whose tone is heard, and whose isn't."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import httpx
import pytest
from playwright.sync_api import Error, Page, expect

from browser.conftest import LEAD, MESSAGES, Centre, Visit
from browser.cut_network import CutNetwork
from browser.hearing import does_not_hear, does_not_hear_on_phone, hears, hears_on_phone
from integration.centre_up import CALLER_HZ, Caller
from roost.processes.softphone import sound_of

LI_HZ, ZHAO_HZ, LEAD_HZ, OUTSIDE_HZ = 700, 1_700, 2_300, 900
RING_BACK_HZ, BEEP_HZ = 450, 880
SAID_S, CUT_S, BACK_S = 3.0, 5.0, 3.0

# What stands in the call's bar for a second is seen by who looks all the time.
WATCH_BAR = """
(words) => {
  window.seenInBar = {said: false, holdMeanwhile: false};
  new MutationObserver(() => {
    if (!document.body.innerText.includes(words)) return;
    window.seenInBar.said = true;
    const hold = document.querySelector("[role=toolbar] [aria-keyshortcuts='Alt+h']");
    window.seenInBar.holdMeanwhile ||= !hold.disabled;
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}
"""

Headset = Callable[..., Page]  # whose, what it says, by which network


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
def headset(visit: Visit) -> Headset:
    """A desk with a headset, ready for calls."""

    def ready(who: str, hz: float, network: CutNetwork | None = None) -> Page:
        page = visit(who, "/desk", says_hz=hz, network=network)
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


async def hangs_up(caller: Caller) -> None:
    caller.call.hang_up()


async def passes(seconds: float) -> None:
    """Somebody speaks for so long."""
    await asyncio.wait({asyncio.ensure_future(asyncio.sleep(seconds))})


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


def consults(page: Page, theirs: Page) -> None:
    """The first who is ready, and they take it."""
    expect(page.get_by_role("button", name="Consult")).to_be_enabled()
    page.keyboard.press("Alt+c")
    expect(page.get_by_role("option").first).to_contain_text("Ready")
    page.keyboard.press("Enter")
    takes(theirs)


def test_two_headsets_consult_swap_merge_and_leave(centre: Centre, headset: Headset) -> None:
    li, zhao = headset("1001", LI_HZ), headset("1002", ZHAO_HZ)
    caller = centre.caller("13800138011")
    takes(li)
    hears(li, CALLER_HZ)
    consults(li, zhao)
    hears(zhao, LI_HZ)
    hears(li, ZHAO_HZ)
    does_not_hear(li, CALLER_HZ)
    does_not_hear_at(centre, caller, LI_HZ, ZHAO_HZ)
    assert centre.runs(caller.sound.hears_sound()), "no music"

    li.keyboard.press("Alt+s")
    hears(li, CALLER_HZ)
    hears_at(centre, caller, LI_HZ)
    does_not_hear(li, ZHAO_HZ)
    does_not_hear(zhao, LI_HZ, CALLER_HZ)

    li.keyboard.press("Alt+g")
    hears_at(centre, caller, LI_HZ, ZHAO_HZ)
    hears(li, CALLER_HZ, ZHAO_HZ)
    hears(zhao, CALLER_HZ, LI_HZ)

    zhao.keyboard.press("Alt+x")  # who was asked goes: the others talk on
    state(zhao, "Ready")
    does_not_hear_at(centre, caller, ZHAO_HZ)
    hears_at(centre, caller, LI_HZ)
    hears(li, CALLER_HZ)

    consults(li, zhao)
    li.keyboard.press("Alt+g")
    hears_at(centre, caller, LI_HZ, ZHAO_HZ)
    li.keyboard.press("Alt+x")  # the host goes: the others talk on
    state(li, "Wrap-up")
    does_not_hear(li, CALLER_HZ, ZHAO_HZ)
    hears_at(centre, caller, ZHAO_HZ)
    does_not_hear_at(centre, caller, LI_HZ)
    hears(zhao, CALLER_HZ)

    centre.runs(hangs_up(caller))  # the customer goes: it's over
    state(zhao, "Wrap-up")
    does_not_hear(zhao, CALLER_HZ)
    for page in (li, zhao):
        goes_home(page)


def test_the_desk_says_why_nothing_can_be_pressed_while_the_headset_says_who_calls(
    centre: Centre, headset: Headset
) -> None:
    li = headset("1001", LI_HZ)
    caller = centre.caller("13800138014")
    state(li, "Ringing")
    li.evaluate(WATCH_BAR, "the caller comes in a moment")
    li.keyboard.press("Alt+a")
    expect(li.get_by_role("button", name="Hold")).to_be_enabled()
    seen = li.evaluate("window.seenInBar")
    assert seen == {"said": True, "holdMeanwhile": False}
    expect(li.get_by_text("the caller comes in a moment")).to_have_count(0)
    hears(li, CALLER_HZ)
    centre.runs(hangs_up(caller))
    goes_home(li)


def test_a_customer_is_handed_over_warm(centre: Centre, headset: Headset) -> None:
    li, zhao = headset("1001", LI_HZ), headset("1002", ZHAO_HZ)
    caller = centre.caller("13800138012")
    takes(li)
    consults(li, zhao)
    hears(zhao, LI_HZ)
    li.keyboard.press("Alt+t")
    state(li, "Wrap-up")
    hears(zhao, CALLER_HZ)
    hears_at(centre, caller, ZHAO_HZ)
    does_not_hear(zhao, LI_HZ)
    expect(zhao.get_by_text("Handed on to you")).to_be_visible()
    zhao.keyboard.press("Alt+x")
    centre.runs(caller.call.ended(5))
    state(zhao, "Wrap-up")
    for page in (li, zhao):
        goes_home(page)


def writes_up(page: Page) -> None:
    state(page, "Wrap-up")
    page.keyboard.press("8")
    page.keyboard.press("Control+Enter")
    state(page, "Ready")


def calls(page: Page, number: str) -> None:
    page.get_by_label("Number", exact=True).fill(number)
    page.get_by_role("button", name="Call", exact=True).click()


def test_an_agent_calls_out_by_a_headset(centre: Centre, headset: Headset) -> None:
    li = headset("1001", LI_HZ)
    calls(li, "0931 555 0150")
    hears(li, RING_BACK_HZ)
    answered = centre.runs(centre.outside.answers("09315550150", OUTSIDE_HZ))
    hears(li, OUTSIDE_HZ)
    centre.runs(hears_on_phone(sound_of(answered), LI_HZ))
    state(li, "Talking")
    li.keyboard.press("Alt+x")
    centre.runs(answered.ended(5))
    writes_up(li)  # back to the state before

    for number, why in (("09315550186", "the line is busy"), ("09315550104", "nobody has this")):
        calls(li, number)
        expect(li.get_by_text(f"Not reached: {why}")).to_be_visible()
        state(li, "Ready")
    calls(li, "09315550151")
    unanswered = centre.runs(centre.outside.rings("09315550151"))
    hears(li, RING_BACK_HZ)
    unanswered.decline(480)
    expect(li.get_by_text("Not reached: nobody answers")).to_be_visible()
    state(li, "Ready")
    goes_home(li)


def test_a_promised_callback_is_worked_from_the_list(centre: Centre, headset: Headset) -> None:
    li = headset("1001", LI_HZ)
    caller = centre.caller("13800138013")
    takes(li)
    centre.runs(hangs_up(caller))
    state(li, "Wrap-up")
    li.keyboard.press("Alt+p")
    promise = li.get_by_role("form", name="Promise a callback")
    promise.get_by_role("button", name="15 min").click()
    promise.get_by_label("What it's about").fill("When the power is back")
    promise.get_by_role("button", name="Promise a callback").click()
    expect(promise).to_have_count(0)
    writes_up(li)

    todo = li.get_by_role("region", name="To do")
    todo.get_by_role("button", name="Take").click()
    expect(todo.get_by_text("When the power is back")).to_be_visible()
    expect(todo.get_by_text("13800138013")).to_be_visible()
    todo.get_by_role("button", name="Call").click()
    there = centre.runs(centre.outside.answers("13800138013", OUTSIDE_HZ))
    hears(li, OUTSIDE_HZ)
    centre.runs(hears_on_phone(sound_of(there), LI_HZ))
    li.keyboard.press("Alt+x")
    writes_up(li)
    todo.get_by_role("button", name="Done").click()
    li.get_by_role("menuitem", name="Reached").click()
    expect(todo).to_have_count(0)
    goes_home(li)


def test_a_message_is_heard_in_the_page(centre: Centre, headset: Headset) -> None:
    li = headset("1001", LI_HZ)
    caller = centre.caller(MESSAGES)
    assert centre.runs(caller.sound.hears_tone(BEEP_HZ, timeout_s=15)), "no beep"
    centre.runs(passes(SAID_S))
    centre.runs(hangs_up(caller))

    todo = li.get_by_role("region", name="To do")
    todo.get_by_role("button", name="Take").click()
    message = todo.get_by_label("The message")
    message.focus()
    li.keyboard.press("Space")
    hears(li, CALLER_HZ)
    length = float(message.evaluate("one => one.duration"))
    assert SAID_S - 0.5 <= length <= SAID_S + 2, length
    li.keyboard.press("Space")
    does_not_hear(li, CALLER_HZ)
    todo.get_by_role("button", name="Done").click()
    li.get_by_role("menuitem", name="Not needed").click()
    expect(todo).to_have_count(0)
    goes_home(li)


def both_hear(centre: Centre, page: Page, caller: Caller, what: str) -> None:
    """Within three seconds of whatever is back."""
    begun = time.monotonic()
    centre.runs(hears_on_phone(caller.sound, LI_HZ, timeout_s=BACK_S))
    hears(page, CALLER_HZ, within_ms=BACK_S * 1_000)
    print(f"{what} to both hearing each other again: {time.monotonic() - begun:.1f} s")
    state(page, "Talking")


def music_meanwhile(centre: Centre, caller: Caller) -> None:
    does_not_hear_at(centre, caller, LI_HZ)
    assert centre.runs(caller.sound.hears_sound()), "no music"


def test_a_call_outlives_the_network_the_tab_and_control(centre: Centre, headset: Headset) -> None:
    """Five seconds without a network; a tab that crashes; control that is killed."""
    network = centre.network()
    li = headset("1001", LI_HZ, network)
    caller = centre.caller("13800138015")
    takes(li)
    hears(li, CALLER_HZ)

    centre.runs(network.cut())
    centre.runs(passes(CUT_S))
    music_meanwhile(centre, caller)
    centre.runs(network.mended())
    both_hear(centre, li, caller, "the network's return")

    with suppress(Error):
        li.goto("chrome://crash", timeout=2_000)
    music_meanwhile(centre, caller)
    again = li.context.new_page()
    again.goto("/desk")
    both_hear(centre, again, caller, "a new tab")
    assert caller.sound.figures().ssrcs == 1

    killed = centre.up.kill("control")
    hears_at(centre, caller, LI_HZ)
    hears(again, CALLER_HZ)
    centre.runs(centre.up.replaced("control", killed), 30)
    state(again, "Talking")
    again.keyboard.press("Alt+h")
    state(again, "On hold")
    does_not_hear(again, CALLER_HZ)
    again.keyboard.press("Alt+h")
    both_hear(centre, again, caller, "taking back")
    centre.runs(hangs_up(caller))
    goes_home(again)
