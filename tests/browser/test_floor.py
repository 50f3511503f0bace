"""A supervisor at work: a real call on the floor, somebody's break, a lost network, a record."""

import re

from playwright.sync_api import expect

from browser.conftest import SUPERVISOR, Centre, Visit
from browser.looking import assert_accessible, assert_fits, assert_still, watch_shifts
from integration.centre_up import Caller

CODE = re.compile(r"^[A-Z2-9]{4} [A-Z2-9]{4}$")


async def hangs_up(caller: Caller) -> None:
    caller.call.hang_up()


def test_a_call_is_seen_as_it_happens_and_nothing_jumps(centre: Centre, visit: Visit) -> None:
    page = visit(SUPERVISOR, "/floor")
    agents = page.get_by_role("region", name="Agents")
    expect(agents.get_by_text("Nobody is signed in")).to_be_visible()
    centre.agent("1001")
    expect(agents.locator("button[class*=tile]").filter(has_text="Ready")).to_be_visible()
    watch_shifts(page)
    centre.caller("+4915550101")
    expect(agents.get_by_text("Talking · outage")).to_be_visible()
    now = page.get_by_role("region", name="Contacts now")
    expect(now.get_by_role("cell", name="Talking")).to_be_visible()
    activity = page.get_by_role("region", name="Activity")
    expect(activity).to_contain_text("the only one eligible")
    expect(activity).not_to_contain_text("operator-")
    assert_still(page)
    assert_accessible(page)


def test_a_supervisor_ends_a_break_and_signs_somebody_out(centre: Centre, visit: Visit) -> None:
    li = centre.agent("1002")
    centre.runs(li.does("away", reason="meal"))
    page = visit(SUPERVISOR, "/floor")
    agents = page.get_by_role("region", name="Agents")
    agents.get_by_role("button").filter(has_text="Away · meal").click()
    page.get_by_role("menuitem", name="End the break: ready").click()
    tile = agents.locator("button[class*=tile]").filter(has_text="Ready")
    expect(tile).to_be_visible()
    tile.click()
    assert_accessible(page)
    page.get_by_role("menuitem", name="Sign out").click()
    expect(agents.get_by_text("Nobody is signed in")).to_be_visible()


def test_a_supervisor_moves_somebody_and_undoes_it_by_key(centre: Centre, visit: Visit) -> None:
    centre.agent("1001")
    page = visit(SUPERVISOR, "/floor")
    agents = page.get_by_role("region", name="Agents")
    tile = agents.locator("button[class*=tile]").filter(has_text="Ready")
    tile.click()
    page.get_by_role("menuitem", name="Move for now…").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name=re.compile("^bills, now –")).select_option("4")
    assert_accessible(page)
    dialog.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="bills at level 4")).to_be_visible()
    expect(tile.get_by_label("Changed for now")).to_be_visible()
    page.get_by_role("button", name="1 change for now").click()
    expect(page.get_by_text(re.compile(f" by {SUPERVISOR}, "))).to_be_visible()
    expect(page.get_by_role("button", name="Put back")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+z")
    expect(tile.get_by_label("Changed for now")).to_be_hidden()
    expect(page.get_by_role("button", name="1 change for now")).to_be_hidden()


def test_a_lost_network_is_said_and_the_page_comes_back(centre: Centre, visit: Visit) -> None:
    page = visit(SUPERVISOR, "/wallboard?night=false", size=(1920, 1080))
    expect(page.get_by_text("nobody waits")).to_be_visible()
    digits = page.locator("[class*=digits]").first
    assert float(digits.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")) >= 96
    before = centre.up.kill("web")
    expect(page.get_by_text("No connection; as of")).to_be_visible()
    assert page.locator("html").get_attribute("data-stale") is not None
    assert_accessible(page)
    centre.runs(centre.up.replaced("web", before), 60)
    expect(page.get_by_text("No connection")).to_have_count(0, timeout=20_000)


def test_a_call_that_is_over_is_found_and_heard(centre: Centre, visit: Visit) -> None:
    li = centre.agent("1003")
    caller = centre.caller("+4915550102")
    centre.runs(caller.hears_agent())
    centre.runs(li.hears_caller())
    centre.runs(hangs_up(caller))
    centre.runs(li.writes_up())
    page = visit(SUPERVISOR, "/reports")
    page.get_by_role("row").filter(has_text="outage").get_by_role("link").nth(1).click()
    expect(page.get_by_text("Counted as: Answered")).to_be_visible()
    page.get_by_role("row").nth(1).click()
    record = page.get_by_role("complementary")
    expect(record.get_by_text("+4915550102")).to_have_count(0)
    record.get_by_role("button", name="Show in full").click()
    expect(record.get_by_text("+4915550102")).to_be_visible()
    expect(record.get_by_text("Wrap-up")).to_be_visible()
    record.get_by_text("Why: the only one eligible").click()
    expect(record.get_by_text("idle for")).to_be_visible()
    record.get_by_role("button", name="Listen").click()
    expect(record.get_by_role("button", name="Pause")).to_be_visible()
    expect(record.locator("canvas")).to_be_visible()
    assert_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)
    page.keyboard.press("Escape")
    expect(record).to_have_count(0)


def test_a_television_pairs_by_its_code_and_goes_dark_when_revoked(visit: Visit) -> None:
    television = visit(None, "/wallboard?night=false", size=(1920, 1080))
    shown = television.get_by_role("status").filter(has_text=CODE)
    expect(shown).to_be_visible()
    assert_accessible(television)
    code = shown.inner_text()
    page = visit(SUPERVISOR, "/floor")
    page.get_by_role("button", name="Televisions").click()
    page.get_by_label("Code on the screen").fill(code.lower())
    page.get_by_label("Name, as").fill("Hall")
    assert_accessible(page)
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(page.get_by_text("Hall shows its board")).to_be_visible()
    expect(television.get_by_text("Longest wait")).to_be_visible()
    expect(television.get_by_text("nobody waits")).to_be_visible()
    page.get_by_role("button", name="Televisions").click()
    page.get_by_role("button", name="Revoke Hall").click()
    expect(shown).to_be_visible(timeout=20_000)
