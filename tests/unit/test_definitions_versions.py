"""Versions are hashes of content: the same on every machine and under every hash seed."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
from roost.definitions import compile_floor, load
loaded = load("examples/power-grid")
floor = compile_floor(loaded, "voice")
print(loaded.version, floor.version, floor.flows[0].version)
"""


def versions(seed: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_two_hash_seeds_give_the_same_versions() -> None:
    assert versions("0") == versions("4711")
