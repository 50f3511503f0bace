"""The demo as a newcomer starts it: every caller is served as intended, and the log proves it.
Who answers whom is up to the machine, so a short one may be over before anybody is handed on; in
a minute of this seed the agents' first calls hold one of each: handed to a queue, to a colleague,
after a consultation, and promised a call back."""

import json
import subprocess
import sys
from typing import Any

import pytest

ORDERS = ("--rate", "30", "--seed", "16", "--json")


def _demo(length: str, timeout_s: int) -> dict[str, Any]:
    run = subprocess.run(
        [sys.executable, "-m", "roost.cli", "demo", "--for", length, *ORDERS],
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    summary = json.loads(run.stdout.splitlines()[-1])
    assert summary["not_intended"] == []
    assert run.returncode == 0, run.stderr
    assert (summary["lost"], summary["stuck"], summary["verified"]) == (0, 0, True)
    assert summary["answered"] + summary["abandoned"] == summary["offered"]
    return summary


def test_a_short_demo_ends_by_itself_with_every_call_as_intended() -> None:
    summary = _demo("10s", 150)
    assert summary["offered"] >= 1
    assert summary["recordings"] >= 1
    assert summary["earned"]["minor"] > 0


@pytest.mark.soak
def test_a_longer_demo_shows_all_that_agents_do() -> None:
    summary = _demo("60s", 240)
    assert summary["transferred"] >= 1
    assert summary["consulted"] >= 1
    assert summary["called_out"] >= 1
    assert summary["tasks"] >= 1
