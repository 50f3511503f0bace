"""The contract's order against plain priority and time: one pool, three clients, a tight Monday."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

import msgspec

from roost.definitions import load
from roost.definitions.load import Loaded
from roost.office.measures.intervals import Grain
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, job_of, play

EXAMPLE: Final = Path(__file__).parents[2] / "examples" / "bpo"
SEEDS: Final = range(1, 7)


def total(outcome: Outcome, name: str) -> float:
    """Of all clients together."""
    clients = (cell for cell in outcome.cells if cell.client and not cell.queue)
    return sum(cell.amounts.get(name, 0) for cell in clients)


def kept(outcome: Outcome) -> int:
    return sum(one.kept is True for one in outcome.judged)


def both(seed: int) -> tuple[Outcome, Outcome]:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    plain = job_of(loaded, "monday", Grain.DAY)
    floor = msgspec.structs.replace(plain.floor, order="contract")
    by_contract: Job = msgspec.structs.replace(plain, floor=floor)
    return play(plain, seed), play(by_contract, seed)


def test_the_contracts_order_keeps_more_promises_and_loses_less_money() -> None:
    """The same customers by both orders; the seeds were fixed beforehand."""
    with ProcessPoolExecutor(2) as pool:
        pairs = list(pool.map(both, SEEDS))
    plain = [one for one, _ in pairs]
    ordered = [other for _, other in pairs]
    assert [total(one, "offered") for one in plain] == [total(one, "offered") for one in ordered]
    penalty = [sum(total(one, "penalty") for one in side) for side in (plain, ordered)]
    assert penalty[1] < 0.6 * penalty[0], penalty
    promises = [sum(map(kept, side)) for side in (plain, ordered)]
    assert promises[1] > promises[0], promises
    late = sum(total(one, "abandoned") for one in ordered) / sum(
        total(one, "abandoned") for one in plain
    )
    assert late < 1.1, "nobody else pays for it by giving up"
