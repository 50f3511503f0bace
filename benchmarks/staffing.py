"""A week's staffing of fifty queues: as few people by the hour as keep five contracts' promises.

`roost staff` without its printing, on the pool of `_pool.py` with 50,000 contacts a week and
fifteen skills each: Erlang A by interval first, then corrected by simulated weeks on two cores,
each of all days at once.
ROOST_BENCH_CONTACTS says how many contacts a week has; ROOST_BENCH_ROUNDS how many rounds there
may be.
"""

import os
import resource
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks import _pool
from roost.office.measures.intervals import Grain
from roost.simulator.many import Results, Task, cores, play_many
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, job_of
from roost.simulator.search import Search

CONTACTS: Final = int(os.environ.get("ROOST_BENCH_CONTACTS", "50000"))
ROUNDS: Final = int(os.environ.get("ROOST_BENCH_ROUNDS", "6"))
SKILLS_EACH: Final = 15  # a pool that's shared more: a third of the week's people at most
SEEDS: Final = range(1, 4)


def run() -> dict[str, float | str]:
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        _pool.write(Path(folder), contacts=CONTACTS, skills_each=SKILLS_EACH)
        job = job_of(_pool.read(Path(folder)), "week")
    results, weeks, told = Results(), [0], list[str]()
    processes = min(2, cores())

    def done(_: Task, __: Outcome) -> None:
        weeks[0] += 1

    def play(one: Job, seeds: Sequence[int]) -> Sequence[Outcome]:
        assert play_many([one], seeds, results, processes, done)
        return results.complete([one], seeds)[0]

    def tell(_: int, plan: list[int], sure: float) -> None:
        told.append(f"{sum(plan)} hours, {sure:.0%}")

    used, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    found = Search(job, Grain.HOUR, play, SEEDS).run(ROUNDS, tell)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime
    return {
        "queues": float(len(job.floor.queues)),
        "contacts a week": sum(need.offered for need in found.needs),
        "intervals": float(len(found.needs)),
        "every promise kept": "yes" if found.whole else "no",
        "sure by (the least sure of five)": min(one.sure for one in found.kept),
        "agent hours": found.agent_hours,
        "agent hours by Erlang A alone": float(sum(need.analytic for need in found.needs)),
        "rounds": "; ".join(told),
        "weeks simulated": float(weeks[0]),
        "seconds": wall,
        "CPU seconds on each of two cores": spent / 2,
    }
