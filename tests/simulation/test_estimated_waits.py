"""Estimated waits against waits that contacts had, or would have had: the bar that they keep."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from roost.definitions import load
from roost.definitions.load import Loaded
from roost.floor.queues.messages import ContactDequeued, Outcome
from roost.kernel.envelope import Envelope
from roost.kernel.time import DAY, SECOND
from roost.ports.simulations import WaitError
from roost.simulator.guesses import wait_errors
from roost.simulator.play import Job, job_of, play
from roost.simulator.run import Simulation
from roost.simulator.turns import Turns, Visit

EXAMPLES = Path(__file__).parents[2] / "examples"


@cache
def job(example: str, scenario: str) -> Job:
    loaded = load(EXAMPLES / example)
    assert isinstance(loaded, Loaded), loaded
    return job_of(loaded, scenario)


class Waits:
    """A run that remembers each visit's wait: had, or would have had."""

    def __init__(self, seed: int, stays: str = "") -> None:
        """`stays`: the leg of a caller who never gives up."""
        played = job("power-grid", "storm")
        self.waits: dict[str, int] = {}
        self.gave_up: dict[str, int] = {}
        self.simulation = Simulation(played.floor, played.scenario, seed, keep=False)
        turns = Turns(lambda: self.simulation.engine.state, lambda visit, at: None, self.found)
        self.simulation.observers = (turns, self.sees)
        callers = self.simulation.world.callers
        patience = callers.patience_of

        def patience_of(caller: Any) -> int:
            return DAY if caller.leg == stays else patience(caller)

        callers.patience_of = patience_of  # type: ignore[method-assign]
        self.simulation.run()

    def found(self, visit: Visit, waited_us: int) -> None:
        self.waits.setdefault(visit.contact, waited_us)

    def sees(self, envelope: Envelope) -> None:
        body = envelope.body
        if isinstance(body, ContactDequeued) and body.outcome is Outcome.ABANDONED:
            assert body.contact is not None
            self.gave_up[body.contact] = body.waited_us


def test_who_gave_up_would_have_waited_as_long_as_if_they_had_stayed() -> None:
    """Each of some who gave up in a storm stays in a run of its own, with everything else as it
    was: the wait is what was said of them."""
    run = Waits(seed=4)
    some = sorted(run.gave_up.keys() & run.waits.keys())[3::9][:6]
    assert len(some) == 6
    off: list[int] = []
    for contact in some:
        stayed = Waits(seed=4, stays=f"in{contact[1:]}")
        assert contact not in stayed.gave_up
        off.append(abs(run.waits[contact] - stayed.waits[contact]))
    assert sorted(off)[3] < 3 * SECOND, off
    assert max(off) < 20 * SECOND, f"but for a phone that nobody answers: {off}"


def errors(example: str, scenario: str, *seeds: int) -> WaitError:
    """Of everybody, over some runs."""
    played = [play(job(example, scenario), seed).guessed for seed in seeds]
    found = wait_errors(played)[0]
    assert (found.client, found.queue) == ("", "")
    return found


def holds(found: WaitError, *, contacts: int, median: float, p90: float, bias: float) -> None:
    assert found.contacts >= contacts
    assert found.median is not None
    assert found.p90 is not None
    assert found.bias is not None
    assert found.median <= median, found
    assert found.p90 <= p90, found
    assert abs(found.bias) <= bias, found


def test_on_a_stormy_evening_and_in_a_pool_of_three_clients_the_error_stays_below_its_bar() -> None:
    """Mean waits, had everybody stayed, are 202 and 33 seconds; the seeds were fixed beforehand."""
    holds(errors("power-grid", "storm", 1, 2), contacts=500, median=45, p90=150, bias=20)
    holds(errors("bpo", "monday", 1), contacts=200, median=15, p90=40, bias=6)


@pytest.mark.soak
def test_over_a_week_the_error_stays_below_its_bar() -> None:
    """With a storm on one evening of it. Who called just before everybody went home would have
    waited until morning: a few of those are most of the bias."""
    holds(errors("power-grid", "week", 1, 2, 3, 4), contacts=3_000, median=32, p90=90, bias=90)
