"""A long run needs no more memory than a short one: nothing of a finished contact stays."""

import tracemalloc
from pathlib import Path

import msgspec
import pytest

from roost.definitions import load
from roost.definitions.load import Loaded
from roost.kernel.time import DAY, HOUR, DurationUs
from roost.office.measures.intervals import QUARTER, Grain
from roost.simulator.outcome import Twin
from roost.simulator.play import job_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Expected, Shift, all_day, half_hours

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
DAYS, CALLS = 365, 24


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


@pytest.mark.soak
def test_a_year_needs_no_more_memory_than_its_second_month() -> None:
    """Figures are kept by month, what terms are judged by for each quarter of an hour."""
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    job = job_of(loaded, "day", Grain.MONTH)
    (stream,) = job.scenario.streams
    busy = tuple(Expected(day * DAY, day * DAY + QUARTER, CALLS) for day in range(DAYS))
    scenario = msgspec.structs.replace(
        job.scenario,
        streams=(msgspec.structs.replace(stream, expected=busy),),
        shifts=tuple(
            Shift(agent.id, day * DAY, day * DAY + HOUR)
            for agent in job.floor.agents
            for day in range(DAYS)
        ),
        length_us=DurationUs(DAYS * DAY),
    )
    frame = msgspec.structs.replace(job.frame, grain=Grain.MONTH)
    twin = Twin(frame, scenario)
    simulation = Simulation(job.floor, scenario, 1, keep=False, observers=(twin,))
    held: list[tuple[int, int]] = []

    def measure(_: object) -> None:
        held.append((tracemalloc.get_traced_memory()[0], simulation.world.callers.count))

    for month in range(1, 13):
        simulation.timeline.after(month * 30 * DAY, measure)
    tracemalloc.start()
    try:
        simulation.run()
    finally:
        tracemalloc.stop()
    (second, begun), (last, done) = held[1], held[-1]
    assert done > 0.9 * 360 * CALLS
    a_contact = (last - second) / (done - begun)
    assert a_contact < 120, f"{a_contact:.0f} bytes stay of each contact"
