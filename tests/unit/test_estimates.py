"""Confidence intervals over runs: Student's t against mpmath, pooled ratios, paired differences."""

import random

import mpmath
import pytest

from roost.simulator.estimates import FIGURES, Figure, difference, estimate, inside, student

TOTAL = Figure("t", ("part",))
SHARE = Figure("s", ("part",), ("whole",), 100)


@pytest.mark.parametrize("freedom", [1, 2, 3, 4, 7, 10, 29, 30, 99, 500])
@pytest.mark.parametrize("t", [0.1, 0.7, 1.5, 2.262, 4, 12.7])
def test_students_distribution_is_exact(freedom: int, t: float) -> None:
    x = mpmath.mpf(freedom) / (freedom + mpmath.mpf(t) ** 2)
    outside = mpmath.betainc(mpmath.mpf(freedom) / 2, 0.5, 0, x, regularized=True)
    assert inside(t, freedom) == pytest.approx(float(1 - outside), abs=1e-12)
    if outside > 1e-9:  # beyond it, one less it has no digits left
        assert student(freedom, float(1 - outside)) == pytest.approx(t, rel=1e-5)


def test_a_pooled_ratio_is_sum_by_sum() -> None:
    """91 of 110 pooled is 82.73 %, the mean of its parts 50 %."""
    runs = [{"part": 91, "whole": 91}, {"part": 0, "whole": 19}]
    assert estimate(SHARE, runs).value == pytest.approx(82.727, abs=0.001)
    assert estimate(SHARE, [{"part": 0, "whole": 0}]).value is None
    assert estimate(TOTAL, runs[:1]).half is None


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    dice = random.Random(7)
    hits = [0, 0]
    for _ in range(600):
        runs = []
        for _ in range(12):
            whole = dice.randint(50, 150)
            part = sum(dice.random() < 0.8 for _ in range(whole))
            runs.append({"part": part, "whole": whole})
        for place, (figure, truth) in enumerate(((SHARE, 80), (TOTAL, 80))):
            found = estimate(figure, runs)
            assert found.value is not None
            assert found.half is not None
            hits[place] += abs(found.value - truth) <= found.half
    assert all(0.92 < hit / 600 < 0.98 for hit in hits), hits


def test_what_paired_runs_have_in_common_cancels_out() -> None:
    dice = random.Random(3)
    before = [{"part": dice.gauss(100, 30), "whole": 200} for _ in range(20)]
    after = [{**one, "part": one["part"] + 2 + dice.gauss(0, 0.5)} for one in before]
    for figure, change in ((TOTAL, 2), (SHARE, 1)):
        found = difference(figure, before, after)
        assert found.value == pytest.approx(change, abs=0.5)
        assert found.differs
        alone = estimate(figure, before)
        assert alone.half is not None
        assert found.half is not None
        assert found.half < alone.half / 20
    assert not difference(TOTAL, before, before).differs


def test_every_figure_has_words_on_the_page_and_in_the_terminal() -> None:
    from roost.cli.simulated import WORDS as TERMINAL
    from roost.simulator.page import WORDS as PAGE

    for figure in FIGURES:
        assert figure.id in TERMINAL
        assert all(PAGE[figure.id])
