"""What the simulation of quiet weeks makes is what it says."""

from __future__ import annotations

import numpy

from evals.bench.waves import WEEK
from evals.bench.waves_quiet import quiet, rates_of, reports_of


def test_quiet_weeks_have_their_rates_and_their_rhythm() -> None:
    counts = quiet(numpy.random.default_rng(1), 40, [0.1, 4.0])
    rare, often = (sum(count for _, count in counts[f"signature-{n}"]) for n in (0, 1))
    assert 10 < rare < 120
    assert 500 < often < 4_000
    hours = [hour for hour, _ in counts["signature-1"]]
    assert max(hours) < 40 * WEEK
    at_night = sum(count for hour, count in counts["signature-1"] if hour % 24 < 6)
    assert at_night < often / 5
    weekend = sum(count for hour, count in counts["signature-1"] if hour // 24 % 7 >= 5)
    assert weekend < 0.25 * often


def test_the_true_rate_is_that_of_the_reports() -> None:
    random = numpy.random.default_rng(3)
    daily, seen = reports_of(random, 400, 5.0)
    assert len(daily) == 400
    assert 0.9 < len(seen) / daily.sum() < 1.1
    assert daily[5] < daily[4], "a weekend brings fewer"


def test_rates_lie_between_the_rarest_and_the_most_frequent() -> None:
    rates = rates_of(numpy.random.default_rng(1), 200)
    assert 1 / 60 <= min(rates) < 0.03
    assert 8 < max(rates) <= 12
