"""The demo as a newcomer starts it: every caller is served as intended, and the log proves it."""

import json
import subprocess
import sys


def test_a_short_demo_ends_by_itself_with_every_call_as_intended() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "roost.cli", "demo", "--for", "10s", "--rate", "20", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    summary = json.loads(run.stdout.splitlines()[-1])
    assert summary["not_intended"] == []
    assert run.returncode == 0, run.stderr
    assert summary["offered"] >= 1
    assert summary["answered"] + summary["abandoned"] == summary["offered"]
    assert (summary["lost"], summary["stuck"], summary["verified"]) == (0, 0, True)
    assert summary["recordings"] >= 1
    assert summary["earned"]["minor"] > 0
