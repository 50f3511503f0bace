"""How far the estimated waits of a run were from the waits that came, or would have.

Who says the mean wait to everybody is off by 0.64 of it in half of the cases, where waits are
exponential. An estimate whose median error is over half of the mean wait knows hardly more.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from roost.floor.estimates import wait
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.ports.simulations import WaitError
from roost.simulator.run import Simulation
from roost.simulator.turns import Turns, Visit

STEP_US: Final = SECOND // 2  # errors are counted by half seconds
FEW: Final = 50  # contacts: with fewer, what one in ten passes is chance
GOOD: Final = 0.5  # of the mean wait
TOO_FEW: Final = (
    "Too few contacts had to wait to say how far the estimates can be trusted.",
    "等待过的联络太少，无法判断预计等待可信到什么程度。",
)
OFF: Final = (
    (
        "With a mean wait of {waited:.0f} s, half of the estimates were off by {median} s or less, "
        "nine in ten by {p90} s or less; who gave up counts with the wait had they stayed."
    ),
    (
        "平均等待 {waited:.0f} 秒；半数预计的误差不超过 {median} 秒，九成不超过 {p90} 秒。"
        "放弃者按其若继续等待所需的时间计算。"
    ),
)
GOOD_NEWS: Final = (
    "They tell a long wait from a short one: callers can be told them, in steps.",
    "预计等待能区分长短：可以分档告知来电者。",
)
BAD_NEWS: Final = (
    "They know hardly more than the mean does: tell callers their place, and no time.",
    "预计等待并不比平均值更有用：请只告知来电者排队位置，不告知时间。",
)


class Guessed(Struct, frozen=True):
    """One queue's contacts that had to wait and were given an estimate when they entered:
    `errors` counts them by estimate minus wait, in steps of STEP_US."""

    client: str
    queue: str
    contacts: int
    waited_us: int
    error_us: int  # their sum
    errors: dict[int, int]
    unknown: int  # nobody was there who could have answered


class _Queue:
    def __init__(self) -> None:
        self.contacts = self.waited_us = self.error_us = self.unknown = 0
        self.errors: dict[int, int] = {}


class Guesses:
    """Asks the estimate of each visit that begins, and holds it against its wait."""

    def __init__(self, simulation: Simulation) -> None:
        self.simulation = simulation
        self.queues: dict[str, _Queue] = {}
        self.turns = Turns(lambda: simulation.engine.state, self.estimate, self.found)

    def estimate(self, visit: Visit, at: InstantUs) -> DurationUs | None:
        """Of the whole wait, as it's known on entering."""
        found = wait.of(self.simulation.engine.state.estimates, visit.contact, at)
        if found is None or found.wait_us is None:
            return None
        return DurationUs(found.wait_us + at - visit.since)

    def found(self, visit: Visit, waited_us: DurationUs) -> None:
        queue = self.queues.setdefault(visit.queue, _Queue())
        if visit.said is None:
            queue.unknown += 1
            return
        error = visit.said - waited_us
        queue.contacts += 1
        queue.waited_us += waited_us
        queue.error_us += error
        step = (error + STEP_US // 2) // STEP_US
        queue.errors[step] = queue.errors.get(step, 0) + 1

    def outcome(self) -> tuple[Guessed, ...]:
        return tuple(
            Guessed(
                client=name.partition("/")[0],  # a queue's id begins with its client's,
                queue=name,
                contacts=one.contacts,
                waited_us=one.waited_us,
                error_us=one.error_us,
                errors=dict(sorted(one.errors.items())),
                unknown=one.unknown,
            )
            for name, one in sorted(self.queues.items())
        )


def wait_errors(runs: Iterable[Sequence[Guessed]]) -> list[WaitError]:
    """Over all runs: everybody, each client, each queue."""
    by: dict[tuple[str, str], list[Guessed]] = {}
    for run in runs:
        for one in run:
            for key in ((one.client, one.queue), (one.client, ""), ("", "")):
                by.setdefault(key, []).append(one)
    return [_error(client, queue, by[client, queue]) for client, queue in sorted(by)]


def _error(client: str, queue: str, some: list[Guessed]) -> WaitError:
    sizes: dict[int, int] = {}
    for one in some:
        for step, count in one.errors.items():
            sizes[abs(step)] = sizes.get(abs(step), 0) + count
    contacts = sum(one.contacts for one in some)
    return WaitError(
        client=client,
        queue=queue,
        contacts=contacts,
        unknown=sum(one.unknown for one in some),
        waited=_mean(sum(one.waited_us for one in some), contacts),
        median=_quantile(sizes, contacts, 50),
        p90=_quantile(sizes, contacts, 90),
        bias=_mean(sum(one.error_us for one in some), contacts),
    )


def shown(waits: Sequence[WaitError]) -> list[WaitError]:
    """A sum of one part isn't shown beside it."""
    clients = {one.client for one in waits if one.client}
    queues = Counter(one.client for one in waits if one.queue)

    def alone(one: WaitError) -> bool:
        return not one.queue and (queues[one.client] == 1 if one.client else len(clients) == 1)

    return [one for one in waits if not alone(one)]


def said(waits: Sequence[WaitError]) -> tuple[str, str]:
    """How far they can be trusted, in English and Chinese; nothing where nobody had to wait."""
    if not waits:
        return "", ""
    whole = waits[0]
    if whole.contacts < FEW or whole.waited is None or whole.median is None or whole.p90 is None:
        return TOO_FEW
    news = GOOD_NEWS if whole.median <= GOOD * whole.waited else BAD_NEWS
    median, p90 = math.ceil(whole.median), math.ceil(whole.p90)
    off = [words.format(waited=whole.waited, median=median, p90=p90) for words in OFF]
    return f"{off[0]} {news[0]}", f"{off[1]}{news[1]}"


def _mean(us: int, contacts: int) -> float | None:
    return us / contacts / SECOND if contacts else None


def _quantile(sizes: dict[int, int], contacts: int, percent: int) -> float | None:
    """The size that so many in a hundred don't pass."""
    left = -(-contacts * percent // 100)
    for step in sorted(sizes):
        left -= sizes[step]
        if left <= 0:
            return step * STEP_US / SECOND
    return None
