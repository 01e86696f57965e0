"""Latency: the spread, and a short measurement."""

from __future__ import annotations

import asyncio

import pytest

from agent.report.error_report import Submission
from evals.bench.latency import measure_latency, spread


def test_the_spread_is_in_order() -> None:
    of = spread([float(n) for n in range(1, 102)])
    assert (of.runs, of.p50_ms, of.p95_ms, of.max_ms) == (101, 51.0, pytest.approx(96.0), 101.0)


def test_the_road_takes_longer_than_nothing() -> None:
    latency = asyncio.run(measure_latency([Submission(text="API Error: 529 Overloaded")], 5))
    assert (latency.reports, latency.diagnose.runs, latency.noop.runs) == (1, 5, 5)
    assert latency.diagnose.p50_ms > latency.noop.p50_ms > 0
