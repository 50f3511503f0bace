"""Erlang A in closed form against its equations solved by mpmath."""

import mpmath
import pytest

from roost.simulator.erlang import answered_within, least

CASES = [
    (1 / 60, 180, 120, 3, 20),
    (1 / 10, 200, 180, 22, 20),
    (1 / 5, 150, 60, 28, 10),
    (1.0, 180, 300, 170, 20),
    (1 / 30, 240, 45, 5, 30),
    (1 / 3, 300, 600, 105, 0.5),
]


def exactly(rate: float, handle: float, patience: float, agents: int, within: float) -> float:
    """By the numbers of callers and, for each that waits, the density of its wait integrated."""
    mpmath.mp.dps = 30
    lam, mu, theta = map(mpmath.mpf, (rate, 1 / mpmath.mpf(handle), 1 / mpmath.mpf(patience)))
    most = agents + int(60 + 8 * rate * patience)
    weights = [mpmath.mpf(1)]
    for number in range(1, most):
        out = min(number, agents) * mu + max(0, number - agents) * theta
        weights.append(weights[-1] * lam / out)
    total = mpmath.fsum(weights)
    found = mpmath.fsum(weights[:agents])
    # The virtual wait's hazard form: whoever finds n callers waits for one departure at nμ, …
    c = agents * mu / theta
    bound = mpmath.exp(-theta * within)
    for k, weight in enumerate(weights[agents:]):
        if weight < total * mpmath.mpf(10) ** -16:
            break
        part = mpmath.betainc(c + 1, k + 1, bound, 1, regularized=True)
        found += weight * c / (c + k + 1) * part
    return float(found / total)


@pytest.mark.parametrize("case", CASES)
def test_it_is_the_solution_of_its_equations(case: tuple[float, float, float, int, float]) -> None:
    assert answered_within(*case) == pytest.approx(exactly(*case), abs=1e-10)


def test_the_fewest_agents_are_enough_and_one_fewer_is_not() -> None:
    for rate, handle, patience, _, within in CASES:
        agents = least(rate, handle, patience, within, 0.8)
        assert answered_within(rate, handle, patience, agents, within) >= 0.8
        assert answered_within(rate, handle, patience, agents - 1, within) < 0.8
    assert least(0, 100, 100, 20, 0.8) == 0
    assert answered_within(50.0, 200, 180, 9_900, 20) == pytest.approx(0.99, abs=0.02)
