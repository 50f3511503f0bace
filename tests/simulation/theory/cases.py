"""The cases that twin and theory are compared in, their figures, and how much is played. All of
it was fixed before anything was compared."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from mpmath import exp, mpf
from msgspec import Struct
from numpy.typing import NDArray

from roost.kernel.time import HOUR, SECOND
from simulation.theory.exact import ErlangA, erlang_b, erlang_c
from simulation.theory.plain import Lengths
from simulation.theory.twin import Centre, Class, Pool

HANDLE: Final = 180 * SECOND
Figure = Callable[[Lengths, NDArray[np.bool_]], Any]  # of waits and answers, a number of each


class Case(Struct, frozen=True):
    """`limit` B: nobody waits; C: everybody does, for ever; A: while their patience lasts.
    `within` are the points at which the waits' distribution is compared; `replications` are
    enough for intervals of 1 %, by a pilot with other seeds."""

    name: str
    agents: int
    per_hour: int
    replications: int
    patience_us: int = 0
    limit: str = "A"
    within: tuple[int, ...] = (20 * SECOND, 60 * SECOND)

    @property
    def load(self) -> Any:
        return mpf(self.per_hour) * HANDLE / HOUR

    def centre(self) -> Centre:
        one = Class("all", self.per_hour, self.patience_us)
        if self.limit == "B":
            one = Class("all", self.per_hour, most_us=0)
        return Centre((Pool(self.agents, ("all",)),), (one,), HANDLE)

    def figures(self) -> dict[str, Figure]:
        """What's measured of each contact."""
        if self.limit == "B":
            return {"turned away": lambda _, answered: ~answered}
        found: dict[str, Figure] = {
            "has to wait": lambda waited, answered: (waited > 0) | ~answered,
            "mean wait": lambda waited, _: waited / SECOND,
        }
        if self.limit == "A":
            found["gives up"] = lambda _, answered: ~answered
        for time in self.within:
            found[within(time)] = lambda waited, answered, t=time: answered & (waited <= t)
        return found

    def exact(self) -> dict[str, Any]:
        """The same figures in theory."""
        match self.limit:
            case "B":
                return {"turned away": erlang_b(self.agents, self.load)}
            case "C":
                waits = erlang_c(self.agents, self.load)
                over = (self.agents - self.load) / (mpf(HANDLE) / SECOND)  # calls a second
                found = {"has to wait": waits, "mean wait": waits / over}
                for time in self.within:
                    found[within(time)] = 1 - waits * exp(-over * time / SECOND)
                return found
            case _:
                return self.exact_with_patience()

    def exact_with_patience(self) -> dict[str, Any]:
        handle, patience = mpf(HANDLE) / SECOND, mpf(self.patience_us) / SECOND
        theory = ErlangA(self.agents, mpf(self.per_hour) / 3600, handle, patience)
        found = {
            "has to wait": theory.waits(),
            "mean wait": theory.mean_wait(),
            "gives up": theory.abandoned(),
        }
        for time in self.within:
            found[within(time)] = theory.answered_within(mpf(time) / SECOND)
        return found


def within(time: int) -> str:
    return f"answered within {time // SECOND} s"


def people(agents: int) -> str:
    return "1 agent" if agents == 1 else f"{agents} agents"


def _b(agents: int, per_hour: int, replications: int) -> Case:
    return Case(f"B, {people(agents)}, {per_hour}/h", agents, per_hour, replications, limit="B")


def _c(agents: int, per_hour: int, replications: int, *within: int) -> Case:
    times = tuple(time * SECOND for time in within)
    name = f"C, {people(agents)}, {per_hour}/h"
    return Case(name, agents, per_hour, replications, limit="C", within=times)


def _a(agents: int, per_hour: int, patience: int, replications: int) -> Case:
    name = f"A, {people(agents)}, {per_hour}/h, patience {patience} s"
    return Case(name, agents, per_hour, replications, patience * SECOND)


CASES: Final = (
    _b(1, 10, 200), _b(2, 30, 300), _b(5, 60, 750), _b(5, 120, 300), _b(10, 140, 1_500),
    _b(20, 300, 3_800), _b(50, 900, 4_600), _b(100, 1900, 7_000),
    _c(1, 10, 900, 60, 300), _c(1, 16, 4_000, 60, 900), _c(2, 28, 2_700, 60, 300),
    _c(3, 48, 5_500, 60, 300), _c(5, 80, 7_500, 20, 180), _c(10, 165, 12_500, 20, 120),
    _c(20, 340, 22_000, 20, 120), _c(50, 875, 50_000, 20, 60),
    _a(1, 20, 180, 400), _a(2, 30, 90, 400), _a(5, 90, 180, 800), _a(5, 130, 60, 400),
    _a(10, 180, 360, 2_100), _a(10, 200, 180, 1_200), _a(20, 400, 180, 2_400),
    _a(20, 520, 120, 1_600), _a(50, 980, 300, 8_000), _a(100, 2000, 180, 11_000),
)  # fmt: skip


class Plan(Struct, frozen=True):
    """Replications of `warm` contacts that aren't counted and `counted` ones that are: by the
    plain queue as many per mille of a case's as this says, the first `twin` by the twin as well.
    `widest`: half of an interval, by the figure."""

    warm: int
    counted: int
    permille: int
    twin: int
    widest: float

    @property
    def contacts(self) -> int:
        return self.warm + self.counted


SHORT: Final = Plan(warm=600, counted=1_200, permille=150, twin=2, widest=0.1)
LONG: Final = Plan(warm=3_000, counted=9_000, permille=1_000, twin=8, widest=0.01)
QUICK: Final = frozenset({"B, 5 agents, 60/h", "B, 10 agents, 140/h", "C, 1 agent, 10/h",
                          "C, 5 agents, 80/h", "A, 5 agents, 90/h, patience 180 s",
                          "A, 10 agents, 200/h, patience 180 s"})  # fmt: skip
"""What the short plan plays; of the others it only sees that twin and plain queue agree."""
