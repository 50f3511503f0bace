"""When calls come: instants of a stream, from dice of its own.

What comes on top (a storm, a growing client) is a source beside the usual one, with dice of its
own: the usual callers are the same with and without it (common random numbers).
"""

from collections.abc import Iterator
from typing import Final

from msgspec import Struct

from roost.simulator.dice import Dice, key_of
from roost.simulator.scenario import Burst, Expected, Known, Scenario, Stream

UNIT: Final = 1 << 24  # of one expected call


class Source(Struct, frozen=True):
    """Calls of a stream, in their order; `key` is what its callers' dice are made by."""

    stream: Stream
    key: int
    instants: Iterator[int]
    known: tuple[Known, ...] = ()


def sources(scenario: Scenario, seed: int) -> list[Source]:
    """All that calls: each stream, and each burst of it."""
    made: list[Source] = []
    for stream in scenario.streams:
        bursts = [one for one in scenario.faults.bursts if one.stream in ("", stream.name)]
        made.append(_usual(stream, [one for one in bursts if one.percent < 100], seed))
        for place, burst in enumerate(one for one in bursts if one.percent > 100):
            key = key_of("burst", f"{stream.name}/{place}")
            more = scattered(stream.expected, Dice(seed, key), burst.percent - 100)
            span = (at for at in more if burst.holds(at))
            made.append(Source(stream, key, span))
    return made


def _usual(stream: Stream, lulls: list[Burst], seed: int) -> Source:
    key = key_of("stream", stream.name)
    if stream.known:
        return Source(stream, key, iter([one.at_us for one in stream.known]), stream.known)
    come = counted if stream.exact else scattered
    instants = come(stream.expected, Dice(seed, key))
    if lulls:
        instants = thinned(instants, lulls, Dice(seed, key + 1))
    return Source(stream, key, instants)


def scattered(expected: tuple[Expected, ...], dice: Dice, percent: int = 100) -> Iterator[int]:
    """A Poisson stream: gaps of the mean 1, stretched by the rate that holds meanwhile."""
    left = dice.exponential(UNIT)
    for one in expected:
        length = one.until_us - one.from_us
        room = one.calls * percent * UNIT * length // (100 * one.of_us)
        done = 0
        while room - done > left:
            done += left
            yield one.from_us + length * done // room
            left = dice.exponential(UNIT)
        left -= room - done


def counted(expected: tuple[Expected, ...], dice: Dice, percent: int = 100) -> Iterator[int]:
    """Just so many in each span, at any moments of it."""
    for one in expected:
        length = one.until_us - one.from_us
        yield from sorted(
            one.from_us + dice.below(length) for _ in range(one.calls * percent // 100)
        )


def thinned(instants: Iterator[int], lulls: list[Burst], dice: Dice) -> Iterator[int]:
    """Some of them stay away."""
    for at in instants:
        stays = all(dice.below(100) < lull.percent for lull in lulls if lull.holds(at))
        if stays:
            yield at
