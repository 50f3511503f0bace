"""A queue that's nothing but its arithmetic, fed with the twin's own dice: the cheap model
beside the twin. Many replications at once, each a column.

First come, first served, with any number of equal servers: whoever comes waits until the first
server is free, unless their patience ends before that (Kiefer and Wolfowitz 1955; Baccelli and
Hébuterne 1981). It has nothing of the floor's: no index, no log, no events, no timers."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from roost.simulator.arrivals import UNIT
from roost.simulator.dice import SCALE, exponential_table, key_of
from simulation.theory.twin import FIRST_US, FOR_EVER, Centre, Class, Waits

Lengths = NDArray[np.int64]
Bits = NDArray[np.uint64]

U64 = np.uint64
GOLDEN, KEYED = U64(0x9E3779B97F4A7C15), U64(0xD1342543DE82EF95)
MIX = U64(0xBF58476D1CE4E5B9), U64(0x94D049BB133111EB)
TABLE: Lengths = np.array(exponential_table(), dtype=np.int64)
UNITS_OF_AN_HOUR = 3_515_625, 1 << 14  # an hour in µs by a unit of expected calls, shortened
assert UNITS_OF_AN_HOUR[0] * UNIT == 3_600_000_000 * UNITS_OF_AN_HOUR[1]
BLOCK = 500  # contacts drawn at a time
PATIENCE, HANDLE = 2, 3  # the how manyth draw of a caller's dice: simulator/callers.py


def mixed(z: Bits) -> Bits:
    """SplitMix64's output of these states."""
    with np.errstate(over="ignore"):
        z = (z ^ (z >> U64(30))) * MIX[0]
        z = (z ^ (z >> U64(27))) * MIX[1]
        return z ^ (z >> U64(31))


def drawn(seeds: Any, keys: Any, turns: Any) -> Bits:
    """What `Dice(seed, key)` gives at turn 1, 2, 3…"""
    with np.errstate(over="ignore"):
        return mixed(mixed(seeds * GOLDEN + keys * KEYED + GOLDEN) + turns * GOLDEN)


def lengths(bits: Bits, mean: int) -> Lengths:
    """Exponential ones."""
    return TABLE[(bits >> U64(53)).astype(np.int64)] * mean // SCALE


def callers(centre: Centre, seeds: range, contacts: int) -> Iterator[tuple[Lengths, ...]]:
    """When they come, how long they're handled, how patient they are: for each contact of the
    only class, an array over the seeds."""
    (klass,) = centre.classes
    for at, handle, patience in drawn_of(centre, klass, seeds, contacts):
        yield from zip(at, handle, patience, strict=True)


def drawn_of(
    centre: Centre, klass: Class, seeds: range, contacts: int
) -> Iterator[tuple[Lengths, ...]]:
    """The same, a block of contacts at a time; rows are contacts, columns seeds."""
    key = key_of("stream", klass.queue)
    of = np.array(seeds, dtype=U64)[None, :]
    hour, units = UNITS_OF_AN_HOUR[0], UNITS_OF_AN_HOUR[1] * klass.per_hour
    passed = np.zeros(len(seeds), np.int64)
    for first in range(0, contacts, BLOCK):
        numbers = np.arange(first, min(first + BLOCK, contacts), dtype=U64)[:, None]
        gaps = lengths(drawn(of, U64(key), numbers + U64(1)), UNIT)
        calls = passed + np.cumsum(gaps, axis=0)
        passed = calls[-1]
        keys = numbers + U64(key + 2)
        handle = lengths(drawn(of, keys, U64(HANDLE)), centre.handle_us)
        if klass.most_us < FOR_EVER:
            patience = np.full_like(handle, klass.most_us)
        elif klass.patience_us:
            patience = lengths(drawn(of, keys, U64(PATIENCE)), klass.patience_us)
        else:
            patience = np.full_like(handle, FOR_EVER)
        yield FIRST_US + calls * hour // units, handle, patience


def played(centre: Centre, seeds: range, contacts: int) -> Iterator[tuple[Lengths, Any]]:
    """How long each contact waited, and whether it was answered; arrays over the seeds."""
    (pool,) = centre.pools
    rows = np.arange(len(seeds))
    free = np.zeros((len(seeds), pool.agents), np.int64)
    for at, handle, patience in callers(centre, seeds, contacts):
        first = free.argmin(axis=1)
        begin = np.maximum(free[rows, first], at)
        answered = (begin == at) | (begin - at < patience)
        free[rows, first] = np.where(answered, begin + handle, free[rows, first])
        yield np.minimum(begin - at, np.where(answered, FOR_EVER, patience)), answered


def one(centre: Centre, seed: int, contacts: int) -> Waits:
    """The same for one seed, as the twin gives it."""
    waited, answered = zip(*played(centre, range(seed, seed + 1), contacts), strict=True)
    return Waits(np.zeros(contacts, np.int64), np.concatenate(waited), np.concatenate(answered))
