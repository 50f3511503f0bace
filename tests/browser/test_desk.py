"""An agent's desk in the browser, with real callers: answered, held, consulted, handed over,
written up by keyboard alone; by a phone on the table, and by the one in the page."""

import re

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Centre, Visit
from browser.looking import assert_accessible, assert_fits, assert_still, pictured, watch_shifts
from integration.centre_up import Agent, until
from roost.adapters.phone.calls import PhoneCall

TABLE = "localStorage.setItem('roost-phone', 'table')"


class Slow(Agent):
    """A phone that rings until somebody lifts it."""

    def _rung(self, call: PhoneCall) -> None:
        self.calls.append(call)
        call.ring()

    async def lifts(self) -> None:
        await until(lambda: bool(self.calls), why="the phone didn't ring")
        await self._answer(self.calls[-1])


@pytest.fixture
def li(centre: Centre) -> Slow:
    one = centre.around(lambda: Slow(centre.up, "1001"))
    centre.runs(one.starts())
    return one


def desk(visit: Visit, who: str, **how: object) -> Page:
    page = visit(who, "/desk", **how)  # type: ignore[arg-type]
    page.evaluate(TABLE)
    page.reload()
    return page


def state(page: Page, words: str) -> None:
    expect(page.get_by_role("region", name="My state")).to_contain_text(words)


def test_a_contact_by_keyboard_alone(centre: Centre, visit: Visit, li: Slow) -> None:
    page = desk(visit, "1001")
    state(page, "Ready")
    expect(page.locator("main table").last).to_be_visible()  # whatever loads has loaded
    watch_shifts(page)
    caller = centre.caller("13800138000")
    expect(page.get_by_role("heading", name="13800138000")).to_be_visible()
    state(page, "Ringing")
    assert_still(page)
    centre.runs(li.lifts())
    state(page, "Talking")
    centre.runs(caller.hears_agent())
    page.keyboard.press("Alt+n")
    page.keyboard.type("Two houses without power")
    expect(page.get_by_text("Kept", exact=True)).to_be_visible()
    page.keyboard.press("Alt+h")
    state(page, "On hold")
    page.keyboard.press("Alt+h")
    state(page, "Talking")
    page.reload()
    note = page.get_by_label("Note")
    expect(note).to_have_value("Two houses without power")
    page.keyboard.press("Alt+x")
    state(page, "Wrap-up")
    page.keyboard.press("2")
    expect(page.get_by_role("radio", name="Outage known")).to_be_checked()
    page.keyboard.press("Control+Enter")
    state(page, "Ready")


def test_a_colleague_is_consulted_merged_and_takes_over(
    centre: Centre, visit: Visit, li: Slow
) -> None:
    page = desk(visit, "1001")
    state(page, "Ready")
    caller = centre.caller("13800138001")
    centre.runs(li.lifts())
    state(page, "Talking")
    centre.agent("1002")
    theirs = desk(visit, "1002")
    expect(page.get_by_role("button", name="Consult")).to_be_enabled()
    page.keyboard.press("Alt+c")
    first = page.get_by_role("option").first
    expect(first).to_contain_text("Ready")
    page.keyboard.press("Enter")
    parties = page.get_by_role("list", name="Who takes part")
    expect(parties).to_contain_text("on hold")
    state(theirs, "Talking")
    expect(theirs.get_by_text("You're asked for advice")).to_be_visible()
    page.keyboard.press("Alt+g")
    expect(parties).not_to_contain_text("on hold")
    page.keyboard.press("Alt+t")
    state(page, "Wrap-up")
    expect(theirs.get_by_text("Handed on to you")).to_be_visible()
    centre.runs(caller.hears_agent())
    centre.runs(li.writes_up())


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("zh", "dark")])
def test_everybody_can_use_it(
    centre: Centre, visit: Visit, li: Slow, language: str, theme: str
) -> None:
    page = desk(visit, "1001", language=language, theme=theme)

    def look(state: str) -> None:
        assert_accessible(page)
        assert_fits(page)
        pictured(page, f"desk-{state}-{language}-{theme}")

    expect(page.locator("main table").last).to_be_visible()
    look("idle")
    centre.caller("13800138002")
    expect(page.get_by_role("heading", name="13800138002")).to_be_visible()
    look("ringing")
    centre.runs(li.lifts())
    expect(page.get_by_role("toolbar").locator("[aria-keyshortcuts='Alt+c']")).to_be_enabled()
    page.keyboard.press("Alt+c")
    expect(page.get_by_role("option").first).to_be_visible()
    look("targets")
    page.keyboard.press("Escape")
    page.keyboard.press("Alt+x")
    expect(page.get_by_role("radiogroup")).to_be_visible()
    look("wrap-up")
    centre.runs(li.writes_up())


def test_a_headset_in_the_page(centre: Centre, visit: Visit) -> None:
    """Signed in, answered, kept over a reload and handed to a second browser, without a phone."""
    page, theirs = visit("1001", "/desk"), visit("1002", "/desk")
    for one in (page, theirs):
        state(one, "Signed out")
        one.keyboard.press("Alt+o")
        expect(one.get_by_role("button", name="Headset ready")).to_be_visible()
    page.keyboard.press("Alt+o")
    state(page, "Ready")
    caller = centre.caller("13800138003")
    state(page, "Ringing")
    expect(page).to_have_title(re.compile("City Power Grid"))
    page.keyboard.press("Alt+a")
    state(page, "Talking")
    assert centre.runs(caller.sound.hears_sound()), "the headset isn't heard"
    page.reload()
    expect(page.get_by_role("button", name="Headset ready")).to_be_visible()
    state(page, "Talking")
    page.keyboard.press("Alt+m")
    expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    theirs.keyboard.press("Alt+o")
    state(theirs, "Ready")
    expect(page.get_by_role("button", name="Transfer")).to_be_enabled()
    page.keyboard.press("Alt+t")
    expect(page.get_by_role("option").first).to_contain_text("Ready")
    page.keyboard.press("Enter")
    state(page, "Wrap-up")
    theirs.keyboard.press("Alt+a")
    state(theirs, "Talking")
    expect(theirs.get_by_role("heading", name="13800138003")).to_be_visible()
    theirs.keyboard.press("Alt+x")
    for one in (page, theirs):
        one.keyboard.press("1")
        one.keyboard.press("Control+Enter")
        state(one, "Ready")
        one.keyboard.press("Alt+b")
        expect(one.get_by_role("menuitemradio", name="Break", checked=False)).to_be_visible()
        one.get_by_role("menuitem", name="Sign out").click()
        expect(one.get_by_role("button", name="Headset: not in use")).to_be_visible()
