"""What if: the storm under two staffings with the same customers, over many seeds on two cores.

`roost simulate … --what-if` without its printing: each seed is played as it is and with another
agent, by a process for each core. The seeds are a fifth of a hundred unless ROOST_BENCH_SEEDS says
otherwise; a hundred are extrapolated from them.
"""

import os
import resource
import time
from pathlib import Path
from typing import Final

from roost.simulator.estimates import FIGURES, difference, estimate
from roost.simulator.many import Results, Task, cores, play_many
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job
from roost.simulator.what_if import changed

EXAMPLE: Final = Path(__file__).parents[1] / "examples" / "power-grid"
STORM: Final = EXAMPLE / "scenarios" / "storm.yaml"
CHANGE: Final = "agents=+1"
SEEDS: Final = int(os.environ.get("ROOST_BENCH_SEEDS", "20"))
HUNDRED: Final = 100
LEVEL: Final = next(figure for figure in FIGURES if figure.id == "service_level")


def _job(change: str) -> Job:
    made = changed(EXAMPLE, STORM, change, None)
    assert isinstance(made, Job), made
    return made


def _wholes(outcomes: list[Outcome]) -> list[dict[str, float]]:
    """Each run's amounts, of everybody."""
    found: list[dict[str, float]] = []
    for outcome in outcomes:
        sums: dict[str, float] = {}
        for cell in outcome.cells:
            if not cell.client and not cell.queue:
                for name, value in cell.amounts.items():
                    sums[name] = sums.get(name, 0) + value
        found.append(sums)
    return found


def _cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run() -> dict[str, float | str]:
    jobs = [_job("load=100"), _job(CHANGE)]
    seeds = range(1, SEEDS + 1)
    results, contacts = Results(), [0]

    def done(_: Task, outcome: Outcome) -> None:
        contacts[0] += outcome.contacts

    processes, cpu, began = min(2, cores()), _cpu_s(), time.monotonic()
    assert play_many(jobs, seeds, results, processes, done)
    wall = time.monotonic() - began
    spent = _cpu_s() - cpu
    plain, other = map(_wholes, results.complete(jobs, seeds))
    apart = (estimate(LEVEL, plain).half or 0.0) + (estimate(LEVEL, other).half or 0.0)
    paired = difference(LEVEL, plain, other).half or 0.0
    return {
        "seeds": float(SEEDS),
        "processes": float(processes),
        "runs": float(2 * SEEDS),
        "contacts": float(contacts[0]),
        "seconds": wall,
        "CPU seconds": spent,
        "cores in use": spent / wall,
        "a hundred seeds, CPU seconds on each of two cores": spent / SEEDS * HUNDRED / 2,
        "the difference is so many times as sure as both apart": apart / paired if paired else 0.0,
    }
