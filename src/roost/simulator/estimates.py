"""What many runs say: means with confidence intervals over seeds (Student's t), differences of
paired runs, and pooled ratios, which are sum by sum and never a mean of ratios.

A ratio's interval is by its linearised residuals: with r = Σ part / Σ whole, each run has
u = (part − r · whole) / mean whole, and r is as sure as the mean of u. A difference of two ratios
is as sure as the mean of the paired u: what both runs have in common cancels out.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Final

from msgspec import Struct

from roost.ports.simulations import Estimate

CONFIDENCE: Final = 0.95


class Figure(Struct, frozen=True):
    """`part` over `whole` (empty: the sum itself), a term with a minus before it taken away;
    times `scale`, for people."""

    id: str
    part: tuple[str, ...]
    whole: tuple[str, ...] = ()
    scale: float = 1.0
    unit: str = ""
    better: int = 0  # 1: more is better, -1: less
    rare: bool = False  # shown only where there's any


_BUSY: Final = ("ringing_us", "talking_us", "holding_us", "wrapping_us")
FIGURES: Final = (
    Figure("offered", ("offered",)),
    Figure("answered", ("answered",), better=1),
    Figure("abandoned", ("abandoned",), better=-1),
    Figure("called_back", ("called_back",), rare=True),
    Figure("callbacks_reached", ("callbacks_reached",), better=1, rare=True),
    Figure(
        "service_level", ("answered_in_target",), ("answered", "abandoned", "-short_abandoned"),
        100, "%", 1,
    ),
    Figure("asa", ("answered_wait_us",), ("answered",), 1e-6, "s", -1),
    Figure("aht", ("talk_us", "hold_us", "wrap_up_us"), ("handled",), 1e-6, "s"),
    Figure("occupancy", _BUSY, (*_BUSY, "ready_us"), 100, "%"),
    Figure("cost", ("cost",), unit="money", better=-1),
    Figure("revenue", ("revenue",), unit="money", better=1),
    Figure("penalty", ("penalty",), unit="money", better=-1),
    Figure("margin", ("revenue", "-penalty", "-cost"), unit="money", better=1),
)  # fmt: skip
"""What's shown, in this order."""

Runs = Sequence[Mapping[str, float]]


def value(terms: tuple[str, ...], amounts: Mapping[str, float]) -> float:
    """The value of some terms."""
    return sum(
        -amounts.get(term[1:], 0) if term[0] == "-" else amounts.get(term, 0) for term in terms
    )


def estimate(figure: Figure, runs: Runs, confidence: float = CONFIDENCE) -> Estimate:
    """A figure over runs of several seeds."""
    found, deviations = _influence(figure, runs)
    if found is None:
        return Estimate(None)
    return Estimate(found, _half(deviations, confidence))


def difference(
    figure: Figure, before: Runs, after: Runs, confidence: float = CONFIDENCE
) -> Estimate:
    """After less before, run by run of the same seeds."""
    first, one = _influence(figure, before)
    second, other = _influence(figure, after)
    if first is None or second is None:
        return Estimate(None)
    paired = [b - a for a, b in zip(one, other, strict=True)]
    return Estimate(second - first, _half(paired, confidence))


def _influence(figure: Figure, runs: Runs) -> tuple[float | None, list[float]]:
    """The figure, and each run's part in how sure it is (their mean is 0)."""
    parts = [value(figure.part, run) for run in runs]
    if not runs:
        return None, []
    if not figure.whole:
        mean = sum(parts) / len(parts)
        return mean * figure.scale, [(one - mean) * figure.scale for one in parts]
    wholes = [value(figure.whole, run) for run in runs]
    if not sum(wholes):
        return None, [0.0] * len(runs)
    ratio, mean = sum(parts) / sum(wholes), sum(wholes) / len(wholes)
    return ratio * figure.scale, [
        (part - ratio * whole) / mean * figure.scale
        for part, whole in zip(parts, wholes, strict=True)
    ]


def _half(deviations: Sequence[float], confidence: float) -> float | None:
    count = len(deviations)
    if count < 2:
        return None
    mean = sum(deviations) / count
    variance = sum((one - mean) ** 2 for one in deviations) / (count - 1)
    return student(count - 1, confidence) * math.sqrt(variance / count)


@cache
def student(freedom: int, confidence: float = CONFIDENCE) -> float:
    """Student's t: between −t and t lies `confidence` of it (Abramowitz and Stegun 26.7.3 and
    26.7.4 are exact for whole degrees of freedom; found by halving)."""
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if inside(middle, freedom) < confidence else (low, middle)
    return (low + high) / 2


def inside(t: float, freedom: int) -> float:
    """How much of Student's distribution lies between −t and t."""
    angle = math.atan(t / math.sqrt(freedom))
    cosine, sine = math.cos(angle), math.sin(angle)
    term, total = 1.0, 0.0
    if freedom % 2:
        term = cosine
        for step in range(1, freedom // 2 + 1):
            total += term
            term *= cosine * cosine * (2 * step) / (2 * step + 1)
        return 2 / math.pi * (angle + sine * total)
    for step in range(1, freedom // 2 + 1):
        total += term
        term *= cosine * cosine * (2 * step - 1) / (2 * step)
    return sine * total
