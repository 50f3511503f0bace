"""The twin's page: what was played is read by everybody who may, and one is played and stopped."""

import re
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

from browser.conftest import SUPERVISOR, Centre, Visit
from browser.looking import assert_accessible, assert_fits, pictured
from roost.adapters.simulations.folder import Begun, Ended, put
from roost.kernel.time import InstantUs
from roost.ports.simulations import Asked, SimulationState
from roost.processes.simulation import play, playable

ROOT = Path(__file__).parents[2]
ASKED = Asked(scenario="storm", changes=["agents=-3"], seeds=2)
KEPT = "900"  # far from those that a story asks for


@pytest.fixture
def kept(centre: Centre) -> int:
    """A stormy evening with three people fewer, played here: no process has to come up."""
    folder = centre.up.launch.places.simulations / KEPT
    if not folder.exists():
        folder.mkdir(parents=True)
        grid = ROOT / "examples" / "power-grid"
        play(playable(ASKED, grid, folder), ASKED, folder)
        put(folder / "asked.json", Begun(ASKED, "admin", InstantUs(1_780_000_000_000_000)))
        put(folder / "ended.json", Ended(SimulationState.DONE, (), InstantUs(1)))
    return int(KEPT)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_result_is_for_everyone(visit: Visit, kept: int, theme: str) -> None:
    language = "zh" if theme == "dark" else "en"
    page = visit("admin", f"/simulation?open={kept}", theme=theme, language=language)
    fewer = "3 fewer people" if language == "en" else "减少 3 人"
    expect(page.get_by_role("columnheader", name=fewer).first).to_be_visible(timeout=30_000)
    level = "Service level" if language == "en" else "服务水平"
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=level)).first
    expect(row).to_contain_text("points" if language == "en" else "个百分点")
    expect(page.get_by_role("img", name=re.compile(f"^{level}. "))).to_be_visible()
    waits = page.get_by_role("region", name="Estimated waits" if language == "en" else "预计等待")
    expect(waits.get_by_role("row").filter(has_text="outage")).to_have_count(1)
    said = "half of the estimates were off by" if language == "en" else "半数预计的误差不超过"
    expect(waits).to_contain_text(said)
    assert_accessible(page)
    for size in ((1366, 768), (390, 844)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert_fits(page)
        pictured(page, f"simulation-{language}-{theme}-{size[0]}")


def test_a_file_of_the_terminals_is_opened_and_another_said_to_be_none(
    centre: Centre, visit: Visit, kept: int, tmp_path: Path
) -> None:
    page = visit("admin", "/simulation")
    other = tmp_path / "other.json"
    other.write_text('{"scenario": "day"}')
    expect(page.get_by_role("button", name="Open a file")).to_be_visible()
    choose = page.locator("input[type=file]")
    choose.set_input_files(other)
    expect(page.get_by_text("That file is no result of a simulation")).to_be_visible()
    choose.set_input_files(centre.up.launch.places.simulations / str(kept) / "report.json")
    expect(page.get_by_text("report.json")).to_be_visible()
    expect(page.get_by_role("heading", name="storm")).to_be_visible()


def test_one_is_played_goes_on_over_a_reload_and_is_stopped(
    centre: Centre, visit: Visit, kept: int
) -> None:
    page = visit("admin", "/simulation")
    page.get_by_label("Runs").fill("200")
    page.get_by_role("button", name="Play", exact=True).click()
    expect(page.get_by_text(re.compile("of 400 runs are done"))).to_be_visible()
    page.reload()
    expect(page.get_by_text(re.compile("of 400 runs are done"))).to_be_visible()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_disabled()
    folder = centre.up.launch.places.simulations / str(kept + 1)
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It was cancelled")).to_be_visible(timeout=90_000)
    assert msgspec.json.decode((folder / "ended.json").read_bytes())["how"] == "cancelled"


def test_nobody_else_comes_there(visit: Visit) -> None:
    page = visit(SUPERVISOR, "/simulation")
    expect(page).not_to_have_url(re.compile("/simulation"))
    expect(page.get_by_role("link", name="Simulation")).to_have_count(0)
