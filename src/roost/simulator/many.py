"""Many runs at once: a process for each core, and what's done kept, so that it can go on.

Runs differ in their seed and in the job (a scenario, or a changed one); the same seed of several
jobs meets the same customers. Ctrl-C ends the processes; what was done by then counts.
"""

import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, play

AHEAD: Final = 2  # runs handed to each process at a time

Task = tuple[str, int]  # the job's fingerprint and the seed
Done = Callable[[Task, Outcome], None]

_JOBS: dict[str, Job] = {}


class Kept(Struct, frozen=True):
    """One line of a file of results."""

    job: str
    outcome: Outcome


class Results:
    """Outcomes by job and seed; in a file as well, if there's one, to go on from."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.found: dict[Task, Outcome] = {}
        if file is not None and file.exists():
            for line in file.read_bytes().splitlines():
                try:
                    kept = msgspec.json.decode(line, type=Kept)
                except msgspec.DecodeError:
                    continue  # cut off while it was written
                self.found[kept.job, kept.outcome.seed] = kept.outcome

    def take(self, task: Task, outcome: Outcome) -> None:
        """A run is done."""
        self.found[task] = outcome
        if self.file is not None:
            with self.file.open("ab") as file:
                file.write(msgspec.json.encode(Kept(task[0], outcome)) + b"\n")

    def complete(self, jobs: Iterable[Job], seeds: Iterable[int]) -> list[list[Outcome]]:
        """Each job's outcomes of the seeds that all jobs have, in the seeds' order."""
        names = [job.fingerprint() for job in jobs]
        both = [seed for seed in seeds if all((name, seed) in self.found for name in names)]
        return [[self.found[name, seed] for seed in both] for name in names]


def cores() -> int:
    """How many processes this one may use at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def play_many(
    jobs: list[Job], seeds: Iterable[int], results: Results, processes: int, done: Done
) -> bool:
    """Plays whatever isn't in `results` yet, seed by seed; `done` hears of each run. False if it
    was interrupted."""
    by_name = {job.fingerprint(): job for job in jobs}
    tasks = [
        (name, seed) for seed in seeds for name in by_name if (name, seed) not in results.found
    ]

    def take(task: Task, outcome: Outcome) -> None:
        results.take(task, outcome)
        done(task, outcome)

    try:
        if processes <= 1 or len(tasks) <= 1:
            for task in tasks:
                take(task, play(by_name[task[0]], task[1]))
        else:
            for task, outcome in _spread(by_name, tasks, min(processes, len(tasks))):
                take(task, outcome)
    except KeyboardInterrupt:
        return False
    return True


def _spread(
    jobs: dict[str, Job], tasks: list[Task], processes: int
) -> Iterator[tuple[Task, Outcome]]:
    pool = ProcessPoolExecutor(
        processes, mp_context=get_context("spawn"), initializer=_begin, initargs=(jobs,)
    )
    left = iter(tasks)
    running: dict[Future[Outcome], Task] = {}
    try:
        while True:
            while len(running) < AHEAD * processes and (task := next(left, None)) is not None:
                running[pool.submit(_play, task)] = task
            if not running:
                break
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                yield running.pop(future), future.result()
    finally:
        pool.shutdown(wait=not running, cancel_futures=True)
        if running:
            for process in list((pool._processes or {}).values()):
                process.terminate()


def _begin(jobs: dict[str, Job]) -> None:
    """In a process of its own: Ctrl-C is for the one that waits for us."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _JOBS.update(jobs)


def _play(task: Task) -> Outcome:
    return play(_JOBS[task[0]], task[1])
