"""How soon a rule could find a burst that knows more than a real rule can know.

No rule can tell a burst whose first six reports by chance take as long as six do in quiet times. The time
that they take, in units of what the rate brings in it, is all that the likelihood ratio of "ten times as
often" against "as usual" depends on where quiet times are even; so these rules alarm below a bound of its
chance. Both know rhythm and growth, and that a burst has neither; neither knows which days are uneven. One
is told each error's true rate and its drift. The other learns the rate, as a real rule must, from the
reports of the weeks before: the chance is then that of the gamma law which they leave of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy
from numpy.typing import NDArray

from agent.issues.series import DAY, PRIOR_COUNT, PRIOR_HOURS
from evals.bench.waves_quiet import BY_HOUR, rates_of, reports_of, rhythm_of

REPORTS = 6
BY_RATE = (0.0, 0.5, 1.0)
"""The chance of an alarm may be shared out over errors by these powers of the rate; the best one counts."""
MOST_RATE = 0.3
"""Reports a day below which an error is rare; the rules look at those alone that they take for rare."""
BURSTS = 20_000
TOLD = 1e9
"""The size of the law of a rate that is known: nearly a Poisson law."""

Floats = NDArray[numpy.float64]


class Sixes(NamedTuple):
    """Six reports in a row, many times: the rate (a day) that a rule takes for their error's, the size of the
    law of that rate, and the time that they took, in what the rate brings in it."""

    rate: Floats
    size: Floats
    took: Floats


class Quiet(NamedTuple):
    """Of one error every six reports in a row, told and learned, and when they began and ended (hours)."""

    told: Sixes
    learned: Sixes
    began: Floats
    ended: Floats


def best_shares(
    random: numpy.random.Generator,
    runs: int,
    weeks: tuple[int, int],
    signatures: int,
    bursts: tuple[tuple[float, ...], int],
    most_alarms: float,
) -> tuple[float, float]:
    """The shares of bursts found within six reports, with at most so many false alarms: by the rule that is
    told the rates, and by the one that learns them.

    `weeks` are those before anything is counted and those counted of each run; `bursts` the rates of a day
    that burst, and how many times as often they come then.
    """
    found = [one for _ in range(runs) for one in _quiet(random, weeks, signatures)]
    rates, times = bursts
    spans = random.standard_gamma(REPORTS - 1, (len(rates), BURSTS)) / times
    told, learned = [], []
    for rate, took in zip(rates, spans, strict=True):
        told.append(_told(rate, took / rate))
        seen = random.poisson(rate * weeks[0] * 7, BURSTS)
        learned.append(_learned(seen, numpy.full(BURSTS, weeks[0] * 7.0), took / rate))
    return (
        _best([(one.told, one.began, one.ended) for one in found], told, most_alarms),
        _best([(one.learned, one.began, one.ended) for one in found], learned, most_alarms),
    )


def chance_of(took: Floats, size: Floats | float = TOLD) -> Floats:
    """The chance that at least five follow a first report in a time in which so many are expected."""
    share = took / (took + size)
    term = numpy.exp(size * numpy.log1p(-share))
    fewer = numpy.zeros_like(took)
    for k in range(REPORTS - 1):
        fewer, term = fewer + term, term * share * (k + size) / (k + 1)
    return 1.0 - fewer


def _told(rate: float, days: Floats) -> Sixes:
    return Sixes(numpy.full(len(days), rate), numpy.full(len(days), TOLD), rate * days)


def _learned(seen: NDArray[numpy.int64], of_days: Floats, days: Floats) -> Sixes:
    count = PRIOR_COUNT + seen.astype(numpy.float64)
    rate = count / (PRIOR_HOURS / DAY + of_days)
    return Sixes(rate, count, rate * days)


def _quiet(random: numpy.random.Generator, weeks: tuple[int, int], signatures: int) -> Iterator[Quiet]:
    """Of each error every six reports in a row. Days are counted as rhythm and growth make them long."""
    before, days = weeks[0] * 7 * DAY, sum(weeks) * 7
    rhythm = _clock(rhythm_of(days))
    for rate in rates_of(random, signatures):
        daily, seen = reports_of(random, days, rate)
        at = numpy.sort(numpy.array(seen) + random.random(len(seen)))
        if len(seen) < REPORTS:
            continue
        first = numpy.flatnonzero(at[REPORTS - 1 :] > before)
        began, ended = at[first], at[first + REPORTS - 1]
        since = numpy.maximum(0.0, began - before)
        drifted = _clock(daily / rate)
        learned = _learned(
            first - numpy.searchsorted(at, since),
            _until(rhythm, began) - _until(rhythm, since),
            _until(rhythm, ended) - _until(rhythm, began),
        )
        yield Quiet(_told(rate, _until(drifted, ended) - _until(drifted, began)), learned, began, ended)


def _clock(daily: Floats) -> Floats:
    """For each hour how many days went before it, of which each is as long as it brings reports."""
    hourly = (daily[:, None] * BY_HOUR / BY_HOUR.sum()).ravel()
    return numpy.concatenate([[0.0], numpy.cumsum(hourly)])


def _until(clock: Floats, at: Floats) -> Floats:
    return numpy.interp(at, numpy.arange(len(clock)), clock)


def _best(
    quiet: Sequence[tuple[Sixes, Floats, Floats]], bursts: Sequence[Sixes], most_alarms: float
) -> float:
    """The share of the bursts that is found where the chance of an alarm is shared out best."""
    shares = []
    for power in BY_RATE:
        scored = [(_score(sixes, power), began, ended) for sixes, began, ended in quiet]
        bound = _bound(scored, most_alarms)
        shares.append(float(numpy.mean([_score(sixes, power) < bound for sixes in bursts])))
    return max(shares)


def _score(sixes: Sixes, power: float) -> Floats:
    """The smaller, the less like quiet times; above all bounds where the error is not rare."""
    score = chance_of(sixes.took, sixes.size) * sixes.rate**power
    return numpy.where(sixes.rate < MOST_RATE, score, numpy.inf)


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
