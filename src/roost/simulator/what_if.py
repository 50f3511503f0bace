"""What if: the same scenario with something changed, to be played with the same customers.

A change is a folder with other definitions, or small changes joined by `; `:

    work.0.most=8                                     of the scenario
    clients/a/flows/main.yaml:steps.bills.queue.most=2m    of another file
    agents=-3, agents=+2                              fewer of those who work, or more like them
    load=120                                          so many of the usual calls, in a hundred
"""

import re
from pathlib import Path
from typing import Final

import msgspec

from roost.definitions import compile_contracts, compile_floor
from roost.definitions.edits import PART, BadEdit, edits_of
from roost.definitions.load import Loaded, load
from roost.definitions.problems import Problem
from roost.floor.definition import Agent
from roost.kernel.ids import AgentId
from roost.office.measures.intervals import Grain
from roost.simulator.play import Job, job_of
from roost.simulator.scenario import Burst, Shift

AGENTS: Final = re.compile(r"agents=([+-]\d{1,6})")
LOAD: Final = re.compile(r"load=(\d{1,5})%?")


class Unclear(Exception):
    """The change can't be made; the words say why."""


def changed(folder: Path, scenario: Path, change: str, grain: Grain | None) -> Job | list[Problem]:
    """The scenario's job under a change. Raises Unclear."""
    other = Path(change)
    if "=" not in change and other.is_dir():
        return _in(other, scenario, grain)
    plain, quick = _sorted(change)
    try:
        edits = edits_of(plain, f"scenarios/{scenario.name}")
    except BadEdit as bad:
        raise Unclear(f"{bad}; or name a folder with other definitions") from None
    loaded = load(folder, edits)
    if not isinstance(loaded, Loaded):
        return loaded
    return _quickly(job_of(loaded, scenario.stem, grain), quick)


def changed_log(job: Job, change: str) -> Job | list[Problem]:
    """A log's job with other people, or under a folder's definitions. Raises Unclear."""
    folder = Path(change)
    if "=" not in change and folder.is_dir():
        loaded = load(folder)
        if not isinstance(loaded, Loaded):
            return loaded
        return msgspec.structs.replace(
            job,
            floor=compile_floor(loaded, "simulated"),
            scenario=msgspec.structs.replace(job.scenario, changes=()),
            frame=msgspec.structs.replace(job.frame, contracts=compile_contracts(loaded)),
        )
    plain, quick = _sorted(change)
    if plain or any(found.re is LOAD for found in quick):
        raise Unclear(f"{change!r}: a log is changed by agents=±N, or by a folder of definitions")
    return _quickly(job, quick)


def _sorted(change: str) -> tuple[list[str], list[re.Match[str]]]:
    """Changes of documents, and quick ones."""
    plain: list[str] = []
    quick: list[re.Match[str]] = []
    for part in change.split(PART):
        found = AGENTS.fullmatch(part.strip()) or LOAD.fullmatch(part.strip())
        if found is None:
            plain.append(part.strip())
        else:
            quick.append(found)
    return plain, quick


def _quickly(job: Job, quick: list[re.Match[str]]) -> Job:
    for found in quick:
        job = _staffed(job, int(found[1])) if found.re is AGENTS else _loaded(job, int(found[1]))
    return job


def _in(folder: Path, scenario: Path, grain: Grain | None) -> Job | list[Problem]:
    """The scenario of the same name in another folder."""
    loaded = load(folder)
    if not isinstance(loaded, Loaded):
        return loaded
    if scenario.stem not in loaded.scenarios:
        raise Unclear(f"{folder} has no scenarios/{scenario.name}: copy it there")
    return job_of(loaded, scenario.stem, grain)


def _staffed(job: Job, more: int) -> Job:
    """Fewer people: without the last ones; or more, each like one of the last."""
    scenario, floor = job.scenario, job.floor
    at_work = list(dict.fromkeys(shift.agent for shift in scenario.shifts))
    if more < 0:
        if -more >= len(at_work):
            raise Unclear(f"only {len(at_work)} work: agents={more} would leave nobody")
        gone = set(at_work[more:])
        shifts = tuple(shift for shift in scenario.shifts if shift.agent not in gone)
        return _with(job, shifts, floor.agents)
    known = {agent.id: agent for agent in floor.agents}
    shifts, agents = list(scenario.shifts), list(floor.agents)
    for count in range(more):
        like, name = at_work[-1 - count % len(at_work)], AgentId(f"more-{count + 1}")
        agents.append(msgspec.structs.replace(known[like], id=name))
        shifts += [
            Shift(name, shift.from_us, shift.until_us)
            for shift in scenario.shifts
            if shift.agent == like
        ]
    return _with(job, tuple(shifts), tuple(agents))


def _with(job: Job, shifts: tuple[Shift, ...], agents: tuple[Agent, ...]) -> Job:
    return msgspec.structs.replace(
        job,
        scenario=msgspec.structs.replace(job.scenario, shifts=shifts),
        floor=msgspec.structs.replace(job.floor, agents=agents),
    )


def _loaded(job: Job, percent: int) -> Job:
    scenario = job.scenario
    burst = Burst(0, scenario.length_us, percent=percent)
    faults = msgspec.structs.replace(scenario.faults, bursts=(*scenario.faults.bursts, burst))
    return msgspec.structs.replace(job, scenario=msgspec.structs.replace(scenario, faults=faults))
