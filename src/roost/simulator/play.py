"""A scenario played once: what it came to, and its log kept and proved if asked."""

import hashlib
import time
from pathlib import Path

import msgspec
from msgspec import UNSET, Struct

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.definitions import compile_contracts, compile_floor
from roost.definitions.load import Loaded
from roost.definitions.times import zone
from roost.engine.verify import verify
from roost.floor.cell import ROOM
from roost.floor.definition import Floor
from roost.kernel.envelope import Envelope
from roost.kernel.time import DAY
from roost.office.measures.intervals import Grain
from roost.ports.log import Batch, LogWriter
from roost.simulator.guesses import Guesses
from roost.simulator.loading import scenario_of
from roost.simulator.outcome import Frame, Outcome, Twin
from roost.simulator.run import STREAM, Observer, Simulation
from roost.simulator.scenario import Scenario

GROUP = 2_000  # events a commit: a simulated log is written by nobody else meanwhile


class HoldsALog(Exception):
    """The folder named for the log isn't empty."""


class Keeper:
    """An observer that keeps the log in a store."""

    def __init__(self, writer: LogWriter) -> None:
        self.writer = writer
        self.group: list[Envelope] = []

    def __call__(self, envelope: Envelope) -> None:
        self.group.append(envelope)
        if len(self.group) >= GROUP:
            self.flush()

    def flush(self) -> None:
        if self.group:
            self.writer.append(Batch(self.group))
            self.group = []


def kept(data: Path) -> SqliteStore:
    """A store for a new log under `data`. Raises HoldsALog."""
    streams = data / "streams"
    streams.mkdir(parents=True, exist_ok=True)
    store = SqliteStore(streams, KeyFile(data / "keys.json"))
    if store.reader().last(STREAM):
        raise HoldsALog(f"{data} holds a log already. Mend: name an empty folder.")
    return store


class Job(Struct, frozen=True):
    """What is played, whatever the seed: all that a process of its own needs."""

    floor: Floor
    scenario: Scenario
    frame: Frame

    def fingerprint(self) -> str:
        """The same for the same definitions and the same scenario."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]


def job_of(loaded: Loaded, name: str, grain: Grain | None = None) -> Job:
    """A scenario of a centre's folder; raises KeyError."""
    scenario, document = scenario_of(loaded, name), loaded.scenarios[name].document
    if grain is None:
        usual = Grain.HALF if scenario.length_us <= 7 * DAY else Grain.DAY
        grain = usual if document.interval is UNSET else Grain(document.interval.value)
    frame = Frame(
        zone=zone(loaded.centre.document.zone),
        grain=grain,
        contracts=compile_contracts(loaded),
        agent_hour="" if document.agent_hour is UNSET else document.agent_hour,
    )
    return Job(compile_floor(loaded, "simulated"), scenario, frame)


def play(job: Job, seed: int, *observers: Observer, digest: bool = False) -> Outcome:
    """One seed's outcome."""
    twin = Twin(job.frame, job.scenario)
    simulation = Simulation(
        job.floor, job.scenario, seed, keep=False, digest=digest, observers=(twin, *observers)
    )
    guesses = Guesses(simulation)
    simulation.observers = (*simulation.observers, guesses.turns)
    began = time.perf_counter()
    simulation.run()
    cells, judged = twin.outcome()
    return Outcome(
        seed=seed,
        cells=cells,
        judged=judged,
        contacts=simulation.world.callers.count,
        events=simulation.events,
        lost=twin.lost,
        incidents=len(simulation.incidents),
        digest=simulation.digest() if digest else "",
        seconds=time.perf_counter() - began,
        guessed=guesses.outcome(),
    )


def play_and_keep(job: Job, seed: int, data: Path) -> tuple[Outcome, bool]:
    """The same, its log kept under `data` and proved: whether it folds to the same. Raises
    HoldsALog."""
    store = kept(data)
    keeper = Keeper(store.writer(STREAM))
    outcome = play(job, seed, keeper, digest=True)
    keeper.flush()
    return outcome, verify(ROOM, STREAM, store.reader()).ok
