"""Erlang A (M/M/n+M): callers who give up, in closed form. Where a search for staffing begins.

With n agents, each caller served at rate μ and giving up at rate θ, whoever finds k others waiting
waits for k + 1 departures at the rates nμ, nμ + θ, …, nμ + kθ. With c = nμ/θ the sum V of these
exponentials is such that exp(−θV) has the distribution Beta(c, k + 1), and whoever is offered the
wait V outlasts it with the probability exp(−θV) (Garnett, Mandelbaum, Reiman 2002; Whitt 2005).
"""

import math
from typing import Final

MOST: Final = 100_000  # agents
TAIL: Final = 1e-12


def answered_within(
    rate: float, handle: float, patience: float, agents: int, within: float
) -> float:
    """The part of all callers that is answered within a time; all times in one unit, `rate` calls
    in one of it."""
    if rate <= 0:
        return 1.0
    if agents <= 0:
        return 0.0
    theta, c = 1 / patience, agents * patience / handle
    states, waiting = _states(rate, handle, theta, agents)
    found = sum(states[:agents])
    bound = math.exp(-theta * within)
    term = later = bound ** (c + 1)  # how likely Beta(c + 1, k + 1) is below the bound
    for k, likely in enumerate(waiting):
        found += likely * c / (c + k + 1) * (1 - later)
        term *= (1 - bound) * (c + 1 + k) / (k + 1)
        later += term
    return min(1.0, found)


def _states(
    rate: float, handle: float, theta: float, agents: int
) -> tuple[list[float], list[float]]:
    """How likely each number of callers is: 0 … n − 1, and n, n + 1, … as whoever comes finds it.
    Built from the likeliest one, so that nothing overflows."""
    weights = [1.0]
    for number in range(1, agents):
        weights.append(weights[-1] * rate * handle / number)
        if weights[-1] > 1e200:
            weights = [one / 1e200 for one in weights]
    tail: list[float] = []
    last, total = weights[-1], sum(weights)
    while True:
        last *= rate / (agents / handle + len(tail) * theta)
        tail.append(last)
        total += last
        if last < TAIL * total and len(tail) > 1 and tail[-1] < tail[-2]:
            break
        if last > 1e200:
            weights, tail = [one / 1e200 for one in weights], [one / 1e200 for one in tail]
            last, total = last / 1e200, total / 1e200
    return [one / total for one in weights], [one / total for one in tail]


def least(rate: float, handle: float, patience: float, within: float, target: float) -> int:
    """The fewest agents of whom so many of the callers are answered within a time."""
    low, high = 0, 1
    while high < MOST and answered_within(rate, handle, patience, high, within) < target:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if answered_within(rate, handle, patience, middle, within) < target:
            low = middle
        else:
            high = middle
    return high if rate > 0 else 0
