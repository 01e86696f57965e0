"""Quiet weeks as reports really come, for the bench of waves.

Signatures from one report in two months to a dozen a day, uneven days (a negative binomial law, k = 0.3),
fewer reports at weekends and at night, rates that drift, and a service whose readers double in a year.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy
from numpy.typing import NDArray

from agent.issues.series import DAY

RATES = (1 / 60, 12.0)
"""Reports a day of the rarest and of the most frequent signature."""
UNEVEN = 0.3
WEEKEND = 0.55
BY_HOUR: NDArray[Any] = numpy.array([0.4] * 6 + [0.8, 1.0] + [1.5] * 12 + [1.2, 1.0, 0.8, 0.5])

Counts = dict[str, list[tuple[int, int]]]


def rates_of(random: numpy.random.Generator, signatures: int) -> list[float]:
    """Reports a day of so many signatures."""
    drawn = random.uniform(math.log(RATES[0]), math.log(RATES[1]), signatures)
    return [math.exp(rate) for rate in drawn]


def rhythm_of(days: int) -> NDArray[Any]:
    """How many times the rate of the first day each day brings, but for drift: weekends and growth."""
    day = numpy.arange(days)
    return numpy.where(day % 7 < 5, 1.0, WEEKEND) * 2 ** (day / 365)


def reports_of(random: numpy.random.Generator, days: int, rate: float) -> tuple[NDArray[Any], list[int]]:
    """The true rate of each day of one signature, before days are uneven, and the hours of its reports."""
    drift = numpy.exp(numpy.cumsum(random.normal(0, 0.02, days)))
    even = random.gamma(1 / UNEVEN, UNEVEN, days)
    daily = rate * rhythm_of(days) * drift
    totals = random.poisson(daily * even)
    seen: list[int] = []
    for which in numpy.flatnonzero(totals):
        hours = random.choice(24, int(totals[which]), p=BY_HOUR / BY_HOUR.sum())
        seen += [int(which) * DAY + int(hour) for hour in hours]
    return daily, seen


def quiet(random: numpy.random.Generator, weeks: int, rates: Sequence[float]) -> Counts:
    """Reports by signature and hour of so many quiet weeks, from hour 0 on; `rates` are those of a day."""
    found: Counts = {}
    for number, rate in enumerate(rates):
        if seen := reports_of(random, weeks * 7, rate)[1]:
            found[f"signature-{number}"] = sorted(Counter(seen).items())
    return found
