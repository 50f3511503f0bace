"""Dice: the same everywhere, and of two seeds or keys nothing in common."""

from itertools import product

from roost.simulator.dice import Dice, key_of


def test_the_same_seed_and_key_draw_the_same() -> None:
    first, second = Dice(7, 3), Dice(7, 3)
    assert [first.bits() for _ in range(20)] == [second.bits() for _ in range(20)]


def test_no_draw_of_one_seed_or_key_comes_again_in_another() -> None:
    """Else runs of neighbouring seeds would be one another's, shifted by a draw: far from
    independent, and every interval over seeds too narrow."""
    keys = (0, 1, 2, key_of("stream", "calls"), key_of("agent", "1001"))
    draws = [
        dice.bits()
        for seed, key in product(range(50), keys)
        for dice in (Dice(seed, key),)
        for _ in range(100)
    ]
    assert len(set(draws)) == len(draws)


def test_neighbouring_seeds_agree_about_nothing() -> None:
    """What two seeds draw at the same turn, or some turns later, is high or low unrelatedly."""
    turns = 4_000
    high = [[dice.bits() >> 63 for _ in range(turns)] for dice in map(Dice, range(6))]
    for one, other in product(range(6), range(6)):
        for later in range(4):
            if one != other:
                same = sum(a == b for a, b in zip(high[one], high[other][later:], strict=False))
                assert abs(same - turns / 2) < 4.5 * (turns / 4) ** 0.5, (one, other, later)
