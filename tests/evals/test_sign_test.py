"""The sign test against figures worked out by hand, Holm step by step, and the power."""

from __future__ import annotations

from fractions import Fraction

import pytest

from evals.sign_test import critical, holm, p_worse, power_in_words, smallest_effect


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [
        (0, 0, Fraction(1)),
        (0, 4, Fraction(1, 16)),
        (0, 5, Fraction(1, 32)),
        (5, 0, Fraction(1)),
        (1, 7, Fraction(9, 256)),
        (2, 6, Fraction(37, 256)),
        (3, 3, Fraction(42, 64)),
    ],
)
def test_the_chance_is_the_sum_of_binomial_terms(better: int, worse: int, p: Fraction) -> None:
    assert p_worse(better, worse) == p


def test_five_are_the_least_that_can_show_anything() -> None:
    assert [critical(n) for n in (1, 4, 5, 8, 10)] == [None, None, 5, 7, 9]


def test_holm_stops_at_the_first_that_does_not_hold() -> None:
    p = {"a": Fraction(1, 100), "b": Fraction(2, 100), "c": Fraction(3, 100), "d": Fraction(1, 200)}
    # d: 0.005 x 4 = 0.02, a: 0.01 x 3 = 0.03 hold; b: 0.02 x 2 = 0.04 holds; c: 0.03 x 1 = 0.03 holds.
    assert holm(p) == {"a", "b", "c", "d"}
    # 0.01 x 4 = 0.04 holds, 0.02 x 3 = 0.06 does not, and then 0.021 x 2 = 0.042 may not either.
    other = {"a": Fraction(1, 100), "b": Fraction(2, 100), "c": Fraction(21, 1000), "d": Fraction(9, 10)}
    assert holm(other) == {"a"}
    assert holm({}) == set()


def test_one_of_many_slices_needs_more_than_one_alone() -> None:
    five = p_worse(0, 5)
    assert holm({"one": five}) == {"one"}
    assert holm({"one": five, "two": Fraction(1)}) == set()


def test_the_power_is_exact() -> None:
    # With five that differ all must be worse: share**5 >= 0.8 first holds at 0.96.
    assert smallest_effect(5) == 96
    assert smallest_effect(4) is None
    assert (smallest_effect(10) or 0) > (smallest_effect(20) or 0) > (smallest_effect(100) or 0) > 50


def test_the_power_is_said_in_words() -> None:
    assert "nothing can be shown" in power_in_words(3, 276)
    words = power_in_words(5, 276)
    assert words.startswith("5 of 276 paired cases differ; 5 or more of them must be worse")
    assert "96 %" in words
