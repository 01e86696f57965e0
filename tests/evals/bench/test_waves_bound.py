"""The bound of what any rule could find."""

from __future__ import annotations

import numpy
import pytest

from evals.bench.waves_bound import best_share, chance_of


def best(most_alarms: float, times: int = 10) -> float:
    random = numpy.random.default_rng(1)
    return best_share(random, 2, (26, 50), 30, ((0.05, 0.1), times), most_alarms)


def test_the_chance_is_that_of_a_poisson_law() -> None:
    assert chance_of(numpy.array([0.0, 1.0, 50.0])) == pytest.approx([0.0, 0.003660, 1.0], abs=1e-6)


def test_more_false_alarms_and_louder_bursts_are_found_sooner() -> None:
    assert best(2) < best(20) <= 1.0
    assert best(20, times=3) < best(20, times=10)
    assert best(20) > 0.9
