"""The twin against Erlang B, C and A: the production engine and router in a textbook's world.

Every interval is a Student interval over independent replications after a warm-up, at such a
level that all figures of all cases lie in theirs with 99.9 % (Bonferroni). What makes them narrow
is in `theory/compared.py`; the figures of the long plan are in docs/reference/against-theory.md."""

import msgspec
import numpy as np
import pytest
from mpmath import mpf

from roost.kernel.time import SECOND
from roost.simulator import erlang
from simulation.theory import plain, twin
from simulation.theory.cases import CASES, LONG, QUICK, SHORT, Case, within
from simulation.theory.compared import FIGURES, Compared, compared
from simulation.theory.exact import erlang_b, erlang_c
from simulation.theory.run import kept


def by_name(case: Case) -> str:
    return case.name


def check(found: list[Compared], widest: float) -> None:
    for one in found:
        assert one.apart == 0, f"{one.apart} contacts went otherwise than in the plain queue"
        assert one.half < widest * one.exact, f"{one.figure} ± {one.half}"
        assert one.holds, f"{one.figure}: {one.found} ± {one.half}, and theory says {one.exact}"


@pytest.mark.parametrize("case", [one for one in CASES if one.name in QUICK], ids=by_name)
def test_the_twin_is_as_theory_says(case: Case) -> None:
    check(compared(case, SHORT), SHORT.widest)


@pytest.mark.parametrize("case", [one for one in CASES if one.name not in QUICK], ids=by_name)
def test_contact_by_contact_the_twin_is_the_plain_queue(case: Case) -> None:
    few = msgspec.structs.replace(SHORT, warm=0, counted=300)
    waits = twin.played(case.centre(), 3, few.contacts)
    other = plain.one(case.centre(), 3, few.contacts)
    assert np.array_equal(waits.waited_us, other.waited_us)
    assert np.array_equal(waits.answered, other.answered)


@pytest.mark.soak
@pytest.mark.parametrize("case", CASES, ids=by_name)
def test_every_figure_of_the_long_plan_holds_within_one_percent(case: Case) -> None:
    found = compared(case, LONG)
    check(found, LONG.widest)
    for one, other in zip(found, kept()[case.name], strict=True):
        assert other.found == pytest.approx(one.found, rel=1e-9), "what's kept comes again"


def test_what_was_kept_of_the_long_plan_is_whole_and_holds() -> None:
    rows = kept()
    assert sum(len(rows[case.name]) for case in CASES) == FIGURES
    for case in CASES:
        exact = case.exact()
        assert [one.figure for one in rows[case.name]] == list(case.figures())
        for one in rows[case.name]:
            assert one.exact == pytest.approx(float(exact[one.figure]), rel=1e-12)
        check(rows[case.name], LONG.widest)


@pytest.mark.parametrize("case", [one for one in CASES if one.limit == "A"], ids=by_name)
def test_the_closed_form_of_the_search_is_that_of_the_integral(case: Case) -> None:
    exact = case.exact()
    for time in case.within:
        by_search = erlang.answered_within(
            case.per_hour / 3600, 180.0, case.patience_us / SECOND, case.agents, time / SECOND
        )
        assert by_search == pytest.approx(float(exact[within(time)]), abs=1e-9)


def test_the_formulas_meet_where_they_must() -> None:
    """Published values, and what Erlang A becomes when patience is endless."""
    assert float(erlang_b(10, mpf(5))) == pytest.approx(0.018385, abs=1e-6)
    assert float(erlang_c(10, mpf(5))) == pytest.approx(0.036105, abs=1e-6)
    patient = Case("", 5, 80, 0, patience_us=10**9 * SECOND).exact()
    endless = next(one for one in CASES if one.name == "C, 5 agents, 80/h").exact()
    assert float(patient["has to wait"]) == pytest.approx(float(endless["has to wait"]), rel=1e-5)
    assert float(patient["mean wait"]) == pytest.approx(float(endless["mean wait"]), rel=1e-4)
