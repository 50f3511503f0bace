"""What somebody asks to be played, in a terminal or on a page, as jobs: the first as it is, one
for each change."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from roost.definitions.load import Loaded, load
from roost.office.measures.intervals import Grain
from roost.simulator.history import NothingThere
from roost.simulator.logs import NoPeriod, past
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, job_of
from roost.simulator.what_if import Unclear, changed, changed_log

SUM: Final = re.compile(r"|[0-9]{1,9}(\.[0-9]{1,6})?")


class CannotPlay(Exception):
    """What's wrong, line by line. `misused`: with what was asked, and not with a definition."""

    def __init__(self, *lines: str, misused: bool = False) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines
        self.misused = misused


@dataclass(frozen=True)
class Playable:
    """Jobs and their names; `actual` is what did happen, where a log is played again, and `says`
    what the twin doesn't know then."""

    jobs: list[Job]
    names: list[str]
    actual: Outcome | None = None
    says: list[str] = field(default_factory=list[str])


def of_scenario(scenario: Path, changes: list[str], grain: Grain | None) -> Playable:
    """A scenario of a centre's folder (DIR/scenarios/NAME.yaml). Raises CannotPlay."""
    folder = scenario.parent.parent
    loaded = load(folder)
    if not isinstance(loaded, Loaded):
        raise CannotPlay(*map(str, loaded))
    if scenario.stem not in loaded.scenarios:
        known = ", ".join(sorted(loaded.scenarios)) or "none"
        raise CannotPlay(f"{scenario}: no such scenario; {folder} has: {known}")
    jobs = [job_of(loaded, scenario.stem, grain)]
    for change in changes:
        try:
            job = changed(folder, scenario, change, grain)
        except Unclear as unclear:
            raise CannotPlay(str(unclear), misused=True) from None
        if isinstance(job, list):
            raise CannotPlay(*map(str, job))
        jobs.append(job)
    return Playable(jobs, [scenario.stem, *changes])


def of_log(
    data: Path, period: str, changes: list[str], grain: Grain, agent_hour: str, name: str
) -> Playable:
    """A period of the log under a data folder, as it was. Raises CannotPlay."""
    if SUM.fullmatch(agent_hour) is None:
        raise CannotPlay(f"{agent_hour!r} is no sum: write 68.00", misused=True)
    try:
        found = past(data, period, grain, agent_hour)
    except NoPeriod as no:
        raise CannotPlay(str(no), misused=True) from None
    except NothingThere as nothing:
        raise CannotPlay(str(nothing)) from None
    jobs = [found.job]
    for change in changes:
        try:
            job = changed_log(found.job, change)
        except Unclear as unclear:
            raise CannotPlay(str(unclear), misused=True) from None
        if isinstance(job, list):
            raise CannotPlay(*map(str, job))
        jobs.append(job)
    says: list[str] = []
    if found.under_way:
        says.append(
            f"{found.under_way} contacts were under way when it began: the twin doesn't know of "
            "them. Begin where the centre is quiet."
        )
    return Playable(jobs, [name, *changes], found.actual, says)
