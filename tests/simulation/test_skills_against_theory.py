"""The twin with several queues and skills, against a published closed form and a chain solved
numerically: `theory/skills.py` says which, `theory/compared.py` how sure it is."""

from collections import defaultdict
from itertools import permutations
from typing import Any

import pytest
from mpmath import mpf

from simulation.theory.cases import LONG, SHORT, Case
from simulation.theory.run import kept
from simulation.theory.skilled import CASES, FIGURES, FIRST_COME, Skilled, compared, first_come
from simulation.theory.skills import Overflow, State

WIDEST = 0.02  # half of an interval of the long plan, by the figure


def by_name(case: Skilled) -> str:
    return case.name


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_the_twin_with_skills_is_as_theory_says(case: Skilled) -> None:
    for one in compared(case, SHORT):
        assert one.apart == 0
        assert one.half < 0.25 * one.exact
        assert one.holds, f"{one.figure}: {one.found} ± {one.half}, theory says {one.exact}"


@pytest.mark.soak
@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_the_long_plan_holds_with_skills_too(case: Skilled) -> None:
    found = compared(case, LONG)
    for one, other in zip(found, kept()[case.name], strict=True):
        assert one.apart == 0
        assert one.half < WIDEST * one.exact
        assert one.holds, f"{one.figure}: {one.found} ± {one.half}, theory says {one.exact}"
        assert other.found == pytest.approx(one.found, rel=1e-9), "what's kept comes again"


@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_what_was_kept_with_skills_is_whole_and_holds(case: Skilled) -> None:
    exact, rows = case.exact(), kept()[case.name]
    assert sum(len(kept()[one.name]) for one in CASES) == FIGURES
    assert {one.figure for one in rows} == set(exact)
    for one in rows:
        assert one.exact == pytest.approx(float(exact[one.figure]), rel=1e-9)
        assert one.holds
        assert one.apart == 0
        assert one.half < WIDEST * one.exact


def waiting(state: State) -> int:
    return sum(isinstance(one, str) for one in state[0])


def test_the_closed_form_balances_the_chain_of_the_plain_rule() -> None:
    """What flows into a state is what flows out of it, for each with up to two waiting: an
    independent proof of the formula, from the rule alone."""
    theory, most = first_come(FIRST_COME), 2
    inflow: dict[State, Any] = defaultdict(lambda: mpf(0))
    seen: set[State] = {((), order) for order in permutations(range(4))}
    left = list(seen)
    while left:
        state = left.pop()
        for to, rate in theory.moves(state):
            inflow[to] += theory.weight(state) * rate
            if to not in seen and waiting(to) <= most + 1:
                seen.add(to)
                left.append(to)
    checked = [state for state in seen if waiting(state) <= most]
    assert len(checked) > 500
    for state in checked:
        busy = sum(theory.speeds[one] for one in state[0] if isinstance(one, int))
        out = theory.weight(state) * (sum(theory.arrivals.values()) + busy)
        assert abs(out - inflow[state]) < mpf(10) ** -12 * out, state


def test_without_a_second_class_the_chain_is_erlang_a() -> None:
    """Nobody of class b: everybody serves a, whose figures are known."""
    chain = Overflow(90 / 3600, 1e-12, 180.0, 180.0, 180.0, 2, 3).exact()
    erlang = Case("", 5, 90, 0, patience_us=180_000_000).exact()
    for name in ("has to wait", "gives up", "mean wait"):
        assert chain[f"a: {name}"] == pytest.approx(float(erlang[name]), rel=1e-6)
