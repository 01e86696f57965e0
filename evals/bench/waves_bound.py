"""How soon a rule could find a burst that need not learn: it is told each error's true rate, and only counts.

No rule can tell a burst whose first six reports by chance take as long as six do in quiet times. The time
that they take, in units of what the true rate brings in it, is all that the likelihood ratio of "ten times as
often" against "as usual" depends on where quiet times are even; so this rule alarms below a bound of that
time. It knows rhythm, growth and drift, and not which days are uneven. A rule that learns the rates from
what was reported falls short of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy
from numpy.typing import NDArray

from agent.issues.series import DAY
from evals.bench.waves_quiet import BY_HOUR, rates_of, reports_of

REPORTS = 6
BY_RATE = (0.0, 0.5, 1.0)
"""The chance of an alarm may be shared out over errors by these powers of the rate; the best one counts."""
MOST_RATE = 0.3
"""Reports a day below which an error is rare; the rule is told which are, and looks at them alone."""

Floats = NDArray[numpy.float64]


def best_share(
    random: numpy.random.Generator,
    runs: int,
    weeks: tuple[int, int],
    signatures: int,
    bursts: tuple[tuple[float, ...], int],
    most_alarms: float,
) -> float:
    """The share of bursts that this rule finds within six reports, with at most so many false alarms.

    `weeks` are those before anything is counted and those counted of each run; `bursts` the rates of a day
    that burst, and how many times as often they come then.
    """
    found = [one for _ in range(runs) for one in _quiet(random, weeks, signatures)]
    rates, times = bursts
    spans = random.standard_gamma(REPORTS - 1, (len(rates), 20_000)) / times
    shares = []
    for power in BY_RATE:
        scored = [(chance_of(took) * rate**power, began, ended) for rate, took, began, ended in found]
        bound = _bound(scored, most_alarms)
        late = [chance_of(took) * rate**power for rate, took in zip(rates, spans, strict=True)]
        shares.append(float(numpy.mean([score < bound for score in late])))
    return max(shares)


def chance_of(took: Floats) -> Floats:
    """The chance that at least five follow a first report in a time in which so many are expected."""
    terms = sum(took**k / math.factorial(k) for k in range(REPORTS - 1))
    return 1.0 - numpy.exp(-took) * terms


def _quiet(
    random: numpy.random.Generator, weeks: tuple[int, int], signatures: int
) -> Iterator[tuple[float, Floats, Floats, Floats]]:
    """Of each rare error its rate, and of each six reports what they took, and when they began and ended."""
    before, counted = weeks
    for rate in rates_of(random, signatures):
        daily, seen = reports_of(random, (before + counted) * 7, rate)
        if rate >= MOST_RATE or len(seen) < REPORTS:
            continue
        hourly = (daily[:, None] * BY_HOUR / BY_HOUR.sum()).ravel()
        until = numpy.concatenate([[0.0], numpy.cumsum(hourly)])
        at = numpy.sort(numpy.array(seen) + random.random(len(seen)))
        expected = numpy.interp(at, numpy.arange(len(until)), until)
        first, last = slice(None, 1 - REPORTS), slice(REPORTS - 1, None)
        late = at[last] > before * 7 * DAY
        yield rate, (expected[last] - expected[first])[late], at[first][late], at[last][late]


def _bound(scored: list[tuple[Floats, Floats, Floats]], most_alarms: float) -> float:
    """The largest score below which there are at most so many alarms."""
    low, high = 0.0, 1.0
    for _ in range(25):
        middle = (low + high) / 2
        alarms = sum(_alarms(score < middle, began, ended) for score, began, ended in scored)
        low, high = (middle, high) if alarms <= most_alarms else (low, middle)
    return low


def _alarms(is_low: NDArray[numpy.bool_], began: Floats, ended: Floats) -> int:
    """Alarms of one error; none looks back over the one before it."""
    alarms, last = 0, -1.0
    for place in numpy.flatnonzero(is_low):
        if began[place] > last:
            alarms, last = alarms + 1, float(ended[place])
    return alarms
