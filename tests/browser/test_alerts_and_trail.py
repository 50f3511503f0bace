"""What was raised before and who did what: found on their pages, by everybody who may."""

import re
import time

from playwright.sync_api import expect

from browser.conftest import SUPERVISOR, Centre, Visit
from browser.looking import assert_accessible, assert_fits
from roost.adapters.store.alert_book import StreamAlerts
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.floor.alert_rules import AlertMeasure
from roost.kernel.ids import Owner, QueueId
from roost.kernel.time import SECOND, InstantUs
from roost.office.alerts.messages import AlertCleared, AlertRaised, ClearedBy

ABOUT = {
    "owner": Owner("power-grid"),
    "alert": "power-grid/long-wait",
    "measure": AlertMeasure.LONGEST_WAIT,
    "above": True,
    "threshold": 120,
    "to": ("supervisor", "client-manager"),
    "queue": QueueId("power-grid/outage"),
}


def raised_and_cleared(centre: Centre) -> None:
    """As another web process of the same centre would tell it."""
    places = centre.up.launch.places
    store = SqliteStore(places.streams, KeyFile(places.keys, places.master))
    book = StreamAlerts(store.writer, store.reader())
    cleared = InstantUs(time.time_ns() // 1_000)
    raised = InstantUs(cleared - 95 * SECOND)
    over = AlertCleared(**ABOUT, figure=40, raised=raised, why=ClearedBy.BACK)  # type: ignore[arg-type]
    was = AlertRaised(**ABOUT, figure=130, since=raised)  # type: ignore[arg-type]
    book.note([(raised, was), (cleared, over)])
    book.close()


def test_a_supervisor_reads_the_rules_and_what_was_raised(centre: Centre, visit: Visit) -> None:
    raised_and_cleared(centre)
    page = visit(SUPERVISOR, "/floor")
    expect(page.get_by_role("link", name="Alerts")).to_be_visible()
    expect(page.get_by_role("region", name="Agents")).to_be_visible()
    page.keyboard.press("Alt+6")
    expect(page).to_have_url("/alerts")
    rules = page.get_by_role("region", name="Rules")
    expect(rules.get_by_text("Longest wait over 2:00")).to_be_visible()
    past = page.get_by_role("region", name="Before")
    expect(past.get_by_role("cell", name="1:35")).to_be_visible()
    expect(past.get_by_role("cell", name="Back to normal")).to_be_visible()
    rules.get_by_role("button").filter(has_text="Service level under 70").click()
    expect(past.get_by_text("Nothing was raised")).to_be_visible()
    assert_accessible(page)
    past.get_by_role("button", name="All rules").click()
    expect(past.get_by_role("cell", name="1:35")).to_be_visible()


def test_an_admin_finds_who_changed_an_agents_state(centre: Centre, visit: Visit) -> None:
    centre.agent("1001")
    floor = visit(SUPERVISOR, "/floor")
    agents = floor.get_by_role("region", name="Agents")
    tile = agents.locator("button[class*=tile]").filter(has_text="Ready")
    tile.click()
    floor.get_by_role("menuitem", name="Sign out").click()
    expect(tile).to_have_count(0)
    expect(floor.get_by_role("link", name="Audit trail")).to_have_count(0)
    page = visit("admin", "/audit", theme="dark")
    signed_out = page.get_by_role("row").filter(has_text=re.compile("Signed .* out")).first
    expect(signed_out).to_be_visible()
    assert_accessible(page)
    signed_out.get_by_role("button", name=SUPERVISOR).click()
    expect(page).to_have_url(re.compile("actor=U"))
    page.get_by_role("textbox", name="What", exact=True).click()
    page.get_by_role("option", name="Changed an agent's state").click()
    expect(page.get_by_role("row").filter(has_text="Made the account")).to_have_count(0)
    expect(signed_out).to_be_visible()
    for size in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert_fits(page)
    assert_accessible(page)
