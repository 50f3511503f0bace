"""Signing in and finding one's way, with a keyboard alone."""

from playwright.sync_api import expect

from browser.conftest import PASSWORD, SUPERVISOR, Visit
from browser.looking import assert_accessible, assert_fits


def test_a_supervisor_signs_in_by_keyboard_and_comes_where_they_wanted(visit: Visit) -> None:
    page = visit(None, "/contacts")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type(SUPERVISOR)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url("/contacts")


def test_a_wrong_password_says_so_and_keeps_the_name(visit: Visit) -> None:
    page = visit(None, "/sign-in", language="zh")
    page.get_by_label("用户名").fill(SUPERVISOR)
    page.get_by_label("密码", exact=True).fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("不匹配")
    expect(page.get_by_label("用户名")).to_have_value(SUPERVISOR)
    expect(page.get_by_label("密码", exact=True)).to_be_focused()


def test_the_centre_gone_is_said_and_nothing_is_lost(visit: Visit) -> None:
    page = visit(None, "/sign-in")
    page.get_by_label("Name").fill(SUPERVISOR)
    page.context.set_offline(True)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("can't be reached")
    page.context.set_offline(False)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name")).to_have_count(0)


def test_the_sign_in_page_is_for_everyone(visit: Visit) -> None:
    for theme in ("light", "dark"):
        page = visit(None, "/sign-in", theme=theme, size=(390, 844))
        expect(page.get_by_label("Name")).to_be_focused()
        assert_accessible(page)
        assert_fits(page)
