"""The small centre of docs/explanation/who-gets-whom.md, played by the twin.

Li (bills 5), Mo (bills 2, outage 5) and Ann (outage 3), two queues, six hours. What a policy does
is read from the same runs under other definitions: the same callers, patience and matters.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from roost.definitions.edits import edits_of
from roost.definitions.load import Loaded, load
from roost.kernel.time import Zone
from roost.office.counting import Facts
from roost.office.measures.facts import What
from roost.simulator.figures import Ledger
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, job_of, play

SEEDS: Final = range(1, 41)
CLIENT: Final = "clients/grid/client.yaml"
NAMES: Final = {"1001": "Li", "1002": "Mo", "1003": "Ann"}
FILES: Final = {
    "centre.yaml": """
name: A small centre
zone: Asia/Shanghai
skills: {bills: Bills, outage: Power failures}
teams:
  day: {name: Day team}
""",
    "agents.yaml": """
agents:
  "1001": {name: Li, team: day, skills: {bills: 5}}
  "1002": {name: Mo, team: day, skills: {bills: 2, outage: 5}}
  "1003": {name: Ann, team: day, skills: {outage: 3}}
""",
    CLIENT: """
name: Power grid
language: en
numbers: {"95598": main}
queues:
  bills:
    skills: {bills: 4}
    ring: 15s
    wrap_up: 60s
    service_level: {within: 20s, short: 5s}
  outage:
    skills: {outage: 1}
    ring: 15s
    wrap_up: 60s
    service_level: {within: 20s, short: 5s}
default_queue: bills
sorry: {music: soft}
record: false
wrap_up_codes: [{code: done, label: Done}]
""",
    "clients/grid/flows/main.yaml": """
about: One of two
steps:
  answer: {answer: true}
  choose:
    menu:
      say: {music: soft}
      choices: {"1": {label: bills, then: bills}, "2": {label: outage, then: outage}}
      first: 4s
      attempts: 1
      otherwise: bills
  bills:
    queue: {to: bills, waiting: [{music: soft}], most: 30m, otherwise: done}
  outage:
    queue: {to: outage, waiting: [{music: soft}], most: 30m, otherwise: done}
  done: {hang_up: done}
""",
    "scenarios/day.yaml": """
begins: 2026-03-02 09:00
lasts: 6h
interval: 30m
streams:
  all:
    client: grid
    number: "95598"
    rates: {"09:00-15:00": 34}
    keys: {"1": 45, "2": 55}
patience: {any: 8m}
handling:
  any: {talk: 2m40s, wrap_up: 20s}
work:
  - {team: day, hours: 09:00-15:00}
decline_percent: 0
""",
}


class Visit(NamedTuple):
    """One contact in a queue: when it came since the beginning, how long it waited, in seconds."""

    queue: str
    at: float
    waited: float
    answered: bool


class Seen(NamedTuple):
    """What many runs under one set of definitions came to."""

    visits: list[list[Visit]]  # of each seed
    segments: dict[tuple[str, str], int]  # by queue and agent
    busy: dict[str, float]  # seconds with contacts, by agent
    outcomes: list[Outcome]
    zone: Zone

    def of(self, queue: str) -> list[Visit]:
        return [one for run in self.visits for one in run if one.queue == queue]

    def answered_within(self, queue: str, seconds: float) -> float:
        """Per cent of all who came."""
        all_of = self.of(queue)
        in_time = sum(one.answered and one.waited <= seconds for one in all_of)
        return 100 * in_time / len(all_of)


class _Watched(Ledger):
    """An observer of one run."""

    def __init__(self, start: int) -> None:
        super().__init__(())
        self.start = start
        self.visits: list[Visit] = []
        self.segments: dict[tuple[str, str], int] = {}
        self.busy: dict[str, float] = {}

    def counted(self, facts: Facts) -> None:
        for fact in facts:
            queue = fact.queue.rpartition("/")[2]
            if fact.what is What.VISIT and queue:
                at = (fact.at - self.start) / 1e6
                answered = fact.word == "answered"
                self.visits.append(Visit(queue, at, fact.waited_us / 1e6, answered))
            elif fact.what is What.SEGMENT:
                name = NAMES.get(fact.agent, fact.agent)
                key = (queue, name)
                self.segments[key] = self.segments.get(key, 0) + 1
                spent = (fact.talk_us + fact.hold_us + fact.wrap_up_us) / 1e6
                self.busy[name] = self.busy.get(name, 0) + spent


@cache
def _job(changes: tuple[str, ...]) -> Job:
    with TemporaryDirectory(prefix="roost-") as folder:
        for name, text in FILES.items():
            file = Path(folder) / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        loaded = load(folder, edits_of(list(changes), "scenarios/day.yaml"))
        if not isinstance(loaded, Loaded):
            raise SystemExit("\n".join(map(str, loaded)))
        return job_of(loaded, "day")


def seen(changes: Sequence[str] = (), seeds: Iterable[int] = SEEDS) -> Seen:
    """The small centre under changes, as `roost simulate --what-if` writes them."""
    job = _job(tuple(changes))
    found = Seen([], {}, {}, [], job.frame.zone)
    for seed in seeds:
        watched = _Watched(job.scenario.start)
        found.outcomes.append(play(job, seed, watched))
        watched.end_records()
        found.visits.append(watched.visits)
        for key, count in watched.segments.items():
            found.segments[key] = found.segments.get(key, 0) + count
        for name, spent in watched.busy.items():
            found.busy[name] = found.busy.get(name, 0) + spent
    return found
