"""The simulation: the same seed gives the same figures, and what it makes is what it says."""

from __future__ import annotations

import json

import numpy
import pytest

from agent.issues.series import Series
from evals.bench.__main__ import main
from evals.bench.waves import WEEK, alarms, measure_waves, reports_until_found
from evals.bench.waves_quiet import quiet


def test_a_burst_among_quiet_weeks_counts_as_an_alarm() -> None:
    counts = {f"s{n}": [(hour, 1) for hour in range(n, 40 * WEEK, WEEK)] for n in range(8)}
    assert alarms(counts, 30 * WEEK) == 0
    counts["s1"] = [*counts["s1"], (40 * WEEK, 12)]
    assert alarms(counts, 30 * WEEK) == 1
    assert alarms(counts, 40 * WEEK) == 0


def test_a_tenfold_burst_is_found_with_one_of_its_first_reports() -> None:
    random = numpy.random.default_rng(2)
    others = Series(quiet(random, 40, [0.1, 0.5, 1.0, 2.0, 0.2]))
    found = [reports_until_found(random, 0.1, 26, others) for _ in range(10)]
    known = [number for number in found if number is not None]
    assert len(known) >= 8
    assert numpy.median(known) <= 6


def test_the_figures_of_a_seed_are_the_same_again() -> None:
    first = measure_waves(10, 8, seed=4, signatures=12)
    assert first == measure_waves(10, 8, seed=4, signatures=12)
    assert first.quiet_weeks == 10
    assert first.reports > 300
    assert first.false_alarms <= 5
    assert first.found_after["p50"] <= 7
    assert first.best_within_6 > 0.9
    assert 0.5 < first.learned_within_6 <= first.best_within_6


def test_the_command_prints_both_figures(capsys: pytest.CaptureFixture[str]) -> None:
    main(["waves", "--weeks", "3", "--bursts", "4", "--signatures", "12", "--seed", "4"])
    said = capsys.readouterr().out
    assert "a month" in said
    assert "found within 6 reports" in said
    assert main(["waves", "--weeks", "3", "--bursts", "4", "--signatures", "12", "--json"]) in (0, 1)
    assert json.loads(capsys.readouterr().out)["quiet_weeks"] == 3
