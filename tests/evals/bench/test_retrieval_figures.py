"""Recall, rank and the gain of one method over another."""

from __future__ import annotations

import pytest

from evals.bench.retrieval_figures import NOT_FOUND, Figures, paired_gain, place_of, quantile


def test_recall_and_reciprocal_rank() -> None:
    figures = Figures([0, 4, 9, 10, NOT_FOUND], [0.001] * 4 + [0.1]).as_json()
    assert (figures["r@1"], figures["r@5"], figures["r@10"], figures["r@50"]) == (0.2, 0.4, 0.6, 0.8)
    assert figures["mrr@10"] == pytest.approx((1 + 1 / 5 + 1 / 10) / 5, abs=1e-4)
    assert (figures["p50_ms"], figures["p95_ms"]) == (1.0, 100.0)


def test_the_place_of_the_first_right_one() -> None:
    found = [("o/n", 1), ("o/n", 2), ("o/n", 3)]
    assert place_of(found, frozenset({("o/n", 3), ("o/n", 2)})) == 1
    assert place_of(found, frozenset({("o/n", 9)})) == NOT_FOUND


def test_a_clear_gain_has_an_interval_above_zero_and_chance_has_not() -> None:
    ours, theirs = Figures([0] * 80 + [99] * 20, []), Figures([0] * 50 + [99] * 50, [])
    gain, low, high = paired_gain(ours, theirs, 10, draws=500)
    assert gain == pytest.approx(0.3)
    assert 0 < low < gain < high
    even = Figures([0, 99] * 50, []), Figures([99, 0] * 50, [])
    gain, low, high = paired_gain(*even, 10, draws=500)
    assert gain == 0
    assert low < 0 < high


def test_quantiles() -> None:
    assert quantile([], 0.5) == 0
    assert quantile([3, 1, 2], 0.5) == 2
    assert quantile(list(range(100)), 0.95) == 95
