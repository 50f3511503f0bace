"""What stands for a night: a television's board, whose memory stays what it was after half an hour,
over a cut network and a restarted web process, while calls come and go."""

import os
import re
import time

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import SUPERVISOR, Centre, Visit

NIGHT_S = float(os.environ.get("ROOST_NIGHT_S", "28800"))
GROWTH = 1.2
CODE = re.compile(r"^[A-Z2-9]{4} [A-Z2-9]{4}$")


def memory(page: Page) -> dict[str, float]:
    """Of the page, once what's left over is swept up: megabytes, nodes, listeners."""
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    tools.send("Performance.enable")
    found = {one["name"]: one["value"] for one in tools.send("Performance.getMetrics")["metrics"]}
    tools.detach()
    return {
        "heap": found["JSHeapUsedSize"] / 1e6,
        "nodes": found["Nodes"],
        "listeners": found["JSEventListeners"],
    }


def a_call(centre: Centre, count: int) -> None:
    caller = centre.caller(f"1380014{count:04}")
    centre.runs(caller.hears_agent(20))
    centre.everybody_goes()
    centre.agent("1001")


def figure(page: Page, name: str) -> str:
    return page.get_by_role("region", name=name).locator("[class*=digits]").inner_text()


@pytest.mark.soak
def test_a_television_stands_for_a_night(centre: Centre, visit: Visit) -> None:
    network = centre.network(stays=True)
    television = visit(None, "/wallboard", size=(1920, 1080), network=network)
    code = television.get_by_role("status").filter(has_text=CODE)
    expect(code).to_be_visible()
    page = visit(SUPERVISOR, "/floor")
    page.get_by_role("button", name="Televisions").click()
    page.get_by_label("Code on the screen").fill(code.inner_text())
    page.get_by_label("Name, as").fill("Hall")
    page.get_by_role("button", name="Pair", exact=True).click()
    expect(television.get_by_text("Longest wait")).to_be_visible()
    page.context.close()

    centre.agent("1001")
    begun, calls = time.monotonic(), 0
    samples: list[dict[str, float]] = []
    troubles = ["network", "web", "control", "network", "web"]
    while (gone := time.monotonic() - begun) < NIGHT_S:
        a_call(centre, calls)
        calls += 1
        expect(television.get_by_role("region", name="Answered")).to_contain_text(str(calls))
        if calls % 10 == 0:
            samples.append(memory(television))
            print(f"{gone:6.0f} s {calls} calls {samples[-1]}", flush=True)
        if troubles and gone > NIGHT_S * (6 - len(troubles)) / 7:
            trouble = troubles.pop(0)
            print(f"{gone:6.0f} s {trouble} is gone", flush=True)
            if trouble == "network":
                centre.runs(network.cut())
                expect(television.get_by_text("No connection")).to_be_visible(timeout=60_000)
                a_call(centre, calls)
                calls += 1
                centre.runs(network.mended())
            else:
                killed = centre.up.kill(trouble)
                centre.runs(centre.up.replaced(trouble, killed, 120), 240)
                centre.everybody_goes()
                centre.agent("1001")
            expect(television.get_by_text("No connection")).to_have_count(0, timeout=30_000)
    assert figure(television, "Answered") == str(calls)
    early, late = samples[len(samples) // 4], samples[-1]
    for what in early:
        assert late[what] <= early[what] * GROWTH, (what, samples)
    centre.runs(network.close())
