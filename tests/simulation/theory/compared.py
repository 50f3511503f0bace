"""A case played and compared with theory: the twin's figure with its interval.

The twin is dear and the plain queue cheap, and they meet the same callers. So a figure is the
plain queue's mean over many replications, plus the mean of *twin minus plain* over those that the
twin played too: the mean of the twin without bias, whatever the plain queue does, and sharp when
the two agree (multifidelity Monte Carlo; Peherstorfer, Willcox and Gunzburger 2016). The interval
is the sum of both means' Student intervals, each at half of the figure's share of the error."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct

from roost.simulator.estimates import student
from simulation.theory import plain, twin
from simulation.theory.cases import CASES, Case, Figure, Plan

ERROR: Final = 0.001  # that any of the intervals misses what is so
FIGURES: Final = sum(len(one.figures()) for one in CASES)
AT_ONCE: Final = 500  # replications of the plain queue
FIRST_SEED: Final = 1_000_001


class Compared(Struct, frozen=True):
    """One figure of a case; `alone` is half of the interval by the twin's own replications."""

    case: str
    figure: str
    exact: float
    found: float
    half: float
    alone: float
    twin: float
    apart: int  # contacts of which twin and plain queue say different things

    @property
    def holds(self) -> bool:
        return abs(self.found - self.exact) <= self.half


def compared(case: Case, plan: Plan) -> list[Compared]:
    """Every figure of a case."""
    figures, means = case.figures(), cheap(case, plan, case.figures())
    waits = [twin.played(case.centre(), FIRST_SEED + n, plan.contacts) for n in range(plan.twin)]
    apart = sum(differ(case, plan, n, one) for n, one in enumerate(waits))
    own = {name: [of(figure, one, plan) for one in waits] for name, figure in figures.items()}
    return judged(case.name, case.exact(), own, means, ERROR / FIGURES, apart)


def judged(
    case: str,
    exact: Mapping[str, Any],
    own: Mapping[str, Sequence[float]],
    means: Mapping[str, Sequence[float]],
    sure: float,
    apart: int,
) -> list[Compared]:
    """Each figure, from the twin's own replications and many more of the plain queue's; an
    interval misses with `sure` at most."""
    made: list[Compared] = []
    for name, theory in exact.items():
        twins, plains = np.array(own[name]), np.array(means[name])
        gap, gap_half = mean(twins - plains[: len(twins)], sure / 2)
        value, half = mean(plains, sure / 2)
        alone, alone_half = mean(twins, sure)
        found = value + gap, half + gap_half
        made.append(Compared(case, name, float(theory), *found, alone_half, alone, apart))
    return made


def of(figure: Figure, waits: twin.Waits, plan: Plan) -> float:
    counted = slice(plan.warm, plan.contacts)
    return float(np.mean(figure(waits.waited_us[counted], waits.answered[counted])))


def differ(case: Case, plan: Plan, number: int, waits: twin.Waits) -> int:
    """Contacts that the plain queue and the twin disagree about."""
    other = plain.one(case.centre(), FIRST_SEED + number, plan.contacts)
    same = (other.waited_us == waits.waited_us) & (other.answered == waits.answered)
    return int(np.count_nonzero(~same))


def cheap(case: Case, plan: Plan, figures: dict[str, Figure]) -> dict[str, list[float]]:
    """Each replication's means by the plain queue."""
    means: dict[str, list[float]] = {name: [] for name in figures}
    whole = case.replications * plan.permille // 1000
    for first in range(0, whole, AT_ONCE):
        seeds = range(FIRST_SEED + first, FIRST_SEED + min(first + AT_ONCE, whole))
        sums = {name: np.zeros(len(seeds)) for name in figures}
        for place, (waited, answered) in enumerate(
            plain.played(case.centre(), seeds, plan.contacts)
        ):
            if place >= plan.warm:
                for name, figure in figures.items():
                    sums[name] += figure(waited, answered)
        for name, total in sums.items():
            means[name].extend(total / plan.counted)
    return means


def mean(values: Any, error: float) -> tuple[float, float]:
    """With half of its interval, missed by this error at most; of a single value, nothing."""
    count = len(values)
    middle = float(np.mean(values))
    if count < 2:
        return middle, 0.0 if not np.any(values) else float("inf")
    spread = float(np.std(values, ddof=1)) / count**0.5
    return middle, student(count - 1, 1 - error) * spread
