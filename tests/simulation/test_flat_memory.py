"""A long run needs no more memory than a short one: nothing of a finished contact stays."""

import tracemalloc
from pathlib import Path

import msgspec
import pytest

from roost.definitions import load
from roost.definitions.load import Loaded
from roost.kernel.time import HOUR, DurationUs
from roost.office.measures.intervals import Grain
from roost.simulator.outcome import Twin
from roost.simulator.play import job_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import all_day, half_hours

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


@pytest.mark.soak
def test_nothing_of_a_finished_contact_stays() -> None:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    job = job_of(loaded, "day", Grain.WHOLE)
    length = DurationUs(6 * HOUR)
    (stream,) = job.scenario.streams
    scenario = msgspec.structs.replace(
        job.scenario,
        streams=(msgspec.structs.replace(stream, expected=half_hours((90,), length)),),
        shifts=all_day(tuple(agent.id for agent in job.floor.agents), length),
        length_us=length,
    )
    twin = Twin(job.frame, scenario)
    held: list[int] = []
    seen = [0]

    def measure(_: object) -> None:
        seen[0] += 1
        if seen[0] % 8_000 == 0:
            held.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        Simulation(job.floor, scenario, 1, keep=False, observers=(twin, measure)).run()
    finally:
        tracemalloc.stop()
    assert len(held) >= 4
    a_contact = (held[-1] - held[0]) / (8_000 * (len(held) - 1) / 35)
    assert a_contact < 120, f"{a_contact:.0f} bytes stay of each contact"
