"""What a scenario says of people and of trouble happens, in virtual time."""

from functools import cache
from pathlib import Path

import msgspec

from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.floor.agents.messages import AgentAway, AgentSignedIn, OfferTaken, SegmentClosed
from roost.floor.calls.messages import CallArrived, CallbackPromised, ContactEnded
from roost.floor.definition import Sticky
from roost.floor.flows.messages import FlowAdvanced
from roost.floor.modes.messages import ModeDeclared
from roost.floor.queues.messages import ContactDequeued
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, DurationUs
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import (
    Absence,
    Behaviour,
    Down,
    Faults,
    Handling,
    Known,
    Law,
    Pace,
    Returning,
    Scenario,
    Shape,
    Shift,
    Stream,
    half_hours,
)

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
STEADY = Behaviour(
    handling=(
        ("any", Handling(Law(100_000_000, Shape.CONSTANT), Law(10_000_000, Shape.CONSTANT))),
    ),
    misses_ring=0,
    declines=0,
)
PATIENT = msgspec.structs.replace(STEADY, patience=(("any", Law(HOUR, Shape.CONSTANT)),))


@cache
def example() -> Loaded:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return loaded


def three_hours(**more: object) -> Scenario:
    length = DurationUs(3 * HOUR)
    agents = [AgentId(str(user)) for user in range(1001, 1013)]
    usual = Scenario(
        streams=(Stream("95598", expected=half_hours((60,), length)),),
        shifts=tuple(Shift(agent, 0, length + 2 * HOUR) for agent in agents),
        length_us=length,
        behaviour=STEADY,
    )
    return msgspec.structs.replace(usual, **more)


def log_of(scenario: Scenario, seed: int = 1) -> list[Envelope]:
    simulation = Simulation(compile_floor(example(), "test"), scenario, seed).run()
    assert not simulation.incidents
    arrived = sum(isinstance(one.body, CallArrived) for one in simulation.log)
    arrived += sum(isinstance(one.body, CallbackPromised) for one in simulation.log)
    assert arrived == sum(isinstance(one.body, ContactEnded) for one in simulation.log) > 0
    return simulation.log


def talks(log: list[Envelope], agent: str) -> list[int]:
    return [
        one.body.talk_us
        for one in log
        if isinstance(one.body, SegmentClosed) and one.body.agent == agent and one.body.talk_us
    ]


def test_a_slow_agent_takes_longer_and_a_beginner_less_and_less_so() -> None:
    paces = ((AgentId("1001"), Pace(1500)), (AgentId("1003"), Pace(1000, 1000, 10)))
    log = log_of(three_hours(behaviour=msgspec.structs.replace(PATIENT, paces=paces)))
    assert max(talks(log, "1002")) < 103_000_000
    slow = talks(log, "1001")
    assert all(150_000_000 < one < 153_000_000 for one in slow)
    learning = talks(log, "1003")
    assert learning[0] > 190_000_000
    assert learning[-1] < 103_000_000
    assert learning == sorted(learning, reverse=True) or len(set(learning)) > 5


def test_a_site_goes_down_without_a_word_and_comes_back() -> None:
    late_team = tuple(AgentId(str(user)) for user in range(1001, 1009))
    faults = Faults(down=(Down(HOUR, 30 * MINUTE, agents=late_team),))
    scenario = three_hours(faults=faults)
    log = log_of(scenario)
    taken = [
        (one.at - scenario.start, one.body.agent) for one in log if isinstance(one.body, OfferTaken)
    ]
    assert not [at for at, agent in taken if agent in late_team and HOUR < at < 90 * MINUTE]
    assert [at for at, agent in taken if agent in late_team and at > 95 * MINUTE]
    why = {one.body.reason for one in log if isinstance(one.body, AgentAway)}
    assert why & {"unreachable", "no_answer"}, "the floor found out by itself"


def test_people_come_twice_a_day_and_some_not_at_all() -> None:
    agent, colleague = AgentId("1002"), AgentId("1007")
    shifts = (
        Shift(agent, 0, HOUR),
        Shift(agent, 2 * HOUR, 4 * HOUR),
        Shift(colleague, 0, 4 * HOUR),
    )
    scenario = three_hours(shifts=shifts)
    came = [one.at - scenario.start for one in log_of(scenario)
            if isinstance(one.body, AgentSignedIn) and one.body.agent == agent]  # fmt: skip
    assert len(came) == 2
    assert 2 * HOUR <= came[1] < 2 * HOUR + MINUTE
    nobody = msgspec.structs.replace(STEADY, no_shows=1_000_000)
    log = log_of(three_hours(shifts=shifts, behaviour=nobody))
    assert not any(isinstance(one.body, AgentSignedIn) for one in log)


def test_a_break_is_taken_and_ends() -> None:
    absence = Absence(AgentId("1002"), HOUR, HOUR + 20 * MINUTE, "break")
    scenario = three_hours(absences=(absence,))
    log = log_of(scenario)
    assert any(isinstance(one.body, AgentAway) and one.body.reason == "break" for one in log)
    taken = [one.at - scenario.start for one in log
             if isinstance(one.body, OfferTaken) and one.body.agent == "1002"]  # fmt: skip
    assert not [at for at in taken if HOUR < at < HOUR + 20 * MINUTE]
    assert [at for at in taken if at > HOUR + 20 * MINUTE]


