"""What queueing theory says, with mpmath. Rates are per unit of time; `load` is the offered load
in erlangs, rate × handle time.

Erlang's two formulas are as everybody has them (Erlang 1917). For Erlang A, the density of the
wait that's offered is that of Baccelli and Hébuterne (1981), integrated numerically: another way
than the sum of exponentials in `simulator/erlang.py`."""

from functools import cache
from typing import Any

from mpmath import exp, inf, mp, mpf, quad

mp.dps = 20


@cache
def erlang_b(servers: int, load: Any) -> Any:
    """The part of all callers that is turned away."""
    if not servers:
        return mpf(1)
    before = load * erlang_b(servers - 1, load)
    return before / (servers + before)


def erlang_c(servers: int, load: Any) -> Any:
    """The part of all callers that has to wait."""
    blocked = erlang_b(servers, load)
    return servers * blocked / (servers - load * (1 - blocked))


class ErlangA:
    """M/M/n+M. The wait that's offered to whoever comes is 0 with `1 - waits`; beyond that its
    density at x is λ π(n − 1) exp(λ/θ (1 − exp(−θ x)) − n μ x)."""

    def __init__(self, servers: int, rate: Any, handle: Any, patience: Any) -> None:
        self.n, self.rate, self.mu, self.theta = servers, rate, 1 / handle, 1 / patience
        blocked = erlang_b(servers - 1, rate * handle)  # of those n − 1: π(n − 1) over all before
        whole = self.integral(0, inf, lambda _: 1)
        self.last = blocked / (1 + blocked * whole)

    def shape(self, x: Any) -> Any:
        theta, rate = self.theta, self.rate
        return rate * exp(rate / theta * (1 - exp(-theta * x)) - self.n * self.mu * x)

    def integral(self, low: Any, high: Any, weight: Any) -> Any:
        """Split where the density is high, so that no peak is missed."""
        peak = mpf(0)
        if self.rate > self.n * self.mu:
            peak = mp.log(self.rate / (self.n * self.mu)) / self.theta
        wide = 1 / mp.sqrt(self.n * self.mu * self.theta)
        cuts = [peak + k * wide for k in range(-8, 41, 4)]
        points = [low, *(one for one in cuts if low < one < high), high]
        return quad(lambda x: self.shape(x) * weight(x), points)

    def waits(self) -> Any:
        """The part that isn't answered at once."""
        return self.last * self.integral(0, inf, lambda _: 1)

    def abandoned(self) -> Any:
        return self.last * self.integral(0, inf, lambda x: 1 - exp(-self.theta * x))

    def mean_wait(self) -> Any:
        """Of all, those who give up too."""
        return self.abandoned() / self.theta

    def answered_within(self, time: Any) -> Any:
        soon = self.last * self.integral(0, time, lambda x: exp(-self.theta * x))
        return 1 - self.waits() + soon
