"""Every page of a supervisor: for everyone, in both themes and languages, at the sizes in use."""

import re

import pytest
from playwright.sync_api import expect

from browser.conftest import SUPERVISOR, Centre, Visit
from browser.looking import assert_accessible, assert_fits, assert_stands, pictured

PAGES = ("/floor", "/alerts", "/contacts", "/reports?interval=30m", "/wallboard?night=false")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_for_everyone(visit: Visit, address: str, theme: str) -> None:
    language = "zh" if theme == "dark" else "en"
    page = visit(SUPERVISOR, address, theme=theme, language=language)
    expect(page.get_by_role("heading", level=1)).to_be_attached()
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    assert_accessible(page)
    for size in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert_fits(page)
        pictured(page, f"{re.findall('[a-z]+', address)[0]}-{language}-{theme}-{size[0]}")
        if size[0] > size[1] and address != "/wallboard?night=false":
            assert_stands(page)


def test_everything_is_reached_by_keys(visit: Visit) -> None:
    page = visit(SUPERVISOR, "/floor")
    expect(page.get_by_role("navigation")).to_be_visible()
    page.keyboard.press("Alt+3")
    expect(page).to_have_url("/contacts")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox", name="What do you want to do?").fill("floor")
    page.keyboard.press("Enter")
    expect(page).to_have_url("/floor")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert_accessible(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_language_and_theme_are_kept(visit: Visit) -> None:
    page = visit(SUPERVISOR, "/floor")
    page.get_by_role("button", name=SUPERVISOR).click()
    page.get_by_role("menuitemradio", name="中文").click()
    page.get_by_role("menuitemradio", name="深色").click()
    page.reload()
    expect(page.get_by_role("heading", name="队列")).to_be_visible()
    html = page.locator("html")
    expect(html).to_have_attribute("lang", "zh-CN")
    expect(html).to_have_attribute("data-mantine-color-scheme", "dark")


def test_a_page_of_somebody_else_leads_home(visit: Visit, centre: Centre) -> None:
    page = visit("1001", "/floor")
    expect(page.get_by_role("link", name="Floor")).to_have_count(0)
    expect(page).not_to_have_url("/floor")
    assert "1001" in centre.passwords
