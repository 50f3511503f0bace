"""Stretches of the example centre's day, to be played with faults or without."""

from functools import cache
from pathlib import Path

import msgspec

from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.kernel.ids import AgentId
from roost.kernel.time import DurationUs
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Faults, Scenario, Stream, all_day, half_hours

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


@cache
def example() -> Loaded:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return loaded


def calling(day: Scenario, arrivals: int, length_us: int) -> tuple[Stream, ...]:
    """The day's callers, so many in each half hour."""
    (stream,) = day.streams
    expected = half_hours((arrivals,), length_us)
    return (msgspec.structs.replace(stream, expected=expected),)


def hours(length_us: int, faults: Faults, arrivals: int = 40) -> Scenario:
    day = scenario_of(example(), "day")
    agents = tuple(AgentId(shift.agent) for shift in day.shifts)
    return Scenario(
        streams=calling(day, arrivals, length_us),
        shifts=all_day(agents, length_us),
        length_us=DurationUs(length_us),
        start=day.start,
        behaviour=msgspec.structs.replace(day.behaviour, consults=150_000, transfers=100_000),
        faults=faults,
    )


def play(scenario: Scenario, seed: int, *, digest: bool = False) -> Simulation:
    floor = compile_floor(example(), "test-voice")
    return Simulation(floor, scenario, seed, digest=digest).run()