def test_what_is_known_of_a_call_happens_again() -> None:
    known = (
        Known(0, ("2",), talk_us=77_000_000, wrap_up_us=13_000_000),
        Known(MINUTE, ("1",), talk_us=44_000_000, wrap_up_us=9_000_000),
    )
    log = log_of(three_hours(streams=(Stream("95598", known=known),), behaviour=PATIENT))
    closed = [one.body for one in log if isinstance(one.body, SegmentClosed)]
    assert {str(one.queue) for one in closed} == {"power-grid/bills", "power-grid/outage"}
    lengths = sorted((one.talk_us // 1_000_000, one.wrap_up_us // 1_000_000) for one in closed)
    assert lengths == [(44, 9), (77, 13)]


def test_two_runs_that_differ_in_staff_meet_the_same_customers() -> None:
    """Common random numbers: the same calls, with the same keys, at the same instants."""
    few = three_hours(shifts=three_hours().shifts[:4])
    seen = []
    for scenario in (three_hours(), few):
        log = log_of(scenario, seed=9)
        seen.append([one.at for one in log if isinstance(one.body, CallArrived)])
    assert seen[0] == seen[1]


def test_an_example_says_it_all() -> None:
    """The scenario of the example centre, as it's written, is what is played."""
    day = scenario_of(example(), "day")
    assert [stream.name for stream in day.streams] == ["hotline"]
    assert len(day.shifts) == 12
    assert {shift.until_us // HOUR for shift in day.shifts} == {9, 12}
    assert dict(day.behaviour.handling)["power-grid/bills"].talk.mean_us == 170_000_000


def test_what_is_declared_is_heard_by_those_it_affects_and_shortens_the_others_wait() -> None:
    """The stormy evening, with and without a word on it: the same customers."""
    told = scenario_of(example(), "storm-told")
    silent = msgspec.structs.replace(told, declared=())
    floor = compile_floor(example(), "simulated")
    runs = [Simulation(floor, one, 3).run() for one in (silent, told)]
    arrived, waited = [], []
    for run in runs:
        arrived.append([e.at for e in run.log if isinstance(e.body, CallArrived)])
        waits = [e.body.waited_us for e in run.log if isinstance(e.body, ContactDequeued)]
        waited.append(sum(waits) / len(waits))
    assert arrived[0] == arrived[1]
    assert waited[1] < 0.75 * waited[0], waited
    heard = [e for e in runs[1].log if isinstance(e.body, FlowAdvanced) and e.body.announced]
    (declared,) = [e.at for e in runs[1].log if isinstance(e.body, ModeDeclared)]
    assert len(heard) > 50
    assert all(e.at >= declared for e in heard)
    assert not any(isinstance(e.body, FlowAdvanced) and e.body.announced for e in runs[0].log)


def helped_by_the_same(log: list[Envelope]) -> tuple[int, int]:
    """Of those who called again and were served, how many talked to the one of the last time."""
    person: dict[str, str] = {}
    last: dict[str, str] = {}
    same = again = 0
    for one in log:
        if isinstance(one.body, CallArrived):
            assert one.contact is not None
            person[one.contact] = one.body.person
        elif isinstance(one.body, OfferTaken):
            assert one.contact is not None
            who = person[one.contact]
            again += who in last
            same += last.get(who) == one.body.agent
            last[who] = one.body.agent
    return same, again


def test_who_calls_again_has_the_same_agent_where_the_queue_asks() -> None:
    returning = Returning(600_000, Law(15 * MINUTE), 500)
    behaviour = msgspec.structs.replace(PATIENT, returning=returning)
    scenario = three_hours(behaviour=behaviour)
    floor = compile_floor(example(), "test")
    sticky = Sticky(DurationUs(24 * HOUR), DurationUs(2 * MINUTE), DurationUs(0))
    asking = msgspec.structs.replace(
        floor,
        queues=tuple(msgspec.structs.replace(one, sticky=sticky) for one in floor.queues),
    )
    runs = [Simulation(one, scenario, 3).run() for one in (floor, asking)]
    (by_chance, again), (kept, also_again) = (helped_by_the_same(run.log) for run in runs)
    assert again > 30
    assert abs(also_again - again) < 5, "the same customers, but for the end"
    assert by_chance < again // 3
    assert kept > 2 * again // 3
    talked = [
        sum(one.body.talk_us for one in run.log if isinstance(one.body, SegmentClosed))
        for run in runs
    ]
    assert talked[1] < talked[0] * 9 // 10, "half of a talk is told already"
    assert not runs[1].incidents


def test_nobody_is_known_again_unless_a_scenario_says_so() -> None:
    log = log_of(three_hours())
    assert {one.body.person for one in log if isinstance(one.body, CallArrived)} == {""}
