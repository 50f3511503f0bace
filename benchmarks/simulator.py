"""Contacts a second through the one step function, beside SimPy running a bare M/M/n+M.

The simulated day has flow, leases, prices and the whole floor on; SimPy's model has arrival,
patience, service and as many happenings a contact, and decides nothing else. Both take turns,
and the best round of each counts: other load on the machine only ever makes one slower.
"""

import gc
import random
import time
from typing import NamedTuple

import simpy

from benchmarks._hotline import hotline
from roost.kernel.time import HOUR, DurationUs
from roost.simulator.dice import exponential_table
from roost.simulator.figures import Ledger
from roost.simulator.run import Simulation
from roost.simulator.scenario import Scenario, Stream, all_day, half_hours

AGENTS = 100
CALLS_PER_HOUR = 1_600
HOURS = 2
ROUNDS = 4


class Ours(NamedTuple):
    """`speed` in contacts a second, events and commands a contact."""

    speed: float
    events: float
    commands: float
    contacts: int


def ours() -> Ours:
    floor, contracts = hotline(AGENTS)
    scenario = Scenario(
        streams=(
            Stream(
                floor.numbers[0].number,
                expected=half_hours((CALLS_PER_HOUR // 2,), HOURS * HOUR),
            ),
        ),
        shifts=all_day(tuple(agent.id for agent in floor.agents), HOURS * HOUR),
        length_us=DurationUs(HOURS * HOUR),
    )
    ledger = Ledger(contracts)
    simulation = Simulation(floor, scenario, seed=1, keep=False, observers=(ledger,))
    gc.collect()
    gc.freeze()
    began = time.process_time()
    simulation.run()
    spent = time.process_time() - began
    contacts = simulation.world.callers.count
    assert ledger.earned().minor > 0, "the prices must be on"
    gc.unfreeze()
    return Ours(
        contacts / spent, simulation.events / contacts, simulation.steps / contacts, contacts
    )


def theirs(events_per_contact: float, contacts: int) -> float:
    """Contacts a second of SimPy's M/M/n+M, each with as many happenings."""
    steps = max(1, round(events_per_contact / 4))
    dice = random.Random(1)
    environment = simpy.Environment()
    agents = simpy.Resource(environment, capacity=AGENTS)

    def contact():
        for _ in range(steps):
            yield environment.timeout(2)
        with agents.request() as request:
            patience = environment.timeout(dice.expovariate(1 / 180))
            yield request | patience
            if request.triggered:
                for _ in range(steps):
                    yield environment.timeout(dice.expovariate(steps / 195))
        for _ in range(steps):
            yield environment.timeout(0)

    def arrivals():
        for _ in range(contacts):
            environment.process(contact())
            yield environment.timeout(dice.expovariate(CALLS_PER_HOUR / 3600))

    environment.process(arrivals())
    began = time.process_time()
    environment.run()
    return contacts / (time.process_time() - began)


def run() -> dict[str, float | str]:
    exponential_table()  # made once, before the clock runs
    rounds = [(one := ours(), theirs(one.events, one.contacts)) for _ in range(ROUNDS)]
    speed, other = max(one.speed for one, _ in rounds), max(other for _, other in rounds)
    return {
        "contacts a second": speed,
        "events a contact": rounds[0][0].events,
        "commands a contact": rounds[0][0].commands,
        "SimPy M/M/n+M contacts a second": other,
        "ours / SimPy": speed / other,
    }
