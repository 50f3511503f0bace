"""The cases with several skills, and their comparison with theory."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from mpmath import mpf
from msgspec import Struct

from roost.kernel.time import HOUR, SECOND
from simulation.theory import plain_skills, twin
from simulation.theory.cases import HANDLE, Plan
from simulation.theory.compared import ERROR, FIRST_SEED, Compared, judged
from simulation.theory.skills import FirstCome, Overflow
from simulation.theory.twin import Centre, Class, Pool, Waits

FIRST_COME: Final = Centre(
    pools=(Pool(1, ("a",)), Pool(1, ("a", "b")), Pool(1, ("b", "c")), Pool(1, ("c", "a"))),
    classes=(Class("a", 25), Class("b", 15), Class("c", 15)),
    handle_us=HANDLE,
    paces=(1000, 1200, 800, 1100),
)
OVERFLOW: Final = Centre(
    pools=(Pool(4, ("a",)), Pool(4, ("a", "b"))),
    classes=(
        Class("a", 90, patience_us=240 * SECOND, agents="least_skilled"),
        Class("b", 50, patience_us=120 * SECOND, agents="least_skilled", priority=1),
    ),
    handle_us=HANDLE,
)


class Skilled(Struct, frozen=True):
    """One centre with several classes; `replications` of the plain room by the long plan."""

    name: str
    centre: Centre
    replications: int

    def exact(self) -> Mapping[str, Any]:
        centre = self.centre
        if centre == FIRST_COME:
            return first_come(centre).exact()
        a, b = centre.classes
        return Overflow(
            a.per_hour / 3600, b.per_hour / 3600, HANDLE / SECOND, a.patience_us / SECOND,
            b.patience_us / SECOND, centre.pools[0].agents, centre.pools[1].agents,
        ).exact()  # fmt: skip

    def measured(self, waits: Waits, plan: Plan) -> dict[str, float]:
        """Means of one replication, over a class's contacts."""
        counted = slice(plan.warm, plan.contacts)
        found: dict[str, float] = {}
        for n, klass in enumerate(self.centre.classes):
            own = waits.klass[counted] == n
            waited, answered = waits.waited_us[counted][own], waits.answered[counted][own]
            found[f"{klass.queue}: has to wait"] = float(np.mean((waited > 0) | ~answered))
            found[f"{klass.queue}: mean wait"] = float(np.mean(waited)) / SECOND
            if klass.patience_us:
                found[f"{klass.queue}: gives up"] = float(np.mean(~answered))
        return found


def first_come(centre: Centre) -> FirstCome:
    return FirstCome(
        {one.queue: mpf(one.per_hour) / HOUR * SECOND for one in centre.classes},
        tuple(frozenset(pool.queues) for pool in centre.pools),
        tuple(mpf(1000 * SECOND) / pace / HANDLE for pace in centre.paces),
    )


CASES: Final = (
    Skilled("first come, longest idle", FIRST_COME, 700),
    Skilled("overflow and priority", OVERFLOW, 400),
)
FIGURES: Final = 12


def compared(case: Skilled, plan: Plan) -> list[Compared]:
    """Every figure of a case; all of both cases hold at once with 99.9 %."""
    seeds = range(FIRST_SEED, FIRST_SEED + case.replications * plan.permille // 1000)
    own, means, apart = [], [], 0
    for place, seed in enumerate(seeds):
        by_plain = plain_skills.one(case.centre, seed, plan.contacts)
        means.append(case.measured(by_plain, plan))
        if place < plan.twin:
            by_twin = twin.played(case.centre, seed, plan.contacts)
            own.append(case.measured(by_twin, plan))
            same = (by_twin.waited_us == by_plain.waited_us) & (by_twin.klass == by_plain.klass)
            same &= by_twin.answered == by_plain.answered
            apart += int(np.count_nonzero(~same))
    names = list(own[0])
    return judged(
        case.name,
        case.exact(),
        {name: [one[name] for one in own] for name in names},
        {name: [one[name] for one in means] for name in names},
        ERROR / FIGURES,
        apart,
    )
