"""Simulated agents do the tasks that a queue has offered to them, between calls."""

import msgspec

from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.floor import definition as d
from roost.floor.agents.messages import OfferTaken, SegmentClosed, WorkBegan, WorkEnded
from roost.floor.agents.model import Presence
from roost.floor.tasks.messages import TaskAdded, TaskTaken
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, DurationUs
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Law, all_day, half_hours
from simulation.test_kept_logs import EXAMPLE


def played(routed: d.RoutedTasks | None) -> tuple[Simulation, list[Envelope]]:
    """Two hours with too few people, whose queues call back who gave up."""
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    day, length = scenario_of(loaded, "day"), DurationUs(2 * HOUR)
    change = msgspec.structs.replace
    scenario = change(
        day,
        streams=(change(day.streams[0], expected=half_hours((40, 40, 10, 10), length)),),
        shifts=all_day(tuple(AgentId(f"100{n}") for n in range(1, 5)), length),
        length_us=length,
        behaviour=change(day.behaviour, task=Law(2 * MINUTE), declines_task=100_000),
    )
    floor = compile_floor(loaded, "twin-voice")
    queues = tuple(change(one, call_back_abandoned=True, tasks=routed) for one in floor.queues)
    simulation = Simulation(change(floor, queues=queues), scenario, seed=3, keep=True)
    return simulation, simulation.run().log


def of(log: list[Envelope], kind: type) -> list[Envelope]:
    return [envelope for envelope in log if type(envelope.body) is kind]


def test_what_is_to_be_done_gets_done_between_calls_and_nobody_sticks() -> None:
    simulation, log = played(d.RoutedTasks())
    assert not simulation.incidents
    added, taken, ended = of(log, TaskAdded), of(log, TaskTaken), of(log, WorkEnded)
    assert len(added) > 10, "too few people, so many give up"
    assert len(taken) > len(added) // 2
    assert all(envelope.body.routed for envelope in taken)  # type: ignore[attr-defined]
    done = [one.body for one in ended if one.body.why == "done"]  # type: ignore[attr-defined]
    assert len(done) > len(added) // 2
    mean = sum(one.worked_us for one in done) / len(done)
    assert MINUTE < mean < 4 * MINUTE
    assert any(one.aside_us > 10 * MINUTE // 60 for one in done), "some were put aside for a call"
    agents = simulation.engine.state.agents.agents.values()
    assert not any(one.presence is Presence.WORKING for one in agents), "everybody went home"
    assert not any(seat.works for seat in simulation.engine.state.routing.seats.values())


def test_interruptible_work_takes_no_call_away_from_anybody() -> None:
    """Whoever works on a task is rung all the same: about as many are answered as without."""
    _, with_tasks = played(d.RoutedTasks())
    _, without = played(None)
    assert not of(without, WorkBegan)
    answered, usual = len(of(with_tasks, OfferTaken)), len(of(without, OfferTaken))
    assert abs(answered - usual) <= usual // 20
    assert of(with_tasks, SegmentClosed)
