"""A scenario played once, with its figures, its digest, and its log kept and proved if asked."""

import time
from pathlib import Path
from typing import Any

import msgspec

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.definitions import compile_contracts, compile_floor
from roost.definitions.load import Loaded
from roost.engine.verify import verify
from roost.floor.cell import ROOM
from roost.kernel.envelope import Envelope
from roost.ports.log import Batch, LogWriter
from roost.simulator.figures import Ledger
from roost.simulator.loading import scenario_of
from roost.simulator.run import STREAM, Simulation

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


def play(loaded: Loaded, name: str, seed: int, data: Path | None) -> dict[str, Any]:
    """One seed's figures; `data` keeps its log, and proves it. Raises HoldsALog."""
    ledger = Ledger(compile_contracts(loaded))
    store = kept(data) if data is not None else None
    keeper = Keeper(store.writer(STREAM)) if store is not None else None
    simulation = Simulation(
        compile_floor(loaded, "simulated"),
        scenario_of(loaded, name),
        seed,
        keep=False,
        digest=True,
        observers=(ledger, keeper) if keeper else (ledger,),
    )
    began = time.perf_counter()
    simulation.run()
    spent = time.perf_counter() - began
    summary, earned = ledger.summary(), ledger.earned()
    proof = None
    if keeper and store:
        keeper.flush()
        proof = verify(ROOM, STREAM, store.reader())
    return {
        "seed": seed,
        **msgspec.to_builtins(summary),
        "earned": msgspec.to_builtins(earned),
        "events": simulation.events,
        "digest": simulation.digest(),
        "incidents": len(simulation.incidents),
        "verified": proof.ok if proof else None,
        "contacts_per_second": round(simulation.world.callers.count / spent),
    }
