"""`waves`: false alarms on simulated quiet weeks, and how soon a burst of a rare error is found."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from typing import Any

import numpy
from pydantic import BaseModel, ConfigDict

from agent.issues.bursts import find_bursts
from agent.issues.series import DAY, Series, Track
from evals.bench.waves_bound import best_shares
from evals.bench.waves_quiet import Counts, quiet, rates_of

WEEK = 7 * DAY
SIGNATURES = 60
WEEKS_OF_A_RUN, WEEKS_BEFORE, WEEKS_OF_A_MONTH = 50, 26, 365.25 / 12 / 7
RARE = (0.03, 0.05, 0.1, 0.2)
"""Reports a day of the rare signatures of which one burst each is simulated."""
TIMES = 10
"""How many times more than before a burst brings."""
MOST_OF_A_BURST = 40
ENOUGH_WITHIN_6 = 0.9


class Waves(BaseModel):
    """The figures. `found_within_6` is the share of the bursts found by six reports of the burst.

    `best_within_6` is that of a rule that is told every true rate, at one false alarm a month, and
    `learned_within_6` of one that learns the rates and is told all else.
    """

    model_config = ConfigDict(frozen=True)

    quiet_weeks: int
    reports: int
    false_alarms: int
    false_alarms_a_month: float
    bursts: int
    found_after: dict[str, float]
    """Reports of the burst up to the one that it was found with: median and 90th percentile."""
    found_within_6: float
    best_within_6: float
    learned_within_6: float
    never_found: int


def alarms(counts: Counts, since: int) -> int:
    """Waves that are found in reports that came after the hour `since`."""
    return sum(burst.found > since for burst in find_bursts(Series(counts)))


def reports_until_found(
    random: numpy.random.Generator, rate: float, weeks: int, others: Series
) -> int | None:
    """A burst of a rare signature after so many quiet weeks: with which of its reports it is found.

    `others` are all other signatures, which go on being quiet.
    """
    before = random.poisson(rate * weeks * 7)
    seen = Counter(int(hour) for hour in random.integers(0, weeks * WEEK, before))
    gaps = random.exponential(DAY / (TIMES * rate), MOST_OF_A_BURST)
    for number, gap in enumerate(numpy.cumsum(gaps), 1):
        hour = weeks * WEEK + 1 + int(gap)
        seen[hour] += 1
        series = others.with_track("rare", seen.items())
        if any(found.last == hour for found in find_bursts(series, ["rare"], weeks * WEEK)):
            return number
    return None


def measure_waves(weeks: int, bursts: int, seed: int, signatures: int = SIGNATURES) -> Waves:
    """Both figures over `weeks` quiet weeks and `bursts` bursts; the same seed gives the same."""
    random = numpy.random.default_rng(seed)
    reports = false = 0
    for first in range(0, weeks, WEEKS_OF_A_RUN):
        counted = min(WEEKS_OF_A_RUN, weeks - first)
        counts = quiet(random, WEEKS_BEFORE + counted, rates_of(random, signatures))
        false += alarms(counts, WEEKS_BEFORE * WEEK)
        reports += sum(Track(seen).between(WEEKS_BEFORE * WEEK, 1 << 40) for seen in counts.values())
    others = Series(quiet(random, WEEKS_BEFORE + 40, rates_of(random, signatures)))
    after = [reports_until_found(random, RARE[n % len(RARE)], WEEKS_BEFORE, others) for n in range(bursts)]
    runs = math.ceil(weeks / WEEKS_OF_A_RUN)
    best, learned = best_shares(
        random, runs, (WEEKS_BEFORE, WEEKS_OF_A_RUN), signatures, (RARE, TIMES),
        runs * WEEKS_OF_A_RUN / WEEKS_OF_A_MONTH,
    )  # fmt: skip
    found = sorted(number for number in after if number is not None)
    return Waves(
        quiet_weeks=weeks,
        reports=reports,
        false_alarms=false,
        false_alarms_a_month=round(false / (weeks / WEEKS_OF_A_MONTH), 3),
        bursts=bursts,
        found_after={f"p{share}": float(numpy.percentile(found or [0], share)) for share in (50, 90)},
        found_within_6=round(sum(number <= 6 for number in found) / bursts, 3),
        best_within_6=round(best, 3),
        learned_within_6=round(learned, 3),
        never_found=after.count(None),
    )


def add_parser(commands: Any) -> None:
    """The command line."""
    waves = commands.add_parser("waves", help="false alarms on quiet weeks, and how soon a burst is found")
    waves.add_argument("--weeks", type=int, default=1000, metavar="N", help="quiet weeks")
    waves.add_argument("--bursts", type=int, default=200, metavar="N", help="bursts of a rare signature")
    waves.add_argument("--signatures", type=int, default=SIGNATURES, metavar="N", help="different errors")
    waves.add_argument("--seed", type=int, default=1, help="the same seed gives the same figures")
    waves.add_argument("--json", action="store_true", help="print one JSON document")


def run(asked: argparse.Namespace) -> int:
    """Measure and say; gives the exit code: 0 well, 1 too many false alarms or found too late."""
    found = measure_waves(max(asked.weeks, 1), max(asked.bursts, 1), asked.seed, max(asked.signatures, 1))
    if asked.json:
        sys.stdout.write(json.dumps(found.model_dump()) + "\n")
    else:
        sys.stdout.write(
            f"quiet weeks: {found.quiet_weeks} with {found.reports} reports\n"
            f"false alarms: {found.false_alarms}, {found.false_alarms_a_month} a month\n"
            f"tenfold bursts of a rare error: {found.bursts}, found with report {found.found_after['p50']:g} "
            f"(median), {found.found_after['p90']:g} (90th percentile)\n"
            f"found within 6 reports: {found.found_within_6:.1%}; never found: {found.never_found}\n"
            f"a rule that is told every rate finds within 6: {found.best_within_6:.1%}, "
            f"one that learns it and is told all else: {found.learned_within_6:.1%}\n"
        )
    return int(found.false_alarms_a_month > 1 or found.found_within_6 < ENOUGH_WITHIN_6)
