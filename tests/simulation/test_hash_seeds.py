"""The log doesn't depend on Python's hash seed: nothing is decided by the order of a set."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
from roost.definitions import compile_floor, load
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
import msgspec
loaded = load({example!r})
day = msgspec.structs.replace(scenario_of(loaded, "day"), length_us=1_800_000_000)
print(Simulation(compile_floor(loaded, "v"), day, 3, digest=True).run().digest())
"""


def digest(hash_seed: str) -> str:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(example=str(ROOT / "examples" / "power-grid"))],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.strip()


def test_two_hash_seeds_give_the_same_log() -> None:
    first = digest("1")
    assert len(first) == 64
    assert first == digest("4242")
