"""The twin with every policy on: contacts a second of a week of 200 agents and 50 skills.

The production engine in virtual time, with flows, recordings, rings, rest, contract-aware order,
prices and terms (`_pool.py`). Beside it SimPy, Ciw and salabim play a bare M/M/n+M with as many
happenings a contact as ours has events, and an empty loop passes as many through a heap: they
decide nothing. All take turns, and the best turn of each counts: other load on the machine only
ever makes one slower. ROOST_BENCH_WEEK=1 plays the whole week instead of its first three hours.
"""

import gc
import os
import resource
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from benchmarks import _pool
from benchmarks._peers import PEERS, Load
from roost.kernel.time import HOUR, DurationUs
from roost.simulator.dice import exponential_table
from roost.simulator.outcome import Twin
from roost.simulator.play import Job, job_of
from roost.simulator.run import Simulation

HOURS: Final = 3
ROUNDS: Final = 3
PEERS_CONTACTS: Final = 3_000
PAGE: Final = resource.getpagesize()


class Ours(NamedTuple):
    """`speed` in contacts a second of CPU time, events and commands a contact; `grew`: the
    process, from the middle of the run to its end, in bytes for each contact of that half."""

    speed: float
    events: float
    commands: float
    contacts: int
    grew: float


def job(hours: int) -> Job:
    """The week, or its first hours."""
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        _pool.write(Path(folder))
        whole = job_of(_pool.read(Path(folder)), "week")
    if not hours:
        return whole
    scenario = msgspec.structs.replace(whole.scenario, length_us=DurationUs(hours * HOUR))
    return msgspec.structs.replace(whole, scenario=scenario)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def ours(of: Job) -> Ours:
    twin = Twin(of.frame, of.scenario)
    simulation = Simulation(of.floor, of.scenario, seed=1, keep=False, observers=(twin,))
    held: list[tuple[int, int]] = []
    timeline, callers = simulation.timeline, simulation.world.callers
    timeline.after(of.scenario.length_us // 2, lambda _: held.append((_resident(), callers.count)))
    timeline.after(of.scenario.length_us, lambda _: held.append((_resident(), callers.count)))
    gc.collect()
    gc.freeze()
    began = time.process_time()
    simulation.run()
    cells, judged = twin.outcome()
    spent = time.process_time() - began
    gc.unfreeze()
    contacts = callers.count
    assert judged, "terms are on"
    assert any(cell.amounts.get("revenue") for cell in cells), "prices are on"
    assert not simulation.incidents
    assert not twin.lost
    (before, first), (after, all_) = held
    return Ours(
        contacts / spent,
        simulation.events / contacts,
        simulation.steps / contacts,
        contacts,
        (after - before) / (all_ - first),
    )


def run() -> dict[str, float | str]:
    exponential_table()  # made once, before the clock runs
    week = bool(os.environ.get("ROOST_BENCH_WEEK"))
    of = job(0 if week else HOURS)
    turns: list[Ours] = []
    best = dict.fromkeys(PEERS, 0.0)
    happenings = dict.fromkeys(PEERS, 0.0)
    for _ in range(1 if week else ROUNDS):
        turns.append(one := ours(of))
        a_second = _pool.WEEK / _pool.DAYS / ((_pool.CLOSES - _pool.OPENS) * 3600)
        load = Load(PEERS_CONTACTS, a_second, _pool.AGENTS, round(one.events))
        for name, play in PEERS.items():
            found = play(load)
            best[name] = max(best[name], found.contacts_a_second)
            happenings[name] = found.happenings
    speed = max(one.speed for one in turns)
    figures: dict[str, float | str] = {
        "contacts": float(turns[0].contacts),
        "contacts a second": speed,
        "events a contact": turns[0].events,
        "commands from outside a contact": turns[0].commands,
        "bytes that stay of a contact": turns[-1].grew,
        f"a week of {_pool.WEEK:,} in seconds" + ("" if week else " (extrapolated)"): _pool.WEEK
        / speed,
    }
    for name, other in best.items():
        figures[f"{name}: contacts a second"] = other
        figures[f"{name}: happenings a contact"] = happenings[name]
        figures[f"ours / {name}"] = speed / other
    return figures
