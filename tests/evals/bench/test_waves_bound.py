"""The bound of what any rule could find."""

from __future__ import annotations

import numpy
import pytest

from agent.issues.bursts import tail
from evals.bench.waves_bound import best_shares, chance_of


def both(most_alarms: float, times: int = 10) -> tuple[float, float]:
    random = numpy.random.default_rng(1)
    return best_shares(random, 2, (26, 50), 30, ((0.05, 0.1), times), most_alarms)


def best(most_alarms: float, times: int = 10) -> float:
    return both(most_alarms, times)[0]


def test_the_chance_is_that_of_a_poisson_law() -> None:
    assert chance_of(numpy.array([0.0, 1.0, 50.0])) == pytest.approx([0.0, 0.003660, 1.0], abs=1e-6)


def test_the_chance_is_larger_where_the_rate_is_less_sure() -> None:
    unsure, sure = (chance_of(numpy.array([0.5]), size)[0] for size in (2.0, 200.0))
    assert sure < unsure == pytest.approx(tail(5, 0.5, 2.0), rel=1e-4)


def test_a_rule_that_must_learn_the_rates_finds_fewer() -> None:
    for most_alarms in (2, 20):
        told, learned = both(most_alarms)
        assert 0.5 < learned < told


def test_more_false_alarms_and_louder_bursts_are_found_sooner() -> None:
    assert best(2) < best(20) <= 1.0
    assert best(20, times=3) < best(20, times=10)
    assert best(20) > 0.9
